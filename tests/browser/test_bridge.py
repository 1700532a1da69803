"""What browser and page promise: rejected with anything, thrown at once or never settled."""

import ast
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import bench as benches
from browser.bench import Bench, bench

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
PACKAGE = HERE.parents[1] / "pyapp" / "webphone"
PRELUDE = """
import asyncio, js
from two_ends import *
from webphone.browser.bridge import Refused, answered, promised
from webphone.phone.actions import *
from webphone.phone.happenings import *
one, two = End(), End()

async def outcome(function, within=5.0):
    try:
        return ["kept", await answered(function, within)]
    except Refused as no:
        return [no.name, no.message]

def of(expression):
    return outcome(js.eval("() => " + expression))
"""


def tell(page: Bench, story: str):
    return benches.tell(page, PRELUDE, story)


REASONS = {
    "undefined": ["", "No reason was given."],
    "null": ["", "No reason was given."],
    "'no network'": ["", "no network"],
    "''": ["", "No reason was given."],
    "0": ["", "0"],
    "false": ["", "False"],
    "({status: 500})": ["", '{"status":500}'],
    "[1, 2]": ["", "[1,2]"],
    "new Event('error')": ["", "error"],
    "new Error('gone')": ["Error", "gone"],
    "new TypeError('')": ["TypeError", "TypeError"],
    "new DOMException('no', 'NotAllowedError')": ["NotAllowedError", "no"],
    "Object.create(null)": ["", "{}"],
    "Symbol('x')": ["", "It can't be read."],
    "(() => 1)": ["", "No reason was given."],
    "({get message() { throw 1 }})": ["", "It can't be read."],
    "new Proxy({}, {get() { throw undefined }})": ["", "It can't be read."],
    "new OverconstrainedError('deviceId', 'too much')": ["OverconstrainedError", "too much"],
    "new AggregateError([1], 'many')": ["AggregateError", "many"],
}


@pytest.mark.parametrize(
    "how", ["Promise.reject({})", "Promise.resolve().then(() => {{ throw {} }})"]
)
def test_whatever_a_promise_rejects_with_is_one_error_of_ours(page: Bench, how: str):
    expressions = [how.format(reason) for reason in REASONS]
    told = tell(page, f"return [await of(each) for each in {expressions!r}]")
    assert dict(zip(REASONS, told)) == REASONS


def test_what_a_function_throws_at_once_is_the_same(page: Bench):
    told = tell(
        page,
        f"return [await outcome(js.eval(f'() => {{{{ throw {{each}} }}}}')) for each in {[*REASONS]!r}]",
    )
    assert dict(zip(REASONS, told)) == REASONS


def test_what_is_no_promise_is_what_it_is(page: Bench):
    assert tell(
        page,
        """
        async def python(): return 4
        functions = (js.eval("() => 1"), js.eval("() => Promise.resolve(2)"), lambda: 3, python,
                     js.eval("() => ({then: (done) => done(5)})"), js.eval("async () => 6"))
        return [await outcome(each) for each in functions]
        """,
    ) == [["kept", number] for number in (1, 2, 3, 4, 5, 6)]


def test_a_method_is_called_on_its_object_with_what_is_given_and_no_more(page: Bench):
    assert tell(
        page,
        """
        thing = js.eval("({a: 7, async f(...given) { return [this.a, given.length, ...given] }})")
        return [list(await promised(thing, "f")), list(await promised(thing, "f", 1, 2))]
        """,
    ) == [[7, 0], [7, 2, 1, 2]]


def test_what_never_settles_is_given_up_and_leaves_nothing_behind(page: Bench):
    told, left = tell(
        page,
        """
        before = alive()
        told = await outcome(js.eval("() => new Promise(() => {})"), 0.1)
        called_off = asyncio.ensure_future(outcome(js.eval("() => ({then() {}})"), None))
        await asyncio.sleep(0.05)
        called_off.cancel()
        await asyncio.sleep(0.05)
        return [told, alive() - before]
        """,
    )
    assert told == ["TimeoutError", "Nothing came within 0.1 seconds."]
    assert left == 0


def test_a_promise_that_settles_too_late_changes_nothing(page: Bench):
    assert (
        tell(
            page,
            """
        slow = js.eval("() => new Promise((_, no) => setTimeout(() => no('late'), 150))")
        told = await outcome(slow, 0.05)
        await asyncio.sleep(0.2)
        return told[0]
        """,
        )
        == "TimeoutError"
    )


# --- Calls ----------------------------------------------------------------------------------------


def test_the_browsers_own_overconstrained_error_falls_back_to_any_microphone(page: Bench):
    name, connected = tell(
        page,
        """
        gone = {"audio": {"deviceId": {"exact": "gone"}}}
        one.config = Config().changed({"constraints": gone})
        name = (await of("navigator.mediaDevices.getUserMedia({audio: {deviceId: {exact: 'gone'}}})"))[0]
        offer, answer = await call(one, two)
        return [name, await two.hears()]
        """,
    )
    assert (name, connected) == ("OverconstrainedError", True)


@pytest.mark.parametrize(
    "servers",
    [
        "() => Promise.reject('no network')",
        "() => Promise.reject()",
        "() => Promise.reject(null)",
        "() => Promise.reject({status: 500})",
        "() => Promise.reject(new Event('error'))",
        "() => { throw undefined }",
        "() => { throw {code: 1} }",
        "() => 'nonsense'",
        "() => Promise.resolve([null, 7, {}])",
        "() => new Promise(() => {})",
    ],
)
def test_a_page_that_names_no_servers_costs_no_call(page: Bench, servers: str):
    candidates, seconds = tell(
        page,
        """
        one.config = Config(ice_servers=js.eval("(SERVERS)"))
        began = time.time()
        one.do(OpenMedia(call="call"))
        sdp = (await one.next(MediaReady)).sdp
        return [sdp.count("a=candidate:"), time.time() - began]
        """.replace("SERVERS", servers),
    )
    assert candidates >= 1
    assert seconds < 7


def test_one_address_that_the_browser_refuses_does_not_stop_the_others(page: Bench):
    used, told = tell(
        page,
        """
        from webphone.browser.media.ice_servers import IceServers
        written = ({"urls": ["stun:127.0.0.1:3478?transport=udp", "turn:127.0.0.1:3478", "http://x"]},
                   {"urls": "turn:127.0.0.1:3479", "username": "u", "credential": "c"})
        told = []
        watch = IceServers(lambda news: told.append(news.addresses))
        one.config = Config().changed({"iceServers": written})
        watch.look(one.config)
        watch.look(one.config)
        one.do(OpenMedia(call="call"))
        await one.next(MediaReady)
        used = one.connection.getConfiguration().to_py()["iceServers"]
        return [[list(server["urls"]) for server in used], told]
        """,
    )
    assert used == [["stun:127.0.0.1:3478"], ["turn:127.0.0.1:3479"]]
    assert told == [["turn:127.0.0.1:3478", "http://x"]]


def test_a_microphone_that_ends_is_replaced_without_a_new_offer(page: Bench):
    told, tracks, heard, enabled = tell(
        page,
        """
        await call(one, two)
        one.do(MuteMicrophone(call="call", muted=True))
        lost = one.peer.local.getAudioTracks()[0]
        lost.stop()
        lost.dispatchEvent(js.Event.new("ended"))
        news = await one.next(MicrophoneEnded)
        enabled = one.peer.local.getAudioTracks()[0].enabled
        one.do(MuteMicrophone(call="call", muted=False))
        return [[news.code, one.count(MediaReady)], one.microphones(), await two.hears(), enabled]
        """,
    )
    assert told == ["", 0]
    assert tracks == [["audio", "live"]]
    assert heard
    assert not enabled


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("NotFoundError", "mic_missing"),
        ("NotAllowedError", "mic_denied"),
        ("TypeError", "mic_busy"),
    ],
)
def test_a_microphone_that_ends_and_leaves_none_is_said(page: Bench, fault: str, code: str):
    told, heard = tell(
        page,
        f"""
        await call(one, two)
        restore = refuse_microphone("{fault}")
        try:
            one.peer.local.getAudioTracks()[0].dispatchEvent(js.Event.new("ended"))
            told = (await one.next(MicrophoneEnded)).code
            return [told, await one.hears()]
        finally:
            restore()
        """,
    )
    assert told == code
    assert heard


def test_without_a_microphone_a_call_hears_the_other_side_and_says_so(page: Bench):
    told, heard, silent = tell(
        page,
        """
        restore = refuse_microphone("NotFoundError")
        try:
            one.do(OpenMedia(call="call"))
            await one.next(MicrophoneMissing)
            offer = await one.next(MediaReady)
        finally:
            restore()
        two.do(OpenMedia(call="call", offer=offer.sdp))
        answer = await two.next(MediaReady)
        one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
        return [sections(offer.sdp), await one.hears(), await two.hears(1.0)]
        """,
    )
    assert told == [["audio", "sendrecv"]]
    assert heard
    assert not silent


def test_the_browsers_question_is_told_while_it_waits(chromium: Browser):
    with bench(chromium, permissions=[], modules=[HERE / "two_ends.py"]) as page:
        told = tell(
            page,
            """
            grant, streams, restore = hold_back_microphone()
            try:
                js.eval("navigator.permissions.query = async () => ({state: 'prompt'})")
                one.do(OpenMedia(call="call"))
                first = await one.next(MicrophoneAsked)
                return [first.waiting]
            finally:
                restore()
            """,
        )
    assert told == [True]


def test_nothing_else_awaits_what_javascript_promises():
    """Every await is of the bridge, of asyncio, or of a coroutine function of the package."""
    files = [
        *(PACKAGE / "browser").rglob("*.py"),
        PACKAGE / "demo.py",
        PACKAGE.parent / "main.py",
    ]
    trees = {path: ast.parse(path.read_text()) for path in files}
    ours = {
        node.name
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
    }
    allowed = ours | {"sleep", "wait", "wait_for", "shield"}
    alone = {"bridge.py", "tasks.py"}  # the bridge itself, and the queue of our own coroutines
    strange = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees.items()
        if path.name not in alone
        for node in ast.walk(tree)
        if isinstance(node, ast.Await) and _awaited(node.value) not in allowed
    ]
    assert strange == []


def _awaited(value: ast.expr) -> str:
    function = value.func if isinstance(value, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
