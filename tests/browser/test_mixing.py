"""The mix of a conference in a real browser: three ends in one page, each with a pitch of its own."""

import pytest

from browser.bench import Bench

pytestmark = pytest.mark.browser
PRELUDE = """
import asyncio
import re
from two_ends import *
from webphone.phone.actions import *
from webphone.phone.happenings import *
host, bob, carol = End(), End(), End()
HOST, BOB, CAROL = PITCHES = 500, 800, 1300

async def talk(guest, name, pitch, track=""):
    "The host calls this one, who whistles; gives what is heard over there."
    back = whistles(HOST)
    try:
        host.do(OpenMedia(call=name))
        offer = await host.next(MediaReady)
    finally:
        back()
    back = whistles(pitch)
    try:
        guest.do(OpenMedia(call=name, offer=offer.sdp))
        answer = await guest.next(MediaReady)
    finally:
        back()
    sdp = answer.sdp
    if track:
        sdp = re.sub("msid:[^\\r\\n]*", f"msid:{track} {track}", sdp)
    host.do(DescribeRemote(call=name, kind=Offer.ANSWER, sdp=sdp))
    for end in (host, guest):
        while (await end.next(MediaChanged)).state != "connected":
            pass
    return Ear(guest.peer)

def mix(**voices):
    "As `bob=(heard, hears)`."
    told = (Voice(call=call, heard=v[0], hears=v[1]) for call, v in voices.items())
    host.do(MixCalls(voices=tuple(told)))

ALL = (True, True)
"""


def tell(page: Bench, story: str):
    page.given(PRELUDE)
    try:
        return page.run(story)
    finally:
        page.run("close(host, bob, carol); close_studios()")


def test_each_of_three_hears_the_two_others(page: Bench):
    assert (
        tell(
            page,
            """
        at_bob = await talk(bob, "bob", BOB)
        at_carol = await talk(carol, "carol", CAROL)
        before = [await at_bob.comes_to([HOST], PITCHES), await at_carol.comes_to([HOST], PITCHES)]
        mix(bob=ALL, carol=ALL)
        during = [await at_bob.comes_to([HOST, CAROL], PITCHES),
                  await at_carol.comes_to([HOST, BOB], PITCHES)]
        at_host = [Ear(peer) for peer in host.peers._peers.values()]
        here = [await at_host[0].comes_to([BOB], PITCHES), await at_host[1].comes_to([CAROL], PITCHES)]
        mix()
        after = [await at_bob.comes_to([HOST], PITCHES), await at_carol.comes_to([HOST], PITCHES)]
        return [before, during, here, after]
        """,
        )
        == [[True, True]] * 4
    )


def test_who_is_silenced_hears_the_others_and_who_is_held_nobody_nor_is_either_heard(page: Bench):
    silenced, quiet, held, again = tell(
        page,
        """
        at_bob = await talk(bob, "bob", BOB)
        at_carol = await talk(carol, "carol", CAROL)
        elements = [peer.listening._audio for peer in host.peers._peers.values()]
        mix(bob=(False, True), carol=ALL)
        silenced = [await at_bob.comes_to([HOST, CAROL], PITCHES),
                    await at_carol.comes_to([HOST], PITCHES)]
        quiet = [bool(element.muted) for element in elements]
        mix(bob=(False, False), carol=ALL)
        held = [await at_bob.comes_to([], PITCHES), await at_carol.comes_to([HOST], PITCHES)]
        mix(bob=ALL, carol=ALL)
        again = [await at_bob.comes_to([HOST, CAROL], PITCHES),
                 await at_carol.comes_to([HOST, BOB], PITCHES), bool(elements[0].muted)]
        return [silenced, quiet, held, again]
        """,
    )
    assert silenced == held == [True, True]
    assert quiet == [True, False]
    assert again == [True, True, False]


def test_muted_is_our_voice_alone_and_the_others_go_on_hearing_each_other(page: Bench):
    assert tell(
        page,
        """
        at_bob = await talk(bob, "bob", BOB)
        at_carol = await talk(carol, "carol", CAROL)
        mix(bob=ALL, carol=ALL)
        for call in ("bob", "carol"):
            host.do(MuteMicrophone(call=call, muted=True))
        return [await at_bob.comes_to([CAROL], PITCHES), await at_carol.comes_to([BOB], PITCHES)]
        """,
    ) == [True, True]


def test_another_microphone_and_a_new_offer_leave_the_mix_as_it_is(page: Bench):
    assert tell(
        page,
        """
        OTHER, EVERY = 2000, (*PITCHES, 2000)
        at_bob = await talk(bob, "bob", BOB)
        at_carol = await talk(carol, "carol", CAROL)
        mix(bob=ALL, carol=ALL)
        back = whistles(OTHER)
        try:
            await host.peers.use("audio", "another")
        finally:
            back()
        heard = [await at_bob.comes_to([CAROL, OTHER], EVERY),
                 await at_carol.comes_to([BOB, OTHER], EVERY)]
        host.do(Reoffer(call="bob", direction=Direction.SENDRECV))
        offer = await host.next(MediaReady)
        bob.do(Accept(call="bob", offer=offer.sdp, direction=Direction.SENDRECV))
        answer = await bob.next(MediaReady)
        host.do(DescribeRemote(call="bob", kind=Offer.ANSWER, sdp=answer.sdp))
        await host.next(AnswerTaken)
        return [*heard, await at_bob.comes_to([CAROL, OTHER], EVERY)]
        """,
    ) == [True, True, True]


def test_who_leaves_is_heard_no_more_and_nothing_is_left_of_the_mix(page: Bench):
    heard, states, proxies = tell(
        page,
        """
        before = alive()
        at_bob = await talk(bob, "bob", BOB)
        at_carol = await talk(carol, "carol", CAROL)
        mix(bob=ALL, carol=ALL)
        heard = [await at_bob.comes_to([HOST, CAROL], PITCHES)]
        context = host.peers._mix._context
        mixed = host.peers._peers["carol"]._mixed
        host.do(CloseMedia(call="carol"))
        heard.append(await at_bob.comes_to([HOST], PITCHES))
        mix()
        heard.append(await at_bob.comes_to([HOST], PITCHES))
        close(host, bob, carol)
        await asyncio.sleep(0.2)
        return [heard, [str(context.state), str(mixed.readyState)], alive() - before]
        """,
    )
    assert heard == [True, True, True]
    assert states == ["closed", "ended"]
    assert proxies == 0


def test_two_whose_tracks_have_one_name_are_two(page: Bench):
    assert tell(
        page,
        """
        at_bob = await talk(bob, "bob", BOB, track="same")
        at_carol = await talk(carol, "carol", CAROL, track="same")
        mix(bob=ALL, carol=ALL)
        return [await at_bob.comes_to([HOST, CAROL], PITCHES),
                await at_carol.comes_to([HOST, BOB], PITCHES)]
        """,
    ) == [True, True]


def test_who_speaks_is_told_and_who_falls_silent_too(page: Bench):
    assert tell(
        page,
        """
        await talk(bob, "bob", BOB)
        await talk(carol, "carol", CAROL)
        carol.do(MuteMicrophone(call="carol", muted=True))
        mix(bob=ALL, carol=ALL)
        begun = await host.next(VoiceHeard)
        bob.do(MuteMicrophone(call="bob", muted=True))
        ended = await host.next(VoiceHeard)
        return [begun.call, begun.speaking, ended.call, ended.speaking]
        """,
    ) == ["bob", True, "bob", False]


def test_a_browser_that_cannot_mix_says_so_and_the_calls_go_on(page: Bench):
    assert tell(
        page,
        """
        at_bob = await talk(bob, "bob", BOB)
        context = js.AudioContext
        js.AudioContext = js.eval("(class { constructor() { throw new Error('no more') } })")
        try:
            mix(bob=ALL)
            await host.next(MixFailed)
        finally:
            js.AudioContext = context
        return [len(host.notes), await at_bob.comes_to([HOST], PITCHES)]
        """,
    ) == [1, True]
