"""Signing in without a password in the page: by the page's function, HA1, token, another user."""

from hashlib import md5

import pytest

from phone.stage import SERVER
from webphone.contract import encode
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.login import MOST, PATIENCE
from webphone.sip import parse, reply
from webphone.sip.wire.digest import verify
from webphone.sip.wire.headers import Challenge

ONE = "one.example"
RIGHT = {"username": "alice", "password": "a"}
WRONG = {"username": "alice", "password": "wrong"}


class Page:
    """A page whose function gives these in turn, and the last one ever after."""

    def __init__(self, *given):
        self.given = list(given)
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return self.given.pop(0) if len(self.given) > 1 else self.given[0]


def phone(world, page, **settings):
    return world.phone("alice", password=None, credentials=page, **settings)


def proofs(world, method="REGISTER"):
    """What the requests with this method were signed with."""
    found = [parse(data) for _user, data in world.wire if data.startswith(method.encode())]
    return [value for one in found if (value := one.headers.get("Authorization"))]


def bearer(world):
    """A registrar that asks for a token (RFC 8898 §3)."""

    def registrar(request):
        if request.headers.get("Authorization") == "Bearer good.token":
            return reply(
                request, 200, to_tag="r", headers=[("Contact", request.headers.get("Contact"))]
            )
        asks = f'Bearer realm="{ONE}", authz_server="https://login.example", scope="sip"'
        return reply(request, 401, to_tag="r", headers=[("WWW-Authenticate", asks)])

    world.registrar = registrar


# --- What is given ---


def test_the_page_is_asked_before_the_phone_registers(world):
    page = Page(RIGHT)
    alice = phone(world, page)
    assert page.asked == 0
    assert alice.ask("register").done
    assert alice.state == "registered" and page.asked == 1


def test_while_the_page_thinks_the_phone_says_that_it_registers(world):
    alice = phone(world, Page("later"))
    promise = alice.ask("register")
    assert alice.state == "registering" and world.sent("alice", "REGISTER") == []
    alice.sign_in(RIGHT)
    assert promise.settled and promise.error is None and alice.state == "registered"


def test_the_page_may_name_the_user_too(world):
    alice = phone(world, Page({"username": "bob", "password": "b"}), username=None)
    assert alice.ask("register").done
    assert alice.told("registered")[0]["aor"] == "sip:bob@one.example"


@pytest.mark.rfc("7616 §3.4.2", "HA1 stands for user, realm and password")
def test_an_ha1_signs_as_the_password_does(world):
    world.registrar = digesting(world, "alice", "a")
    ha1 = md5(b"alice:one.example:a").hexdigest()
    alice = phone(world, Page({"username": "alice", "ha1": ha1}))
    assert alice.ask("register").done
    assert Challenge.parse(proofs(world)[0]).params["username"] == "alice"


@pytest.mark.rfc("8898 §2.1", "a token answers a Bearer challenge")
def test_a_token_answers_who_asks_for_one(world):
    bearer(world)
    alice = phone(world, Page({"token": "good.token"}))
    assert alice.ask("register").done
    assert proofs(world) == ["Bearer good.token"]


@pytest.mark.rfc("8898 §2.1", "a token is for Bearer alone")
def test_a_token_is_not_given_to_who_asks_for_a_password(world):
    alice = phone(world, Page({"token": "good.token"}))
    assert alice.ask("register").error.code == "auth_failed"
    assert not any(b"good.token" in data for _user, data in world.wire)


def digesting(world, user, password, status=401):
    """A registrar that knows one user, by MD5, and asks as proxies do where `status` is 407."""
    name = {401: "WWW-Authenticate", 407: "Proxy-Authenticate"}[status]
    answer = {401: "Authorization", 407: "Proxy-Authorization"}[status]

    def registrar(request):
        given = request.headers.get(answer) or ""
        if verify(given, password_for={user: password}.get, method=request.method, realm=ONE):
            contact = ("Contact", request.headers.get("Contact"))
            return reply(request, 200, to_tag="r", headers=[contact])
        asks = f'Digest realm="{ONE}", nonce="n{len(world.wire)}", algorithm=MD5, qop="auth"'
        return reply(request, status, to_tag="r", headers=[(name, asks)])

    return registrar


@pytest.mark.parametrize("status", [401, 407])
def test_another_user_may_sign_than_the_one_who_is_called(world, status):
    world.registrar = digesting(world, "1700000600:alice", "short", status)
    alice = world.phone("alice", password="short", authUsername="1700000600:alice")
    assert alice.ask("register").done
    assert alice.told("registered")[0]["aor"] == "sip:alice@one.example"


def test_a_short_lived_login_names_its_own_signer(world):
    world.registrar = digesting(world, "1700000600:alice", "short")
    given = {"username": "alice", "authUsername": "1700000600:alice", "password": "short"}
    alice = phone(world, Page(given), username=None)
    assert alice.ask("register").done
    assert world.sent("alice", "REGISTER") and b"From: <sip:alice@one.example>" in world.wire[-1][1]


def test_a_call_is_signed_with_what_the_page_gave_even_without_a_registration(world):
    bob = world.registered("bob")
    page = Page(RIGHT)
    alice = phone(world, page)
    assert alice.ask("connect").error is None
    assert page.asked == 1 and alice.state == "connected"
    alice.ask("makeCall", "bob")
    assert bob.call.direction == "incoming"


def test_who_calls_before_the_page_has_named_the_user_is_told_so(world):
    alice = phone(world, Page("later"), username=None)
    alice.ask("connect")
    assert alice.ask("makeCall", "bob").error.code == "connection_failed"
    alice.sign_in(RIGHT)
    assert alice.ask("makeCall", "bob").error is None


# --- Refused ---


def test_refused_the_page_is_asked_again_at_once(world):
    page = Page(WRONG, RIGHT)
    alice = phone(world, page)
    assert alice.ask("register").done
    assert page.asked == 2 and alice.told("error") == []


def test_a_login_that_has_run_out_is_replaced_without_a_word(world):
    page = Page(RIGHT)
    alice = phone(world, page, registerExpires=100)
    alice.ask("register")
    world.registrar = digesting(world, "alice", "new")
    page.given = [{"username": "alice", "password": "new"}]
    world.wind(100)
    assert alice.state == "registered" and page.asked == 2
    assert len(alice.told("registered")) == 1 and alice.told("unregistered") == []


def test_the_page_is_not_asked_for_ever(world):
    logins = [{"username": "alice", "password": f"wrong{number}"} for number in range(9)]
    page = Page(*logins)
    alice = phone(world, page)
    assert alice.ask("register").error.code == "auth_failed"
    assert page.asked == MOST and alice.state == "failed"
    world.wind(59)
    assert page.asked == MOST
    world.wind(2)
    assert page.asked == 2 * MOST
    assert len(alice.told("error")) == 1


def test_the_same_refused_login_is_not_sent_twice(world):
    page = Page(WRONG)
    alice = phone(world, page)
    error = alice.ask("register").error
    assert error.code == "auth_failed" and error.sip_code == 401
    assert page.asked == 2 and len(proofs(world)) == 1


NEXT = {**RIGHT, "token": "newer"}


def run_out(world, then):
    """alice calls bob, and is refused: her login has run out, and the page is asked for another."""
    world.registered("bob")
    page = Page(RIGHT)
    alice = phone(world, page)
    alice.ask("register")
    page.given = [then]
    world.overloaded[SERVER] = (407, 0)
    alice.ask("makeCall", "bob")
    assert page.asked >= 2
    return alice, page


def test_a_call_whose_login_has_run_out_goes_out_with_the_next_one(world):
    alice, _page = run_out(world, "later")
    assert alice.call.state == "dialling" and alice.told("end") == []
    world.overloaded.clear()
    alice.sign_in(NEXT)
    assert alice.agent.account.token == "newer"
    assert alice.call.state == "ringing" and len(world.sent("alice", "INVITE")) == 2
    assert alice.state == "registered" and alice.told("error") == []


def test_it_is_sent_again_once_and_no_more(world):
    alice, page = run_out(world, NEXT)
    assert len(world.sent("alice", "INVITE")) == 2 and alice.history[0].sip_code == 407
    assert alice.calls == [] and page.asked == 3


@pytest.mark.parametrize("given", [RIGHT, None])
def test_without_another_login_the_call_is_refused_and_the_registration_stays(world, given):
    alice, _page = run_out(world, "later")
    alice.sign_in(given)
    assert alice.history[0].sip_code == 407 and len(world.sent("alice", "INVITE")) == 1
    assert alice.state == "registered" and alice.told("unregistered") == alice.told("error") == []


def test_who_hangs_up_while_the_page_is_asked_calls_nobody(world):
    alice, _page = run_out(world, "later")
    alice.ask("hangup")
    world.overloaded.clear()
    alice.sign_in(NEXT)
    assert alice.calls == [] and len(world.sent("alice", "INVITE")) == 1
    assert alice.history[0].disposition == "cancelled"


def test_without_a_connection_the_call_is_refused(world):
    alice, _page = run_out(world, "later")
    world.broken[SERVER] = "dead"
    world.cut(alice)
    alice.sign_in(NEXT)
    world.wind(60)
    assert alice.calls == [] and alice.history[0].sip_code == 407


def test_a_call_waits_as_well_for_the_login_that_a_registration_waits_for(world):
    alice, page = run_out(world, "later")
    alice.ask("hangup")
    world.refusing[SERVER] = (401, 0)
    alice.ask("register")
    alice.ask("makeCall", "bob")
    assert page.asked == 2 and alice.call.state == "dialling"
    world.overloaded.clear()
    world.refusing.clear()
    alice.sign_in(NEXT)
    assert alice.call.state == "ringing" and alice.state == "registered"


def test_the_call_waits_for_a_connection_that_is_lost_meanwhile(world):
    alice, _page = run_out(world, "later")
    world.overloaded.clear()
    world.cut(alice)
    alice.sign_in(NEXT)
    world.wind(5)
    assert alice.call.state == "ringing"


def test_who_asks_twice_to_register_asks_the_page_once(world):
    page = Page("later")
    alice = phone(world, page)
    promises = [alice.ask("register"), alice.ask("register")]
    assert page.asked == 1
    alice.sign_in(RIGHT)
    assert all(promise.done for promise in promises)


def test_a_socket_that_is_new_needs_no_new_login(world):
    page = Page(RIGHT)
    alice = phone(world, page)
    alice.ask("connect")
    world.cut(alice)
    world.wind(5)
    assert alice.state == "connected" and page.asked == 1


def test_a_registration_refused_while_the_page_thinks_waits_for_what_it_gives(world):
    page = Page(RIGHT)
    alice = phone(world, page)
    alice.ask("register")
    page.given = ["later"]
    world.overloaded[SERVER] = (407, 0)
    alice.ask("makeCall", "bob")  # refused: the page is asked
    world.registrar = digesting(world, "alice", "new")
    alice.ask("register")
    assert page.asked == 2 and alice.state == "registering"
    alice.sign_in({"username": "alice", "password": "new"})
    assert alice.state == "registered"


def test_a_refusal_that_is_not_about_the_login_asks_for_no_other(world):
    page = Page(RIGHT)
    world.refusing[SERVER] = (480, 0)
    alice = phone(world, page)
    assert alice.ask("register").error.sip_code == 480
    assert page.asked == 1


# --- Nothing usable ---


@pytest.mark.rfc("6750 §2.1", "a token is b64token")
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "no login"),
        ("geheim", "no login"),
        ({"username": "alice"}, "without password"),
        ({"password": "geheim\r\nX: y"}, "password can't be used"),
        ({"token": "geheim geheim"}, "token can't be used"),
        ({"token": "geheim" * 5000}, "token can't be used"),
        ({"ha1": "geheim" * 500}, "ha1 can't be used"),
        ({"username": 7, "password": ""}, "without password"),
    ],
)
def test_what_is_no_login_is_told_once_without_its_words(world, given, words):
    page = Page(given)
    alice = phone(world, page)
    error = alice.ask("register").error
    assert error.code == "auth_failed" and words in error.message
    assert "geheim" not in str(error) and error.hint
    world.wind(61)
    assert page.asked == 2 and len(alice.told("error")) == 1
    page.given = [RIGHT]
    world.wind(130)
    assert alice.state == "registered"


def test_a_login_without_a_user_is_none_where_none_is_set(world):
    alice = phone(world, Page({"password": "a"}), username=None)
    assert "without a user name" in alice.ask("register").error.message


def test_a_page_that_says_nothing_is_not_waited_for_for_ever(world):
    alice = phone(world, Page("later"))
    promise = alice.ask("register")
    world.wind(PATIENCE + 1)
    assert promise.error.code == "auth_failed" and alice.state == "failed"
    late = alice.asked_for_login[0]
    world.wind(alice.machine.snapshot.retry_at - world.now)
    alice.happens(on.CredentialsCame(ask=late, credentials=RIGHT))  # to the question before
    assert alice.state == "registering"
    alice.sign_in(RIGHT)
    assert alice.state == "registered"


def test_a_page_that_fails_while_only_connected_is_told_and_not_asked_again(world):
    page = Page(None)
    alice = phone(world, page)
    alice.ask("connect")
    assert len(alice.told("error")) == 1
    world.wind(4000)
    assert page.asked == 1


def test_no_answer_is_taken_that_nobody_asked_for(world, alice):
    alice.happens(on.CredentialsCame(ask="x", credentials=RIGHT))
    assert alice.state == "registered"


# --- Settings ---


def test_another_function_is_asked_anew(world):
    alice = phone(world, Page(RIGHT), autoRegister=True)
    alice.ask("register")
    page = Page({"username": "alice", "password": "a", "authUsername": "alice"})
    alice.ask("setConfig", {"credentials": page})
    assert page.asked == 1 and alice.state == "registered"


def test_a_password_of_the_settings_serves_again_once_the_function_is_gone(world):
    alice = phone(world, Page(RIGHT), autoRegister=True)
    alice.ask("register")
    alice.ask("setConfig", {"credentials": None, "password": "a"})
    assert alice.state == "registered" and len(alice.asked_for_login) == 1


def test_settings_of_every_day_ask_for_no_other_login(world):
    page = Page(RIGHT)
    alice = phone(world, page, autoRegister=True)
    alice.ask("register")
    alice.ask("setConfig", {"displayName": "Alice"})
    assert page.asked == 1 and alice.agent.account.password == "a"


# --- Secrets ---

SECRETS = ("s3cretpass", "5ec2e75ec2e75ec2e75ec2e75ec2e75e", "s3cret.t0ken")


@pytest.mark.parametrize(
    "login",
    [{"password": SECRETS[0]}, {"ha1": SECRETS[1]}, {"token": SECRETS[2]}],
)
@pytest.mark.parametrize("right", [True, False])
def test_no_secret_is_in_the_trace_the_events_the_notes_or_what_pages_read(world, login, right):
    if "token" in login:

        def registrar(request):
            if right and request.headers.get("Authorization"):
                contact = ("Contact", request.headers.get("Contact"))
                return reply(request, 200, to_tag="r", headers=[contact])
            asks = f'Bearer realm="{ONE}", authz_server="https://login.example"'
            return reply(request, 401, to_tag="r", headers=[("WWW-Authenticate", asks)])

        world.registrar = registrar
    else:
        world.registrar = digesting(world, "alice", SECRETS[0] if right else "else")
        if right and "ha1" in login:
            world.registrar = lambda request: None
    alice = phone(world, Page(login))
    alice.ask("register")
    alice.ask("makeCall", "bob")
    trace = alice.ask("getTrace").value
    snapshot = alice.machine.snapshot
    told = [
        trace,
        repr(alice.desk.account.agent.account),
        repr(alice.events),
        repr([action for action in alice.actions if not isinstance(action, do.Send)]),
        repr([encode(record) for record in alice.history]),
        repr(snapshot),
        repr([on.CredentialsCame(ask="1", credentials=login)]),
    ]
    for text in told:
        assert not any(secret in text for secret in SECRETS)
    assert SERVER in trace and "AskCredentials" in trace
