"""What descriptions say of a recording: whether there is one, and what is wished (RFC 7866 §7)."""

from __future__ import annotations

import re

from webphone.media.sdp import Description

# RFC 7866 §7.1.2: indication = "on" / "off" / "paused", the strongest first
_STATES = ("on", "paused", "off")
# §7.3.2: pref = "on" / "off" / "pause" / "nopreference"
_WISHES = ("off", "pause", "on", "nopreference")
_SECTION = re.compile(r"^m=", re.MULTILINE)


def recording(remote: Description) -> str:
    """on, paused or off, as the other side says of its own recording; "" where it says nothing.

    A section goes before the session (RFC 7866 §7.1.2); recorded is who is so in any of them.
    """
    return _strongest(remote, "record", _STATES)


def wish(remote: Description) -> str:
    """on, off, pause or nopreference, as the other side wishes of ours; "" where it does not say.

    RFC 7866 §7.3.2; of several sections the wish counts that records least.
    """
    return _strongest(remote, "recordpref", _WISHES)


def _strongest(remote: Description, name: str, known: tuple[str, ...]) -> str:
    said = {(section.own_or_session(name) or "").lower() for section in remote.live}
    return next((each for each in known if each in said), "")


def marked(sdp: str, state: str, preference: str) -> str:
    """A description of ours that says so of all its sections; "" says nothing."""
    said = (("record", state), ("recordpref", preference))
    lines = "".join(f"a={name}:{value}\r\n" for name, value in said if value)
    return _SECTION.sub(lambda found: lines + found[0], sdp, count=1)
