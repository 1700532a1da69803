"""Addresses a person dials and a server sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.sip.wire.uri import Malformed, Uri, escape_user, unescape

HOSTS = st.from_regex(r"[a-z][a-z0-9\-]{0,9}(\.[a-z]{2,6})?|\[[0-9a-f:]{2,20}\]", fullmatch=True)
ESCAPED = st.text(max_size=12).map(escape_user)
NAMES = st.from_regex(r"[A-Za-z0-9+\-.]{1,8}", fullmatch=True)
VALUES = st.from_regex(r"[A-Za-z0-9\-_.!~*'()\[\]/:&+$%=]{0,12}", fullmatch=True)


@st.composite
def uris(draw: st.DrawFn) -> Uri:
    if draw(st.integers(0, 4)) == 0:
        scheme = draw(st.sampled_from(["tel", "urn", "http", "soap.beep"]))
        return Uri(scheme, opaque=draw(st.from_regex(r"[A-Za-z0-9+\-.;=:/]{1,20}", fullmatch=True)))
    user = draw(st.none() | ESCAPED.filter(bool))
    return Uri(
        draw(st.sampled_from(["sip", "sips"])),
        user,
        draw(ESCAPED.map(lambda text: text.replace(":", "")))
        if user and draw(st.booleans())
        else None,
        draw(HOSTS),
        draw(st.none() | st.integers(0, 65535)),
        tuple(draw(st.lists(st.tuples(NAMES, st.none() | VALUES), max_size=3))),
        tuple(
            draw(
                st.lists(
                    st.tuples(NAMES, st.from_regex(r"[A-Za-z0-9%:.+$]{0,9}", fullmatch=True)),
                    max_size=2,
                )
            )
        ),
    )


@given(uris())
def test_a_printed_address_reads_as_itself(uri):
    assert Uri.parse(str(uri)) == uri


@given(uris())
def test_an_address_is_equivalent_to_itself(uri):
    assert uri.equivalent(uri)
    assert uri.equivalent(Uri.parse(str(uri)))


@given(st.text(max_size=60) | st.text(max_size=60).map("sip:a@b;{}".format))
def test_text_is_an_address_or_malformed(text):
    try:
        uri = Uri.parse(text)
    except Malformed as fault:
        assert fault.status == 400
    else:
        assert Uri.parse(str(uri)) == uri
        assert not set(str(uri)) & set("\r\n\0")


@given(st.text())
def test_an_escaped_user_reads_back(text):
    assert unescape(escape_user(text)) == text.encode("utf-8", "replace").decode()


def test_every_part_of_an_address_is_read():
    uri = Uri.parse(
        "SIPS:alice:secret@Atlanta.example.com:5061;transport=ws;lr?Subject=x&Priority=urgent"
    )
    assert (uri.scheme, uri.user, uri.password) == ("sips", "alice", "secret")
    assert (uri.host, uri.port) == ("Atlanta.example.com", 5061)
    assert uri.params == (("transport", "ws"), ("lr", None))
    assert uri.headers == (("Subject", "x"), ("Priority", "urgent"))
    assert uri.aor == "sips:alice@atlanta.example.com"


def test_a_password_does_not_show_in_traces():
    assert "secret" not in repr(Uri.parse("sip:alice:secret@b"))


@pytest.mark.rfc("3261 §25.1", "a user may hold ; ? / , and more")
def test_a_user_may_hold_what_elsewhere_divides():
    uri = Uri.parse("sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1@example.com")
    assert uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert uri.host == "example.com"


@pytest.mark.rfc("3261 §25.1", "what a user may not hold is escaped")
@pytest.mark.parametrize("dialled", ["*21#", "+49 30 123", "josé", "a%b", "semi;colon", "a@b"])
def test_anything_dialled_can_be_a_user(dialled):
    uri = Uri("sip", escape_user(dialled), host="example.com")
    assert Uri.parse(str(uri)).number == dialled


def test_escapes_are_read_once_only():
    uri = Uri.parse("sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31")
    assert uri.number == "caller"
    assert uri.has("lr")
    assert uri.param("name") == "value%41"


def test_a_nul_in_a_user_does_not_end_it():
    assert Uri.parse("sip:null-%00-null@example.com").number == "null-\0-null"


@pytest.mark.rfc("5954 §4.1", "an IPv6 address in brackets, with IPv4 at its end too")
@pytest.mark.parametrize(
    "text",
    [
        "sip:[2001:db8::10]",
        "sip:user@[2001:db8::1]:5070;maddr=[2001:db8::2]",
        "sip:user@[::ffff:192.0.2.10]",
        "sip:user@[2001:db8:::192.0.2.1]",
        "sip:host_with_underscore",
        "sip:user@df7jal23ls0d.invalid;transport=ws",
        "sip:user:@example.com",
        "sip:1.2.3.4:0",
    ],
)
def test_unusual_hosts_are_read_and_written(text):
    assert str(Uri.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip:@host",
        "sip:user@",
        "sip:a@b@c",
        "sip:user@host:port",
        "sip:user@host:65536",
        "sip:user@host;",
        "sip:user@host;;lr",
        "sip:user@host; lr",
        "sip:user@[2001:db8::1",
        "sip:user@ho st",
        "sip:user@host;x=\r\nBye",
        "<sip:user@host>",
        "user@host",
        "tel:",
        "nothing",
        "sip:user@host?=x",
        "sip:user@-host",
        "sip:us\0er@host",
        "sip:us\udce4er@host",
    ],
)
def test_what_is_no_address_is_malformed(text):
    with pytest.raises(Malformed):
        Uri.parse(text)


@pytest.mark.parametrize(
    "parts",
    [
        {"scheme": "sip"},
        {"scheme": "sip", "host": "a b"},
        {"scheme": "sip", "host": "a", "user": "x\r\ny"},
        {"scheme": "sip", "host": "a", "user": ""},
        {"scheme": "sip", "host": "a", "password": "p"},
        {"scheme": "sip", "host": "a", "port": -1},
        {"scheme": "sip", "host": "a", "params": (("x", "1;y"),)},
        {"scheme": "sip", "host": "a", "headers": (("x", "1&y=2"),)},
        {"scheme": "sip", "host": "a", "opaque": "x"},
        {"scheme": "TEL", "opaque": "1"},
        {"scheme": "tel", "opaque": "1", "host": "x"},
        {"scheme": "tel"},
    ],
)
def test_a_wrong_address_cannot_be_built(parts):
    with pytest.raises(ValueError):
        Uri(**parts)


@pytest.mark.rfc("3966 §4", "numbers are compared without visual separators and without case")
@pytest.mark.rfc("3966 §5", "visual separators are read")
def test_a_phone_number_is_an_address():
    uri = Uri.parse("tel:+1-(201)-555.0123;phone-context=example.com;ext=12")
    assert uri.number == "+12015550123"
    assert uri.param("Ext") == "12"
    assert uri.aor == "tel:+12015550123"
    assert str(uri.without_params()) == "tel:+1-(201)-555.0123"
    assert str(uri.without_params().with_param("ext", "7")) == "tel:+1-(201)-555.0123;ext=7"
    assert uri.equivalent(Uri.parse("tel:+12015550123;EXT=12;Phone-Context=EXAMPLE.com"))
    assert not uri.equivalent(Uri.parse("tel:+12015550123"))


def test_a_strange_scheme_is_kept_whole():
    uri = Uri.parse("soap.beep://192.0.2.103:3002")
    assert (uri.scheme, uri.opaque) == ("soap.beep", "//192.0.2.103:3002")
    assert uri.aor == str(uri)
    assert uri.number == ""


def test_parameters_are_set_replaced_and_dropped():
    uri = Uri.parse("sip:a@b;transport=udp;lr")
    assert str(uri.with_param("Transport", "ws")) == "sip:a@b;lr;Transport=ws"
    assert str(uri.with_param("ob")) == "sip:a@b;transport=udp;lr;ob"
    assert str(uri.without_params()) == "sip:a@b"
    assert uri.with_param("x", "a;b@c,d").param("x") == "a;b@c,d"
    assert uri.param("absent") is None
    assert uri.param("lr") == ""


def test_a_header_can_ride_in_an_address():
    replaces = "12345@192.0.2.1;to-tag=a;from-tag=b"
    uri = Uri.parse("sip:bob@biloxi.com").with_header("Replaces", replaces)
    assert str(uri) == "sip:bob@biloxi.com?Replaces=12345%40192.0.2.1%3Bto-tag%3Da%3Bfrom-tag%3Db"
    assert Uri.parse(str(uri)).header("replaces") == replaces
    assert uri.header("Subject") is None


def test_a_raw_at_sign_in_a_header_is_forgiven():
    uri = Uri.parse("sip:bob@biloxi.com?Replaces=1@h%3Bto-tag%3Da")
    assert uri.host == "biloxi.com"
    assert uri.header("Replaces") == "1@h;to-tag=a"


# RFC 3261 §19.1.4 prints these.
@pytest.mark.rfc("3261 §19.1.4", "equivalent addresses are the same")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"),
        (
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
        ),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
    ],
)
def test_equivalent_addresses_are_found(one, other):
    assert Uri.parse(one).equivalent(Uri.parse(other))
    assert Uri.parse(other).equivalent(Uri.parse(one))


@pytest.mark.rfc("3261 §19.1.4", "others are told apart")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:a@b", "sips:a@b"),
        ("sip:a%40c@b", "sip:ac@b"),
        ("tel:1", "tel:2"),
        ("urn:service:sos", "urn:service:info"),
    ],
)
def test_different_addresses_are_told_apart(one, other):
    assert not Uri.parse(one).equivalent(Uri.parse(other))
    assert not Uri.parse(other).equivalent(Uri.parse(one))
