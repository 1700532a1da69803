"""What of SIP this phone speaks is one table: a row of it tells what a request is answered."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Solo
from webphone.sip import Response
from webphone.sip.methods import EXTENSIONS, METHODS, TAKEN, Place, refusal, supported


def _last(alice: Solo) -> Response:
    message = alice.phone.sent[-1]
    assert isinstance(message, Response)
    return message


@pytest.mark.parametrize("method", [*METHODS, "FLY"])
def test_a_row_tells_what_answers_a_request_outside_a_dialog(method: str) -> None:
    alice = Solo()
    alice.ask(method, sdp=OFFER if method == "INVITE" else "")
    status = refusal(method, inside=False)
    if method in ("INVITE", "ACK"):
        assert status is TAKEN and not alice.phone.sent
    elif method == "CANCEL":
        # Taken, and to nothing that it could mean.
        assert status is TAKEN and _last(alice).status == 481
    else:
        assert _last(alice).status == (200 if status is TAKEN else status)
        assert bool(_last(alice).allow) is (status in (405, 501) or method == "OPTIONS")


@pytest.mark.parametrize("method", [*METHODS, "FLY"])
def test_and_inside_one(method: str) -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 200, "b1", sdp=ANSWER)
    sent = len(alice.phone.sent)
    alice.ask(method, dialog_of=invite, cseq=7, sdp=OFFER if method == "INVITE" else "")
    status = refusal(method, inside=True)
    answers = [m.status for m in alice.phone.sent[sent:] if isinstance(m, Response)]
    if method in ("INVITE", "ACK"):
        assert status is TAKEN and answers == []
    elif method in ("CANCEL", "PRACK"):
        assert status is TAKEN and answers == [481]
    else:
        assert answers == [200 if status is TAKEN else status]


def test_allow_names_what_is_taken_inside_a_dialog() -> None:
    alice = Solo()
    alice.ask("OPTIONS")
    taken = [row.name for row in METHODS.values() if row.inside is TAKEN]
    assert _last(alice).allow == alice.call().allow == taken


def test_supported_names_each_extension_where_its_row_says() -> None:
    alice = Solo()
    alice.ask("OPTIONS")
    said = {Place.CAPABILITIES: _last(alice).supported, Place.NEW_CALL: alice.call().supported}
    alice.answer(alice.last("INVITE"), 200, "b1", sdp=ANSWER)
    alice.say(alice.agent.reinvite("call", OFFER, alice.now))
    said[Place.DIALOG] = alice.last("INVITE").supported
    alice.say(alice.agent.register(alice.now))
    said[Place.REGISTER] = alice.last("REGISTER").supported
    for place in Place:
        assert said[place] == [row.tag for row in EXTENSIONS if place in row.said]
    assert supported(Place.REGISTER, outbound=False) == "path, gruu"


@pytest.mark.parametrize("tag", [row.tag for row in EXTENSIONS])
def test_an_extension_may_be_required_of_us_where_we_say_that_we_know_it(tag: str) -> None:
    alice = Solo()
    alice.ask("OPTIONS", ("Require", tag.upper()))
    known = tag in supported(Place.CAPABILITIES).split(", ")
    assert _last(alice).status == (200 if known else 420)
    assert (_last(alice).headers.get("Unsupported") is None) is known
