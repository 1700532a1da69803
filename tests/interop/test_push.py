"""A call wakes a page that is closed, or asleep: the documented Kamailio and gateway, and a service worker.

The push service of the browser's maker is not within reach: the subscription is the test's, and so is the service that the
gateway sends to; from there the push goes to the service worker by DevTools, as Chromium itself delivers one.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from interop.kamailio import Kamailio
from page.examples import USUAL, looked_at
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import LOOPBACK, free_port, wait_until
from page.program import Program, require

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "push.md"
GATEWAY = ROOT / "docs" / "servers" / "kamailio" / "push_gateway.py"
EXAMPLE = ROOT / "examples" / "push.html"
SUBSCRIPTION = """(endpoint) => {
  let given = localStorage.endpoint ? { endpoint, unsubscribe } : null;
  async function unsubscribe() { given = null; localStorage.removeItem("endpoint"); return true; }
  PushManager.prototype.getSubscription = async () => given;
  PushManager.prototype.subscribe = async (options) => {
    window.subscribedWith = options;
    localStorage.endpoint = endpoint;
    return (given = { endpoint, unsubscribe });
  };
}"""


class PushService:
    """Where the gateway sends to: keeps what came, and answers with `status`."""

    def __init__(self) -> None:
        self.came: list[dict[str, str]] = []
        self.status = 201
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heads = {name.lower(): value for name, value in self.headers.items()}
                service.came.append({"path": self.path, **heads})
                self.send_response(service.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer((LOOPBACK, free_port()), Handler)
        self.place = f"{LOOPBACK}:{self._server.server_port}"
        self.endpoint = f"http://{self.place}/alice?of=a+b"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def blocks() -> list[str]:
    """What docs/push.md says to write into the configuration: modules, registrar, target, the route."""
    found = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(found) == 4
    return found


def waking(gateway_port: int) -> Callable[[str], str]:
    """The configuration of the tests, changed as the page says."""
    modules, registrar, target, route = blocks()

    def changed(config: str) -> str:
        for old, new in (
            ('loadmodule "sipdump.so"\n', 'loadmodule "sipdump.so"\n' + modules),
            ('    if (!save("location")) { sl_reply_error(); }\n', registrar),
            (
                '    if (!lookup("location")) {\n        send_reply',
                target + '    if (!lookup("location")) {\n        send_reply',
            ),
            ("route[IN_DIALOG] {", route + "\nroute[IN_DIALOG] {"),
        ):
            assert config.count(old) == 1, old
            config = config.replace(old, new)
        return config.replace(":8058/", f":{gateway_port}/")

    return changed


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    made = PushService()
    yield made
    made.stop()


@contextmanager
def running_gateway(folder: Path, place: str) -> Iterator[int]:
    """The documented gateway, which sends to that place too; gives its port. Its key is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / "vapid.pem"
    require("openssl", "openssl")
    command = ["openssl", "ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", str(key)]
    subprocess.run(command, check=True)
    port = free_port()
    program = Program("push-gateway", folder)
    python = require("python3", "python3")
    more = ["--port", str(port), "--service", place]
    program.start(
        [python, GATEWAY, key, "mailto:tests@example.com", *more],
        lambda: "The key for the page:" in program.log(),
    )
    yield port
    program.stop()


@pytest.fixture(scope="module")
def key(run_folder: Path) -> Path:
    return run_folder / "push-gateway" / "vapid.pem"


@pytest.fixture(scope="module")
def gateway(run_folder: Path, service: PushService) -> Iterator[int]:
    """The port of the documented gateway."""
    with running_gateway(run_folder / "push-gateway", service.place) as port:
        yield port


@pytest.fixture(scope="module")
def server(start_kamailio: Callable[..., Kamailio], gateway: int) -> Kamailio:
    return start_kamailio(change=waking(gateway), ring_seconds=30)


class Porter:
    """The example, in a profile of its own in which it may be opened, closed and woken."""

    def __init__(self, context: BrowserContext, url: str, service: PushService) -> None:
        self.context, self.url, self.service = context, url, service
        context.add_init_script(f"({SUBSCRIPTION})({json.dumps(service.endpoint)})")
        # Keeps the profile while the page is closed, and what the tab of its next page finds.
        self.other = context.new_page()
        self.page = self.open()
        self.browser = context.new_cdp_session(self.other)
        self.workers: list[dict[str, Any]] = []
        self.browser.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda told: self.workers.extend(told["registrations"]),
        )

    def open(self) -> Page:
        self.page = self.context.new_page()
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.set_viewport_size(USUAL)
        self.page.goto(self.url)
        return self.page

    def state(self, state: str) -> None:
        self.page.wait_for_function("(s) => phone.state === s", arg=state, timeout=30_000)

    def push(self) -> None:
        """What the maker's push service would do now."""
        self.browser.send("ServiceWorker.enable")
        wait_until(lambda: self._turn() and self.workers, "the service worker to be known")
        origin = self.url.partition("/dist")[0]
        told = {"origin": origin, "registrationId": self.workers[-1]["registrationId"], "data": ""}
        self.browser.send("ServiceWorker.deliverPushMessage", told)

    def notes(self) -> list[str]:
        [worker] = self.context.service_workers
        found: list[str] = worker.evaluate(
            "async () => (await registration.getNotifications()).map(({ title }) => title)"
        )
        return found

    def _turn(self) -> bool:
        self.other.wait_for_timeout(20)
        return True


@pytest.fixture
def porter(
    new_context: Callable[..., BrowserContext],
    pages: PageServer,
    server: Kamailio,
    service: PushService,
) -> Iterator[Porter]:
    """Alice, whose page may be woken, registered."""
    at = f'host="{server.ws_url}" realm="{server.domain}" username="alice"'
    at += f' password="{server.users["alice"]}"'
    text, changed = re.subn(r" demo (?=auto-register)", f" {at} ", EXAMPLE.read_text())
    assert changed == 1
    url = pages.put("/dist/examples/push-at-a-server.html", text)
    pages.put("/dist/examples/push.html", text)
    context = new_context(permissions=("microphone", "notifications"))
    made = Porter(context, url.replace("push-at-a-server", "push"), service)
    made.state("registered")
    yield made
    made.page.close()


def wait_push(service: PushService, before: int) -> dict[str, str]:
    wait_until(lambda: len(service.came) > before, "a push")
    return service.came[-1]


def allowed(porter: Porter, server: Kamailio) -> None:
    """It is to be woken, and the server knows."""
    porter.page.get_by_role("button", name="Tell me of calls").click()
    expect(porter.page.locator("#said")).to_have_text("Calls are announced here.")
    prid = f"pn-prid={quote(porter.service.endpoint, safe='')}"
    wait_until(
        lambda: any(one.text.startswith("REGISTER") and prid in one.text for one in server.wire()),
        "the server to know where to push",
    )
    porter.state("registered")


def ring_and_talk(porter: Porter, ben: PhonePage) -> None:
    """The one call that waits rings, and is answered."""
    porter.page.wait_for_function("phone.calls[0]?.state === 'ringing'", timeout=30_000)
    porter.page.evaluate("phone.answer()")
    ben.wait_event("answer")
    ben.ears.wait_sound()
    assert porter.page.evaluate("phone.calls.length") == 1
    ben.call_method("hangup")
    ben.wait_event("end")
    porter.page.wait_for_function("phone.calls.length === 0")


def test_a_call_to_a_page_that_is_closed_waits_until_a_push_has_opened_it(
    porter: Porter,
    ben: PhonePage,
    server: Kamailio,
    service: PushService,
    key: Path,
    tmp_path: Path,
) -> None:
    allowed(porter, server)
    looked_at(porter.page, "push")
    porter.page.close()
    before = len(service.came)
    ben.make_call("alice")
    came = wait_push(service, before)
    assert came["path"] == "/alice?of=a+b"
    assert (came["ttl"], came["urgency"], came["content-length"]) == ("60", "high", "0")
    signed_by(came["authorization"], key, tmp_path, f"http://{service.place}")
    porter.push()
    wait_until(lambda: porter._turn() and porter.notes() == ["Incoming call"], "a notification")
    assert ben.calls()[0]["state"] == "dialling"
    porter.open()  # as a click on it does
    ring_and_talk(porter, ben)
    assert porter.notes() == []


def test_a_page_that_is_open_and_lost_its_connection_is_woken_without_a_click(
    porter: Porter, ben: PhonePage, server: Kamailio, service: PushService
) -> None:
    allowed(porter, server)
    porter.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    porter.state("offline")
    before = len(service.came)
    ben.make_call("alice")
    wait_push(service, before)
    porter.push()
    ring_and_talk(porter, ben)


def test_who_wants_to_hear_no_more_or_is_gone_is_not_pushed_to(
    porter: Porter, ben: PhonePage, server: Kamailio, service: PushService
) -> None:
    allowed(porter, server)
    porter.page.evaluate("phone.unregister()")
    porter.page.close()
    before = len(service.came)
    ben.make_call("alice")
    assert ben.wait_event("end")["sipCode"] == 480
    assert len(service.came) == before
    ben.forget_events()
    porter.open()
    porter.state("registered")
    porter.page.close()
    service.status = 410
    try:
        for pushes in (1, 1):
            time.sleep(0.2)
            ben.make_call("alice")
            assert ben.wait_event("end")["sipCode"] == 480
            assert len(service.came) == before + pushes
            ben.forget_events()
    finally:
        service.status = 201


@pytest.mark.parametrize(
    "prid",
    [
        "",
        "nonsense",
        "https://intranet.example/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "http://[/",
    ],
)
def test_the_gateway_sends_to_push_services_alone(gateway: int, prid: str) -> None:
    from http.client import HTTPConnection

    line = HTTPConnection(LOOPBACK, gateway, timeout=10)
    line.request("POST", "/", body=f"prid={quote(prid, safe='')}")
    assert line.getresponse().status == 400
    line.close()


def signed_by(authorization: str, key: Path, folder: Path, audience: str) -> None:
    """RFC 8292: the signature is that of the key that the page subscribes with."""
    found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", authorization)
    assert found is not None
    head, claims, signature = (_decoded(found[i]) for i in (1, 2, 3))
    assert json.loads(head) == {"typ": "JWT", "alg": "ES256"}
    said = json.loads(claims)
    assert (said["aud"], said["sub"]) == (audience, "mailto:tests@example.com")
    assert time.time() < said["exp"] < time.time() + 24 * 3600
    numbers = [_der(signature[:32]), _der(signature[32:])]
    body = b"".join(numbers)
    (folder / "signature").write_bytes(b"\x30" + bytes([len(body)]) + body)
    public = folder / "public.pem"
    subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-out", public], check=True)
    subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", public, "-signature", folder / "signature"],
        input=f"{found[1]}.{found[2]}".encode(),
        check=True,
    )


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _der(number: bytes) -> bytes:
    number = number.lstrip(b"\0")
    number = b"\0" + number if number[0] & 0x80 else number
    return b"\x02" + bytes([len(number)]) + number
