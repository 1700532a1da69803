"""What Kamailio's presence server tells: who can be reached, who talks, and how many messages wait."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.kamailio import Kamailio
from interop.wired_phone import WiredPhone
from page.program import Missing

pytestmark = pytest.mark.interop

Phones = Callable[..., WiredPhone]

# Tables that stay empty: what is published and who subscribes is kept in memory.
TABLES = Path("/usr/share/kamailio/dbtext/kamailio")
MODULES = """
loadmodule "db_text.so"
loadmodule "presence.so"
loadmodule "presence_xml.so"
loadmodule "presence_dialoginfo.so"
loadmodule "presence_mwi.so"
modparam("presence|presence_xml", "db_url", "text://{tables}")
modparam("presence", "server_address", "sip:127.0.0.1:{port};transport=ws")
modparam("presence", "publ_cache", 2)
modparam("presence", "subs_db_mode", 0)
modparam("presence_xml", "force_active", 1)
modparam("presence_dialoginfo", "force_single_dialog", 0)

event_route[htable:mod-init] {{"""
# A NOTIFY finds its way by the socket that the SUBSCRIBE came over: a browser's Contact is nowhere.
ROUTE = """
    if (is_method("PUBLISH|SUBSCRIBE")) {
        if (!has_totag()) {
            if ($au == $null || !pv_proxy_authenticate("$fd", "$sht(users=>$au)", "0")) {
                proxy_challenge("$fd", "1");
                exit;
            }
            consume_credentials();
        }
        t_newtran();
        if (is_method("PUBLISH")) { handle_publish(); exit; }
        remove_hf("Contact");
        append_hf("Contact: <sip:$fU@$si:$sp;transport=ws>\\r\\n");
        msg_apply_changes();
        handle_subscribe();
        exit;
    }
    if (has_totag()) {"""
TALKING = """<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full"
 entity="sip:bob@127.0.0.1"><dialog id="1" direction="recipient"><state>confirmed</state>
<remote><identity display="Eve">sip:eve@127.0.0.1</identity></remote></dialog></dialog-info>"""
MAIL = "Messages-Waiting: yes\r\nMessage-Account: sip:97@127.0.0.1\r\nVoice-Message: 2/1 (0/0)\r\n"


@pytest.fixture(scope="module")
def presence(
    start_kamailio: Callable[..., Kamailio], tmp_path_factory: pytest.TempPathFactory
) -> Kamailio:
    """A Kamailio that is a presence server as well."""
    if not list(Path("/usr/lib").glob("*/kamailio/modules/presence_mwi.so")):
        raise Missing("presence_mwi.so is not installed: apt-get install kamailio-presence-modules")
    tables = shutil.copytree(TABLES, tmp_path_factory.mktemp("presence") / "tables")

    def with_presence(config: str) -> str:
        port = config.split("listen=tcp:127.0.0.1:")[1].split("\n")[0]
        modules = MODULES.format(tables=tables, port=port)
        config = config.replace("\nevent_route[htable:mod-init] {", modules, 1)
        return config.replace("\n    if (has_totag()) {", ROUTE, 1)

    return start_kamailio(change=with_presence)


@pytest.fixture
def phone(presence: Kamailio) -> Iterator[Phones]:
    """phone("alice") is a registered phone."""
    opened: list[WiredPhone] = []

    def registered(user: str, **settings: Any) -> WiredPhone:
        opened.append(WiredPhone(presence.ws_url, user, presence.users[user], **settings))
        assert opened[-1].ask("register").error is None
        return opened[-1]

    yield registered
    for each in opened:
        each.close()


def value(phone: WiredPhone) -> Any:
    """What the last news means."""
    notes = phone.told("notify")
    return notes[-1]["value"] if notes else None


@pytest.mark.rfc("3903 §4", "PUBLISH at a real presence server")
def test_what_one_phone_publishes_the_other_one_shows(phone: Phones) -> None:
    alice, bob = phone("alice"), phone("bob")
    assert alice.ask("subscribe", "bob", "presence").error is None
    state = {"open": True, "activity": "meeting", "note": "back at 3"}
    assert bob.ask("publish", "presence", state).error is None
    alice.wait(lambda: (value(alice) or {}).get("note") == "back at 3", "presence", beside=[bob])
    assert (value(alice)["open"], list(value(alice)["activities"])) == (True, ["meeting"])

    assert bob.ask("publish", "presence", {"open": False}).error is None
    alice.wait(lambda: value(alice).get("open") is False, "another state", beside=[bob])
    assert bob.ask("publish", "presence", None).error is None
    assert alice.ask("unsubscribe", "bob", "presence").error is None


def test_a_lamp_shows_what_is_published_of_a_colleague(phone: Phones) -> None:
    bob = phone("bob")
    news = {"contentType": "application/dialog-info+xml", "body": TALKING}
    assert bob.ask("publish", "dialog", news).error is None
    alice = phone("alice", lamps="bob")

    def shown() -> str:
        return " ".join(one.state for one in alice.desk.snapshot.lamps)

    alice.wait(lambda: shown() == "busy", "a lamp", beside=[bob])
    # What is removed, Kamailio goes on telling from its cache; what is over, it does not.
    news["body"] = TALKING.replace("confirmed", "terminated")
    assert bob.ask("publish", "dialog", news).error is None
    alice.wait(lambda: shown() == "idle", "the end of it", beside=[bob])


@pytest.mark.rfc("3842 §5.2", "a summary of a real server is read")
def test_the_messages_that_wait_are_counted(phone: Phones) -> None:
    box = phone("alice")
    news = {"contentType": "application/simple-message-summary", "body": MAIL}
    assert box.ask("publish", "message-summary", news).error is None
    alice = phone("alice", voicemail="*97")
    alice.wait(lambda: alice.desk.snapshot.voicemail, "the messages", beside=[box])
    found = alice.desk.snapshot.voicemail
    assert found is not None
    assert found.new == 2


def test_a_subscription_is_made_anew_and_a_strange_event_refused(phone: Phones) -> None:
    alice, bob = phone("alice"), phone("bob")
    assert alice.ask("subscribe", "bob", "presence").error is None
    # A connection that is there again subscribes anew.
    assert alice.ask("disconnect").error is None
    told = len(alice.told("notify"))
    assert alice.ask("register").error is None
    assert alice.ask("subscribe", "bob", "presence").error is None
    alice.wait(lambda: len(alice.told("notify")) > told, "news again", beside=[bob])
    assert alice.ask("subscribe", "bob", "nonsense").error.sip_code == 489
    strange = {"contentType": "text/plain", "body": "x"}
    assert bob.ask("publish", "nonsense", strange).error.sip_code == 489
