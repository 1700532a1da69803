"""Microphones, loudspeakers and cameras: which there are, which a person chose, which are used.

A choice is a wish: an unplugged device is waited for, and the system's own is used till then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from webphone.border.reading import parsed
from webphone.contract import (
    Device,
    Event,
    SetCamera,
    SetInput,
    SetOutput,
    SetRinger,
    SetVolume,
    WebPhoneError,
)
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.browsers import family
from webphone.phone.labels import cleaned, replaced
from webphone.phone.promises import Trouble, done, refused
from webphone.phone.snapshot import DevicesSnapshot
from webphone.words import Sentence, say
from webphone.words.bidi import isolate

MOST = 32  # devices of one kind
LONGEST_ID = 512
LONGEST_KEPT = 10_000

DeviceChosen = SetInput | SetOutput | SetRinger | SetCamera

# What a device is used for, and the kind of device that is.
KINDS = {
    "input": "audioinput",
    "output": "audiooutput",
    "ringer": "audiooutput",
    "camera": "videoinput",
}
ROLES: Mapping[type[DeviceChosen], str] = {
    SetInput: "input",
    SetOutput: "output",
    SetRinger: "ringer",
    SetCamera: "camera",
}
# What browsers list beside the devices: the one that the system uses for this or that.
SYSTEM = ("default", "communications")


@dataclass(frozen=True, slots=True)
class Choice:
    """A device that a person chose. Some browsers give it another id on another day."""

    id: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was asked of the browser and has no answer yet."""

    reply: int | None = None
    role: str = ""  # what was chosen anew,
    before: Choice | None = None  # and what was chosen for it till then
    gone: str = ""  # the name of a microphone that is unplugged


class Devices:
    """Those of one phone."""

    def __init__(self) -> None:
        self.snapshot = DevicesSnapshot()
        self._there: tuple[Device, ...] = ()
        self._known = False  # the browser has said which there are
        self._hidden: set[str] = set()  # kinds that it does not name yet
        self._sinks = True
        self._permission = self._browser = ""
        self._chosen: dict[str, Choice] = {}
        self._volume = 1.0
        self._news: Sentence | None = None
        self._used = do.UseDevices()
        self._asks = count(1)
        self._trials: dict[int, Trial] = {}
        self._waiting: list[tuple[DeviceChosen, int | None]] = []  # until it is known which exist

    # --- What the browser says ---

    def found(self, news: on.DevicesFound, *, in_call: bool) -> Result:
        """These there are now."""
        before = self._there
        self._there = _listed(news.devices)
        self._hidden = {one.kind for one in news.devices if not one.id}
        self._known, self._sinks = True, news.sinks
        added = [one for one in self._there if one not in before]
        removed = [one for one in before if one not in self._there]
        back = in_call and any(one.kind == "audioinput" for one in added)
        result = self._follow(before, in_call=in_call, anyway=back)
        self._show()
        if added or removed:
            detail = {"devices": self.snapshot.listed, "added": added, "removed": removed}
            result.append(do.Tell(event=Event("devicechange", detail)))
        if news.code:
            result.append(Trouble(WebPhoneError(news.code)))
        waiting, self._waiting = self._waiting, []
        for command, reply in waiting:
            try:
                result += self.choose(command, reply)
            except WebPhoneError as error:
                result += refused(reply, error)
        return result

    def used(self, news: on.DeviceUsed) -> Result:
        """What was asked is so, or can't be."""
        trial = self._trials.pop(news.ask, None)
        if trial is None:
            return []
        if news.code:
            return self._failed(trial, news)
        result: Result = []
        if news.microphone and trial.gone:
            result.append(Trouble(replaced(trial.gone, news.microphone)))
        elif news.microphone and not trial.role:
            self._news = say("microphone_back", name=_told(news.microphone))
        if trial.role:
            result.append(do.KeepDevices(text=self._written()))
        self._show()
        return [*result, *done(trial.reply)]

    def permitted(self, news: on.PermissionTold) -> Result:
        """Whether the page may use a microphone has become known, or has changed."""
        self._permission, self._browser = news.state, family(news.agent)
        self._show()
        return []

    def kept(self, news: on.DevicesKept) -> Result:
        """What was chosen on an earlier page, or in another tab."""
        try:
            self._read(news.text)
        except (ValueError, TypeError, AttributeError, LookupError):
            return []  # somebody else's, or none of ours any more
        result = self._follow(self._there, in_call=False)
        self._show()
        return result

    def forget(self) -> Result:
        """Nothing is chosen any more."""
        self._chosen, self._volume = {}, 1.0
        return self._follow(self._there, in_call=False)

    def rest(self) -> None:
        """There is no call any more that news could be of."""
        if self._news:
            self._news = None
            self._show()

    # --- What a person or a page wants ---

    def choose(self, command: DeviceChosen, reply: int | None) -> Result:
        """Use another device. Raises WebPhoneError where there is none such."""
        if not self._known:
            self._waiting.append((command, reply))
            return [do.LookForDevices()]
        role = ROLES[type(command)]
        wanted = "" if command.id in SYSTEM else command.id
        if wanted and role in ("output", "ringer") and not self._sinks:
            raise WebPhoneError("unsupported", say("no_sinks"))
        label = self._label(wanted, KINDS[role])
        before = self._chosen.pop(role, None)
        if wanted:
            self._chosen[role] = Choice(wanted, label)
        return self._use(Trial(reply=reply, role=role, before=before))

    def set_volume(self, command: SetVolume, reply: int | None) -> Result:
        """How loud calls are heard."""
        self._volume = float(command.x)
        return self._use(Trial(reply=reply, role="volume"))

    # --- Inside ---

    def _label(self, id: str, kind: str) -> str:
        """The name of the device with this id, "" for one that can't be known yet."""
        for one in self._there:
            if (one.id, one.kind) == (id, kind):
                return one.label
        if id and kind not in self._hidden:
            code = "mic_missing" if kind == "audioinput" else "invalid_config"
            raise WebPhoneError(code, say("device_unknown"))
        return ""

    def _in_force(self, role: str) -> str:
        """The id of what is used: what was chosen, or the system's while that is not there."""
        choice = self._chosen.get(role)
        if choice is None:
            return ""
        kind = KINDS[role]
        if not self._known or kind in self._hidden:
            return choice.id
        there = [one for one in self._there if one.kind == kind]
        same = [one for one in there if one.id == choice.id]
        alike = [one for one in there if choice.label and one.label == choice.label]
        found = same or (alike if len(alike) == 1 else [])
        return found[0].id if found else ""

    def _follow(self, before: tuple[Device, ...], *, in_call: bool, anyway: bool = False) -> Result:
        """Use what is there of what was chosen; say it where a call goes on with something else."""
        was = self._used
        now = self._wanted(was.ask)
        if now == was and not anyway:
            return []
        lost = {role: _named(getattr(was, role), before) for role in KINDS}
        gone = {role: name for role, name in lost.items() if name and not getattr(now, role)}
        if in_call and "output" in gone:
            self._news = say("loudspeaker_gone", name=_told(gone["output"]))
        elif in_call and now.output != was.output:
            self._news = say("loudspeaker_back", name=_told(_named(now.output, self._there)))
        return self._use(Trial(gone=gone.get("input", "")))

    def _wanted(self, ask: int) -> do.UseDevices:
        roles = {role: self._in_force(role) for role in KINDS}
        return do.UseDevices(ask=ask, volume=self._volume, **roles)

    def _use(self, trial: Trial) -> Result:
        ask = next(self._asks)
        self._trials[ask] = trial
        self._used = self._wanted(ask)
        self._show()
        return [self._used]

    def _failed(self, trial: Trial, news: on.DeviceUsed) -> Result:
        """All stays as it was before; who chose is told."""
        if not trial.role:
            return []  # what is in the place of an unplugged one is told by the call itself
        self._chosen.pop(trial.role, None)
        if trial.before:
            self._chosen[trial.role] = trial.before
        error = WebPhoneError(news.code, say("device_fails", why=news.text) if news.text else None)
        return [*self._use(Trial()), *refused(trial.reply, error)]

    def _show(self) -> None:
        roles = [role for role in KINDS if self._in_force(role)]
        listed = tuple(
            replace(one, chosen_for=tuple(role for role in roles if self._is(one, role)))
            for one in self._there
        )
        self.snapshot = DevicesSnapshot(
            listed=listed,
            volume=self._volume,
            news=self._news,
            sinks=self._sinks,
            hidden="audioinput" in self._hidden,
            permission=self._permission,
            browser=self._browser,
        )

    def _is(self, one: Device, role: str) -> bool:
        return (one.kind, one.id) == (KINDS[role], self._in_force(role))

    # --- As it is kept ---

    def _written(self) -> str:
        chosen = {role: {"id": one.id, "label": one.label} for role, one in self._chosen.items()}
        return json.dumps({**chosen, "volume": self._volume})

    def _read(self, text: str) -> None:
        """Raises ValueError, TypeError, AttributeError or LookupError where it is none of ours."""
        data: Any = parsed(text) if len(text) <= LONGEST_KEPT else None
        volume = min(1.0, max(0.0, float(data.get("volume", 1.0))))
        given = {role: data[role] for role in KINDS if role in data}
        chosen = {
            role: Choice(str(one["id"])[:LONGEST_ID], cleaned(str(one.get("label", ""))))
            for role, one in given.items()
        }
        self._chosen, self._volume = chosen, volume


def _told(name: str) -> str:
    return isolate(cleaned(name))


def _named(id: str, there: tuple[Device, ...]) -> str:
    return next((one.label for one in there if id and one.id == id), "")


def _listed(found: tuple[Device, ...]) -> tuple[Device, ...]:
    """Those that a person can choose, with names that they can read: some of each kind."""
    listed: list[Device] = []
    for kind in dict.fromkeys(KINDS.values()):
        named = [
            Device(id=one.id, kind=kind, label=cleaned(one.label) or say("device_nameless"))
            for one in found
            if one.kind == kind and one.id and one.id not in SYSTEM and len(one.id) <= LONGEST_ID
        ]
        listed += named[:MOST]
    return tuple(listed)
