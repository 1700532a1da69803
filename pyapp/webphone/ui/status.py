"""The phone's own state: the header, the banners, and what screen readers are told."""

from __future__ import annotations

from math import ceil

from webphone.contract import Connect, Register
from webphone.phone.actions import FaultDismissed, WantedHere
from webphone.phone.picture import CallPicture, Picture
from webphone.ui.html import Node, element
from webphone.ui.pieces import button, icon
from webphone.ui.view import SoundAllowed, foremost, living
from webphone.ui.words import say

# State -> icon and mood; the mood chooses the colour, the icon and the words say the same.
LOOKS = {
    "unconfigured": ("settings", "quiet"),
    "offline": ("offline", "quiet"),
    "connecting": ("busy", "busy"),
    "connected": ("unplugged", "quiet"),
    "registering": ("busy", "busy"),
    "registered": ("ready", "good"),
    "reconnecting": ("retry", "warn"),
    "failed": ("alert", "bad"),
    "refused": ("alert", "bad"),
    "dnd": ("dnd", "warn"),
}

# State -> the words on the button that goes on from there.
REMEDIES = {
    "reconnecting": "retry_now",
    "failed": "try_again",
    "refused": "try_again",
    "offline": "register",
    "connected": "register",
}


def header(picture: Picture, now: float) -> Node | None:
    """Who this phone is, its state, and what can be done about it."""
    if not picture.config.show_status:
        return None
    look = _look(picture)
    sign, mood = LOOKS[look]
    config = picture.config
    remedy = REMEDIES.get(look) if config.complete else None
    command = Connect() if look == "connected" and not picture.user else Register()
    return element(
        "header",
        element("span", config.display_name or picture.user or say("phone"), part="title"),
        element(
            "span",
            icon(sign),
            element("span", _words(look, picture, now), class_="words"),
            part="status",
            data_mood=mood,
            data_state=picture.state,
        ),
        button(say(remedy), on=command, part="retry", config=config) if remedy else None,
        part="header",
        key="header",
    )


def _look(picture: Picture) -> str:
    if picture.state == "registered" and picture.config.dnd:
        return "dnd"
    if picture.state == "failed" and picture.fault and picture.fault.code == "auth_failed":
        return "refused"
    return picture.state


def _words(look: str, picture: Picture, now: float) -> str:
    if look == "reconnecting" and picture.retry_at is not None and picture.retry_at > now:
        return say("state_reconnecting_in", seconds=ceil(picture.retry_at - now))
    return say(f"state_{look}")


def banners(picture: Picture) -> list[Node]:
    """What went wrong, with its remedy; and sound that the browser holds back."""
    shown = []
    if picture.fault:
        shown.append(
            element(
                "div",
                icon("alert"),
                element(
                    "div",
                    element("p", picture.fault.message, class_="sentence"),
                    element("p", picture.fault.hint, class_="hint"),
                    class_="words",
                ),
                button(
                    say("dismiss"),
                    on=FaultDismissed(),
                    part="dismiss",
                    config=picture.config,
                    sign="close",
                    wordless=True,
                ),
                part="banner",
                key="fault",
                data_mood="bad",
            )
        )
    if picture.other_tab:
        shown.append(_other_tab(picture))
    if picture.sound_blocked:
        shown.append(
            element(
                "div",
                icon("sound"),
                element("p", say("sound_blocked"), class_="words"),
                button(
                    say("turn_on_sound"), on=SoundAllowed(), part="sound", config=picture.config
                ),
                part="banner",
                key="sound",
                data_mood="warn",
            )
        )
    return shown


def _other_tab(picture: Picture) -> Node:
    """Where the phone is; a phone in a call stays where it is."""
    calls = living(picture)
    return element(
        "div",
        icon("tabs"),
        element("p", say("other_tab_call" if calls else "other_tab"), class_="words"),
        None
        if calls
        else button(say("use_here"), on=WantedHere(), part="use-here", config=picture.config),
        part="banner",
        key="tab",
        data_mood="note",
    )


# --- Spoken ---------------------------------------------------------------------------------------


def live_regions(picture: Picture) -> list[Node]:
    """One polite and one urgent region, always there; a new sentence in them is read aloud."""
    return [
        _region("status", "polite", _polite(picture)),
        _region("alert", "assertive", _urgent(picture)),
    ]


def _region(role: str, live: str, sentences: list[tuple[str, str]]) -> Node:
    return element(
        "div",
        *(element("p", words, key=key) for key, words in sentences),
        key=f"spoken-{live}",
        class_="spoken",
        role=role,
        aria_live=live,
        aria_atomic="false",
    )


def _polite(picture: Picture) -> list[tuple[str, str]]:
    look = _look(picture)
    sentences = [("phone", say(f"spoken_{'failed' if look == 'refused' else look}"))]
    if picture.other_tab:
        sentences.append(("tab", say("spoken_other_tab")))
    for call in living(picture):
        if call.stage == "incoming":
            continue
        sentences.append((f"stage {call.view.id}", _call_words(call)))
        if call.held_remote and call.stage == "active":
            words = say("spoken_held_by_them", name=call.peer_name)
            sentences.append((f"them {call.view.id}", words))
        if call.within_page:
            sentences.append((f"within {call.view.id}", say("spoken_no_network")))
        if call.unstable:
            sentences.append((f"path {call.view.id}", say("spoken_unstable")))
    first = foremost(picture)
    if first is not None and first.muted:
        sentences.append(("muted", say("spoken_muted")))
    return sentences


def _call_words(call: CallPicture) -> str:
    stage = "held" if call.stage == "active" and call.held_local else call.stage
    return say(f"spoken_{stage}", name=call.peer_name)


def _urgent(picture: Picture) -> list[tuple[str, str]]:
    sentences = []
    for call in living(picture):
        if call.stage == "incoming":
            kind = "spoken_incoming_video" if call.view.video else "spoken_incoming"
            sentences.append((f"ring {call.view.id}", say(kind, name=call.peer_name)))
    if picture.farewell:
        words = say("spoken_ended", name=picture.farewell.peer_name, words=picture.farewell.words)
        sentences.append((f"end {picture.farewell.record.id}", words))
    if picture.fault:
        sentences.append(("fault", f"{picture.fault.message} {picture.fault.hint}"))
    return sentences
