"""What NOTIFYs carry: voice mail, calls of others, presence, rosters; and XML of strangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.sip import Malformed
from webphone.sip.packages import Conference, Dialogs, Presence, Summary, read, updated, xml
from webphone.sip.packages.conference import Member, Place

SUMMARY = "application/simple-message-summary"
DIALOGS = "application/dialog-info+xml"
PRESENCE = "application/pidf+xml"
CONFERENCE = "application/conference-info+xml"


def summary(text: str) -> Summary:
    value = read(SUMMARY, text.encode())
    assert isinstance(value, Summary)
    return value


def dialogs(text: str) -> Dialogs:
    value = read(DIALOGS, text.encode())
    assert isinstance(value, Dialogs)
    return value


def conference(text: str) -> Conference:
    value = read(CONFERENCE, text.encode())
    assert isinstance(value, Conference)
    return value


# --- XML ------------------------------------------------------------------------------------------


def test_elements_attributes_and_text_are_read() -> None:
    root = xml.parse(
        b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- a > b -->\n'
        b"<p:a xmlns:p='urn:x' b = \"1 &lt; 2\" c='&#233;&#x41;'>\n one <d/> two"
        b"<![CDATA[ <three> & ]]><d e='f'>four</d ></p:a>\n<!-- end -->\n"
    )
    assert (root.name, root.get("b"), root.get("c"), root.get("none")) == ("a", "1 < 2", "éA", "")
    assert root.text == "one two <three> &"
    assert [child.get("e") for child in root.all("d")] == ["", "f"]
    assert (root.saying("d"), root.saying("x", "y"), root.find("x")) == ("", "", None)


def test_what_is_not_seen_is_left_out() -> None:
    assert (
        xml.parse("<a b='\u202e1'>x&#0000;\u202ey</a>".replace("&#0000;", "").encode()).text == "xy"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "<a>",
        "<a",
        "<a b>",
        "<a b=c/>",
        "<a b='<'/>",
        "<1/>",
        "</a>",
        "<a></b>",
        "<a></a",
        "<a/><b/>",
        "<a/>b",
        "<a><!-- </a>",
        "<a><![CDATA[ </a>",
        "<!DOCTYPE a><a/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        "<a>&b;</a>",
        "<a>a & b</a>",
        "<a>&#0;</a>",
        "<a>&#xD800;</a>",
        "<a>&#x110000;</a>",
        "<a b='&c;'/>",
        "<?php?><a/>",
        "<a><?b c?></a>",
        '<?xml version="1.0" encoding="UTF-16"?><a/>',
        "<a " + " ".join(f"b{number}='c'" for number in range(40)) + "/>",
        "<a>" * 25 + "</a>" * 25,
        "<a>" + "<b/>" * 4000 + "</a>",
        "<a>" + "b" * 65536 + "</a>",
    ],
)
def test_what_is_no_xml_or_a_danger_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        xml.parse(text.encode())


ELEMENTS = st.recursive(
    st.text(alphabet="ab &<>\"'é\n", max_size=8),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


def _written(tree: str | list[object]) -> str:
    if isinstance(tree, str):
        escaped = tree.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        return f'<t v="{escaped}">{escaped}</t>'
    return f"<l>{''.join(map(_written, tree))}</l>"  # type: ignore[arg-type]


def _read_back(element: xml.Element) -> str | list[object]:
    if element.name == "t":
        assert "".join(element.pieces) == element.attributes["v"]
        return "".join(element.pieces)
    return [_read_back(child) for child in element.children]


@given(ELEMENTS)
def test_what_is_written_is_read_back(tree: str | list[object]) -> None:
    assert _read_back(xml.parse(_written(tree).encode())) == tree


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "<",
                ">",
                "/",
                "a",
                "b",
                "=",
                "'",
                '"',
                " ",
                "&",
                ";",
                "&amp;",
                "&#65;",
                "<!--",
                "-->",
            ),
            *(
                "<![CDATA[",
                "]]>",
                "<?",
                "?>",
                "<a>",
                "</a>",
                "<dialog-info version='1'>",
                "<dialog",
            ),
            *(
                " id='1'",
                "<state>early</state>",
                "</dialog>",
                "</dialog-info>",
                "<presence>",
                "<user>",
            ),
        ]
    ),
    max_size=30,
).map("".join)


@given(PIECES | st.text(max_size=60), st.sampled_from([SUMMARY, DIALOGS, PRESENCE, CONFERENCE]))
def test_nothing_that_a_stranger_writes_breaks_a_reader(text: str, kind: str) -> None:
    value = read(kind, text.encode("utf-8", "replace"))
    assert value is None or isinstance(value, Summary | Dialogs | Presence | Conference)


@given(st.binary(max_size=60))
def test_nor_do_octets(data: bytes) -> None:
    for kind in (SUMMARY, DIALOGS, PRESENCE, CONFERENCE, "text/plain"):
        read(kind, data)


# --- Voice mail -----------------------------------------------------------------------------------


@pytest.mark.rfc("3842 §5.2", "a summary is read")
def test_a_summary_as_asterisk_sends_it() -> None:
    found = summary(
        "Messages-Waiting: yes\r\nMessage-Account: sip:asterisk@192.0.2.1:5060\r\n"
        "Voice-Message: 2/8 (1/0)\r\n"
    )
    assert found == Summary(
        waiting=True, account="sip:asterisk@192.0.2.1:5060", new=2, old=8, new_urgent=1
    )


@pytest.mark.rfc("3842 §5.2", "what follows the empty line is about single messages")
def test_a_summary_of_several_kinds_is_that_of_voice() -> None:
    """RFC 3842 §4.1, with headers of messages behind an empty line."""
    text = (
        "Messages-Waiting: yes\nVoice-Message: 4/8\nVideo-Message: 0/2\n\n"
        "To: <a@b>\nVoice-Message: 9/9\n"
    )
    assert (summary(text).new, summary(text).old) == (4, 8)


def test_without_a_line_for_voice_all_kinds_count() -> None:
    found = summary("messages-waiting : YES\nFax-Message: 1/2\nVideo-Message: 3 / 4 ( 1/2 )")
    assert (found.new, found.old, found.new_urgent, found.old_urgent) == (4, 6, 1, 2)


def test_a_summary_may_say_no_more_than_that_messages_wait() -> None:
    assert summary("Messages-Waiting: no") == Summary(waiting=False)
    assert summary("Messages-Waiting: yes\nVoice-Message: many").new == 0


@pytest.mark.parametrize("text", ["", "hello", "Messages-Waiting: perhaps", "Voice-Message: 1/2"])
def test_what_does_not_say_whether_messages_wait_is_no_summary(text: str) -> None:
    assert read(SUMMARY, text.encode()) is None


# --- Calls of others ------------------------------------------------------------------------------

RINGING = """<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="{state}"
             entity="sip:bob@one.example">
  <dialog id="d1" call-id="c1" local-tag="bt" remote-tag="at" direction="recipient">
    <state>{dialog}</state>
    <local><identity>sip:bob@one.example</identity></local>
    <remote>
      <identity display="Alice &amp; Co">sip:alice@one.example</identity>
      <target uri="sip:alice@10.0.0.1;transport=ws"/>
    </remote>
  </dialog>
</dialog-info>"""


def document(version: int, *of: str, state: str = "full") -> str:
    """A dialog-info; each dialog as `id:state:direction`."""
    rows = [one.split(":") for one in of]
    inner = "".join(
        f'<dialog id="{id}" direction="{direction}"><state>{state}</state></dialog>'
        for id, state, direction in rows
    )
    return (
        f'<dialog-info version="{version}" state="{state}" entity="sip:b@a">{inner}</dialog-info>'
    )


@pytest.mark.rfc("4235 §4.1", "dialog-info is read")
def test_a_call_that_rings_says_who_calls_and_by_what_name_it_is_taken() -> None:
    found = dialogs(RINGING.format(version=3, state="full", dialog="early"))
    assert (found.entity, found.version, found.complete) == ("sip:bob@one.example", 3, True)
    (one,) = found.dialogs
    assert (one.call_id, one.local_tag, one.remote_tag) == ("c1", "bt", "at")
    assert (one.remote, one.remote_name) == ("sip:alice@one.example", "Alice & Co")
    assert (one.local, one.target) == ("sip:bob@one.example", "sip:alice@10.0.0.1;transport=ws")
    assert found.standing == "ringing"


@pytest.mark.parametrize(
    ("calls", "standing"),
    [
        ([], "idle"),
        (["1:terminated:recipient"], "idle"),
        (["1:early:recipient"], "ringing"),
        (["1:trying:"], "ringing"),
        (["1:early:initiator"], "busy"),
        (["1:confirmed:recipient", "2:early:recipient"], "busy"),
    ],
)
def test_what_a_colleague_does_follows_from_all_calls(calls: list[str], standing: str) -> None:
    assert dialogs(document(1, *calls)).standing == standing


@pytest.mark.rfc("4235 §4.3", "parts of dialog-info are put together")
def test_parts_of_the_news_are_put_together() -> None:
    """RFC 4235 §4.3, §4.1.6."""
    first = updated(None, dialogs(RINGING.format(version=0, state="full", dialog="early")))
    answered = document(1, "d1:confirmed:recipient", "d2:early:initiator", state="partial")
    second = updated(first, dialogs(answered))
    assert isinstance(second, Dialogs) and second.complete
    assert [(one.id, one.state) for one in second.dialogs] == [
        ("d1", "confirmed"),
        ("d2", "early"),
    ]
    assert second.dialogs[0].remote_name == "Alice & Co"
    third = updated(second, dialogs(document(2, "d1:terminated:recipient", state="partial")))
    assert isinstance(third, Dialogs)
    assert [one.id for one in third.dialogs] == ["d2"] and third.standing == "busy"


@pytest.mark.rfc("4235 §4.3", "news that are not newer change nothing")
def test_news_that_come_twice_or_late_change_nothing() -> None:
    first = updated(None, dialogs(document(5, "d1:early:recipient")))
    late = dialogs(document(5, "d1:terminated:recipient", state="partial"))
    assert updated(first, late) is first


@pytest.mark.rfc("4235 §4.3", "a gap in the versions is noticed, until the full state comes")
def test_news_that_got_lost_leave_a_gap_until_all_is_told() -> None:
    first = updated(None, dialogs(document(1)))
    part = dialogs(document(3, "d1:early:recipient", state="partial"))
    gap = updated(first, part)
    assert isinstance(gap, Dialogs) and not gap.complete and gap.standing == "ringing"
    after = updated(gap, dialogs(document(4, "d2:early:recipient", state="partial")))
    assert isinstance(after, Dialogs) and not after.complete
    begun = updated(None, part)
    assert isinstance(begun, Dialogs) and not begun.complete
    whole = updated(gap, dialogs(document(2)))
    assert isinstance(whole, Dialogs) and whole.complete and whole.standing == "idle"


@pytest.mark.parametrize(
    "text",
    [
        "<other version='1'/>",
        "<dialog-info/>",
        "<dialog-info version='x'/>",
        "<dialog-info version='1'><dialog><state>early</state></dialog></dialog-info>",
        "<dialog-info version='1'><dialog id='1'><state>odd</state></dialog></dialog-info>",
    ],
)
def test_what_lacks_its_necessary_parts_is_no_dialog_info(text: str) -> None:
    assert read(DIALOGS, text.encode()) is None


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.lists(
                st.sampled_from(["1:early:recipient", "1:terminated:", "2:confirmed:initiator"]),
                max_size=3,
            ),
            st.sampled_from(["full", "partial"]),
        ),
        max_size=6,
    )
)
def test_no_order_of_news_keeps_what_is_over(news: list[tuple[int, list[str], str]]) -> None:
    known = None
    for version, calls, state in news:
        known = updated(known, dialogs(document(version, *calls, state=state)))
    if isinstance(known, Dialogs):
        assert all(one.state != "terminated" for one in known.dialogs)
        ids = [one.id for one in known.dialogs]
        assert len(set(ids)) == len(ids)


# --- Presence -------------------------------------------------------------------------------------

ON_THE_PHONE = """<?xml version="1.0" encoding="UTF-8"?>
<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
  xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:bob@one.example">
  <p:tuple id="t1"><p:status><p:basic>open</p:basic></p:status>
    <p:contact>sip:bob@10.0.0.1</p:contact></p:tuple>
  <dm:person id="p1"><rpid:activities><rpid:on-the-phone/></rpid:activities>
    <dm:note>On the phone</dm:note></dm:person>
</p:presence>"""


@pytest.mark.rfc("4480 §3.2", "activities are read: who is on the phone is busy")
def test_presence_says_whether_somebody_can_be_reached_and_what_they_do() -> None:
    found = read(PRESENCE, ON_THE_PHONE.encode())
    assert found == Presence(
        entity="sip:bob@one.example",
        open=True,
        activities=("on-the-phone",),
        note="On the phone",
        contacts=("sip:bob@10.0.0.1",),
    )
    assert isinstance(found, Presence) and found.standing == "busy"


@pytest.mark.rfc("3863 §4.1.4", "basic is open or closed")
@pytest.mark.parametrize(("basic", "standing"), [("open", "idle"), ("closed", "away")])
def test_presence_without_any_activity(basic: str, standing: str) -> None:
    text = f"<presence><tuple><status><basic>{basic}</basic></status></tuple></presence>"
    found = read(PRESENCE, text.encode())
    assert isinstance(found, Presence) and found.standing == standing and not found.note
    assert updated(None, found) is found


def test_something_else_is_no_presence() -> None:
    assert read(PRESENCE, b"<absence/>") is None


# --- Conferences ----------------------------------------------------------------------------------


def roster(version: int, users: str, state: str = "full") -> str:
    return (
        f'<conference-info entity="sip:c@a" state="{state}" version="{version}">'
        f"<conference-description><subject>Monday</subject></conference-description>"
        f'<users state="{state}">{users}</users></conference-info>'
    )


def user(name: str, state: str = "full", text: str = "") -> str:
    return (
        f'<user entity="sip:{name}@a" state="{state}"><display-text>{text}</display-text>'
        f'<endpoint entity="sip:{name}@b"><status>connected</status></endpoint></user>'
    )


def test_a_roster_names_who_is_there() -> None:
    assert conference(roster(1, user("bob", text="Bob"))) == Conference(
        entity="sip:c@a",
        version=1,
        subject="Monday",
        members=(
            Member(
                entity="sip:bob@a",
                name="Bob",
                places=(Place(entity="sip:bob@b", status="connected"),),
            ),
        ),
    )


@pytest.mark.rfc("4575 §4.6", "parts of a roster are put together")
def test_members_come_and_go_by_parts() -> None:
    """RFC 4575 §4.6."""
    known = updated(None, conference(roster(1, user("bob", text="Bob") + user("carol"))))
    text = roster(2, user("bob") + user("carol", "deleted") + user("dave"), "partial")
    known = updated(known, conference(text))
    assert isinstance(known, Conference) and known.complete
    assert [(one.entity, one.name) for one in known.members] == [
        ("sip:bob@a", "Bob"),
        ("sip:dave@a", ""),
    ]
    assert updated(known, conference(roster(2, user("eve"), "partial"))) is known
    gap = updated(known, conference(roster(9, "", "partial")))
    assert isinstance(gap, Conference) and not gap.complete
    begun = updated(None, conference(roster(1, user("bob"), "partial")))
    assert isinstance(begun, Conference) and not begun.complete and len(begun.members) == 1


def place(name: str, status: str = "connected", state: str = "full") -> str:
    said = f"<status>{status}</status>" if status else ""
    return f'<endpoint entity="sip:{name}" state="{state}">{said}</endpoint>'


def places_of(known: object) -> list[tuple[str, list[tuple[str, str]]]]:
    assert isinstance(known, Conference)
    return [
        (one.entity, [(each.entity, each.status) for each in one.places]) for one in known.members
    ]


def of_bob(*places: str, state: str = "full") -> str:
    return f'<user entity="sip:bob@a" state="{state}">{"".join(places)}</user>'


@pytest.mark.rfc("4575 §5.6", "the address is the key: each member is listed once")
def test_who_is_in_from_several_places_is_one_member() -> None:
    rows = of_bob(place("desk")) + user("carol") + of_bob(place("mobile", "on-hold"))
    known = updated(None, conference(roster(1, rows)))
    [bob, carol] = places_of(known)
    assert bob == ("sip:bob@a", [("sip:desk", "connected"), ("sip:mobile", "on-hold")])
    assert carol[0] == "sip:carol@a"


@pytest.mark.rfc("4575 §4.6", "of a member that is told in part, each place is put together")
def test_places_come_change_and_go_by_parts() -> None:
    known = updated(None, conference(roster(1, of_bob(place("desk"), place("mobile")))))

    def then(version: int, *places: str, state: str = "partial") -> list[tuple[str, str]]:
        nonlocal known
        part = roster(version, of_bob(*places, state=state), "partial")
        known = updated(known, conference(part))
        [(_, there)] = places_of(known)
        return there

    assert then(2, place("mobile", "muted-via-focus"), place("car", "")) == [
        ("sip:desk", "connected"),
        ("sip:mobile", "muted-via-focus"),
        ("sip:car", ""),
    ]
    assert then(3, place("mobile", ""), place("desk", state="deleted")) == [
        ("sip:mobile", "muted-via-focus"),
        ("sip:car", ""),
    ]
    assert then(4, place("desk"), state="full") == [("sip:desk", "connected")]


def test_a_conference_ends() -> None:
    assert conference('<conference-info entity="sip:c@a" state="deleted"/>').ended
    assert read(CONFERENCE, b"<party/>") is None


def test_a_value_of_another_kind_is_not_mixed_in() -> None:
    mail = summary("Messages-Waiting: no")
    news = dialogs(document(1, "1:early:recipient"))
    assert updated(mail, news) == news
    assert updated(mail, conference(roster(1, ""))) == conference(roster(1, ""))
