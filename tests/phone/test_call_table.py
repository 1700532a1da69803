"""The stages of a call and the changes of one are tables: every way ends, nothing else moves."""

import pytest

from phone.stage import World
from webphone.contract import WebPhoneError
from webphone.phone import happenings as on
from webphone.phone.call.alerting import Alerting
from webphone.phone.call.call import STAGES, Stage, Step
from webphone.phone.call.hearing import DESCRIBES, HEARD
from webphone.phone.call.offer_answer import RENEGOTIATION, Action, State
from webphone.phone.call.outgoing import call_to
from webphone.phone.call.redirection import Redirection
from webphone.phone.call.timings import Timings
from webphone.sip import Dropped, Uri


@pytest.fixture
def call():
    account = World().phone("alice").desk.account
    return call_to(account, Uri.parse("sip:bob@one.example"), "1", 0.0)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("step", Step)
def test_only_the_table_moves_a_call(call, stage, step):
    call.stage = stage
    assert call.step(step) is ((stage, step) in STAGES)
    assert call.stage is STAGES.get((stage, step), stage)


def test_every_stage_can_end_and_the_end_is_the_end():
    for stage in Stage:
        ends = STAGES.get((stage, Step.OVER)) is Stage.ENDED
        assert ends is (stage is not Stage.ENDED)
    assert not any(stage is Stage.ENDED for stage, _ in STAGES)


KINDS = {*HEARD.values(), *DESCRIBES.values(), Alerting, Redirection, Timings}


@pytest.mark.parametrize("kind", sorted(KINDS, key=lambda kind: kind.__name__))
def test_a_part_does_nothing_about_what_is_not_for_it(call, kind):
    call.stage = Stage.ENDED
    part = call.part(kind)
    assert call.part(kind) is part
    assert part.heard(Dropped(why="nothing of ours"), 0.0) == []
    for news in (on.SoundCame(call="1"), on.QualityMeasured(call="1", stats={})):
        assert part.media(news, 0.0) == []
    assert part.wake(0.0) == [] and part.over(WebPhoneError("no_call")) == []
    assert part.deadline is None or part.deadline > 0.0


def test_every_stage_but_the_end_has_a_part_for_its_media():
    assert set(DESCRIBES) == set(Stage) - {Stage.ENDED}


def test_every_state_of_a_change_is_reached_and_leads_back_to_none():
    leads = {
        state: {to for (at, _), (to, _) in RENEGOTIATION.items() if at is state} for state in State
    }

    def reached(start):
        found, fresh = {start}, [start]
        while fresh:
            new = leads[fresh.pop()] - found
            found |= new
            fresh += new
        return found

    assert reached(State.NONE) == set(State)
    assert all(State.NONE in reached(state) for state in State)


@pytest.mark.rfc("3264 §4", "one exchange of offer and answer at a time")
def test_one_exchange_runs_at_a_time_and_each_action_has_its_row():
    """RFC 3264 §4: while an exchange is under way no other begins."""
    begins = {Action.MAKE_OFFER, Action.MAKE_ANSWER, Action.MAKE_OFFER_AS_IT_IS}
    for (state, _), (_, actions) in RENEGOTIATION.items():
        assert not begins.intersection(actions) or state in (State.NONE, State.PAUSED)
    assert {action for _, actions in RENEGOTIATION.values() for action in actions} == set(Action)
