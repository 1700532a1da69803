"""The wire, the time and the phone's own sounds in a real browser."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from browser.bench import PORTS, Bench, bench, untouched
from webphone.phone.actions import Tone

pytestmark = [pytest.mark.browser, pytest.mark.timed]


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Bench]:
    with bench(chromium, permissions=[]) as opened:
        yield opened


@pytest.fixture
def line() -> Iterator[str]:
    """The address of a server that says what it heard: its type and its content."""

    def answer(connection: ServerConnection) -> None:
        connection.send(f"speaks {connection.subprotocol}")
        try:
            for frame in connection:
                if frame == "bye":
                    connection.close(4001)
                    return
                connection.send(frame if isinstance(frame, str) else b"binary " + frame)
        except ConnectionClosed:
            pass

    server = _listening(answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
    server.shutdown()
    thread.join()


def _listening(answer) -> Server:
    for port in reversed(PORTS):
        try:
            return serve(answer, "127.0.0.1", port, subprotocols=[Subprotocol("sip")])
        except OSError:
            continue
    raise OSError("no free port")


def tell(page: Bench, given: str, story: str):
    page.given(given)
    return page.run(story)


HEAR = """
import asyncio
from webphone.browser.socket import Sockets
from webphone.phone.actions import *
heard = []
sockets = Sockets(heard.append)

async def wait(count):
    for _ in range(500):
        if len(heard) >= count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{heard}")
"""


@pytest.mark.rfc("7118 §5.1", "a message is a frame, text or binary")
@pytest.mark.rfc("7118 §4.1", "the WebSocket asks for the subprotocol sip")
def test_messages_go_and_come_one_a_frame_as_text_or_as_bytes(page: Bench, line: str):
    assert tell(
        page,
        HEAR,
        f"""
sockets.perform(Connect(socket=1, url="{line}"))
await wait(2)
sockets.perform(Send(socket=1, data="OPTIONS grüß".encode()))
sockets.perform(Send(socket=1, data=bytes([0xff, 0xfe])))
await wait(4)
sockets.close()
first, *rest = heard
return [type(first).__name__, first.socket, [each.data.hex() for each in rest]]
""",
    ) == [
        "SocketOpened",
        1,
        [
            b"speaks sip".hex(),
            "OPTIONS grüß".encode().hex(),
            (b"binary " + bytes([0xFF, 0xFE])).hex(),
        ],
    ]


def test_a_close_by_the_server_is_told_once_with_its_code(page: Bench, line: str):
    assert tell(
        page,
        HEAR,
        f"""
sockets.perform(Connect(socket=7, url="{line}"))
await wait(2)
sockets.perform(Send(socket=7, data=b"bye"))
await wait(3)
await asyncio.sleep(0.1)
sockets.perform(Send(socket=7, data=b"nobody hears this"))
return [len(heard), type(heard[-1]).__name__, heard[-1].socket, heard[-1].code, heard[-1].denied]
""",
    ) == [3, "SocketClosed", 7, 4001, False]


def test_a_server_that_is_not_there_and_an_address_that_is_none_are_told_later(page: Bench):
    assert tell(
        page,
        HEAR,
        """
sockets.perform(Connect(socket=1, url="ws://127.0.0.1:9499"))
sockets.perform(Connect(socket=2, url="no address"))
at_once = len(heard)
await wait(2)
return [at_once, sorted([each.socket, each.code, each.denied] for each in heard)]
""",
    ) == [0, [[1, 1006, False], [2, 1006, False]]]


def test_only_a_page_from_elsewhere_can_be_denied_the_local_network(page: Bench):
    assert tell(
        page,
        HEAR,
        """
import js
from webphone.browser.socket import local_network_denied
restore = js.eval('''(() => {
  const real = navigator.permissions.query.bind(navigator.permissions);
  navigator.permissions.query = async ({ name }) => {
    if (name === "loopback-network") throw new TypeError("unknown");
    return name === "local-network" ? { state } : real({ name });
  };
  let state = "granted";
  return [to => { state = to }, () => { delete navigator.permissions.query }];
})()''')
change, end = restore
said = []
try:
    for state in ("granted", "prompt", "denied"):
        change(state)
        said.append(await local_network_denied("phone.example"))
    said.append(await local_network_denied("127.0.0.1"))
finally:
    end()
return said
""",
    ) == [False, False, True, False]


def test_a_socket_let_go_of_is_heard_no_more(page: Bench, line: str):
    assert (
        tell(
            page,
            HEAR,
            f"""
sockets.perform(Connect(socket=1, url="{line}"))
sockets.perform(Disconnect(socket=1))
sockets.perform(Connect(socket=2, url="ws://127.0.0.1:9499"))
sockets.perform(Disconnect(socket=2))
await asyncio.sleep(0.5)
return len(heard)
""",
        )
        == 0
    )


CLOCK = """
import asyncio
from webphone.browser.clock import Clock
woken = []
"""


@pytest.mark.parametrize("worker", ['"/timer.js"', '"/no-such-worker.js"', '"http://[/"', "None"])
def test_alarms_ring_in_order_and_on_time_with_a_worker_or_without(page: Bench, worker: str):
    late = tell(
        page,
        CLOCK,
        f"""
clock = Clock({worker})
start = clock.now()
alarms = {{name: clock.alarm(lambda name=name: woken.append([name, clock.now() - start]))
          for name in ("late", "early", "never", "moved")}}
alarms["late"].set(start + 0.3)
alarms["early"].set(start + 0.1)
alarms["never"].set(start + 0.2)
alarms["moved"].set(start + 0.05)
alarms["moved"].set(start + 0.4)
alarms["never"].set(None)
for _ in range(300):
    if len(woken) == 3:
        break
    await asyncio.sleep(0.01)
clock.close()
return woken
""",
    )
    assert [name for name, _ in late] == ["early", "late", "moved"]
    for (_, at), due in zip(late, (0.1, 0.3, 0.4)):
        assert due <= at < due + 2


def test_an_alarm_set_again_while_it_rings_rings_again(page: Bench):
    assert (
        tell(
            page,
            CLOCK,
            """
clock = Clock("/timer.js")
def wake():
    woken.append(clock.now())
    if len(woken) < 3:
        alarm.set(clock.now() + 0.02)
alarm = clock.alarm(wake)
alarm.set(clock.now())
for _ in range(300):
    if len(woken) == 3:
        break
    await asyncio.sleep(0.01)
clock.close()
return len(woken)
""",
        )
        == 3
    )


SOUND = """
import asyncio
import js
from webphone.browser.sound import Sound
from webphone.contract import Config
from webphone.phone.actions import PlayKey, PlayTone, Tone
config, blocked = Config(), []
sound = Sound(lambda: config, blocked.append)

async def until(true):
    for _ in range(300):
        if true():
            return True
        await asyncio.sleep(0.01)
    return False

def loudest(buffer):
    return max(buffer.getChannelData(0).to_py())
"""


HELD_BACK = """
blocked = type("Blocked", (), {"append": lambda self, blocked: print("blocked", blocked)})()
sound._tell_blocked = blocked.append
sound.perform(PlayTone(tone=Tone.RINGTONE))
"""


def test_before_the_person_touches_the_page_the_sound_is_held_back_and_then_let_go(
    chromium: Browser,
):
    def news(told):
        return told.text.startswith("blocked")

    with untouched(chromium, SOUND + HELD_BACK) as page:
        said = page.wait_for_event("console", news, timeout=60_000)
        with page.expect_event("console", news) as then:
            page.mouse.click(10, 10)
        assert [said.text, then.value.text] == ["blocked True", "blocked False"]


@pytest.fixture(scope="module")
def touched(page: Bench) -> Bench:
    page.page.mouse.click(10, 10)
    return page


def test_every_tone_sounds_softly_and_repeats(touched: Bench):
    assert tell(
        touched,
        SOUND,
        """
said = []
for tone in Tone:
    sound.perform(PlayTone(tone=tone))
    await until(lambda: sound._source is not None)
    source = sound._source[0]
    said.append([bool(source.loop), 0.05 < loudest(source.buffer) < 0.8])
    sound.perform(PlayTone(tone=None))
sound.close()
return [said, blocked]
""",
    ) == [[[True, True]] * len(Tone), []]


VIBRATION = """
from webphone.browser import vibration
js.eval("self.vibrated = [];"
        "navigator.vibrate = (pattern) => { vibrated.push([].concat(pattern)); return true; }")
"""


def test_a_phone_that_rings_vibrates_until_it_does_not(touched: Bench):
    first, then = tell(
        touched,
        SOUND + VIBRATION,
        """
for tone in (Tone.RINGTONE, Tone.RINGTONE_PRIORITY, None, Tone.RINGBACK, Tone.WAITING, None):
    sound.perform(PlayTone(tone=tone))
sound.perform(PlayTone(tone=Tone.RINGTONE))
sound.close()
vibrated = js.vibrated.to_py()
return [vibrated[0], vibrated[1:]]
""",
    )
    assert first[:4] == [400, 200, 400, 2000] and len(first) < 99
    assert then == [[0], first, [0]]


def test_before_the_person_touches_the_page_nothing_vibrates(chromium: Browser):
    story = """
vibration.follow(Tone.RINGTONE)
vibration.follow(None)
print("vibrated", len(js.vibrated))
"""
    with untouched(chromium, SOUND + VIBRATION + story) as page:
        told = page.wait_for_event(
            "console", lambda told: told.text.startswith("vibrated"), timeout=60_000
        )
        assert told.text == "vibrated 0"


def test_silence_asked_for_while_a_tone_is_being_made_stays_silence(touched: Bench):
    assert tell(
        touched,
        SOUND,
        """
sound.perform(PlayTone(tone=Tone.RINGBACK))
sound.perform(PlayTone(tone=None))
sound.perform(PlayTone(tone=Tone.BUSY))
await until(lambda: sound._source is not None)
length = sound._source[0].buffer.duration
await asyncio.sleep(0.1)
kept = sound._source[0].buffer.duration
sound.close()
return [length, kept]
""",
    ) == [1.0, 1.0]


def test_a_key_sounds_and_an_unknown_one_does_not(touched: Bench):
    assert tell(
        touched,
        SOUND,
        """
sound.perform(PlayKey(key="x"))
before = sound._context is None
for key in "0123456789*#":
    sound.perform(PlayKey(key=key))
running = await until(lambda: sound._context.state == "running")
sound.close()
return [before, running]
""",
    ) == [True, True]


def test_a_ringtone_that_cannot_be_loaded_is_replaced_by_the_built_in_one(touched: Bench):
    assert tell(
        touched,
        SOUND,
        """
config = Config(ringtone="/no-such-sound.ogg")
sound._config = lambda: config
sound.perform(PlayTone(tone=Tone.RINGTONE))
found = await until(lambda: sound._source is not None)
sound.close()
return found
""",
    )
