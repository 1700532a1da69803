"""Who is at the other end: the newest trusted word, short, and never turned round."""

import re

import pytest

from phone.stage import description
from webphone.sip import reply
from webphone.sip.wire.uri import unescape

OFFER = description(setup="actpass")


def invite_of(dave, from_, *headers):
    """Dave calls with a From of his own, byte by byte."""
    data = dave._request(
        "INVITE", "sip:alice@one.example", "FROM", "<sip:alice@one.example>", 1, (), headers, OFFER
    )
    dave.say(data.replace(b"From: FROM", b"From: " + from_))


def shown(alice):
    [call] = alice.machine.snapshot.calls
    return call.peer_name, call.peer_number


def test_a_server_may_call_us_by_our_contact(alice, dave):
    """Asterisk writes it into To, with an address of its own behind the at-sign."""
    [register, *_] = [data.decode() for user, data in alice.world.wire if user == "alice"]
    contact = re.search(r"^Contact: <sip:(\w+)@", register, re.MULTILINE)[1]
    data = dave._request(
        "INVITE", "sip:alice@one.example", "<sip:d@one.example>", "TO", 1, (), (), OFFER
    )
    dave.say(data.replace(b"To: TO", f"To: <sip:{contact}@192.0.2.1>".encode()))
    assert alice.call.to.uri == "sip:alice@one.example"
    alice.ask("reject")
    assert alice.history[0].to.number == "alice"


# --- Whom the network names -----------------------------------------------------------------------

CAROL = 'P-Asserted-Identity: "Carol" <sip:+15557654321@gw.example>'


@pytest.mark.rfc("3325 §9.1", "the first P-Asserted-Identity names the caller")
def test_the_network_says_who_calls_whatever_from_says(alice, dave):
    dave.call("alice", CAROL, sdp=OFFER)
    assert (alice.call.display_name, alice.call.from_.number) == ("Carol", "+15557654321")
    alice.ask("reject")
    assert (alice.history[0].display_name, alice.history[0].from_.number) == (
        "Carol",
        "+15557654321",
    )


@pytest.mark.rfc("3325 §9.3", "Privacy: id keeps the asserted identity from being shown")
@pytest.mark.rfc("3323 §4.2", "Privacy: user, header and id are obeyed")
@pytest.mark.parametrize("privacy", ["id", "user", "header;id", "ID ; critical", "header,id"])
def test_who_asks_for_privacy_is_shown_as_from_says(alice, dave, privacy):
    dave.call("alice", CAROL, f"Privacy: {privacy}", sdp=OFFER)
    assert alice.call.from_.number == "dave"


@pytest.mark.rfc("8588 §5.1", "verstat is read of P-Asserted-Identity")
def test_the_verification_of_any_asserted_address_is_told(alice, dave):
    verified = "<tel:+1555;verstat=TN-Validation-Passed>"
    dave.call("alice", f"P-Asserted-Identity: <sip:8@one.example>, {verified}", sdp=OFFER)
    assert alice.told("ringingin")[0]["verstat"] == "passed"


@pytest.mark.rfc("4244 §4.1", "a Reason within an address of History-Info says why it was left")
@pytest.mark.rfc("7044 §5.1", "mp names the address that another one took the place of")
@pytest.mark.rfc("4458 §2", "a cause in the address says that the call was forwarded")
@pytest.mark.rfc("5806 §5", "who wants privacy in Diversion is not shown")
@pytest.mark.parametrize(
    ("header", "number"),
    [
        ("Diversion: <sip:500@one.example>;;reason=x", "500"),
        ("Diversion: A, B <sip:500@one.example>;reason=x, <sip:501@one.example>", "500"),
        ("Diversion: <sip:500@one.example>;privacy=full, <sip:501@one.example>", None),
        ("History-Info: <sip:alice@one.example>;index=1", None),
        ("History-Info: <sip:5@x>;index=1, <sip:alice@x>;index=1.1;rc=1", None),
        (
            "History-Info: <sip:5@x>;index=1, <sip:6@x>;index=1.1;rc=1, <sip:a@x>;index=2;mp=1.1",
            "6",
        ),
        ("History-Info: <sip:5@x?Reason=SIP%3Bcause%3D302>;index=1, <sip:a@x>;index=1.1", "5"),
        ("History-Info: <sip:5@x>;index=1, <sip:a@x;cause=486>;index=1.1", "5"),
    ],
)
def test_who_forwarded_a_call_is_told_however_it_is_said(alice, dave, header, number):
    dave.call("alice", header, sdp=OFFER)
    forwarded = alice.told("ringingin")[0]["forwardedFrom"]
    assert forwarded == (None if number is None else forwarded | {"number": number})
    assert "?" not in str(forwarded)


def test_a_number_in_windows_1252_is_read_as_well(alice, dave):
    invite_of(dave, b"<sip:m\xfcller@one.example>;tag=me")
    assert alice.call.from_.number == "müller"
    assert unescape("m%FCller %C3%BC") == "müller ü"


NOBODY = b'"Anonymous" <sip:anonymous@anonymous.invalid>;tag=me'


@pytest.mark.rfc("3325 §8", "who asked for privacy is anonymous to the person, in the record too")
def test_who_calls_without_a_name_has_none_though_the_network_knows_it(alice, dave):
    invite_of(dave, NOBODY, CAROL, "Privacy: id")
    assert shown(alice) == ("Anonymous", "anonymous")
    [ringing] = alice.told("ringingin")
    assert ringing["from"]["uri"] == "sip:anonymous@anonymous.invalid"
    # The page is within the trust of its own server, and may know what that has told the phone.
    assert ringing["headers"]["privacy"] == "id" and "+15557654321" in str(ringing["headers"])
    alice.ask("reject")
    record = alice.history[0]
    assert (record.display_name, record.from_.number) == ("Anonymous", "anonymous")
    assert "5557654321" not in str(record)


@pytest.mark.rfc("3325 §8", "what the network asserts is shown where nobody asked for privacy")
def test_a_name_that_the_network_gives_to_nobody_is_shown(alice, dave):
    invite_of(dave, NOBODY, CAROL)
    assert shown(alice) == ("Carol", "+15557654321")


def test_privacy_that_asks_for_nothing_hides_nobody(alice, dave):
    dave.call("alice", CAROL, "Privacy: none", sdp=OFFER)
    assert alice.call.display_name == "Carol"


@pytest.mark.rfc(
    "3325 §9.1", "of a sip and a tel the first counts, named by the other where it has no name"
)
@pytest.mark.parametrize(
    ("headers", "name", "number"),
    [
        (['Remote-Party-ID: "Ed" <sip:7@one.example>;party=calling;privacy=off'], "Ed", "7"),
        (['Remote-Party-ID: "Ed" <sip:7@one.example>;privacy=full'], "", "dave"),
        (['Remote-Party-ID: "Ed" <sip:7@one.example>', CAROL], "Carol", "+15557654321"),
        (['P-Asserted-Identity: "A" <sip:8@one.example>, <tel:+1558>'], "A", "8"),
        (["P-Asserted-Identity: ???, <tel:+1-558>"], "", "+1558"),
        (["P-Asserted-Identity: <sip:dave@10.0.0.1>"], "", "dave"),
        (['P-Asserted-Identity: <tel:+1558>, "A" <sip:8@one.example>'], "A", "+1558"),
        (["P-Asserted-Identity: <tel:+1558>", 'P-Asserted-Identity: "A" <sip:8@x>'], "A", "+1558"),
        (["P-Asserted-Identity: <sip:8@one.example>;;x"], "", "8"),
        (['P-Asserted-Identity: "A\\" <sip:8@one.example>'], "A\\", "8"),
        (["P-Asserted-Identity: Miller, Bob <sip:8@one.example>"], "Miller, Bob", "8"),
        (['P-Asserted-Identity: "  " <sip:8@one.example>'], "", "8"),
        ([CAROL, "Privacy: header", "Privacy: id"], "", "dave"),
        (
            [
                'Remote-Party-ID: "Me" <sip:1@one.example>;party=called',
                'Remote-Party-ID: "Ed" <sip:7@one.example>;party=calling',
            ],
            "Ed",
            "7",
        ),
    ],
)
def test_of_several_words_the_first_that_can_be_read_and_trusted_counts(
    alice, dave, headers, name, number
):
    dave.call("alice", *headers, sdp=OFFER)
    assert (alice.call.display_name, alice.call.from_.number) == (name, number)


def test_a_name_in_from_stays_where_the_network_names_the_same_number(alice, dave):
    invite_of(dave, b'"Dave" <sip:204@one.example>;tag=me', "P-Asserted-Identity: <sip:204@x>")
    assert (alice.call.display_name, alice.call.from_.number) == ("Dave", "204")


@pytest.mark.parametrize("status", [180, 183, 200])
def test_whoever_is_called_is_named_by_the_answer(alice, dave, status):
    alice.ask("makeCall", "dave")
    sdp = description() if status != 180 else ""
    dave.reply(status, 'P-Asserted-Identity: "Desk 5" <sip:105@one.example>', sdp=sdp)
    assert (alice.call.display_name, alice.call.to.number) == ("Desk 5", "105")


# --- Who it is after a transfer -------------------------------------------------------------------


@pytest.fixture
def talking(alice, dave):
    dave.call("alice", sdp=OFFER)
    alice.ask("answer")
    dave.ack()
    return dave


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
@pytest.mark.parametrize("sdp", ["", description(version="2", setup="actpass")])
@pytest.mark.parametrize(
    "header",
    [
        'Remote-Party-ID: "Phone22" <sip:122@one.example>;party=calling;privacy=off;screen=no',
        'P-Asserted-Identity: "Phone22" <sip:122@one.example>',
    ],
)
def test_a_change_of_the_call_may_bring_somebody_else(alice, talking, method, sdp, header):
    assert alice.call.from_.number == "dave"
    talking.inside(method, header, sdp=sdp)
    assert (alice.call.display_name, alice.call.from_.number) == ("Phone22", "122")
    assert shown(alice) == ("Phone22", "122")
    alice.ask("hangup")
    assert alice.history[0].display_name == "Phone22"


@pytest.mark.rfc("3311 §5.2", "an UPDATE without an offer is taken in an early dialog")
def test_a_queue_names_whom_it_rings_before_anybody_answers(alice, dave):
    """RFC 3311 §5.1: UPDATE in an early dialog."""
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    dave.inside("UPDATE", 'P-Asserted-Identity: "Desk 5" <sip:105@one.example>')
    assert dave.words()[-1] == "200"
    assert (alice.call.display_name, alice.call.state) == ("Desk 5", "early")


@pytest.mark.rfc("4916 §4.4.2", "a From that changes within the call is a new peer")
def test_a_from_that_changes_within_the_call_is_somebody_else(alice, talking):
    invite = talking.invite
    changed = str(invite.from_).replace("sip:dave@", "sip:erin@")
    data = talking._request(
        "UPDATE",
        "sip:alice@one.example",
        f'"Erin" {changed}',
        str(talking.answer.to),
        7,
        [str(route) for route in reversed(talking.answer.record_routes)],
        (),
        "",
    )
    talking.say(data)
    assert (alice.call.display_name, alice.call.from_.number) == ("Erin", "erin")


def test_a_hold_that_says_nothing_new_renames_nobody(alice, dave):
    dave.call("alice", CAROL, sdp=OFFER)
    alice.ask("answer")
    dave.ack()
    dave.inside("INVITE", sdp=description(version="2", setup="actpass", direction="sendonly"))
    assert alice.call.held_by == "remote" and alice.call.display_name == "Carol"


# --- What is shown --------------------------------------------------------------------------------


@pytest.mark.rfc("3323 §4.1.1.3", "anonymous@anonymous.invalid is nobody's address")
@pytest.mark.parametrize(
    ("address", "name", "number"),
    [
        ("<sip:204@one.example>", "204", "204"),
        ("<sip:204@ONE.example>", "204", "204"),
        ("<sip:204@evil.example>", "204@evil.example", "204@evil.example"),
        ('"Bank" <sip:204@evil.example>', "Bank", "204@evil.example"),
        ("<sip:+15551234@gw.example>", "+15551234", "+15551234"),
        ("<tel:+1-555-1234>", "+15551234", "+15551234"),
        ("<sip:anonymous@anonymous.invalid>", "anonymous", "anonymous"),
        ("<sip:192.0.2.1>", "192.0.2.1", ""),
        ("<sip:@192.0.2.1>", "192.0.2.1", ""),
        ("<sip:one.example>", "one.example", ""),
    ],
)
def test_a_number_of_another_domain_is_shown_with_it(alice, dave, address, name, number):
    invite_of(dave, f"{address};tag=me".encode())
    assert shown(alice) == (name, number)
    alice.ask("reject")
    farewell = alice.machine.snapshot.farewell
    assert (farewell.peer_name, farewell.peer_number) == (name, number)


@pytest.mark.rfc("3261 §19.1.6", "what follows a semicolon in the user is no part of the number")
@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("+15551234567;npdi;rn=+15550000000", "+15551234567"),
        ("5551234;phone-context=+1", "5551234"),
        ("204;verstat=No-TN-Validation", "204"),
        ("%2B1555%3B7", "+1555;7"),
    ],
)
def test_the_number_is_what_stands_before_its_parameters(alice, dave, user, number):
    invite_of(dave, f"<sip:{user}@one.example;user=phone>;tag=me".encode())
    assert alice.call.from_.number == number
    assert alice.call.from_.uri == f"sip:{user}@one.example;user=phone"


@pytest.mark.rfc(
    "8588 §5.1", "verstat is read of From and P-Asserted-Identity, in the user and behind it"
)
@pytest.mark.parametrize(
    ("from_", "headers"),
    [
        (b"<sip:+1555;verstat=TN-Validation-Passed@x>;tag=me", ()),
        (b"<sip:+1555@x;verstat=TN-Validation-Passed>;tag=me", ()),
        (b"<sip:+1555@x>;verstat=TN-Validation-Passed;tag=me", ()),
        (
            b"<sip:1@x>;tag=me",
            ("P-Asserted-Identity: <sip:+1555;verstat=TN-Validation-Passed@x;user=phone>",),
        ),
    ],
)
def test_the_verification_of_a_caller_is_read_wherever_it_stands(alice, dave, from_, headers):
    invite_of(dave, from_, *headers)
    assert alice.told("ringingin")[0]["verstat"] == "passed"


@pytest.mark.rfc("5806 §5.1", "the first Diversion is the last one")
@pytest.mark.parametrize(
    "lines",
    [
        ['Diversion: "One" <sip:111@gw>;reason=unknown;counter=1,"Two" <sip:222@gw>;counter=1'],
        ['Diversion: "One" <sip:111@gw>;reason=unknown', 'Diversion: "Two" <sip:222@gw>'],
        ['Diversion: ???, "One" <sip:111@gw>;reason="a, b", <sip:222@gw>'],
    ],
)
def test_of_several_diversions_the_last_one_stands_first(alice, dave, lines):
    dave.call("alice", *lines, sdp=OFFER)
    forwarded = alice.told("ringingin")[0]["forwardedFrom"]
    assert (forwarded["displayName"], forwarded["number"]) == ("One", "111")


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (b"M\xfcller", "Müller"),
        (b"\x84M\xfcller\x93 \x80", "„Müller“ €"),
        ("Müller".encode(), "Müller"),
        (b"\x81\xff", "\ufffdÿ"),
    ],
)
def test_a_name_that_is_no_utf_8_is_read_as_windows_1252(alice, dave, name, read):
    invite_of(dave, b'"' + name + b'" <sip:204@one.example>;tag=me')
    assert alice.call.display_name == read


MARKS = "\u202e\u202d\u2066\u2069\u200b\u200f\ufeff\u2028\x85"


def test_nothing_can_be_written_so_that_it_is_shown_turned_round(alice, dave):
    escaped = "".join(f"%{octet:02X}" for octet in f"{MARKS}\r\n\0".encode())
    invite_of(dave, f'"{MARKS}eciB" <sip:{escaped}4321@one.example>;tag=me'.encode())
    assert (alice.call.display_name, alice.call.from_.number) == ("eciB", "4321")
    assert shown(alice) == ("eciB", "4321")


def test_what_is_kept_of_a_strangers_words_is_short(alice, dave):
    long = "n" * 15_000
    invite_of(
        dave,
        f'"{long}" <sip:{long}@one.example>;tag=me'.encode(),
        *(f"X-{at}: {'a' * 3000}" for at in range(9)),
        "X-Order: 7",
    )
    call = alice.call
    assert len(call.display_name) == len(call.from_.number) == len(call.from_.uri) == 256
    assert sum(map(len, [*call.headers, *call.headers.values()])) <= 8192
    assert call.headers["x-order"] == "7"


def test_what_is_said_of_a_refused_change_is_short(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    promise = alice.ask("hold")
    answer = bytes(reply(dave.last("INVITE"), 488))
    dave.say(answer.replace(b"488 Not Acceptable Here", b"488 " + b"n" * 20_000))
    assert promise.error.sip_code == 488 and len(promise.error.message) < 400


def test_what_is_kept_of_a_refusal_is_short(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(480, f'Reason: SIP;cause=480;text="{"t" * 5000}"')
    assert len(alice.history[0].explanation) < 400


# --- Where a number has moved ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contacts", "best"),
    [
        ("sip:000111@192.0.2.5;q=0.99, sip:222333@192.0.2.4;q=1.00", "sip:222333@192.0.2.4"),
        ("<sip:1@a.example>;q=0.1, <sip:2@a.example>;q=0.7", "sip:2@a.example"),
        ("<sip:1@a.example>;q=0.5, <sip:2@a.example>", "sip:2@a.example"),
        ("<sip:1@a.example>, <sip:2@a.example>", "sip:1@a.example"),
        ("<sip:1@a.example>;q=best, <sip:2@a.example>;q=0.1", "sip:2@a.example"),
    ],
)
def test_of_several_new_addresses_the_best_is_named(alice, dave, contacts, best):
    alice.ask("setConfig", {"redirectPolicy": "refuse"})
    alice.ask("makeCall", "dave")
    dave.reply(300, f"Contact: {contacts}")
    assert best in alice.history[0].explanation


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        (("P-Asserted-Identity: <sip:1@x;verstat=TN-Validation-Failed>",), "failed"),
        (("P-Asserted-Identity: <sip:1@x;verstat=No-TN-Validation>",), None),
        (("Identity: a.b.c;info=<https://cert.example>",), "signed"),
        (
            (
                "Identity: a.b.c;info=<https://cert.example>",
                "P-Asserted-Identity: <sip:1@x;verstat=TN-Validation-Failed>",
            ),
            "failed",
        ),
        (("P-Asserted-Identity: <sip:1@x;verstat=passed>",), None),
        ((), None),
    ],
)
def test_only_the_servers_word_makes_a_caller_verified_a_signature_does_not(
    alice, dave, headers, verdict
):
    dave.call("alice", *headers, sdp=OFFER)
    assert alice.told("ringingin")[0]["verstat"] == verdict
    alice.ask("answer")
    dave.ack()
    assert alice.call.verstat == verdict
