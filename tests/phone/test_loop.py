"""The wheel: one happening at a time, and a mistake ends nothing but itself."""

from webphone.contract import Ready, WebPhoneError
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.loop import Loop, promise_refused


class Wheel:
    """A machine that does as it is told: each happening is a list of actions, or a mistake."""

    def __init__(self):
        self.deadline = 7.0
        self.log = []
        self.plan = {}
        self.loop = Loop(
            self,
            perform=self._perform,
            clock=lambda: 5.0,
            arm=lambda moment: self._log("arm", moment),
            settle=lambda: self._log("settle"),
            report=lambda mistake: self.log.append(("report", str(mistake))),
        )

    def handle(self, happening, now):
        self._log("handle", happening, now)
        return [do.Note(level="info", text=text) for text in self.plan.get(happening, ())]

    def _perform(self, action):
        self._log("perform", action.text)
        if action.text.startswith("turn "):
            self.loop.turn(action.text.removeprefix("turn "))

    def _log(self, *what):
        self.log.append(what)
        if ("bad", what[0]) in self.plan:
            raise RuntimeError(f"mistake in {what[0]}")


def test_a_happening_is_handled_performed_and_shown():
    wheel = Wheel()
    wheel.plan = {"a": ["one", "two"]}
    wheel.loop.turn("a")
    assert wheel.log == [
        ("handle", "a", 5.0),
        ("perform", "one"),
        ("perform", "two"),
        ("arm", 7.0),
        ("settle",),
    ]


def test_a_mistake_refuses_the_promise_that_waited_for_its_turn():
    refused = []
    loop = Loop(
        Broken(),
        perform=refused.append,
        clock=lambda: 5.0,
        arm=lambda moment: None,
        settle=lambda: None,
        report=lambda mistake: None,
        amends=promise_refused,
    )
    loop.turn(on.Asked(command=Ready(), reply=7))
    loop.turn(on.Asked(command=Ready()))  # a person's press: nobody waits
    assert refused == [do.Refuse(reply=7, error=WebPhoneError("internal"))]


class Broken:
    """A machine that makes a mistake whatever happens."""

    deadline = None

    def handle(self, happening, now):
        raise RuntimeError("a mistake")


def test_what_happens_during_a_turn_waits_for_its_end():
    wheel = Wheel()
    wheel.plan = {"a": ["turn b", "two"], "b": ["three"]}
    wheel.loop.turn("a")
    assert [what[:2] for what in wheel.log] == [
        ("handle", "a"),
        ("perform", "turn b"),
        ("perform", "two"),
        ("handle", "b"),
        ("perform", "three"),
        ("arm", 7.0),
        ("settle",),
    ]


def test_a_mistake_in_one_turn_is_reported_and_the_next_turn_works():
    wheel = Wheel()
    for place in ("handle", "perform", "arm", "settle"):
        wheel.log, wheel.plan = [], {"a": ["one", "two"], ("bad", place): ()}
        wheel.loop.turn("a")
        assert ("report", f"mistake in {place}") in wheel.log
        assert wheel.log[-1] == ("settle",) or place in ("settle",)
        wheel.log, wheel.plan = [], {"a": ["one"]}
        wheel.loop.turn("a")
        assert wheel.log[-1] == ("settle",) and ("perform", "one") in wheel.log


def test_one_action_that_fails_does_not_keep_the_others_from_being_done():
    wheel = Wheel()
    wheel.plan = {"a": ["one", "two"], ("bad", "perform"): ()}
    wheel.loop.turn("a")
    assert [what for what in wheel.log if what[0] == "perform"] == [
        ("perform", "one"),
        ("perform", "two"),
    ]
