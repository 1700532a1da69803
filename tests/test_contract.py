"""What a page may write, and what becomes of it: settings and method calls, good, wrong, hostile."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.contract import (
    COMMANDS,
    ERRORS,
    SETTINGS,
    Answer,
    CallRecord,
    Conference,
    Config,
    Event,
    Hangup,
    Hold,
    MakeCall,
    Mute,
    Party,
    Publish,
    Quality,
    Reject,
    SendDtmf,
    SendMessage,
    SetConfig,
    SetVolume,
    WebPhoneError,
    decode_command,
    encode,
)
from webphone.phone.actions import Tone


def refused(name, value):
    """The error of a setting that can't be that."""
    with pytest.raises(WebPhoneError) as caught:
        Config().changed({name: value})
    return caught.value


# --- Settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("show-dial", "false", False),
        ("show-dial", " FALSE ", False),
        ("show-dial", "", True),
        ("show-dial", "0", True),
        ("showDial", False, False),
        ("show_dial", None, True),
        ("dnd", "", True),
        ("dnd", "dnd", True),
        ("dnd", "false", False),
        ("dnd", None, False),
        ("dnd", True, True),
        ("host", " wss://a.example , ws://localhost:5066/ws ", "wss://a.example , ws://localhost:5066/ws"),
        ("host", ["wss://a.example", "wss://b.example"], "wss://a.example,wss://b.example"),
        ("host", "WSS://A.example:443/a/b?c=d", "WSS://A.example:443/a/b?c=d"),
        ("host", "", ""),
        ("wsServers", "wss://[2001:db8::1]:7443", "wss://[2001:db8::1]:7443"),
        ("username", " alice ", "alice"),
        ("username", 1001, "1001"),
        ("password", " spaces count ", " spaces count "),
        ("display-name", "Zoë <b>Ünal</b>", "Zoë <b>Ünal</b>"),
        ("realm", "sip.example.com", "sip.example.com"),
        ("theme", "DARK", "dark"),
        ("theme", "", "auto"),
        ("country", "de", "de"),
        ("max-calls", "3", 3),
        ("max-calls", 3.0, 3),
        ("session-expires", "1800", 1800),
        ("codecs", "opus, !G722 PCMU", ("opus", "!G722", "PCMU")),
        ("codecs", ["opus"], ("opus",)),
        ("codecs", "", ()),
        ("hotkeys", "no-m no-h", ("no-m", "no-h")),
        ("ice-servers", '[{"urls": "stun:a"}]', ({"urls": "stun:a"},)),
        ("iceServers", [{"urls": ["turn:a"], "credential": "c"}], ({"urls": ["turn:a"], "credential": "c"},)),
        ("ice-servers", " ", ()),
        ("constraints", {"audio": True}, {"audio": True}),
        ("extraHeaders", {"X-Queue": "sales"}, {"X-Queue": "sales"}),
    ],
)  # fmt: skip
def test_a_good_value_is_read(name, given, read):
    known = "host" if name == "wsServers" else name
    config = Config().changed({name: given})
    assert getattr(config, SETTINGS[_snake(known)].name) == read


def _snake(name):
    from webphone.contract import snake

    return snake(name)


LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("dnd", 3, "dnd"),
        ("dnd", [], "dnd"),
        ("host", "https://a.example", "host 'https://a.example' is not a WebSocket address"),
        ("host", "javascript:alert(1)", "host"),
        ("host", "wss://user:geheim@a.example", "host"),
        ("host", "wss://a.example,", None),
        ("host", "wss://a b", "host"),
        ("host", 'wss://a.example/"><script>', "host"),
        ("host", "wss://a.example\r\nX: y", "host holds a line break"),
        ("host", 5, "host"),
        ("host", {}, "host is not text but an object"),
        ("host", "ws://10.0.0.1", "host 'ws://10.0.0.1' would send calls unencrypted"),
        ("host", "ws://localhost.evil.example", "host"),
        ("host", LONG, "host is 10000 characters long"),
        ("username", "a\r\nVia: x", "username holds a line break"),
        ("username", "a\x00b", "username holds a line break"),
        ("username", "a\u2028b", "username holds a line break"),
        ("username", "a\ud800b", "username holds a line break or control character"),
        ("constraints", {"audio": print}, "constraints holds something that is not plain data"),
        ("constraints", {"audio": [math.nan]}, "constraints holds something that is not plain"),
        ("ice-servers", [{"urls": print}], "ice-servers holds something that is not plain data"),
        ("username", True, "username is not text but true"),
        ("username", LONG, "username is 10000 characters long"),
        ("password", ["geheim"], "password is not text but a list"),
        ("password", "ge\nheim", "password holds a line break"),
        ("display-name", "a\nb", "display-name holds a line break"),
        ("realm", "a b", "realm can't be 'a b'"),
        ("realm", "a;transport=udp", "realm"),
        ("realm", "<script>", "realm can't be"),
        ("country", "deu", "country can't be 'deu'"),
        ("ringtone", "marimba", "ringtone can't be 'marimba'"),
        ("ringtone", "/sounds/ring.ogg", None),
        ("ringtone", "Built-In", "ringtone can't be 'Built-In'"),
        ("theme", "pink", "theme can't be 'pink'"),
        ("theme", 3, "theme can't be '3'"),
        ("max-calls", "0", "max-calls can't be 0"),
        ("max-calls", "101", "max-calls can't be 101"),
        ("max-calls", "-1", "max-calls is not a whole number"),
        ("max-calls", "1e3", "max-calls is not a whole number"),
        ("max-calls", "9" * 5000, "max-calls is not a whole number"),
        ("max-calls", "٣", "max-calls is not a whole number"),
        ("max-calls", math.nan, "max-calls is not a whole number"),
        ("max-calls", math.inf, "max-calls is not a whole number"),
        ("max-calls", True, "max-calls is not a whole number"),
        ("session-expires", "89", "session-expires can't be 89"),
        ("codecs", "opus;evil", "codecs can't be"),
        ("codecs", ["opus", 3, None], "codecs"),
        ("codecs", {"opus": 1}, "codecs is not a list of words"),
        ("hotkeys", "yes", "hotkeys can't be 'yes'"),
        ("capture-links", "tel,javascript", "capture-links can't be 'javascript'"),
        ("ice-servers", "{", "ice-servers is not JSON"),
        ("ice-servers", "[" * 90_000, "ice-servers is not JSON"),
        ("ice-servers", "[" * 200_000, "ice-servers is 200000 characters long"),
        ("ice-servers", '{"urls": "stun:a"}', "ice-servers is not a list"),
        ("ice-servers", '["stun:a"]', "ice-servers holds something without urls"),
        ("constraints", "audio", "constraints is not an object"),
        ("extraHeaders", {"X-A": "b\r\nVia: c"}, "extra-headers has no valid header lines"),
        ("extraHeaders", {"X A": "b"}, "extra-headers has no valid header lines"),
        ("extraHeaders", {"X-A": 3}, "extra-headers has no valid header lines"),
        ("extraHeaders", "X-A: b", "extra-headers has no valid header lines"),
        ("credentials", "alice", "credentials is not a function"),
        ("colour", "red", "There is no setting named 'colour'"),
        ("__class__", "x", "There is no setting named"),
        (LONG, "x", "There is no setting named"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_a_sentence_that_names_the_setting_and_the_remedy(
    name, given, told
):
    if told is None:
        Config().changed({name: given})
        return
    error = refused(name, given)
    assert error.code == "invalid_config"
    assert error.message.startswith(told)
    assert error.hint.endswith((".", "]."))
    assert len(error.message) < 150


def test_a_refused_secret_is_not_repeated():
    for value in ["ge\nheim", "geheim" * 1000, ["geheim"]]:
        assert "geheim" not in str(refused("password", value))


def test_what_is_not_built_answers_unsupported_unless_it_stays_as_it_is():
    later = [row for row in SETTINGS.values() if not row.built]
    assert later
    assert refused("flows", 2).code == "unsupported"
    assert Config().changed({"session-expires": 0}).session_expires == 0  # which its least is not
    assert Config().changed({row.name: None for row in later}) == Config()


def test_nothing_is_applied_when_one_change_is_wrong():
    config = Config(username="alice")
    with pytest.raises(WebPhoneError):
        config.changed({"username": "bob", "max-calls": "many"})
    assert config.username == "alice"


def test_where_one_change_is_wrong_the_others_are_made_in_whatever_order_they_stand():
    config = Config()
    asked = {"maxCalls": "x", "host": "ws://10.0.0.1", "allowInsecure": True, "colour": "red"}
    good, wrong = config.possible(asked)
    assert good == {"allowInsecure": True, "host": "ws://10.0.0.1"}
    assert [error.message for error in wrong] == [
        refused("maxCalls", "x").message,
        refused("colour", "red").message,
    ]
    open_door = config.changed(good)
    closed = {"allowInsecure": False, "host": "wss://one.example", "theme": "pink"}
    assert open_door.possible(closed)[0] == {"allowInsecure": False, "host": "wss://one.example"}


def test_changes_that_are_right_together_are_made_together():
    asked = {"host": "ws://10.0.0.1", "allowInsecure": True}
    assert Config().possible(asked) == (asked, ())
    assert Config().possible({"theme": "pink"})[0] == {}


def test_an_unencrypted_server_needs_permission_or_to_be_this_machine():
    for here in ["ws://127.0.0.1:5066", "ws://localhost", "ws://[::1]/ws", "ws://a.localhost"]:
        assert Config().changed({"host": here}).servers == (here,)
    both = {"host": "wss://a.example,ws://10.0.0.1", "allow-insecure": ""}
    allowed = Config().changed(both)
    assert allowed.servers == ("wss://a.example", "ws://10.0.0.1")
    with pytest.raises(WebPhoneError):
        allowed.changed({"allow-insecure": None})


def test_the_domain_is_the_realm_or_else_the_first_host():
    config = Config().changed({"host": "wss://sip.example:7443/ws, wss://b.example"})
    assert config.domain == "sip.example"
    assert config.changed({"realm": "example.org"}).domain == "example.org"
    assert Config().domain == ""
    assert not config.complete
    assert config.changed({"username": "alice"}).complete


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(SETTINGS)), JUNK)
def test_whatever_a_page_writes_is_read_or_refused_and_nothing_else(name, junk):
    try:
        config = Config().changed({name: junk})
    except WebPhoneError as error:
        assert error.code in ("invalid_config", "unsupported")
        return
    for text in (config.host, config.username, config.display_name, config.cli, config.realm):
        assert "\r" not in text
        assert "\n" not in text


# --- Method calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "command"),
    [
        ("makeCall", ["100"], MakeCall(target="100")),
        ("makeCall", [100], MakeCall(target="100")),
        ("makeCall", ["100", None], MakeCall(target="100")),
        ("makeCall", ["1", {"displayName": "Ann", "video": True}], MakeCall(target="1", display_name="Ann", video=True)),
        ("makeCall", ["1", {"headers": {"X-A": "b"}, "video": None}], MakeCall(target="1", headers={"X-A": "b"})),
        ("answer", [], Answer()),
        ("answer", ["1"], Answer(id="1")),
        ("answer", [{"video": False}], Answer(video=False)),
        ("answer", [None, {"video": True}], Answer(video=True)),
        ("reject", [None, 603], Reject(code=603)),
        ("reject", [None, 603.0], Reject(code=603)),
        ("hangup", [], Hangup()),
        ("hold", [None, None], Hold()),
        ("mute", [True], Mute(on=True)),
        ("mute", [None, "2"], Mute(id="2")),
        ("sendDtmf", ["12#", {"gap": 100}], SendDtmf(tones="12#", gap=100)),
        ("setConfig", [{"wsServers": "wss://a"}], SetConfig(changes={"wsServers": "wss://a"})),
        ("conference", [["1", 2]], Conference(ids=["1", "2"])),
        ("sendMessage", ["1", "two\nlines"], SendMessage(target="1", text="two\nlines")),
        ("publish", ["presence", {"open": True}], Publish(event="presence", value={"open": True})),
        ("setVolume", [0.5], SetVolume(x=0.5)),
    ],
)  # fmt: skip
def test_a_method_call_becomes_a_command(name, arguments, command):
    assert decode_command(name, arguments) == command


@pytest.mark.rfc("6665 §8.4", "an event package is tokens with dots between")
@pytest.mark.parametrize(
    ("name", "arguments", "code", "told"),
    [
        ("makeCall", [], "invalid_number", "makeCall() needs target"),
        ("makeCall", [""], "invalid_number", "makeCall() needs target"),
        ("makeCall", ["  "], "invalid_number", "makeCall() needs target"),
        ("makeCall", [True], "invalid_number", "makeCall() can\'t take true as target"),
        ("makeCall", [{"video": True}], "invalid_number", "makeCall() needs target"),
        ("makeCall", [["100"]], "invalid_number", "makeCall() can\'t take a list as target"),
        ("makeCall", ["1\r\nVia: x"], "invalid_number", "makeCall() got a line break"),
        ("makeCall", [LONG], "invalid_number", "makeCall() got 10000 characters as target"),
        ("makeCall", ["1", {"colour": "red"}], "invalid_config", "makeCall() has no option 'colour'"),
        ("makeCall", ["1", {"headers": {"A": "b\nc"}}], "invalid_config", "makeCall() has no valid header"),
        ("makeCall", ["1", {"headers": []}], "invalid_config", "makeCall() can\'t take a list as headers"),
        ("makeCall", ["1", {"video": "yes"}], "invalid_config", "makeCall() can\'t take a text as video"),
        ("makeCall", ["1", {"displayName": "a\nb"}], "invalid_config", "makeCall() got a line break"),
        ("makeCall", ["1", {}, 3], "invalid_config", "makeCall() got too many arguments"),
        ("makeCall", ["1", "2"], "invalid_config", "makeCall() got too many arguments"),
        ("reject", ["1", 200], "invalid_config", "reject() can't take 200 as code"),
        ("reject", ["1", True], "invalid_config", "reject() can\'t take true as code"),
        ("reject", ["1", "486"], "invalid_config", "reject() can\'t take a text as code"),
        ("redirect", ["1", "a\nb"], "invalid_number", "redirect() got a line break"),
        ("redirect", [], "invalid_config", "redirect() needs id"),
        ("hold", [{}], "invalid_config", "hold() can\'t take an object as id"),
        ("dialpadPress", ["12"], "invalid_config", "dialpadPress() can't take '12' as key"),
        ("dialpadPress", ["5\n"], "invalid_config", "dialpadPress() got a line break"),
        ("sendDtmf", ["x"], "invalid_config", "sendDtmf() can't take 'x' as tones"),
        ("sendDtmf", ["1", {"duration": 1}], "invalid_config", "sendDtmf() can't take 1 as duration"),
        ("sendDtmf", ["1", {"method": "sms"}], "invalid_config", "sendDtmf() can't take 'sms' as method"),
        ("setVolume", [math.nan], "invalid_config", "setVolume() can't take nan as x"),
        ("setVolume", [2], "invalid_config", "setVolume() can't take 2 as x"),
        ("setConfig", ["host"], "invalid_config", "setConfig() can\'t take a text as changes"),
        ("conference", [["1", ["2"]]], "invalid_config", "conference() can\'t take a list as ids"),
        ("conference", [["1", "2\n"]], "invalid_config", "conference() got a line break"),
        ("exportHistory", ["exe"], "invalid_config", "exportHistory() can't take 'exe' as format"),
        ("subscribe", ["bob", "a..b"], "invalid_config", "subscribe() can't take 'a..b' as event"),
        ("subscribe", ["bob", "a b"], "invalid_config", "subscribe() can't take 'a b' as event"),
        ("__init__", [], "unsupported", "There is no method named '__init__'"),
    ],
)  # fmt: skip
def test_a_wrong_method_call_is_refused_by_name(name, arguments, code, told):
    with pytest.raises(WebPhoneError) as caught:
        decode_command(name, arguments)
    assert caught.value.code == code
    assert caught.value.message.startswith(told)


@given(st.sampled_from(sorted(COMMANDS)), st.lists(JUNK, max_size=4))
def test_whatever_a_page_calls_is_a_command_or_refused_and_nothing_else(name, arguments):
    try:
        command = decode_command(name, arguments)
    except WebPhoneError as error:
        assert error.code in ("invalid_config", "invalid_number")
    else:
        assert isinstance(command, COMMANDS[name])


# --- What goes out --------------------------------------------------------------------------------


def test_a_call_record_goes_out_in_the_pages_spelling():
    party = Party(uri="sip:a@b", number="a", display_name="Ann")
    record = CallRecord(
        id="1", call_id="c", session_id=None, direction="outgoing", from_=party, to=party,
        display_name="Ann", started_at="2026-01-01T00:00:00Z", ringing_at=None, answered_at=None,
        ended_at="2026-01-01T00:00:01Z", post_dial_delay_ms=20, ring_seconds=0.5, talk_seconds=0,
        hold_seconds=0, disposition="busy", ended_by="remote", sip_code=486, sip_reason="Busy Here",
        q850=17, explanation="The line is busy.", transferred_to=None, server=None, codec=None,
        quality=Quality(jitter_ms=3.0), recording_id=None,
    )  # fmt: skip
    told = encode(record)
    assert told["from"] == {"uri": "sip:a@b", "number": "a", "displayName": "Ann"}
    assert told["postDialDelayMs"] == 20
    assert told["quality"] == {"mos": None, "loss": None, "jitterMs": 3.0, "rttMs": None}
    assert "from_" not in told


def test_lists_and_words_go_out_plain():
    assert encode({"tones": (Tone.BUSY, None)}) == {"tones": ["busy", None]}


def test_an_error_goes_out_with_its_sip_code_only_when_it_has_one():
    usual = WebPhoneError("busy")
    message, hint = ERRORS["busy"]
    assert encode(usual) == {"code": "busy", "message": message, "hint": hint}
    assert encode(WebPhoneError("busy", sip_code=486))["sipCode"] == 486
    assert usual == WebPhoneError("busy")
    assert usual != WebPhoneError("busy", sip_code=486)


def test_only_a_promised_event_can_be_told():
    assert Event("end").name == "end"
    with pytest.raises(ValueError, match="no event named bang"):
        Event("bang")
