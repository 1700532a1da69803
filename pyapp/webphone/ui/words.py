"""Every visible and spoken word of the phone, by key: one table, one way to say it."""

from __future__ import annotations

from webphone.words.bidi import isolate

WORDS: dict[str, str] = {
    "phone": "Phone",
    # Keys and buttons
    "number": "Number or address",
    "number_hint": "Enter a number",
    "keypad": "Keypad",
    "key_with_letters": "{digit}, {letters}",
    "key_star": "star",
    "key_hash": "hash",
    "key_zero": "0, plus",
    "delete_digit": "Delete the last digit",
    "call": "Call",
    "recall": "Last number",
    "answer": "Answer",
    "decline": "Decline",
    "hang_up": "Hang up",
    "end_and_answer": "End and answer",
    "mute": "Mute",
    "hold": "Hold",
    "resume": "Resume",
    "swap": "Swap",
    "take": "Take",
    "call_back": "Call back",
    "close": "Close",
    "hide_keypad": "Hide keypad",
    "dismiss": "Dismiss",
    "retry_now": "Retry now",
    "try_again": "Try again",
    "register": "Connect",
    "turn_on_sound": "Turn on sound",
    "sound_blocked": "The browser holds the sound back.",
    "other_tab": "Phone is active in another tab",
    "other_tab_call": "This call is in another tab: it is heard and spoken there",
    "use_here": "Use here",
    "actions": "Call controls",
    "calls": "Other calls",
    "digits_sent": "Digits sent",
    "duration": "Call time",
    "remote_video": "Video of {name}",
    "self_video": "Your video",
    # The phone's state
    "starting": "Starting phone",
    "state_unconfigured": "Not set up",
    "state_offline": "Offline",
    "state_connecting": "Connecting…",
    "state_connected": "Not registered",
    "state_registering": "Registering…",
    "state_registered": "Ready",
    "state_dnd": "Do not disturb",
    "state_reconnecting": "Reconnecting…",
    "state_reconnecting_in": "Reconnecting in {seconds} s",
    "state_failed": "Not connected",
    "state_refused": "Sign-in failed",
    "spoken_unconfigured": "The phone is not set up.",
    "spoken_offline": "The phone is offline.",
    "spoken_connecting": "The phone is connecting.",
    "spoken_connected": "The phone is connected, but not registered.",
    "spoken_registering": "The phone is registering.",
    "spoken_registered": "The phone is ready.",
    "spoken_other_tab": "The phone is active in another tab.",
    "spoken_dnd": "The phone is ready. Do not disturb: incoming calls are refused.",
    "spoken_reconnecting": "The connection is lost. The phone is reconnecting.",
    "spoken_failed": "The phone could not connect.",
    # Why the phone does not start
    "old_browser": "This browser is too old for the phone.",
    "old_browser_hint": "Update it: Chrome or Edge 111, Firefox 121, Safari 16.4, or newer.",
    "not_a_module": "webphone.js was imported as a module.",
    "not_a_module_hint": 'Load it with <script src="webphone.js"></script>.',
    "wasm_blocked": "The page's Content-Security-Policy does not let the phone run.",
    "wasm_blocked_hint": "Add 'wasm-unsafe-eval' to its script-src.",
    "untrusted": "The page's Content-Security-Policy does not let the phone load its parts.",
    "untrusted_hint": "Add webphone to its trusted-types.",
    "part_lost": "A part of the phone can't be loaded: {name}.",
    "part_lost_hint": "Check the network, and that the whole folder dist is on the server.",
    "part_spoilt": "A part of the phone is not the one that was built: {name}.",
    "part_spoilt_hint": "Clear the browser's cache; if it stays, upload the folder dist again.",
    "from_disk": "A page opened from disk can't load the parts of the phone.",
    "from_disk_hint": "Open the page from a web server, or use webphone-offline.html.",
    # A call's state
    "preparing": "Starting the call…",
    "dialling": "Calling…",
    "ringing": "Ringing…",
    "early": "Ringing…",
    "incoming": "Incoming call",
    "incoming_video": "Incoming video call",
    "waiting": "Second call waiting",
    "waiting_more": "{count} calls waiting",
    "answering": "Connecting…",
    "held": "On hold",
    "held_for": "On hold {time}",
    "holding": "Putting on hold…",
    "resuming": "Resuming…",
    "held_by_them": "{name} has put you on hold",
    "muted": "You are muted",
    "unstable": "Connection unstable, reconnecting…",
    "no_network": "Demo call without network: the sound stays within this page",
    "ended_after": "Lasted {time}",
    "unknown": "Unknown caller",
    "spoken_preparing": "Starting the call to {name}.",
    "spoken_dialling": "Calling {name}.",
    "spoken_ringing": "It rings at {name}.",
    "spoken_early": "It rings at {name}.",
    "spoken_incoming": "Incoming call from {name}.",
    "spoken_incoming_video": "Incoming video call from {name}.",
    "spoken_answering": "Connecting to {name}.",
    "spoken_active": "In call with {name}.",
    "spoken_held": "{name} is on hold.",
    "spoken_held_by_them": "{name} has put you on hold.",
    "spoken_muted": "You are muted.",
    "spoken_unstable": "The connection is unstable.",
    "spoken_no_network": "There is no network: the sound of this demo call stays within the page.",
    "spoken_ended": "Call with {name} ended. {words}",
}

LETTERS = {
    "2": "ABC",
    "3": "DEF",
    "4": "GHI",
    "5": "JKL",
    "6": "MNO",
    "7": "PQRS",
    "8": "TUV",
    "9": "WXYZ",
    "0": "+",
}


def say(key: str, **values: object) -> str:
    """The words for a key, with its values filled in; names may be in any script."""
    told = {
        name: isolate(value) if isinstance(value, str) else value for name, value in values.items()
    }
    return WORDS[key].format(**told)


def clock(seconds: float) -> str:
    """A duration as mm:ss, or h:mm:ss from one hour on."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def key_name(key: str) -> str:
    """What a screen reader says for a dialpad key."""
    special = {"*": "key_star", "#": "key_hash", "0": "key_zero"}
    if key in special:
        return say(special[key])
    letters = " ".join(LETTERS.get(key, ""))
    return say("key_with_letters", digit=key, letters=letters) if letters else key


def initials(name: str) -> str:
    """At most two letters that stand for a name; empty for a bare number."""
    first = [word[0] for word in name.split() if word[:1].isalpha()]
    return "".join(first[:1] + first[1:][-1:]).upper()
