"""The form to sign in: what it asks, what it says, and what it sends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, GIVEN, IDLE, NOW, SCREENS, TYPED, talking
from webphone.contract import Config, WebPhoneError
from webphone.phone.happenings import SignedIn, SignedOut
from webphone.phone.snapshot import Signing
from webphone.ui import View, act, screen
from webphone.ui.gestures import DraftEdited, PasswordSeen, SignInSent
from webphone.ui.html import Node, find, find_all, name_of, text, walk
from webphone.ui.sign_in import remembered, short, whole
from webphone.ui.view import MENU

NOBODY = SCREENS["sign-in"][0]


def shown(picture, view=None) -> Node:
    return screen(picture, view or View(), NOW)


def the(node: Node, tag: str, **attributes: str) -> Node:
    """The one element with this tag and these attributes."""
    [found] = [
        each
        for each in walk(node)
        if each.tag == tag and attributes.items() <= each.attributes.items()
    ]
    return found


def form(node: Node) -> Node | None:
    return next((each for each in walk(node) if each.tag == "form"), None)


def asked(node: Node) -> list[str]:
    return [each.attributes["name"] for each in walk(node) if each.tag == "input"]


def said(node: Node) -> list[str]:
    return [text(each) for each in walk(node) if each.attributes.get("class") == "webphone-wrong"]


def pressed(node: Node, name: str) -> object:
    button = find(node, role="button", name=name)
    assert button is not None
    return button.on.get("click")


# --- When it is there -----------------------------------------------------------------------------


def test_a_phone_that_knows_nobody_asks_who_is_there():
    node = shown(NOBODY)
    assert asked(node) == ["server", "username", "password"]
    sheet = form(node)
    assert sheet is not None and sheet.on == {"submit": SignInSent()}
    assert sheet.attributes["slot"] == "sign-in"
    assert sheet.attributes["method"] == "post"  # whatever else fails, nothing goes into an address
    assert find(node, part="keypad") is None


def test_password_managers_are_told_what_each_field_is():
    node = shown(NOBODY)
    name, word = the(node, "input", name="username"), the(node, "input", name="password")
    assert name.attributes["autocomplete"] == "username"
    assert word.attributes["autocomplete"] == "current-password"
    assert word.attributes["type"] == "password"
    assert the(node, "slot", name="sign-in").children == (form(node),)


def test_each_field_has_its_own_label_however_many_phones_there_are():
    ids = []
    for guest in ("you", "you-2"):
        node = shown(replace(NOBODY, guest=guest))
        for name, words in (("server", "Server"), ("username", "User name")):
            field = the(node, "input", name=name).attributes["id"]
            assert text(the(node, "label", **{"for": field})) == words
            ids.append(field)
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "wss://sip.example.com", "sign_in": "off"},
        {"demo": True},
        {"credentials": lambda: None},
        {"username": "1001"},
        {"username": "1001", "sign_in": "on"},
    ],
)
def test_nobody_is_asked_where_the_page_says_who_it_is_or_hides_the_form(given):
    assert form(shown(replace(IDLE, config=Config(**given), state="unconfigured"))) is None


def test_nobody_is_asked_while_the_page_may_still_say_who_it_is():
    node = shown(replace(NOBODY, early=True))
    assert form(node) is None and find(node, part="keypad") is not None
    tried = Signing(stage="trying", given=GIVEN)
    assert form(shown(replace(NOBODY, early=True, signing=tried))) is not None


def test_what_the_page_has_fixed_is_not_asked():
    assert asked(shown(SCREENS["sign-in, to a server of the page"][0])) == ["username", "password"]
    refused = Signing(stage="refused", error=WebPhoneError("auth_failed"), given=("password",))
    own = replace(CONFIG, sign_in="on")
    assert asked(shown(replace(IDLE, config=own, state="failed", signing=refused))) == ["password"]


def test_a_call_goes_before_it_and_so_does_the_menu():
    # A page may call in the demo of another phone; here it is only that calls come first.
    assert form(shown(replace(talking(BOB), config=Config()))) is None


def test_who_is_in_sees_the_phone_and_signs_out_in_the_menu():
    inside = SCREENS["menu, signed in by hand"][0]
    assert form(shown(inside)) is None
    assert pressed(shown(inside, View(open=MENU)), "Sign out") == SignedOut()
    in_call = replace(talking(BOB), config=inside.config, signing=inside.signing)
    assert find(shown(in_call, View(open=MENU, over=BOB.view.id)), name="Sign out") is None
    assert find(shown(IDLE, View(open=MENU)), name="Sign out") is None


# --- What it says ---------------------------------------------------------------------------------


def test_a_refused_password_is_said_at_its_field_to_eye_and_ear():
    node = shown(*SCREENS["sign-in refused"])
    words = (
        "The server did not accept this password for alice@example.com."
        " Check the user name and type the password again."
    )
    assert said(node) == [words]
    field = the(node, "input", name="password")
    assert field.attributes["aria-invalid"] == "true"
    assert text(the(node, "p", id=field.attributes["aria-describedby"])) == words
    assert "aria-invalid" not in the(node, "input", name="username").attributes
    region = find(node, role="alert")
    assert region is not None and text(region) == words
    assert find(node, part="banner") is None  # once is enough


def test_a_server_that_does_not_answer_is_said_at_its_own():
    node = shown(*SCREENS["sign-in, no server answers"])
    assert said(node) == [
        "No phone server answers at sip.example.com. Check its address and the network."
    ]
    assert the(node, "input", name="server").attributes["aria-invalid"] == "true"


def test_where_the_page_has_the_server_it_is_said_of_all():
    picture, view = SCREENS["sign-in, no server answers"]
    fixed = replace(picture.signing, given=("username", "password"))
    node = shown(replace(picture, signing=fixed), view)
    assert len(said(node)) == 1
    assert asked(node) == ["username", "password"]
    assert not [each for each in walk(node) if "aria-invalid" in each.attributes]


def test_what_is_about_no_field_is_said_above_them():
    [words] = said(shown(*SCREENS["sign-in, not registered"]))
    assert words == (
        "The server refuses the registration. Ask the administrator of the phone server."
    )


def test_another_error_has_its_banner_as_ever():
    picture, view = SCREENS["sign-in refused"]
    node = shown(replace(picture, error=WebPhoneError("mic_denied")), view)
    assert find(node, part="banner") is not None


def test_a_user_without_a_domain_is_named_alone():
    lost = Signing(stage="refused", error=WebPhoneError("auth_failed"), given=("username",))
    node = shown(replace(IDLE, config=Config(username="bob"), state="failed", signing=lost))
    assert said(node)[0].startswith("The server did not accept this password for bob.")


def test_while_it_goes_on_it_can_be_given_up_and_is_not_sent_again():
    node = shown(*SCREENS["sign-in under way"])
    sheet = form(node)
    assert sheet is not None and sheet.on == {}
    send = find(node, role="button", name="Signing in…")
    assert send is not None and send.attributes["aria-disabled"] == "true"
    assert pressed(node, "Cancel") == SignedOut()
    view, happenings = act(TYPED, SignedOut(), SCREENS["sign-in under way"][0])
    assert (view, happenings) == (TYPED, [SignedOut()])


def test_who_signs_out_meets_the_form_and_not_the_menu():
    picture, view = SCREENS["menu, signed in by hand"]
    view, happenings = act(view, SignedOut(), picture)
    assert happenings == [SignedOut()]
    assert form(shown(NOBODY, view)) is not None


def test_the_password_is_shown_and_hidden_again():
    assert pressed(shown(NOBODY), "Show password") == PasswordSeen(shown=True)
    view, happenings = act(View(), PasswordSeen(shown=True), NOBODY)
    assert happenings == []
    node = shown(NOBODY, view)
    assert the(node, "input", name="password").attributes["type"] == "text"
    eye = find(node, role="button", name="Show password")
    assert eye is not None
    assert eye.attributes["aria-pressed"] == "true"
    assert eye.on["click"] == PasswordSeen(shown=False)


def test_before_anybody_signs_in_the_phone_is_not_signed_in():
    node = shown(NOBODY)
    assert [text(each) for each in find_all(node, part="status")] == ["Not signed in"]
    region = find(node, role="status")
    assert region is not None and text(region) == "The phone is not signed in."


def test_a_disabled_phone_is_not_signed_in_to():
    frozen = replace(NOBODY, config=Config(disabled=True, sign_in="on"))
    sheet = form(shown(frozen))
    assert sheet is not None and sheet.on == {}
    assert not [each for each in walk(sheet) if each.on]


# --- What it sends --------------------------------------------------------------------------------


def send(view=None, picture=NOBODY, **fields: str):
    return act(view or View(), SignInSent(), picture, fields)


def test_what_is_typed_is_sent_and_the_password_stands_nowhere_in_the_view():
    view, happenings = send(server="sip.example.com", username=" alice ", password=" s3cret ")
    assert happenings == [
        SignedIn(host="wss://sip.example.com", username="alice", realm="", password=" s3cret ")
    ]
    assert "s3cret" not in repr(view) and "s3cret" not in repr(happenings)
    assert view.drafts == {"sign-in-server": "sip.example.com", "sign-in-username": "alice"}


def test_an_address_says_the_domain_as_well():
    _, [wish] = send(
        server="a.example, ws://127.0.0.1:5066", username="sip:al@b.example", password="x"
    )
    assert wish == SignedIn(
        host="wss://a.example,ws://127.0.0.1:5066", username="al", realm="b.example", password="x"
    )
    fixed = replace(NOBODY, config=Config(host="wss://a.example", realm="c.example"))
    _, [wish] = send(picture=fixed, username="al@b.example", password="x")
    assert wish == SignedIn(username="al", password="x")


def test_an_address_can_be_corrected_once_it_was_refused():
    picture, view = SCREENS["sign-in refused"]
    _, [wish] = send(
        view, picture, server="a.example", username="alice@other.example", password="x"
    )
    assert wish.realm == "other.example"


def test_what_is_left_empty_is_asked_for_and_nothing_typed_is_lost():
    view, happenings = send(
        replace(TYPED, password_seen=True), server="", username="bob", password="x"
    )
    assert happenings == []
    assert view.lacks == ("server",)
    assert view.password_seen
    node = shown(NOBODY, view)
    assert said(node) == ["Type the address of the phone server."]
    assert the(node, "input", name="username").value == "bob"
    view, happenings = send(view, server="a.example", username="bob", password="x")
    assert happenings and view.lacks == () and not view.password_seen


def test_what_is_typed_stays_while_the_screen_shows_something_else():
    picture = NOBODY
    view, _ = act(View(), DraftEdited(what="sign-in-username"), picture, {"value": "ali"})
    assert the(shown(picture, view), "input", name="username").value == "ali"


def test_the_server_of_the_last_time_stands_there_until_another_is_typed():
    view = remembered(View(), "wss://sip.example.com")
    assert the(shown(NOBODY, view), "input", name="server").value == "sip.example.com"
    assert remembered(view, "wss://other.example") == view
    assert remembered(View(), "") == View()
    assert short(whole("ws://localhost:5066")) == "ws://localhost:5066"


def test_every_picture_of_it_has_a_form():
    for name, (picture, view) in SCREENS.items():
        if name.startswith("sign-in") and name != "sign-in failed":
            node = form(screen(picture, view, NOW))
            assert node is not None, name
            assert name_of(node) == "Sign in"
    assert SCREENS["sign-in refused"][0].signing.given == GIVEN
