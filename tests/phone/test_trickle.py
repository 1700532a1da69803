"""Network paths that come after the descriptions go from phone to phone by INFO (RFC 8840)."""

import pytest

from phone.stage import SERVER, description, path
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.call.trickle import MOST_INFOS
from webphone.sip import parse

TRICKLES = ("Supported: trickle-ice", "Recv-Info: trickle-ice")
KIND = "Content-Type: application/trickle-ice-sdpfrag"
NEWS = ("Info-Package: trickle-ice", KIND)


@pytest.fixture
def pair(alice, bob):
    """Alice and Bob, whose browsers find one path each before they describe themselves."""
    alice.paths, bob.paths = [path(1)], [path(2)]
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    return alice, bob


def theirs(who="far", ports=(), names="a=ice-options:trickle\r\n"):
    """A description of an end that trickles, by the hand of a test."""
    return description(who) + names + "".join(f"a={path(port)}\r\n" for port in ports)


def fragment(*ports, who="far", mid="0", end=False):
    ended = "a=end-of-candidates\r\n" if end else ""
    pwd = "0123456789abcdef01234567"
    names = f"a=ice-ufrag:{who:0<4}\r\na=ice-pwd:{pwd}\r\n"
    lines = "".join(f"a={path(port)}\r\n" for port in ports)
    return f"{ended}m=audio 9 RTP/AVP 0\r\n{names}a=mid:{mid}\r\n{lines}"


def infos(world, who="alice"):
    """The INFOs that a phone has sent."""
    return [parse(data) for user, data in world.wire if user == who and data[:4] == b"INFO"]


def ports(message):
    lines = message.body.decode().splitlines()
    return [int(line.split()[5]) for line in lines if line.startswith("a=candidate:")]


def knows(phone, port):
    """Whether its media have heard of a path, by a description or after it."""
    said = [getattr(action, "sdp", "") or getattr(action, "offer", "") for action in phone.actions]
    return path(port) in phone.given_paths or any(path(port) in (sdp or "") for sdp in said)


def answered(alice, dave, *headers, sdp=None):
    """Alice, whose browser trickles, has called Dave."""
    alice.paths = [path(1)]
    alice.ask("makeCall", "dave")
    dave.reply(200, *(headers or TRICKLES), sdp=sdp or theirs())
    return alice


# --- Two phones -----------------------------------------------------------------------------------


@pytest.mark.rfc("8840 §4", "trickle-ice is in Supported of the INVITE and of its responses")
@pytest.mark.rfc("8840 §10.6", "and of the answer to OPTIONS")
def test_both_ends_say_that_they_take_candidates_later(world, pair):
    for first, who in (("INVITE", "alice"), ("SIP/2.0 180", "bob"), ("SIP/2.0 200", "bob")):
        [*_, said] = [parse(d) for u, d in world.wire if u == who and d.startswith(first.encode())]
        assert "trickle-ice" in said.supported
        assert said.headers.get("Recv-Info") == "trickle-ice"
    dave = world.stranger("dave")
    dave.ask("OPTIONS", "bob")
    assert "trickle-ice" in dave.last(200).supported


@pytest.mark.rfc("8840 §5.3", "half trickle: what is found later follows once both ends know")
@pytest.mark.rfc("8840 §10.7", "as application/trickle-ice-sdpfrag")
@pytest.mark.rfc("8838 §9", "each candidate that is found is conveyed")
def test_a_path_that_either_end_finds_later_reaches_the_other_one_s_media(world, pair):
    alice, bob = pair
    assert infos(world) == [] and any(isinstance(a, do.TellCandidates) for a in alice.actions)
    alice.finds(11)
    bob.finds(12)
    alice.finds(13)
    assert [ports(one) for one in infos(world)] == [[1, 11], [1, 11, 13]]
    assert bob.given_paths == [path(11), path(13)] and alice.given_paths == [path(12)]
    [first, _] = infos(world)
    assert first.headers.get("Info-Package") == "trickle-ice"
    assert first.content_type == "application/trickle-ice-sdpfrag"
    assert bob.told("info") == [] and alice.mistakes == bob.mistakes == []


@pytest.mark.rfc("8838 §13", "the end of candidates is told, and after it no candidate")
def test_the_end_is_told_once_and_nothing_after_it(world, pair):
    alice, bob = pair
    alice.finds(11, complete=True)
    alice.finds(13, complete=True)
    [only] = infos(world)
    assert "a=end-of-candidates" in only.body.decode() and ports(only) == [1, 11]
    assert bob.given_paths == [path(11), ""]


@pytest.mark.rfc("8838 §13", "no candidate is told once a path is chosen")
def test_what_is_found_when_the_path_is_there_is_not_told(world, pair):
    alice, _ = pair
    sdp = alice.trickling(description("alice"))
    alice.happens(on.CandidatesFound(call=alice.call.id, sdp=sdp, complete=True, settled=True))
    assert infos(world) == []


@pytest.mark.rfc("8840 §10.9", "one INFO at a time, and together what came meanwhile")
def test_what_is_found_while_an_info_is_under_way_goes_with_the_next(world, pair):
    alice, bob = pair
    world.slow = True
    for port in (11, 12, 13):
        alice.finds(port)
    assert len(infos(world)) == 1
    world.land()
    assert [ports(one)[1:] for one in infos(world)] == [[11], [11, 12, 13]]
    assert bob.given_paths == [path(11), path(12), path(13)]


def test_infos_are_bounded_in_number(world, pair):
    alice, _ = pair
    for port in range(100, 100 + 2 * MOST_INFOS):
        alice.finds(port)
    assert len(infos(world)) == MOST_INFOS


@pytest.mark.rfc("8838 §15", "an ICE restart begins the candidates anew")
def test_an_ice_restart_begins_anew_at_both_ends(world, pair):
    alice, bob = pair
    alice.finds(11)
    before = alice.trickling(description("alice"))
    bob.generation = 1  # the answer to a restart has new ICE names too
    alice.happens(on.MediaChanged(call=alice.call.id, state="failed"))
    # What is found for the path before is of no use any more.
    late = before + f"a={path(12)}\r\n"
    alice.happens(on.CandidatesFound(call=alice.call.id, sdp=late))
    assert len(infos(world)) == 1
    alice.finds(21)
    assert "a=ice-ufrag:1" in infos(world)[-1].body.decode()
    assert ports(infos(world)[-1])[-1] == 21 and bob.given_paths[-1] == path(21)
    bob.finds(22)
    assert alice.given_paths == [path(22)]


def test_a_hold_in_between_changes_nothing(world, pair):
    alice, bob = pair
    alice.finds(11)
    world.slow = True
    bob.ask("hold")
    alice.finds(12)  # while the re-INVITE is in the air: no offer, no glare
    world.land()
    assert alice.call.held_by == "remote"
    assert bob.given_paths == [path(11)] and knows(bob, 12)
    assert [ports(one) for one in infos(world)] == [[1, 11], [1, 11, 12]]
    alice.finds(13)
    assert bob.given_paths == [path(11), path(13)]


@pytest.mark.rfc("8840 §10.1", "INFOs go on while offers cross")
def test_holds_that_cross_do_not_stop_them(world, pair):
    alice, bob = pair
    world.slow = True
    alice.ask("hold")
    bob.ask("hold")
    alice.finds(11)
    bob.finds(12)
    world.land()
    assert [ports(one) for one in infos(world) + infos(world, "bob")] == [[1, 11], [2, 12]]
    assert knows(bob, 11) and knows(alice, 12)
    world.wind(10)
    assert alice.call.held_by and alice.mistakes == bob.mistakes == []


def test_a_call_that_is_taken_back_after_a_reload_trickles_again(world):
    alice = world.registered("alice", recover="reload")
    bob = world.registered("bob")
    alice.paths, bob.paths = [path(1)], [path(2)]
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.wind(60)
    again = alice.reload()
    again.happens(on.MediaChanged(call=again.call.id, state="connected"))
    bob.finds(12)
    assert again.given_paths == []  # this page's media do not trickle on the stage
    assert again.call.state == "active" and again.mistakes == bob.mistakes == []


# --- Who does not ---------------------------------------------------------------------------------


@pytest.mark.rfc("8840 §4.3", "support is confirmed first: by the option tag and the description")
@pytest.mark.parametrize(
    ("headers", "sdp"),
    [
        (("Supported: trickle-ice",), theirs()),
        (("Recv-Info: trickle-ice",), theirs()),
        (("Allow: INVITE",), theirs()),
        (TRICKLES, description()),
        (TRICKLES, theirs(names="a=ice-options:ice2\r\na=x:trickle\r\n")),
    ],
)
def test_who_does_not_take_them_hears_of_none(world, alice, dave, headers, sdp):
    answered(alice, dave, *headers, sdp=sdp)
    alice.finds(11, complete=True)
    assert infos(world) == [] and alice.call.state == "active"


def test_who_refuses_one_hears_of_no_more(world, alice, dave):
    answered(alice, dave)
    alice.finds(11)
    dave.reply(469, to="INFO")
    alice.finds(12)
    assert [ports(one) for one in infos(world)] == [[1, 11]] and alice.call.state == "active"


@pytest.mark.rfc("8840 §4.3", "a dialog is there first: at both ends, once the ACK has come")
def test_who_has_answered_waits_for_the_ack(world, alice, dave):
    alice.paths = [path(1)]
    dave.call("alice", *TRICKLES, sdp=theirs())
    alice.ask("answer")
    alice.finds(11)
    assert infos(world) == []
    dave.ack()
    assert [ports(one) for one in infos(world)] == [[1, 11]]


def test_without_a_connection_they_wait_for_the_next(world, alice, dave):
    answered(alice, dave)
    world.broken[SERVER] = "dead"
    world.cut(alice)
    alice.finds(11)
    assert infos(world) == []
    world.broken.clear()
    world.wind(30)
    assert [ports(one) for one in infos(world)] == [[1, 11]]


# --- Early ----------------------------------------------------------------------------------------


@pytest.mark.rfc("8840 §4.3.2", "an answer in an 18x is followed by an INFO at once")
def test_an_early_answer_gets_an_info_at_once_and_later_ones_in_the_same_dialog(world, alice, dave):
    alice.paths = [path(1)]
    alice.ask("makeCall", "dave")
    dave.reply(183, *TRICKLES, sdp=theirs())
    [first] = infos(world)
    assert ports(first) == [1] and first.to.tag == "far"
    alice.finds(11)
    assert len(infos(world)) == 1  # the first has no answer yet
    dave.reply(200, to="INFO")
    assert [ports(one) for one in infos(world)] == [[1], [1, 11]]
    dave.reply(200, to="INFO")
    dave.reply(200, *TRICKLES, sdp=theirs(), to=dave.heard[0])
    alice.finds(12)
    assert ports(infos(world)[-1]) == [1, 11, 12] and len(infos(world)) == 3
    assert alice.mistakes == []


@pytest.mark.rfc("8840 §4", "of several early dialogs each hears of the candidates")
def test_each_fork_that_is_described_hears_of_them(world, alice, dave):
    alice.paths = [path(1)]
    alice.ask("makeCall", "dave")
    invite = dave.last("INVITE")
    dave.reply(183, *TRICKLES, sdp=theirs("one"), tag="one", to=invite)
    dave.reply(183, *TRICKLES, sdp=theirs("two"), tag="two", to=invite)
    dave.reply(183, "Supported: trickle-ice", sdp=theirs("three"), tag="three", to=invite)
    assert [one.to.tag for one in infos(world)] == ["one", "two"]
    # What comes from the fork that answers is for the description of that fork.
    dave.reply(200, *TRICKLES, sdp=theirs("two"), tag="two", to=invite)
    dave.inside("INFO", *NEWS, sdp=fragment(31, who="one"))
    assert alice.given_paths == []


# --- Theirs ---------------------------------------------------------------------------------------


@pytest.mark.rfc("8838 §11", "what comes before its description is kept for it")
def test_what_comes_while_it_rings_is_given_once_the_call_is_answered(alice, dave):
    alice.paths = [path(1)]
    dave.call("alice", *TRICKLES, sdp=theirs(ports=[21]))
    dave.answer = dave.last(180)
    dave.inside("INFO", *NEWS, sdp=fragment(21, 22))
    assert dave.last(200).cseq.method == "INFO" and alice.given_paths == []
    alice.ask("answer")
    assert alice.given_paths == [path(22)]
    kinds = [type(action) for action in alice.actions]
    assert kinds.index(do.OpenMedia) < kinds.index(do.AddCandidates)


def test_what_comes_after_the_answer_is_given_at_once(alice, dave):
    answered(alice, dave)
    dave.inside("INFO", *NEWS, sdp=fragment(21, end=True))
    assert alice.given_paths == [path(21), ""] and alice.told("info") == []


def test_an_unknown_section_or_another_path_is_nobody_s(alice, dave):
    answered(alice, dave)
    dave.inside("INFO", *NEWS, sdp=fragment(21, mid="9"))
    dave.inside("INFO", *NEWS, sdp=fragment(22, who="past"))
    assert dave.words()[-2:] == ["200", "200"] and alice.given_paths == []
    assert alice.call.state == "active"


@pytest.mark.rfc("3261 §21.4.13", "and with the one that is taken, in Accept")
@pytest.mark.rfc("6086 §4.2.2", "415 to a package in another content type")
@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (NEWS, "hello", 400),
        (NEWS, "a=candidate:1\r\n" * 4000, 400),
        (("Info-Package: trickle-ice", "Content-Type: text/plain"), fragment(21), 415),
    ],
)
def test_one_that_cannot_be_read_is_refused_and_costs_nothing(alice, dave, headers, body, status):
    answered(alice, dave)
    dave.inside("INFO", *headers, sdp=body)
    assert dave.words()[-1] == str(status)
    if status == 415:
        assert dave.last(415).headers.get("Accept") == KIND.partition(": ")[2]
    dave.inside("INFO", *NEWS, sdp=fragment(21))
    assert alice.given_paths == [path(21)] and alice.call.state == "active"


def test_ever_more_of_them_fill_nothing(alice, dave):
    answered(alice, dave)
    for first in range(1000, 3000, 100):
        dave.inside("INFO", *NEWS, sdp=fragment(*range(first, first + 100)))
    assert len(alice.given_paths) == 64 and alice.call.state == "active"


def test_one_that_comes_when_the_call_is_over_is_answered_481(alice, dave):
    answered(alice, dave)
    alice.ask("hangup")
    dave.inside("INFO", *NEWS, sdp=fragment(21))
    assert dave.words()[-1] == "481" and alice.given_paths == [] and alice.mistakes == []
