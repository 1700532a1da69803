"""Whatever the other side writes, in whatever state of a call, costs at most that call."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from phone.stage import World, description
from webphone.contract import encode
from webphone.phone import actions as do
from webphone.phone import happenings as on

QUIET = 300.0  # seconds after which nothing may be under way any more

# --- Where a call may stand when the message comes ---


def idle(alice, dave):
    dave.call("alice", sdp=description())
    dave.cancel()


def calling(alice, dave):
    alice.ask("makeCall", "dave")


def ringing(alice, dave):
    calling(alice, dave)
    dave.reply(180)


def early(alice, dave):
    calling(alice, dave)
    dave.reply(183, "Require: 100rel", "RSeq: 1", sdp=description("one"))


def answered(alice, dave):
    ringing(alice, dave)
    dave.reply(200, sdp=description("one"))


def changing(alice, dave):
    """She holds, and he has not answered yet."""
    answered(alice, dave)
    alice.press("hold")


def refreshing(alice, dave):
    ringing(alice, dave)
    headers = ("Require: timer", "Session-Expires: 90;refresher=uac", "Allow: UPDATE")
    dave.reply(200, *headers, sdp=description("one"))
    dave.world.wind(46)


def cancelled(alice, dave):
    ringing(alice, dave)
    alice.press("hangup", alice.calls[-1].id)


def ringing_in(alice, dave):
    dave.call("alice", sdp=description())


def answering(alice, dave):
    ringing_in(alice, dave)
    alice.slow_media = True
    alice.press("answer")


def unconfirmed(alice, dave):
    ringing_in(alice, dave)
    alice.press("answer")


def unconfirmed_offer(alice, dave):
    dave.call("alice")
    alice.press("answer")


def taken(alice, dave):
    unconfirmed(alice, dave)
    dave.ack()


def changed(alice, dave):
    """He wants a change, and her browser still works on it."""
    taken(alice, dave)
    alice.slow_media = True
    dave.inside("INVITE", sdp=description("far", "sendonly", version="2"))


STATES = (
    *(idle, calling, ringing, early, answered, changing, refreshing, cancelled),
    *(ringing_in, answering, unconfirmed, unconfirmed_offer, taken, changed),
)

# --- What comes then ---

SUBSCRIBED = ("Event: refer", "Subscription-State: active;expires=60")
REQUESTS = {
    "INVITE": ((), description("new", version="3")),
    "UPDATE": (("Session-Expires: 120",), description("new", version="4")),
    "BYE": (("Reason: Q.850;cause=16",), ""),
    "CANCEL": (("Reason: SIP;cause=200",), ""),
    "ACK": ((), description("new")),
    "PRACK": (("RAck: 1 1 INVITE",), ""),
    "INFO": (("Content-Type: application/dtmf-relay",), "Signal=5\r\nDuration=160\r\n"),
    "MESSAGE": (("Content-Type: text/plain",), "hello"),
    "NOTIFY": ((*SUBSCRIBED, "Content-Type: message/sipfrag"), "SIP/2.0 200 OK\r\n"),
    "REFER": (("Refer-To: <sip:eve@one.example>", "Referred-By: <sip:x@y.example>"), ""),
    "SUBSCRIBE": (("Event: dialog", "Expires: 60"), ""),
    "OPTIONS": ((), ""),
    "NEW": (("Alert-Info: <urn:alert:x>", "History-Info: <sip:a@b.example>;index=1"), ""),
}
ANSWERS = (100, 180, 183, 199, 200, 302, 401, 407, 422, 481, 486, 491, 500, 600)
CHALLENGE = 'Digest realm="one.example", nonce="n", algorithm=MD5, qop="auth"'


def request(dave, method):
    headers, body = REQUESTS[method]
    if method != "NEW" and dave.invite is not None:
        return lambda: dave.inside(method, *headers, sdp=body)
    dave.invite = None
    return lambda: dave.call("alice", *headers, sdp=description())


def answer(dave, status):
    asked = [one for one in dave.heard if getattr(one, "method", "ACK") != "ACK"]
    if not asked:
        return request(dave, "NEW")
    headers = {
        183: ("Require: 100rel", "RSeq: 2"),
        200: ("Session-Expires: 90;refresher=uac", "Require: timer"),
        401: (f"WWW-Authenticate: {CHALLENGE}",),
        407: (f"Proxy-Authenticate: {CHALLENGE}",),
        422: ("Min-SE: 100",),
        500: ("Retry-After: 5 (soon)",),
    }
    sdp = description("new") if status in (183, 200) else ""
    return lambda: dave.reply(status, *headers.get(status, ()), to=asked[-1], sdp=sdp)


messages = st.one_of(
    st.tuples(st.just(request), st.sampled_from(sorted(REQUESTS))),
    st.tuples(st.just(answer), st.sampled_from(ANSWERS)),
)

# --- What is wrong with it ---

GARBAGE = (
    *(b"", b" ", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"%", b"%zz", b'"', b"\\"),
    *(b"<", b">", b";", b",", b":", b"@", b"=", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"-1", b"0"),
    *(b"99999999999999999999", b"1e9", b"\xd9\xa3", b"sip:", b"<sip:>", b"*", b"a" * 3000),
    *(b"m=audio 0 RTP/AVP 0", b"SIP/2.0", b"INVITE", b"timer", b"100rel", b"z9hG4bK"),
)
damages = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "drop", "double", "value", "cut", "end", "swap"]),
        st.integers(0, 50),  # the line
        st.integers(0, 80),  # the place in it
        st.sampled_from(GARBAGE),
    ),
    min_size=0,
    max_size=3,
)


def damaged(data, wounds):
    lines = data.split(b"\r\n")
    for how, number, place, garbage in wounds:
        at = number % len(lines)
        line = lines[at]
        match how:
            case "replace":
                place %= len(line) + 1
                lines[at] = line[:place] + garbage + line[place + max(len(garbage), 1) :]
            case "insert":
                place %= len(line) + 1
                lines[at] = line[:place] + garbage + line[place:]
            case "value":
                name, colon, _ = line.partition(b":" if b": " in line else b"=")
                lines[at] = name + colon + b" " * (colon == b":") + garbage
            case "drop":
                del lines[at]
            case "double":
                lines.insert(place % len(lines), line)
            case "swap":
                lines[at], lines[place % len(lines)] = lines[place % len(lines)], line
            case "cut":
                lines[at] = line[: place % (len(line) + 1)]
            case "end":
                lines = lines[: max(at, 1)]
        lines = lines or [b""]
    return b"\r\n".join(lines)


class Line:
    """What a stranger says reaches Alice as it is: the exchange would not pass it on."""

    def __init__(self, world, alice, dave):
        self.world, self.alice, self.dave = world, alice, dave

    def bring(self, say, wounds):
        said = []
        self.dave.say = said.append
        say()
        del self.dave.say
        [socket] = self.alice.links
        for data in said:
            if data.startswith(b"SIP/2.0"):  # the exchange takes its own Via off
                head, _, rest = data.partition(b"\r\nVia: ")
                data = head + rest[rest.index(b"\r\n") :]
            self.alice.happens(on.Received(socket=socket, data=damaged(data, wounds)))


def test_a_message_that_is_not_damaged_arrives_on_that_line():
    world, alice, _carol, dave = stage()
    taken(alice, dave)
    Line(world, alice, dave).bring(request(dave, "BYE"), [])
    assert alice.told("end")[-1]["endedBy"] == "remote" and len(alice.calls) == 1


def stage():
    world = World()
    alice = world.registered("alice", registerExpires=100)
    carol = world.registered("carol")
    dave = world.stranger("dave")
    alice.ask("makeCall", "carol")
    assert carol.ask("answer").value.state == "active"
    return world, alice, carol, dave


def sound(alice):
    """Nothing went wrong, and all that a page hears can cross to it."""
    assert alice.mistakes == []
    for event in alice.events:
        json.dumps(encode(event.detail), ensure_ascii=False).encode()
    json.dumps([encode(call) for call in alice.calls], ensure_ascii=False).encode()
    for action in alice.actions:
        if isinstance(action, do.Note):
            action.text.encode()


@example(idle, [((request, "NEW"), [("value", 5, 0, b"\xff\xfe")])])  # a Call-ID of no text
@given(st.sampled_from(STATES), st.lists(st.tuples(messages, damages), min_size=1, max_size=3))
@settings(derandomize=True)
def test_no_message_of_a_stranger_costs_more_than_his_own_call(state, sayings):
    world, alice, carol, dave = stage()
    first = alice.call.id
    state(alice, dave)
    for (kind, what), wounds in sayings:
        Line(world, alice, dave).bring(kind(dave, what), wounds)
        sound(alice)
        world.wind(1.0)
    alice.slow_media = False
    alice.media_arrives()
    world.wind(QUIET)
    sound(alice)
    assert alice.desk.snapshot.state == "registered"
    assert first in {call.id for call in alice.calls} and carol.call.state in ("active", "held")
    assert carol.ask("hold").error is None and carol.call.held_by in ("local", "both")
    alice.ask("hangupAll")
    world.wind(QUIET)
    assert alice.calls == [] and carol.calls == [] and alice.tone is None
    ended = [record["id"] for record in alice.told("end")]
    assert len(ended) == len(set(ended))
    begun = {told["id"] for name in ("ringingin", "ringingout", "answer")
             for told in alice.told(name)}  # fmt: skip
    assert begun <= set(ended)
    assert alice.agent.idle and alice.agent.transactions == 0
    sound(alice)
