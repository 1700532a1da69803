"""Voice mail, colleagues, what a page subscribes to and publishes: with real ends at the exchange."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from phone.stage import Actor, Promise, Stranger, World
from webphone.phone import happenings as on
from webphone.phone.lamp_news import PAUSE, LampEar
from webphone.phone.snapshot import Lamp, LampNews, Voicemail
from webphone.phone.subscriptions import MOST
from webphone.phone.wishes import MOST_LAMPS
from webphone.sip import Request, parse

DIALOG = """<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="{state}"
 entity="sip:eve@one.example"><dialog id="1" {names} direction="recipient">
<state>{call}</state><remote><identity display="{name}">{who}</identity></remote>
</dialog></dialog-info>"""
MAIL = "Messages-Waiting: {}\r\nMessage-Account: {}\r\nVoice-Message: {} ({})\r\n"


class Notifier(Stranger):
    """An end that others subscribe to: it tells them what the test says."""

    def granted(self, *headers: str) -> Request:
        """Take the last SUBSCRIBE with a 200."""
        request = self.last("SUBSCRIBE")
        assert isinstance(request, Request)
        self.reply(200, *(headers or ("Expires: 600",)), to=request)
        return request

    def tells(
        self,
        request: Request,
        body: str = "",
        kind: str = "application/dialog-info+xml",
        state: str = "active;expires=600",
    ) -> None:
        """News in the dialog that this SUBSCRIBE made."""
        self.invite = request
        event = request.headers.get("Event") or ""
        self.inside(
            "NOTIFY",
            f"Event: {event}",
            f"Subscription-State: {state}",
            *([f"Content-Type: {kind}"] if body else []),
            sdp=body,
        )

    def asked(self) -> int:
        """How many SUBSCRIBEs it heard."""
        return self.words().count("SUBSCRIBE")


def notifier(world: World, user: str = "eve") -> Notifier:
    stranger = world.stranger(user)
    stranger.__class__ = Notifier
    assert isinstance(stranger, Notifier)
    return stranger


def calls(call: str, version: int = 1, name: str = "", who: str = "", **more: str) -> str:
    names = " ".join(f'{key.replace("_", "-")}="{value}"' for key, value in more.items())
    state = "partial" if version > 1 else "full"
    return DIALOG.format(version=version, state=state, call=call, name=name, who=who, names=names)


def mail(waiting: str, counts: str = "0/0", urgent: str = "0/0", account: str = "") -> str:
    return MAIL.format(waiting, account, counts, urgent)


def notes(phone: Actor) -> list[Mapping[str, Any]]:
    return phone.told("notify")


def lamp(phone: Actor) -> Lamp:
    [only] = phone.machine.snapshot.lamps
    assert isinstance(only, Lamp)
    return only


def box(phone: Actor) -> Voicemail | None:
    found = phone.machine.snapshot.voicemail
    assert found is None or isinstance(found, Voicemail)
    return found


def news(phone: Actor) -> Any:
    """What the ear was told of the lamps last."""
    return phone.machine.snapshot.lamp_news


def refusal(promise: Promise) -> str:
    assert promise.error is not None
    return promise.error.code


# --- What a page subscribes to --------------------------------------------------------------------


def test_a_page_subscribes_and_is_told_the_news_with_what_they_mean() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    promise = alice.ask("subscribe", "eve", "dialog")
    request = eve.granted()
    assert request.headers.get("Accept") == "application/dialog-info+xml"
    assert promise.settled and promise.error is None
    eve.tells(request, calls("early", name="Bob", who="sip:bob@one.example"))
    [note] = notes(alice)
    assert (note["event"], note["target"], note["state"]) == (
        "dialog",
        "sip:eve@one.example",
        "active",
    )
    assert note["body"].startswith("<?xml")
    assert note["value"]["standing"] == "ringing"
    assert note["value"]["dialogs"][0]["remoteName"] == "Bob"
    assert alice.ask("subscribe", "eve", "dialog").settled
    assert eve.last(200) and eve.asked() == 1


def test_news_that_cannot_be_read_are_told_as_they_came() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    alice.ask("subscribe", "eve", "x-weather")
    request = eve.granted()
    assert request.headers.get("Accept") is None
    eve.tells(request, "rain", "text/plain")
    [note] = notes(alice)
    assert (note["body"], note["value"]) == ("rain", None)


def test_the_end_of_a_subscription_is_told_to_who_asked_for_it() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    alice.ask("subscribe", "eve", "presence")
    eve.tells(eve.granted())
    promise = alice.ask("unsubscribe", "eve", "presence")
    assert not promise.settled
    assert eve.granted("Expires: 0").expires == 0
    assert promise.settled and promise.error is None
    assert alice.ask("unsubscribe", "eve", "presence").settled
    assert eve.asked() == 2


def test_what_has_ended_by_itself_can_be_ended() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    alice.ask("subscribe", "eve", "presence")
    eve.tells(eve.granted(), state="terminated;reason=noresource")
    assert [note["state"] for note in notes(alice)] == ["terminated", "terminated"]
    assert alice.ask("unsubscribe", "eve", "presence").settled


@pytest.mark.parametrize(
    ("status", "code"), [(489, "unsupported"), (404, "not_found"), (603, "declined")]
)
def test_a_refusal_rejects_in_words_and_is_final(status: int, code: str) -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    promise = alice.ask("subscribe", "eve", "presence")
    eve.reply(status, to="SUBSCRIBE")
    assert refusal(promise) == code
    assert promise.error is not None and promise.error.sip_code == status
    world.wind(5000)
    assert eve.asked() == 1


def test_a_stranger_who_asks_for_the_password_gets_none() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    promise = alice.ask("subscribe", "eve", "presence")
    challenge = 'Proxy-Authenticate: Digest realm="elsewhere.example", nonce="n", qop="auth"'
    eve.reply(407, challenge, to="SUBSCRIBE")
    assert refusal(promise) == "auth_failed" and eve.asked() == 1


def test_a_refusal_for_now_rejects_and_is_tried_again() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    promise = alice.ask("subscribe", "eve", "presence")
    eve.reply(503, "Retry-After: 60", to="SUBSCRIBE")
    assert refusal(promise) == "unavailable"
    world.wind(70)
    assert eve.asked() == 2
    request = eve.granted()
    eve.tells(request, "<presence entity='sip:eve@a'/>", "application/pidf+xml")
    assert notes(alice)[0]["value"]["standing"] == "away"


def test_without_a_connection_nothing_is_subscribed_to_or_published() -> None:
    alice = World().phone("alice")
    assert refusal(alice.ask("subscribe", "eve", "presence")) == "connection_failed"
    assert refusal(alice.ask("publish", "presence", {"open": True})) == "connection_failed"
    assert alice.ask("unsubscribe", "eve", "presence").settled
    nobody = World().phone("alice", host="")
    assert refusal(nobody.ask("subscribe", "eve", "presence")) == "not_configured"


def test_who_only_connects_can_subscribe_too() -> None:
    world = World()
    eve, alice = notifier(world), world.phone("alice")
    alice.ask("connect")
    alice.ask("subscribe", "eve", "presence")
    assert eve.asked() == 1


def test_a_page_that_leaves_before_the_answer_has_its_promise_refused() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    promise = alice.ask("subscribe", "eve", "presence")
    left = alice.ask("unsubscribe", "eve", "presence")
    assert refusal(promise) == "cancelled" and not left.settled
    eve.reply(404, to="SUBSCRIBE")
    assert left.settled and not notes(alice)


def test_who_leaves_before_a_yes_leaves_after_it_and_can_come_back() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    alice.ask("subscribe", "eve", "presence")
    left = alice.ask("unsubscribe", "eve", "presence")
    eve.granted()
    assert eve.last("SUBSCRIBE").expires == 0 and not left.settled
    again = alice.ask("subscribe", "eve", "presence")
    assert left.settled and eve.last("SUBSCRIBE").expires == 3600
    eve.granted()
    assert again.settled and again.error is None


def test_a_page_that_comes_and_goes_too_often_has_to_wait() -> None:
    world = World()
    alice = world.registered("alice")
    world.slow = True
    promises = []
    for number in range(120):
        promises.append(alice.ask("subscribe", f"{number}", "presence"))
        alice.ask("unsubscribe", f"{number}", "presence")
    assert refusal(promises[-1]) == "unavailable" and refusal(promises[0]) == "cancelled"
    assert not alice.mistakes


def test_there_are_only_so_many_subscriptions() -> None:
    world = World()
    alice = world.registered("alice")
    world.slow = True
    for number in range(MOST):
        alice.ask("subscribe", f"{number}", "presence")
    assert refusal(alice.ask("subscribe", "one-more", "presence")) == "unavailable"


# --- With the registration ------------------------------------------------------------------------


def test_subscriptions_are_made_anew_after_a_cut() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    eve.tells(eve.granted())
    alice.ask("subscribe", "eve", "presence")
    first = eve.granted()
    world.cut(alice)
    world.wind(20)
    assert alice.state == "registered"
    requests = [one for one in eve.heard if isinstance(one, Request)]
    again = [one for one in requests if one.headers.get("Event") == "presence"]
    assert len(again) == 2 and again[1].call_id != first.call_id
    assert len([one for one in requests if one.headers.get("Event") == "dialog"]) == 2


def test_with_the_registration_all_of_it_ends() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    eve.tells(eve.granted(), calls("confirmed"))
    assert lamp(alice).state == "busy"
    promise = alice.ask("subscribe", "eve", "presence")
    alice.ask("publish", "presence", {"open": True})
    alice.ask("unregister")
    assert refusal(promise) == "cancelled"
    assert lamp(alice).state == "unknown"
    sent = world.sent("alice", "SUBSCRIBE", "PUBLISH", "REGISTER")
    assert sent[-1].startswith("REGISTER") and len(world.sent("alice", "SUBSCRIBE")) == 3
    asked = eve.asked()
    world.wind(300)
    assert eve.asked() == asked
    # What the settings want is there again with the next registration; the page asks itself.
    alice.ask("register")
    assert eve.asked() == asked + 1
    assert eve.last("SUBSCRIBE").headers.get("Event") == "dialog"


def test_who_disconnects_leaves_them_too() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    alice.ask("subscribe", "eve", "presence")
    eve.tells(eve.granted())
    alice.ask("disconnect")
    assert eve.last("SUBSCRIBE").expires == 0


def test_another_account_subscribes_for_itself() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    request = eve.granted()
    eve.tells(request, calls("confirmed"))
    alice.ask("setConfig", {"username": "bob", "password": "b"})
    assert lamp(alice).state == "unknown"
    assert str(eve.last("SUBSCRIBE").from_.uri) == "sip:bob@one.example"
    eve.tells(request, calls("early"))
    assert lamp(alice).state == "unknown"


def test_news_of_an_account_that_stays_for_its_call_alone_change_nothing() -> None:
    world = World()
    eve, bob = notifier(world), world.registered("bob")
    alice = world.registered("alice", lamps="eve")
    request = eve.granted()
    eve.tells(request, calls("confirmed"))
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("setConfig", {"username": "carol", "password": "c"})
    assert lamp(alice).state == "unknown" and len(alice.calls) == 1
    eve.tells(request, calls("early"))
    assert lamp(alice).state == "unknown" and not bob.told("end")


# --- Colleagues -----------------------------------------------------------------------------------


def test_a_lamp_says_what_a_colleague_does() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    assert lamp(alice) == Lamp(number="eve")
    request = eve.granted()
    eve.tells(request, calls("terminated"))
    assert lamp(alice).state == "idle"
    eve.tells(request, calls("early", 2, "Bob & Co".replace("&", "&amp;"), "sip:bob@one.example"))
    assert lamp(alice) == Lamp(number="eve", state="ringing", caller="Bob & Co")
    eve.tells(request, calls("confirmed", 3))
    assert lamp(alice) == Lamp(number="eve", state="busy")
    eve.tells(request, state="terminated;reason=deactivated")
    assert lamp(alice).state == "unknown"


@pytest.mark.parametrize(("who", "caller"), [("sip:202@a", "202"), ("bob", "bob"), ("", "")])
def test_a_caller_without_a_name_is_a_number(who: str, caller: str) -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    eve.tells(eve.granted(), calls("early", who=who))
    assert lamp(alice).caller == caller


def test_lamps_can_change_and_a_wrong_one_stays_dark() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    alice.ask("setConfig", {"lamps": "eve sip:"})
    assert eve.asked() == 1
    eve.granted()
    states = [(one.number, one.state) for one in alice.machine.snapshot.lamps]
    assert states == [("eve", "unknown"), ("sip:", "unknown")]
    alice.ask("setConfig", {"lamps": ""})
    assert eve.last("SUBSCRIBE").expires == 0
    assert alice.machine.snapshot.lamps == ()


def test_a_lamp_that_was_refused_can_go() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    eve.reply(404, to="SUBSCRIBE")
    alice.ask("setConfig", {"lamps": ""})
    assert eve.asked() == 1 and not alice.mistakes


def test_the_ear_is_told_what_changed_and_not_more_often_than_it_can_hear() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    request = eve.granted()
    eve.tells(request, calls("terminated"))
    assert news(alice) is None  # it is how she was when we came
    eve.tells(request, calls("confirmed", 2))
    assert news(alice) == LampNews(number=1, lamps=(Lamp(number="eve", state="busy"),))
    eve.tells(request, calls("terminated", 3))
    eve.tells(request, calls("early", 4))
    assert news(alice).number == 1
    world.wind(PAUSE)
    [told] = news(alice).lamps
    assert (news(alice).number, told.state) == (2, "ringing")
    eve.tells(request, calls("confirmed", 5))
    eve.tells(request, calls("early", 6))
    world.wind(PAUSE)
    assert news(alice).number == 2  # as it was
    assert not alice.machine.snapshot.calls


def test_of_many_lamps_some_are_named_what_rings_first_and_the_rest_is_counted() -> None:
    ear, numbers = LampEar(), [str(number) for number in range(100, 106)]
    ear.hear([Lamp(number=number, state="idle") for number in numbers], None, 0.0)
    assert ear.news is None
    ear.hear([Lamp(number=number) for number in numbers], None, 1.0)
    busy = [Lamp(number=number, state="busy") for number in numbers[:5]]
    rings = Lamp(number="105", state="ringing")
    ear.hear([*busy, rings], None, 2.0)
    assert ear.news == LampNews(number=1, lamps=(rings, *busy[:2]), more=3)
    ear.hear(busy[:1], None, 3.0)
    ear.hear([*busy[:1], Lamp(number="105", state="idle")], None, 20.0)
    assert ear.news.number == 1 and ear.deadline is None  # it is new in the setting


def test_the_ear_is_told_of_new_voice_mail_and_not_of_what_was_heard() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    unasked(alice, eve, mail("yes", "2/0"))
    assert news(alice).mail == box(alice)
    world.wind(PAUSE)
    unasked(alice, eve, mail("yes", "1/1"))
    assert news(alice).number == 1
    unasked(alice, eve, mail("yes", "2/1"))
    assert (news(alice).number, news(alice).mail.new) == (2, 2)


def test_there_are_only_so_many_lamps() -> None:
    world = World()
    alice = world.registered("alice", lamps=" ".join(str(number) for number in range(60)))
    assert len(alice.machine.snapshot.lamps) == MOST_LAMPS


def test_where_no_calls_are_told_presence_lights_the_lamp() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    eve.reply(489, to="SUBSCRIBE")
    assert eve.last("SUBSCRIBE").headers.get("Event") == "presence"
    text = "<presence entity='sip:eve@a'><tuple><status><basic>open</basic></status></tuple></presence>"
    eve.tells(eve.granted(), text, "application/pidf+xml")
    assert lamp(alice).state == "idle"


def test_news_that_got_lost_are_asked_for_once() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    request = eve.granted()
    eve.tells(request, calls("terminated"))
    eve.tells(request, calls("early", 5))
    assert lamp(alice).state == "ringing" and eve.asked() == 2
    eve.granted()
    eve.tells(request, calls("early", 6))
    assert eve.asked() == 2
    eve.tells(request, calls("early"))
    eve.tells(request, calls("early", 9))
    assert eve.asked() == 3


# --- Taking a call that rings elsewhere -----------------------------------------------------------


def ringing_at_eve() -> tuple[Actor, Notifier, Actor]:
    """Bob calls Eve, and Alice's lamp shows that it rings there."""
    world = World()
    eve = notifier(world)
    alice = world.registered("alice", lamps="eve")
    subscription = eve.granted()
    bob = world.registered("bob")
    bob.ask("makeCall", "eve")
    eve.invite = None
    eve.reply(180)
    invite = eve.invite
    assert isinstance(invite, Request)
    names = {"call_id": invite.call_id, "local_tag": "far", "remote_tag": invite.from_.tag}
    eve.tells(subscription, calls("early", who="sip:bob@one.example", **names))
    eve.invite = invite
    assert lamp(alice).state == "ringing" and bob.call.state == "ringing"
    return alice, eve, bob


@pytest.mark.rfc("3891 §5", "an INVITE with Replaces requires `replaces`")
def test_a_call_that_rings_at_a_colleague_is_taken() -> None:
    alice, eve, bob = ringing_at_eve()
    promise = alice.ask("pickUp", "eve")
    assert promise.error is None
    [invite] = [
        parse(data)
        for user, data in alice.world.wire
        if user == "alice" and data.startswith(b"INVITE")
    ]
    assert "Replaces" in invite.headers and "replaces" in invite.require
    assert alice.call.state == bob.call.state == "active"
    assert bob.call.to.number == "alice" or bob.call.from_.number == "alice"
    assert "CANCEL" in eve.words()


def test_a_call_that_nobody_names_is_taken_by_the_servers_code() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve", pickup="**")
    eve.tells(eve.granted(), calls("early"))
    alice.press("pickUp", "eve")
    assert world.sent("alice", "INVITE sip:**eve@one.example")


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("sip:112@one.example", {"call_id": "c", "local_tag": "a", "remote_tag": "b"}),
        ("http://a", {"call_id": "c", "local_tag": "a", "remote_tag": "b"}),
        ("nobody", {"call_id": "c", "local_tag": "a", "remote_tag": "b"}),
        ("sip:bob@x.invalid", {"call_id": "c", "local_tag": "a", "remote_tag": "b"}),
        ("sip:bob@one.example", {"call_id": "c", "local_tag": "a"}),
    ],
)
def test_what_cannot_be_taken_is_not_dialled(who: str, names: dict[str, str]) -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice", lamps="eve")
    eve.tells(eve.granted(), calls("early", who=who, **names))
    assert refusal(alice.ask("pickUp", "eve")) == "no_call"
    assert not world.sent("alice", "INVITE")


def test_where_nothing_rings_nothing_is_taken() -> None:
    world = World()
    alice = world.registered("alice")
    assert refusal(alice.ask("pickUp", "eve")) == "no_call"


# --- Voice mail -----------------------------------------------------------------------------------


def unasked(phone: Actor, eve: Notifier, body: str) -> None:
    """A NOTIFY that nobody asked for, as Asterisk sends it."""
    contact = phone.agent._endpoint.contact
    lines = [
        f"NOTIFY {contact} SIP/2.0",
        f"Via: SIP/2.0/WSS x.invalid;branch=z9hG4bKx{len(phone.received)}",
        "Max-Forwards: 70",
        "From: <sip:asterisk@one.example>;tag=x",
        f"To: <{contact}>",
        f"Call-ID: x{len(phone.received)}",
        "CSeq: 1 NOTIFY",
        "Contact: <sip:asterisk@192.0.2.1>",
        "Event: message-summary",
        "Subscription-State: terminated",
        "Content-Type: application/simple-message-summary",
        f"Content-Length: {len(body)}",
    ]
    [socket] = phone.links
    phone.happens(
        on.Received(socket=socket, data=("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    )


def test_voice_mail_is_told_unasked_with_its_counts_and_the_number_of_the_box() -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    assert box(alice) is None
    unasked(alice, eve, mail("yes", "2/5", "1/0", "sip:*97@one.example"))
    assert box(alice) == Voicemail(waiting=True, new=2, old=5, urgent=1, number="*97")
    [note] = notes(alice)
    assert note["value"]["new"] == 2 and note["target"] == "sip:alice@one.example"
    unasked(alice, eve, "nonsense")
    assert box(alice) == Voicemail(waiting=True, new=2, old=5, urgent=1, number="*97")
    unasked(alice, eve, mail("no", "0/7"))
    assert box(alice) == Voicemail(waiting=False, old=7)


@pytest.mark.parametrize("account", ["sip:+1900@elsewhere.example", "tel:+1900", "x"])
def test_a_box_elsewhere_is_not_dialled(account: str) -> None:
    world = World()
    eve, alice = notifier(world), world.registered("alice")
    unasked(alice, eve, mail("yes", account=account))
    found = box(alice)
    assert found is not None and found.number == ""


def test_with_a_box_of_our_own_the_server_is_asked_and_the_setting_is_dialled() -> None:
    world = World()
    alice = world.registered("alice", voicemail="*97")
    assert world.sent("alice", "SUBSCRIBE sip:alice@one.example")
    eve = notifier(world)
    unasked(alice, eve, mail("yes", "1/0", account="sip:+1900@one.example"))
    found = box(alice)
    assert found is not None and (found.new, found.number) == (1, "*97")


def test_what_is_told_to_a_subscription_goes_before_what_comes_unasked() -> None:
    world = World()
    eve = notifier(world)
    alice = world.registered("eve", voicemail="*97")
    unasked(alice, eve, mail("yes", "9/0"))
    # The box of this user is told by an end of the same name.
    eve.tells(eve.granted(), mail("yes", "1/0"), "application/simple-message-summary")
    found = box(alice)
    assert found is not None and found.new == 1


# --- What a page publishes ------------------------------------------------------------------------


def published(value: object, event: str = "presence") -> tuple[Actor, Notifier, Promise]:
    """Alice publishes, to a server that is played by another phone of hers."""
    world = World()
    server, alice = notifier(world, "alice"), world.phone("alice")
    alice.ask("connect")
    return alice, server, alice.ask("publish", event, value)


def test_a_state_is_published_changed_and_forgotten() -> None:
    alice, server, promise = published({"open": True, "activity": "on-the-phone", "note": "a < b"})
    request = server.last("PUBLISH")
    text = request.body.decode()
    assert "<basic>open</basic>" in text and "<rpid:on-the-phone/>" in text and "a &lt; b" in text
    assert request.headers.get("Event") == "presence" and not promise.settled
    server.reply(200, "SIP-ETag: e1", "Expires: 600", to="PUBLISH")
    assert promise.settled and promise.error is None
    changed = alice.ask("publish", "presence", {"open": False})
    assert server.last("PUBLISH").headers.get("SIP-If-Match") == "e1"
    server.reply(200, "SIP-ETag: e2", "Expires: 600", to="PUBLISH")
    gone = alice.ask("publish", "presence", None)
    assert server.last("PUBLISH").expires == 0
    server.reply(200, "SIP-ETag: e3", "Expires: 0", to="PUBLISH")
    assert changed.settled and gone.settled and gone.error is None


def test_anything_can_be_published_as_it_is() -> None:
    _alice, server, _promise = published({"contentType": "text/plain", "body": "rain"}, "x-weather")
    assert server.last("PUBLISH").body == b"rain"
    assert server.last("PUBLISH").headers.get("Event") == "x-weather"


@pytest.mark.parametrize(("status", "again"), [(489, False), (503, True)])
def test_a_publication_is_refused_in_words(status: int, again: bool) -> None:
    alice, server, promise = published({"open": True})
    server.reply(status, to="PUBLISH")
    assert refusal(promise) in ("unsupported", "unavailable")
    alice.world.wind(100)
    assert (server.words().count("PUBLISH") > 1) is again


def test_what_is_published_goes_with_the_registration() -> None:
    alice, server, _promise = published({"open": True})
    server.reply(200, "SIP-ETag: e1", "Expires: 600", to="PUBLISH")
    alice.ask("unregister")
    assert server.last("PUBLISH").expires == 0


@pytest.mark.parametrize(
    ("event", "value"),
    [
        ("presence", "open"),
        ("presence", {"open": "yes"}),
        ("presence", {"open": True, "note": 1}),
        ("presence", {"open": True, "activity": 1}),
        ("presence", {"open": True, "activity": "<x/>"}),
        ("dialog", {"open": True}),
        ("dialog", {"contentType": "none", "body": ""}),
        ("dialog", {"contentType": "text/plain", "body": "x" * 20_000}),
    ],
)
def test_what_is_no_state_is_not_published(event: str, value: object) -> None:
    _alice, server, promise = published(value, event)
    assert refusal(promise) == "invalid_config" and "PUBLISH" not in server.words()


def test_there_are_only_so_many_publications() -> None:
    world = World()
    alice = world.registered("alice")
    for number in range(100):
        alice.world.slow = True
        alice.ask("publish", f"e{number}", {"contentType": "text/plain", "body": "x"})
    assert refusal(alice.ask("publish", "f", {"contentType": "a/b", "body": "x"})) == "unavailable"
