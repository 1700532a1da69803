"""Photograph every screen of the phone, in each width and theme, into tests/.run/gallery/.

The screens are drawn by `screen()` from the pictures below; tests look at the same ones. With
--docs it renews the four pictures of docs/screens.md instead. All scripts are seen with the fonts
of tools/fonts.sh.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "pyapp"))

from webphone.contract import (  # noqa: E402
    Answer,
    CallRecord,
    CallView,
    Config,
    Device,
    MakeCall,
    Member,
    Party,
    Quality,
    WebPhoneError,
)
from webphone.phone import findings  # noqa: E402
from webphone.phone.call.record import iso  # noqa: E402
from webphone.phone.snapshot import (  # noqa: E402
    CallSnapshot,
    Contact,
    DevicesSnapshot,
    Diagnosis,
    EndedCall,
    Ladder,
    Lamp,
    Person,
    Rung,
    Signing,
    Snapshot,
    Text,
    Thread,
    TransferSnapshot,
    Trial,
    Voicemail,
)
from webphone.ui.html import Node, render  # noqa: E402
from webphone.ui.screen import screen  # noqa: E402
from webphone.ui.view import View  # noqa: E402
from webphone.words import ENGLISH, LANGUAGES, Sentence, say  # noqa: E402

NOW = 10_000.0
CSS = ROOT / "pyapp/webphone/ui/webphone.css"
FORM = ROOT / "pyapp/webphone/ui/sign_in.css"
ADOPT = """{
  const rules = new CSSStyleSheet();
  rules.replaceSync(%s);
  for (const host of document.querySelectorAll("web-phone"))
    host.shadowRoot.adoptedStyleSheets = [rules];
  document.body.removeAttribute("style");
}"""
TARGET = ROOT / "tests/.run/gallery"
DOCS = ROOT / "docs" / "screens"
FONTS = ROOT / ".cache/fonts/fonts.conf"  # from tools/fonts.sh
OF_THE_DOCS = [
    *("held by me", "two calls", "call waiting", "reconnecting"),
    *("microphone blocked", "sign-in failed"),
]
# With room for two panes.
WIDE_OF_THE_DOCS = ["idle, wide", "in call"]
WIDTHS = (280, 320, 600)
THEMES = ("light", "dark")
PARTS = ["dialpad", "dialled_number", "answer", "hangup", "hold", "mute", "dial", "status"]

CONFIG = Config(host="wss://sip.example.com", username="1001", display_name="Anna Berg")
MOMENT = "2026-11-23T10:00:00Z"


def call(name: str, digits: str, stage: str, **more: Any) -> CallSnapshot:
    """A call with `name` at `digits`, answered two minutes ago if its stage says so."""
    incoming = stage in ("incoming", "answering")
    peer = Party(uri=f"sip:{digits}@example.com", number=digits, display_name=name)
    own = Party(uri="sip:1001@example.com", number="1001")
    by = more.pop("held_by", None)
    states = {"preparing": "dialling", "incoming": "ringing", "answering": "ringing"}
    view = CallView(
        id=f"call-{digits}",
        call_id=f"{digits}@example.com",
        state="held" if by else states.get(stage, stage),
        direction="incoming" if incoming else "outgoing",
        from_=peer if incoming else own,
        to=own if incoming else peer,
        display_name=name,
        started_at=MOMENT,
        answered_at=MOMENT if stage == "active" else None,
        muted=more.pop("muted", False),
        held_by=by,
        codec="opus",
        video=more.pop("video", False),
        headers={},
    )
    given: dict[str, Any] = {
        "view": view,
        "stage": stage,
        "started_at": NOW - 130,
        "answered_at": NOW - 125 if stage == "active" else None,
        "held_since": NOW - 42 if by in ("local", "both") else None,
        "changing": False,
        "video_local": False,
        "video_remote": False,
        "digits": "",
    }
    return CallSnapshot(**{**given, **more})


def muted(call: CallSnapshot) -> CallSnapshot:
    """The call with its microphone closed."""
    return replace(call, view=replace(call.view, muted=True))


def held(call: CallSnapshot, by: str) -> CallSnapshot:
    """The call on hold, by local, remote or both."""
    since = None if by == "remote" else NOW - 42
    return replace(call, view=replace(call.view, state="held", held_by=by), held_since=since)


def joined(call: CallSnapshot, **more: Any) -> CallSnapshot:
    """The call in the conference."""
    return replace(call, view=replace(call.view, conference=True), **more)


def record(talk: float, disposition: str = "answered", words: str = "") -> CallRecord:
    """The record of a call to Bob that lasted `talk` seconds."""
    return CallRecord(
        id="call-1002",
        call_id="1002@example.com",
        session_id=None,
        direction="outgoing",
        from_=Party(uri="sip:1001@example.com", number="1001"),
        to=Party(uri="sip:1002@example.com", number="1002", display_name="Bob Marsh"),
        display_name="Bob Marsh",
        started_at=MOMENT,
        ringing_at=None,
        answered_at=MOMENT if talk else None,
        ended_at=MOMENT,
        post_dial_delay_ms=None,
        ring_seconds=0,
        talk_seconds=talk,
        hold_seconds=0,
        disposition=disposition,
        ended_by="remote",
        sip_code=None,
        sip_reason=None,
        q850=None,
        explanation=words,
        transferred_to=None,
        server=None,
        codec=None,
        quality=Quality(),
        recording_id=None,
    )


IDLE = Snapshot(config=CONFIG, state="registered", number="", proved_at=NOW - 4)
EIGHT = ("Ada", "Ben Ode", "Clara Nowak", "Dora Lind", "Eve Park", "Finn", "Gus", "Hana Mori")
MEMBERS = tuple(
    Member(
        id=f"sip:20{n}@example.com",
        name=name,
        number=f"20{n}",
        muted=name == "Finn",
        speaking=False,
    )
    for n, name in enumerate(EIGHT)
)
BOB = call("Bob Marsh", "1002", "active")
DORA = call("Dora Lind", "1004", "active")
CLARA = call("Clara Nowak", "+442079460123", "active")


def talking(*calls: CallSnapshot, **more: Any) -> Snapshot:
    """A registered phone with these calls; the first has the ear."""
    return replace(IDLE, calls=calls, active=calls[0].view.id, **more)


def state(name: str, **more: Any) -> Snapshot:
    return replace(IDLE, state=name, proved_at=None, **more)


def refused(permission: str, browser: str) -> Snapshot:
    """The microphone was refused, and this is what the browser says of it now."""
    devices = DevicesSnapshot(permission=permission, browser=browser)
    return replace(IDLE, number="602", error=WebPhoneError("mic_denied"), devices=devices)


TRIED = View(tried=MakeCall(target="602"))


def _ended(talk: float, words: Sentence) -> Snapshot:
    return replace(IDLE, farewell=EndedCall(record=record(talk, words=words)))


WRAPS_UP = replace(
    IDLE,
    config=replace(CONFIG, wrap_up=("Order", "Complaint", "Call back later", "Wrong number")),
    unlogged=(EndedCall(record=replace(record(125), ended_at=iso(NOW - 42))),),
)
HELD = held(BOB, "local")
DEVICES = DevicesSnapshot(
    listed=(
        Device(id="headset", kind="audioinput", label="Jabra 20", chosen_for=("input",)),
        Device(id="built-in", kind="audioinput", label="Built-in microphone"),
        Device(id="desk", kind="audiooutput", label="Desk loudspeaker", chosen_for=("ringer",)),
        Device(id="lens", kind="videoinput", label="Camera of the lid"),
    ),
    volume=0.5,
)
RECORDS = replace(CONFIG, record="ask")
BY_HAND = Config(host="wss://sip.example.com", username="alice", realm="example.com")
GIVEN = ("host", "username", "realm", "password")
TYPED = View(drafts={"sign-in-server": "sip.example.com", "sign-in-username": "alice@example.com"})
CODED = replace(CONFIG, feature_codes=("asterisk",), dnd=True)
THREADS = (
    Thread(
        uri="sip:1002@example.com",
        peer=Party(uri="sip:1002@example.com", number="1002", display_name="Bob Marsh"),
        texts=(
            Text(id="1", ours=False, text="Lunch at noon?", at=MOMENT),
            Text(id="2", ours=True, text="Yes", at=MOMENT, state="sent"),
            Text(id="3", ours=True, text="Where?", at=MOMENT, state="queued"),
            Text(
                id="4",
                ours=True,
                text="Hello?",
                at=MOMENT,
                state="failed",
                why=say("question_offline"),
            ),
            Text(id="5", ours=True, text="Still there?", at=MOMENT, state="sending"),
        ),
    ),
    Thread(
        uri="sip:+442079460123@example.com",
        peer=Party(uri="sip:+442079460123@example.com", number="+442079460123"),
        texts=(Text(id="6", ours=False, text="Call me <b>back</b>, please. " * 9, at=MOMENT),),
    ),
)
MAIL = Voicemail(waiting=True, new=3, old=1, number="*97")
LAMPS = (
    Lamp(number="101", state="idle"),
    Lamp(number="102", state="ringing", caller="Bob Marsh"),
    Lamp(number="103", state="busy"),
    Lamp(number="104", state="away"),
    Lamp(number="alexandra.of.the.sales.department@example.com"),
)
RINGING = call("Clara Nowak", "+442079460123", "incoming")
PICTURES_OFFERED = replace(RINGING, view=replace(RINGING.view, video=True))


def transfer(stage: str, target: str) -> TransferSnapshot:
    return TransferSnapshot(stage=stage, target=target)


PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj"
    "/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
)
FOUND = Diagnosis(
    steps=(
        findings.found("page", "secure"),
        findings.found("settings", "complete"),
        *findings.reached("wss://sip.example.com:8443/ws"),
        findings.by_error("registration", "blocked", "you", WebPhoneError("auth_failed")),
        findings.found("microphone", "silent", name="Headset (Jabra Evolve 65)"),
        findings.found("speaker", "played"),
        findings.found("host", "found"),
        findings.found("srflx", "unset"),
        findings.found("relay", "refused"),
        findings.nothing("round_trip", "unreached"),
        findings.found("dtls", "made", ms=48),
        findings.found("echo", "heard"),
    ),
    of=14,
    verdict="blocked",
)


def past(
    number: int,
    hours: float,
    who: str,
    digits: str,
    disposition: str,
    talk: float = 0.0,
    direction: str = "incoming",
) -> CallRecord:
    """The record of a call so many hours ago."""
    own = Party(uri="sip:1001@example.com", number="1001")
    peer = Party(uri=f"sip:{digits}@sip.example.com", number=digits, display_name=who)
    moment = iso(NOW - hours * 3600)
    return replace(
        record(talk, disposition),
        id=f"past-{number}",
        call_id=f"past-{number}",
        direction=direction,
        display_name=who,
        from_=own if direction == "outgoing" else peer,
        to=peer if direction == "outgoing" else own,
        started_at=moment,
        answered_at=moment if talk else None,
        ended_at=moment,
    )


CLARAS = "Clara Nowak", "+442079460123"
PAST = (
    past(1, 0.5, "Bob Marsh", "1002", "missed"),
    past(2, 0.7, "Bob Marsh", "1002", "missed"),
    replace(
        past(3, 1, *CLARAS, "answered", 754),
        outcome="Order",
        note="Wants the blue one by Friday",
    ),
    past(4, 1.5, "", "100", "no-answer", direction="outgoing"),
    past(5, 26, *CLARAS, "answered", 12, "outgoing"),
    past(6, 27, "The longest name of any company in the book & Sons", "1003", "rejected"),
    past(7, 60, "Bob Marsh", "1002", "answered-elsewhere"),
)
PEOPLE = (
    Person(id="1", name="Anna Berg", numbers=("1001", "+44 20 7946 0123")),
    Person(id="2", name="Bob Marsh", numbers=("1002",)),
    Person(id="3", name="The longest name of any company in the book & Sons", numbers=("1003",)),
)
MATCHING = View(matching=True)
WIDE = View(wide=True)
# Every screen by name.
LADDER = Ladder(
    rungs=tuple(
        Rung(at=NOW - 9 + after, sent=sent, what=what, of=of)
        for after, sent, what, of in (
            (0.0, True, "REGISTER", 1),
            (0.04, False, "401 Unauthorized (REGISTER)", 1),
            (0.05, True, "REGISTER", 1),
            (0.11, False, "200 OK (REGISTER)", 1),
            (2.0, True, "INVITE", 2),
            (2.03, False, "100 Trying (INVITE)", 2),
            (2.4, False, "180 Ringing (INVITE)", 2),
            (4.1, False, "200 OK (INVITE)", 2),
            (4.11, True, "ACK", 2),
            (6.0, False, "keep-alive", 0),
            (8.9, False, "BYE", 2),
            (8.91, True, "200 OK (BYE)", 2),
        )
    )
)

SCREENS: dict[str, tuple[Snapshot, View]] = {
    "idle": (IDLE, View()),
    "idle, wide": (replace(IDLE, history=PAST[:5]), WIDE),
    "idle, wide, no calls yet": (IDLE, WIDE),
    "number typed": (replace(IDLE, number="+442079460123"), View()),
    "lamps": (
        replace(
            IDLE,
            voicemail=MAIL,
            lamps=LAMPS,
        ),
        View(),
    ),
    "calling": (talking(call("", "+442079460123", "dialling")), View()),
    "ringing out": (talking(call("Bob Marsh", "1002", "ringing")), View()),
    "ringing in": (replace(IDLE, calls=(RINGING,)), View()),
    "ringing in, video": (replace(IDLE, calls=(PICTURES_OFFERED,)), View()),
    "connecting": (talking(call("Clara Nowak", "+442079460123", "answering")), View()),
    "in call": (talking(BOB), View()),
    "in call for hours": (talking(replace(CLARA, answered_at=NOW - 7384)), View()),
    "keypad in call": (talking(replace(BOB, digits="1234*#")), View(open="keypad", of=BOB.view.id)),
    "digits sent": (talking(replace(BOB, digits="1234*#")), View()),
    "microphone asked": (
        talking(call("", "+442079460123", "preparing", microphone_asked=True)),
        View(),
    ),
    "microphone asked in Firefox": (
        replace(
            talking(call("", "+442079460123", "preparing", microphone_asked=True)),
            devices=DevicesSnapshot(permission="prompt", browser="firefox"),
        ),
        View(),
    ),
    "microphone asked, answering": (
        talking(replace(RINGING, stage="answering", microphone_asked=True)),
        View(),
    ),
    "muted": (talking(muted(BOB)), View()),
    "held by me": (talking(HELD), View()),
    "held by them": (talking(held(BOB, "remote")), View()),
    "held by both": (talking(muted(held(BOB, "both"))), View()),
    "holding": (talking(replace(BOB, changing=True)), View()),
    "good sound": (talking(replace(BOB, quality="good")), View()),
    "poor sound": (
        talking(replace(BOB, quality="poor", warnings=("high_loss",), warned=True)),
        View(),
    ),
    "unstable": (talking(replace(BOB, unstable=True)), View()),
    "not reachable in a call": (
        talking(
            BOB,
            config=replace(CONFIG, auto_register=True),
            state="reconnecting",
            attempt=4,
            retry_at=NOW + 3,
            proved_at=None,
        ),
        View(),
    ),
    "to be recorded": (talking(BOB, config=RECORDS), View()),
    "recording": (
        talking(replace(BOB, recording="on", recorded="on", record_wish="off"), config=RECORDS),
        View(),
    ),
    "recording pauses": (talking(replace(BOB, recording="paused"), config=RECORDS), View()),
    "recorded by them": (talking(replace(BOB, recorded="on")), View()),
    "two calls": (talking(CLARA, HELD), View()),
    "conference": (
        talking(
            joined(CLARA, speaking=True), joined(BOB, silenced=True), joined(held(DORA, "local"))
        ),
        View(),
    ),
    "conference of eight": (
        talking(*(joined(call(name, f"20{n}", "active")) for n, name in enumerate(EIGHT))),
        View(),
    ),
    "conference, video": (
        talking(
            joined(CLARA, video_remote=True, video_local=True),
            joined(BOB, video_remote=True),
            joined(DORA, video_remote=True),
        ),
        View(),
    ),
    "conference of eight, video": (
        talking(
            *(
                joined(call(name, f"20{n}", "active"), video_remote=True)
                for n, name in enumerate(EIGHT)
            )
        ),
        View(),
    ),
    "conference of a server": (talking(replace(BOB, members=MEMBERS)), View()),
    "conference, muted and on hold": (
        talking(*(joined(muted(held(each, "local"))) for each in (CLARA, BOB))),
        View(),
    ),
    "conference and another call": (
        talking(joined(CLARA), joined(BOB), held(DORA, "local")),
        View(),
    ),
    "conference and a call behind another": (
        talking(
            DORA,
            joined(HELD),
            joined(held(CLARA, "local")),
            held(call("Eve Park", "1005", "active"), "local"),
        ),
        View(),
    ),
    "conference behind a call": (
        talking(DORA, joined(HELD), joined(held(CLARA, "local"))),
        View(),
    ),
    "transfer": (talking(BOB), View(open="transfer", of=BOB.view.id, transfer_to="1003")),
    "transfer, asking first": (
        talking(CLARA, replace(HELD, transfer=transfer("consulting", "Clara Nowak"))),
        View(),
    ),
    "emergency": (
        talking(replace(call("", "112", "preparing"), question="emergency", question_about="112")),
        View(),
    ),
    "transfer under way": (talking(replace(HELD, transfer=transfer("accepted", "1003"))), View()),
    "transfer wanted by them": (
        talking(replace(BOB, transfer=transfer("requested", "1003"))),
        View(),
    ),
    "call waiting": (talking(BOB, RINGING), View()),
    "call waiting, video": (talking(BOB, PICTURES_OFFERED), View()),
    "video, nothing comes": (talking(replace(BOB, video_local=True)), View()),
    "video": (talking(replace(BOB, video_remote=True, video_local=True)), View()),
    "video, keypad": (
        talking(replace(BOB, video_remote=True, video_local=True, digits="1234")),
        View(open="keypad", of=BOB.view.id),
    ),
    "ended": (_ended(125, say("ended_answered")), View()),
    "wrap-up": (WRAPS_UP, View()),
    "wrap-up, noted": (
        replace(WRAPS_UP, unlogged=WRAPS_UP.unlogged * 3),
        View(
            drafts={
                "outcome call-1002": "Call back later",
                "note call-1002": "Wants the blue one by Friday,\nas long as it is not too dear.",
            }
        ),
    ),
    "busy": (_ended(0, say("ended_busy")), View()),
    "not set up": (replace(IDLE, config=Config(), state="unconfigured"), View()),
    "sign-in": (replace(IDLE, config=Config(sign_in="on"), state="unconfigured"), View()),
    "sign-in, to a server of the page": (
        replace(IDLE, config=Config(host="wss://sip.example.com"), state="unconfigured"),
        View(),
    ),
    "sign-in, fields left empty": (
        replace(IDLE, config=Config(sign_in="on"), state="unconfigured"),
        View(lacks=("server", "username", "password")),
    ),
    "sign-in under way": (
        replace(
            IDLE, config=BY_HAND, state="registering", signing=Signing(stage="trying", given=GIVEN)
        ),
        TYPED,
    ),
    "sign-in refused": (
        replace(
            IDLE,
            config=BY_HAND,
            state="failed",
            error=WebPhoneError("auth_failed"),
            signing=Signing(stage="refused", given=GIVEN, error=WebPhoneError("auth_failed")),
        ),
        replace(TYPED, password_seen=True),
    ),
    "sign-in, no server answers": (
        replace(
            IDLE,
            config=BY_HAND,
            state="reconnecting",
            retry_at=NOW + 3,
            error=WebPhoneError("connection_failed"),
            signing=Signing(stage="refused", given=GIVEN, error=WebPhoneError("connection_failed")),
        ),
        TYPED,
    ),
    "sign-in, not registered": (
        replace(
            IDLE,
            config=BY_HAND,
            state="failed",
            error=WebPhoneError("register_failed"),
            signing=Signing(stage="refused", given=GIVEN, error=WebPhoneError("register_failed")),
        ),
        TYPED,
    ),
    "menu, signed in by hand": (
        replace(IDLE, config=BY_HAND, signing=Signing(stage="in", given=GIVEN)),
        View(open="menu"),
    ),
    "offline": (state("offline"), View()),
    "connecting to server": (state("connecting"), View()),
    "not registered": (state("connected"), View()),
    "registering": (state("registering"), View()),
    "reconnecting": (state("reconnecting", retry_at=NOW + 3), View()),
    "sign-in failed": (state("failed", error=WebPhoneError("auth_failed")), View()),
    "microphone blocked": (replace(IDLE, error=WebPhoneError("mic_denied")), View()),
    "microphone blocked, in Chromium": (refused("denied", "chromium"), TRIED),
    "microphone blocked, in Firefox": (refused("denied", "firefox"), TRIED),
    "microphone blocked, in Safari": (refused("denied", "safari"), TRIED),
    "microphone blocked, on an iPhone": (refused("denied", "ios"), TRIED),
    "microphone question closed": (refused("prompt", "chromium"), TRIED),
    "microphone allowed again": (refused("granted", "chromium"), TRIED),
    "microphone blocked by the system": (
        replace(
            refused("granted", "chromium"),
            error=WebPhoneError("mic_denied", say("microphone_by_system")),
        ),
        TRIED,
    ),
    "microphone in use": (replace(IDLE, error=WebPhoneError("mic_busy")), TRIED),
    "microphone blocked by the page around": (
        replace(IDLE, error=WebPhoneError("policy_blocked")),
        TRIED,
    ),
    "microphone blocked, ringing": (
        replace(refused("denied", "chromium"), calls=(RINGING,)),
        View(tried=Answer(id=RINGING.view.id)),
    ),
    "sound blocked": (replace(IDLE, sound_blocked=True), View()),
    "other tab": (replace(IDLE, other_tab=True), View()),
    "other tab, in call": (talking(BOB, other_tab=True), View()),
    "other tab, ringing": (replace(IDLE, other_tab=True, calls=(RINGING,)), View()),
    "do not disturb": (replace(IDLE, config=replace(CONFIG, dnd=True)), View()),
    "menu": (replace(IDLE, threads=THREADS, config=CODED), View(open="menu")),
    "devices": (
        replace(IDLE, devices=DEVICES, config=replace(CONFIG, video=True), offers=("headset",)),
        View(open="devices"),
    ),
    "devices, test call": (
        replace(
            IDLE,
            config=replace(CONFIG, test_number="*43"),
            chosen={"test_number": "*43"},
        ),
        View(open="devices"),
    ),
    "devices, microphone tried": (
        replace(IDLE, devices=DEVICES, trial=Trial(stage="listening", level=60, heard=True)),
        View(open="devices", trying="microphone"),
    ),
    "devices, own voice recorded": (
        replace(IDLE, devices=DEVICES, trial=Trial(stage="recording", level=20)),
        View(open="devices", trying="voice"),
    ),
    "devices, ring tried in a call": (
        talking(BOB, devices=DEVICES, trial=Trial(stage="ringing")),
        View(open="devices", trying="sound", over=BOB.view.id),
    ),
    "devices, none named": (
        replace(IDLE, devices=DevicesSnapshot(hidden=True, sinks=False)),
        View(open="devices"),
    ),
    "settings": (
        replace(IDLE, devices=DEVICES, offers=("notifications", "vibration")),
        View(open="settings"),
    ),
    "settings, some chosen": (
        replace(
            IDLE,
            config=replace(CONFIG, theme="dark", ring_volume=40, dnd=True, country="CH"),
            chosen={"theme": "dark", "ring_volume": 40, "dnd": True, "country": "CH"},
            offers=("notifications blocked", "vibration"),
        ),
        View(open="settings"),
    ),
    "settings, fixed by the page": (
        replace(
            IDLE,
            config=replace(CONFIG, auto_answer=True, country="GB", notifications="off"),
            fixed=frozenset(
                ("language", "country", "theme", "ring_volume", "auto_answer", "notifications")
            ),
        ),
        View(open="settings"),
    ),
    "settings, to be forgotten": (IDLE, View(open="settings", of="forget")),
    "about": (IDLE, View(open="about", home="https://phone.example/")),
    "menu, with all there can be": (
        replace(
            IDLE,
            config=replace(BY_HAND, feature_codes=("asterisk",), capture_links=("tel",)),
            offers=("notifications", "links"),
            signing=Signing(stage="in", given=GIVEN),
            threads=THREADS,
            voicemail=MAIL,
            lamps=LAMPS,
        ),
        View(open="menu"),
    ),
    "menu, fixed by the page": (
        replace(IDLE, config=replace(CONFIG, dnd=True), fixed=frozenset(("dnd",))),
        View(open="menu"),
    ),
    "another headset in a call": (
        talking(BOB, devices=replace(DEVICES, news=say("loudspeaker_gone", name="Jabra 20"))),
        View(),
    ),
    "menu, not reachable": (state("failed", threads=THREADS), View(open="menu")),
    "menu, what the browser may be asked for": (
        replace(
            IDLE,
            config=replace(CONFIG, capture_links=("tel",)),
            offers=("notifications", "links"),
        ),
        View(open="menu"),
    ),
    "more in a call": (
        talking(BOB, threads=THREADS, voicemail=MAIL, lamps=LAMPS, offers=("mini",)),
        View(open="menu", over=BOB.view.id),
    ),
    "more in a call, filming": (
        talking(replace(BOB, filming=True, sharing=True)),
        View(open="menu", over=BOB.view.id),
    ),
    "thread in a call": (
        talking(BOB, threads=THREADS),
        View(open="messages", of="1002", over=BOB.view.id),
    ),
    "text in a call": (talking(BOB, threads=THREADS), View()),
    "parking": (replace(talking(BOB), config=CODED), View()),
    "known caller": (
        replace(
            IDLE,
            calls=(
                replace(
                    RINGING,
                    contact=Contact(name="Anna Berg", photo=PICTURE, note="Gold, 3 open orders"),
                ),
            ),
        ),
        View(),
    ),
    "keyboard": (IDLE, View(open="shortcuts")),
    "keyboard in a call": (talking(BOB), View(open="shortcuts", over=BOB.view.id)),
    "calls": (replace(IDLE, history=PAST), View(open="history")),
    "no calls": (IDLE, View(open="history")),
    "calls, looked for": (
        replace(IDLE, history=PAST, deleted=2),
        View(open="history", drafts={"history-search": "clara", "history-kind": "outgoing"}),
    ),
    "calls, many": (
        replace(IDLE, history=tuple(past(n, n, "", str(n), "answered", 9) for n in range(120))),
        View(open="history", of="50"),
    ),
    "calls, to be deleted": (replace(IDLE, history=PAST), View(open="history", of="clear")),
    "calls in a call": (
        talking(BOB, history=PAST),
        View(open="history", over=BOB.view.id),
    ),
    "who is meant": (replace(IDLE, people=PEOPLE, history=PAST, number="b"), MATCHING),
    "who is meant, the second": (
        replace(IDLE, people=PEOPLE, history=PAST, number="b"),
        replace(MATCHING, chosen=1),
    ),
    "who is meant, by digits": (
        replace(IDLE, people=PEOPLE, history=PAST, number="0207946"),
        MATCHING,
    ),
    "who is meant, without keys": (
        replace(
            IDLE,
            people=PEOPLE,
            number="100",
            config=replace(CONFIG, show_dialpad=False),
        ),
        MATCHING,
    ),
    "contacts": (replace(IDLE, people=PEOPLE), View(open="contacts")),
    "no contacts": (
        replace(IDLE, people_news=say("vcard_line", line=7)),
        View(open="contacts"),
    ),
    "contacts, looked for": (
        replace(
            IDLE,
            people=tuple(Person(id=f"{n}", name=f"Anna {n}", numbers=(f"{n}",)) for n in range(70)),
            people_deleted=1,
        ),
        View(open="contacts", drafts={"contact-search": "a"}),
    ),
    "contact": (
        replace(IDLE, people=PEOPLE),
        View(
            open="contacts",
            of="1",
            drafts={"person-name": "Anna Berg", "person-numbers": "1001, +44 20 7946 0123"},
        ),
    ),
    "new contact in a call": (
        talking(BOB, people=PEOPLE),
        View(open="contacts", of="new", over=BOB.view.id),
    ),
    "contacts in a call": (
        talking(BOB, people=PEOPLE),
        View(open="contacts", over=BOB.view.id),
    ),
    "diagnosis": (replace(IDLE, diagnosis=FOUND), View(open="diagnosis")),
    "diagnosis running": (
        replace(IDLE, diagnosis=replace(FOUND, steps=FOUND.steps[:4], verdict="")),
        View(open="diagnosis"),
    ),
    "ladder": (replace(IDLE, ladder=LADDER), View(open="ladder")),
    "ladder copied": (
        replace(IDLE, ladder=replace(LADDER, copied="yes")),
        View(open="ladder"),
    ),
    "no ladder": (IDLE, View(open="ladder")),
    "messages": (replace(IDLE, threads=THREADS), View(open="messages")),
    "no messages": (IDLE, View(open="messages", drafts={"to": "1002"})),
    "thread": (
        replace(IDLE, threads=THREADS),
        View(open="messages", of="1002", drafts={"text 1002": "Half past?"}),
    ),
    "disabled": (replace(IDLE, number="100", config=replace(CONFIG, disabled=True)), View()),
    "disabled in call": (replace(talking(BOB), config=replace(CONFIG, disabled=True)), View()),
    "hostile name": (
        talking(
            call(
                "<b>Robert</b> & Sons, the longest name of any company in the book " * 3,
                "+4420794601234567890123456789",
                "active",
            )
        ),
        View(),
    ),
}
LAUNCHER = replace(CONFIG, layout="launcher")
# The phone behind its round button.
LAUNCHERS: dict[str, tuple[Snapshot, View]] = {
    "launcher": (replace(IDLE, config=LAUNCHER), View()),
    "launcher, missed": (
        replace(IDLE, config=LAUNCHER, history=PAST, threads=THREADS),
        View(shut_at=NOW - 7200),
    ),
    "launcher, something wrong": (
        state("failed", config=LAUNCHER, error=WebPhoneError("auth_failed")),
        View(),
    ),
    "launcher, ringing": (replace(IDLE, config=LAUNCHER, calls=(RINGING,)), View()),
    "launcher, calling": (
        talking(call("Bob Marsh", "1002", "ringing"), config=LAUNCHER),
        View(),
    ),
    "launcher, in call": (talking(BOB, config=LAUNCHER), View()),
    "launcher, muted": (talking(muted(BOB), config=LAUNCHER), View()),
    "launcher, call waiting": (talking(BOB, RINGING, config=LAUNCHER), View()),
    "launcher, open": (replace(IDLE, config=LAUNCHER), View(launched=True)),
    "launcher, open in call": (talking(BOB, config=LAUNCHER), View(launched=True)),
    "launcher, asking": (
        talking(
            replace(call("", "112", "preparing"), question="emergency", question_about="112"),
            config=LAUNCHER,
        ),
        View(),
    ),
}
SCREENS |= {
    f"{shown}, {part} hidden": (
        replace(snapshot, config=replace(CONFIG, **{f"show_{part}": False})),
        View(),
    )
    for part in PARTS
    for shown, snapshot in (("idle", replace(IDLE, number="100")), ("in call", talking(BOB)))
}


def drawn(name: str, language: str = ENGLISH) -> Node:
    snapshot, view = shown(name)
    return screen(replace(snapshot, language=language), view, NOW)


def shown(name: str) -> tuple[Snapshot, View]:
    return LAUNCHERS[name] if name in LAUNCHERS else SCREENS[name]


def sheet(width: int, theme: str, names: list[str], language: str = ENGLISH) -> str:
    """One HTML page with these screens side by side."""
    figures = "".join(
        f"<figure><figcaption>{name}</figcaption>"
        f'<web-phone theme="{theme}" data-name="{name}"{_layout(name)}>'
        '<template shadowrootmode="open">'
        f"{render(drawn(name, language))}</template>"
        "</web-phone></figure>"
        for name in names
    )
    ground = "#e8ebef" if theme == "light" else "#05070a"
    return (
        "<!doctype html><meta charset=utf-8><style>"
        f"body{{background:{ground};display:flex;flex-wrap:wrap;gap:16px;align-items:start;margin:16px}}"
        f"figure{{margin:0;width:{width}px}}"
        "figcaption{font:12px system-ui;color:#888;margin-bottom:4px}"
        # A corner of its own.
        "figure:has([layout=launcher]){block-size:600px;transform:translate(0)}"
        # Nothing has a style before it has the rules: it would change into its own by a transition.
        f"</style><body style=display:none>{figures}"
        # The phone's own rules once for all: a copy in each would be nine tenths of the page.
        f"<script>{ADOPT % json.dumps(CSS.read_text() + FORM.read_text())}</script>"
    )


def _layout(name: str) -> str:
    return ' layout="launcher"' if name in LAUNCHERS else ""


def main() -> None:
    from playwright.sync_api import Browser, sync_playwright

    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("names", nargs="*", help="the screens to show; all if none is named")
    options.add_argument("--docs", action="store_true", help="renew those of docs/screens.md")
    options.add_argument("--language", default=ENGLISH, choices=LANGUAGES, help="what is spoken")
    chosen = options.parse_args()
    mark = "" if chosen.language == ENGLISH else f"-{chosen.language}"

    def shoot(browser: Browser, width: int, theme: str, names: list[str], path: Path) -> None:
        columns = min(6 if width < 600 else 3, len(names))
        # A launcher opens otherwise where there is little room.
        height = 900 if set(names) & LAUNCHERS.keys() else 100
        view = {"width": columns * (width + 16) + 32, "height": height}
        page = browser.new_page(viewport=view)
        page.set_content(sheet(width, theme, names, chosen.language))
        page.screenshot(path=path, full_page=True, animations="disabled")
        page.close()

    if FONTS.exists():
        os.environ.setdefault("FONTCONFIG_FILE", str(FONTS))
    TARGET.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for theme in THEMES:
            if chosen.docs:
                shoot(browser, 320, theme, OF_THE_DOCS, DOCS / f"more-{theme}.png")
                shoot(browser, 600, theme, WIDE_OF_THE_DOCS, DOCS / f"wide-{theme}.png")
                continue
            for width in WIDTHS:
                names = chosen.names or [*SCREENS, *LAUNCHERS]
                shoot(browser, width, theme, names, TARGET / f"{width}-{theme}{mark}.png")
        browser.close()


if __name__ == "__main__":
    main()
