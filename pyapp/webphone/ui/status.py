"""The phone's own state: the header, the banners, and what screen readers are told."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from webphone.contract import Config, Connect, Register, WebPhoneError
from webphone.phone.happenings import ErrorDismissed, WantedHere
from webphone.phone.snapshot import CallSnapshot, EndedCall, Snapshot
from webphone.ui.gestures import SoundAllowed
from webphone.ui.html import Node, element
from webphone.ui.lamps import spoken as lamps_spoken
from webphone.ui.lasting import Lasting, over
from webphone.ui.peer import call_words, transfer_words
from webphone.ui.pieces import button, icon, place
from webphone.ui.selectors import (
    asked,
    lacks_microphone,
    matching,
    signs_in,
)
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence
from webphone.words.bidi import isolate

# State -> icon and mood; the mood chooses the colour, the icon and the words say the same.
LOOKS = {
    "unconfigured": ("settings", "quiet"),
    "signed_out": ("user", "quiet"),
    "offline": ("offline", "quiet"),
    "connecting": ("busy", "busy"),
    "connected": ("unplugged", "quiet"),
    "registering": ("busy", "busy"),
    "registered": ("ready", "good"),
    "reconnecting": ("retry", "warn"),
    "failed": ("alert", "bad"),
    "refused": ("alert", "bad"),
    "dnd": ("dnd", "warn"),
    "ringing": ("phone", "good"),
    "calling": ("phone", "good"),
    "answering": ("phone", "good"),
    "in_call": ("phone", "good"),
    "held": ("hold", "warn"),
}

# State -> the words on the button that goes on from there.
REMEDIES = {
    "reconnecting": "retry_now",
    "failed": "try_again",
    "refused": "try_again",
    "offline": "register",
    "connected": "register",
}


def header(
    snapshot: Snapshot,
    view: View,
    menu: Node | None,
    now: float,
    *,
    signing: bool = False,
    closer: Node | None = None,
) -> Node | None:
    """Who this phone is, its state, and what can be done about it; or else the way to more.

    `signing`: the page below is what can be done. `closer` closes the whole phone.
    """
    if not snapshot.config.show_status:
        return element("header", closer, part="header", key="header") if closer else None
    look = _occupied(snapshot) or _look(snapshot)
    config = snapshot.config
    remedy = REMEDIES.get(look) if config.complete and not signing else None
    seconds = 0
    if look == "reconnecting" and snapshot.retry_at is not None:
        seconds = ceil(snapshot.retry_at - now)
    return view.drawn(
        "header",
        _header,
        config,
        menu,
        closer,
        look=look,
        state=snapshot.state,
        user=snapshot.user,
        remedy=remedy,
        seconds=seconds,
    )


def _header(
    config: Config,
    menu: Node | None,
    closer: Node | None,
    *,
    look: str,
    state: str,
    user: str,
    remedy: str | None,
    seconds: int,
) -> Node:
    """`remedy` are the words on the button that goes on; `seconds`: then the phone does."""
    sign, mood = LOOKS[look]
    command = Connect() if look == "connected" and not user else Register()
    return element(
        "header",
        place("logo"),
        element("span", config.display_name or user or say("phone"), part="title"),
        element(
            "span",
            icon(sign),
            element("span", _words(look, config, seconds), class_="words"),
            part="status",
            data_mood=mood,
            data_state=state,
        ),
        button(say(remedy), on=command, part="retry", config=config) if remedy else menu,
        place("header-end"),
        closer,
        part="header",
        key="header",
    )


def _look(snapshot: Snapshot) -> str:
    if snapshot.state == "registered" and snapshot.config.dnd:
        return "dnd"
    if snapshot.state == "failed" and snapshot.error and snapshot.error.code == "auth_failed":
        return "refused"
    if snapshot.state == "unconfigured" and signs_in(snapshot):
        return "signed_out"
    return snapshot.state


def _occupied(snapshot: Snapshot) -> str:
    """What a phone does that is in a call: nobody reads of it that it is ready."""
    calls = [call for call in snapshot.living if not call.question]
    if snapshot.state != "registered" or not calls:
        return ""
    if talking := [call for call in calls if call.stage == "active"]:
        return "held" if all(call.held_local for call in talking) else "in_call"
    stages = {call.stage for call in calls}
    if "incoming" in stages:
        return "ringing"
    return "answering" if "answering" in stages else "calling"


def _words(look: str, config: Config, seconds: int) -> str:
    if look == "reconnecting" and seconds > 0:
        return say("state_reconnecting_in", seconds=seconds)
    if look == "unconfigured":
        return _missing(config)[0]
    # Of a call, and said of it below as well.
    return say(look if look in ("answering", "held") else f"state_{look}")


def _missing(config: Config) -> tuple[Sentence, Sentence]:
    """What a phone lacks that is not set up, for the eye and for the ear."""
    if not config.host and not config.username:
        return say("lacks_account"), say("spoken_lacks_account")
    if not config.host:
        return say("lacks_host"), say("spoken_lacks_host")
    if not config.username and config.credentials is None:
        return say("lacks_username"), say("spoken_lacks_username")
    return say("state_unconfigured"), say("spoken_unconfigured")


def banners(snapshot: Snapshot, view: View, *, signing: bool = False) -> list[Node]:
    """What went wrong, with its remedy; and sound that the browser holds back.

    `signing`: the page below says itself why that failed.
    """
    shown = []
    if snapshot.error and not (signing and snapshot.error == snapshot.signing.error):
        message, hint = _wrong(snapshot.error, snapshot)
        mended = message.key == "microphone_allowed"
        shown.append(
            element(
                "div",
                icon("microphone" if mended else "alert"),
                element(
                    "div",
                    element("p", message, class_="sentence"),
                    element("p", hint, class_="hint"),
                    class_="words",
                ),
                _again(snapshot, view),
                button(
                    say("dismiss"),
                    on=ErrorDismissed(),
                    part="dismiss",
                    config=snapshot.config,
                    sign="close",
                    wordless=True,
                ),
                part="banner",
                key="error",
                data_mood="note" if mended else "bad",
            )
        )
    if snapshot.other_tab:
        shown.append(_other_tab(snapshot))
    if snapshot.sound_blocked:
        shown.append(
            element(
                "div",
                icon("sound"),
                element("p", say("sound_blocked"), class_="words"),
                button(
                    say("turn_on_sound"), on=SoundAllowed(), part="sound", config=snapshot.config
                ),
                part="banner",
                key="sound",
                data_mood="warn",
            )
        )
    return shown


def _wrong(error: WebPhoneError, snapshot: Snapshot) -> tuple[Sentence, Sentence]:
    """What went wrong, and what to do about it here and now."""
    if error.code == "mic_denied":
        from webphone.ui.microphone import refusal

        return refusal(snapshot) or (error.message, error.hint)
    return error.message, error.hint


def _again(snapshot: Snapshot, view: View) -> Node | None:
    """Once more what failed for want of a microphone."""
    if not lacks_microphone(snapshot):
        return None
    from webphone.ui.microphone import again

    command = again(snapshot, view)
    if command is None:
        return None
    return button(say("try_again"), on=command, part="again", config=snapshot.config)


def _other_tab(snapshot: Snapshot) -> Node:
    """Where the phone is; a phone in a call stays where it is."""
    calls = snapshot.living
    return element(
        "div",
        icon("tabs"),
        element("p", say("other_tab_call" if calls else "other_tab"), class_="words"),
        None
        if calls
        else button(say("use_here"), on=WantedHere(), part="use-here", config=snapshot.config),
        part="banner",
        key="tab",
        data_mood="note",
    )


# --- Spoken ---------------------------------------------------------------------------------------


def live_regions(snapshot: Snapshot, view: View, lasting: frozenset[Lasting]) -> list[Node]:
    """One polite and one urgent region, always there; a new sentence in them is read aloud."""
    return [
        view.drawn("polite", _region, "status", "polite", *_polite(snapshot, view, lasting)),
        view.drawn("urgent", _region, "alert", "assertive", *_urgent(snapshot, view)),
    ]


def _region(role: str, live: str, *sentences: tuple[str, Sentence]) -> Node:
    return element(
        "div",
        *(element("p", words, key=key) for key, words in sentences),
        key=f"spoken-{live}",
        class_="spoken",
        role=role,
        aria_live=live,
        aria_atomic="false",
    )


def _polite(
    snapshot: Snapshot, view: View, lasting: frozenset[Lasting]
) -> list[tuple[str, Sentence]]:
    sentences = [view.drawn("told", _phone, _look(snapshot), snapshot.config)]
    if snapshot.other_tab:
        sentences.append(("tab", say("spoken_other_tab")))
    if joined := snapshot.joined:
        names = ", ".join(isolate(call.peer_name) for call in joined)
        sentences.append((f"conference {len(joined)}", say("spoken_conference", names=names)))
    for call in snapshot.living:
        if call.stage != "incoming":
            sentences += view.drawn(("told", call.view.id), _call, call)
    if snapshot.diagnosis:
        verdict = snapshot.diagnosis.verdict
        words = say(f"diagnosis_{verdict}" if verdict else "spoken_diagnosis")
        sentences.append((f"diagnosis {verdict}", words))
    if snapshot.devices.news:
        sentences.append(("devices", snapshot.devices.news))
    if snapshot.trial:
        from webphone.ui.trying import spoken as trial_spoken

        sentences += trial_spoken(snapshot.trial)
    texts = [text for thread in snapshot.threads[:1] for text in thread.texts if not text.ours]
    if texts:
        # Its words are read on the page of the thread, not to everybody around.
        words = say("spoken_text", name=snapshot.threads[0].name)
        sentences.append((f"text {texts[-1].id}", words))
    if snapshot.lamp_news:
        sentences += lamps_spoken(snapshot.lamp_news)
    if matching(snapshot, view):
        from webphone.ui.combobox import spoken as matches_spoken

        sentences += matches_spoken(snapshot)
    first = snapshot.foremost
    if first is not None and first.muted:
        sentences.append(view.drawn("muted", _muted))
    if snapshot.config.layout == "launcher":
        from webphone.ui.launcher import spoken as news

        sentences += news(snapshot, view)
    sentences += over(snapshot, view, lasting)
    if snapshot.config.announcements == "few" and snapshot.living:
        return [each for each in sentences if each[0].split()[0] in FEW]
    return sentences


def _phone(look: str, config: Config) -> tuple[str, Sentence]:
    """How the phone itself stands."""
    if look == "unconfigured":
        return "phone", _missing(config)[1]
    return "phone", say(f"spoken_{'failed' if look == 'refused' else look}")


def _muted() -> tuple[str, Sentence]:
    return "muted", say("spoken_muted")


def _call(call: CallSnapshot) -> tuple[tuple[str, Sentence], ...]:
    """What is told of a call."""
    sentences = [(f"stage {call.view.id}", call_words(call))]
    if call.microphone_asked:
        sentences.append((f"microphone {call.view.id}", say("spoken_microphone_asked")))
    if call.held_remote and call.stage == "active":
        words = say("spoken_held_by_them", name=call.peer_name)
        sentences.append((f"them {call.view.id}", words))
    if call.transfer:
        words = transfer_words(call, call.transfer)
        sentences.append((f"transfer {call.view.id} {call.transfer.stage}", words))
    if call.stage == "active":
        sentences += [*_pictures(call), *_recordings(call)]
    if call.filtered:
        words = say(f"spoken_noise_{call.filtered}")
        sentences.append((f"noise {call.filtered} {call.view.id}", words))
    if call.within_page:
        sentences.append((f"within {call.view.id}", say("spoken_no_network")))
    if call.recovering:
        sentences.append((f"path {call.view.id}", say("spoken_taking_back")))
    elif call.unstable:
        sentences.append((f"path {call.view.id}", say("spoken_unstable")))
    return (*sentences, *_sound(call))


# What is told in a call also where little is wanted: what the person did not do, and must know.
FEW = ("phone", "tab", "stage", "microphone", "them", "path", "within", "sound", "recording",
       "recorded", "wish", "conference", "transfer", "diagnosis", "trial")  # fmt: skip


def _sound(call: CallSnapshot) -> list[tuple[str, Sentence]]:
    """What is wrong with the sound, each once, and that it is over."""
    about = f"sound {call.view.id}"
    told = [
        (f"{about} {code}", say(f"spoken_{code}", name=call.peer_name)) for code in call.warnings
    ]
    if call.warned and not set(call.warnings).difference({"muted_speech"}):
        told.append((about, say("spoken_sound_again")))
    return told


def _pictures(call: CallSnapshot) -> list[tuple[str, Sentence]]:
    """Who is seen, and what."""
    told = (
        ("filming", call.video_local and not call.sharing, say("spoken_filming")),
        ("sharing", call.sharing, say("spoken_sharing")),
        ("video of", call.video_remote, say("spoken_video_of", name=call.peer_name)),
    )
    return [(f"{name} {call.view.id}", words) for name, true, words in told if true]


def _recordings(call: CallSnapshot) -> list[tuple[str, Sentence]]:
    """Who records the call."""
    if not call.listened_to:
        return []
    from webphone.ui.recording import spoken

    return spoken(call)


def _ended(
    farewell: EndedCall, durations: Callable[[int, str], str], language: str
) -> tuple[str, Sentence]:
    """That a call is over, why, and after how long: in one, since of two that come at once a
    screen reader may say the last one first.
    """
    record, why = farewell.record, farewell.words
    told = durations(int(record.talk_seconds), language) if record.answered_at else ""
    if told:
        lasted = say("ended_after", time=told)
        plain = why in ("", say("ended_answered"))  # said already
        why = lasted if plain else say("spoken_both", first=why, second=lasted)
    return f"end {record.id}", say("spoken_ended", name=farewell.peer_name, words=why)


def _asks(call: CallSnapshot) -> tuple[str, Sentence]:
    """What the person is asked about a call."""
    from webphone.ui.question import hint, words

    asks = say("spoken_question", question=words(call), hint=hint(call))
    return f"question {call.view.id}", asks


def _failed(message: Sentence, remedy: Sentence) -> tuple[str, Sentence]:
    """What went wrong, and what to do about it."""
    return "error", say("spoken_error", message=message, hint=remedy)


def _urgent(snapshot: Snapshot, view: View) -> list[tuple[str, Sentence]]:
    sentences = []
    for call in snapshot.living:
        if call.stage == "incoming":
            kind = "spoken_incoming_video" if call.view.video else "spoken_incoming"
            sentences.append((f"ring {call.view.id}", say(kind, name=call.peer_name)))
    asking = asked(snapshot)
    if asking is not None:
        sentences.append(view.drawn("asks", _asks, asking))
    if snapshot.farewell:
        sentences.append(
            view.drawn("ends", _ended, snapshot.farewell, view.durations, snapshot.language)
        )
    if snapshot.signing.error and signs_in(snapshot):
        from webphone.ui.sign_in import why

        sentences.append(("error", why(snapshot, view)))
    elif snapshot.error:
        message, remedy = _wrong(snapshot.error, snapshot)
        sentences.append(view.drawn("wrong", _failed, message, remedy))
    return sentences
