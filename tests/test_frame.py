"""A phone in a frame believes nobody: messages, origins and addresses are checked by pure rules."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.border import frame, guest
from webphone.contract import SETTINGS, WebPhoneError

OWN = "https://phone.example"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_call_is_read():
    text = json.dumps({"type": "call", "rid": 3, "method": "makeCall", "args": ["600"]})
    assert frame.read(text) == frame.Call(rid=3, method="makeCall", arguments=["600"])


def test_settings_are_read_and_no_repr_tells_them():
    text = json.dumps({"type": "set", "props": {"password": "geheim"}, "functions": ["strings"]})
    read = frame.read(text)
    assert read == frame.Assign(settings={"password": "geheim"}, functions=["strings"])
    assert "geheim" not in repr(read)


def test_an_answer_is_read_and_only_true_is_ok():
    text = json.dumps({"type": "answer", "rid": 3, "ok": 1, "message": 5})
    assert frame.read(text) == frame.Answer(rid=3, ok=False)


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        ({"ok": True, "value": False}, False),
        ({"ok": True, "value": True}, True),
        ({"ok": True}, True),
        ({"ok": True, "value": 0}, True),
        ({"ok": False, "value": False}, True),
    ],
)
def test_only_a_page_that_says_no_keeps_a_call_from_ringing(answer, allowed):
    read = frame.read(json.dumps({"type": "answer", "rid": 3, **answer}))
    assert isinstance(read, frame.Answer)
    assert frame.allows(read) is allowed
    assert frame.allows(None)


def test_the_focus_comes_without_anything_else():
    assert frame.read('{"type": "focus"}') == frame.Focus()


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "[]", "{}", "{", "[" * 100_000, '{"type": "hello", "webphone": 1}'),
        *('{"type": "call"}', '{"type": "call", "rid": true, "method": "x"}'),
        *('{"type": "call", "rid": -1, "method": "x"}', '{"type": "set", "props": []}'),
        '{"type": "set", "functions": [1]}',
        '{"type": "call", "rid": 1, "method": 5}',
        '{"type": "call", "rid": 1, "method": "x", "args": {}}',
        '"' + '\\"' * 100_000,  # a string without an end: refused in no time, not in minutes
    ],
)
def test_what_is_no_message_is_malformed(text):
    with pytest.raises(frame.Malformed):
        frame.read(text)


def test_a_message_of_more_than_256_kb_is_malformed():
    call = {"type": "call", "rid": 1, "method": "sendMessage", "args": ["x"]}
    room = frame.LARGEST - len(json.dumps(call))
    call["args"] = ["x" * (room + 1)]
    assert frame.read(json.dumps(call))
    call["args"] = ["x" * (room + 2)]
    with pytest.raises(frame.Malformed, match="larger than 256 kB"):
        frame.read(json.dumps(call))


@given(JSON)
def test_anything_at_all_is_read_or_malformed(value):
    text = json.dumps(value)
    try:
        assert isinstance(frame.read(text), frame.Message)
    except frame.Malformed as wrong:
        assert str(wrong)
    assert frame.opens(text, "id") is False


def test_only_the_answer_to_its_own_hello_opens_a_frame():
    init = {"webphone": 1, "type": "init", "id": "a1"}
    assert frame.opens(json.dumps(init), "a1")
    wrong = [{**init, "id": "b2"}, {**init, "type": "hello"}, {**init, "webphone": 2}]
    assert not any(frame.opens(json.dumps(each), "a1") for each in wrong)
    assert not any(frame.opens(text, "a1") for text in ("", "init", "[]", " " * 300_000))


@pytest.mark.parametrize(
    ("listed", "asking", "admitted"),
    [
        ([], OWN, True),
        ([], "https://crm.example", False),
        (["https://crm.example"], "https://crm.example", True),
        (["https://CRM.example/"], "https://crm.example", True),
        (["https://crm.example"], "http://crm.example", False),
        (["https://crm.example"], "https://crm.example:8443", False),
        (["https://crm.example:8443"], "https://crm.example:8443", True),
        (["https://crm.example"], "https://crm.example.evil.example", False),
        (["https://*.crm.example"], "https://eu.crm.example", True),
        (["https://*.crm.example"], "https://a.b.crm.example", True),
        (["https://*.crm.example"], "https://crm.example", False),
        (["https://*.crm.example"], "https://evilcrm.example", False),
        (["https://*.crm.example"], "http://eu.crm.example", False),
        (["crm.example", "https://", "https://*"], "https://crm.example", False),
        (["*"], "https://anybody.example", True),
        (["*"], "null", False),
        (["null"], "null", False),
        (["*"], "", False),
    ],
)
def test_a_page_may_frame_the_phone_only_when_its_origin_is_listed(listed, asking, admitted):
    assert frame.admits(listed, OWN, asking) is admitted


@pytest.mark.parametrize(
    ("asking", "admitted"), [("null", True), ("file://", True), ("https://evil.example", False)]
)
def test_a_phone_opened_from_disk_is_framed_only_from_disk(asking, admitted):
    assert frame.admits(["*"], "null", asking) is admitted


def test_an_address_gives_settings_and_never_a_secret():
    asked = {"demo": "", "dial": "600", "utm_source": "x", "password": "p", "TOKEN": "t"}
    good, refused = guest.parameters(asked, SETTINGS)
    assert good == {"demo": "", "dial": "600"}
    assert [wrong.message.split()[0] for wrong in refused] == ["password", "token"]
    assert all(wrong.code == "invalid_config" for wrong in refused)


def test_an_address_admits_nobody():
    good, refused = guest.parameters({"allow-origins": "*"}, SETTINGS)
    assert good == {} and "embed.html" in refused[0].hint


def test_the_remedy_names_the_exact_attribute_and_header():
    told = frame.remedy({"local-network", "microphone"}, OWN)
    assert f'allow="microphone {OWN}; local-network {OWN}"' in told
    assert f'microphone=(self "{OWN}"), local-network=(self "{OWN}")' in told


def test_the_remedy_on_disk_gives_to_all_and_speaks_of_no_header():
    told = frame.remedy({"microphone"}, "null")
    assert 'allow="microphone *"' in told and "header" not in told


def test_an_error_is_mended_only_where_the_page_around_forbids():
    blocked = WebPhoneError("policy_blocked")
    assert frame.mended(blocked, {"microphone"}, OWN).hint == frame.remedy({"microphone"}, OWN)
    assert frame.mended(blocked, {"autoplay"}, OWN) is blocked
    busy = WebPhoneError("busy")
    assert frame.mended(busy, {"microphone"}, OWN) is busy


def test_the_page_around_reads_no_settings_that_let_somebody_in():
    servers = ({"urls": "turn:turn.example.com", "username": "ann", "credential": "geheim"},)
    config = {
        "host": "wss://a.example/ws?token=geheim,wss://b@b.example",
        "iceServers": servers,
        "iceServersUrl": "/relays?token=geheim",
    }
    assert frame.told({**config, "dial": "600"}) == {
        "host": "wss://a.example/ws,wss://b.example",
        "iceServers": [{"urls": "turn:turn.example.com", "username": "ann"}],
        "iceServersUrl": "/relays",
        "dial": "600",
    }
    assert frame.told({"iceServers": len}) == {"iceServers": len}


def test_a_screen_is_shared_only_by_hand():
    share = frame.Call(rid=1, method="shareScreen", arguments=[])
    stop = frame.Call(rid=1, method="shareScreen", arguments=[False])
    assert frame.by_hand(share).code == "unsupported"
    assert frame.by_hand(stop) is None


HERE = {"host": "wss://sip.example.com", "realm": "office"}


NOTHING = {"password": "", "credentials": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "wss://evil.example"},
        {"realm": "evil"},
        {"wsServers": "wss://evil.example"},
        {"ws_servers": "wss://evil.example"},
        {"ws-servers": "wss://evil.example"},
        {"Host": "wss://evil.example", "username": "alice"},
        {"host": None},
        {"host": ["wss://evil.example"]},
    ],
)
def test_a_page_that_leads_a_phone_elsewhere_does_not_take_the_built_in_login_along(changes):
    done = guest.Guest(SETTINGS).configures(changes, HERE)
    assert done == NOTHING | changes
    assert list(done)[:2] == list(NOTHING)  # they go first


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "wss://sip.example.com", "realm": "office"},
        {"displayName": "Alice"},
        {"password": "new"},
    ],
)
def test_a_page_that_stays_changes_what_it_says(changes):
    assert guest.Guest(SETTINGS).configures(changes, HERE) == changes


@pytest.mark.parametrize("password", ["new", ""])
def test_a_page_that_moves_the_phone_brings_its_own_password(password):
    changes = {"host": "wss://new.example", "password": password}
    done = guest.Guest(SETTINGS).configures(changes, HERE)
    assert done == NOTHING | changes
    assert guest.Guest(SETTINGS).configures({**changes, "password": None}, HERE) == {
        **NOTHING,
        "host": "wss://new.example",
    }


def test_what_the_page_around_sets_is_set_in_its_order_and_the_rest_refused():
    page = guest.Guest(SETTINGS)
    said = frame.Assign(
        settings={"lang": "de", "theme": "dark", "allowOrigins": "*", "onclick": "x"},
        functions=["contactLookup", "lang", "allowOrigins"],
    )
    done = page.assigns(said, HERE)
    assert done.attributes == {"lang": "de"} and done.properties == {"theme": "dark"}
    assert done.functions == ("contactLookup",)
    names = ["allowOrigins", "onclick", "allowOrigins"]
    assert len(done.refused) == len(names)
    assert all(f"'{name}'" in wrong.message for name, wrong in zip(names, done.refused))


def test_a_login_that_is_taken_away_goes_before_its_server_does():
    page = guest.Guest(SETTINGS)
    said = frame.Assign(settings={"theme": "dark", "host": "wss://evil.example"}, functions=[])
    done = page.assigns(said, HERE)
    assert list(done.properties.items())[:2] == list(NOTHING.items())
    late = frame.Assign(settings={"host": "wss://new.example", "password": "new"}, functions=[])
    assert list(page.assigns(late, HERE).properties) == ["password", "credentials", "host"]


def test_a_page_that_has_brought_a_login_takes_it_along():
    page = guest.Guest(SETTINGS)
    page.configures({"password": "its own"}, HERE)
    moved = page.configures({"realm": "elsewhere"}, HERE)
    assert moved == {"password": "its own", "credentials": None, "realm": "elsewhere"}
    page.assigns(frame.Assign(settings={}, functions=["credentials"]), HERE)
    assert page.configures({"realm": "far"}, HERE) == {"password": "its own", "realm": "far"}


def test_a_function_comes_after_the_built_in_one_is_gone():
    said = frame.Assign(settings={"host": "wss://new.example"}, functions=["credentials"])
    done = guest.Guest(SETTINGS).assigns(said, HERE)
    assert list(done.properties) == ["password", "credentials", "host"]
    assert done.properties["credentials"] is None and done.functions == ("credentials",)


@pytest.mark.parametrize("wrong", [{"a": 1}, "line\nbreak", "x" * 2000])
def test_a_password_that_is_none_leaves_the_built_in_one_nowhere(wrong):
    page = guest.Guest(SETTINGS)
    with pytest.raises(WebPhoneError, match="password"):
        page.configures({"password": wrong, "host": "wss://evil.example"}, HERE)
    assert page.configures({"realm": "evil"}, HERE) == {**NOTHING, "realm": "evil"}
    said = frame.Assign(settings={"password": wrong, "host": "wss://evil.example"}, functions=[])
    done = page.assigns(said, HERE)
    assert done.properties == {**NOTHING, "host": "wss://evil.example"}
    assert [error.code for error in done.refused] == ["invalid_config"]


def test_what_is_no_function_leaves_the_built_in_one_nowhere():
    said = frame.Assign(
        settings={"credentials": {"a": 1}, "host": "wss://evil.example"}, functions=[]
    )
    done = guest.Guest(SETTINGS).assigns(said, HERE)
    assert done.properties == {**NOTHING, "host": "wss://evil.example"}


@pytest.mark.parametrize("name", ["allowOrigins", "allow_origins", "allow-origins"])
def test_no_spelling_lets_a_page_say_who_may_be_the_page_around(name):
    with pytest.raises(WebPhoneError) as refused:
        guest.Guest(SETTINGS).configures({"theme": "dark", name: "*"}, HERE)
    assert refused.value.code == "invalid_config"


def test_an_address_that_leads_elsewhere_takes_the_built_in_login_away():
    done = guest.Guest(SETTINGS).arrives({"host": "wss://evil.example", "token": "t"}, HERE)
    assert done.properties == NOTHING
    assert done.attributes == {"host": "wss://evil.example"}
    assert len(done.refused) == 1
