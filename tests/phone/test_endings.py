"""How a call ended, in a record's word and in a sentence."""

import pytest

from webphone.contract import DISPOSITIONS
from webphone.phone.call.endings import Ending, disposition, explanation
from webphone.sip import By


def words(answered=False, outgoing=True, **facts):
    ending = Ending(**{"by": By.REMOTE, **facts})
    verdict = disposition(ending, outgoing=outgoing, answered=answered)
    assert verdict in DISPOSITIONS
    return verdict, explanation(ending, verdict)


def test_every_refusal_has_a_sentence():
    for status in range(300, 700):
        _verdict, sentence = words(status=status, reason="Because")
        assert sentence[0].isupper() and sentence.endswith(".") and "None" not in sentence


def test_a_service_that_is_not_there_is_said_with_its_code():
    told = words(status=503, reason="Service Unavailable")
    words_of_503 = "The service is not available at the moment (503 Service Unavailable)."
    assert told == ("failed", f"{words_of_503} Call again later.")


def test_every_failure_says_what_to_do():
    for status in range(300, 700):
        verdict, sentence = words(status=status, reason="Because")
        if verdict == "failed":
            assert sentence.count(". ") == 1, sentence


def test_who_was_never_reached_did_not_fail_to_answer():
    for status in (408, 480):
        ending = Ending(by=By.REMOTE, status=status)
        assert explanation(ending, "no-answer", rang=True) == "Nobody answered."
        told = explanation(ending, "no-answer", rang=False)
        assert told == "They can't be reached at the moment. Call again later."


def test_the_other_side_s_own_words_come_before_the_usual_ones():
    assert "(500 Out of paper)" in words(status=500, reason="Oops", text="Out of paper")[1]


def test_their_words_keep_their_direction_to_themselves():
    assert "(500 \u2068\u05dc\u05d0\u2069). Call" in words(status=500, text="\u05dc\u05d0")[1]


def test_a_failure_without_a_code_is_still_a_sentence():
    assert words() == ("failed", "The call failed. Call again later.")


def test_a_call_that_was_answered_says_who_lost_whom():
    assert words(answered=True) == ("answered", "Call ended.")
    assert words(answered=True, by=By.SYSTEM, status=481)[1] == "The other side has lost the call."
    assert words(answered=True, by=By.SYSTEM)[1] == "The connection to the other side was lost."


def test_calls_that_came_in_are_missed_refused_or_taken_elsewhere():
    assert words(outgoing=False)[0] == "missed"
    assert words(outgoing=False, by=By.LOCAL, refused=True)[0] == "rejected"
    assert words(outgoing=False, answered_elsewhere=True)[0] == "answered-elsewhere"


@pytest.mark.parametrize(
    ("status", "wait", "said"),
    [
        (486, 30, "The line is busy. Call again in 30 seconds."),
        (480, 600, "Nobody answered. Call again in 10 minutes."),
        (603, 7200, "Declined. Call again in 2 hours."),
        (503, 100, "The service is not available at the moment (503). Call again in 2 minutes."),
        (486, 999_999, "The line is busy."),
        (403, 30, "The server does not allow this call (403). Ask the administrator"),
        (486, 0, "The line is busy."),
    ],
)
def test_when_to_call_again_is_said_where_the_other_side_says_it(status, wait, said):
    assert words(status=status, retry_after=wait)[1].startswith(said)


def test_a_time_to_call_again_is_of_no_use_where_the_phone_itself_gave_up():
    assert words(by=By.SYSTEM, status=480, retry_after=30)[1] == "Nobody answered."


def test_a_service_elsewhere_and_a_lost_flow_have_their_words():
    assert words(status=380)[1] == (
        "The other side can't be called this way (380). Reach them in another way."
    )
    assert "lost the way to the other phone" in words(status=430)[1]
