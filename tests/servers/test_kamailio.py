"""Our phone at Kamailio and rtpengine, configured as docs/servers/kamailio says, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interop.baresip import Baresip
from interop.rtpengine import Rtpengine
from interop.sound import AUDIBLE
from page.phone_page import PhonePage
from servers.kamailio import RTPENGINE_PORT, DocumentedKamailio
from servers.stories import hand_on, hear_each_other, talk

pytestmark = [pytest.mark.interop, pytest.mark.servers]

Open = Callable[..., PhonePage]
SHA_256 = 'modparam("auth", "algorithm", "SHA-256")'


@pytest.fixture(scope="module")
def bridge(run_folder: Path) -> Iterator[Rtpengine]:
    engine = Rtpengine(run_folder / "rtpengine", RTPENGINE_PORT)
    engine.start()
    yield engine
    engine.stop()


def md5(config: str) -> str:
    """What the file says to write where old phones are among the users."""
    assert SHA_256 in config
    return config.replace(SHA_256, 'modparam("auth", "algorithm", "")')


@pytest.fixture(scope="module", params=["as it stands", "with MD5"])
def server(
    request: pytest.FixtureRequest, run_folder: Path, bridge: Rtpengine
) -> Iterator[DocumentedKamailio]:
    with_md5 = request.param == "with MD5"
    kamailio = DocumentedKamailio(
        run_folder / f"documented-{request.param.replace(' ', '-')}",
        **({"change": md5} if with_md5 else {}),
    )
    kamailio.start()
    yield kamailio
    kamailio.stop()


def test_two_phones_call_each_other_both_ways(phone: Open, server: DocumentedKamailio) -> None:
    alice, bob = phone("alice"), phone("bob")
    talk(alice, bob)
    hear_each_other(alice, bob)
    alice.call_method("hangup")
    assert bob.wait_event("end")["endedBy"] == "remote"
    talk(bob, alice)
    hear_each_other(alice, bob)
    alice.call_method("hangup")
    bob.wait_event("end", lambda end: end["direction"] == "outgoing")


def test_two_phones_write_to_each_other(phone: Open) -> None:
    alice, bob = phone("alice"), phone("bob")
    assert alice.call_method("sendMessage", "bob", "Lunch?")["sipCode"] == 200
    assert bob.wait_event("message")["text"] == "Lunch?"


def test_a_call_is_handed_on_at_once(phone: Open) -> None:
    alice, bob, carol = phone("alice"), phone("bob", redirect_policy="follow"), phone("carol")
    talk(alice, bob)
    hand_on(alice, bob, carol)


@pytest.mark.parametrize("server", ["with MD5"], indirect=True)
def test_a_phone_with_plain_sound_is_called_and_heard(
    phone: Open, server: DocumentedKamailio, run_folder: Path
) -> None:
    alice = phone("alice")
    plain = Baresip(run_folder / "documented-baresip", server, user="carol")
    plain.start()
    try:
        alice.make_call("carol")
        alice.wait_event("answer")
        alice.ears.wait_sound()
        plain.wait_sound(AUDIBLE)
        alice.call_method("hangup")
        plain.wait_event("CALL_CLOSED")
    finally:
        plain.stop()
