"""Who are you? The form in which a person gives the phone its account: loaded where it is asked.

It stands in the light DOM, in a slot of the phone: a browser's password manager fills and keeps
what it finds there, and the phone itself keeps no password.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webphone.contract import Config, WebPhoneError
from webphone.phone.happenings import Happening, SignedIn, SignedOut
from webphone.phone.snapshot import Snapshot
from webphone.ui.drafts import edited
from webphone.ui.gestures import DraftEdited, Fields, PasswordSeen, SignInSent
from webphone.ui.html import Node, element
from webphone.ui.pieces import icon
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence
from webphone.words.bidi import isolate

SERVER, USERNAME, PASSWORD = "server", "username", "password"
# What is typed stays, but for the password, which only the browser has.
DRAFTS = {SERVER: "sign-in-server", USERNAME: "sign-in-username"}
LONGEST = 1000
EXAMPLE = "sip.example.com"
SECURE = "wss://"
# Errors that are about the server that was typed -> what is said of it.
OF_SERVER = {
    "invalid_config": "sign_in_no_server",
    "connection_failed": "sign_in_mute",
    "timeout": "sign_in_mute",
}


def body(snapshot: Snapshot, view: View) -> list[Node]:
    """The slot, and the form that stands in it."""
    return [element("slot", _form(snapshot, view), name="sign-in", key="sign-in")]


def _form(snapshot: Snapshot, view: View) -> Node:
    trying = snapshot.signing.stage == "trying"
    wrong = _wrong(snapshot, view)
    return element(
        "form",
        element("p", say("sign_in"), class_="webphone-title"),
        _line("", wrong[""]) if "" in wrong else None,
        *(_field(name, snapshot, view, wrong.get(name)) for name in _asked(snapshot)),
        element(
            "div",
            _button(
                say("signing_in" if trying else "sign_in"), snapshot.config, send=True, busy=trying
            ),
            _button(say("cancel"), snapshot.config, on=SignedOut()) if trying else None,
            class_="webphone-end",
            key="end",
        ),
        key="form",
        slot="sign-in",
        class_="webphone-sign-in",
        method="post",
        novalidate=True,
        aria_label=say("sign_in"),
        aria_busy="true" if trying else None,
        lang=snapshot.language,
        on={} if snapshot.config.disabled or trying else {"submit": SignInSent()},
    )


def _asked(snapshot: Snapshot) -> list[str]:
    """The fields: what the page has fixed is not asked."""
    config, given = snapshot.config, snapshot.signing.given
    fixed = {
        SERVER: config.host and "host" not in given,
        USERNAME: config.username and "username" not in given,
    }
    return [name for name in (SERVER, USERNAME, PASSWORD) if not fixed.get(name)]


def _field(name: str, snapshot: Snapshot, view: View, wrong: Sentence | None) -> Node:
    key = f"webphone-{snapshot.guest}-{name}"
    config, draft = snapshot.config, DRAFTS.get(name, "")
    seen = view.password_seen
    given: dict[str, Any] = {
        SERVER: {"type": "text", "inputmode": "url", "placeholder": EXAMPLE, "autocomplete": "on"},
        USERNAME: {"type": "text", "autocomplete": "username"},
        PASSWORD: {"type": "text" if seen else "password", "autocomplete": "current-password"},
    }[name]
    return element(
        "div",
        element("label", say(f"sign_in_{name}"), for_=key),
        element(
            "div",
            element(
                "input",
                key=name,
                id=key,
                name=name,
                autocapitalize="none",
                spellcheck="false",
                dir="ltr",
                maxlength=LONGEST,
                required=True,
                aria_invalid="true" if wrong else None,
                aria_describedby=f"{key}-wrong" if wrong else None,
                disabled=config.disabled,
                value=view.drafts.get(draft, "") if draft else None,
                on={"input": DraftEdited(what=draft)} if draft and not config.disabled else {},
                **given,
            ),
            _button(
                say("show_password"),
                config,
                on=PasswordSeen(shown=not seen),
                pressed=seen,
                eye=True,
            )
            if name == PASSWORD
            else None,
            class_="webphone-line",
        ),
        _line(key, wrong) if wrong else None,
        key=name,
        class_="webphone-field",
    )


def _line(key: str, wrong: Sentence) -> Node:
    """What is wrong with a field, or with all of it."""
    return element(
        "p",
        icon("alert"),
        element("span", wrong),
        key="wrong",
        id=f"{key}-wrong" if key else None,
        class_="webphone-wrong",
    )


def _button(
    words: Sentence,
    config: Config,
    *,
    on: object = None,
    send: bool = False,
    busy: bool = False,
    eye: bool = False,
    pressed: bool | None = None,
) -> Node:
    return element(
        "button",
        icon("eye") if eye else None,
        None if eye else element("span", words),
        key="send" if send else words.key,
        type="submit" if send else "button",
        class_="webphone-send" if send else "webphone-eye" if eye else "webphone-other",
        title=words if eye else None,
        aria_label=words if eye else None,
        aria_pressed=None if pressed is None else str(pressed).lower(),
        aria_disabled="true" if busy else None,
        disabled=config.disabled,
        on={"click": on} if on is not None and not config.disabled else {},
    )


# --- What is wrong --------------------------------------------------------------------------------


def _wrong(snapshot: Snapshot, view: View) -> dict[str, Sentence]:
    """What is wrong, by the field that it is about; "" is none."""
    if view.lacks:
        return {name: say(f"sign_in_lacks_{name}") for name in view.lacks}
    if snapshot.signing.error is None:
        return {}
    asked, code = _asked(snapshot), snapshot.signing.error.code
    where = PASSWORD if code == "auth_failed" else SERVER if code in OF_SERVER else ""
    return {where if where in asked else "": why(snapshot, view)}


def why(snapshot: Snapshot, view: View) -> Sentence:
    """Why it failed, to the person who tried."""
    error, config = snapshot.signing.error, snapshot.settings
    assert error is not None  # who asks has looked
    return view.drawn("why", _why, error, config.username, config.domain, config.host)


def _why(error: WebPhoneError, username: str, domain: str, host: str) -> Sentence:
    if error.code == "auth_failed":
        user = f"{username}@{domain}" if domain else username
        return say("sign_in_refused", user=isolate(user))
    if error.code in OF_SERVER:
        return say(OF_SERVER[error.code], server=isolate(short(host)))
    return say("spoken_error", message=error.message, hint=error.hint)


# --- What is sent ---------------------------------------------------------------------------------


def sent(view: View, snapshot: Snapshot, fields: Fields) -> tuple[View, list[Happening]]:
    """The form as it was sent: what it lacks is asked for again, and nothing of it is lost."""
    typed = {name: str(fields.get(name, ""))[:LONGEST] for name in _asked(snapshot)}
    typed |= {name: typed[name].strip() for name in DRAFTS if name in typed}
    lacks = tuple(name for name, text in typed.items() if not text)
    for name, draft in DRAFTS.items():
        if name in typed:  # a password manager may have filled it in silence
            view = edited(view, draft, typed[name])
    view = replace(view, lacks=lacks, password_seen=view.password_seen and bool(lacks))
    if lacks:
        return view, []
    user, _, domain = typed.get(USERNAME, "").removeprefix("sip:").partition("@")
    theirs = "realm" in snapshot.signing.given or not snapshot.config.realm
    wish = SignedIn(
        host=whole(typed.get(SERVER, "")),
        username=user,
        realm=domain if theirs else "",
        password=typed[PASSWORD],
    )
    return view, [wish]


def whole(server: str) -> str:
    """What a person types as server, as the setting `host` has it: by a secure connection."""
    parts = [part.strip() for part in server.split(",") if part.strip()]
    return ",".join(part if "://" in part else f"{SECURE}{part}" for part in parts)


def short(host: str) -> str:
    """And back."""
    return host.removeprefix(SECURE)


def remembered(view: View, server: str) -> View:
    """The form begins with the server of the last time, where nothing else is typed."""
    if not server or view.drafts.get(DRAFTS[SERVER]):
        return view
    return edited(view, DRAFTS[SERVER], short(server))
