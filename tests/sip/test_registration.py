"""Staying reachable: the flows of RFC 3665 section 2, refresh, refusal and leaving."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pair import BILOXI, OFFER, Solo, names
from webphone.sip import (
    Agent,
    Identity,
    Registered,
    RegistrationFailed,
    Request,
    Send,
    Unregistered,
    Uri,
    parse,
)
from webphone.sip.wire.digest import challenge, verify
from webphone.sip.wire.headers import Challenge
from webphone.sip.wire.message import reply


class Registrar(Solo):
    """Alice, and a registrar that asks for her password."""

    def register(self) -> Request:
        self.say(self.agent.register(self.now))
        return self.last("REGISTER")

    def wait(self) -> None:
        """Until the next thing is due."""
        assert self.agent.deadline is not None
        self.wind(self.agent.deadline - self.now)

    def grant(self, request: Request, expires: int = 600, *headers: tuple[str, str]) -> None:
        contact = f"{request.contacts[0]}".replace("expires=600", f"expires={expires}")
        given = headers if "Contact" in dict(headers) else (("Contact", contact), *headers)
        self.answer(request, 200, "r1", *given)

    def ask_password(self, request: Request, nonce: str = "n1", **more: bool) -> None:
        header = challenge("atlanta.example", nonce, "SHA-256", **more)  # type: ignore[arg-type]
        self.answer(request, 401, "r1", ("WWW-Authenticate", header))


def _proved(request: Request) -> bool:
    return verify(
        request.headers.get("Authorization") or "",
        password_for=lambda user: "secret" if user == "alice" else None,
        method="REGISTER",
    )


def _registered(alice: Solo) -> list[int]:
    return [news.expires for news in alice.phone.news(Registered) if isinstance(news, Registered)]


def _failed(alice: Solo) -> RegistrationFailed:
    (failed,) = alice.phone.news(RegistrationFailed)
    assert isinstance(failed, RegistrationFailed)
    return failed


@pytest.mark.rfc("3665 §2.1", "successful new registration")
@pytest.mark.rfc(
    "3261 §8.1.1", "a request has From with a tag, To without one, Call-ID, CSeq and Via"
)
@pytest.mark.rfc("3327 §5.1", "`path` is among what a REGISTER supports")
@pytest.mark.rfc("5626 §4.2", "a REGISTER has reg-id, +sip.instance and `outbound`")
@pytest.mark.rfc("5627 §4.1", "`gruu` is among what a REGISTER supports")
@pytest.mark.rfc(
    "7118 §5", "Via and Contact have the same random name in .invalid, and Contact transport=ws"
)
def test_successful_new_registration() -> None:
    """RFC 3665 §2.1."""
    alice = Registrar()
    first = alice.register()
    assert str(first.uri) == "sip:atlanta.example"
    assert (str(first.to.uri), first.to.tag) == ("sip:alice@atlanta.example", "")
    assert first.from_.tag != ""
    (contact,) = first.contacts
    assert contact.uri.param("transport") == "ws"
    assert contact.uri.host.endswith(".invalid") and contact.uri.host == first.via.host
    assert contact.param("reg-id") == "1"
    assert (contact.param("+sip.instance") or "").startswith("<urn:uuid:")
    assert {"path", "gruu", "outbound"} == set(first.supported)
    assert (first.via.transport, first.via.param("rport")) == ("WSS", "")
    alice.ask_password(first)
    second = alice.last("REGISTER")
    assert _proved(second)
    assert second.call_id == first.call_id
    assert (first.cseq.number, second.cseq.number) == (1, 2)
    alice.grant(second)
    assert _registered(alice) == [600]


@pytest.mark.rfc("3261 §10.2.4", "a binding is refreshed before its end")
def test_the_registration_is_refreshed_between_half_and_four_fifths_of_its_time() -> None:
    for seed in range(20):
        alice = Registrar()
        alice.agent = Agent(names(seed))
        alice.agent.account = Identity(user="alice", domain="atlanta.example", password="secret")
        alice.grant(alice.register(), 100)
        assert _registered(alice) == [100]
        deadline = alice.agent.deadline
        assert deadline is not None
        assert 50 <= deadline - alice.now < 80
        alice.wind(80)
        assert len(alice.phone.wrote("REGISTER")) == 2


@pytest.mark.rfc("7616 §3.4", "a nonce is used again with the next count")
def test_a_refresh_is_signed_before_it_is_asked_with_the_next_count() -> None:
    alice = Registrar()
    alice.ask_password(alice.register())
    alice.grant(alice.last("REGISTER"))
    alice.wait()
    refresh = alice.last("REGISTER")
    assert refresh.cseq.number == 3
    assert _proved(refresh)
    assert "nc=00000002" in (refresh.headers.get("Authorization") or "")
    # The nonce was too old, or simply another one is wanted now.
    alice.ask_password(refresh, "n2", stale=True)
    assert _proved(alice.last("REGISTER"))
    alice.grant(alice.last("REGISTER"))
    alice.wait()
    alice.ask_password(alice.last("REGISTER"), "n3")
    assert _proved(alice.last("REGISTER"))
    alice.grant(alice.last("REGISTER"))
    assert _registered(alice) == [600, 600, 600]
    assert not alice.phone.news(RegistrationFailed)


@pytest.mark.rfc("7616 §3.5", "nextnonce is used next, with a count of its own")
@pytest.mark.parametrize(
    ("told", "next_nonce"),
    [
        ('nextnonce="n2", qop=auth', "n2"),
        ("rspauth=x", "n1"),
        ('nextnonce="', "n1"),
        ("", "n1"),
        ('Digest a="b", Digest c="d"', "n1"),
    ],
)
def test_the_nonce_that_the_registrar_wants_next_is_used(told: str, next_nonce: str) -> None:
    """RFC 7616 §3.5."""
    alice = Registrar()
    alice.ask_password(alice.register())
    alice.grant(alice.last("REGISTER"), 600, ("Authentication-Info", told))
    alice.wait()
    given = Challenge.parse(alice.last("REGISTER").headers.get("Authorization") or "").params
    assert given["nonce"] == next_nonce
    assert given["nc"] == ("00000001" if next_nonce == "n2" else "00000002")
    assert _proved(alice.last("REGISTER"))


@pytest.mark.rfc("3665 §2.6", "unsuccessful registration")
@pytest.mark.rfc("3261 §22.2", "a wrong password is tried once")
def test_unsuccessful_registration() -> None:
    """RFC 3665 §2.6: the wrong password is tried once."""
    for nonce in ("n1", "n2"):
        alice = Registrar()
        alice.ask_password(alice.register())
        alice.ask_password(alice.last("REGISTER"), nonce)
        assert _failed(alice).status == 401
        assert len(alice.phone.wrote("REGISTER")) == 2
        alice.wind(1000)
        assert len(alice.phone.wrote("REGISTER")) == 2


@pytest.mark.rfc("3261 §20.33", "Retry-After is read with its comment and parameters")
def test_a_refusal_is_told_with_its_wait() -> None:
    wishes = (
        *(("120", 120), ("30;duration=60", 30), ("5 (later)", 5), ("", None)),
        *(('"30"', 30), ("5.5", 5), ("10,20", 10), ("soon", None), ("-3", None)),
    )
    for value, seconds in wishes:
        alice = Registrar()
        alice.answer(alice.register(), 503, "r1", ("Retry-After", value))
        failed = _failed(alice)
        assert (failed.status, failed.reason, failed.retry_after) == (
            503,
            "Service Unavailable",
            seconds,
        )


def test_a_registrar_that_keeps_silent_has_failed_after_32_s() -> None:
    alice = Registrar()
    alice.register()
    alice.wind(33)
    assert _failed(alice).status == 408
    assert alice.agent.deadline is None


@pytest.mark.rfc("3261 §10.2.8", "423: longer, as Min-Expires says")
def test_too_brief_an_interval_is_made_longer_once() -> None:
    alice = Registrar()
    alice.answer(alice.register(), 423, "r1", ("Min-Expires", "1800"))
    assert alice.last("REGISTER").contacts[0].param("expires") == "1800"
    assert alice.last("REGISTER").cseq.number == 2
    alice.answer(alice.last("REGISTER"), 423, "r1", ("Min-Expires", "1800"))
    assert _failed(alice).status == 423
    other = Registrar()
    other.answer(other.register(), 423, "r1")
    assert _failed(other).status == 423


@pytest.mark.rfc("5626 §4.2.1", "439: without a flow then")
def test_a_first_hop_without_outbound_is_registered_without_a_flow() -> None:
    alice = Registrar()
    alice.answer(alice.register(), 439)
    again = alice.last("REGISTER")
    assert again.contacts[0].param("reg-id") is None
    assert "outbound" not in again.supported
    alice.answer(again, 439)
    assert _failed(alice).status == 439


@pytest.mark.rfc("3261 §10.2.4", "how long a binding lasts is what the registrar says of ours")
def test_the_time_granted_is_read_where_the_registrar_says_it() -> None:
    alice = Registrar()
    request = alice.register()
    other = ("Contact", '<sip:else@where.example>;expires=7;+sip.instance="<urn:uuid:0>"')
    alice.answer(request, 200, "r1", other, ("Expires", "90"))
    assert _registered(alice) == [90]
    request = alice.register()
    renamed = str(request.contacts[0]).replace(".invalid", ".invalid:5060")
    alice.grant(request, 0, ("Contact", renamed.replace("expires=600", "expires=77")))
    assert _registered(alice) == [90, 77]
    request = alice.register()
    alice.take(reply(request, 200, to_tag="r1"))
    assert _registered(alice) == [90, 77, 600]


@pytest.mark.rfc("3261 §10.2.4", "what a 2xx gives no time is not bound")
@pytest.mark.parametrize(
    ("contact", "expires"),
    [
        ("own;expires=0", ""),
        ("own;expires=0", "600"),
        ("own", "0"),
        ("", "0"),
        ("<sip:else@where.example>;expires=600", "0"),
    ],
)
def test_a_success_that_keeps_no_binding_is_a_failure(contact: str, expires: str):
    """RFC 3261 §10.2.4."""
    alice = Registrar()
    request = alice.register()
    own = str(request.contacts[0]).replace(";expires=600", "")
    headers = [("Contact", contact.replace("own", own))] if contact else []
    headers += [("Expires", expires)] if expires else []
    alice.take(reply(request, 200, to_tag="r1", headers=headers))
    assert _registered(alice) == []
    assert _failed(alice).status == 200
    alice.wind(600)
    assert alice.agent.deadline is None and alice.last("REGISTER") is request


def test_a_binding_whose_address_a_server_on_the_way_has_changed_is_ours_all_the_same() -> None:
    alice = Registrar()
    request = alice.register()
    user = request.contacts[0].uri.user
    alice.grant(request, 0, ("Contact", f"<sip:{user}@edge.example:5060>;expires=60"))
    assert _registered(alice) == [60]


@pytest.mark.parametrize("seconds", [1, 5])
def test_a_binding_of_a_few_seconds_is_renewed_no_sooner_than_after_five(seconds: int) -> None:
    alice = Registrar()
    alice.grant(alice.register(), seconds)
    assert _registered(alice) == [seconds]
    assert alice.agent.deadline == alice.now + 5


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_bindings_of_this_phone_that_of_this_page_says_how_long_it_lasts(
    order: int,
) -> None:
    alice = Registrar()
    request = alice.register()
    own = str(request.contacts[0]).replace("expires=600", "expires=300")
    # The page was loaded again: what it bound before is still there for a while.
    user = request.contacts[0].uri.user
    older = own.replace(user, "0a0a0a0a").replace("expires=300", "expires=40")
    other = '<sip:desk@192.0.2.1>;expires=12;+sip.instance="<urn:uuid:0>"'
    bindings = [("Contact", one) for one in (other, older, own)[::order]]
    alice.answer(request, 200, "r1", *bindings)
    assert _registered(alice) == [300]


@pytest.mark.parametrize("least", ["86401", "4294967295"])
def test_a_registrar_that_wants_more_than_a_day_is_not_obeyed(least: str) -> None:
    alice = Registrar()
    alice.answer(alice.register(), 423, "r1", ("Min-Expires", least))
    assert _failed(alice).status == 423
    assert len(alice.phone.wrote("REGISTER")) == 1


def test_a_registrar_that_always_wants_a_little_more_is_obeyed_once_a_registration() -> None:
    alice = Registrar()
    alice.answer(alice.register(), 423, "r1", ("Min-Expires", "700"))
    alice.answer(alice.last("REGISTER"), 423, "r1", ("Min-Expires", "800"))
    assert _failed(alice).status == 423
    alice.answer(alice.register(), 423, "r1", ("Min-Expires", "900"))
    assert alice.last("REGISTER").contacts[0].param("expires") == "900"


@pytest.mark.rfc("5626 §4.4", "Flow-Timer is read")
def test_how_long_the_connection_may_be_quiet_is_told() -> None:
    alice = Registrar()
    alice.grant(alice.register(), 600, ("Require", "outbound"), ("Flow-Timer", "15"))
    assert alice.phone.news(Registered) == [Registered(expires=600, flow_timer=15, outbound=True)]


def test_who_lists_only_names_of_its_own_is_believed() -> None:
    alice = Registrar()
    alice.grant(alice.register(), 0, ("Contact", "<sip:else@where.example>;expires=60"))
    assert _registered(alice) == [600]


def test_leaving_while_registering_takes_a_success_that_keeps_nothing_for_the_end() -> None:
    alice = Registrar()
    request = alice.register()
    alice.say(alice.agent.unregister(alice.now))
    alice.grant(request, 0)
    assert len(alice.phone.news(Unregistered)) == 1 and alice.agent.deadline is None


@pytest.mark.rfc("3665 §2.4", "cancellation of registration")
@pytest.mark.rfc("3261 §10.2.2", "a binding is removed by expires=0")
def test_cancellation_of_registration() -> None:
    """RFC 3665 §2.4."""
    alice = Registrar()
    alice.grant(alice.register())
    alice.say(alice.agent.unregister(alice.now))
    removal = alice.last("REGISTER")
    assert removal.contacts[0].param("expires") == "0"
    assert removal.cseq.number == 2
    assert not alice.phone.news(Unregistered)
    alice.answer(removal, 200)
    assert alice.phone.news(Unregistered) == [Unregistered()]
    assert alice.agent.deadline is None
    alice.say(alice.agent.unregister(alice.now))
    assert len(alice.phone.news(Unregistered)) == 2
    assert len(alice.phone.wrote("REGISTER")) == 2


def test_a_removal_that_is_refused_or_lost_is_a_removal_all_the_same() -> None:
    for status in (500, 423, None):
        alice = Registrar()
        alice.grant(alice.register())
        alice.say(alice.agent.unregister(alice.now))
        if status is None:
            alice.wind(33)
        else:
            alice.answer(alice.last("REGISTER"), status, "r1", ("Min-Expires", "1800"))
        assert len(alice.phone.news(Unregistered)) == 1
        assert not alice.phone.news(RegistrationFailed)


def test_leaving_while_registering_waits_for_the_answer() -> None:
    alice = Registrar()
    request = alice.register()
    alice.say(alice.agent.unregister(alice.now))
    assert len(alice.phone.wrote("REGISTER")) == 1
    alice.grant(request)
    assert alice.last("REGISTER").contacts[0].param("expires") == "0"
    alice.answer(alice.last("REGISTER"), 200)
    assert (_registered(alice), len(alice.phone.news(Unregistered))) == ([], 1)
    for status in (403, 439):
        other = Registrar()
        request = other.register()
        other.say(other.agent.unregister(other.now))
        other.answer(request, status)
        assert len(other.phone.news(Unregistered)) == 1
        assert not other.phone.news(RegistrationFailed)


def test_leaving_and_coming_back_before_the_answer_ends_registered() -> None:
    alice = Registrar()
    request = alice.register()
    alice.say(alice.agent.unregister(alice.now))
    alice.register()
    alice.grant(request)
    assert _registered(alice) == [600]
    for status in (200, 500, 439):
        other = Registrar()
        other.grant(other.register())
        other.say(other.agent.unregister(other.now))
        removal = other.register()
        other.answer(removal, status)
        assert other.last("REGISTER").contacts[0].param("expires") == "600"
        other.grant(other.last("REGISTER"))
        assert _registered(other) == [600, 600]


def test_registering_twice_at_once_sends_one_register() -> None:
    alice = Registrar()
    alice.register()
    alice.register()
    assert len(alice.phone.wrote("REGISTER")) == 1


@pytest.mark.rfc("7118 §5", "with the connection the binding is gone, since nobody can reach us")
def test_the_lost_socket_takes_the_registration_with_it() -> None:
    alice = Registrar()
    alice.say(alice.agent.transport_lost(alice.now))
    alice.say(alice.agent.transport_up(alice.now))
    alice.grant(alice.register())
    alice.say(alice.agent.transport_lost(alice.now))
    assert alice.agent.deadline is None
    alice.say(alice.agent.transport_up(alice.now))
    late = alice.register()
    assert late.cseq.number == 2
    alice.say(alice.agent.transport_lost(alice.now))
    # The answer of the old socket, if it comes at all, is about nothing any more.
    alice.grant(late)
    assert _registered(alice) == [600]
    alice.say(alice.agent.transport_up(alice.now))
    alice.grant(alice.register())
    assert alice.last("REGISTER").cseq.number == 3
    assert _registered(alice) == [600, 600]


def test_a_socket_lost_while_leaving_has_left() -> None:
    alice = Registrar()
    alice.grant(alice.register())
    alice.say(alice.agent.unregister(alice.now))
    alice.say(alice.agent.transport_lost(alice.now))
    assert len(alice.phone.news(Unregistered)) == 1
    other = Registrar()
    other.register()
    other.say(other.agent.unregister(other.now))
    other.say(other.agent.transport_lost(other.now))
    assert len(other.phone.news(Unregistered)) == 1


def test_a_register_written_without_a_socket_waits_for_one() -> None:
    alice = Registrar()
    alice.agent.transport_lost(alice.now)
    assert alice.agent.register(alice.now) == []
    (send,) = alice.agent.transport_up(alice.now)
    assert isinstance(send, Send)
    assert parse(send.data).cseq.method == "REGISTER"


def test_another_user_takes_the_place_of_the_first_who_is_unregistered_silently() -> None:
    alice = Registrar()
    alice.grant(alice.register())
    alice.agent.account = Identity(user="carol", domain="atlanta.example", password="other")
    alice.say(alice.agent.register(alice.now))
    removal, fresh = [m for m in alice.phone.sent if isinstance(m, Request)][-2:]
    assert (removal.to.uri.user, removal.contacts[0].param("expires")) == ("alice", "0")
    assert (fresh.to.uri.user, fresh.contacts[0].param("expires")) == ("carol", "600")
    assert fresh.call_id != removal.call_id
    alice.answer(removal, 200)
    assert not alice.phone.news(Unregistered)
    alice.grant(fresh)
    assert _registered(alice) == [600, 600]


def test_a_new_password_registers_anew_and_the_old_answer_tells_nothing() -> None:
    alice = Registrar()
    old = alice.register()
    alice.agent.account = Identity(user="alice", domain="atlanta.example", password="better")
    new = alice.register()
    assert new.call_id != old.call_id
    alice.answer(old, 403)
    alice.grant(new)
    assert not alice.phone.news(RegistrationFailed)
    assert _registered(alice) == [600]
    silent = Registrar()
    request = silent.register()
    silent.agent.account = Identity(user="carol", domain="atlanta.example")
    silent.register()
    silent.grant(request)
    assert _registered(silent) == []


@pytest.mark.rfc("3608 §6.1", "calls go by the Service-Route, a REGISTER does not")
@pytest.mark.rfc("5627 §4.2", "the public GRUU is the Contact of calls")
def test_what_the_registrar_gives_is_used_in_calls() -> None:
    alice = Registrar()
    request = alice.register()
    own = str(request.contacts[0])
    gruu = 'pub-gruu="sip:alice@atlanta.example;gr=urn:uuid:1"'
    routes = ("Service-Route", "<sip:edge.example;lr>, <sip:home.example;lr>")
    alice.grant(request, 600, ("Contact", f"{own};{gruu}"), routes)
    alice.say(alice.agent.invite("c", Uri.parse(f"sip:bob@{BILOXI}"), OFFER, alice.now))
    invite = alice.last("INVITE")
    assert str(invite.contacts[0].uri) == "sip:alice@atlanta.example;gr=urn:uuid:1"
    assert [route.uri.host for route in invite.routes] == ["edge.example", "home.example"]
    # The REGISTER itself goes to the registrar direct.
    assert alice.register().routes == []
    assert str(alice.last("REGISTER").contacts[0]) == own


def test_what_the_registrar_gives_broken_is_left_alone() -> None:
    alice = Registrar()
    request = alice.register()
    own = str(request.contacts[0])
    headers = (("Contact", f'{own};pub-gruu="%%"'), ("Service-Route", "<<"))
    alice.grant(request, 600, *headers)
    assert _registered(alice) == [600]
    alice.say(alice.agent.invite("c", Uri.parse(f"sip:bob@{BILOXI}"), OFFER, alice.now))
    assert alice.last("INVITE").contacts[0].uri.has("ob")
    assert alice.last("INVITE").routes == []


@pytest.mark.rfc("3261 §22.2", "a 401 is answered, by each algorithm")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256"])
def test_every_digest_lets_alice_in(algorithm: str) -> None:
    alice = Registrar()
    header = ("WWW-Authenticate", challenge("atlanta.example", "n", algorithm))
    alice.answer(alice.register(), 401, "r1", header)
    assert _proved(alice.last("REGISTER"))


def test_an_ha1_serves_instead_of_a_password_and_an_instance_is_kept() -> None:
    alice = Registrar()
    alice.agent.account = Identity(
        user="alice",
        domain="atlanta.example",
        ha1="5a4a8d9bd1d4a1b4e7ea5c4e3a4cf8ab",
        instance="urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    )
    request = alice.register()
    instance = request.contacts[0].param("+sip.instance")
    assert instance == "<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"
    header = ("WWW-Authenticate", challenge("atlanta.example", "n", "MD5"))
    alice.answer(request, 401, "r1", header)
    assert "Authorization" in alice.last("REGISTER").headers
    assert "5a4a8d9b" not in repr(alice.agent.account)


@pytest.mark.rfc("8599 §4.1", "the parameters of a push are in the Contact of a REGISTER alone")
def test_where_a_push_wakes_the_page_is_said_in_the_registration_alone() -> None:
    """RFC 8599 §4.1"""
    alice = Registrar()
    assert alice.agent.account
    push = (("pn-provider", "webpush"), ("pn-prid", "https%3A%2F%2Fpush.example%2Fx"))
    alice.agent.account = replace(alice.agent.account, push=push)
    request = alice.register()
    uri = request.contacts[0].uri
    assert ";pn-provider=webpush;pn-prid=https%3A%2F%2Fpush.example%2Fx" in str(uri)
    assert uri.param("pn-prid") == "https://push.example/x"
    alice.grant(request)
    assert _registered(alice) == [600]
    assert "pn-" not in str(alice.call().contacts[0])
    assert "push.example" not in repr(alice.agent.account)


@pytest.mark.rfc("8599 §4.1.2", "who removes the binding is not to be woken any more")
@pytest.mark.rfc("8599 §4.1.4", "a page that is awake says that it refreshes by itself")
def test_who_unregisters_is_not_to_be_woken_any_more() -> None:
    alice = Registrar()
    assert alice.agent.account
    push = (("pn-provider", "webpush"), ("pn-prid", "https%3A%2F%2Fpush.example%2Fx"))
    alice.agent.account = replace(alice.agent.account, push=push)
    request = alice.register()
    assert request.contacts[0].param("+sip.pnsreg") == ""
    alice.grant(request)
    alice.say(alice.agent.unregister(alice.now))
    contact = alice.last("REGISTER").contacts[0]
    assert (contact.param("expires"), contact.uri.param("pn-provider")) == ("0", "webpush")
    assert not contact.uri.has("pn-prid")


def test_a_broken_contact_of_another_phone_takes_nobody_off_the_air() -> None:
    alice = Registrar()
    request = alice.register()
    own = str(request.contacts[0]).replace("expires=600", "expires=120")
    alice.answer(request, 200, "r1", ("Contact", f'"Desk <sip:@, {own}'), ("Contact", own))
    assert _registered(alice) == [120]
