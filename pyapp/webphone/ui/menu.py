"""What a phone can do besides calling: past calls, texts, devices, switches, forwarding."""

from __future__ import annotations

from dataclasses import replace

from webphone.contract import Config, MakeCall, ShareScreen, StartVideo, StopVideo
from webphone.phone.feature_codes import codes
from webphone.phone.happenings import SettingChosen, SignedOut
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui import drafts
from webphone.ui.gestures import PageClosed, PageOpened, Requested
from webphone.ui.html import Node, element
from webphone.ui.messages import all_unread, title
from webphone.ui.pieces import button, switch
from webphone.ui.selectors import (
    TRANSFER,
    asked,
    own_page,
    park_command,
    parkable,
    shows_transfer,
    transferable,
    waiting,
)
from webphone.ui.switches import switch_of
from webphone.ui.view import (
    CONTACTS,
    DEVICES,
    DIAGNOSIS,
    HISTORY,
    MENU,
    MESSAGES,
    SETTINGS_PAGE,
    View,
)
from webphone.ui.words import say
from webphone.words import Sentence


def is_open(snapshot: Snapshot, view: View) -> bool:
    """Whether the person looks for more."""
    return own_page(snapshot, view) == MENU


def opener(snapshot: Snapshot, view: View, *, worded: bool = False) -> Node | None:
    """The button that opens it; what rings or asks has all the room there is."""
    config = snapshot.config
    first = snapshot.foremost
    if asked(snapshot) or (first is not None and first.stage == "incoming"):
        return None
    if waiting(snapshot) and config.layout != "bar":  # where an answer is behind it, too
        return None
    return view.drawn(
        ("opener", worded),
        _opener,
        config,
        count=all_unread(snapshot, view),
        there=own_page(snapshot, view) != "",
        worded=worded,
    )


def _opener(config: Config, *, count: int, there: bool, worded: bool) -> Node:
    name = say("menu_unread", count=count) if count else say("menu")
    opened = button(
        say("menu") if worded else name,
        on=PageClosed() if there else PageOpened(page=MENU),
        part="menu",
        config=config,
        sign="menu",
        wordless=not worded,
        waits=not config.complete,
    )
    marks = {"data-unread": str(count), "aria-label": name} if count else {}
    spread = {"aria-expanded": "true" if there else "false"}
    return replace(opened, attributes={**opened.attributes, **spread, **marks})


def away(call: str, config: Config, kind: str = "", *, goes: bool, parks: bool) -> tuple[Node, ...]:
    """What sends a call elsewhere: among its controls, and where the line is short, behind More.

    `call` is its id. `goes`: it can be transferred. `parks`: it can be parked.
    """
    parking = codes(config.feature_codes).park
    shown = []
    if shows_transfer(config):
        opened = PageOpened(page=TRANSFER, of=call) if goes else None
        shown.append(
            button(
                say("transfer"),
                on=opened,
                part=f"{kind}transfer",
                config=config,
                sign="transfer",
                after="transfer-back",
            )
        )
    if parking:
        shown.append(
            button(
                say("park"),
                on=park_command(call, parking) if parks else None,
                part=f"{kind}park",
                config=config,
                sign="park",
            )
        )
    return tuple(shown)


def recorder(call: CallSnapshot, config: Config) -> list[Node]:
    """The buttons for a recording of ours."""
    if config.record == "off":
        return []
    from webphone.ui import recording

    return recording.recorder(call, config)


def _unseen(snapshot: Snapshot) -> list[Node]:
    """What a bar has no room for beside its call."""
    call = snapshot.foremost
    if call is None or snapshot.config.layout != "bar":
        return []
    goes, parks = transferable(snapshot), parkable(call)
    ways = away(call.view.id, snapshot.config, goes=goes, parks=parks)
    return [*ways, *recorder(call, snapshot.config)]


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The page."""
    config = snapshot.config
    count = all_unread(snapshot, view)
    words = say("messages_unread", count=count) if count else say("messages")
    in_call = bool(snapshot.living)
    seldom = (*rarer(config), leads_to(SETTINGS_PAGE, say("settings"), "settings", config))
    shown = (
        title(say("menu"), say("close"), PageClosed(), config),
        _reached(snapshot, now),
        element(
            "div",
            element(
                "div",
                *_places(words, config),
                *(() if in_call else seldom),
                key="places",
                class_="places",
            ),
            element("div", *seldom[:2], key="rarer", class_="rarer") if in_call else None,
            *_unseen(snapshot),
            *_noise(snapshot),
            *_pictures(snapshot),
            *_offers(snapshot),
            switch_of("dnd", snapshot),
            # Who is in a call decides about the next one by hand.
            None if in_call else switch_of("auto_answer", snapshot),
            *_forwarding(view, config),
            _sign_out(snapshot),
            key="more",
            class_="more menu",
        ),
    )
    return [each for each in shown if each is not None]


def _noise(snapshot: Snapshot) -> list[Node]:
    """The strong filter on and off, so that both ends of a call can tell the difference."""
    call, config = snapshot.foremost, snapshot.config
    if call is None or not call.up:
        return []
    strong = config.noise_suppression == "strong"
    return [
        switch(
            say("noise_filter"),
            on=SettingChosen(name="noise_suppression", value="browser" if strong else "strong"),
            part="noise",
            config=config,
            sign="noise",
            pressed=strong,
            fixed="noise_suppression" in snapshot.fixed,
        )
    ]


def _sign_out(snapshot: Snapshot) -> Node | None:
    """The way out for who signed in by hand; not in a call, which it would end."""
    if snapshot.signing.stage != "in" or snapshot.living:
        return None
    return button(
        say("sign_out"), on=SignedOut(), part="sign-out", config=snapshot.config, sign="sign-out"
    )


def _reached(snapshot: Snapshot, now: float) -> Node | None:
    """Whether a call would arrive, and since when that is sure."""
    config = snapshot.config
    if not (config.show_status and config.complete) or snapshot.other_tab or snapshot.living:
        return None
    words = say("not_reachable")
    if snapshot.proved_at is not None:
        words = say("reachable", seconds=max(0, int(now - snapshot.proved_at)))
    return element("p", words, key="reached", class_="hint")


def counts(snapshot: Snapshot, view: View) -> bool:
    """Whether it says so in seconds."""
    return is_open(snapshot, view) and snapshot.proved_at is not None and not snapshot.living


def leads_to(
    page: str, words: Sentence, sign: str, config: Config, *, primary: bool = False
) -> Node:
    """The button that leads to a page of the phone."""
    return button(
        words,
        on=PageOpened(page=page),
        part=f"open-{page}",
        config=config,
        sign=sign,
        primary=primary,
    )


def _places(messages: Sentence, config: Config) -> list[Node]:
    """Where the person goes most, in a call too."""
    return [
        leads_to(HISTORY, say("history"), "recall", config, primary=True),
        leads_to(CONTACTS, say("contacts"), "user", config),
        leads_to(MESSAGES, messages, "messages", config),
    ]


def rarer(config: Config) -> tuple[Node, Node]:
    """Where they go seldom: in a call, where there is little room, side by side."""
    return (
        leads_to(DEVICES, say("devices"), "sound", config),
        leads_to(DIAGNOSIS, say("diagnose"), "diagnose", config),
    )


def _pictures(snapshot: Snapshot) -> list[Node]:
    """Our camera and our screen, in an answered call that takes a network."""
    call = snapshot.foremost
    if call is None or not call.up or call.within_page:
        return []
    return [
        button(
            say("camera"),
            on=StopVideo() if call.filming else StartVideo(),
            part="camera",
            config=snapshot.config,
            sign="camera",
            pressed=call.filming,
        ),
        button(
            say("share_screen"),
            on=ShareScreen(on=not call.sharing),
            part="share",
            config=snapshot.config,
            sign="share",
            pressed=call.sharing,
        ),
    ]


def _offers(snapshot: Snapshot) -> list[Node]:
    """What the browser asks the person about, after a press and as long as nobody was asked."""
    config = snapshot.config
    wanted = {
        "notifications": config.notifications == "on",
        "links": bool(config.capture_links),
        "mini": bool(snapshot.living),
    }
    return [
        button(
            say(f"offer_{what}"),
            on=Requested(what=what),
            part=f"offer-{what}",
            config=config,
            sign=what,
        )
        for what, wants in wanted.items()
        if wants and what in snapshot.offers
    ]


def _forwarding(view: View, config: Config) -> list[Node]:
    """The server forwards calls: what is dialled tells it so."""
    known = codes(config.feature_codes)
    if not known.forward or not config.show_dial:
        return []
    shown = [
        drafts.line(
            drafts.FORWARD,
            view,
            config,
            name=say("forward_to"),
            part="forward-input",
            send=say("forward"),
            does="forward",
            sign="forward",
            key="forward",
        )
    ]
    if known.forward_off:
        shown.append(
            button(
                say("forward_off"),
                on=MakeCall(target=known.forward_off),
                part="forward-off",
                config=config,
            )
        )
    return shown
