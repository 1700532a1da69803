"""How a page may restyle the phone without touching its inside: tokens, parts, slots and states.

Each is declared here once; `make contract` writes the reference and the manifest from it. What is
not named here may change with any version.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A custom property that a page sets on the element: where it is seen, and by which property.

    `seen` is on the gallery's screen of that name; `tried` is a value that is nobody's default.
    """

    name: str
    help: str
    screen: str
    selector: str
    seen: str
    tried: str


TOKENS = tuple(
    Token(f"--wp-{name}", help, screen, selector, seen, tried)
    for name, help, screen, selector, seen, tried in (
        ("font", "The fonts.", "idle", ".card", "fontFamily", "monospace"),
        ("accent", "What can be pressed and is no call; the focus.", "reconnecting",
         '[part~="retry"]', "color", "rgb(1, 2, 3)"),
        ("on-accent", "What stands on it.", "wrap-up", '[part~="log-call"]', "color",
         "rgb(1, 2, 3)"),
        ("surface", "The ground.", "idle", ".card", "backgroundColor", "rgb(1, 2, 3)"),
        ("surface-2", "Keys and buttons on it.", "idle", '[part~="key"]', "backgroundColor",
         "rgb(1, 2, 3)"),
        ("text", "Words.", "idle", ".card", "color", "rgb(1, 2, 3)"),
        ("text-muted", "Words that say less.", "idle", '[part~="key-letters"]', "color",
         "rgb(1, 2, 3)"),
        ("border", "The edge of what can be filled in.", "settings", '[part~="theme"]',
         "borderTopColor", "rgb(1, 2, 3)"),
        ("answer", "The ground of Call and Answer.", "number typed", '[part~="dial"]',
         "backgroundColor", "rgb(1, 2, 3)"),
        ("on-answer", "What stands on it.", "number typed", '[part~="dial"]', "color",
         "rgb(1, 2, 3)"),
        ("hangup", "The ground of Hang up and Decline.", "in call", '[part~="hangup"]',
         "backgroundColor", "rgb(1, 2, 3)"),
        ("on-hangup", "What stands on it.", "in call", '[part~="hangup"]', "color",
         "rgb(1, 2, 3)"),
        ("warn", "What must not be overlooked.", "held by me", '[part~="strip"]', "color",
         "rgb(1, 2, 3)"),
        ("strip", "The ground of that.", "held by me", '[part~="strip"]', "backgroundColor",
         "rgb(1, 2, 3)"),
        ("avatar", "The ground of a person's letters, in place of a colour for each.", "in call",
         '[part~="avatar"]', "backgroundColor", "rgb(1, 2, 3)"),
        ("on-avatar", "What stands on it.", "in call", '[part~="avatar"]', "color",
         "rgb(1, 2, 3)"),
        ("radius", "How round buttons are; the card is twice as round.", "idle", ".card",
         "borderTopLeftRadius", "1px"),
        ("key-size", "The height of a key.", "idle", '[part~="key"]', "minHeight", "70px"),
        ("gap", "Between keys and buttons.", "idle", '[part~="keypad"]', "rowGap", "13px"),
        ("shadow", "Under the card.", "idle", ".card", "boxShadow", "none"),
        ("inline-size", "The width of the element.", "idle", ":host", "width", "290px"),
        ("block-size", "The height that the card likes to have.", "idle", ".card", "height",
         "700px"),
        ("motion", "How long what moves takes; reduced motion turns it off.", "idle",
         '[part~="key"]', "transitionDuration", "77ms"),
    )
)  # fmt: skip

# For `web-phone::part(name)`.
PARTS = {
    "phone": "All of it.",
    "header": "The line on top: who is here, and how the phone stands.",
    "title": "The name in it.",
    "status": "How the phone stands: ready, reconnecting.",
    "menu": "The button More.",
    "banner": "What went wrong, and what to do.",
    "strip": "What must not be overlooked in a call.",
    "number-input": "The field for the number.",
    "keypad": "The keys.",
    "key": "One of them.",
    "key-digit": "The digit on it.",
    "key-letters": "The letters on it.",
    "dial": "Call.",
    "answer": "Answer.",
    "hangup": "Hang up, Decline and Cancel.",
    "hold": "Hold.",
    "mute": "Mute.",
    "transfer": "Transfer.",
    "record": "Record.",
    "avatar": "The picture of the other end, or their letters.",
    "peer-name": "Their name.",
    "peer-number": "Their number.",
    "timer": "The time of the call.",
    "quality": "How it sounds.",
    "page-title": "The heading of a page of the phone, such as Settings.",
    "history": "Past calls.",
    "list": "A list: calls behind the one in front, who is in a conference, messages.",
    "list-item": "A row of it.",
    "launcher": 'The round button of `layout="launcher"`.',
    "launcher-close": "What closes the phone behind it.",
    "badge": "What has come since it was closed, in a number.",
}

# For `<p slot="name">` within the element: the page's own nodes in the phone's places.
SLOTS = {
    "logo": "Begins the line on top.",
    "header-end": "Ends it.",
    "idle-extra": "Below the keys, while there is no call.",
    "call-extra": "Below a call.",
    "footer": "Below all.",
    "launcher-icon": 'In the place of the icon on the round button of `layout="launcher"`.',
}

# For `web-phone:state(name)`.
STATES = {
    "loading": "It is on its way to the server.",
    "registered": "It can be called.",
    "offline": "It can't.",
    "ringing-in": "A call comes in.",
    "ringing-out": "A call goes out, and nobody has answered yet.",
    "active": "A call is answered.",
    "held": "The call in front is on hold.",
    "muted": "The microphone is closed in the call in front.",
    "in-conference": "The call in front is in the conference.",
    "recording": "A call is recorded.",
    "other-tab": "Another tab has the phone.",
    "error": "Something went wrong that is not read yet.",
}
