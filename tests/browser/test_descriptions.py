"""Whatever other ends write into a session description, Chromium takes what we understood of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from webphone.media import Description, problem
from webphone.media.repair import Agreed, as_offered, repaired

pytestmark = pytest.mark.browser

HELPERS = """
globalThis.opened = [];
globalThis.connection = () => { const made = new RTCPeerConnection(); opened.push(made); return made; };
globalThis.pair = async (kinds) => {
  opened.splice(0).forEach((each) => each.close());
  const ours = connection(), theirs = connection();
  for (const kind of kinds) ours.addTransceiver(kind);
  await ours.setLocalDescription(await ours.createOffer());
  await theirs.setRemoteDescription(ours.localDescription);
  for (const each of theirs.getTransceivers()) each.direction = "sendrecv";
  await theirs.setLocalDescription(await theirs.createAnswer());
  globalThis.both = [ours, theirs];
  return [ours.localDescription.sdp, theirs.localDescription.sdp];
};
globalThis.refusal = async (connection, type, sdp) => {
  try { await connection.setRemoteDescription({ type, sdp }); return ""; } catch (fault) { return fault.message; }
};
globalThis.thirdAnswers = async (sdp) => {
  const third = connection();
  await third.setRemoteDescription({ type: "offer", sdp });
  await third.setLocalDescription(await third.createAnswer());
  return third.localDescription.sdp;
};
globalThis.directions = (connection) =>
  connection.getTransceivers().map((each) => [each.receiver.track.kind, each.currentDirection]);
"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    opened = chromium.new_page()
    yield opened
    opened.close()


def pair(page: Page, *kinds: str) -> tuple[str, str]:
    """Our offer for these kinds, and what another browser answers."""
    if page.evaluate("globalThis.pairs === undefined || ++pairs > 60"):
        page.goto("about:blank")  # a page may open some hundred connections only
        page.request_gc()
        page.evaluate(f"{HELPERS}; globalThis.pairs = 0")
    offer, answer = page.evaluate("kinds => pair(kinds)", list(kinds or ("audio",)))
    return offer, answer


def taken(page: Page, answer: str, offer: str, *, kind: str = "answer") -> list[list[str]]:
    """What flows once Chromium has taken the repaired answer."""
    assert problem(answer, Description.parse(offer)) is None
    sdp = repaired(answer, offer)
    fault = page.evaluate("([kind, sdp]) => refusal(both[0], kind, sdp)", [kind, sdp])
    assert fault == "", sdp
    flows: list[list[str]] = page.evaluate("directions(both[0])")
    return flows


def answer_to(page: Page, offer: str) -> str:
    """What a third browser answers to an offer, by the offer's own names."""
    assert problem(offer) is None
    answer: str = page.evaluate("(sdp) => thirdAnswers(sdp)", repaired(offer))
    return as_offered(answer, offer)


def with_line(line: str) -> Callable[[str], str]:
    return lambda sdp: f"{sdp}{line}\r\n"


def with_session_line(line: str) -> Callable[[str], str]:
    return lambda sdp: sdp.replace("t=0 0\r\n", f"t=0 0\r\n{line}\r\n")


def without(start: str) -> Callable[[str], str]:
    return lambda sdp: re.sub(rf"(?m)^{re.escape(start)}[^\n]*\n", "", sdp)


def swapped(old: str, new: str) -> Callable[[str], str]:
    def change(sdp: str) -> str:
        assert old in sdp, old
        return sdp.replace(old, new)

    return change


def spaced(sdp: str) -> str:
    return sdp.replace("\r\n", " \r\n")


BROKEN_LINES = [
    "a=fmtp:111",
    "a=fmtp:111 ",
    "a=fmtp:",
    "a=fmtp",
    "a=fmtp:99 x=1",
    "a=fmtp:abc x=1",
    "a=fmtp:111 =",
    "a=fmtp:111 ;;;",
    "a=fmtp:111 =5;=;x",
    "a=fmtp:300 x=1",
    "a=rtpmap:",
    "a=rtpmap",
    "a=rtpmap:111",
    "a=rtpmap:111 opus",
    "a=rtpmap:111 opus/",
    "a=rtpmap:111 opus/x/2",
    "a=rtpmap:111 speex/8000",
    "a=rtpmap:99 speex/8000",
    "a=rtpmap:999 speex/8000",
    "a=rtpmap:-1 speex/8000",
    "a=rtcp-fb:",
    "a=rtcp-fb:111",
    "a=rtcp-fb:99 nack",
    "a=rtcp-fb:* ",
    "a=rtcp-fb:*",
    "a=rtcp-fb:* nack",
    "a=ssrc:1234567",
    "a=ssrc:1234567 ",
    "a=ssrc:1234567 cname:",
    "a=ssrc:1234567 cname",
    "a=ssrc:12345678901 cname:x",
    "a=ssrc:abc cname:x",
    "a=ssrc:",
    "a=ssrc:5 msid:",
    "a=ssrc:5 msid:a b c d",
    "a=ssrc-group:",
    "a=ssrc-group:FID",
    "a=ssrc-group:FID x y",
    "a=ssrc-group:FID 99999999999 1",
    "a=extmap:5",
    "a=extmap:",
    "a=extmap:0 urn:x",
    "a=extmap:15 urn:x",
    "a=extmap:256 urn:x",
    "a=extmap:1 urn:again",
    "a=extmap:x urn:x",
    "a=extmap:2 urn:another",
    "a=extmap:2/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:14 urn:never-offered",
    "b=TIAS:1",
    "b=AS:0",
    "b=AS:5",
    "a=extmap:7/sideways urn:x",
    "a=extmap:99999999999 urn:x",
    "a=candidate:",
    "a=candidate",
    "a=candidate:9 1 UDP 2130706430 10.0.0.1 4001 typ foo",
    "a=candidate:4086786002 1 udp 2122194687192.168.56.1 62191 typ host",
    "a=candidate:1 1 udp 1 10.0.0.1 99999 typ host",
    "a=candidate:1 1 udp 99999999999 10.0.0.1 4001 typ host",
    "a=candidate:1 1 sctp 1 10.0.0.1 4001 typ host",
    "a=candidate:1 x udp 1 10.0.0.1 4001 typ host",
    "a=candidate:1 1 udp 1 10.0.0.1 x typ host",
    "a=candidate:1 1 udp 1 10.0.0.1 4001 host",
    "a=candidate:1 1 udp 1 10.0.0.1 4001 typ",
    "a=candidate:1 1 udp 1 10.0.0.1 4001 typ host generation",
    "a=candidate:1 1 udp 1 10.0.0.1 4001 typ host generation x",
    "a=candidate:1 1 udp 1 10.0.0.1 4001 typ srflx raddr 10.0.0.2 rport x",
    "a=candidate:1 1 udp 1 10.0.0.1 4001 typ srflx raddr nonsense/ rport 5",
    "a=candidate:1 1 udp 1 300.300.300.300 4001 typ host",
    "a=candidate:1 1 udp 1 fe80::1%eth0 4001 typ host",
    "a=candidate:1 1 tcp 1 10.0.0.1 4001 typ host tcptype sideways",
    "a=candidate:1 1 tcp 1 10.0.0.1 4001 typ host",
    "a=remote-candidates:1 x",
    "a=end-of-candidates:x",
    "a=fingerprint:sha-256 00",
    "a=fingerprint:sha-256",
    "a=fingerprint:md5 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
    "a=fingerprint:sha-256 zz",
    "a=fingerprint:",
    "a=setup:holdconn",
    "a=setup:",
    "a=setup:sideways",
    "a=setup:passive",
    "a=mid:",
    "a=mid:other",
    "a=mid:a b",
    "a=mid:0",
    "a=msid:",
    "a=msid",
    "a=msid:a b c d",
    "a=msid:again track",
    "a=rtcp:",
    "a=rtcp:x",
    "a=rtcp:99999",
    "a=rtcp-mux:1",
    "a=rtcp-mux",
    "a=ptime:x",
    "a=ptime:",
    "a=ptime:20.5",
    "a=maxptime:-1",
    "a=ice-ufrag:",
    "a=ice-pwd:",
    "a=ice-ufrag:again",
    "a=ice-options:",
    "a=ice-mismatch",
    "a=ice-pacing:x",
    "a=crypto:",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
    "a=rid:",
    "a=rid:1 sideways",
    "a=simulcast:",
    "a=simulcast:send",
    "a=simulcast:sideways 1;2",
    "a=group:BUNDLE 7",
    "a=imageattr:",
    "a=sctp-port:x",
    "a=sctpmap:x",
    "a=x-google-flag:",
    "a=T38FaxVersion:0",
    "a=silenceSupp:off - - - -",
    "a=nortpproxy:yes",
    "a=sendonly:1",
    "a=sideways",
    "a=",
    "a=:",
    "a",
    "=",
    "nonsense",
    "b=AS:x",
    "b=AS:",
    "b=CT:0",
    "b=TIAS:99999999999",
    "b=",
    "c=IN IP4",
    "c=IN IP4 224.2.1.1/127/3",
    "c=nonsense",
    "i=a title",
    "i=",
    "k=prompt",
    "z=0 0",
    "t=0 0",
    "s=again",
    "o=again",
    "v=0",
    "v=1",
    "m",
    "y=0100000001",
    "f=v/////a/1/8/1",
    "\x00",
    "a=\x01\x02",
    "a=label:\u00e4\u20ac",
    " a=indented",
]


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_a_line_that_nobody_needs_costs_no_call(page: Page, line: str) -> None:
    offer, answer = pair(page)
    assert taken(page, with_line(line)(answer), offer) == [["audio", "sendrecv"]]
    assert "m=audio 0" not in answer_to(page, with_line(line)(offer))


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_nor_does_it_for_the_whole_session(page: Page, line: str) -> None:
    offer, answer = pair(page)
    assert taken(page, with_session_line(line)(answer), offer) == [["audio", "sendrecv"]]
    assert "m=audio 0" not in answer_to(page, with_session_line(line)(offer))


FRAMES: dict[str, Callable[[str], str]] = {
    "no name": without("s="),
    "an empty name": swapped("s=-", "s="),
    "no time": without("t="),
    "no origin": without("o="),
    "no version": without("v="),
    "nothing but sections": lambda sdp: sdp[sdp.index("m=") :],
    "a user name of two words": lambda sdp: re.sub(r"o=\S+", "o=Bob Marsh", sdp),
    "an origin of letters": lambda sdp: re.sub(r"o=.*", "o=- a b IN IP4 x y", sdp),
    "an origin cut off": lambda sdp: re.sub(r"o=.*", "o=-", sdp),
    "time and name exchanged": swapped("s=-\r\nt=0 0\r\n", "t=0 0\r\ns=-\r\n"),
    "bandwidth after the time": with_session_line("b=CT:0"),
    "an address after the time": with_session_line("c=IN IP4 192.0.2.1"),
    "spaces at all ends": spaced,
    "tabs at all ends": lambda sdp: sdp.replace("\r\n", "\t\r\n"),
    "line feeds": lambda sdp: sdp.replace("\r\n", "\n"),
    "carriage returns": lambda sdp: sdp.replace("\r\n", "\r"),
    "both, doubled": lambda sdp: sdp.replace("\r\n", "\r\n\r\n"),
    "an empty line before the sections": swapped("m=audio", "\r\nm=audio"),
    "no last line end": lambda sdp: sdp.rstrip("\r\n"),
    "two ports": lambda sdp: re.sub(r"m=audio (\d+)", r"m=audio \1/2", sdp),
    "a space after the formats": lambda sdp: re.sub(r"(m=.*)\r", r"\1 \r", sdp),
    "two spaces between the formats": lambda sdp: re.sub(r"m=(\w+) ", r"m=\1  ", sdp),
    "formats twice": lambda sdp: re.sub(r"(m=audio \d+ \S+)( .*)\r", r"\1\2\2\r", sdp),
    "formats that are none": lambda sdp: re.sub(r"(m=audio .*)\r", r"\1 x 300 -1\r", sdp),
    "a kind in capitals": swapped("m=audio", "m=AUDIO"),
    "a space after a colon": lambda sdp: re.sub(r"a=setup:", "a=setup: ", sdp),
    "every line twice": lambda sdp: re.sub(r"(?m)^(a=.*\n)", r"\1\1", sdp),
    "another name in its bundle": lambda sdp: sdp.replace("mid:0", "mid:audio").replace(
        "BUNDLE 0", "BUNDLE audio"
    ),
    "no name in its bundle": without("a=mid"),
    "a bundle of what is not there": swapped("BUNDLE 0", "BUNDLE 0 1 audio"),
    "a bundle of nothing known": swapped("BUNDLE 0", "BUNDLE x"),
    "an empty bundle": swapped("BUNDLE 0", "BUNDLE"),
    "two bundles": with_session_line("a=group:BUNDLE 0"),
    "no bundle": without("a=group"),
    "another profile": swapped("UDP/TLS/RTP/SAVPF", "RTP/SAVPF"),
    "a profile in small letters": swapped("UDP/TLS/RTP/SAVPF", "udp/tls/rtp/savpf"),
    "a name too long for a packet": lambda sdp: sdp.replace("mid:0", "mid:" + "x" * 40).replace(
        "BUNDLE 0", "BUNDLE " + "x" * 40
    ),
    "a section that is none behind it": lambda sdp: f"{sdp}m=video\r\n",
    "one without formats behind it": lambda sdp: f"{sdp}m=video 9 UDP/TLS/RTP/SAVPF\r\n",
    "one of an impossible port behind it": lambda sdp: f"{sdp}m=video 70000 RTP/AVP 96\r\n",
    "pictures by the same name": lambda sdp: f"{sdp}m=video 9 RTP/AVP 96\r\na=mid:0\r\n",
    "no profile to speak of": swapped("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "a fingerprint in small letters": lambda sdp: re.sub(
        r"a=fingerprint:.*", lambda found: found[0].lower(), sdp
    ),
    "its hash in capitals": swapped("sha-256", "SHA-256"),
    "a fingerprint for the session": lambda sdp: _for_session(sdp, "fingerprint"),
    "ICE for the session": lambda sdp: _for_session(_for_session(sdp, "ice-ufrag"), "ice-pwd"),
    "a role for the session": lambda sdp: _for_session(sdp, "setup"),
    "no role": without("a=setup"),
    "an extension for the session": with_session_line("a=extmap:9 urn:x"),
}


def _for_session(sdp: str, name: str) -> str:
    found = re.search(rf"(?m)^a={name}:.*\n", sdp)
    assert found is not None
    return sdp.replace(found[0], "").replace("t=0 0\r\n", f"t=0 0\r\n{found[0]}")


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_is_bent_is_straightened(page: Page, name: str) -> None:
    change = FRAMES[name]
    offer, answer = pair(page)
    assert taken(page, change(answer), offer) == [["audio", "sendrecv"]]
    back = answer_to(page, change(offer))
    assert "m=audio 0" not in back and "a=fingerprint" in back


# --- Pictures -------------------------------------------------------------------------------------


def head_of_picture(new: str) -> Callable[[str], str]:
    return lambda sdp: sdp[: sdp.index("m=video")] + new


REFUSED_PICTURES: dict[str, Callable[[str], str]] = {
    "without formats": head_of_picture("m=video 0 RTP/SAVPF\r\n"),
    "with a format of its own": head_of_picture("m=video 0 RTP/AVP 34\r\n"),
    "with format 0": head_of_picture("m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n"),
    "not at all": head_of_picture(""),
    "as text": head_of_picture("m=text 0 RTP/AVP 98\r\n"),
    "as a channel": head_of_picture("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"),
    "as bundle-only": lambda sdp: re.sub(r"m=video \d+", "m=video 0", sdp) + "a=bundle-only\r\n",
    "before the sound": lambda sdp: (
        sdp[: sdp.index("m=")]
        + "m=video 0 RTP/AVP 34\r\n"
        + sdp[sdp.index("m=audio") : sdp.index("m=video")]
    ),
    "and still bundled": lambda sdp: re.sub(r"m=video \d+", "m=video 0", sdp),
    "for want of a codec": lambda sdp: re.sub(r"m=video .*", "m=video 9 UDP/TLS/RTP/SAVPF 34", sdp),
    "for want of any format at a port": lambda sdp: re.sub(
        r"m=video .*", "m=video 9 UDP/TLS/RTP/SAVPF", sdp
    ),
    "for want of any format": lambda sdp: re.sub(r"m=video .*", "m=video 0 UDP/TLS/RTP/SAVPF", sdp),
}


@pytest.mark.parametrize("name", REFUSED_PICTURES)
def test_pictures_that_are_refused_leave_a_call_with_sound(page: Page, name: str) -> None:
    offer, answer = pair(page, "audio", "video")
    flows = taken(page, REFUSED_PICTURES[name](answer), offer)
    assert flows[0] == ["audio", "sendrecv"]
    assert flows[1:] == ([] if name != "as bundle-only" else [["video", "sendrecv"]])


def test_an_answer_in_another_order_is_put_in_ours(page: Page) -> None:
    offer, answer = pair(page, "audio", "video")
    sound, pictures = answer.index("m=audio"), answer.index("m=video")
    turned = answer[:sound] + answer[pictures:] + answer[sound:pictures]
    assert taken(page, turned, offer) == [["audio", "sendrecv"], ["video", "sendrecv"]]


def test_a_section_that_nobody_asked_for_is_left_out(page: Page) -> None:
    offer, answer = pair(page)
    more = answer + "m=video 0 RTP/AVP 34\r\nm=image 0 udptl t38\r\n"
    assert taken(page, more, offer) == [["audio", "sendrecv"]]


def test_pictures_over_no_path_of_their_own_leave_a_call_with_sound(page: Page) -> None:
    offer, answer = pair(page, "audio", "video")
    alone = without("a=group")(answer)
    at = alone.index("m=video")
    plain = alone[:at] + without("a=fingerprint")(alone[at:])
    assert taken(page, plain, offer)[0] == ["audio", "sendrecv"]


def test_an_offer_of_pictures_that_cannot_be_used_is_answered_with_sound(page: Page) -> None:
    offer, _ = pair(page, "audio", "video")
    alone = without("a=group")(offer)
    at = alone.index("m=video")
    answer = Description.parse(answer_to(page, alone[:at] + without("a=ice-")(alone[at:])))
    assert [media.rejected for media in answer.media] == [False, True]
    assert [media.mid for media in answer.media] == ["0", "1"]


@pytest.mark.parametrize(
    "more", ["m=image 4000 udptl t38", "m=text 0 RTP/AVP 98", "m=message 1 TCP/MSRP *"]
)
def test_a_section_of_another_kind_is_refused_in_its_place(page: Page, more: str) -> None:
    offer, _ = pair(page)
    answer = Description.parse(answer_to(page, f"{offer}{more}\r\n"))
    assert [media.rejected for media in answer.media] == [False, True]


def test_an_answer_has_the_names_of_the_offer_that_came(page: Page) -> None:
    offer, _ = pair(page, "audio", "video")
    named = offer.replace("a=mid:0", "a=mid:x").replace("a=mid:1", "a=mid:x")
    named = named.replace("BUNDLE 0 1", "BUNDLE x")
    assert [media.mid for media in Description.parse(answer_to(page, named)).media] == ["x", "x"]
    nameless = without("a=mid")(without("a=group")(offer))
    assert "a=mid" not in answer_to(page, nameless) and "BUNDLE" not in answer_to(page, nameless)
    half = offer.replace("a=mid:1\r\n", "").replace("BUNDLE 0 1", "BUNDLE 0")
    assert [media.mid for media in Description.parse(answer_to(page, half)).media] == ["0", None]


# --- A second exchange ----------------------------------------------------------------------------

AGREE = """async ([kind, sdp]) => {
  const [ours] = both;
  const agreed = [ours.currentLocalDescription.sdp, ours.currentRemoteDescription.sdp];
  if (kind === "reoffer") { await ours.setLocalDescription(await ours.createOffer()); return [...agreed, ours.localDescription.sdp]; }
  return agreed;
}"""


def connected(page: Page, *kinds: str) -> tuple[str, str]:
    offer, answer = pair(page, *kinds)
    taken(page, answer, offer)
    return offer, answer


def roles(page: Page, answer: str, wanted: str) -> str:
    """Our next offer is answered with another role; what Chromium says to what we make of it."""
    local, remote, offer = page.evaluate(AGREE, ["reoffer", ""])
    turned = re.sub(r"a=setup:\w+", f"a=setup:{wanted}", answer)
    sdp = repaired(turned, offer, Agreed(local=local, remote=remote))
    fault: str = page.evaluate("([sdp]) => refusal(both[0], 'answer', sdp)", [sdp])
    return fault


@pytest.mark.parametrize("role", ["active", "passive", "actpass"])
def test_the_role_stays_what_was_agreed(page: Page, role: str) -> None:
    _, answer = connected(page)
    assert roles(page, answer, role) == ""


def test_the_role_stays_when_it_was_agreed_on_the_other_way_round(page: Page) -> None:
    _, answer = connected(page)
    local, remote = page.evaluate(AGREE, ["", ""])
    for role in ("active", "passive", "actpass"):
        theirs = re.sub(r"a=setup:\w+", f"a=setup:{role}", answer)
        sdp = repaired(theirs, agreed=Agreed(local=local, remote=remote))
        code = """async ([sdp]) => {
          const fault = await refusal(both[0], "offer", sdp);
          if (fault) return fault;
          try { await both[0].setLocalDescription(await both[0].createAnswer()); return ""; }
          catch (fault) { return fault.message; }
        }"""
        assert page.evaluate(code, [sdp]) == "", role


def test_a_new_end_after_a_transfer_may_take_the_other_role(page: Page) -> None:
    connected(page)
    local, remote, offer = page.evaluate(AGREE, ["reoffer", ""])
    other = page.evaluate("(sdp) => thirdAnswers(sdp)", offer)
    other = re.sub(r"a=setup:\w+", "a=setup:passive", other)
    sdp = repaired(other, offer, Agreed(local=local, remote=remote))
    assert "a=setup:passive" in sdp
    assert page.evaluate("([sdp]) => refusal(both[0], 'answer', sdp)", [sdp]) == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda sdp: sdp.replace("a=mid:0", "a=mid:sound").replace("BUNDLE 0 1", "BUNDLE sound 1"),
        lambda sdp: without("a=mid")(without("a=group")(sdp)),
        lambda sdp: sdp[: sdp.index("m=video")].replace("BUNDLE 0 1", "BUNDLE 0"),
        lambda sdp: re.sub(r"m=video \d+", "m=video 0", sdp),
        head_of_picture("m=video 0 RTP/SAVPF\r\n"),
        lambda sdp: sdp + "m=image 4000 udptl t38\r\na=T38FaxVersion:0\r\n",
    ],
    ids=["another name", "no names", "one section less", "refused", "no formats", "one more"],
)
def test_a_later_offer_with_other_names_or_fewer_sections_is_taken(
    page: Page, change: Callable[[str], str]
) -> None:
    _, answer = connected(page, "audio", "video")
    local, remote = page.evaluate(AGREE, ["", ""])
    offer = change(answer)
    sdp = repaired(offer, agreed=Agreed(local=local, remote=remote))
    code = """async ([sdp]) => {
      const fault = await refusal(both[0], "offer", sdp);
      if (fault) return [fault, sdp];
      await both[0].setLocalDescription(await both[0].createAnswer());
      return ["", both[0].localDescription.sdp];
    }"""
    fault, back = page.evaluate(code, [sdp])
    assert fault == "", back
    ours, theirs = Description.parse(as_offered(back, offer)), Description.parse(offer)
    assert [media.mid for media in ours.media] == [media.mid for media in theirs.media]
    assert [media.kind for media in ours.media] == [media.kind for media in theirs.media]
    assert page.evaluate("directions(both[0])")[0] == ["audio", "sendrecv"]
