"""What a stranger can make this phone keep or do is bounded, whatever is sent and however often."""

from __future__ import annotations

from time import process_time

import pytest

from bench_readers import READERS, Reader
from pair import ANSWER, OFFER, Solo
from webphone.sip import (
    Answered,
    By,
    Dropped,
    Ended,
    Invited,
    Output,
    Progressed,
    Request,
    Response,
    Send,
    parse,
    reply,
)
from webphone.sip.wire.message import LARGEST


def _padded(message: Request | Response, size: int, header: str = "") -> bytes:
    """The message made as large as that, in a header or in its body."""
    data = bytes(message)
    if not header:
        head, _, body = data.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
        data = b"\r\n".join(lines) + b"\r\n\r\n" + body
        return data + b"x" * (size - len(data))
    start, _, rest = data.partition(b"\r\n")
    line = f"{header}: ".encode()
    return b"\r\n".join([start, line + b"x" * (size - len(data) - len(line) - 2), rest])


def _answers(outputs: list[Output]) -> list[int]:
    found = [parse(output.data) for output in outputs if isinstance(output, Send)]
    return [message.status for message in found if isinstance(message, Response)]


@pytest.mark.timed
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_reader_reads_in_time_that_grows_with_the_text(reader: Reader) -> None:
    for shape in reader.shapes[::3]:
        if reader.milliseconds(shape, 8000, 1) > 20:
            # A slow machine, or a reader that is slow with all text: twice as much is twice as long.
            assert reader.milliseconds(shape, 8000) < 8 * reader.milliseconds(shape, 2000)


@pytest.mark.rfc("3261 §21.5.7", "513 to a request of more than 64 KB")
@pytest.mark.parametrize("size", [LARGEST + 1, 70_000, 1_000_000])
def test_a_message_above_64_kb_is_refused_unread(size: int) -> None:
    for header in ("", "X", "Subject"):
        alice = Solo()
        data = _padded(Solo().ask("INVITE", sdp=OFFER), size, header)
        assert len(data) == size
        outputs = alice.take(data)
        assert _answers(outputs) == [513]
        assert isinstance(outputs[-1], Dropped)
        assert alice.agent.idle and alice.agent.transactions == 0


def test_a_message_of_64_kb_rings() -> None:
    alice = Solo()
    alice.take(_padded(Solo().ask("INVITE", sdp=OFFER), LARGEST))
    assert alice.phone.news(Invited)


def test_what_is_too_large_still_ends_and_answers_a_call() -> None:
    alice = Solo()
    invite = alice.call()
    final = reply(invite, 200, to_tag="b1", headers=(("Contact", "<sip:bob@b.example>"),))
    alice.take(_padded(final, 100_000))
    assert alice.phone.news(Answered)
    alice.take(_padded(Solo().ask("BYE", dialog_of=invite, cseq=5), 100_000))
    assert alice.last_status() == 200
    assert alice.phone.news(Ended) == [Ended(call="call", by=By.REMOTE)]


def test_refused_calls_that_nobody_acknowledges_are_refused_at_no_cost_after_twenty() -> None:
    alice = Solo()
    for count in range(60):
        alice.ask("INVITE", call_id=f"c{count}", sdp=OFFER)
        for call in alice.agent.calls():
            alice.say(alice.agent.reject(call, 486, alice.now))
    statuses = [m.status for m in alice.phone.sent if isinstance(m, Response)]
    assert statuses == [486] * 20 + [503] * 40
    assert alice.agent.transactions == 20
    # The same again gets the same again, from a transaction or without one.
    again = alice.ask("INVITE", call_id="c0", branch="z9hG4bKbob1", sdp=OFFER)
    assert (alice.last_status(), again.call_id) == (486, "c0")
    # As soon as they are acknowledged, calls ring again.
    refusal = next(m for m in alice.phone.sent if isinstance(m, Response))
    alice.ask("ACK", call_id="c0", branch="z9hG4bKbob1", to_tag=refusal.to.tag)
    alice.ask("INVITE", call_id="new", sdp=OFFER)
    assert len(alice.agent.calls()) == 1


def test_a_call_that_is_up_goes_on_in_a_flood() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 200, "b1", sdp=ANSWER)
    for count in range(40):
        alice.ask("INVITE", ("Require", "nothing"), call_id=f"c{count}", sdp=OFFER)
    assert alice.last_status() == 503
    alice.ask("INVITE", dialog_of=invite, cseq=5, sdp=OFFER)
    alice.say(alice.agent.reaccept("call", ANSWER, alice.now))
    assert alice.last_status() == 200
    alice.wind(40)
    alice.ask("INVITE", call_id="later", sdp=OFFER)
    assert len(alice.agent.calls()) == 1


def test_a_message_costs_the_same_whatever_is_open() -> None:
    alice = Solo()
    invite = bytes(Solo().ask("INVITE", branch="z9hG4bKNUMBER", call_id="cNUMBER", sdp=OFFER))

    def cost(first: int) -> float:
        """What the next fifty calls cost, each rung and none ended."""
        numbers = [str(count).encode() for count in range(first, first + 50)]
        messages = [invite.replace(b"NUMBER", number) for number in numbers]
        start = process_time()
        for data in messages:
            outputs = alice.agent.receive(data, alice.now)
            (invited,) = [one for one in outputs if isinstance(one, Invited)]
            alice.agent.ring(invited.call, alice.now)
        return process_time() - start

    cost(10_000)
    early = min(cost(0), cost(50))
    for first in range(100, 700, 50):
        cost(first)
    late = min(cost(700), cost(750), cost(800))
    assert len(alice.agent.calls()) > 850
    assert late < 3 * early


def test_forks_beyond_any_number_of_phones_are_not_kept() -> None:
    alice = Solo()
    invite = alice.call()
    for count in range(100):
        alice.answer(invite, 183, f"fork{count}", sdp=ANSWER)
    assert len(alice.phone.news(Progressed)) == 32
    alice.answer(invite, 180, "fork3")
    assert len(alice.phone.news(Progressed)) == 33
    for count in range(100):
        alice.answer(invite, 200, f"late{count}", sdp=ANSWER)
    assert len(alice.phone.news(Answered)) == 1
    assert len(alice.phone.wrote("ACK")) == 32
    # The first of them is the call, each other that is kept gets its end.
    assert len(alice.phone.wrote("BYE")) == 31
