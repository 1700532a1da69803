"""A digest of the password is for the phone's own servers: who asks for it, and who gets it."""

import pytest

from pair import ATLANTA, BILOXI, Solo
from phone.stage import description
from webphone.sip import Dropped, Ended, Identity, reply
from webphone.sip.wire import digest
from webphone.sip.wire.headers import Challenge

ONE, TWO = "wss://one.example", "wss://two.example"
STRONG = 'Digest realm="{}", nonce="{}", algorithm=SHA-256, qop="auth"'
EVIL = 'WWW-Authenticate: Digest realm="evil.example", nonce="mine", algorithm=MD5'


def asks(realm, nonce="n1", algorithm="SHA-256", qop="auth"):
    return "WWW-Authenticate: " + digest.challenge(realm, nonce, algorithm, qop=qop)


class Registrar:
    """Asks for the password under a name of its own; of each server of the list another may be."""

    def __init__(self, realm, algorithm="SHA-256", qop="auth"):
        self.realm, self.algorithm, self.qop = realm, algorithm, qop
        self.nonce = 0

    def __call__(self, request):
        given = request.headers.get("Authorization")
        if given and Challenge.parse(given).params["realm"] == self.realm:
            headers = [("Contact", str(request.contacts[0]))]
            return reply(request, 200, to_tag="r", headers=headers)
        self.nonce += 1
        line = digest.challenge(self.realm, f"r{self.nonce}", self.algorithm, qop=self.qop)
        return reply(request, 401, to_tag="r", headers=[("WWW-Authenticate", line)])


def registered_at(world, registrar, **settings):
    """Alice's phone, for whose registration somebody else than the exchange asks."""
    alice = world.registered("alice", **settings)  # so that the exchange knows where she is
    world.registrar = registrar
    assert alice.ask("register").error is None
    return alice


def signed(message):
    return "Authorization" in message.headers or "Proxy-Authorization" in message.headers


def hung_up(alice, eve):
    """The BYE of a call that eve began and alice answered."""
    eve.call("alice", sdp=description())
    alice.ask("answer")
    eve.ack()
    alice.ask("hangup")
    return eve.last("BYE")


@pytest.mark.deviates(
    "3261 §22.3",
    "A challenge of a realm that nobody knows is not answered: whoever calls could ask for a digest, which is enough to search for the password",
)
@pytest.mark.parametrize("settings", [{}, {"realm": "one.example"}])
def test_a_caller_gets_no_digest_of_the_password_for_the_bye(world, settings):
    alice, eve = world.registered("alice", **settings), world.stranger("eve")
    hung_up(alice, eve)
    eve.reply(401, EVIL, to="BYE")
    assert not any(signed(heard) for heard in eve.heard)
    assert eve.words().count("BYE") == 1
    noted = [action.text for action in alice.actions if hasattr(action, "text")]
    assert any("'evil.example' is not trusted" in text for text in noted)


def test_who_is_called_gets_none_and_the_person_is_told_why(world):
    alice, eve = world.registered("alice"), world.stranger("eve")
    alice.ask("makeCall", "eve")
    eve.reply(401, EVIL)
    assert eve.words().count("INVITE") == 1 and alice.calls == []
    [record] = alice.told("end")
    assert (record["disposition"], record["sipCode"]) == ("failed", 401)
    words = record["explanation"]
    assert "evil.example" in words and "set realm to that name" in words


@pytest.mark.parametrize("question", ["hold", "sendDtmf"])
def test_inside_a_call_nobody_new_is_answered_and_hold_says_why(world, question):
    alice, eve = world.registered("alice", dtmf="info"), world.stranger("eve")
    eve.call("alice", sdp=description())
    alice.ask("answer")
    eve.ack()
    promise = alice.ask("hold") if question == "hold" else alice.ask("sendDtmf", "5")
    eve.reply(407, EVIL.replace("WWW", "Proxy"), to="INVITE" if question == "hold" else "INFO")
    assert not any(signed(heard) for heard in eve.heard)
    assert alice.call.state == "active"
    if question == "hold":
        assert promise.error.code == "media_failed" and "evil.example" in promise.error.message


@pytest.mark.parametrize("realm", ["asterisk", "sip.carrier.example", "Ein Name mit Leerzeichen"])
def test_what_challenges_our_register_is_trusted_under_any_name(world, realm):
    alice, eve = registered_at(world, Registrar(realm)), world.stranger("eve")
    hung_up(alice, eve)
    eve.reply(401, asks(realm), to="BYE")
    assert signed(eve.last("BYE"))


def test_a_realm_in_the_settings_is_one_more_and_forbids_none(world):
    alice = registered_at(world, Registrar("asterisk"), realm="one.example")
    for who, realm, answered in (
        ("bob", "asterisk", True),
        ("carol", "one.example", True),
        ("eve", "two.example", False),
    ):
        stranger = world.stranger(who)
        hung_up(alice, stranger)
        stranger.reply(401, asks(realm), to="BYE")
        assert signed(stranger.last("BYE")) is answered


@pytest.mark.rfc("8760 §2.4", "nobody gets an answer in a weaker algorithm than the registrar")
@pytest.mark.rfc("3261 §22.4", "nobody gets an answer without qop where the registrar asked for it")
@pytest.mark.parametrize(
    ("algorithm", "qop"),
    [("MD5", "auth"), ("SHA-256", ""), ("MD5", ""), ("MD5-sess", "auth")],
)
@pytest.mark.parametrize("settings", [{}, {"realm": "one.example"}])
def test_nobody_gets_a_weaker_answer_than_the_registrar(world, algorithm, qop, settings):
    alice = registered_at(world, Registrar("one.example"), **settings)
    eve = world.stranger("eve")
    alice.ask("makeCall", "eve")
    eve.reply(401, asks("one.example", algorithm=algorithm, qop=qop))
    assert not any(signed(heard) for heard in eve.heard)
    assert "in a weaker way" in alice.told("end")[0]["explanation"]


def test_of_several_challenges_only_those_that_are_strong_enough_are_answered(world):
    alice, eve = registered_at(world, Registrar("one.example")), world.stranger("eve")
    alice.ask("makeCall", "eve")
    eve.reply(401, asks("one.example", algorithm="MD5"), asks("one.example"))
    assert "algorithm=SHA-256" in eve.last("INVITE").headers.get("Authorization")
    assert len(eve.last("INVITE").headers.all("Authorization")) == 1


def test_a_registrar_that_asks_in_a_weaker_way_by_now_is_followed(world):
    """As in a failover to an old server: each REGISTER sets realm, algorithm and qop anew."""
    alice = registered_at(world, Registrar("one.example"))
    world.registrar = Registrar("old.example", "MD5", "")
    assert alice.ask("register").error is None
    for who, realm, algorithm, answered in (
        ("dave", "old.example", "MD5", True),
        ("eve", "one.example", "SHA-256", False),
    ):
        stranger = world.stranger(who)
        hung_up(alice, stranger)
        stranger.reply(401, asks(realm, algorithm=algorithm, qop=""), to="BYE")
        assert signed(stranger.last("BYE")) is answered


def test_a_failover_to_a_server_with_md5_registers_and_calls(world):
    alice = world.registered("alice", host=f"{ONE},{TWO}", realm="one.example")
    eve = world.stranger("eve")
    world.registrar, world.broken = Registrar("old", "MD5", "auth"), {ONE: "dead"}
    world.cut(alice)
    world.wind(5)
    assert alice.desk.snapshot.state == "registered" and alice.desk.snapshot.server == TWO
    alice.ask("makeCall", "eve")
    eve.reply(401, asks("old", algorithm="MD5"))
    assert "algorithm=MD5" in eve.last("INVITE").headers.get("Authorization")


def test_ever_new_realms_for_one_call_are_not_answered(world):
    alice, eve = world.registered("alice"), world.stranger("eve")
    alice.ask("makeCall", "eve")
    for number in range(20):
        eve.invite = None
        eve.reply(401, asks(f"r{number}"), to=eve.last("INVITE"))
    assert len(world.sent("alice", "INVITE")) == 1


def test_ever_new_realms_for_the_registration_end_after_two(world):
    count = 0

    def registrar(request):
        nonlocal count
        count += 1
        line = digest.challenge(f"r{count}", "n")
        return reply(request, 401, to_tag="r", headers=[("WWW-Authenticate", line)])

    world.registrar = registrar
    alice = world.phone("alice")
    assert alice.ask("register").error.code == "auth_failed"
    assert count == 3


# --- A token in the address ---


@pytest.mark.parametrize(
    "host", ["wss://one.example/ws?token=geheim", "wss://one.example/ws?a=1&jwt=geheim"]
)
def test_a_token_in_the_address_is_told_nowhere(world, host):
    alice, bob = world.registered("alice", host=host), world.registered("bob")
    assert any(getattr(action, "url", "") == host for action in alice.actions)
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.ask("hangup")
    world.broken = {host: "dead"}
    world.cut(alice)
    world.wind(60)
    assert alice.told("reconnecting")
    assert "geheim" not in repr(alice.events) + repr(alice.history)
    assert "geheim" not in repr(alice.desk.snapshot.server)
    assert alice.told("registered")[0]["server"] == "wss://one.example/ws"
    assert alice.told("end")[0]["server"] == "wss://one.example/ws"


@pytest.mark.parametrize(
    "host", ["ws://far.example/?token=geheim", "wss://a:geheim@[/", "http://x?geheim", "x#geheim"]
)
def test_nor_in_a_sentence_about_a_wrong_address(world, host):
    alice = world.phone("alice")
    error = alice.ask("setConfig", {"host": host}).error
    assert error.code == "invalid_config" and "geheim" not in str(error)


# --- A phone that never registered ---


def solo(**more):
    alice = Solo()
    alice.agent.account = Identity(user="alice", domain=ATLANTA, password="secret", **more)
    return alice


def test_a_phone_that_never_registered_trusts_the_first_realm_and_no_second():
    alice = solo()
    alice.answer(alice.call(), 401, "b1", ("WWW-Authenticate", STRONG.format("first", "n1")))
    assert signed(alice.last("INVITE"))
    alice.answer(
        alice.last("INVITE"), 407, "b1", ("Proxy-Authenticate", STRONG.format("second", "n2"))
    )
    [ended] = alice.phone.news(Ended)
    assert ended.unanswered.realm == "second" and not ended.unanswered.weak
    assert len(alice.phone.wrote("INVITE")) == 2


def test_and_none_that_asks_inside_a_call_first():
    alice = solo(hosts=("pbx.example",))
    alice.answer(alice.call(), 200, sdp="v=0\r\n")
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("BYE"), 401, "b1", ("WWW-Authenticate", STRONG.format("evil", "n1")))
    assert alice.phone.wrote("BYE") == ["BYE"]
    assert "'evil' is not trusted" in alice.phone.news(Dropped)[0].why


@pytest.mark.parametrize("realm", ["pbx.example", "PBX.example", "office"])
def test_but_the_hosts_name_and_the_realm_of_the_settings_everywhere(realm):
    alice = solo(hosts=("pbx.example",), realm="office")
    alice.answer(alice.call(), 200, sdp="v=0\r\n")
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("BYE"), 407, "b1", ("Proxy-Authenticate", STRONG.format(realm, "n1")))
    assert signed(alice.last("BYE"))


def test_what_was_answered_once_is_never_answered_in_a_weaker_way():
    alice = solo()
    alice.answer(alice.call(), 401, "b1", ("WWW-Authenticate", STRONG.format("first", "n1")))
    alice.answer(alice.last("INVITE"), 200, sdp="v=0\r\n")
    alice.say(alice.agent.hang_up("call", alice.now))
    weak = 'Digest realm="first", nonce="n2", stale=true'
    alice.answer(alice.last("BYE"), 401, "b1", ("WWW-Authenticate", weak))
    assert alice.phone.wrote("BYE") == ["BYE"]
    assert "in a weaker way" in alice.phone.news(Dropped)[0].why


def test_one_401_of_thousands_of_realms_gets_one_answer():
    alice = solo()
    line = ", ".join(f'Digest realm="r{number}", nonce="n"' for number in range(2000))
    alice.answer(alice.call(), 401, "b1", ("WWW-Authenticate", line))
    assert len(alice.last("INVITE").headers.all("Authorization")) == 1


@pytest.mark.parametrize(("length", "answered"), [(3000, True), (5000, False)])
def test_a_challenge_of_more_than_4_kb_is_not_answered(length, answered):
    alice = solo()
    line = STRONG.format("x", "n" * length)
    alice.answer(alice.call(), 401, "b1", ("WWW-Authenticate", line))
    assert signed(alice.last("INVITE")) is answered
    assert bool(alice.phone.news(Ended)) is not answered


# --- The proof that a server gives of itself ---


@pytest.mark.rfc("7616 §3.5", "rspauth is checked")
@pytest.mark.deviates(
    "7616 §3.5",
    "A wrong rspauth is noted and its nextnonce not used, but the registration stands: servers that write it wrong would take the phone off the air",
)
@pytest.mark.parametrize("algorithm", ["SHA-256", "SHA-256-sess"])
@pytest.mark.parametrize("right", [True, False])
def test_a_wrong_proof_of_the_registrar_is_noted_and_costs_no_registration(right, algorithm):
    alice = solo()
    alice.say(alice.agent.register(alice.now))
    line = STRONG.format(ATLANTA, "n1").replace("SHA-256", algorithm)
    alice.answer(alice.last("REGISTER"), 401, "r", ("WWW-Authenticate", line))
    request = alice.last("REGISTER")
    given = Challenge.parse(request.headers.get("Authorization")).params
    ha1 = digest.digest("SHA-256", f"alice:{ATLANTA}:secret")
    if algorithm.endswith("sess"):
        ha1 = digest.digest("SHA-256", f"{ha1}:{given['nonce']}:{given['cnonce']}")
    ha2 = digest.digest("SHA-256", f":{given['uri']}")
    parts = (ha1, given["nonce"], given["nc"], given["cnonce"], "auth", ha2)
    proof = digest.digest("SHA-256", ":".join(parts)) if right else "0" * 64
    info = f'qop=auth, rspauth="{proof}", cnonce="{given["cnonce"]}", nextnonce="n2"'
    contact = ("Contact", str(request.contacts[0]))
    alice.take(reply(request, 200, to_tag="r", headers=[contact, ("Authentication-Info", info)]))
    kinds = [type(news).__name__ for news in alice.phone.news()]
    assert kinds == (["Registered"] if right else ["Dropped", "Registered"])
    alice.say(alice.agent.register(alice.now))
    again = Challenge.parse(alice.last("REGISTER").headers.get("Authorization")).params
    assert again["nonce"] == ("n2" if right else "n1")


def test_a_right_proof_without_another_nonce_changes_nothing():
    alice = solo()
    alice.say(alice.agent.register(alice.now))
    line = STRONG.format(ATLANTA, "n1")
    alice.answer(alice.last("REGISTER"), 401, "r", ("WWW-Authenticate", line))
    request = alice.last("REGISTER")
    contact = ("Contact", str(request.contacts[0]))
    info = ("Authentication-Info", "qop=auth")
    alice.take(reply(request, 200, to_tag="r", headers=[contact, info]))
    assert [type(news).__name__ for news in alice.phone.news()] == ["Registered"]


def test_no_news_of_a_challenge_holds_a_secret():
    alice = solo()
    alice.answer(alice.call(), 401, "b1", ("WWW-Authenticate", STRONG.format("first", "n1")))
    line = STRONG.format("x\u202e" * 200, "n2")
    alice.answer(alice.last("INVITE"), 401, "b1", ("WWW-Authenticate", line))
    [ended] = alice.phone.news(Ended)
    assert len(ended.unanswered.realm) <= 80
    assert "secret" not in repr(alice.phone.news()) and BILOXI not in ended.unanswered.realm
