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


SCRIPTS = {
    "Arabic-Indic": "٠١٢٣٤٥٦٧٨٩",
    "Persian": "۰۱۲۳۴۵۶۷۸۹",
    "Devanagari": "०१२३४५६७८९",
    "Bengali": "০১২৩৪৫৬৭৮৯",
    "Thai": "๐๑๒๓๔๕๖๗๘๙",
    "Khmer": "០១២៣៤៥៦៧៨៩",
    "Myanmar": "၀၁၂၃၄၅၆၇၈၉",
    "full width": "０１２３４５６７８９",
    "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("shape", ["{}", "+{}", "tel:{}", "{}@there.example", "sip:{}", "*{}#"])
def test_digits_are_digits_in_every_script(script, shape):
    plain = address(shape.format("0123456789"), "here.example")
    assert address(shape.format(SCRIPTS[script]), "here.example") == plain


@pytest.mark.parametrize(
    ("typed", "called"),
    [
        ("\u202a+15551234567\u202c", "+15551234567"),
        ("\ufeff1\u200b0\u00ad0\u200e", "100"),
        ("1\ufe0f\u20e30\ufe0f\u20e3", "10"),  # keycaps
        ("＋４４　（０）２０　７９４６－０１２３", "+442079460123"),
        ("＊２１＃", "*21%23"),
        ("٭٢١﹟", "*21%23"),
        ("03−1234·5", "0312345"),
        ("03ー1234ー5678", "0312345678"),
        ("☎\ufe0f 030 12", "03012"),
        ("0١٢٣3", "01233"),
        ("03-１２３４", "031234"),
        ("tel:%D9%A1%D9%A2", "12"),
        ("al\u200bice", "alice"),
        ("ユーザー", "%E3%83%A6%E3%83%BC%E3%82%B6%E3%83%BC"),
        ("三郎", "%E4%B8%89%E9%83%8E"),
        ("हिन्दी", "%E0%A4%B9%E0%A4%BF%E0%A4%A8%E0%A5%8D%E0%A4%A6%E0%A5%80"),
    ],
)
def test_marks_without_width_and_the_print_of_other_scripts_go(typed, called):
    assert str(address(typed, "here.example")) == f"sip:{called}@here.example"


@pytest.mark.parametrize(
    "typed",
    ["03-①２", "0²3", "½", "03五", "一二三", "ⅫⅤ", "１\u0301", "0❷", "03✆★12", "03→1", "€20", "03“1”",
     "①@there.example", "sip:03五@there.example", "tel:03%E2%91%A0", "\u200b", "\u2068\u2069"],
)  # fmt: skip
def test_what_is_not_understood_is_refused_whole(typed):
    with pytest.raises(WebPhoneError) as refused:
        address(typed, "here.example")
    assert refused.value.code == "invalid_number"


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
