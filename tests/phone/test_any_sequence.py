"""Whatever people, pages, servers and browsers do in whatever order, the phones stay sound."""

from hypothesis import given, settings
from hypothesis import strategies as st

from phone.stage import SERVER, World
from webphone.phone import actions as do
from webphone.phone import happenings as on

QUIET = 300.0  # seconds after which nothing may be under way any more
WISHES = {
    "register": (),
    "unregister": (),
    "connect": (),
    "disconnect": (),
    "makeCall": ("bob", "alice", "100", "nobody"),
    "answer": (),
    "reject": (),
    "hangup": (),
    "hangupAll": (),
    "hold": (),
    "resume": (),
    "swap": (),
    "conference": (),
    "mute": (),
    "dialpadPress": ("1", "#"),
    "sendDtmf": ("1,2", "3"),
}
CHANGES = (
    {"username": "carol", "password": "c"},
    {"displayName": "Ann"},
    {"password": "s3cret"},
    {"dtmf": "info"},
    {"callWaiting": "off"},
    {"host": "wss://two.example/ws", "realm": "one.example"},
)


def usual(who, wishes, changes, longest):
    """The steps of every kind of story: wishes, other settings, time, the wire; as strategies."""
    wish = st.sampled_from(
        [(method, argument) for method, choices in wishes.items() for argument in choices or ((),)]
    )
    return (
        st.tuples(st.just("ask"), who, wish),
        st.tuples(st.just("press"), who, wish),
        st.tuples(st.just("change"), who, st.sampled_from(changes)),
        st.tuples(st.just("wind"), st.sampled_from([0.1, 1.0, 7.0, longest])),
        st.tuples(st.just("slow"), st.booleans()),
        st.tuples(st.just("cut"), who),
    )


def seen(who):
    """The steps of stories of what is shown: what a call's media say, and the network."""
    return (
        st.tuples(st.just("measured"), who, st.sampled_from([4.3, 3.7, 1.2])),
        st.tuples(st.just("network"), who, st.booleans()),
        st.tuples(st.just("slow media"), who, st.booleans()),
        st.tuples(st.just("media state"), who, st.sampled_from(["failed", "connected"])),
    )


who = st.sampled_from([0, 1])
steps = st.lists(
    st.one_of(
        *usual(who, WISHES, CHANGES, 40.0),
        st.tuples(st.just("unheard"), who, st.booleans()),
        st.tuples(st.just("broken"), st.sampled_from(["", "dead", "mute"])),
        st.tuples(st.just("network"), who, st.booleans()),
        st.tuples(st.just("slow media"), who, st.booleans()),
        st.tuples(st.just("media fault"), who, st.booleans()),
        st.tuples(st.just("media state"), who, st.sampled_from(["failed", "connected"])),
        st.tuples(st.just("leave"), who),
        st.tuples(st.just("wake"), who),
        st.tuples(st.just("prevent"), who, st.sampled_from(["beforedial", "ringingin", ""])),
    ),
    min_size=5,
    max_size=25,
)


def act(world, step):
    kind, *rest = step
    if kind == "wind":
        world.wind(rest[0])
    elif kind == "slow":
        world.slow = True
        if not rest[0]:
            world.land()
    elif kind == "broken":
        world.broken = {SERVER: rest[0]} if rest[0] else {}
    else:
        phone = world.phones[rest[0]]
        {
            "ask": lambda: phone.ask(rest[1][0], *([rest[1][1]] if rest[1][1] else [])),
            "press": lambda: phone.press(rest[1][0], *([rest[1][1]] if rest[1][1] else [])),
            "change": lambda: phone.ask("setConfig", rest[1]),
            "cut": lambda: world.cut(phone),
            "unheard": lambda: setattr(phone, "unheard", rest[1]),
            "network": lambda: phone.happens(on.NetworkChanged(online=rest[1])),
            "slow media": lambda: _slow_media(phone, rest[1]),
            "media fault": lambda: _media_fault(phone, rest[1]),
            "media state": lambda: _media_state(phone, rest[1]),
            "measured": lambda: _measured(phone, rest[1]),
            "leave": lambda: phone.happens(on.Leaving()),
            "wake": lambda: phone.happens(on.Woken()),
            "prevent": lambda: _prevent(phone, rest[1]),
        }[kind]()
    for phone in world.phones:
        assert phone.mistakes == []


def _slow_media(phone, slow):
    phone.slow_media = slow
    if not slow:
        phone.media_arrives()


def _media_fault(phone, on):
    phone.media_fault = ("mic_denied", "") if on else None


def _media_state(phone, state):
    for call in phone.calls:
        phone.happens(on.MediaChanged(call=call.id, state=state))


def _measured(phone, mos):
    for call in phone.calls:
        phone.happens(on.QualityMeasured(call=call.id, stats={"mos": mos}))


def _prevent(phone, name):
    phone.prevented = {name}


def all_is_well(world):
    """After a while of quiet nothing is left under way that nobody wants."""
    for phone in world.phones:
        _slow_media(phone, False)
        _media_fault(phone, False)
        phone.unheard = False
    world.land()
    world.broken = {}
    world.wind(QUIET)
    for phone in world.phones:
        assert phone.mistakes == []
        assert all(promise.settled for promise in phone.promises.values())
        assert phone.desk.deadline is None or phone.desk.deadline >= world.now
        assert not any(picture.changing for picture in phone.desk.snapshot.calls)
    for phone in world.phones:
        phone.ask("hangupAll")
    world.wind(QUIET)
    for phone in world.phones:
        assert phone.calls == [] and phone.tone is None and phone.mistakes == []
        ended = [record["id"] for record in phone.told("end")]
        assert len(ended) == len(set(ended))
        assert ended == [each.record.id for each in phone.actions if isinstance(each, do.Save)]
        begun = {told["id"] for name in ("ringingin", "ringingout", "answer")
                 for told in phone.told(name)}  # fmt: skip
        assert begun <= set(ended)
        opened = {each.call for each in phone.actions if isinstance(each, do.OpenMedia)}
        closed = {each.call for each in phone.actions if isinstance(each, do.CloseMedia)}
        assert opened <= closed
        told = repr(phone.actions) + repr(phone.events) + repr(phone.desk.snapshot)
        told += repr(phone.desk) + repr(phone.received)
        assert "response=" not in told and "s3cret" not in told
        assert phone.agent.idle and phone.agent.transactions == 0


@given(steps)
@settings(derandomize=True)
def test_any_sequence_leaves_two_sound_phones(sequence):
    world = World()
    world.registered("alice")
    world.registered("bob")
    for step in sequence:
        act(world, step)
    all_is_well(world)
