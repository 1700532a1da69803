"""Others may name where to call; whether this phone dials it is not theirs to say."""

import pytest

from webphone.contract import Config
from webphone.phone.emergency import is_emergency
from webphone.phone.emergency_numbers import NUMBERS
from webphone.phone.sent_on import Verdict, dialled, may_dial
from webphone.sip import Uri
from webphone.words import country_of

CAROL = Uri.parse("sip:carol@one.example")


def settings(**changes):
    return Config().changed(changes)


@pytest.mark.parametrize(
    "policy, verdict", [("follow", Verdict.YES), ("ask", Verdict.ASK), ("refuse", Verdict.NO)]
)
def test_the_policy_says_whether_others_may_make_this_phone_dial(policy, verdict):
    assert may_dial(CAROL, settings(redirect_policy=policy)) is verdict


def test_a_person_is_asked_unless_the_page_says_otherwise():
    assert may_dial(CAROL, Config()) is Verdict.ASK


@pytest.mark.parametrize(
    "target",
    [
        "sip:112@one.example",
        "sips:911@elsewhere.example",
        "sip:%31%31%32@one.example",
        "sip:1-1-2@one.example",
        "sip:+112@one.example",
        "sip:112;phone-context=+49@one.example",
        "tel:112",
        "tel:1.1.2;phone-context=de",
        "sip:110@one.example",
        "urn:service:sos",
        "https://one.example/",
        "mailto:carol@one.example",
    ],
)
def test_nobody_else_makes_this_phone_call_for_help_or_open_anything(target):
    follow = settings(redirect_policy="follow", country="de")
    assert may_dial(Uri.parse(target), follow) is Verdict.NO


@pytest.mark.parametrize(
    "number, country, emergency",
    [
        ("110", "DE", True),
        ("110", "GB", False),
        ("999", "gb", True),
        ("112", "", True),
        ("911", "", True),
        ("999", "", False),
        ("116117", "DE", False),
        ("1121", "DE", False),
        ("carol", "DE", False),
    ],
)
def test_a_country_has_its_emergency_numbers(number, country, emergency):
    target = Uri("sip", user=number, host="one.example")
    assert is_emergency(target, settings(country=country)) is emergency


def test_a_page_may_name_the_numbers_itself():
    house = settings(country="de", emergency_numbers="*7,5555")
    assert is_emergency(Uri.parse("sip:5555@one.example"), house)
    assert is_emergency(Uri.parse("sip:*7@one.example"), house)
    assert not is_emergency(Uri.parse("sip:112@one.example"), house)


def test_the_demo_has_numbers_of_its_own():
    assert not is_emergency(Uri.parse("sip:112@demo"), settings(demo=True))


def test_each_country_stands_once_in_the_table():
    countries = [country for there in NUMBERS.values() for country in there.split()]
    assert len(countries) == len(set(countries)) > 200


@pytest.mark.rfc("3261 §19.1.5", "headers and method of an address are not obeyed")
@pytest.mark.parametrize(
    "target, called",
    [
        ("sip:carol@one.example;method=BYE?Subject=x", "sip:carol@one.example"),
        ("sip:carol@one.example;transport=ws", "sip:carol@one.example;transport=ws"),
        ("tel:+44-20-7946", "sip:+44207946@our.example"),
        ("tel:;x=y", None),
    ],
)
def test_of_an_address_only_what_says_who_is_called_is_taken(target, called):
    found = dialled(Uri.parse(target), "our.example")
    assert (found and str(found)) == called


@pytest.mark.rfc("5646 §2.2.4", "the region of a language tag is a country")
@pytest.mark.parametrize(
    "tag, country",
    [("de-AT", "AT"), ("zh-Hant-tw", "TW"), ("en", ""), ("en_GB", "GB"), ("", ""), ("en-001", "")],
)
def test_a_language_tag_may_name_a_country(tag, country):
    assert country_of(tag) == country
