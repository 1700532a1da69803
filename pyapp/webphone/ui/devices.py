"""Sound and devices on the screen: what the person speaks into, hears from and looks into."""

from __future__ import annotations

from webphone.contract import (
    Command,
    Config,
    SetCamera,
    SetInput,
    SetOutput,
    SetRinger,
    SetVolume,
)
from webphone.phone.happenings import Asked, DevicesWanted, Happening
from webphone.phone.snapshot import DevicesSnapshot, Snapshot
from webphone.ui.gestures import DeviceChosen, PageOpened, Requested
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.pieces import button
from webphone.ui.trial_call import trial_call
from webphone.ui.trying import trials
from webphone.ui.view import MENU, View
from webphone.ui.words import say
from webphone.words import Sentence

VOLUME = "volume"
FULL = 100  # as a person sets the volume
# What a device is used for, in words, and the kind of device that is.
ROWS = {
    "input": (say("device_input"), "audioinput"),
    "output": (say("device_output"), "audiooutput"),
    "ringer": (say("device_ringer"), "audiooutput"),
    "camera": (say("device_camera"), "videoinput"),
}
# What a person can try there.
TRIED = {"input": ("microphone", "voice"), "ringer": ("sound",)}
COMMANDS: dict[str, type[SetInput | SetOutput | SetRinger | SetCamera]] = {
    "input": SetInput,
    "output": SetOutput,
    "ringer": SetRinger,
    "camera": SetCamera,
}


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The page."""
    devices, config = snapshot.devices, snapshot.config
    return [
        title(say("devices"), say("back"), PageOpened(page=MENU), config),
        element(
            "div",
            *(_hidden(config) if devices.hidden else ()),
            *(row for role in _roles(snapshot) for row in _row(role, snapshot, view)),
            None if devices.sinks else trials(("sound",), snapshot, view),
            _volume(devices, config),
            *_buttons(snapshot),
            trial_call(snapshot, view),
            key="devices",
            class_="more settings devices",
        ),
    ]


def _row(role: str, snapshot: Snapshot, view: View) -> list[Node]:
    """What is used for it, and what can be tried there."""
    shown = choice(role, snapshot.devices, snapshot.config)
    return [shown, trials(TRIED[role], snapshot, view)] if role in TRIED else [shown]


def _buttons(snapshot: Snapshot) -> list[Node]:
    """Those of a headset, in a browser that can hear them: it asks which one may be used."""
    if "headset" not in snapshot.offers:
        return []
    return [
        button(
            say("offer_headset"),
            on=Requested(what="headset"),
            part="offer-headset",
            config=snapshot.config,
            sign="headset",
        )
    ]


def wished(what: str, value: str) -> list[Happening]:
    """What a person has set there; a value that no such control has is none."""
    command: Command
    if what == VOLUME:
        volume = int(value) if value.isdecimal() else FULL
        command = SetVolume(x=min(volume, FULL) / FULL)
    else:
        command = COMMANDS[what](id=value)
    return [Asked(command=command)]


def _roles(snapshot: Snapshot) -> list[str]:
    pictures = snapshot.config.video or any(call.video_local for call in snapshot.living)
    shown = {
        "input": True,
        "output": snapshot.devices.sinks,
        "ringer": snapshot.devices.sinks,
        "camera": pictures,
    }
    return [role for role in ROWS if shown[role]]


def choice(role: str, devices: DevicesSnapshot, config: Config) -> Node:
    """The devices for a use of them, and which is chosen."""
    words, kind = ROWS[role]
    there = [one for one in devices.listed if one.kind == kind]
    chosen = next((one.id for one in there if role in one.chosen_for), "")
    options = [("", say("device_system")), *((one.id, one.label) for one in there)]
    return _labelled(
        words,
        element(
            "select",
            *(element("option", label, key=id, value_=id) for id, label in options),
            part="device-input",
            key="choice",
            dir="auto",
            disabled=config.disabled,
            value=chosen,
            on={} if config.disabled else {"input": DeviceChosen(what=role)},
        ),
        role,
    )


def _volume(devices: DevicesSnapshot, config: Config) -> Node:
    return _labelled(
        say("device_volume"),
        element(
            "input",
            type="range",
            min="0",
            max=str(FULL),
            step="5",
            part="volume",
            key="volume",
            disabled=config.disabled,
            value=str(round(devices.volume * FULL)),
            on={} if config.disabled else {"input": DeviceChosen(what=VOLUME)},
        ),
        VOLUME,
    )


def _labelled(words: Sentence, control: Node, key: str) -> Node:
    return element(
        "label", element("span", words, class_="words"), control, key=key, class_="device"
    )


def _hidden(config: Config) -> tuple[Node, Node]:
    """The browser names what there is only to a page that may use it."""
    return (
        element("p", say("devices_hidden"), key="hidden", class_="hint"),
        button(
            say("devices_allow"),
            on=DevicesWanted(),
            part="allow",
            config=config,
            sign="microphone",
        ),
    )
