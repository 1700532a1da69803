"""Proving who we are without saying the password."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.sip.wire import digest
from webphone.sip.wire.digest import Credentials, NonceCounts, answer, is_stale, verify
from webphone.sip.wire.headers import Challenge

FILE = json.loads((Path(__file__).parent / "digest_vectors.json").read_text("utf-8"))
VECTORS = FILE["vectors"]
NONCE = "dcd98b7102dd2f0e8b11d0f600bfb0c093"


def _challenge(vector: dict[str, object]) -> Challenge:
    names = ("realm", "nonce", "opaque", "algorithm", "qop")
    params = {name: str(vector[name]) for name in names if name in vector}
    if vector.get("userhash"):
        params["userhash"] = "true"
    return Challenge("Digest", params)


def _answer(vector: dict[str, object]) -> Challenge:
    value = answer(
        [_challenge(vector)],
        Credentials(username=str(vector["username"]), password=str(vector["password"])),
        method=str(vector["method"]),
        uri=str(vector["uri"]),
        body=str(vector.get("body", "")).encode(),
        cnonce=str(vector.get("cnonce", "")),
        nonce_count=lambda _nonce: int(str(vector.get("nc", "1")), 16),
    )
    assert value is not None
    return Challenge.parse(value)


@pytest.mark.rfc("7616 §3.4.1", "responses are those that RFCs and others have published")
@pytest.mark.rfc("7616 §3.4.4", "userhash: the user name is hashed")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_our_answer_is_the_published_one(vector):
    given = _answer(vector)
    assert (given.params["response"] == vector["response"]) is not vector.get("negative", False)
    assert given.params.get("opaque") == vector.get("opaque")
    assert given.params.get("algorithm") == vector.get("algorithm")
    if vector.get("userhash"):
        assert (given.params["username"] == vector["username_hash"]) is not vector.get(
            "negative", False
        )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_ready_ha1_answers_like_the_password(vector):
    family = vector.get("algorithm", "MD5").removesuffix("-sess")
    both = f"{vector['username']}:{vector['realm']}:{vector['password']}"
    value = answer(
        [_challenge(vector)],
        Credentials(
            username=vector["username"], ha1=digest.digest(family, both), ha1_algorithm=family
        ),
        method=vector["method"],
        uri=vector["uri"],
        body=vector.get("body", "").encode(),
        cnonce=vector.get("cnonce", ""),
        nonce_count=lambda _nonce: int(vector.get("nc", "1"), 16),
    )
    assert Challenge.parse(value).params == _answer(vector).params


@pytest.mark.rfc("3261 §22.4", "an answer is for its method, realm and user alone")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_server_lets_in_the_right_password_and_no_other(vector):
    value = str(_answer(vector))
    told = {"method": vector["method"], "body": vector.get("body", "").encode()}
    users = [vector["username"]]

    def password_for(username: str) -> str | None:
        return vector["password"] if username == vector["username"] else None

    assert verify(value, password_for=password_for, users=users, **told)
    assert verify(value, password_for=password_for, users=users, realm=vector["realm"], **told)
    assert not verify(value, password_for=lambda _name: "wrong", users=users, **told)
    assert not verify(value, password_for=lambda _name: None, users=users, **told)
    assert not verify(value, password_for=password_for, users=users, realm="other", **told)
    told["method"] = "BYE"
    assert not verify(value, password_for=password_for, users=users, **told)


def test_a_changed_body_is_noticed_under_auth_int():
    challenge = Challenge("Digest", {"realm": "r", "nonce": "n", "qop": "auth-int"})
    bob = Credentials(username="bob", password="zanzibar")
    value = answer(
        [challenge],
        bob,
        method="MESSAGE",
        uri="sip:a@b",
        body=b"yes",
        cnonce="c",
        nonce_count=NonceCounts(),
    )
    assert verify(value, password_for=lambda _: "zanzibar", method="MESSAGE", body=b"yes")
    assert not verify(value, password_for=lambda _: "zanzibar", method="MESSAGE", body=b"no")


def _ask(*challenges: str, credentials: Credentials | None = None) -> str | None:
    return answer(
        [Challenge.parse(text) for text in challenges],
        credentials or Credentials(username="bob", password="zanzibar"),
        method="REGISTER",
        uri="sip:biloxi.com",
        cnonce="c0ffee",
        nonce_count=NonceCounts(),
    )


@pytest.mark.rfc("8760 §2.3", "of several challenges the strongest algorithm is answered")
def test_the_strongest_challenge_is_answered():
    md5 = 'Digest realm="r", nonce="m", algorithm=MD5'
    sha256 = 'Digest realm="r", nonce="s", algorithm=SHA-256, qop="auth"'
    sha512 = 'Digest realm="r", nonce="l", algorithm=SHA-512-256, qop="auth"'
    unknown = 'Digest realm="r", nonce="x", algorithm=SHA3-512'
    assert 'nonce="l"' in _ask(md5, sha512, sha256, unknown)
    assert 'nonce="s"' in _ask(md5, sha256, unknown)
    assert 'nonce="m"' in _ask(unknown, md5)
    assert _ask(unknown) is None
    assert _ask() is None


def test_auth_is_preferred_to_auth_int():
    assert "qop=auth," in _ask('Digest realm="r", nonce="n", qop="auth-int,auth"')


def test_a_protection_nobody_knows_is_not_answered():
    assert _ask('Digest realm="r", nonce="n", qop="auth-quantum"') is None


def test_a_challenge_without_nonce_is_not_answered():
    assert _ask('Digest realm="r"') is None


def test_other_schemes_are_not_answered_with_a_password():
    assert _ask('Basic realm="r"', 'Bearer authz_server="https://a.example"') is None


@pytest.mark.rfc("8898 §2.1", "a Bearer challenge is answered with the token of the settings")
def test_a_bearer_challenge_gets_the_token():
    bearer = 'Bearer authz_server="https://a.example", scope="sip"'
    assert _ask(bearer, credentials=Credentials(username="bob", token="t.o.k")) == "Bearer t.o.k"


def test_the_algorithm_is_echoed_letter_by_letter():
    assert "algorithm=md5" in _ask('Digest realm="r", nonce="n", algorithm=md5')
    assert "algorithm" not in _ask('Digest realm="r", nonce="n"')
    assert _ask('Digest realm="r", nonce="n", algorithm=""')


def test_quotes_in_realm_and_nonce_survive():
    value = _ask(r'Digest realm="the \"inner\" \\ realm", nonce="a\"b"')
    assert r'realm="the \"inner\" \\ realm", nonce="a\"b"' in value
    assert verify(value, password_for=lambda _: "zanzibar", method="REGISTER")


@pytest.mark.rfc("7616 §3.4", "the count of each nonce begins at 1")
def test_a_nonce_is_counted_from_one_and_each_for_itself():
    counts = NonceCounts()
    assert [counts("a"), counts("a"), counts("b"), counts("a")] == [1, 2, 1, 3]


def test_endless_nonces_are_forgotten_oldest_first():
    counts = NonceCounts()
    counts("first")
    for number in range(64):
        counts(f"later {number}")
    assert counts("later 63") == 2
    assert counts("first") == 1


@pytest.mark.rfc("7616 §3.3", "stale=true is read, in any case")
def test_a_stale_nonce_is_told_from_a_wrong_password():
    assert is_stale(Challenge.parse(digest.challenge("r", "n", stale=True)))
    assert is_stale(Challenge.parse('Digest realm="r", nonce="n", stale="TRUE"'))
    assert not is_stale(Challenge.parse(digest.challenge("r", "n")))


@pytest.mark.rfc(
    "7616 §3.4.3",
    "every algorithm and qop, and none as RFC 2069 has it, is answered as the exchange checks it",
)
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256", "SHA-256-sess"])
@pytest.mark.parametrize("qop", ["", "auth", "auth-int"])
@pytest.mark.parametrize("userhash", [True, False])
def test_what_the_server_asks_the_phone_can_answer(algorithm, qop, userhash):
    asked = digest.challenge("r", "n", algorithm, qop=qop, opaque="o", userhash=userhash)
    value = _ask(asked)
    assert verify(
        value, password_for={"bob": "zanzibar"}.get, method="REGISTER", users=["alice", "bob"]
    )


def test_an_answer_with_an_unknown_protection_is_not_believed():
    value = _ask('Digest realm="r", nonce="n", qop="auth"')
    assert verify(value, password_for=lambda _: "zanzibar", method="REGISTER")
    changed = value.replace("qop=auth", "qop=auth-quantum")
    assert not verify(changed, password_for=lambda _: "zanzibar", method="REGISTER")


@pytest.mark.rfc("3261 §22.3", "credentials of one realm stay there")
def test_credentials_of_one_realm_stay_there():
    bob = Credentials(username="bob", password="zanzibar", realm="biloxi.com")
    assert _ask('Digest realm="evil.example", nonce="n"', credentials=bob) is None
    assert _ask('Digest realm="biloxi.com", nonce="n"', credentials=bob)


def test_a_ha1_is_not_used_with_another_hash():
    md5 = Credentials(username="bob", ha1="0" * 32)
    assert _ask('Digest realm="r", nonce="n", algorithm=SHA-256', credentials=md5) is None
    assert _ask('Digest realm="r", nonce="n"', credentials=md5)


def test_credentials_never_show_their_secrets():
    shown = repr(Credentials(username="bob", password="zanzibar", ha1="f00d", token="s3cret"))
    assert "bob" in shown
    assert not any(secret in shown for secret in ("zanzibar", "f00d", "s3cret"))


@given(st.binary(max_size=400))
def test_the_pure_python_hash_is_the_real_one(octets):
    assert digest.sha512_256_in_python(octets) == hashlib.new("sha512_256", octets).hexdigest()


def test_the_hash_is_there_where_hashlib_lacks_it(monkeypatch):
    def unsupported(_name: str, _octets: bytes) -> object:
        raise ValueError("unsupported hash type")

    monkeypatch.setattr(digest.hashlib, "new", unsupported)
    constants = FILE["hash_constants"]
    assert digest.sha512_256(b"") == constants["sha512_256_empty"]
    assert digest.sha512_256(b"abc") == constants["sha512_256_abc"]


@pytest.mark.parametrize(
    "text", ["", "Digest", "Basic Zm9v", 'Digest username="alice"', "Digest ="]
)
def test_what_is_no_proof_lets_nobody_in(text):
    assert not verify(text, password_for=lambda _: "zanzibar", method="REGISTER")


@given(st.text())
def test_no_authorization_text_breaks_the_server(text):
    assert not verify(text, password_for=lambda _: "zanzibar", method="REGISTER")
    assert not verify(f"Digest {text}", password_for=lambda _: "zanzibar", method="REGISTER")
