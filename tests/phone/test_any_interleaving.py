"""Whatever is wished, lost and late while WebSockets die at any step: both ends of a call agree.

The ends of a call are driven together: what persons do, which message arrives next, whose
WebSocket dies under which of them. After a while of quiet each call is up at both of its ends, held
alike, and can be changed and ended; or it is over at both, with one record each.
"""

from collections import Counter

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from phone.stage import SERVER
from phone.wires import Wires
from webphone.phone import actions as do

# Seconds after which both ends know how a call stands, once everybody knows which WebSockets are
# dead: what was lost with one is said again over the next, which is there after some seconds. Who
# would wait until a request is not answered (32 s), or for a session timer, comes too late.
SOON = 12.0
# Seconds after which nothing is under way any more: nobody rings longer.
QUIET = 420.0
# Each takes about a seventh of a second; fewer than 26 miss what is not said again.
EXAMPLES = {5: 3, 20: 40}.get(settings.default.max_examples, 100)
USERS = ("alice", "bob", "carol")
WISHES = (
    ("answer",),
    ("reject",),
    ("hangup",),
    ("hold",),
    ("resume",),
    ("swap",),
    ("mute",),
    ("sendDtmf", "1,2"),
    ("sendDtmf", "3", {"method": "info"}),
    ("sendMessage", "bob", "hello"),
    ("setConfig", {"dnd": True}),
    ("setConfig", {"dnd": False}),
    ("transfer", "alice"),
    ("transfer", "carol"),
    ("consult", "carol"),
    ("completeTransfer",),
    ("cancelTransfer",),
    *(("makeCall", user) for user in USERS),
)
whose = st.sampled_from((0, 1, 2))
few = st.integers(0, 3)


def waits_for_ack(phone, id):
    """Whether nobody has heard our 200: the call ends by itself (RFC 3261 §13.3.1.4)."""
    call = phone.desk.calls.calls[id]
    session = call.account.agent._calls.named(call.wire.call).session
    return session is not None and session.unheard


class AnyInterleaving(RuleBasedStateMachine):
    """Three phones and all that may happen to them."""

    def __init__(self):
        super().__init__()
        self.world = Wires()
        for user in USERS:
            self.world.registered(user, redirectPolicy="follow")

    # --- What happens ---

    @initialize(answered=st.booleans())
    def calls(self, answered):
        """Most sequences get nowhere without a call."""
        self.phone(0).ask("makeCall", "bob")
        if answered:
            self.phone(1).ask("answer")
        self.world.slow = True

    @rule(who=whose, wish=st.sampled_from(WISHES))
    def wish(self, who, wish):
        self.phone(who).ask(*wish)

    @rule(who=whose, wish=st.sampled_from(WISHES), steps=few)
    def wish_on_a_dying_socket(self, who, wish, steps):
        self.world.slow = True
        self.wish(who, wish)
        for _ in range(steps):
            self.world.arrive(0)
        self.die(who, 0, 0, told=True, noticed=True)

    @rule(choice=few)
    def arrive(self, choice):
        self.world.arrive(choice)

    @rule(slow=st.booleans())
    def land(self, slow):
        self.world.land()
        self.world.slow = slow

    @rule(who=whose, up=few, down=few, told=st.booleans(), noticed=st.booleans())
    def die(self, who, up, down, told, noticed):
        self.world.die(self.phone(who), up, down, told=told, noticed=noticed)

    @rule()
    def notice(self):
        self.world.notice()

    @rule(seconds=st.sampled_from([0.1, 0.6, 3.0, 12.0, 40.0]))
    def wind(self, seconds):
        self.world.wind(seconds)

    @rule(broken=st.sampled_from(["", "dead", "mute"]))
    def server(self, broken):
        self.world.broken = {SERVER: broken} if broken else {}

    @rule(who=whose, slow=st.booleans())
    def media(self, who, slow):
        self.phone(who).slow_media = slow
        if not slow:
            self.phone(who).media_arrives()

    # --- What must hold ---

    @invariant()
    def nothing_is_raised(self):
        for phone in self.world.phones:
            assert phone.mistakes == []

    def teardown(self):
        self.quiet()
        self.both_ends_know_of_each_other()
        self.world.wind(QUIET)
        self.both_ends_agree()
        self.what_is_up_can_be_held_and_ended()
        self.everything_is_over_and_kept_once()

    def quiet(self):
        """Nobody does anything any more, and the wire works."""
        world = self.world
        world.broken = {}
        for who in range(len(USERS)):
            self.media(who, slow=False)
        world.land()
        for phone in world.phones:
            world.tell(phone)
        world.notice()
        world.wind(SOON)

    def both_ends_know_of_each_other(self):
        """What is answered is up at both its ends, and both say the same of it."""
        self.nothing_is_raised()
        up = [
            call
            for phone in self.world.phones
            for call in phone.calls
            if call.answered_at and not waits_for_ack(phone, call.id)
        ]
        ends = Counter(call.call_id for call in up)
        assert set(ends.values()) <= {2}, f"one end thinks that it talks: {ends}"
        for phone in self.world.phones:
            for picture in phone.machine.snapshot.calls:
                assert not (picture.answered_at and picture.changing), "a hold waits for ever"
        other = {None: None, "local": "remote", "remote": "local", "both": "both"}
        for call in up:
            assert other[call.held_by] in self.held_by(call)

    def both_ends_agree(self):
        self.both_ends_know_of_each_other()
        for phone in self.world.phones:
            assert all(promise.settled for promise in phone.promises.values())
            assert not any(picture.changing for picture in phone.machine.snapshot.calls)
            assert {call.state for call in phone.calls} <= {"active", "held"}

    def held_by(self, call):
        """How its other end sees it."""
        return [
            each.held_by
            for phone in self.world.phones
            for each in phone.calls
            if each.call_id == call.call_id and each.id != call.id
        ]

    def what_is_up_can_be_held_and_ended(self):
        """The signalling of each call works from end to end, after all that was lost."""
        for phone in self.world.phones:
            for call in phone.calls:
                held = phone.ask("hold", call.id)
                self.world.wind(15)
                assert held.error is None and held.value.held_by in ("local", "both")
                assert {"remote", "both"} & set(self.held_by(call))
        for phone in self.world.phones:
            for call in phone.calls:
                phone.ask("hangup", call.id)
                assert self.held_by(call) == []

    def everything_is_over_and_kept_once(self):
        self.world.wind(QUIET)
        self.nothing_is_raised()
        for phone in self.world.phones:
            assert phone.calls == [] and phone.tone is None
            ended = [record["id"] for record in phone.told("end")]
            assert len(ended) == len(set(ended))
            assert ended == [each.record.id for each in phone.actions if isinstance(each, do.Save)]
            names = ("ringingin", "ringingout", "answer")
            assert {told["id"] for name in names for told in phone.told(name)} <= set(ended)
            assert all(promise.settled for promise in phone.promises.values())
            assert phone.agent.idle and phone.agent.transactions == 0

    def phone(self, who):
        return self.world.phones[who]


TestAnyInterleaving = AnyInterleaving.TestCase
TestAnyInterleaving.settings = settings(
    derandomize=True, max_examples=EXAMPLES, stateful_step_count=30
)


def test_what_is_held_after_an_invite_that_went_out_twice_is_held_at_both_ends():
    """Its second number is not given to the next request in the dialog, too."""
    story = AnyInterleaving()
    story.calls(answered=False)
    story.wish_on_a_dying_socket(who=2, wish=("makeCall", "alice"), steps=2)
    story.wish(who=0, wish=("answer",))
    story.wish(who=2, wish=("makeCall", "alice"))
    story.teardown()
