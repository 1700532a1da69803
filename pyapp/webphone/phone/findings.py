"""What a diagnosis may find, as verdicts: which step it is, who can mend it, and in which words.

The words of a finding are `found_<step>_<finding>`; what is not good has a fix under the same key
and `_fix`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from webphone.border.settings import SERVER, bare
from webphone.contract import Json, WebPhoneError
from webphone.phone.snapshot import Found
from webphone.words import say

GOOD, POOR, BLOCKED, UNKNOWN = "good", "poor", "blocked", "unknown"
VERDICTS = (GOOD, POOR, BLOCKED, UNKNOWN)
YOU, NETWORK, SERVERS = "you", "network", "server"

# Each step in the order in which people fail, and what may be found: the verdict, and the culprit.
FINDINGS: dict[str, dict[str, tuple[str, str | None]]] = {
    "page": {
        "secure": (GOOD, None),
        "soundless": (BLOCKED, YOU),
    },
    "settings": {"complete": (GOOD, None)},
    "port": {
        "open": (GOOD, None),
        "inside": (GOOD, None),
        "silent": (BLOCKED, NETWORK),
        "closed": (BLOCKED, SERVERS),
        "unsafe": (BLOCKED, SERVERS),
    },
    "path": {"right": (GOOD, None), "wrong": (BLOCKED, SERVERS)},
    "protocol": {"spoken": (GOOD, None), "other": (BLOCKED, SERVERS)},
    "registration": {
        "done": (GOOD, None),
        "waiting": (POOR, SERVERS),
        "unwanted": (UNKNOWN, None),
    },
    "microphone": {
        "heard": (GOOD, None),
        "open": (GOOD, None),
        "taken": (GOOD, None),
        "silent": (POOR, YOU),
    },
    "speaker": {"played": (GOOD, None), "held": (POOR, YOU)},
    "host": {"found": (GOOD, None), "none": (BLOCKED, NETWORK)},
    "srflx": {"found": (GOOD, None), "none": (POOR, NETWORK), "unset": (UNKNOWN, None)},
    "relay": {
        "found": (GOOD, None),
        "none": (BLOCKED, NETWORK),
        "refused": (BLOCKED, SERVERS),
        "unset": (UNKNOWN, None),
    },
    "round_trip": {
        "quick": (GOOD, None),
        "slow": (POOR, NETWORK),
        "unanswered": (UNKNOWN, None),
    },
    "dtls": {"made": (GOOD, None), "failed": (BLOCKED, NETWORK)},
    "echo": {"heard": (GOOD, None), "silent": (BLOCKED, NETWORK)},
}
# What may be said of every step.
ANY = ("unreached", "late")
# Browsers open nothing at these ports, whatever listens there (Fetch §2.9): those of plain SIP.
UNSAFE_PORTS = ("5060", "5061")
HEARD = 0.003  # of full scale: the noise of a room that a microphone hears
SLOW = 0.3  # seconds
# What the server's word on a registration is called in the contract.
REFUSED = ("auth_failed", "register_failed")
UNAUTHORIZED = 401  # RFC 8656 §5: of a TURN server


def found(step: str, what: str, **values: str | int | float) -> Found:
    """One finding, in its words."""
    verdict, culprit = FINDINGS[step][what]
    key = f"found_{step}_{what}"
    fact = say(key, **values)
    fix = "" if verdict == GOOD else say(f"{key}_fix", **values)
    return Found(name=step, verdict=verdict, culprit=culprit, fact=fact, fix=fix)


def nothing(step: str, why: str) -> Found:
    """A step of which nothing is known; `why` is one of ANY."""
    return Found(
        name=step,
        verdict=UNKNOWN,
        culprit=None,
        fact=say(f"found_{why}"),
        fix=say(f"found_{why}_fix"),
    )


def by_error(step: str, verdict: str, culprit: str, error: WebPhoneError) -> Found:
    """A finding for which an error of the contract has the words."""
    return Found(name=step, verdict=verdict, culprit=culprit, fact=error.message, fix=error.hint)


def worst(steps: tuple[Found, ...]) -> str:
    """The verdict of all together."""
    verdicts = {step.verdict for step in steps}
    return next((each for each in (BLOCKED, POOR, GOOD) if each in verdicts), UNKNOWN)


# --- Of what the browser tells --------------------------------------------------------------------

Facts = Mapping[str, Json]


def of_page(facts: Facts) -> list[Found]:
    """`secure`, `webrtc`."""
    if not facts.get("secure"):
        return [by_error("page", BLOCKED, SERVERS, WebPhoneError("insecure_context"))]
    return [found("page", "secure" if facts.get("webrtc") else "soundless")]


def unsafe(url: str) -> bool:
    """Whether no browser opens anything at this port."""
    address = SERVER.match(url)
    return address is not None and address["port"] in UNSAFE_PORTS


def of_server(facts: Facts, url: str) -> list[Found]:
    """`opened` as SIP; else `bare` without that subprotocol, `answers` by HTTP, `denied` by the
    browser, and `late`: nothing came at all.
    """
    server = bare(url)
    if facts.get("opened"):
        return reached(server)
    if unsafe(url):
        return _unreached(found("port", "unsafe", server=server))
    if facts.get("bare"):
        right = found("path", "right", server=server)
        return [found("port", "open", server=server), right, found("protocol", "other")]
    if facts.get("answers"):
        address = SERVER.match(url)
        path = (address["path"] if address else "") or "/"
        wrong = found("path", "wrong", path=bare(path))
        return [found("port", "open", server=server), wrong, nothing("protocol", "unreached")]
    if facts.get("denied"):
        return _unreached(by_error("port", BLOCKED, YOU, WebPhoneError("local_network_denied")))
    page = re.sub(r"^ws", "http", server)
    return _unreached(
        found("port", "silent" if facts.get("late") else "closed", server=server, page=page)
    )


def reached(server: str) -> list[Found]:
    """A server that is connected."""
    return [
        found("port", "open", server=server),
        found("path", "right", server=server),
        found("protocol", "spoken"),
    ]


def _unreached(port: Found) -> list[Found]:
    return [port, nothing("path", "unreached"), nothing("protocol", "unreached")]


def of_microphone(facts: Facts) -> list[Found]:
    """`error`, a code of the contract; else `name`, and `level` of full scale where measured."""
    error, level = facts.get("error"), facts.get("level")
    if isinstance(error, str) and error:
        return [by_error("microphone", BLOCKED, YOU, WebPhoneError(error))]
    name = str(facts.get("name") or "-")[:100]
    if not isinstance(level, int | float):
        return [found("microphone", "open", name=name)]
    return [found("microphone", "heard" if level >= HEARD else "silent", name=name)]


def of_speaker(facts: Facts) -> list[Found]:
    """`plays`: whether the browser lets a tone out."""
    return [found("speaker", "played" if facts.get("plays") else "held")]


def of_network(facts: Facts) -> list[Found]:
    """`kinds` of candidates (RFC 8839 §5.1), `stun` and `turn` servers asked, `errors` of them."""
    kinds, errors = (_list(facts.get(name)) for name in ("kinds", "errors"))
    host = found("host", "found" if "host" in kinds or "srflx" in kinds else "none")
    srflx = relay = "unset"
    if facts.get("stun") or facts.get("turn"):
        srflx = "found" if "srflx" in kinds else "none"
    if facts.get("turn"):
        lost = "refused" if UNAUTHORIZED in errors else "none"
        relay = "found" if "relay" in kinds else lost
    return [host, found("srflx", srflx), found("relay", relay)]


def of_loop(facts: Facts) -> list[Found]:
    """`seconds` until two connections of this page were connected, None: never; `packets` heard."""
    seconds = facts.get("seconds")
    if not isinstance(seconds, int | float):
        return [found("dtls", "failed"), nothing("echo", "unreached")]
    packets = facts.get("packets")
    heard = isinstance(packets, int) and packets > 0
    return [
        found("dtls", "made", ms=round(seconds * 1000)),
        found("echo", "heard" if heard else "silent"),
    ]


def _list(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else []
