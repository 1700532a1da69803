"""<web-phone> in a real browser, without Python: a script of the page plays Python's part."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import one_playwright

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = [ROOT / "web" / "contract.js", ROOT / "web" / "webphone.js"]
ORIGIN = "http://127.0.0.1:9300"
# Plays Python: writes down what it is told, and settles what `answers` says.
PYTHON = """
window.told = [];
window.hosts = [];
window.answers = {};
window.python = (host) => {
  hosts.push(host);
  told.push(["attached", host.element.id]);
  return {
    set: (changes) => told.push(["set", {...changes}]),
    invoke: (reply, name, args) => {
      told.push([name, ...args]);
      if (name in answers) host.settle(reply, ...answers[name]);
    },
    disconnected: () => told.push(["disconnected", host.element.id]),
  };
};
window.soon = () => new Promise((done) => setTimeout(() => setTimeout(done)));
window.refusal = (promise) => promise.then(
  () => null,
  (error) => ({ isError: error instanceof Error, name: error.name, ...error.toJSON() }));
window.phone = document.querySelector("web-phone");
"""


class Bodies:
    """Opens a page with this body, again and again in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._html = ""
        page.route(
            f"{ORIGIN}/**", lambda route: route.fulfill(body=self._html, content_type="text/html")
        )

    def __call__(self, body: str) -> Page:
        self._html = f"<!doctype html><body>{body}</body>"
        self.page.goto(f"{ORIGIN}/")
        return self.page


@pytest.fixture(scope="module")
def open_page() -> Iterator[Bodies]:
    with one_playwright.chromium() as browser:
        yield Bodies(browser.new_page())


@pytest.fixture
def story(open_page: Bodies) -> Callable[..., Any]:
    """Tells a story on a page with this body; the element is defined before it runs."""

    def tell(body: str, script: str, *, before: str = "") -> Any:
        page = open_page(body)
        page.evaluate(f"() => {{ {before} }}")
        for path in SCRIPTS:
            page.add_script_tag(content=path.read_text())
        page.evaluate(PYTHON)
        return page.evaluate(f"async () => {{ {script} }}")

    return tell


# --- What is asked before Python is up ------------------------------------------------------------


def test_what_is_asked_before_python_is_up_runs_in_order_when_it_is(story):
    assert story(
        '<web-phone host="wss://one.example"></web-phone>',
        """
        phone.register();
        phone.username = "alice";
        phone.makeCall("100", { video: true });
        await soon();
        const silent = told.length;
        WebPhone.attach(python);
        return [silent, told];
        """,
    ) == [
        0,
        [
            ["attached", ""],
            ["set", {"host": "wss://one.example"}],
            ["register"],
            ["set", {"username": "alice"}],
            ["makeCall", "100", {"video": True}],
        ],
    ]


def test_every_method_of_the_contract_returns_a_promise(story):
    assert (
        story(
            "<web-phone></web-phone>",
            """
        const names = [...__webphone.methods, "on", "off"];
        return names.filter((name) => {
          const promise = phone[name]("ready", () => {});
          promise.catch?.(() => {});
          return !(promise instanceof Promise);
        });
        """,
        )
        == []
    )


def test_a_queued_call_that_is_hung_up_never_goes_out(story):
    assert story(
        "<web-phone></web-phone>",
        """
        const first = refusal(phone.makeCall("1"));
        const second = refusal(phone.makeCall("2"));
        await phone.hangup();
        const code = (await second).code;
        WebPhone.attach(python);
        return [code, told];
        """,
    ) == ["cancelled", [["attached", ""], ["makeCall", "1"]]]


def test_hanging_up_everything_withdraws_every_queued_call_and_nothing_else(story):
    assert story(
        "<web-phone></web-phone>",
        """
        const calls = [refusal(phone.makeCall("1")), refusal(phone.makeCall("2"))];
        phone.register();
        await phone.hangupAll();
        const codes = (await Promise.all(calls)).map(({ code }) => code);
        WebPhone.attach(python);
        return [codes, told];
        """,
    ) == [["cancelled", "cancelled"], [["attached", ""], ["register"]]]


def test_a_hangup_that_withdraws_nothing_waits_for_python_like_the_rest(story):
    assert story(
        "<web-phone></web-phone>",
        """
        phone.hangup("7"); phone.hangup();
        WebPhone.attach(python);
        return told.slice(1);
        """,
    ) == [["hangup", "7"], ["hangup"]]


def test_a_phone_that_comes_after_python_is_attached_at_once(story):
    assert story(
        "",
        """
        WebPhone.attach(python);
        const late = document.createElement("web-phone");
        late.id = "late";
        late.host = "wss://late.example";
        late.connect();
        const before = told.length;
        document.body.append(late);
        return [before, told];
        """,
    ) == [0, [["attached", "late"], ["set", {"host": "wss://late.example"}], ["connect"]]]


# --- Promises -------------------------------------------------------------------------------------


def test_python_settles_the_promises(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach(python);
        answers.makeCall = [true, { id: "1" }];
        const error = { code: "auth_failed", message: "No.", hint: "Ask.", sipCode: 403 };
        answers.register = [false, error];
        return [await phone.makeCall("100"), await refusal(phone.register())];
        """,
    ) == [
        {"id": "1"},
        {
            "name": "WebPhoneError",
            "isError": True,
            "code": "auth_failed",
            "message": "No.",
            "hint": "Ask.",
            "sipCode": 403,
        },
    ]


def test_a_fault_of_python_rejects_with_internal_and_the_next_wish_still_runs(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach((host) => ({
          ...python(host),
          invoke: (reply, name) => {
            if (name === "swap") throw new Error("broken");
            host.settle(reply, true, name);
          },
        }));
        return [(await refusal(phone.swap())).code, await phone.hold()];
        """,
    ) == ["internal", "hold"]


# --- Settings -------------------------------------------------------------------------------------


def test_the_password_attribute_is_consumed_and_cannot_be_read(story):
    assert story(
        '<web-phone password="geheim" username="alice"></web-phone>',
        """
        const gone = !phone.hasAttribute("password") && !document.body.innerHTML.includes("geheim");
        WebPhone.attach(python);
        phone.setAttribute("password", "new");
        await soon();
        const again = phone.hasAttribute("password");
        phone.password = "third";
        await soon();
        return [gone, again, phone.password === undefined, JSON.stringify(phone), told.slice(1)];
        """,
    ) == [
        True,
        False,
        True,
        "{}",
        [
            ["set", {"password": "geheim", "username": "alice"}],
            ["set", {"password": "new"}],
            ["set", {"password": "third"}],
        ],
    ]


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("", True),
        ('show-dial="true"', True),
        ('show-dial="false"', False),
        ('show-dial="FALSE"', False),
        ('show-dial="no"', True),
        ("show-dial", True),
    ],
)
def test_what_is_shown_is_true_unless_it_says_false(story, markup, shown):
    assert story(f"<web-phone {markup}></web-phone>", "return phone.showDial") is shown


def test_properties_show_in_attributes_and_attributes_in_properties(story):
    assert story(
        "<web-phone></web-phone>",
        """
        phone.showDial = false; phone.video = true; phone.maxCalls = 3; phone.displayName = "Ann";
        const names = ["show-dial", "video", "max-calls", "display-name"];
        const written = names.map((name) => phone.getAttribute(name));
        phone.setAttribute("codecs", "opus, !G722"); phone.showDial = true; phone.video = false;
        phone.maxCalls = null;
        return [written, phone.codecs, phone.showDial, phone.video, phone.hasAttribute("video"),
          phone.maxCalls, phone.theme];
        """,
    ) == [["false", "", "3", "Ann"], ["opus", "!G722"], True, False, False, 8, "auto"]


def test_properties_set_before_the_element_is_defined_count(story):
    assert story(
        '<web-phone username="attribute"></web-phone>',
        """
        const found = Object.keys(phone);
        WebPhone.attach(python);
        hosts[0].dispatch("registered", { aor: "a" });
        return [found, phone.username, told[1], heard];
        """,
        before="""
        window.heard = [];
        const raw = document.querySelector("web-phone");
        raw.username = "property"; raw.showHold = false; raw.password = "geheim";
        raw.onRegistered = (detail) => heard.push(detail.aor);
        """,
    ) == [
        [],
        "property",
        ["set", {"username": "property", "password": "geheim", "showHold": "false"}],
        ["a"],
    ]


def test_rich_values_are_properties_only_and_arrive_as_they_are(story):
    assert story(
        "<web-phone></web-phone>",
        """
        const servers = [{ urls: "stun:stun.example" }], lookup = async () => null;
        phone.iceServers = servers; phone.contactLookup = lookup;
        let got;
        WebPhone.attach((host) => ({ ...python(host), set: (changes) => { got = changes; } }));
        return [got.iceServers === servers, got.contactLookup === lookup,
          phone.iceServers === servers, phone.getAttributeNames()];
        """,
    ) == [True, True, True, []]


def test_a_property_tells_what_python_made_of_it(story):
    assert story(
        '<web-phone max-calls="many"></web-phone>',
        """
        WebPhone.attach(python);
        hosts[0].snapshot({ config: { maxCalls: 8, host: "wss://set.example" } });
        const told = [phone.maxCalls, phone.host];
        phone.host = "wss://new.example";
        return [...told, phone.host];
        """,
    ) == [8, "wss://set.example", "wss://new.example"]


def test_what_python_knew_before_does_not_hide_what_the_page_just_wrote(story):
    assert story(
        '<web-phone host="wss://a.example"></web-phone>',
        """
        let early;
        WebPhone.attach((host) => {
          host.snapshot({ config: { host: "", theme: "auto" } });
          early = phone.host;
          return python(host);
        });
        return [early, phone.host];
        """,
    ) == ["wss://a.example", "wss://a.example"]


# --- News -----------------------------------------------------------------------------------------


def test_only_the_seven_less_error_bubble_and_all_are_composed(story):
    bubbling, composed, seen_outside = story(
        "<div><web-phone></web-phone></div>",
        """
        WebPhone.attach(python);
        const names = Object.keys(__webphone.events), outside = [], bubbling = [], composed = [];
        window.onerror = () => outside.push("error");
        for (const name of names) {
          document.body.addEventListener(name, () => bubbling.push(name));
          phone.addEventListener(name, (event) => event.composed && composed.push(name));
          hosts[0].dispatch(name, name === "error" ? { code: "internal" } : {});
        }
        return [bubbling, composed.length === names.length, outside];
        """,
    )
    assert sorted(bubbling) == [
        "answer",
        "end",
        "registered",
        "ringingin",
        "ringingout",
        "unregistered",
    ]
    assert composed is True
    assert seen_outside == []


def test_the_seven_handlers_get_detail_and_event(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach(python);
        const heard = [];
        for (const [name, { handler }] of Object.entries(__webphone.events)) {
          if (!handler) continue;
          phone[handler] = (detail, event) =>
            heard.push([handler, event.type, detail === event.detail]);
          hosts[0].dispatch(name, { code: "busy" });
        }
        phone.onEnd = null;
        hosts[0].dispatch("end", {});
        return [heard, phone.onEnd];
        """,
    ) == [
        [
            ["onAnswer", "answer", True],
            ["onRingingOut", "ringingout", True],
            ["onRingingIn", "ringingin", True],
            ["onEnd", "end", True],
            ["onRegistered", "registered", True],
            ["onUnregistered", "unregistered", True],
            ["onError", "error", True],
        ],
        None,
    ]


def test_an_error_event_carries_an_error_with_its_usual_sentences(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach(python);
        let heard;
        phone.onError = (error) => { heard = error; };
        hosts[0].dispatch("error", { code: "mic_denied" });
        const [message, hint] = __webphone.errors.mic_denied;
        return [heard instanceof Error, heard.name, heard.code, heard.message === message,
          JSON.parse(JSON.stringify(heard)).hint === hint];
        """,
    ) == [True, "WebPhoneError", "mic_denied", True, True]


def test_preventing_an_event_tells_python_so(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach(python);
        phone.addEventListener("beforedial", (event) => event.preventDefault());
        phone.addEventListener("end", (event) => event.preventDefault());
        return [hosts[0].dispatch("beforedial", {}), hosts[0].dispatch("end", {})];
        """,
    ) == [False, True]


def test_on_and_off_take_a_function(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach(python);
        const heard = [], f = (detail) => heard.push(detail.n);
        await phone.on("hold", f); await phone.on("hold", f);
        hosts[0].dispatch("hold", { n: 1 });
        await phone.off("hold", f); await phone.off("hold", f); await phone.off("hold", () => {});
        hosts[0].dispatch("hold", { n: 2 });
        return [heard, (await refusal(phone.on("hold", "no function"))).code];
        """,
    ) == [[1], "invalid_config"]


def test_readings_are_the_last_that_python_told(story):
    assert story(
        "<web-phone></web-phone>",
        """
        const names = ["calls", "activeCall", "state", "history", "devices", "stats"];
        const before = names.map((name) => phone[name]);
        WebPhone.attach(python);
        hosts[0].snapshot({ state: "registered", calls: [{ id: "1" }] });
        hosts[0].snapshot({ activeCall: { id: "1" } });
        phone.state = "mine";
        hosts[0].states(["registered", "active"]); hosts[0].states(["registered", "held"]);
        return [before, phone.state, phone.calls, phone.activeCall,
          ["registered", "active", "held"].map((name) => phone.matches(`:state(${name})`))];
        """,
    ) == [
        [[], None, "unconfigured", [], [], None],
        "registered",
        [{"id": "1"}],
        {"id": "1"},
        [True, False, True],
    ]


def test_of_the_history_the_page_is_told_what_came(story):
    assert story(
        "<web-phone></web-phone>",
        """
        WebPhone.attach(python);
        hosts[0].snapshot({ history: [{ id: "2" }, { id: "1" }] });
        hosts[0].snapshot({ historyAdded: { records: [{ id: "4" }, { id: "3" }], kept: 1 } });
        hosts[0].snapshot({ state: "offline" });
        return phone.history.map(({ id }) => id);
        """,
    ) == ["4", "3", "2"]


# --- The page around it ---------------------------------------------------------------------------


def test_loading_the_script_twice_is_harmless(story):
    sources = [path.read_text() for path in SCRIPTS]
    assert story(
        "<web-phone></web-phone>",
        f"""
        const first = WebPhone;
        for (const source of {sources!r}) {{
          const script = document.createElement("script");
          script.textContent = source;
          document.head.append(script);
        }}
        WebPhone.attach(python);
        return [WebPhone === first, told.length];
        """,
    ) == [True, 1]


def test_a_phone_is_found_by_its_id_even_in_a_shadow_tree(story):
    assert story(
        '<web-phone id="a"></web-phone><div id="outer"></div><p id="c"></p>',
        """
        const inner = document.createElement("web-phone");
        inner.id = "b";
        document.getElementById("outer").attachShadow({ mode: "open" }).append(inner);
        return [WebPhone.get("a") === phone, WebPhone.get("b") === inner, WebPhone.get("c")];
        """,
    ) == [True, True, None]


def test_moving_the_phone_keeps_it_running(story):
    assert story(
        '<web-phone id="a"></web-phone><main></main><footer></footer>',
        """
        WebPhone.attach(python);
        document.querySelector("main").append(phone);
        await soon();
        document.querySelector("footer").moveBefore?.(phone, null);
        await soon();
        phone.remove(); document.body.prepend(phone);
        await soon();
        return [told, phone.parentNode === document.body];
        """,
    ) == [[["attached", "a"]], True]


def test_a_removed_phone_ends_and_starts_anew_when_it_comes_back(story):
    assert story(
        '<web-phone id="a" username="alice" password="geheim"></web-phone>',
        """
        WebPhone.attach(python);
        const waiting = refusal(phone.hold());
        phone.remove();
        await soon();
        const after = [told.at(-1), (await waiting).code, WebPhone.get("a")];
        document.body.append(phone);
        return [...after, told.slice(-2)];
        """,
    ) == [
        ["disconnected", "a"],
        "cancelled",
        None,
        [["attached", "a"], ["set", {"username": "alice", "password": "geheim"}]],
    ]


def test_a_phone_that_comes_back_has_the_settings_of_set_config_too(story):
    assert story(
        '<web-phone username="alice" max-calls="many"></web-phone>',
        """
        const kept = { host: "wss://a.example", username: "alice" };
        WebPhone.attach((host) => ({ ...python(host), disconnected: () => kept }));
        phone.setConfig({ host: "wss://a.example", password: "geheim" }).catch(() => {});
        hosts[0].snapshot({ config: { host: "wss://a.example", maxCalls: 8, theme: "dark" } });
        phone.remove();
        await soon();
        document.body.append(phone);
        return told.at(-1);
        """,
    ) == [
        "set",
        {"username": "alice", "maxCalls": "many", "password": "geheim", "host": "wss://a.example"},
    ]


def test_a_reading_that_a_page_wrote_before_the_script_breaks_nothing(story):
    assert story(
        "<web-phone></web-phone>",
        "WebPhone.attach(python); return [phone.state, told.length];",
        before="document.querySelector('web-phone').state = 'mine';",
    ) == ["unconfigured", 1]


@pytest.mark.parametrize(
    ("markup", "key"), [('id="call"', "call"), ('id="call" name="record"', "record")]
)
def test_a_form_gets_the_last_call_record_under_name_or_id(story, markup, key):
    assert story(
        f"<form><web-phone {markup}></web-phone></form>",
        """
        WebPhone.attach(python);
        const form = document.querySelector("form"), value = () => [...new FormData(form)];
        const before = value();
        hosts[0].formValue('{"id":"1"}');
        const submitted = value();
        form.reset();
        return [before, submitted, value(), form.elements[0] === phone, phone.form === form];
        """,
    ) == [[], [[key, '{"id":"1"}']], [], True, True]


def test_the_record_moves_with_the_name(story):
    assert story(
        '<form><web-phone id="a"></web-phone></form>',
        """
        WebPhone.attach(python);
        hosts[0].formValue("{}");
        phone.name = "b";
        return [...new FormData(document.querySelector("form")).keys()];
        """,
    ) == ["b"]


def test_a_disabled_fieldset_disables_the_phone(story):
    assert story(
        "<form><fieldset><web-phone></web-phone></fieldset></form>",
        """
        WebPhone.attach(python);
        const fieldset = document.querySelector("fieldset");
        fieldset.disabled = true;
        await soon();
        const inside = phone.disabled;
        fieldset.disabled = false;
        await soon();
        phone.disabled = true;
        await soon();
        return [inside, phone.hasAttribute("disabled"), told.slice(1)];
        """,
    ) == [
        True,
        True,
        [["set", {"disabled": True}], ["set", {"disabled": False}], ["set", {"disabled": True}]],
    ]


def test_two_phones_on_a_page_do_not_mix(story):
    assert story(
        '<web-phone id="a"></web-phone><web-phone id="b"></web-phone>',
        """
        WebPhone.attach(python);
        answers.hold = [true, "held"];
        const heard = [];
        for (const id of ["a", "b"]) WebPhone.get(id).onEnd = () => heard.push(id);
        hosts[1].dispatch("end", {});
        hosts[0].snapshot({ state: "registered" });
        const [a, b] = [WebPhone.get("a"), WebPhone.get("b")];
        return [heard, a.state, b.state, await b.hold()];
        """,
    ) == [["b"], "registered", "unconfigured", "held"]


# --- Keys -----------------------------------------------------------------------------------------

SHORTCUTS = """
  WebPhone.attach(python);
  hosts[0].root.innerHTML = "<input>";
  window.fired = [];
  for (const name of ["keydown", "keypress", "keyup"])
    document.addEventListener(name, ({ key }) => fired.push(key));
"""


@pytest.mark.parametrize("key", ["1", "q", "/", "?", "Backspace", "Enter", "ArrowLeft", "Shift+K"])
def test_what_is_typed_into_the_phone_is_no_shortcut_of_the_page(
    open_page: Bodies, story: Callable[..., Any], key: str
) -> None:
    story("<web-phone></web-phone>", SHORTCUTS)
    page = open_page.page
    page.locator("web-phone input").press(key)
    assert [fired for fired in page.evaluate("fired") if fired != "Shift"] == []


@pytest.mark.parametrize("key", ["Escape", "F2", "Control+k", "Alt+m", "Meta+k"])
def test_keys_that_type_nothing_are_the_pages_too(
    open_page: Bodies, story: Callable[..., Any], key: str
) -> None:
    story("<web-phone></web-phone>", SHORTCUTS)
    page = open_page.page
    page.locator("web-phone input").press(key)
    assert key.rpartition("+")[2] in page.evaluate("fired")


def test_an_event_that_no_phone_has_is_refused_by_name(story):
    assert story(
        "<web-phone></web-phone>",
        """
        const refused = [];
        for (const name of ["ringin", "toString"]) refused.push(await refusal(phone.on(name, () => {})));
        return refused.map(({ code, message }) => [code, message]);
        """,
    ) == [
        ["invalid_config", "The phone has no event ringin."],
        ["invalid_config", "The phone has no event toString."],
    ]


def test_what_a_page_reads_of_the_phone_it_cannot_change(story):
    assert story(
        "<web-phone></web-phone>",
        """
        "use strict";
        WebPhone.attach(python);
        hosts[0].snapshot({ calls: [{ id: "a", from: { number: "1" } }], state: "registered" });
        const refused = [];
        for (const change of [
          () => phone.calls.push(1), () => { phone.calls[0].id = "b"; },
          () => { phone.calls[0].from.number = "2"; },
        ]) try { change(); } catch (error) { refused.push(error.name); }
        return [refused, phone.calls];
        """,
    ) == [["TypeError"] * 3, [{"id": "a", "from": {"number": "1"}}]]
