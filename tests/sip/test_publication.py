"""PUBLISH (RFC 3903): told, changed, refreshed, forgotten."""

from __future__ import annotations

import pytest

from pair import Solo
from webphone.sip import NotNow, PublicationFailed, Published, Request
from webphone.sip.subscriptions import MOST


class Publisher(Solo):
    """Alice, whose server keeps what is to be known of her."""

    def publish(self, body: str = "open", event: str = "presence") -> Request:
        outputs = self.agent.publish(event, "application/pidf+xml", body.encode(), self.now)
        self.say(outputs)
        return self.last("PUBLISH")

    def grant(self, request: Request, tag: str = "e1", expires: int = 600) -> None:
        self.answer(request, 200, "p", ("SIP-ETag", tag), ("Expires", str(expires)))

    def remove(self) -> Request:
        self.say(self.agent.unpublish("presence", self.now))
        return self.last("PUBLISH")

    def asked(self) -> int:
        """How many PUBLISHes left."""
        return len(self.phone.wrote("PUBLISH"))

    def wait(self) -> Request:
        """Until she asks again by herself."""
        before = self.asked()
        while self.asked() == before:
            assert self.agent.deadline is not None
            self.wind(self.agent.deadline - self.now)
        return self.last("PUBLISH")

    def told(self) -> list[int]:
        """What became of it: 200, or the status of a failure."""
        kinds = self.phone.news(Published, PublicationFailed)
        return [getattr(news, "status", 200) for news in kinds]


def _match(request: Request) -> tuple[str | None, int | None, bytes]:
    return request.headers.get("SIP-If-Match"), request.expires, request.body


@pytest.mark.rfc(
    "3903 §4.1", "a state is published, refreshed, changed and removed by its entity-tag"
)
def test_a_state_is_published_refreshed_changed_and_removed() -> None:
    """RFC 3903 §4.1, table 1."""
    alice = Publisher()
    first = alice.publish("open")
    assert str(first.uri) == str(first.to.uri) == "sip:alice@atlanta.example"
    assert first.headers.get("Event") == "presence"
    assert first.headers.get("Content-Type") == "application/pidf+xml"
    assert _match(first) == (None, 3600, b"open")
    alice.grant(first)
    refresh = alice.wait()
    assert _match(refresh) == ("e1", 3600, b"")
    alice.grant(refresh, "e2")
    changed = alice.publish("closed")
    assert _match(changed) == ("e2", 3600, b"closed")
    alice.grant(changed, "e3")
    removed = alice.remove()
    assert _match(removed) == ("e3", 0, b"")
    alice.grant(removed, "e4", 0)
    assert alice.told() == [200, 200, 200, 200]
    alice.wind(10_000)
    assert alice.asked() == 4


@pytest.mark.rfc("3903 §4.1", "412: published anew, without the entity-tag")
def test_what_the_server_has_forgotten_is_told_again_once() -> None:
    alice = Publisher()
    alice.grant(alice.publish())
    alice.answer(alice.wait(), 412)
    again = alice.last("PUBLISH")
    assert _match(again) == (None, 3600, b"open")
    alice.answer(again, 412)
    assert alice.told() == [200, 412]


def test_an_interval_too_brief_is_made_longer_once() -> None:
    alice = Publisher()
    alice.answer(alice.publish(), 423, "p", ("Min-Expires", "7200"))
    assert alice.last("PUBLISH").expires == 7200
    alice.answer(alice.last("PUBLISH"), 423, "p", ("Min-Expires", "9000"))
    assert alice.told() == [423]


def test_a_423_that_asks_for_nothing_longer_is_a_refusal() -> None:
    alice = Publisher()
    alice.answer(alice.publish(), 423)
    assert alice.told() == [423] and alice.asked() == 1


def test_a_refusal_is_final() -> None:
    alice = Publisher()
    alice.answer(alice.publish(), 489)
    (failed,) = alice.phone.news(PublicationFailed)
    assert isinstance(failed, PublicationFailed) and not failed.again
    alice.wind(10_000)
    assert alice.asked() == 1


@pytest.mark.parametrize(("after", "wait"), [("100", 100), ("", 30), ("soon", 30)])
def test_a_refusal_for_now_is_tried_again(after: str, wait: int) -> None:
    alice = Publisher()
    headers = [("Retry-After", after)] if after else []
    alice.answer(alice.publish(), 503, "p", *headers)
    alice.wind(wait - 1)
    assert alice.asked() == 1
    alice.wind(2)
    assert alice.asked() == 2
    alice.answer(alice.last("PUBLISH"), 503)
    alice.publish("new")
    assert alice.last("PUBLISH").body == b"new"


@pytest.mark.rfc("3903 §4", "no PUBLISH before the last one is answered")
def test_a_change_waits_for_the_answer_to_the_last() -> None:
    """RFC 3903 §4: no new PUBLISH before the answer to the last."""
    alice = Publisher()
    first = alice.publish("one")
    alice.publish("two")
    alice.publish("three")
    assert alice.asked() == 1
    alice.grant(first)
    assert _match(alice.last("PUBLISH")) == ("e1", 3600, b"three")
    alice.grant(alice.last("PUBLISH"), "e2")
    assert alice.told() == [200]


def test_a_change_outlives_a_refusal_for_now() -> None:
    alice = Publisher()
    first = alice.publish("one")
    alice.publish("two")
    alice.answer(first, 503)
    alice.wind(31)
    assert alice.last("PUBLISH").body == b"two"


def test_what_is_removed_before_the_answer_is_removed_after_it() -> None:
    alice = Publisher()
    first = alice.publish("one")
    alice.remove()
    assert alice.asked() == 1
    alice.grant(first)
    assert alice.last("PUBLISH").expires == 0
    alice.answer(alice.last("PUBLISH"), 500)
    assert alice.told() == [200]


@pytest.mark.parametrize("status", [403, 423, 503])
def test_what_is_removed_before_a_refusal_is_gone(status: int) -> None:
    alice = Publisher()
    first = alice.publish("one")
    alice.remove()
    alice.answer(first, status, "p", ("Min-Expires", "7200"))
    assert alice.told() == [200] and alice.asked() == 1


def test_what_is_published_again_before_its_end_stays() -> None:
    alice = Publisher()
    first = alice.publish("one")
    alice.remove()
    alice.publish("two")
    alice.grant(first)
    assert alice.last("PUBLISH").body == b"two"


def test_a_server_without_entity_tags_is_told_all_of_it() -> None:
    alice = Publisher()
    alice.answer(alice.publish(), 200, "p", ("Expires", "100"))
    assert _match(alice.wait()) == (None, 3600, b"open")


def test_what_was_never_published_is_gone_already() -> None:
    alice = Publisher()
    assert alice.say(alice.agent.unpublish("presence", alice.now)) == [Published(event="presence")]
    alice.answer(alice.publish(), 503)
    alice.say(alice.agent.unpublish("presence", alice.now))
    alice.wind(1000)
    assert alice.asked() == 1


def test_each_package_is_refreshed_in_its_own_time() -> None:
    alice = Publisher()
    alice.grant(alice.publish(event="one"), expires=3000)
    alice.grant(alice.publish(event="two"), expires=600)
    assert alice.wait().headers.get("Event") == "two"
    assert alice.asked() == 3


def test_there_are_only_so_many_publications() -> None:
    alice = Publisher()
    for number in range(MOST):
        alice.publish(event=f"e{number}")
    with pytest.raises(NotNow):
        alice.publish(event="one-more")
