"""The stages of a call are a table: every way through it ends, and nothing else moves a call."""

import pytest

from phone.stage import World
from webphone.phone.call.call import STAGES, Stage, Step
from webphone.phone.call.outgoing import call_to
from webphone.sip import Uri


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
