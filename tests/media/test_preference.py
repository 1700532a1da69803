"""The order in which the browser's codecs are offered."""

from webphone.media.preference import answering, heard_with_red, preferred

SOUND = [
    ("opus", 48000),
    ("red", 48000),
    ("G722", 8000),
    ("PCMU", 8000),
    ("PCMA", 8000),
    ("CN", 8000),
    ("telephone-event", 8000),
    ("telephone-event", 48000),
]


def names(wishes):
    return [SOUND[place][0] for place in preferred(SOUND, wishes)]


def test_without_a_wish_the_browser_decides():
    assert preferred(SOUND, []) == list(range(len(SOUND)))


def test_wishes_come_first_in_their_order_and_in_any_case():
    assert names(["pcma", "PCMU"])[:3] == ["PCMA", "PCMU", "opus"]


def test_a_codec_with_an_exclamation_mark_is_gone():
    assert "opus" not in names(["!opus", "PCMA"])
    assert names(["!opus", "PCMA"])[0] == "PCMA"


def test_a_wish_may_name_a_clock():
    kept = [SOUND[place] for place in preferred(SOUND, ["!telephone-event/8000"])]
    assert ("telephone-event", 8000) not in kept
    assert ("telephone-event", 48000) in kept


def test_removing_every_codec_removes_none():
    assert names(["!opus", "!G722", "!PCMU", "!PCMA"]) == [name for name, _ in SOUND]


def test_an_unknown_wish_changes_nothing():
    assert preferred(SOUND, ["speex", "", " ! "]) == list(range(len(SOUND)))


OFFER = """v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF {formats}
c=IN IP4 192.0.2.1
a=rtpmap:111 opus/48000/2
a=rtpmap:63 red/48000/2
a=fmtp:63 {packed}
"""


def offer(formats="111 63 9 0", packed="111/111"):
    return OFFER.format(formats=formats, packed=packed).replace("\n", "\r\n")


def test_red_comes_first_where_the_other_end_offers_it_and_the_rest_is_in_its_order():
    assert answering([], offer()) == ["red", "opus/48000", "G722/8000", "PCMU/8000"]
    assert answering(["!pcmu"], offer())[0] == "red" and "!pcmu" in answering(["!pcmu"], offer())
    assert answering(["opus", "pcma"], offer()) == ["red", "opus", "pcma"]


def test_where_red_is_not_offered_or_not_of_opus_the_answer_is_as_ever():
    assert answering([], offer(formats="111 9 0")) == []
    assert answering([], offer(packed="0/0")) == []
    assert answering(["opus"], "no description") == ["opus"]


def test_who_speaks_another_codec_or_names_red_is_not_meddled_with():
    assert answering([], offer(formats="0 111 63")) == []
    assert answering(["pcma"], offer()) == ["pcma"]
    for wishes in (["!red"], ["opus", "red"], ["red/48000"]):
        assert answering(wishes, offer()) == wishes


def test_an_offer_of_companions_alone_has_nothing_to_prefer():
    assert answering([], offer(formats="63")) == []


def test_the_browser_is_given_the_offer_with_red_first_and_any_other_as_it_is():
    pictures = (
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 red/90000\r\n"
    )
    came = offer() + pictures
    lines = heard_with_red([], came).splitlines()
    assert "m=audio 9 UDP/TLS/RTP/SAVPF 63 111 9 0" in lines
    kept = [line for line in came.splitlines() if not line.startswith("m=audio")]
    assert [line for line in lines if not line.startswith("m=audio")] == kept
    for wishes, as_it_is in (([], offer(formats="111 9 0")), (["pcma"], came), (["!red"], came)):
        assert heard_with_red(wishes, as_it_is) == as_it_is
