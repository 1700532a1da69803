"""The whole phone on a page: what main.py joins, and what is left when an element goes."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from browser.bench import COUNT_PROXIES, PORTS, Bench, bench

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Bench]:
    """A page that runs main.py, with no element on it yet."""
    with bench(chromium, permissions=["microphone"]) as opened:
        for script in ("/contract.js", "/webphone.js"):
            opened.page.add_script_tag(url=script)
        opened.given(COUNT_PROXIES)
        opened.given((ROOT / "pyapp" / "main.py").read_text())
        yield opened


@pytest.fixture
def phone(page: Bench) -> Iterator[Bench]:
    """One <web-phone>, `phone` in JavaScript and `phones[0]` in Python."""
    page.page.evaluate(
        """() => {
          globalThis.phone = document.createElement("web-phone");
          phone.id = "phone";
          globalThis.told = [];
          for (const name of ["ready", "error", "statechange"])
            phone.addEventListener(name, (e) => told.push([name, e.detail.code ?? e.detail.state]));
          document.body.append(phone);
        }"""
    )
    yield page
    page.page.evaluate("phone.remove()")
    page.page.wait_for_function("python.runPython('len(phones)') === 0")


class Line:
    """A server that keeps what it hears and says nothing."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed = threading.Event()
        self.server = self._listening()
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}"

    def _keep(self, connection: ServerConnection) -> None:
        try:
            for frame in connection:
                self.heard.append(frame if isinstance(frame, str) else frame.decode())
        except ConnectionClosed:
            pass
        self.closed.set()

    def _listening(self) -> Server:
        for port in reversed(PORTS):
            try:
                return serve(self._keep, "127.0.0.1", port, subprotocols=[Subprotocol("sip")])
            except OSError:
                continue
        raise OSError("no free port")


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    thread = threading.Thread(target=opened.server.serve_forever)
    thread.start()
    yield opened
    opened.server.shutdown()
    thread.join()


def test_who_hears_of_a_change_reads_the_phone_as_it_is_by_then(phone: Bench) -> None:
    told = phone.page.evaluate(
        """async () => {
          const read = [];
          phone.addEventListener("statechange", ({ detail }) => read.push([detail.state, phone.state]));
          phone.demo = true;
          await phone.register();
          return [...read, ["registered", phone.state]];
        }"""
    )
    assert ["registering", "registering"] in told
    assert all(said == read for said, read in told)


def test_who_hears_of_the_phone_of_another_tab_reads_that_phone(page: Bench) -> None:
    told = page.page.evaluate(
        """async () => {
          const [first, second] = ["first", "second"].map((id) => {
            const phone = document.createElement("web-phone");
            Object.assign(phone, { id, username: "anna", multiTab: "leader", demo: true });
            document.body.append(phone);
            return phone;
          });
          const read = [];
          const follows = new Promise((then) =>
            second.addEventListener("leaderchange", ({ detail }) => detail.leader || then()));
          const next = (name) => new Promise((then) => second.addEventListener(name, ({ detail }) => {
            read.push([name, detail.mirrored, second.state, second.calls.map(({ state }) => state)]);
            then();
          }, { once: true }));
          await follows;
          const registered = next("registered");
          await first.register();
          await registered;
          const ringing = next("ringingout");
          await first.makeCall("604");
          await ringing;
          const ended = next("end");
          first.hangup();
          await ended;
          first.remove();
          second.remove();
          return read;
        }"""
    )
    assert told == [
        ["registered", True, "registered", []],
        ["ringingout", True, "registered", ["ringing"]],
        ["end", True, "registered", []],
    ]


def test_python_draws_the_screen_and_says_that_it_is_ready(phone: Bench):
    told, shown, marks = phone.page.evaluate(
        """() => [told, phone.shadowRoot.textContent.length > 0,
                  performance.getEntriesByName("webphone:python").length > 0]"""
    )
    assert told == [["ready", None]]
    assert shown
    assert marks


def test_a_call_that_is_asked_for_before_python_is_there_does_not_hide_the_first_screen(
    page: Bench, line: Line
):
    """The call goes first, and the shell stays meanwhile: not for good, where the page is busy then."""
    page.page.evaluate(
        """async (url) => {
          // As the page's script has asked by then.
          WebPhone.early = { permission: await navigator.permissions.query({ name: "microphone" }) };
          globalThis.comes = () => {
            globalThis.phone = document.createElement("web-phone");
            const shell = document.createElement("p");
            shell.id = "shell";
            phone.shadowRoot.append(shell);
            phone.setConfig({ host: url, username: "alice", password: "secret" });
            phone.makeCall("bob").catch(() => {});
            document.body.append(phone);
          };
        }""",
        line.url,
    )
    page.run(
        """
        import asyncio
        from time import monotonic
        import js
        js.comes()
        for busy in (True, False):
            while phones[0]._peers.busy is not busy:
                phones[0]._showing.blocked(False)
                await asyncio.sleep(0.001)
        late = monotonic() + 0.2  # the page has no time for its timers
        while monotonic() < late:
            pass
        phones[0]._showing.blocked(False)
        """
    )
    page.page.wait_for_function("!phone.shadowRoot.querySelector('#shell')", timeout=5_000)
    page.page.wait_for_function("phone.shadowRoot.textContent.includes('bob')")
    page.page.evaluate("phone.remove(); delete WebPhone.early")
    page.page.wait_for_function("python.runPython('len(phones)') === 0")


def test_an_idle_phone_does_not_tick(phone: Bench):
    assert phone.run("return [phones[0]._showing._tick.deadline, phones[0]._alarm.deadline]") == [
        None,
        None,
    ]


def test_a_key_pressed_on_the_screen_is_typed(phone: Bench):
    phone.page.get_by_role("button", name="5").first.click()
    assert phone.run("return phones[0].desk.number") == "5"


def test_a_phone_connects_registers_and_hangs_up_its_line_when_its_element_goes(
    page: Bench, phone: Bench, line: Line
):
    page.page.evaluate(
        """url => {
          phone.setConfig({ host: url, username: "alice", password: "secret" });
          phone.register().catch(() => {});
        }""",
        line.url,
    )
    page.page.wait_for_function("phone.state === 'registering'")
    page.page.evaluate("phone.remove()")
    assert line.closed.wait(10)
    assert line.heard[0].startswith("REGISTER sip:")
    assert page.run("return len(phones)") == 0


def test_an_element_that_is_only_moved_keeps_its_line(page: Bench, phone: Bench, line: Line):
    page.page.evaluate(
        "url => phone.setConfig({ host: url, username: 'a' }).then(() => phone.connect())", line.url
    )
    page.page.evaluate(
        """() => new Promise((done) => {
          const place = document.createElement("div");
          document.body.append(place);
          place.append(phone);
          setTimeout(done, 100);
        })"""
    )
    assert not line.closed.is_set()
    assert page.page.evaluate("phone.isConnected && phone.state") == "connected"
    assert page.run("return len(phones[0]._sockets._open)") == 1


def test_a_mistake_of_ours_is_told_and_the_phone_goes_on(phone: Bench):
    said = phone.page.evaluate(
        """async () => {
          const spoken = console.error, lines = [];
          console.error = (line) => lines.push(String(line));
          python.runPython(`
phones[0].loop._machine = type("Broken", (), {
    "handle": lambda self, happening, now: 1 / 0, "deadline": None})()
`);
          phone.dialpadPress("1").catch(() => {});
          console.error = spoken;
          python.runPython("phones[0].loop._machine = phones[0].desk");
          await phone.dialpadPress("2");
          return [told.filter(([name]) => name === "error"), lines.length, lines.join("")];
        }"""
    )
    assert said[0] == [["error", "internal"]]
    assert said[1] == 1
    assert "ZeroDivisionError" in said[2]
    assert phone.run("return phones[0].desk.number") == "2"


def test_a_page_may_have_many_phones_and_each_is_by_itself(page: Bench):
    assert page.page.evaluate(
        """() => {
          const phones = ["a", "b", "c"].map((id) => {
            const phone = document.createElement("web-phone");
            phone.id = id;
            document.body.append(phone);
            return phone;
          });
          phones[1].setAttribute("dial", "42");
          return phones.map((phone) => phone.shadowRoot.querySelector("input").value);
        }"""
    ) == ["", "", ""]
    page.page.wait_for_function(
        "WebPhone.get('b').shadowRoot.querySelector('input').value === '42'"
    )
    assert page.run("return [phone.desk.number for phone in phones]") == ["", "42", ""]
    page.page.evaluate("for (const id of 'abc') document.getElementById(id).remove()")
    page.page.wait_for_function("python.runPython('len(phones)') === 0")


def test_the_network_and_the_page_coming_back_are_told_to_the_phone(phone: Bench):
    heard = phone.run(
        """
        import js
        heard = []
        desk = phones[0].desk
        class Ear:
            deadline = None
            def handle(self, happening, now):
                heard.append(type(happening).__name__)
                return []
        phones[0].loop._machine = Ear()
        for target, name in ((js.window, "offline"), (js.window, "online"),
                             (js.document, "visibilitychange")):
            target.dispatchEvent(js.Event.new(name))
        js.window.dispatchEvent(js.PageTransitionEvent.new("pagehide"))
        phones[0].loop._machine = desk
        return heard
        """
    )
    assert heard == ["NetworkChanged", "NetworkChanged", "Woken", "Leaving"]


def test_what_is_due_already_is_done_at_once(phone: Bench):
    done = phone.run(
        """
        import asyncio
        loop = asyncio.get_event_loop()
        done = loop.create_future()
        loop.call_at(loop.time() - 1, done.set_result, "done")
        return await asyncio.wait_for(done, 5)
        """
    )
    assert done == "done"


@pytest.mark.rfc("5626 §4.1", "the instance outlives the page where that can be")
def test_a_page_that_is_loaded_anew_is_the_same_phone_and_a_copy_of_its_tab_is_not(phone: Bench):
    """RFC 5626 §4.1: one instance for each phone, kept where it can be."""

    def instance() -> str:
        return str(phone.run("return phones[0].desk.instance"))

    def another_page() -> None:
        phone.page.evaluate("phone.remove()")
        phone.page.wait_for_function("python.runPython('len(phones)') === 0")
        phone.page.evaluate(
            """() => {
              globalThis.phone = document.createElement("web-phone");
              document.body.append(phone);
            }"""
        )
        phone.page.wait_for_function("python.runPython('len(phones)') === 1")

    first = instance()
    phone.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    another_page()
    assert instance() == first
    another_page()
    second = instance()
    assert second != first
    phone.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    phone.page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    assert instance() == second
    assert phone.page.evaluate("sessionStorage.length") == 0
    phone.page.evaluate("sessionStorage.setItem('webphone-instance-you', 'urn:uuid:nonsense')")
    another_page()
    assert instance().startswith("urn:uuid:") and "nonsense" not in instance()


def test_a_phone_that_goes_leaves_no_proxy_behind(page: Bench):
    before = page.run("return alive()")
    page.page.evaluate(
        """() => {
          for (let i = 0; i < 5; i++) {
            const phone = document.createElement("web-phone");
            document.body.append(phone);
            phone.dialpadPress("1");
          }
        }"""
    )
    during = page.run("return alive()")
    page.page.evaluate("document.querySelectorAll('web-phone').forEach(phone => phone.remove())")
    page.page.wait_for_function("python.runPython('len(phones)') === 0")
    assert during > before
    assert page.run("return alive()") == before


def test_a_browser_without_webrtc_says_so_at_the_start_and_registers_nothing(
    page: Bench, line: Line
):
    told, refused, shown = page.page.evaluate(
        """async (url) => {
          const real = globalThis.RTCPeerConnection;
          globalThis.RTCPeerConnection = undefined;
          try {
            const phone = document.createElement("web-phone");
            const told = [];
            phone.addEventListener("error", ({ detail }) => told.push([detail.code, detail.message]));
            document.body.append(phone);
            Object.assign(phone, { host: url, username: "anna", password: "x", autoRegister: true });
            const refused = [];
            for (const ask of [() => phone.register(), () => phone.connect(), () => phone.makeCall("1")])
              await ask().catch((error) => refused.push(error.code));
            const shown = phone.shadowRoot.textContent;
            phone.remove();
            return [told, refused, shown];
          } finally {
            globalThis.RTCPeerConnection = real;
          }
        }""",
        line.url,
    )
    sentence = "This browser makes no calls here: its WebRTC is switched off or missing."
    assert told == [["unsupported", sentence]]
    assert refused == ["unsupported"] * 3
    assert sentence in shown
    assert line.heard == []


def test_an_ice_server_that_cannot_be_used_is_said_when_it_is_set(page: Bench, phone: Bench):
    assert phone.page.evaluate(
        """async () => {
          const heard = [];
          phone.addEventListener("error", ({ detail }) => heard.push([detail.code, detail.message]));
          phone.setAttribute("ice-servers", '[{"urls": ["turn:t.example", "stun:s.example?transport=udp"]}]');
          await phone.ready();
          return heard;
        }"""
    ) == [["invalid_config", "The browser takes no ICE server 'turn:t.example'."]]
