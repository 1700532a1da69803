"""Corners of the border that no story of a call comes by."""

import pytest

from webphone.border.decoding import Malformed, decode_value
from webphone.border.errors import WebPhoneError
from webphone.contract import Config
from webphone.sip import Uri
from webphone.ui.html import element
from webphone.ui.patch import Remove, SetAttribute, difference


def test_what_has_no_way_to_be_read_is_malformed():
    with pytest.raises(Malformed, match="complex"):
        decode_value(complex, 1)


def test_equal_errors_are_one_in_a_set():
    assert len({WebPhoneError("busy"), WebPhoneError("busy"), WebPhoneError("declined")}) == 2


def test_a_choice_that_is_there_is_taken():
    assert Config().changed({"layout": "bar"}).layout == "bar"


def test_an_address_with_more_headers_than_anybody_has_is_refused():
    with pytest.raises(ValueError):
        Uri.parse("sip:a@b.example?" + "&".join(f"h{n}=1" for n in range(1000)))


def test_what_is_gone_from_a_tree_is_taken_away():
    old = element("div", element("p", key="a"), element("p", key="b"), title="x", lang="en")
    new = element("div", element("p", key="b"), lang="de")
    patches = difference(old, new)
    assert SetAttribute((), "title", None) in patches
    assert SetAttribute((), "lang", "de") in patches
    assert [each for each in patches if isinstance(each, Remove)]
