"""The first call of a page is rehearsed between two throw-away desks, and nobody hears of it."""

import pytest

from phone.stage import description
from sip.entropy import seeded
from webphone.contract import Config
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.rehearsal import CALLED, CALLER, ENDS, Rehearsal
from webphone.sip import Entropy

NOW = 1_700_000_000.0


class Media:
    """What the media of both ends were asked for, and how both ends stood after each step."""

    def __init__(self, play: Rehearsal, *, fail: bool = False) -> None:
        self.play = play
        self.fail = fail
        self.asked: list[tuple[int, str]] = []
        self.stages: list[tuple[str, ...]] = []

    def to_the_end(self, most: int = 200) -> None:
        for _ in range(most):
            if self.play.over:
                return
            end, actions = self.play.step(NOW)
            for action in actions:
                self.asked.append((end, type(action).__name__))
                self.answer(end, action)
            calls = [call for each in ENDS for call in self.play.snapshot(each).calls]
            self.stages.append(tuple(call.view.state for call in calls))
        raise AssertionError("it never ends")

    def answer(self, end: int, action: do.MediaAction) -> None:
        match action:
            case do.OpenMedia(call=call) if self.fail:
                failed = on.MediaFailed(call=call, code="media_failed")
                self.play.heard(end, failed)
            case do.OpenMedia(call=call, offer=offer):
                kind = do.Offer.ANSWER if offer else do.Offer.OFFER
                ready = on.MediaReady(call=call, kind=kind, sdp=description(), video=False)
                self.play.heard(end, ready)
            case do.DescribeRemote(call=call):
                self.play.heard(end, on.PathFound(call=call))
                self.play.heard(end, on.AnswerTaken(call=call))


@pytest.fixture
def play() -> Rehearsal:
    return Rehearsal(Entropy(seeded(1)), Config())


def test_it_rings_is_answered_and_ends_at_both_ends(play: Rehearsal):
    media = Media(play)
    media.to_the_end()
    assert ("ringing", "ringing") in media.stages
    assert ("active", "active") in media.stages
    assert media.stages[-1] == ()
    assert media.asked == [
        (CALLER, "OpenMedia"),
        (CALLED, "OpenMedia"),
        (CALLER, "DescribeRemote"),
        (CALLER, "CloseMedia"),
        (CALLED, "CloseMedia"),
    ]


def test_it_waits_for_its_media_and_nothing_else_happens_meanwhile(play: Rehearsal):
    asked: list[do.MediaAction] = []
    while not asked:
        assert not play.waits
        _, asked = play.step(NOW)
    assert play.waits and not play.over


def test_where_there_are_no_media_it_comes_to_an_end_all_the_same(play: Rehearsal):
    media = Media(play, fail=True)
    media.to_the_end()
    assert [name for _, name in media.asked if name == "DescribeRemote"] == []
    assert media.stages[-1] == ()


def test_the_codecs_are_those_of_the_phone_and_its_login_is_not():
    config = Config(host="wss://one.example/ws", username="alice", password="a", codecs=("opus",))
    play = Rehearsal(Entropy(seeded(2)), config)
    for end in ENDS:
        settings = play.snapshot(end).config
        assert settings.codecs == ("opus",)
        assert "one.example" not in settings.host
        assert (settings.username, settings.password) != ("alice", "a")
