"""Both sides of <web-phone> together: the page's JavaScript, and Python behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.bench import Bench, bench

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
PRELUDE = """
import asyncio
import json
from dataclasses import replace
from js import document, window
from one_element import phones, put
from pyodide.code import run_js
from webphone import Phone
from webphone.contract import *
from webphone.phone.actions import (Ask, Refuse, Reveal, Save, Settle, Tell)
from webphone.phone.happenings import (Asked, Leaving, Permitted)
page = run_js('''(code) => new Function("phone", code)(document.querySelector("web-phone"))''')
plain = lambda value: json.loads(json.dumps(value.to_py(), default=repr))
"""


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Iterator[Bench]:
    with bench(chromium, permissions=[], modules=[HERE / "one_element.py"]) as page:
        for script in ("contract.js", "webphone.js"):
            page.page.add_script_tag(url=f"/{script}")
        yield page


@pytest.fixture
def story(opened: Bench):
    def tell(code: str):
        opened.page.evaluate("code => python.runPython(code)", PRELUDE)
        return opened.run(code)

    return tell


def test_attributes_become_settings_in_one_go(story):
    assert story(
        """
        phone = put('<web-phone host="wss://a.example" username="alice" max-calls="2"></web-phone>')
        config = phone.snapshot.config
        return [config.host, config.username, config.max_calls]
        """
    ) == ["wss://a.example", "alice", 2]


def test_a_wrong_attribute_is_told_and_the_others_count(story):
    assert story(
        """
        window.faults = run_js("[]")
        phone = put('<web-phone></web-phone>')
        page("phone.onError = (error) => faults.push([error.code, error.message])")
        page("phone.maxCalls = 'many'; phone.username = 'alice'; phone.flows = 2")
        await asyncio.sleep(0.01)
        told = page("return [phone.maxCalls, phone.username, phone.flows]")
        return [plain(window.faults), plain(told), phone.snapshot.config.username]
        """
    ) == [
        [
            ["invalid_config", "max-calls is not a whole number but 'many'."],
            ["unsupported", "This version keeps one connection to the server: leave flows at 1."],
        ],
        [8, "alice", 1],
        "alice",
    ]


def test_an_insecure_server_is_allowed_when_the_page_says_so_in_any_order(story):
    assert (
        story(
            """
        phone = put('<web-phone max-calls="x" host="ws://10.0.0.1" allow-insecure></web-phone>')
        return phone.snapshot.config.host
        """
        )
        == "ws://10.0.0.1"
    )


def test_a_method_call_becomes_a_command_and_its_promise_is_settled(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        promise = page("return phone.makeCall('100', {video: true, headers: null})")
        asked = phone.heard[0]
        phone.element.perform(Settle(reply=asked.reply, value={"id": "1", "answeredAt": None}))
        given = await promise
        nothing = page("return (call) => call.answeredAt === null")(given)
        return [repr(asked.command), given.id, nothing]
        """
    ) == ["MakeCall(target='100', video=True, headers=None, display_name='')", "1", True]


def test_set_config_also_takes_the_id_which_is_the_element_s_own(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        page("phone.setConfig({id: 'sales', username: 'alice'})")
        return [phone.snapshot.config.username, page("return phone.id")]
        """
    ) == ["alice", "sales"]


def test_a_refused_promise_carries_a_real_error(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        caught = page("return phone.register().catch((e) => [e instanceof Error, e.name, e.code, e.sipCode, e.message, e.hint])")
        asked = phone.heard[0]
        error = WebPhoneError("auth_failed", "No.", "Ask.", 403)
        phone.element.perform(Refuse(reply=asked.reply, error=error))
        return plain(await caught)
        """
    ) == [True, "WebPhoneError", "auth_failed", 403, "No.", "Ask."]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ("makeCall()", "invalid_number"),
        ("makeCall('1\\\\r\\\\n2')", "invalid_number"),
        ("makeCall(null)", "invalid_number"),
        ("makeCall({})", "invalid_number"),
        ("makeCall('1', {colour: 'red'})", "invalid_config"),
        ("reject('1', 200)", "invalid_config"),
        ("setConfig('x')", "invalid_config"),
        ("hold(() => 1)", "invalid_config"),
        ("publish('e', (() => { const a = {}; a.a = a; return a; })())", "invalid_config"),
        ("publish('e', {a: [1]})", None),
    ],
)
def test_a_wrong_argument_rejects_and_reaches_no_phone(story, wish, code):
    refused = story(
        f"""
        phone = put('<web-phone></web-phone>')
        caught = page("return Promise.race([phone.{wish}.catch((e) => e.code), new Promise((f) => setTimeout(f, 20))])")
        return [await caught, len(phone.heard)]
        """
    )
    assert refused == [code, 0 if code else 1]


def test_news_reaches_the_page_with_null_where_nothing_is(story):
    assert (
        story(
            """
        phone = put('<web-phone></web-phone>')
        window.heard = run_js("[]")
        page("phone.onRingingIn = (d) => heard.push(d)")
        phone.element.perform(Tell(event=Event("ringingin", {"alertInfo": None, "from": Party(uri="sip:a@b")})))
        return page("return JSON.stringify(heard)")
        """
        )
        == '[{"alertInfo":null,"from":{"uri":"sip:a@b","number":"","displayName":""}}]'
    )


def test_the_phone_hears_whether_the_page_allowed_it(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        ask = lambda n: phone.element.perform(Ask(ask=n, event=Event("beforedial", {"target": "1"})))
        ask(1)
        page("phone.addEventListener('beforedial', (e) => e.preventDefault())")
        ask(2)
        return [[p.ask, p.allowed] for p in phone.heard]
        """
    ) == [[1, True], [2, False]]


def test_the_page_reads_the_phones_state_and_css_can_ask_for_it(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        phone.change(state="registered")
        told = page("return [phone.state, phone.calls, phone.activeCall, phone.matches(':state(registered)')]")
        return plain(told)
        """
    ) == ["registered", [], None, True]


def test_the_call_record_is_the_form_value_and_hide_hides(story):
    assert story(
        """
        phone = put('<form><web-phone id="call"></web-phone></form>')
        party = Party(uri="sip:a@b")
        record = CallRecord(id="1", call_id="c", session_id=None, direction="outgoing", from_=party,
            to=party, display_name="Zoë", started_at="", ringing_at=None, answered_at=None, ended_at="",
            post_dial_delay_ms=None, ring_seconds=0, talk_seconds=0, hold_seconds=0, disposition="busy",
            ended_by="remote", sip_code=486, sip_reason=None, q850=None, explanation="",
            transferred_to=None, server=None, codec=None, quality=Quality(), recording_id=None)
        phone.element.perform(Save(record=record))
        phone.element.perform(Reveal(shown=False))
        value = page("return new FormData(document.querySelector('form')).get('call')")
        return [json.loads(value)["displayName"], page("return phone.hidden")]
        """
    ) == ["Zoë", True]


def test_a_removed_element_says_goodbye_and_its_proxies_are_destroyed(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        hold = page("return (f) => { try { f(); return 'alive'; } catch (e) { return e.message; } }")
        alive = [hold(proxy) for proxy in phone.element._proxies]
        document.body.innerHTML = ""
        await asyncio.sleep(0.05)
        dead = []
        for proxy in phone.element._proxies:
            try:
                dead.append(hold(proxy))
            except Exception as error:
                dead.append(str(error))
        return [repr(phone.heard), phone.gone, [("destroyed" in why) for why in alive + dead]]
        """
    ) == ["[Leaving(put_aside=False, removed=True, heir=None)]", True, [False] * 6 + [True] * 6]


def test_a_function_of_the_page_comes_back_as_it_went(story):
    assert story(
        """
        phone = put('<web-phone></web-phone>')
        page("window.servers = async () => []; phone.iceServers = servers")
        await asyncio.sleep(0.01)
        return [callable(phone.snapshot.config.ice_servers), page("return phone.iceServers === servers")]
        """
    ) == [True, True]


# --- from webphone import Phone -------------------------------------------------------------------


def test_python_of_the_page_finds_a_phone_and_calls(story):
    assert story(
        """
        put('<web-phone id="support"></web-phone>')
        phone = Phone.get("support")
        call = asyncio.ensure_future(phone.make_call("100", video=True, display_name="Ann"))
        await asyncio.sleep(0.01)
        asked = phones[0].heard[0]
        phones[0].element.perform(Settle(reply=asked.reply, value={"callId": "c", "answeredAt": None}))
        return [repr(asked.command), await call, Phone.get("nobody")]
        """
    ) == [
        "MakeCall(target='100', video=True, headers=None, display_name='Ann')",
        {"call_id": "c", "answered_at": None},
        None,
    ]


def test_python_of_the_page_gets_the_error(story):
    assert story(
        """
        put('<web-phone id="support"></web-phone>')
        hold = asyncio.ensure_future(Phone.get("support").hold(id="7"))
        await asyncio.sleep(0.01)
        asked = phones[0].heard[0]
        phones[0].element.perform(Refuse(reply=asked.reply, error=WebPhoneError("no_call")))
        try:
            await hold
        except WebPhoneError as error:
            return [repr(asked.command), error.code, error.message == ERRORS["no_call"][0]]
        """
    ) == ["Hold(id='7')", "no_call", True]


def test_python_of_the_page_listens_with_plain_and_async_functions(story):
    assert story(
        """
        put('<web-phone id="support"></web-phone>')
        phone, heard = Phone.get("support"), []
        @phone.on("ringingin")
        async def pop(call):
            await asyncio.sleep(0)
            heard.append(["async", call["display_name"], call["headers"]])
        @phone.on("ringingin")
        def plain_pop(call):
            heard.append(["plain", call["display_name"]])
        ring = Event("ringingin", {"displayName": "Bob", "headers": {"X-CamelCase": "1"}})
        phones[0].element.perform(Tell(event=ring))
        await asyncio.sleep(0.01)
        phone.off("ringingin", pop)
        phone.off("ringingin", plain_pop)
        phones[0].element.perform(Tell(event=ring))
        await asyncio.sleep(0.01)
        return heard
        """
    ) == [["plain", "Bob"], ["async", "Bob", {"X-CamelCase": "1"}]]


def test_python_of_the_page_prevents_by_returning_false(story):
    assert story(
        """
        put('<web-phone id="support"></web-phone>')
        phone, words = Phone.get("support"), {}
        @phone.on("beforedial")
        def check(wish):
            return words[wish["target"]]
        @phone.on("beforedial")
        async def late(wish):
            return False
        def failing(wish):
            raise ValueError("what a function raises prevents nothing")
        phone.on("beforedial", failing)
        words.update(allowed=True, unsaid=None, zero=0, refused=False)
        for ask, target in enumerate(words):
            wish = Event("beforedial", {"target": target, "video": False})
            phones[0].element.perform(Ask(ask=ask, event=wish))
        permitted = [each for each in phones[0].heard if isinstance(each, Permitted)]
        return [[each.ask, each.allowed] for each in permitted]
        """
    ) == [[0, True], [1, True], [2, True], [3, False]]


def test_python_of_the_page_makes_a_headless_phone(story):
    assert story(
        """
        put('<web-phone></web-phone>')
        phone = Phone(host="wss://a.example", username="alice", password="geheim")
        await asyncio.sleep(0.01)
        made = phones[-1].snapshot.config
        phone.max_calls = 3
        await asyncio.sleep(0.01)
        return [made.host, made.password, phone.element.hidden, phone.max_calls, phone.state, phone.active_call]
        """
    ) == ["wss://a.example", "geheim", True, 3, "unconfigured", None]


LOUD = """
import sys, types
from webphone.words import LANGUAGES
from webphone.words.en import WORDS
from webphone.phone.happenings import LanguageFound
loud = types.ModuleType("loud")
loud.WORDS = {key: f"«{text}»" for key, text in WORDS.items()}
loud.PLURALS, loud.plural = {}, lambda number: "other"
sys.modules["loud"] = loud
LANGUAGES["x-loud"] = "loud"
found = lambda phone: [x.tag for x in phone.heard if isinstance(x, LanguageFound)]
"""


@pytest.mark.parametrize(
    ("markup", "tags"),
    [
        ("<web-phone></web-phone>", []),
        ("<web-phone lang='x-loud'></web-phone>", ["x-loud"]),
        ("<main lang='x-loud-CA'><p lang='en'></p><web-phone></web-phone></main>", ["x-loud-CA"]),
        ("<main lang='x-loud'><web-phone lang='en'></web-phone></main>", ["en"]),
        ("<main lang='x-loud'><web-phone lang=''></web-phone></main>", []),
    ],
)
def test_a_phone_speaks_as_the_nearest_lang_says(story, markup, tags):
    assert story(f"{LOUD}\nreturn found(put({markup!r}))") == tags


def test_a_page_that_changes_its_language_changes_that_of_its_phones(story):
    assert story(
        f"""{LOUD}
phone = put('<main lang="en"><web-phone></web-phone></main>')
page("phone.parentElement.lang = 'x-loud'")
await asyncio.sleep(0.01)
phone.change(language="x-loud")
page("phone.lang = 'en'")
await asyncio.sleep(0.01)
phone.change(language="en")
page("document.body.append(document.createElement('p')); document.body.lang = 'x-loud'")
await asyncio.sleep(0.01)
page("document.body.removeAttribute('lang')")
return found(phone)
"""
    ) == ["x-loud", "en"]


def test_a_phone_in_a_shadow_tree_hears_of_the_language_around_it(story):
    assert story(
        f"""{LOUD}
document.body.innerHTML = "<section lang='x-loud'></section>"
phones.clear()
page("document.querySelector('section').attachShadow({{mode: 'open'}}).innerHTML = '<web-phone></web-phone>'")
[phone] = phones
phone.change(language="x-loud")
page("document.querySelector('section').lang = 'en'")
await asyncio.sleep(0.01)
return found(phone)
"""
    ) == ["x-loud", "en"]


def test_two_phones_of_a_page_tell_it_what_happened_in_two_languages(story):
    assert story(
        f"""{LOUD}
put('<web-phone></web-phone><web-phone lang="x-loud"></web-phone>')
window.faults = run_js("[]")
page("for (const one of document.querySelectorAll('web-phone')) one.onError = (error) => faults.push([error.message, error.hint])")
phones[1].change(language="x-loud")
for phone in phones:
    phone.element.perform(Tell(event=Event("error", WebPhoneError("mic_missing"))))
return plain(window.faults)
"""
    ) == [
        ["No microphone was found.", "Plug in a microphone or headset and try again."],
        ["«No microphone was found.»", "«Plug in a microphone or headset and try again.»"],
    ]
