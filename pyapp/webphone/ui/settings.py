"""The settings that are a person's own: each as it is, set here, and put back as the page has it.

Loaded when somebody looks at them. What the page has set is shown, and can't be changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webphone.contract import ForgetEverything
from webphone.phone.emergency_numbers import NUMBERS
from webphone.phone.happenings import SettingChosen, SettingsReset
from webphone.phone.snapshot import Snapshot
from webphone.ui import devices
from webphone.ui.gestures import PageOpened, Requested, SettingEntered
from webphone.ui.html import Node, element
from webphone.ui.menu import leads_to, rarer
from webphone.ui.messages import title
from webphone.ui.pieces import button, named
from webphone.ui.switches import switch_of
from webphone.ui.view import ABOUT, MENU, SETTINGS_PAGE, SHORTCUTS, View
from webphone.ui.words import say
from webphone.words import RIGHT_TO_LEFT, Sentence

FORGET = "forget"  # in the place of what the page is about: whether all is to go
LANGUAGE = "language"
# Each language by what those who speak it call it: it is found by who reads no other.
NAMES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "he": "עברית",
    "hi": "हिन्दी",
    "it": "Italiano",
    "ja": "日本語",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt-BR": "Português (Brasil)",
    "ru": "Русский",
    "tr": "Türkçe",
    "zh-Hans": "简体中文",
}
THEMES = {
    "auto": say("theme_auto"),
    "light": say("theme_light"),
    "dark": say("theme_dark"),
}
NOISE = {
    "browser": say("noise_browser"),
    "strong": say("noise_strong"),
    "off": say("noise_off"),
}


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The page."""
    config = snapshot.config
    return [
        title(say("settings"), say("back"), PageOpened(page=MENU), config),
        element(
            "div",
            *_group("sound", say("settings_sound"), _sound(snapshot)),
            *_group("calls", say("settings_calls"), _calls(snapshot)),
            *_group("looks", say("settings_looks"), _looks(snapshot, view)),
            *_group("here", say("settings_here"), _here(snapshot, view)),
            key="settings",
            class_="more settings",
        ),
    ]


def _group(name: str, words: Sentence, rows: Sequence[Node | None]) -> list[Node]:
    """Rows under a heading."""
    there = [row for row in rows if row is not None]
    return [element("h3", words, key=name, class_="group"), *there]


# --- What there is to set -------------------------------------------------------------------------


def _sound(snapshot: Snapshot) -> list[Node | None]:
    config = snapshot.config
    return [
        *rarer(config),
        devices.choice("ringer", snapshot.devices, config) if snapshot.devices.sinks else None,
        _row(
            "ring_volume",
            say("set_ring_volume"),
            element(
                "input",
                type="range",
                min="0",
                max="100",
                step="5",
                part="ring-volume",
                key="control",
                value=str(config.ring_volume),
            ),
            snapshot,
        ),
        _choice(
            "noise_suppression",
            say("set_noise"),
            list(NOISE.items()),
            config.noise_suppression,
            snapshot,
        ),
        switch_of("vibration", snapshot) if "vibration" in snapshot.offers else None,
        switch_of("call_sounds", snapshot),
        switch_of("announcements", snapshot),
    ]


def _calls(snapshot: Snapshot) -> list[Node | None]:
    return [switch_of(name, snapshot) for name in ("dnd", "auto_answer", "call_waiting")]


def _looks(snapshot: Snapshot, view: View) -> list[Node | None]:
    chosen = str(snapshot.chosen.get(LANGUAGE, ""))
    fixed = LANGUAGE in snapshot.fixed
    here = snapshot.config.country.upper()
    codes = {code for several in NUMBERS.values() for code in several.split()}
    countries = view.places(frozenset(codes | ({here} if here else set())), snapshot.language)
    return [
        _choice(
            LANGUAGE,
            say("set_language"),
            list(NAMES.items()),
            snapshot.language if fixed else chosen,
            snapshot,
            usual=None if fixed else say("language_page"),
        ),
        _choice(
            "country",
            say("set_country"),
            countries,
            here,
            snapshot,
            usual=say("country_page"),
        ),
        _choice("theme", say("set_theme"), list(THEMES.items()), snapshot.config.theme, snapshot),
    ]


def _here(snapshot: Snapshot, view: View) -> list[Node | None]:
    config = snapshot.config
    asks = config.notifications == "on"
    return [
        switch_of("notifications", snapshot),
        button(
            say("allow_notifications"),
            on=Requested(what="notifications"),
            part="offer-notifications",
            config=config,
            sign="notifications",
        )
        if asks and "notifications" in snapshot.offers
        else None,
        element("p", say("notifications_blocked"), key="blocked", class_="hint")
        if asks and "notifications blocked" in snapshot.offers
        else None,
        switch_of("hotkeys", snapshot),
        leads_to(SHORTCUTS, say("keys"), "keypad", config),
        button(
            say("reset_all"),
            on=SettingsReset(),
            part="reset-all",
            config=config,
            sign="undo",
        )
        if snapshot.chosen
        else None,
        *(_asks_to_forget(snapshot) if view.of == FORGET else (_forget(snapshot),)),
        leads_to(ABOUT, say("about"), "about", config),
    ]


def _forget(snapshot: Snapshot) -> Node:
    return button(
        say("forget"),
        on=PageOpened(page=SETTINGS_PAGE, of=FORGET),
        part="forget",
        config=snapshot.config,
        sign="delete",
        after="keep-all",
    )


def _asks_to_forget(snapshot: Snapshot) -> tuple[Node, ...]:
    config = snapshot.config
    return (
        element("p", say("forget_hint"), key="forget-hint", class_="hint", role="alert"),
        button(
            say("forget_now"),
            on=ForgetEverything(),
            part="forget-all",
            config=config,
            sign="delete",
        ),
        button(
            say("forget_not"),
            on=PageOpened(page=SETTINGS_PAGE),
            part="keep-all",
            config=config,
            sign="close",
            after="forget",
        ),
    )


# --- Rows -----------------------------------------------------------------------------------------


def _choice(
    name: str,
    words: Sentence,
    options: Sequence[tuple[str, str]],
    value: str,
    snapshot: Snapshot,
    usual: Sentence | None = None,
) -> Node:
    """A setting that is one of several; `usual` is what is said of none of them."""
    first = [("", usual)] if usual is not None else []
    return _row(
        name,
        words,
        element(
            "select",
            *(_option(each, said, value) for each, said in (*first, *options)),
            part=name.replace("_", "-"),
            key="control",
            value=value,
        ),
        snapshot,
    )


def _option(value: str, words: str, chosen: str) -> Node:
    native = words == NAMES.get(value)
    direction = "rtl" if value in RIGHT_TO_LEFT else "ltr"
    return element(
        "option",
        words,
        key=value,
        value_=value,
        selected=value == chosen,
        lang=value if native else None,
        dir=direction if native else None,
    )


def _row(name: str, words: Sentence, control: Node, snapshot: Snapshot) -> Node:
    """A control under its words: as the page has it where the page has set it."""
    config, fixed = snapshot.config, name in snapshot.fixed
    still = config.disabled or fixed
    changed = name in snapshot.chosen and not fixed
    set = replace(
        control,
        attributes={**control.attributes, **({"disabled": ""} if still else {})},
        on={} if still else {"input": SettingEntered(name=name)},
    )
    label = element(
        "label",
        named(words, fixed=fixed),
        set,
        key="label",
        class_="device",
    )
    back = button(
        say("reset"),
        on=SettingChosen(name=name),
        part="reset",
        config=config,
        sign="undo",
        wordless=True,
        label=say("reset_setting", setting=words),
    )
    return element("div", label, back if changed else None, key=name, class_="setting")


def entered(name: str, value: str) -> SettingChosen:
    """What a person has set there."""
    return SettingChosen(name=name, value=value or None)
