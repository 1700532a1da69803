"""From what a person types to the address that is called."""

import pytest

from webphone.contract import WebPhoneError
from webphone.phone.numbers import address, wrong_name


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("100", "sip:100@here.example"),
        (" +49 (0) 30 / 12-34.5 ", "sip:+4930123 45@here.example".replace(" ", "")),
        ("*21#", "sip:*21%23@here.example"),
        ("bob", "sip:bob@here.example"),
        ("jürgen", "sip:j%C3%BCrgen@here.example"),
        ("bob@there.example", "sip:bob@there.example"),
        ("jürgen@there.example", "sip:j%C3%BCrgen@there.example"),
        ("sip:*21#%23%@there.example", "sip:*21%23%23%25@there.example"),
        ("sip:bob@there.example:5070;transport=tcp", "sip:bob@there.example:5070;transport=tcp"),
        ("SIPS:bob@there.example", "sips:bob@there.example"),
        ("sip:bob@there.example?Subject=hi&Replaces=x", "sip:bob@there.example"),
        ("sip:a?b@there.example", "sip:a?b@there.example"),
        ("sip:100", "sip:100@here.example"),
        ("tel:+1-555-1000;ext=5", "sip:+15551000@here.example"),
        ("callto:100", "sip:100@here.example"),
        ("tel:+44%20(20)%2012", "sip:+442012@here.example"),
        ("tel:%2B4420", "sip:+4420@here.example"),
    ],
)
def test_what_is_typed_is_called(typed, called):
    assert str(address(typed, "here.example")) == called


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "a b", "1\n2", "<sip:x@y>", '"x"', "x" * 300, "sip:", "sip:@x", "a:b", "x@", "@y",
     "tel:", "sip:a b@c", "mailto:x", "1\ud8002", "tel:1%0D%0A2", "tel:%3C1%3E", "a\ud800",
     "a\u2028b", "1\x852", "mailto:bob@there.example"],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_words(typed):
    with pytest.raises(WebPhoneError) as refused:
        address(typed, "here.example")
    assert refused.value.code == "invalid_number" and refused.value.message.endswith(".")


def test_digits_need_a_domain_to_be_called_in():
    with pytest.raises(WebPhoneError) as refused:
        address("100", "")
    assert refused.value.code == "not_configured"


def test_a_domain_that_makes_no_address_is_named():
    with pytest.raises(WebPhoneError) as refused:
        address("100", "not a host")
    assert refused.value.code == "invalid_number"


def test_a_name_with_a_line_break_is_wrong_and_markup_is_not():
    assert wrong_name("a\r\nb") is not None
    assert wrong_name('<b>"A\\') is None
