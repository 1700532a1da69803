"""What descriptions say of recordings."""

import pytest

from phone.stage import description, with_pictures
from webphone.media import Description
from webphone.media.recorded import marked, recording, wish


def said(line, sdp=None):
    return Description.parse((sdp or description()).replace("t=0 0\r\n", f"t=0 0\r\n{line}"))


@pytest.mark.rfc("7866 §7.1.2", "a=record says on, off or paused, of all media or of one")
@pytest.mark.parametrize("state", ["on", "off", "paused"])
def test_a_description_says_whether_its_end_records(state):
    assert recording(said(f"a=record:{state}\r\n")) == state
    assert recording(Description.parse(description() + f"a=record:{state}\r\n")) == state


def test_the_section_goes_before_the_session_and_nothing_else_is_a_state():
    assert recording(Description.parse(description())) == ""
    assert recording(said("a=record:perhaps\r\n")) == ""
    own = with_pictures(description() + "a=record:off\r\n", "sendrecv")
    assert recording(Description.parse(own)) == "off"
    assert recording(said("a=record:on\r\n", own)) == "on"
    refused = with_pictures(description() + "a=record:off\r\n", "inactive", port=0)
    assert recording(said("a=record:on\r\n", refused)) == "off"


@pytest.mark.rfc("7866 §7.3.2", "a=recordpref says what its end wishes of a recording")
@pytest.mark.parametrize("pref", ["on", "off", "pause", "nopreference"])
def test_a_description_says_what_its_end_wishes(pref):
    assert wish(said(f"a=recordpref:{pref}\r\n")) == pref


def test_who_wishes_nothing_says_nothing():
    assert wish(Description.parse(description())) == ""
    assert wish(said("a=recordpref:louder\r\n")) == ""


def test_ours_says_so_of_all_its_sections_and_keeps_every_other_line():
    ours = with_pictures(description(), "sendrecv")
    told = marked(ours, "paused", "off")
    assert recording(Description.parse(told)) == "paused"
    assert wish(Description.parse(told)) == "off"
    assert told.replace("a=record:paused\r\na=recordpref:off\r\n", "", 1) == ours
    assert marked(ours, "", "") == ours
