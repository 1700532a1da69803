"""The phone in an iframe of another site: calls, and every way to get at it that must not work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, Route, expect

from page import servers
from page.chromium import Console
from page.framing import DIST, OPEN_BY_HAND, Site
from page.page_server import PageServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.cold("a frame of another site is refused storage, so nothing is kept either"),
]
PATIENCE = 90_000


@pytest.fixture
def visit(
    new_context: Callable[..., BrowserContext], capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str], Page]]:
    """Open an address in a new profile."""
    consoles = []

    def visited(address: str) -> Page:
        page = new_context().new_page()
        page.set_default_timeout(PATIENCE)
        consoles.append(Console(page, address))
        page.console = consoles[-1]  # type: ignore[attr-defined]
        page.goto(address)
        return page

    yield visited
    for console in consoles:
        print(console.text())


def call(page: Page, method: str, *given: Any) -> Any:
    """What a method of the phone resolves to, or {error} when it rejects."""
    return page.evaluate(
        """([method, given]) => phone[method](...given).then((value) => value ?? null,
          ({code, message, hint}) => ({error: {code, message, hint}}))""",
        [method, list(given)],
    )


def heard(page: Page, name: str) -> list[Any]:
    return [each["detail"] for each in page.evaluate("told") if each["name"] == name]


def await_event(page: Page, name: str) -> Any:
    page.wait_for_function("(name) => told.some((each) => each.name === name)", arg=name)
    return heard(page, name)[0]


def registered(page: Page) -> Page:
    await_event(page, "registered")
    page.wait_for_function("phone.state === 'registered'")
    return page


def inside(page: Page) -> Frame:
    """The phone's own page within the host's."""
    return next(frame for frame in page.frames if "embed.html" in frame.url)


def test_a_host_page_calls_through_the_frame(site: Site, visit: Callable[[str], Page]) -> None:
    page = visit(site.with_script('data-demo data-display-name="Ann" data-show-dialpad="false"'))
    registered(page)
    assert page.evaluate("[phone.demo, phone.displayName, phone.showDialpad, phone.state]") == (
        [True, "Ann", False, "registered"]
    )
    made = call(page, "makeCall", "600")
    assert made["direction"] == "outgoing", made
    assert await_event(page, "answer")["id"] == made["id"]
    assert page.evaluate("phone.activeCall.id") == made["id"]
    assert call(page, "hold", made["id"])["heldBy"] == "local"
    assert page.evaluate("phone.calls[0].heldBy") == "local"
    call(page, "hangup")
    assert await_event(page, "end")["disposition"] == "answered"
    page.wait_for_function("phone.calls.length === 0")


def test_a_call_that_comes_in_is_asked_told_and_noted_outside(
    site: Site, visit: Callable[[str], Page]
) -> None:
    notes = """<script>
      globalThis.notes = [];
      document.hasFocus = () => false;
      globalThis.Notification = class {
        static permission = "granted";
        constructor(title, {tag}) { notes.push(this); Object.assign(this, {title, tag, open: true}); }
        close() { this.open = false; }
      };
    </script>"""
    script = f'{notes}<script src="{site.embed}" data-demo id="embed"></script>'
    page = registered(visit(site.page(script + "<script>listen(embed.phone)</script>")))
    call(page, "makeCall", "601")
    await_event(page, "answer")
    call(page, "hangup")
    rings = await_event(page, "ringingin")
    page.wait_for_function("notes.length === 1")
    assert page.evaluate("notes[0].tag") == rings["id"]
    assert "601" in page.evaluate("notes[0].title")
    call(page, "answer")
    page.wait_for_function("!notes[0].open")
    assert len(heard(page, "ringingin")) == 1


@pytest.fixture(scope="module")
def standing(chromium: Any, site: Site) -> Iterator[Page]:
    """A page with one script tag that stays open, for all that leaves the phone as it was."""
    context = chromium.context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.console = Console(page, "standing")  # type: ignore[attr-defined]
    page.goto(site.with_script("data-demo"))
    yield registered(page)
    context.close()


@pytest.fixture
def host(standing: Page, capsys: pytest.CaptureFixture[str]) -> Iterator[Page]:
    """The same, registered and at rest, with nothing told yet and no frame but the phone's."""
    standing.evaluate(
        """() => {
          told.length = 0;
          for (const frame of document.querySelectorAll("iframe")) frame === phone.iframe || frame.remove();
        }"""
    )
    yield standing
    print(standing.console.text())  # type: ignore[attr-defined]
    assert standing.evaluate("[phone.state, phone.calls]") == ["registered", []]


def test_the_host_may_forbid_a_call(host: Page) -> None:
    host.evaluate("phone.addEventListener('beforedial', (e) => e.preventDefault(), { once: true })")
    assert call(host, "makeCall", "600")["error"]["code"] == "cancelled"
    assert heard(host, "beforedial")[0]["target"] == "600"


def test_the_host_is_told_how_a_transfer_goes(host: Page) -> None:
    call(host, "makeCall", "600")
    await_event(host, "answer")
    assert call(host, "transfer", "601")["error"]["code"] == "declined"
    told = await_event(host, "transfer")
    assert (told["stage"], told["target"], told["by"]) == ("failed", "601", "local")
    call(host, "hangup")
    host.wait_for_function("phone.calls.length === 0")


def test_a_host_that_says_nothing_allows_the_call_after_5_seconds(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(site.with_frame('allow="microphone; autoplay"', "?demo"))
    page.evaluate(OPEN_BY_HAND)
    page.wait_for_function(
        "said.some((each) => each.name === 'registered' || each.state === 'registered')"
    )
    page.evaluate("port.postMessage({type: 'call', rid: 7, method: 'makeCall', args: ['600']})")
    page.wait_for_function("said.some((each) => each.type === 'result' && each.rid === 7)")
    said = page.evaluate("said")
    assert [each["what"] for each in said if each["type"] == "ask"] == ["beforedial"]
    result = next(each for each in said if each.get("rid") == 7 and each["type"] == "result")
    asked = next(each for each in said if each["type"] == "ask")
    assert result["ok"] and result["at"] - asked["at"] >= 4_900


def test_a_site_that_is_on_no_list_gets_nothing(
    stranger: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(stranger.with_script('data-demo data-password="geheim"'))
    error = await_event(page, "error")
    assert error["code"] == "forbidden_origin"
    assert stranger.origin in error["hint"]
    alert = page.frame_locator("iframe").get_by_role("alert")
    expect(alert).to_contain_text(f"may not be shown by pages of {stranger.origin}")
    assert page.frame_locator("iframe").locator("web-phone").count() == 0
    assert page.evaluate("heard.filter(({data}) => data.type === 'hello')") == []


def test_the_host_hears_nobody_but_its_own_frame(
    site: Site, phone_site: PageServer, host: Page
) -> None:
    """The same origin, but another window; and another origin in our own words."""
    forger = "<script>parent.postMessage({webphone: 1, type: 'hello', frameId: 'x'}, '*')</script>"
    forged = phone_site.put("/forger.html", forger)
    own = site.page(forger)
    host.evaluate(
        """(addresses) => Promise.all(addresses.map((src) => new Promise((done) => {
          const frame = document.createElement("iframe");
          frame.onload = done;
          frame.src = src;
          document.body.append(frame);
        })))""",
        [forged, own],
    )
    host.evaluate("postMessage({webphone: 1, type: 'hello', frameId: 'y'}, '*')")
    host.wait_for_function("['x', 'y'].every((id) => heard.some(({data}) => data.frameId === id))")
    assert host.evaluate("heard.filter(({data}) => data.type === 'init')") == []
    assert call(host, "setConfig", {"displayName": "Ann"}) is None
    assert inside(host).evaluate("document.querySelector('web-phone').displayName") == "Ann"


def test_a_hello_said_again_is_not_answered(host: Page) -> None:
    inside(host).evaluate(
        """() => {
          globalThis.inits = [];
          addEventListener("message", ({data}) => inits.push(data));
          parent.postMessage({webphone: 1, type: "hello", frameId: "again"}, "*");
        }"""
    )
    host.wait_for_function("heard.some(({data}) => data.frameId === 'again')")
    assert call(host, "ready") is None  # a round trip later
    assert inside(host).evaluate("inits") == []


def test_the_frame_takes_a_port_only_once_and_only_from_the_page_around(host: Page) -> None:
    frame_id = host.evaluate("heard.find(({data}) => data.type === 'hello').data.frameId")
    host.evaluate(
        """(id) => {
          const {port1, port2} = new MessageChannel();
          globalThis.stolen = [];
          port1.onmessage = ({data}) => stolen.push(data);
          phone.iframe.contentWindow.postMessage({webphone: 1, type: "init", id}, "*", [port2]);
          port1.postMessage({type: "call", rid: 1, method: "unregister", args: []});
        }""",
        frame_id,
    )
    inside(host).evaluate("(id) => postMessage({webphone: 1, type: 'init', id}, '*')", frame_id)
    assert call(host, "ready") is None
    assert host.evaluate("[stolen, phone.state]") == [[], "registered"]


def test_a_frame_loaded_again_gets_a_new_port_and_the_old_one_is_dead(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(
        site.page(
            f"""<script>
          const Native = MessageChannel;
          globalThis.ports = [];
          globalThis.MessageChannel = function () {{ const made = new Native(); ports.push(made.port1); return made; }};
        </script><script src="{site.embed}" data-demo data-username="ann" data-password="geheim" id="embed"></script>
        <script>listen(embed.phone)</script>"""
        )
    )
    registered(page)
    page.evaluate("told.length = 0; phone.iframe.src = phone.iframe.src; phone.displayName = 'Ann'")
    registered(page)
    assert page.evaluate("[phone.displayName, phone.username, phone.state]") == (
        ["Ann", "ann", "registered"]
    )
    assert page.evaluate("ports.length") == 2
    page.evaluate(
        "told.length = 0; ports[0].postMessage({type: 'call', rid: 99, method: 'unregister', args: []})"
    )
    assert call(page, "ready") is None
    assert page.evaluate("phone.state") == "registered"


@pytest.mark.parametrize(
    "message",
    [
        "'text'",
        "null",
        "[]",
        "{}",
        "{type: 'nonsense'}",
        "{type: 'call'}",
        "{type: 'call', rid: 'x', method: 'hangup'}",
        "{type: 'call', rid: 2, method: 5}",
        "{type: 'set', props: 1}",
        "{type: 'answer', rid: 12345, ok: true}",
        "new Map([[1, 2]])",
        "(() => { const ring = {type: 'set'}; ring.props = ring; return ring; })()",
        "{type: 'call', rid: 3, method: 'hangup', args: [10n]}",
        "{type: 'set', props: {__proto__: null, constructor: 1, innerHTML: '<img>', allowOrigins: ['*']}}",
        "{type: 'call', rid: 4, method: 'remove', args: []}",
        "{type: 'call', rid: 5, method: 'sendMessage', args: ['a', 'x'.repeat(300000)]}",
        "JSON.parse('[{\"a\":'.repeat(300) + '1' + '}]'.repeat(300))",
    ],
)
def test_a_malformed_message_changes_nothing(message: str, malformed_at: Page) -> None:
    page = malformed_at
    page.evaluate(f"() => {{ said.length = 0; port.postMessage({message}); }}")
    page.evaluate("port.postMessage({type: 'call', rid: 77, method: 'ready', args: []})")
    page.wait_for_function("said.some((each) => each.type === 'result' && each.rid === 77)")
    assert inside(page).evaluate("document.querySelectorAll('web-phone').length") == 1
    assert inside(page).evaluate("document.querySelector('web-phone').querySelector('img')") is None
    refused = [
        each for each in page.evaluate("said") if each["type"] == "result" and not each["ok"]
    ]
    assert len(refused) == any(f"rid: {rid}," in message for rid in (2, 3, 4, 5)), refused


@pytest.fixture(scope="module")
def malformed_at(chromium: Any, site: Site) -> Iterator[Page]:
    """One page that stays open: each message must leave the phone as it was for the next."""
    context = chromium.context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(site.with_frame('allow="microphone; autoplay"'))
    page.evaluate(OPEN_BY_HAND)
    page.wait_for_function("said.some((each) => each.name === 'ready')")
    yield page
    context.close()


def test_a_sandbox_with_the_right_tokens_lets_the_phone_call(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = registered(
        visit(site.with_script('data-demo data-sandbox="allow-scripts allow-same-origin"'))
    )
    call(page, "makeCall", "600")
    await_event(page, "answer")


def test_a_frame_that_is_refused_storage_works(site: Site, visit: Callable[[str], Page]) -> None:
    page = visit(site.with_script("data-demo"))
    refused = inside(page).evaluate(
        "() => { try { localStorage.length; return false } catch { return true } }"
    )
    assert refused, "this browser does not refuse storage to frames of other sites"
    registered(page)
    assert page.console.errors == []  # type: ignore[attr-defined]


def test_frames_that_are_refused_locks_have_a_phone_each(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(
        site.page(
            f'<script src="{site.embed}" data-demo data-multi-tab="leader"></script>'
            f'<script src="{site.embed}" data-demo data-multi-tab="leader"></script>'
            "<script>listen(document.scripts[1].phone)</script>"
        )
    )
    refused = inside(page).evaluate(
        """async () => {
          try { await navigator.locks.query(); return false }
          catch ({name}) { return name === "SecurityError" }
        }"""
    )
    assert refused, "this browser does not refuse locks to frames of other sites"
    registered(page)
    other = page.frame_locator("iframe >> nth=1").locator("web-phone")
    expect(other.get_by_text("Ready", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(other.get_by_text("Phone is active in another tab")).to_be_hidden()
    assert page.console.errors == []  # type: ignore[attr-defined]


def test_a_missing_allow_is_told_with_the_exact_remedy(
    site: Site, phone_site: PageServer, visit: Callable[[str], Page]
) -> None:
    page = registered(visit(site.with_script('data-demo data-allow="fullscreen"')))
    error = await_event(page, "error")
    assert error["code"] == "policy_blocked"
    wanted = f'allow="microphone {phone_site.url}; autoplay {phone_site.url}; '
    assert wanted in error["hint"] and f"local-network {phone_site.url}" in error["hint"]
    assert f'microphone=(self "{phone_site.url}")' in error["hint"]
    assert call(page, "makeCall", "600")["error"]["hint"] == error["hint"]
    assert any(wanted in line for line in page.console.lines)  # type: ignore[attr-defined]


def test_an_address_carries_settings_but_no_secret(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(
        site.with_frame(
            'allow="microphone; autoplay"',
            "?demo&display-name=Ann&password=geheim&token=t&allow-origins=*&utm_source=x",
        )
    )
    phone = page.frame_locator("iframe").locator("web-phone")
    expect(phone).to_have_attribute("display-name", "Ann", timeout=PATIENCE)
    assert phone.get_attribute("allow-origins") is None
    assert inside(page).evaluate("location.search") == ""
    lines = page.console.lines  # type: ignore[attr-defined]
    for name in ("password", "token", "allow-origins"):
        assert any(f"{name} is not read from the frame's address" in line for line in lines)
    assert "geheim" not in "".join(lines)


BUILT_IN = {
    "password": ('password="geheim"', ""),
    "function": (
        "",
        "<script>document.querySelector('web-phone').credentials ="
        " async () => ({ password: 'geheim' })</script></html>",
    ),
}


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("login", BUILT_IN)
def test_a_login_built_in_stays_with_its_server(
    site: Site, phone_site: PageServer, visit: Callable[[str], Page], login: str, moved: bool
) -> None:
    attribute, script = BUILT_IN[login]
    asks = 'WWW-Authenticate: Digest realm="any", nonce="n", qop="auth"'
    with (
        servers.refusing("401 Unauthorized", asks) as own,
        servers.refusing("401 Unauthorized", asks) as other,
    ):
        built_in = f'host="{own}" username="ann" {attribute} auto-register'
        html = (DIST / "embed.html").read_text().replace("data-frame", f"data-frame {built_in}")
        html = html.replace("</html>", script or "</html>")
        phone_site.put("/phone/built-in.html", html)
        frame = f"{phone_site.url}/phone/built-in.html"
        page = visit(site.page("<p>Nothing yet</p>"))
        sent: list[tuple[str, str]] = []

        def listen(socket: Any) -> None:
            socket.on("framesent", lambda data: sent.append((socket.url, str(data))))

        page.on("websocket", listen)
        query = f"?host={other}" if moved else ""
        page.evaluate(
            "(src) => { const frame = document.createElement('iframe');"
            " frame.allow = 'microphone; autoplay'; frame.src = src; document.body.append(frame); }",
            frame + query,
        )
        goal = other if moved else own
        deadline = 60
        while not any(url.startswith(goal) for url, _ in sent) and deadline:
            page.wait_for_timeout(500)
            deadline -= 1
        page.wait_for_timeout(1000)
        signed = [data for url, data in sent if url.startswith(goal) and "Authorization" in data]
        assert any(url.startswith(goal) for url, _ in sent)
        assert bool(signed) is not moved


def test_links_fill_in_the_number_and_call_only_when_told_to(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = registered(visit(site.with_script('data-demo data-capture-links="tel, sip"')))
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<a href=tel:600>Ring</a><a href=callto:1>No</a>')"
    )
    page.get_by_text("Ring").click()
    page.wait_for_function("phone.dial === '600'")
    assert page.evaluate("phone.calls") == []
    page.evaluate("phone.captureLinks = 'tel!'")
    page.get_by_text("Ring").click()
    await_event(page, "answer")
    kept = page.evaluate(
        """() => new Promise((done) => {
          addEventListener("click", (e) => { done(e.defaultPrevented); e.preventDefault(); });
          document.links[1].click();
        })"""
    )
    assert not kept


def test_the_frame_grows_with_the_phone_and_goes_when_it_hides(host: Page) -> None:
    phone = host.frame_locator("iframe").locator("web-phone")
    host.wait_for_function(
        "(height) => Math.abs(phone.iframe.height - height) < 2",
        arg=phone.bounding_box()["height"],  # type: ignore[index]
    )
    tall = int(host.evaluate("phone.iframe.height"))
    host.evaluate("phone.showDialpad = false")
    host.wait_for_function("(tall) => phone.iframe.height < tall", arg=tall)
    call(host, "hide")
    host.wait_for_function("phone.iframe.hidden")
    call(host, "show")
    host.wait_for_function("!phone.iframe.hidden")
    host.evaluate("phone.showDialpad = true")
    host.wait_for_function("(tall) => phone.iframe.height >= tall", arg=tall)


def test_focus_goes_to_the_number_in_the_frame(site: Site, visit: Callable[[str], Page]) -> None:
    page = visit(site.with_script("data-demo"))
    number = inside(page).locator("[part=number-input]")
    page.evaluate("phone.focus()")  # long before the phone is up
    expect(number).to_be_focused()
    page.keyboard.type("600")
    expect(number).to_have_value("600")
    registered(page)
    page.keyboard.press("Enter")
    await_event(page, "answer")
    page.evaluate("document.activeElement.blur(); phone.focus()")
    expect(inside(page).get_by_role("button", name="Hang up")).to_be_focused()
    assert call(page, "hangup") is None


def test_who_has_gone_on_meanwhile_keeps_the_focus(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(site.with_script("data-demo"))
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.evaluate("phone.focus(); document.querySelector('textarea').focus()")
    registered(page)
    assert call(page, "ready") is None
    page.keyboard.type("a note")
    expect(page.locator("textarea")).to_have_value("a note")


def test_what_needs_a_click_in_the_frame_is_refused_with_a_hint(host: Page) -> None:
    refused = call(host, "shareScreen")["error"]
    assert refused["code"] == "unsupported" and "press the button in the phone" in refused["hint"]
    assert (
        host.evaluate("phone.setConfig({credentials() {}}).catch(({code}) => code)")
        == "unsupported"
    )


def test_no_secret_is_in_an_address_or_stays_on_the_host_page(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit(site.with_script('data-username="ann" data-password="geheim"'))
    await_event(page, "ready")
    assert "geheim" not in page.content() + page.evaluate("phone.iframe.src")
    assert page.evaluate("phone.password === undefined && phone.username") == "ann"
    assert "geheim" not in inside(page).content()


def test_a_frame_that_never_answers_is_told(site: Site, visit: Callable[[str], Page]) -> None:
    page = visit("about:blank")
    page.clock.install()
    page.goto(site.with_script(f'data-src="{site.origin}/nothing.html"'))
    waits(page)
    page.clock.fast_forward(15_100)
    error = await_event(page, "error")
    assert error["code"] == "not_ready" and "/nothing.html does not answer" in error["message"]
    assert page.evaluate("waited") == ["not_ready", "not_ready"]
    assert page.evaluate("phone.register().catch(({ code }) => code)") == "not_ready"


def waits(page: Page) -> None:
    """Ask the phone for something that it can't do yet; `waited` is what comes of it."""
    page.evaluate(
        """() => {
          globalThis.waited = Promise.allSettled([phone.ready(), phone.makeCall("1")])
            .then((all) => all.map(({ reason }) => reason.code));
        }"""
    )


@pytest.mark.parametrize("sandbox", ["", "allow-scripts", "allow-same-origin"])
def test_a_sandbox_that_forbids_the_phone_is_named(
    site: Site, visit: Callable[[str], Page], sandbox: str
) -> None:
    page = visit("about:blank")
    page.clock.install()
    page.goto(site.with_script(f'data-sandbox="{sandbox}"'))
    waits(page)
    page.clock.fast_forward(15_100)
    error = await_event(page, "error")
    assert error["code"] == "not_ready" and "/embed.html" in error["message"]
    assert 'sandbox="allow-scripts allow-same-origin"' in error["hint"]
    assert page.evaluate("waited") == ["not_ready", "not_ready"]


def coming(site: Site, visit: Callable[[str], Page], held: Callable[[Route], None]) -> Page:
    """A page whose frame has loaded all of the phone but its machine, which comes as `held` says."""
    page = visit("about:blank")
    loaded: list[str] = []
    page.on("requestfinished", lambda request: loaded.append(request.url))
    page.route("**/*.wasm", held)
    page.clock.install()
    page.goto(site.with_script("data-demo"))
    parts = ("interpreter", "pyscript", "python")
    while not all(any(f"/runtime/{part}." in url for url in loaded) for part in parts):
        page.wait_for_event("requestfinished")
    page.wait_for_function("heard.some(({ data }) => data.type === 'coming')")
    return page


def test_a_phone_that_stops_coming_is_told_within_15_seconds(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = coming(site, visit, lambda route: None)
    waits(page)
    page.clock.fast_forward(5_100)
    page.clock.fast_forward(10_100)
    if not heard(page, "error"):  # what had come was told only now
        page.clock.fast_forward(15_100)
    error = await_event(page, "error")
    assert error["code"] == "not_ready" and "does not answer" in error["message"]
    assert page.evaluate("waited") == ["not_ready", "not_ready"]


def test_a_phone_that_comes_slowly_from_a_server_that_answers_is_waited_for(
    site: Site, visit: Callable[[str], Page]
) -> None:
    held = []
    page = coming(
        site, visit, lambda r: r.continue_() if r.request.method == "HEAD" else held.append(r)
    )
    for _ in range(6):
        page.evaluate("heard.length = 0")
        page.clock.fast_forward(5_100)
        page.wait_for_function("heard.some(({ data }) => data.type === 'coming')")
    for route in held:
        route.continue_()
    registered(page)
    assert heard(page, "error") == []


def test_a_part_of_the_phone_that_is_not_there_is_told_around_at_once(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit("about:blank")
    page.route("**/runtime/python.*", lambda route: route.fulfill(status=404))
    page.goto(site.with_script("data-demo"))
    error = await_event(page, "error")
    assert error["code"] == "not_ready" and "can't be loaded: python." in error["message"]
    assert call(page, "ready")["error"]["message"] == error["message"]


def test_a_frame_that_leads_elsewhere_in_the_end_is_told(
    site: Site, visit: Callable[[str], Page]
) -> None:
    page = visit("about:blank")
    page.clock.install()
    page.goto(site.with_script("data-demo"))
    registered(page)
    page.evaluate(
        """() => new Promise((loaded) => {
          phone.iframe.addEventListener("load", loaded);
          phone.iframe.src = new URL("nothing.html", phone.iframe.src).href;
        })"""
    )
    waits(page)
    page.clock.fast_forward(15_100)
    assert (await_event(page, "error"))["code"] == "not_ready"
    assert page.evaluate("waited") == ["not_ready", "not_ready"]


@pytest.mark.parametrize(
    ("link", "dialled"),
    [
        ("<a href='tel:%zz'>Ring</a>", "%zz"),
        ("<a href='TEL:+44%2020'>Ring</a>", "+44 20"),
        ("<a href='tel://600'>Ring</a>", "600"),
        ("<a href='sip:ann@x.example'>Ring</a>", "sip:ann@x.example"),
        ("<svg width=99 height=99><a href='tel:601'><text y=20>Ring</text></a></svg>", "601"),
    ],
)
def test_a_link_is_a_number_however_it_is_written(linked: Page, link: str, dialled: str) -> None:
    linked.evaluate("(link) => { links.innerHTML = link; }", link)
    linked.get_by_text("Ring").click()
    linked.wait_for_function("(dialled) => phone.dial === dialled", arg=dialled)
    linked.evaluate("phone.dial = ''")
    linked.wait_for_function("phone.dial === ''")


@pytest.fixture(scope="module")
def linked(chromium: Any, site: Site) -> Iterator[Page]:
    """A page with links that lead to the phone, one after another."""
    context = chromium.context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(site.with_script('data-capture-links="tel, sip"'))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=links></p>')")
    yield page
    context.close()


def test_a_page_around_cannot_widen_who_may_be_around(host: Page) -> None:
    refused = "phone.setConfig({ allowOrigins: ['*'] }).catch(({ code }) => code)"
    assert host.evaluate(refused) == "invalid_config"


def test_the_phone_by_itself_reads_no_address(site: Site, visit: Callable[[str], Page]) -> None:
    """A link to it must not make it answer strangers: nobody vouches for what the link says."""
    page = visit(f"{site.frame}?demo&auto-answer=true")
    page.evaluate("document.querySelector('web-phone').ready()")
    assert page.evaluate(
        "(({demo, autoAnswer, inert}) => [demo, autoAnswer, inert])(document.querySelector('web-phone'))"
    ) == [False, False, False]


def test_nobody_presses_a_key_before_the_page_around_is_known(
    stranger: Site, phone_site: PageServer, visit: Callable[[str], Page]
) -> None:
    assert "<web-phone data-frame inert>" in (DIST / "embed.html").read_text()
    page = visit(stranger.with_frame('allow="microphone; autoplay"', "?demo"))
    page.wait_for_function("heard.some(({data}) => data.type === 'error')")
    said = page.evaluate(
        "heard.map(({data, origin}) => [data.type, data.error?.code ?? null, origin])"
    )
    # The script that loads the phone says that it comes, and once more perhaps when it has come.
    told = [each for each in said if each[0] != "coming"]
    assert told == [["error", "forbidden_origin", phone_site.url]]
    assert {tuple(each) for each in said} <= {("coming", None, phone_site.url), tuple(told[0])}


def test_another_page_in_the_frame_gets_no_port(
    site: Site, stranger: Site, visit: Callable[[str], Page]
) -> None:
    thief = stranger.page(
        """<script>
          addEventListener("message", ({data, ports}) => parent.postMessage({got: data, ports: ports.length}, "*"));
          parent.postMessage({webphone: 1, type: "hello", frameId: "thief"}, "*");
        </script>"""
    )
    page = registered(visit(site.with_script('data-demo data-password="geheim"')))
    page.evaluate("(address) => { phone.iframe.src = address; }", thief)
    page.wait_for_function("heard.some(({data}) => data.frameId === 'thief')")
    page.evaluate("phone.iframe.contentWindow.postMessage('a round trip', '*')")
    page.wait_for_function("heard.some(({data}) => data.got)")
    assert page.evaluate(
        "heard.filter(({data}) => data.got).map(({data}) => [data.got, data.ports])"
    ) == ([["a round trip", 0]])


def test_a_missing_local_network_is_told_with_the_exact_remedy(
    site: Site, phone_site: PageServer, visit: Callable[[str], Page]
) -> None:
    page = registered(visit(site.with_script('data-demo data-allow="microphone; autoplay"')))
    lines = page.console.lines  # type: ignore[attr-defined]
    assert any(f"local-network {phone_site.url}" in line for line in lines), lines
    assert heard(page, "error") == []


def test_a_function_stays_on_the_host_page_and_is_asked(host: Page) -> None:
    host.evaluate("phone.iceServers = async (...given) => [{urls: 'stun:stun.example'}]")
    frame = inside(host)
    frame.wait_for_function("typeof document.querySelector('web-phone').iceServers === 'function'")
    asked = frame.evaluate("Promise.resolve(document.querySelector('web-phone').iceServers())")
    assert asked == [{"urls": "stun:stun.example"}]
    host.evaluate("phone.iceServers = null")
