"""The noise filter is switched on and off in a call; where it can't run, the call goes on without."""

from webphone.phone import actions as do
from webphone.phone import happenings as on


def asked(phone):
    return [each.how for each in phone.actions if isinstance(each, do.SuppressNoise)]


def filtered(phone):
    (call,) = phone.machine.snapshot.calls
    return call.filtered


def test_a_change_of_the_setting_asks_for_it_once_and_sends_nothing(talking):
    offers = [each for each in talking.actions if isinstance(each, do.Reoffer)]
    assert asked(talking) == []  # the browser's own is what there is anyway
    assert talking.ask("setConfig", {"noiseSuppression": "strong"}).done
    assert talking.ask("setConfig", {"noiseSuppression": "strong"}).done
    assert talking.ask("setConfig", {"noiseSuppression": "off"}).done
    assert asked(talking) == ["strong", "off"]
    assert [each for each in talking.actions if isinstance(each, do.Reoffer)] == offers


def test_what_is_no_such_filter_is_refused(alice):
    refused = alice.ask("setConfig", {"noiseSuppression": "krisp"})
    assert refused.error.code == "invalid_config"
    assert asked(alice) == []


def test_the_call_knows_whether_it_runs_and_that_it_ran(talking):
    assert filtered(talking) == ""
    talking.happens(on.NoiseFiltered(call=talking.call.id, running=True))
    assert filtered(talking) == "on"
    talking.happens(on.NoiseFiltered(call=talking.call.id, running=False))
    assert filtered(talking) == "off"
    assert talking.machine.snapshot.error is None


def test_a_filter_that_fails_is_told_and_the_browser_s_own_goes_on(talking):
    talking.ask("setConfig", {"noiseSuppression": "strong"})
    talking.happens(on.NoiseFiltered(call=talking.call.id, running=False, text="404"))
    error = talking.machine.snapshot.error
    assert "404" in error.message and "browser" in error.hint
    assert talking.call.state == "active" and filtered(talking) == ""
    # It is not tried anew in every call: who wants it again presses again.
    assert talking.machine.snapshot.config.noise_suppression == "browser"
    assert asked(talking) == ["strong", "browser"]


def test_a_filter_that_a_person_chose_and_that_fails_is_chosen_no_longer(talking):
    talking.happens(on.SettingChosen(name="noise_suppression", value="strong"))
    assert asked(talking) == ["strong"]
    talking.happens(on.NoiseFiltered(call=talking.call.id, running=False, text="404"))
    assert talking.desk.snapshot.chosen == {}
    assert asked(talking) == ["strong", "browser"]
