"""Headers kept in order, found by any name, and read one value at a time."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.test_uri import uris
from webphone.sip.wire.fields import Headers
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.headers import (
    Challenge,
    CSeq,
    Malformed,
    NameAddr,
    Reason,
    Via,
    parse_params,
    parse_value,
)
from webphone.sip.wire.params import change_param
from webphone.sip.wire.uri import Uri

TOKENS = st.from_regex(r"[A-Za-z0-9\-.!%*_+`'~]{1,9}", fullmatch=True)
SPOKEN = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20)
BOB = Uri.parse("sip:bob@biloxi.com")


@st.composite
def params(draw: st.DrawFn) -> tuple[tuple[str, str | None], ...]:
    addr = NameAddr("", BOB)
    for name in draw(st.lists(TOKENS, max_size=3)):
        addr = addr.with_param(name, draw(st.none() | TOKENS | SPOKEN))
    return addr.params


NAME_ADDRS = st.builds(NameAddr, SPOKEN.map(str.strip), uris(), params())
VIAS = st.builds(
    Via,
    TOKENS,
    st.from_regex(r"[a-z0-9][a-z0-9.\-]{0,9}|\[[0-9a-f:]{2,9}\]", fullmatch=True),
    st.none() | st.integers(0, 65535),
    params(),
    st.sampled_from(["SIP/2.0", "SIP/7.0"]),
)
CHALLENGES = st.builds(
    Challenge, TOKENS, st.dictionaries(TOKENS.map(str.lower).map("x{}".format), SPOKEN, max_size=4)
)


@given(NAME_ADDRS)
def test_a_printed_name_and_address_reads_as_itself(value):
    assert NameAddr.parse(str(value)) == value


@given(st.lists(NAME_ADDRS, min_size=1, max_size=3))
def test_a_list_of_addresses_comes_apart_where_it_was_joined(values):
    assert NameAddr.parse_many(", ".join(map(str, values))) == values


@given(VIAS)
def test_a_printed_via_reads_as_itself(value):
    assert Via.parse(str(value)) == value


@given(st.builds(CSeq, st.integers(0, 2**31 - 1), TOKENS))
def test_a_printed_cseq_reads_as_itself(value):
    assert CSeq.parse(str(value)) == value


@given(CHALLENGES)
def test_a_printed_challenge_reads_as_itself(value):
    assert Challenge.parse(str(value)) == value
    assert hash(Challenge.parse(str(value))) == hash(value)


@given(st.builds(Reason, TOKENS, st.none() | st.integers(0, 2**32 - 1), SPOKEN.map(visible)))
def test_a_printed_reason_reads_as_itself(value):
    assert Reason.parse(str(value)) == value


@given(st.text(max_size=40), st.sampled_from(["", '"', "<sip:a@b>;", "SIP/2.0/WS h;", "Digest a="]))
def test_any_text_is_a_value_or_malformed(text, start):
    for read in (
        NameAddr.parse_many,
        Via.parse_many,
        CSeq.parse,
        Challenge.parse_many,
        Reason.parse_many,
        parse_value,
        parse_params,
    ):
        try:
            values = read(start + text)
        except Malformed:
            continue
        for value in values if isinstance(values, list) else [values]:
            assert value == value


@given(
    st.text(max_size=40) | st.text('abz09.:;=,?@<>[]"\\% \t-ſK', max_size=20),
    st.sampled_from(["", '"Bob" <sip:b@c', "<sip:a@b>;", "SIP/2.0/WS h", "sips:a:b@c:5;d=e"]),
)
def test_what_is_read_could_be_built(text, start):
    for read in (Uri.parse, NameAddr.parse, Via.parse):
        try:
            value = read(start + text)
        except Malformed:
            continue
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        built = type(value)(**parts)
        assert built == value and hash(built) == hash(value)
        with pytest.raises(FrozenInstanceError):
            value.params = ()


def test_a_port_is_below_65536():
    for read, text in (
        (Uri.parse, "sip:a@b:{}"),
        (Via.parse, "SIP/2.0/WS b:{};branch=c"),
        (NameAddr.parse, "<sip:b:{}>"),
    ):
        assert ":65535" in str(read(text.format(65535)))
        with pytest.raises(Malformed):
            read(text.format(65536))


@given(st.text(max_size=40))
def test_a_value_read_can_always_be_sent_again(text):
    try:
        values = NameAddr.parse_many(f"<sip:a@b>;x={text}") + NameAddr.parse_many(
            f"{text}<sip:a@b>"
        )
    except Malformed:
        return
    headers = Headers()
    for value in values:
        headers.add("Contact", str(value))
    assert len(headers) == len(values)


@pytest.mark.rfc("3261 §7.3.3", "a header may have its compact name")
def test_a_header_is_found_by_any_case_and_short_form():
    headers = Headers([("v", "one"), ("VIA", "two"), ("Subject", "x")])
    assert headers.get("Via") == "one"
    assert headers.all("via") == ["one", "two"]
    assert headers.get("s") == "x"
    assert "SUBJECT" in headers and "To" not in headers
    assert headers.get("To") is None
    assert headers.all("To") == []
    assert list(headers) == [("v", "one"), ("VIA", "two"), ("Subject", "x")]


def test_headers_are_equal_whatever_the_spelling_of_their_names():
    assert Headers([("f", "a"), ("T", "b")]) == Headers([("From", "a"), ("to", "b")])
    assert Headers([("From", "a"), ("To", "b")]) != Headers([("To", "b"), ("From", "a")])
    assert Headers() != "nothing"


def test_headers_are_put_in_replaced_and_taken_away():
    headers = Headers([("Via", "1"), ("To", "b"), ("v", "2")])
    headers.prepend("Via", "0")
    assert headers.all("Via") == ["0", "1", "2"]
    headers.remove_first("Via")
    assert headers.all("Via") == ["1", "2"]
    headers.set("Via", "only")
    assert headers.items() == [("Via", "only"), ("To", "b")]
    headers.set("From", "a")
    assert headers.items()[-1] == ("From", "a")
    headers.remove("t")
    headers.remove("Absent")
    headers.remove_first("Absent")
    assert headers.items() == [("Via", "only"), ("From", "a")]


def test_a_copy_goes_its_own_way():
    first = Headers([("To", "a")])
    second = first.copy()
    second.set("To", "b")
    assert (first.get("To"), second.get("To")) == ("a", "b")


@pytest.mark.rfc("3261 §7.3.1", "commas and lines mean the same in a list")
def test_a_list_header_is_split_outside_quotes_and_brackets():
    headers = Headers(
        [("Contact", '"A, \\" B" <sip:a,b@c>;x="1,2", <sip:d@e>'), ("m", "sip:f@g , ,sip:h@i")]
    )
    assert headers.values("Contact") == [
        '"A, \\" B" <sip:a,b@c>;x="1,2"',
        "<sip:d@e>",
        "sip:f@g",
        "sip:h@i",
    ]


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\nb", "a\rb", "nul\0", "half \ud800"])
def test_nothing_can_be_smuggled_into_a_value(value):
    headers = Headers([("Subject", "x")])
    for put in (headers.add, headers.set, headers.prepend):
        with pytest.raises(ValueError):
            put("Subject", value)
    assert headers.items() == [("Subject", "x")]


@pytest.mark.parametrize("name", ["", "A B", "A:", "A\r\nB", "Ä"])
def test_nothing_can_be_smuggled_into_a_name(name):
    with pytest.raises(ValueError):
        Headers([(name, "x")])


def test_credentials_do_not_show_in_traces():
    shown = repr(Headers([("Authorization", "Digest secret"), ("Proxy-Authorization", "secret")]))
    assert "Authorization" in shown
    assert "secret" not in shown


def test_a_display_name_is_plain_text_inside_and_quoted_outside():
    value = NameAddr.parse(r'"J \"the\" Rosenberg \\" <sip:jdrosen@example.com>;tag=98')
    assert value.display_name == 'J "the" Rosenberg \\'
    assert value.tag == "98"
    assert str(value) == r'"J \"the\" Rosenberg \\" <sip:jdrosen@example.com>;tag=98'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Alice <sip:a@b>", "Alice"),
        ("Watson, Thomas <sip:a@b>", "Watson, Thomas"),
        ("caller<sip:a@b>", "caller"),
        ("Zoë 👋 <sip:a@b>", "Zoë 👋"),
        ('"Zoë" < sip:a@b >', "Zoë"),
        ('"" <sip:a@b>', ""),
        ("<sip:a@b>", ""),
        ('"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:a@b>', "BEL: NUL: DEL:"),
        ("caf\udce9 <sip:a@b>", "café"),  # Windows-1252
        ('"\udc84M\udcfcller\udc93" <sip:a@b>', "„Müller“"),
        ("caf\ud800\udc81 <sip:a@b>", "caf\ufffd\ufffd"),
        ('"\u202e4321\u2066\u200b\x85" <sip:a@b>', "4321"),
    ],
)
def test_display_names_of_the_world_are_read(text, name):
    assert NameAddr.parse(text).display_name == name


@pytest.mark.rfc("3261 §20", "without brackets, what follows a semicolon belongs to the header")
def test_without_brackets_a_parameter_belongs_to_the_header():
    value = NameAddr.parse("sip:+19725552222@gw1.example.net;unknownparam;tag=1")
    assert value.uri.params == ()
    assert value.params == (("unknownparam", None), ("tag", "1"))
    assert value.param("unknownparam") == ""
    inside = NameAddr.parse("<sip:+19725552222@gw1.example.net;unknownparam>")
    assert inside.uri.has("unknownparam")
    assert inside.params == ()
    assert inside.tag == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"Mr. J. User <sip:j.user@example.com>',
        '"A" sip:a@b',
        '"A" B <sip:a@b>',
        'A "B" <sip:a@b>',
        "<sip:a@b",
        "> <sip:a@b>",
        "<>",
        "sip:a@b?Route=x",
        "<sip:a@b> tag=1",
        "<sip:a@b>;;;;",
        '<sip:a@b>;x="1',
        '<sip:a@b>;x="\\\0"',
    ],
)
def test_a_broken_address_is_malformed(text):
    with pytest.raises(Malformed):
        NameAddr.parse(text)


def test_a_display_name_with_control_characters_cannot_be_built():
    for name in ("a\nb", "a\0b", "a\ud800b"):
        with pytest.raises(ValueError):
            NameAddr(name, BOB)
    with pytest.raises(ValueError):
        NameAddr("a", BOB, (("x", "1;y"),))


def test_an_instance_is_quoted_and_a_plain_value_is_not():
    contact = (
        NameAddr("", BOB).with_param("+sip.instance", "<urn:uuid:0>").with_param("reg-id", "1")
    )
    assert str(contact) == '<sip:bob@biloxi.com>;+sip.instance="<urn:uuid:0>";reg-id=1'
    assert contact.param("+SIP.instance") == "<urn:uuid:0>"
    assert str(contact.with_param("reg-id", "2")).endswith(";reg-id=2")
    assert str(NameAddr("", BOB).with_param("+x", '"yes"')).endswith(';+x="yes"')
    assert str(NameAddr("", BOB).with_param("+x", "")).endswith(';+x=""')


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("<sip:a@b>;expires=60", 60),
        ("<sip:a@b>;expires=280297596632815", 2**32 - 1),
        ("<sip:a@b>;expires=" + "9" * 9999, 2**32 - 1),
        ("<sip:a@b>;expires=soon", None),
        ("<sip:a@b>", None),
    ],
)
def test_the_lifetime_of_a_contact_is_read(text, seconds):
    assert NameAddr.parse(text).expires == seconds


@pytest.mark.rfc(
    "3261 §20.42", "protocol, host, port, branch, rport and received of a Via are read"
)
def test_a_via_of_the_browser_is_read():
    via = Via.parse(
        "SIP/2.0/WSS df7jal23ls0d.invalid:443;rport;branch=z9hG4bK1;received=2001:db8::1"
    )
    assert (via.protocol, via.transport) == ("SIP/2.0", "WSS")
    assert (via.host, via.port) == ("df7jal23ls0d.invalid", 443)
    assert via.branch == "z9hG4bK1"
    assert via.param("rport") == ""
    assert via.param("received") == "2001:db8::1"
    assert via.with_param("rport", "9").param("rport") == "9"
    assert Via.parse("SIP / 2.0 / UDP [::1] : 5060 ; branch = x").branch == "x"
    assert Via.parse("SIP/2.0/UDP first.example.com").branch == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0 host",
        "SIP/2.0/UDP",
        "SIP/2.0/UDP 192.0.2.15;;,;,,",
        "SIP/2.0/UDP host:66000",
        "SIP/2.0/UDP host:1 x",
        "SIP/2.0/UDP ho$t",
    ],
)
def test_a_broken_via_is_malformed(text):
    with pytest.raises(Malformed):
        Via.parse_many(text)


def test_a_wrong_via_cannot_be_built():
    for parts in (("W S", "h"), ("WS", "h h"), ("WS", "h", 70000), ("WS", "h", 1, (("a b", "c"),))):
        with pytest.raises(ValueError):
            Via(*parts)
    with pytest.raises(ValueError):
        Via("WS", "h", protocol="SIP/2.0\r\n")


@pytest.mark.rfc("3261 §8.1.1.5", "a CSeq number is below 2**31")
@pytest.mark.rfc("3261 §20.16", "a CSeq is a number and a method")
@pytest.mark.parametrize(
    "text", ["", "1", "INVITE", "-1 INVITE", "2147483648 INVITE", "1 a b", "٣ X"]
)
def test_a_broken_cseq_is_malformed(text):
    with pytest.raises(Malformed):
        CSeq.parse(text)


def test_leading_zeros_of_a_cseq_count_nothing():
    assert CSeq.parse("0009   INVITE") == CSeq(9, "INVITE")
    assert CSeq.parse("0" * 9999 + "7 INVITE").number == 7


def test_a_wrong_cseq_cannot_be_built():
    for parts in ((-1, "INVITE"), (2**31, "INVITE"), (1, "IN VITE")):
        with pytest.raises(ValueError):
            CSeq(*parts)


@pytest.mark.rfc("7616 §3.3", "a challenge is read")
def test_a_challenge_is_read_with_and_without_quotes():
    found = Challenge.parse(
        'Digest  Realm="a \\"b\\"", NONCE=abc==,qop="auth,auth-int" , stale=FALSE, domain=""'
    )
    assert found.scheme == "Digest"
    assert found.params == {
        "realm": 'a "b"',
        "nonce": "abc==",
        "qop": "auth,auth-int",
        "stale": "FALSE",
        "domain": "",
    }


def test_challenges_joined_in_one_line_come_apart():
    found = Challenge.parse_many('Digest realm="a", nonce="1", Basic realm="b, Digest c", NTLM')
    assert [(one.scheme, one.params.get("realm")) for one in found] == [
        ("Digest", "a"),
        ("Basic", "b, Digest c"),
        ("NTLM", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        'Digest realm="a b" nonce="1"  qop=auth',
        'Digest realm="a b"; nonce="1"; qop=auth',
        'Digest realm="a b" ,nonce="1";qop=auth , ',
    ],
)
def test_a_challenge_is_read_whatever_divides_its_parts(text):
    challenge = Challenge.parse(text.removesuffix(", "))
    assert challenge.params == {"realm": "a b", "nonce": "1", "qop": "auth"}


@pytest.mark.parametrize(
    "text", ["", 'Digest realm="a', "=", 'Digest realm="\0"', 'Digest realm="a"nonce="b"']
)
def test_a_broken_challenge_is_malformed(text):
    with pytest.raises(Malformed):
        Challenge.parse(text)


@pytest.mark.rfc("3326 §2", "Reason is read: protocol, cause, text, several in a line")
def test_reasons_for_an_ending_are_read():
    found = Reason.parse_many('Q.850;cause=16;text="Normal, clearing", SIP ;cause=200; text="Else"')
    assert found == [Reason("Q.850", 16, "Normal, clearing"), Reason("SIP", 200, "Else")]
    assert Reason.parse("preemption") == Reason("preemption")
    with pytest.raises(Malformed):
        Reason.parse(";cause=1")


def test_a_plain_header_is_read_with_its_parameters():
    assert parse_value('1800;Refresher=uac; x="a b";y') == (
        "1800",
        {"refresher": "uac", "x": "a b", "y": ""},
    )


@pytest.mark.parametrize("broken", ["a\r\nX-More: 1", "a\n", "\r", "a\0", "\ud800"])
def test_of_many_headers_one_that_cannot_be_sent_keeps_all_of_them_out(broken: str) -> None:
    headers = Headers([("To", "1")])
    with pytest.raises(ValueError):
        headers.extend([("From", "2"), ("Subject", broken)])
    with pytest.raises(ValueError):
        headers.extend([("From", "2"), ("Sub ject", "3")])
    assert headers.items() == [("To", "1")]


@pytest.mark.parametrize("blank", [" ", "\t"])
def test_of_many_headers_each_is_trimmed(blank: str) -> None:
    given = [("A", f"1{blank}"), ("B", f"{blank}2"), ("C", f"|{blank}3"), ("D", "4 | 5")]
    expected = [("A", "1"), ("B", "2"), ("C", f"|{blank}3"), ("D", "4 | 5")]
    assert Headers(given).items() == expected


def test_lines_of_our_own_are_taken_apart_when_somebody_asks():
    headers = Headers.own(["Via: SIP/2.0/WSS a;branch=b", "Subject: x: y"], (("s", " z "),))
    assert headers.text(0).startswith("Via: SIP/2.0/WSS a;branch=b\r\nSubject: x: y\r\ns: z\r\n")
    assert headers.all("Subject") == ["x: y", "z"]
    headers.set("Via", "other")
    assert headers.text(3) == "Via: other\r\nSubject: x: y\r\ns: z\r\nContent-Length: 3\r\n"


def test_a_length_that_was_given_is_put_right():
    headers = Headers.own(["Subject: x"], (("Content-Length", "7"), ("Event", "y")))
    assert headers.text(3) == "Subject: x\r\nContent-Length: 3\r\nEvent: y\r\n"


@pytest.mark.parametrize("value", ["x\r\nBcc: y", "x\ny", "x\ry"])
def test_a_line_break_is_never_written_however_it_came_in(value):
    with pytest.raises(ValueError, match="line break"):
        Headers.own(["Subject: x"], (("Event", value),))
    for headers in (Headers.own([f"Subject: {value}"]), Headers.received([("Subject", value)])):
        with pytest.raises(ValueError, match="line break"):
            headers.text(0)


def test_headers_have_nothing_but_what_they_are_made_of():
    assert not hasattr(Headers(), "_other")
    assert not hasattr(Headers.__new__(Headers), "_keys")


def test_nothing_added_changes_nothing():
    headers = Headers([("From", "1")])
    before = list(headers.items())
    headers.extend([])
    assert list(headers.items()) == before


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("expires", "60", (("expires", "60"), ("q", "1"))),
        ("Expires", "60", (("expires", "60"), ("q", "1"))),
        ("reg-id", "1", (("expires", "9"), ("q", "1"), ("reg-id", "1"))),
        ("text", "two words", (("expires", "9"), ("q", "1"), ("text", '"two words"'))),
    ],
)
def test_a_parameter_is_changed_in_its_place_or_comes_last(name, value, written):
    assert change_param((("expires", "9"), ("q", "1")), name, value) == written


def test_a_parameter_without_a_name_is_refused():
    with pytest.raises(ValueError, match="parameter"):
        change_param((), "two words", "1")
