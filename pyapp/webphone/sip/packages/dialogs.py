"""The calls of somebody else, as the dialog package tells of them (RFC 4235)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webphone.sip.packages import xml
from webphone.sip.wire.grammar import Malformed, whole_number

TYPE = "application/dialog-info+xml"
MOST = 100  # calls of one person
LONGEST = 512  # characters of a name or an address
STATES = ("trying", "proceeding", "early", "confirmed", "terminated")
_HIGHEST = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogState:
    """One call of theirs; `direction` is initiator, recipient or "", `state` as in §3.7.1.

    `remote` is who is at the other end, `target` where that end is to be reached.
    """

    id: str
    state: str
    direction: str = ""
    call_id: str = ""
    local_tag: str = ""
    remote_tag: str = ""
    local: str = ""
    remote: str = ""
    remote_name: str = ""
    target: str = ""

    @property
    def ringing(self) -> bool:
        """Whether it rings there."""
        return self.state not in ("confirmed", "terminated") and self.direction != "initiator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogs:
    """All calls of `entity`; `complete` unless news of them got lost on the way."""

    entity: str
    version: int
    dialogs: tuple[DialogState, ...] = ()
    complete: bool = True

    @property
    def standing(self) -> str:
        """What they are doing: `busy`, `ringing` or `idle`."""
        if any(one.state == "confirmed" for one in self.dialogs):
            return "busy"
        under_way = [one for one in self.dialogs if one.state != "terminated"]
        if not under_way:
            return "idle"
        return "ringing" if all(one.ringing for one in under_way) else "busy"


def read(body: bytes) -> Dialogs:
    """What one document says; raises Malformed. `complete` says whether it says all."""
    root = xml.parse(body)
    version = whole_number(root.get("version"), _HIGHEST)
    if root.name != "dialog-info" or version is None:
        raise Malformed("no dialog-info")
    dialogs = [_dialog(one) for _place, one in zip(range(MOST), root.all("dialog"))]
    return Dialogs(
        entity=root.get("entity")[:LONGEST],
        version=version,
        dialogs=tuple(dialogs),
        complete=root.get("state") != "partial",
    )


def updated(before: Dialogs | None, news: Dialogs) -> Dialogs:
    """What is known after that document (§4.3); not `complete` where one before it got lost."""
    if news.complete:
        return replace(news, dialogs=_merged((), news.dialogs))
    if before is None or news.version > before.version + 1:
        known = before.dialogs if before else ()
        return replace(news, dialogs=_merged(known, news.dialogs))
    if news.version <= before.version:
        return before
    return replace(news, dialogs=_merged(before.dialogs, news.dialogs), complete=before.complete)


def _merged(
    before: tuple[DialogState, ...], news: tuple[DialogState, ...]
) -> tuple[DialogState, ...]:
    known = {one.id: one for one in before}
    for one in news:
        known[one.id] = _completed(known.get(one.id), one)
    return tuple(one for one in known.values() if one.state != "terminated")[-MOST:]


def _completed(before: DialogState | None, news: DialogState) -> DialogState:
    """§4.1.6: what it does not name again is as it was."""
    if before is None:
        return news
    kept = ("local", "remote", "remote_name", "target")
    return replace(news, **{name: getattr(news, name) or getattr(before, name) for name in kept})


def _dialog(one: xml.Element) -> DialogState:
    state = one.saying("state").lower()
    if not one.get("id") or state not in STATES:
        raise Malformed("a dialog without its id or its state")
    remote = one.find("remote", "identity")
    target = one.find("remote", "target")
    return DialogState(
        id=one.get("id")[:LONGEST],
        state=state,
        direction=one.get("direction").lower()[:LONGEST],
        call_id=one.get("call-id")[:LONGEST],
        local_tag=one.get("local-tag")[:LONGEST],
        remote_tag=one.get("remote-tag")[:LONGEST],
        local=one.saying("local", "identity")[:LONGEST],
        remote=remote.text[:LONGEST] if remote else "",
        remote_name=remote.get("display")[:LONGEST] if remote else "",
        target=target.get("uri")[:LONGEST] if target else "",
    )
