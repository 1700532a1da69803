"""The customer's specification as its tests use it: its rows, the ways to set them, a short call."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any, Literal

from playwright.sync_api import Locator

from page.phone_page import PhonePage
from page.server import Server

Way = Literal["attribute", "property", "setConfig"]
WAYS: tuple[Way, ...] = ("attribute", "property", "setConfig")

# Property -> attribute of every row of the specification that setConfig() takes too.
ROWS = {
    "showDialpad": "show-dialpad",
    "showDialledNumber": "show-dialled-number",
    "showAnswer": "show-answer",
    "showHangup": "show-hangup",
    "showHold": "show-hold",
    "showMute": "show-mute",
    "showDial": "show-dial",
    "showStatus": "show-status",
    "autoRegister": "auto-register",
    "host": "host",
    "username": "username",
    "password": "password",
    "displayName": "display-name",
    "cli": "cli",
    "realm": "realm",
}
SHOWN = tuple(name for name in ROWS if name.startswith("show"))
WITHOUT_ACCOUNT = (*SHOWN, "autoRegister", "displayName", "cli")

# What a crash leaves out: the page is not told that it goes.
UNTOLD = """<script>
addEventListener("pagehide", (event) => event.stopImmediatePropagation(), true);
</script>"""


# How often the worker has said that it holds what it was given.
HOLDS = """<script>
window.heldFor = 0;
const Worker = window.SharedWorker;
window.SharedWorker = class extends Worker {
  constructor(...given) {
    super(...given);
    this.port.addEventListener("message", ({ data }) => data === "held" && window.heldFor++);
  }
};
</script>"""


def give(phone: PhonePage, way: Way, settings: Mapping[str, Any]) -> None:
    """Set rows, by property name, all in one go."""
    if way == "setConfig":
        phone.call_method("setConfig", dict(settings))
    elif way == "property":
        phone.page.evaluate(
            "([id, given]) => { Object.assign(document.getElementById(id), given); }",
            [phone.id, dict(settings)],
        )
    else:
        written = {ROWS[name]: _written(value) for name, value in settings.items()}
        phone.page.evaluate(
            """([id, given]) => {
              for (const [name, value] of Object.entries(given))
                document.getElementById(id).setAttribute(name, value);
            }""",
            [phone.id, written],
        )


def put_back(phone: PhonePage, server: Server, user: str) -> None:
    """A registered phone of this user without calls, every row as it was."""
    phone.call_method("hangupAll")
    for name in WITHOUT_ACCOUNT:
        phone.attribute(ROWS[name], None)
    phone.call_method("setConfig", {**account(server, user), **dict.fromkeys(WITHOUT_ACCOUNT)})
    phone.call_method("show")
    phone.call_method("register")


def account(server: Server, user: str) -> dict[str, str]:
    """The rows of a user of the server."""
    return {
        "host": server.ws_url,
        "realm": server.domain,
        "username": user,
        "password": server.users[user],
    }


def add_phone(
    page_of: PhonePage, id: str, settings: Mapping[str, Any], around: str = "{}"
) -> PhonePage:
    """One more phone on that page, written as markup; `around` is the markup it stands in."""
    given = {ROWS.get(name, name): _written(value) for name, value in settings.items()}
    written = "".join(f' {name}="{html.escape(value)}"' for name, value in given.items())
    page_of.page.evaluate(
        "(markup) => document.body.insertAdjacentHTML('beforeend', markup)",
        around.format(f'<web-phone id="{id}"{written}></web-phone>'),
    )
    phone = page_of.beside(id)
    phone.call_method("ready")
    return phone


def remove_phones(page_of: PhonePage) -> None:
    """Remove what add_phone() added."""
    page_of.page.evaluate(
        """(id) => {
          const phone = document.getElementById(id);
          while (phone.nextElementSibling) phone.nextElementSibling.remove();
        }""",
        page_of.id,
    )


def ring(caller: PhonePage, callee: PhonePage, **options: Any) -> dict[str, Any]:
    """A call that rings; gives the detail of the callee's `ringingin`."""
    since = callee.mark()
    caller.make_call(callee.id, **options)
    return callee.wait_event("ringingin", since=since)


def talk(caller: PhonePage, callee: PhonePage, **options: Any) -> dict[str, Any]:
    """A call that is answered; gives the detail of the callee's `ringingin`."""
    since = caller.mark()
    ringing = ring(caller, callee, **options)
    callee.call_method("answer", ringing["id"])
    caller.wait_event("answer", since=since)
    return ringing


def still_talking(*phones: PhonePage) -> None:
    """Each of them has the call that it had, and hears it."""
    for phone in phones:
        assert [call["state"] for call in phone.calls()] == ["active"]
        assert not phone.details("end")
    phones[0].ears.wait_sound()


def hang_up(here: PhonePage, there: PhonePage) -> None:
    """End the call here; it must arrive there."""
    since = there.mark()
    here.call_method("hangup")
    assert there.wait_event("end", since=since)["endedBy"] == "remote"


def screen(phone: PhonePage) -> Locator:
    """What a person sees of this phone."""
    return phone.page.locator(f"web-phone#{phone.id}")


def button(phone: PhonePage, name: str) -> Locator:
    """A control by the name that a screen reader says."""
    return screen(phone).get_by_role("button", name=name, exact=True)


def at_rest(phone: PhonePage) -> None:
    """Put away what the screen still says of the last call and of the last fault."""
    for name in ("Close", "Dismiss"):
        if button(phone, name).is_visible():
            button(phone, name).click()


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
