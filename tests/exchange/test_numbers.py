"""The exchange's own numbers: what a caller hears of each."""

from __future__ import annotations

import pytest

from exchange.raw import request
from exchange.town import SDP, Town
from webphone.exchange import AnswerCame, AnswerWanted, OfferWanted, Over
from webphone.exchange.numbers import NUMBERS, SOUNDING
from webphone.sip import Uri
from webphone.sip import outputs as news
from webphone.sip.wire.message import Response

HERE = ("Contact: <sip:a@alice.invalid>",)


def told(town: Town, kind: type):
    """What the exchange asked of whoever makes its sound."""
    return [action for action in town.other if isinstance(action, kind)]


def describe(town: Town, sdp: str | None = None) -> None:
    """Give the number the description that it asked for last."""
    wanted = [one for one in town.other if isinstance(one, AnswerWanted | OfferWanted)][-1]
    said = SDP.format(who="number") if sdp is None else sdp
    town.deliver(town.exchange.described(wanted.call, said or None, town.now))


def calling(number: str, *, sounding: bool = True):
    town = Town(sounding=sounding)
    alice = town.registered("alice")
    alice.call(number)
    return town, alice


@pytest.mark.parametrize(("number", "status"), [("602", 486), ("603", 603), ("698", 404)])
def test_a_number_that_refuses_says_how(number: str, status: int):
    _town, alice = calling(number, sounding=False)

    assert alice.last(news.Ended).status == status


def test_a_number_waits_only_for_a_sound_that_it_makes():
    for number in NUMBERS.values():
        assert number.deeds[0][0] == 0
        assert {deed for _seconds, deed in number.deeds[:-1]} <= SOUNDING


def test_a_call_that_was_meant_for_a_number_that_is_none_is_not_found():
    town = Town(password=None, sounding=True)
    forwarded = request("INVITE", "sip:600@town.example", "To: <sip:698@town.example>", *HERE)
    town.deliver(town.exchange.receive(1, forwarded, town.now))

    assert [answer.status for answer in town.answers()] == [100, 404]
    assert town.other == []


def test_604_rings_until_the_caller_gives_up():
    town, alice = calling("604", sounding=False)
    town.wind(60)
    assert [progress.status for progress in alice.told(news.Progressed)] == [180]

    alice.ask("hang_up", "call")

    assert alice.last(news.Ended).by is news.By.LOCAL
    town.wind(40)
    assert town.ended and told(town, Over)


@pytest.mark.parametrize("number", [name for name, does in NUMBERS.items() if does.sounds])
def test_without_sound_a_sounding_number_says_where_it_lives(number: str):
    _town, alice = calling(number, sounding=False)

    ended = alice.last(news.Ended)
    assert ended.status == 488
    assert "inside the page" in ended.text


def test_600_answers_with_the_description_it_was_given():
    town, alice = calling("600")
    assert told(town, AnswerWanted)[0].sdp == SDP.format(who="call")

    describe(town)

    assert alice.last(news.Answered).sdp == SDP.format(who="number")
    alice.ask("hang_up", "call")
    assert len(told(town, Over)) == 1


def test_600_follows_the_phone_into_hold():
    town, alice = calling("600")
    describe(town)

    alice.ask("reinvite", "call", SDP.format(who="held"))
    assert told(town, AnswerWanted)[-1].sdp == SDP.format(who="held")
    describe(town, SDP.format(who="still"))

    assert alice.last(news.OfferAnswered).sdp == SDP.format(who="still")


def test_a_number_whose_sound_cannot_be_made_refuses_and_the_phone_stays_as_it_was():
    town, alice = calling("600")
    town.deliver(town.exchange.described(told(town, AnswerWanted)[0].call, None, town.now))

    assert alice.last(news.Ended).status == 488


def test_601_rings_back_two_seconds_after_the_caller_hung_up():
    town, alice = calling("601")
    describe(town)
    alice.ask("hang_up", "call")
    town.wind(1.9)
    assert not told(town, OfferWanted)

    town.wind(0.2)
    describe(town)
    invited = alice.last(news.Invited)
    alice.ask("accept", invited.call, SDP.format(who="alice"))

    assert invited.from_.uri.number == "601"
    assert told(town, AnswerCame)[-1].sdp == SDP.format(who="alice")
    alice.ask("hang_up", invited.call)
    town.wind(10)
    assert len(alice.told(news.Invited)) == 1
    assert town.ended


def test_who_answers_after_it_has_rung_back_is_not_taken_for_it():
    town, alice = calling("601")
    describe(town)
    alice.ask("hang_up", "call")
    town.wind(2.1)
    describe(town)
    alice.ask("accept", alice.incoming, SDP.format(who="alice"))
    alice.ask("hang_up", alice.incoming)
    alice.call("600", "other")
    describe(town)
    assert alice.last(news.Answered).call == "other"
    town.wind(1)
    assert [named.from_.uri.number for named in alice.told(news.PeerNamed) if named.from_] == []


def test_601_does_not_ring_back_who_never_heard_it():
    town, alice = calling("601")

    alice.ask("hang_up", "call")
    town.wind(5)

    assert not told(town, OfferWanted)


def test_605_sounds_before_it_answers():
    town, alice = calling("605")
    describe(town)

    progress = alice.last(news.Progressed)
    assert (progress.status, progress.sdp) == (183, SDP.format(who="number"))
    town.wind(2.9)
    assert not alice.told(news.Answered)
    town.wind(0.2)
    assert alice.told(news.Answered)


def test_606_holds_the_caller_and_comes_back():
    town, alice = calling("606")
    describe(town)
    town.wind(3)
    assert told(town, OfferWanted)[-1].direction == "sendonly"
    describe(town, SDP.format(who="hold"))
    assert alice.last(news.OfferReceived).sdp == SDP.format(who="hold")
    alice.ask("reaccept", "call", SDP.format(who="held"))
    assert told(town, AnswerCame)[-1].sdp == SDP.format(who="held")

    town.wind(4)

    assert told(town, OfferWanted)[-1].direction == "sendrecv"
    describe(town, SDP.format(who="back"))
    assert alice.last(news.OfferReceived).sdp == SDP.format(who="back")


def test_a_description_for_a_call_that_is_over_is_let_go():
    town, alice = calling("600")
    wanted = told(town, AnswerWanted)[0]
    alice.ask("hang_up", "call")
    town.wind(1)

    assert town.exchange.described(wanted.call, SDP.format(who="late"), town.now) == []
    assert town.exchange.described("unknown", None, town.now) == []


def test_a_caller_without_an_offer_is_made_one_and_gives_the_answer_in_its_ack():
    town = Town(password=None, sounding=True)
    invite = request("INVITE", "sip:600@town.example", "To: <sip:600@town.example>", *HERE)
    town.deliver(town.exchange.receive(1, invite, town.now))
    assert told(town, OfferWanted)[0].direction == "sendrecv"

    describe(town)
    answer = town.answers()[-1]
    assert answer.body == SDP.format(who="number").encode()
    sdp = SDP.format(who="alice")
    inside(town, answer, "ACK", "Content-Type: application/sdp", sdp=sdp)

    assert told(town, AnswerCame)[0].sdp == sdp

    # And so it is with a change of the call.
    inside(town, answer, "INVITE", "CSeq: 2 INVITE", *HERE)
    assert len(told(town, OfferWanted)) == 2
    describe(town, SDP.format(who="changed"))
    assert town.answers()[-1].body == SDP.format(who="changed").encode()
    inside(town, answer, "ACK", "CSeq: 2 ACK", "Content-Type: application/sdp", sdp=sdp)
    assert len(told(town, AnswerCame)) == 2


def inside(town: Town, answer: Response, method: str, *lines: str, sdp: str = "") -> None:
    """A request of alice in the call that was so answered."""
    told = request(
        method,
        str(answer.contacts[0].uri),
        f"To: {answer.to}",
        f"Route: {answer.record_routes[0]}",
        *lines,
        branch=f"{method}{len(town.wire)}",
    )
    town.deliver(town.exchange.receive(1, told + sdp.encode(), town.now))


def test_a_hold_that_meets_a_change_of_the_phones_own_is_let_go():
    town, alice = calling("606")
    describe(town)
    town.wind(3)
    hold = told(town, OfferWanted)[-1]
    alice.ask("reinvite", "call", SDP.format(who="mine"))

    assert town.exchange.described(hold.call, SDP.format(who="hold"), town.now) == []
    describe(town, SDP.format(who="yours"))

    assert alice.last(news.OfferAnswered).sdp == SDP.format(who="yours")
    assert not alice.told(news.OfferReceived)


def test_a_change_whose_sound_cannot_be_made_is_refused_and_the_call_goes_on():
    town, alice = calling("600")
    describe(town)

    alice.ask("reinvite", "call", SDP.format(who="held"))
    describe(town, "")

    assert alice.last(news.OfferRefused).status == 488
    assert alice.agent.calls() == ("call",)


def test_606_comes_back_even_when_it_could_not_hold():
    town, alice = calling("606")
    describe(town)
    town.wind(3)
    describe(town, "")

    town.wind(4)

    assert told(town, OfferWanted)[-1].direction == "sendrecv"
    assert alice.agent.calls() == ("call",)


def test_601_does_not_ring_back_when_it_has_nothing_to_say():
    town, alice = calling("601")
    describe(town)
    alice.ask("hang_up", "call")
    town.wind(3)

    describe(town, "")
    town.wind(40)

    assert not alice.told(news.Invited)
    assert town.ended


def test_a_number_calls_nobody_for_others():
    town, alice = calling("600")
    describe(town)

    alice.ask("refer", "call", Uri.parse("sip:bob@one.example"))

    assert alice.last(news.ReferAnswered).status == 603
    assert alice.told(news.Ended) == []
