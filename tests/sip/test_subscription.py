"""SUBSCRIBE and the news that follow (RFC 6665): how it lasts, how it ends, how it comes back."""

from __future__ import annotations

import pytest

from pair import BILOXI, Solo
from webphone.sip import (
    Notified,
    NotNow,
    Request,
    Subscribed,
    SubscriptionLost,
    Unsubscribed,
    Uri,
)
from webphone.sip.subscriptions import MOST, MOST_UNASKED
from webphone.sip.usages.subscription import MOST_FORKS
from webphone.sip.wire.digest import challenge

BOB = Uri.parse(f"sip:bob@{BILOXI}")


class Subscriber(Solo):
    """Alice, who wants to hear of Bob, and whoever tells her."""

    def subscribe(self, event: str = "dialog", name: str = "s", accept: str = "") -> Request:
        self.say(self.agent.subscribe(name, BOB, event, self.now, accept=accept))
        return self.last("SUBSCRIBE")

    def grant(self, request: Request, expires: int | None = 600, tag: str = "b1") -> None:
        headers = [] if expires is None else [("Expires", str(expires))]
        self.answer(request, 200, tag, *headers)

    def notify(
        self,
        request: Request,
        state: str | None = "active;expires=600",
        event: str = "dialog",
        tag: str = "b1",
        cseq: int = 1,
        body: str = "",
    ) -> int:
        """News in the dialog of that SUBSCRIBE; the status that answers it."""
        headers = [("Event", event)]
        headers += [] if state is None else [("Subscription-State", state)]
        headers += [("Content-Type", "text/plain")] if body else []
        self.ask("NOTIFY", *headers, dialog_of=request, tag=tag, cseq=cseq, sdp=body)
        return self.last_status()

    def subscribed(self, event: str = "dialog") -> Request:
        request = self.subscribe(event)
        self.grant(request)
        assert self.notify(request, event=event) == 200
        return request

    def asked(self) -> int:
        """How many SUBSCRIBEs left."""
        return len(self.phone.wrote("SUBSCRIBE"))

    def wait(self) -> Request:
        """Until she asks again by herself."""
        before = self.asked()
        while self.asked() == before:
            assert self.agent.deadline is not None
            self.wind(self.agent.deadline - self.now)
        return self.last("SUBSCRIBE")

    def lost(self) -> list[SubscriptionLost]:
        return [one for one in self.phone.heard if isinstance(one, SubscriptionLost)]


def _news(alice: Subscriber) -> list[Notified]:
    return [one for one in alice.phone.heard if isinstance(one, Notified)]


@pytest.mark.rfc("6665 §3.1", "a SUBSCRIBE has Event, Expires, Contact and Accept")
def test_a_subscription_is_asked_for_and_its_news_come() -> None:
    alice = Subscriber()
    request = alice.subscribe(accept="application/dialog-info+xml")
    assert str(request.uri) == f"sip:bob@{BILOXI}"
    assert str(request.from_.uri) == "sip:alice@atlanta.example"
    assert request.headers.get("Event") == "dialog"
    assert request.headers.get("Accept") == "application/dialog-info+xml"
    assert request.expires == 3600 and request.contacts
    alice.grant(request)
    assert alice.phone.news(Subscribed) == [Subscribed(subscription="s")]
    assert alice.notify(request, body="busy") == 200
    (news,) = _news(alice)
    assert (news.subscription, news.event, news.state) == ("s", "dialog", "active")
    assert (news.content_type, news.body, news.branch) == ("text/plain", b"busy", "b1")


def test_a_challenge_is_answered() -> None:
    alice = Subscriber()
    request = alice.subscribe()
    alice.answer(request, 401, "x", ("WWW-Authenticate", challenge("atlanta.example", "n", "MD5")))
    again = alice.last("SUBSCRIBE")
    assert again.headers.get("Authorization") and again.cseq.number == 2
    assert alice.notify(again) == 200
    # A dialog that a NOTIFY made goes on from the number that was answered.
    assert alice.wait().cseq.number == 3


@pytest.mark.rfc("6665 §4.1.2", "a subscription is refreshed in its dialog before its end")
def test_it_is_refreshed_in_its_dialog_well_before_its_end() -> None:
    alice = Subscriber()
    first = alice.subscribed()
    begun = alice.now
    refresh = alice.wait()
    assert 250 < alice.now - begun < 500
    assert (refresh.call_id, refresh.to.tag) == (first.call_id, "b1")
    assert str(refresh.uri) == "sip:bob@bob.invalid;transport=ws"
    alice.grant(refresh, 1000)
    alice.wind(400)
    assert alice.asked() == 2


def test_the_news_say_how_long_it_lasts() -> None:
    alice = Subscriber()
    request = alice.subscribe()
    alice.grant(request, None)
    alice.notify(request, "active;expires=60")
    alice.wind(50)
    assert alice.asked() == 2


@pytest.mark.rfc("6665 §4.4.1", "a NOTIFY before the answer makes the dialog")
def test_news_before_the_answer_make_the_dialog() -> None:
    alice = Subscriber()
    request = alice.subscribe()
    assert alice.notify(request) == 200
    assert not alice.phone.news(Subscribed)
    alice.grant(request)
    assert alice.phone.news(Subscribed)
    assert alice.wait().to.tag == "b1"


def test_news_make_up_for_an_answer_that_got_lost() -> None:
    alice = Subscriber()
    alice.notify(alice.subscribe())
    alice.wind(33)
    assert alice.phone.news(Subscribed) and not alice.lost()


@pytest.mark.rfc("6665 §4.4.1", "each fork is a dialog of its own")
@pytest.mark.rfc("4235 §3.9", "each fork of `dialog` is heard")
def test_every_fork_of_a_dialog_subscription_is_heard_and_refreshed() -> None:
    alice = Subscriber()
    request = alice.subscribe()
    alice.grant(request)
    assert [alice.notify(request, tag=tag) for tag in ("b1", "b2")] == [200, 200]
    assert [news.branch for news in _news(alice)] == ["b1", "b2"]
    alice.wind(500)
    tags = {one.to.tag for one in alice.phone.sent if isinstance(one, Request)}
    assert {"b1", "b2"} <= tags
    # One that ends takes nothing from the other.
    assert alice.notify(request, "terminated;reason=noresource", tag="b2", cseq=2) == 200
    assert not alice.lost()
    assert alice.notify(request, tag="b2", cseq=3) == 481


@pytest.mark.rfc("3842 §3.10", "each fork of `message-summary` is heard")
def test_every_fork_of_a_subscription_to_voice_mail_is_heard() -> None:
    alice = Subscriber()
    request = alice.subscribe("message-summary")
    alice.grant(request)
    answers = [alice.notify(request, event="message-summary", tag=tag) for tag in ("b1", "b2")]
    assert answers == [200, 200]
    assert [news.branch for news in _news(alice)] == ["b1", "b2"]


def test_no_more_forks_are_kept_than_there_may_be() -> None:
    alice = Subscriber()
    request = alice.subscribe()
    alice.grant(request)
    answers = [alice.notify(request, tag=f"f{number}") for number in range(MOST_FORKS)]
    assert answers == [200] * (MOST_FORKS - 1) + [481]
    alice.wind(40)
    assert alice.notify(request, tag="late") == 481


@pytest.mark.rfc("3856 §6.9", "of several forks of presence the first is the one")
@pytest.mark.rfc("4575 §3.8", "of several forks of a conference the first is the one")
@pytest.mark.parametrize("event", ["presence", "conference"])
def test_presence_has_one_source(event: str) -> None:
    alice = Subscriber()
    request = alice.subscribe(event)
    assert alice.notify(request, event=event, tag="b1") == 200
    assert alice.notify(request, event=event, tag="b2") == 481
    alice.grant(request, tag="b3")
    assert alice.phone.news(Subscribed)
    assert alice.notify(request, event=event, tag="b3") == 481


@pytest.mark.rfc("6665 §4.1.3", "deactivated, timeout: asked for anew at once")
@pytest.mark.parametrize("reason", ["deactivated", "timeout"])
def test_what_ends_only_here_is_asked_for_at_once(reason: str) -> None:
    """RFC 6665 §4.1.3."""
    alice = Subscriber()
    first = alice.subscribed()
    alice.wind(60)
    alice.notify(first, f"terminated;reason={reason}", cseq=2)
    (lost,) = alice.lost()
    assert (lost.reason, lost.again, lost.status) == (reason, True, 0)
    alice.wind(0)
    again = alice.last("SUBSCRIBE")
    assert again.call_id != first.call_id and again.to.tag == ""
    # Not without a pause, however often.
    alice.notify(again, f"terminated;reason={reason}")
    alice.wind(4)
    assert alice.asked() == 2
    alice.wind(2)
    assert alice.asked() == 3


@pytest.mark.rfc("6665 §4.1.3", "probation, giveup: after the retry-after")
@pytest.mark.parametrize("state", ["probation", "giveup", "of-their-own"])
def test_what_ends_for_now_waits_as_long_as_it_is_told(state: str) -> None:
    alice = Subscriber()
    first = alice.subscribed()
    alice.notify(first, f"terminated;reason={state};retry-after=500", cseq=2)
    alice.wind(499)
    assert alice.asked() == 1
    alice.wind(2)
    assert alice.asked() == 2


@pytest.mark.rfc("6665 §4.1.3", "rejected, noresource, invariant: not again")
@pytest.mark.parametrize("reason", ["rejected", "noresource", "invariant"])
def test_what_is_over_for_good_is_not_asked_for_again(reason: str) -> None:
    alice = Subscriber()
    first = alice.subscribed()
    alice.notify(first, f"terminated;reason={reason};retry-after=5", cseq=2)
    (lost,) = alice.lost()
    assert (lost.reason, lost.again) == (reason, False)
    alice.wind(10_000)
    assert alice.asked() == 1
    assert alice.notify(first, cseq=3) == 481
    with pytest.raises(NotNow):
        alice.agent.unsubscribe("s", alice.now)


def test_an_end_without_a_reason_is_tried_again_less_and_less_often() -> None:
    alice = Subscriber()
    alice.notify(alice.subscribe(), "terminated")
    times = []
    for _ in range(9):
        before = alice.now
        again = alice.wait()
        times.append(alice.now - before)
        alice.notify(again, "terminated")
    assert 20 < times[0] < 40 and times[-1] > 1000


@pytest.mark.parametrize("status", [403, 404, 489, 501])
def test_a_refusal_is_final(status: int) -> None:
    alice = Subscriber()
    alice.answer(alice.subscribe(), status)
    (lost,) = alice.lost()
    assert (lost.status, lost.again) == (status, False)
    alice.wind(10_000)
    assert alice.asked() == 1


@pytest.mark.parametrize("status", [408, 480, 503])
def test_a_refusal_for_now_is_tried_again_when_the_server_says(status: int) -> None:
    alice = Subscriber()
    alice.answer(alice.subscribe(), status, "b1", ("Retry-After", "100 (in a meeting)"))
    (lost,) = alice.lost()
    assert (lost.status, lost.again) == (status, True)
    alice.wind(99)
    assert alice.asked() == 1
    alice.wind(2)
    assert alice.asked() == 2


def test_an_interval_too_brief_is_made_longer_once() -> None:
    alice = Subscriber()
    alice.answer(alice.subscribe(), 423, "b1", ("Min-Expires", "7200"))
    longer = alice.last("SUBSCRIBE")
    assert longer.expires == 7200
    alice.answer(longer, 423, "b1", ("Min-Expires", "9000"))
    assert [lost.again for lost in alice.lost()] == [False]


def test_a_423_that_asks_for_nothing_longer_is_a_refusal() -> None:
    alice = Subscriber()
    alice.answer(alice.subscribe(), 423, "b1", ("Min-Expires", "60"))
    assert [lost.status for lost in alice.lost()] == [423]


def test_a_refresh_may_have_to_be_longer_too() -> None:
    alice = Subscriber()
    alice.subscribed()
    alice.answer(alice.wait(), 423, "b1", ("Min-Expires", "7200"))
    refresh = alice.last("SUBSCRIBE")
    assert (refresh.expires, refresh.to.tag) == (7200, "b1")
    alice.answer(refresh, 423, "b1", ("Min-Expires", "9000"))
    assert alice.asked() == 3


def test_what_the_server_does_not_know_any_more_is_made_anew() -> None:
    alice = Subscriber()
    first = alice.subscribed()
    alice.answer(alice.wait(), 481)
    alice.wind(5)
    again = alice.last("SUBSCRIBE")
    assert again.call_id != first.call_id and again.to.tag == ""


def test_a_refresh_that_fails_otherwise_leaves_it_until_its_end() -> None:
    alice = Subscriber()
    first = alice.subscribed()
    alice.answer(alice.wait(), 503, "b1", ("Retry-After", "1000"))
    assert not alice.lost()
    assert alice.notify(first, None, cseq=2) == 200
    assert alice.wait().call_id != first.call_id
    assert [lost.reason for lost in alice.lost()] == ["timeout"]


def test_a_refresh_is_tried_again_before_the_end() -> None:
    alice = Subscriber()
    alice.subscribed()
    alice.answer(alice.wait(), 500)
    before = alice.now
    assert alice.wait().to.tag == "b1" and alice.now == before + 30


@pytest.mark.rfc("6665 §4.1.2", "Timer N: without a NOTIFY it has failed")
def test_without_any_news_it_counts_as_failed() -> None:
    """RFC 6665 §4.1.2.4: Timer N."""
    alice = Subscriber()
    alice.grant(alice.subscribe())
    alice.wind(33)
    (lost,) = alice.lost()
    assert lost.again
    alice.wind(60)
    assert alice.asked() == 2


@pytest.mark.rfc(
    "6665 §4.1.2", "a subscription is ended by Expires: 0, and its last NOTIFY is taken"
)
def test_it_is_ended_and_the_last_news_are_taken() -> None:
    alice = Subscriber()
    first = alice.subscribed()
    alice.say(alice.agent.unsubscribe("s", alice.now))
    removal = alice.last("SUBSCRIBE")
    assert (removal.expires, removal.to.tag) == (0, "b1")
    alice.grant(removal, 0)
    assert alice.phone.news(Unsubscribed) == [Unsubscribed(subscription="s")]
    assert alice.notify(first, "active;expires=10", cseq=2) == 200
    assert alice.notify(first, "terminated;reason=timeout", cseq=3) == 200
    assert alice.notify(first, cseq=4) == 481
    assert len(alice.phone.news(Unsubscribed)) == 1
    assert alice.asked() == 2 and not alice.lost()


def test_an_end_that_nobody_confirms_is_one_all_the_same() -> None:
    alice = Subscriber()
    alice.subscribed()
    alice.say(alice.agent.unsubscribe("s", alice.now))
    alice.wind(40)
    assert len(alice.phone.news(Unsubscribed)) == 1
    assert alice.agent.deadline is None


def test_who_leaves_before_the_answer_leaves_after_it() -> None:
    alice = Subscriber()
    request = alice.subscribe()
    alice.say(alice.agent.unsubscribe("s", alice.now))
    assert alice.asked() == 1
    alice.grant(request)
    assert alice.last("SUBSCRIBE").expires == 0
    alice.answer(alice.last("SUBSCRIBE"), 481)
    assert len(alice.phone.news(Unsubscribed)) == 1


@pytest.mark.parametrize("status", [403, 503, 423])
def test_who_leaves_before_a_refusal_has_left(status: int) -> None:
    alice = Subscriber()
    request = alice.subscribe()
    alice.say(alice.agent.unsubscribe("s", alice.now))
    alice.answer(request, status, "b1", ("Min-Expires", "7200"))
    assert len(alice.phone.news(Unsubscribed)) == 1 and alice.asked() == 1


def test_what_waits_to_be_asked_for_can_be_left() -> None:
    alice = Subscriber()
    alice.answer(alice.subscribe(), 503)
    alice.say(alice.agent.unsubscribe("s", alice.now))
    alice.wind(1000)
    assert alice.asked() == 1 and alice.phone.news(Unsubscribed)


def test_with_the_socket_it_waits_to_be_asked_for_anew() -> None:
    alice = Subscriber()
    first = alice.subscribed()
    alice.say(alice.agent.transport_lost(alice.now))
    alice.say(alice.agent.transport_up(alice.now))
    assert alice.notify(first, cseq=2) == 481
    alice.wind(10_000)
    assert alice.asked() == 1
    again = alice.subscribe()
    assert again.call_id != first.call_id
    alice.grant(again)
    assert len(alice.phone.news(Subscribed)) == 2


def test_asked_for_twice_it_is_refreshed() -> None:
    alice = Subscriber()
    first = alice.subscribed()
    refresh = alice.subscribe()
    assert (refresh.call_id, refresh.to.tag) == (first.call_id, "b1")
    alice.subscribe()
    assert alice.asked() == 2


@pytest.mark.parametrize(
    ("event", "state"),
    [("presence", "active"), ("dialog;id=1", "active"), ("dialog;=", "active")],
)
def test_news_of_something_else_are_refused(event: str, state: str) -> None:
    alice = Subscriber()
    request = alice.subscribed()
    assert alice.notify(request, state, event, cseq=2) == 481


@pytest.mark.rfc("3261 §12.2.2", "500 to a NOTIFY with a number below the last")
def test_news_that_are_out_of_order_are_refused() -> None:
    alice = Subscriber()
    request = alice.subscribed()
    assert alice.notify(request, cseq=9) == 200
    assert alice.notify(request, cseq=8) == 500


def test_other_requests_in_a_subscription_have_no_place() -> None:
    alice = Subscriber()
    request = alice.subscribed()
    alice.ask("INFO", dialog_of=request, cseq=9)
    assert alice.last_status() == 481


@pytest.mark.deviates(
    "6665 §4.1.3",
    "No 481 to news of voice mail that nobody has asked for: Asterisk sends them to whom it knows",
)
def test_voice_mail_is_told_unasked_as_asterisk_does() -> None:
    alice = Subscriber()
    alice.ask("NOTIFY", ("Event", "message-summary"), ("Subscription-State", "active"), sdp="yes")
    assert alice.last_status() == 200
    (news,) = _news(alice)
    assert (news.subscription, news.event, news.body) == ("", "message-summary", b"yes")


@pytest.mark.rfc("6665 §8.3.2", "489 to a NOTIFY of a package that nobody knows")
@pytest.mark.parametrize(
    ("event", "status"), [("dialog", 481), ("keep-alive", 489), ("", 489), ("check-sync", 489)]
)
def test_nothing_else_is_told_unasked(event: str, status: int) -> None:
    alice = Subscriber()
    alice.ask("NOTIFY", *([("Event", event)] if event else []))
    assert alice.last_status() == status
    assert not _news(alice)


@pytest.mark.rfc("3842 §3.11", "unasked news are taken no more often than once a second")
def test_unasked_news_are_taken_no_faster_than_they_change() -> None:
    alice = Subscriber()
    for _ in range(MOST_UNASKED + 5):
        alice.ask("NOTIFY", ("Event", "message-summary"), call_id=f"c{alice._count}")
    assert alice.last_status() == 480
    assert len(_news(alice)) == MOST_UNASKED


def test_there_are_only_so_many_subscriptions() -> None:
    alice = Subscriber()
    for number in range(MOST):
        alice.subscribe(name=str(number))
    with pytest.raises(NotNow):
        alice.subscribe(name="one more")
