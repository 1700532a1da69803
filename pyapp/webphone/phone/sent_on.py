"""Where others may send our calls: by the contact of a redirection, by the target of a transfer."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from webphone.contract import Config, WebPhoneError
from webphone.phone.emergency import is_emergency
from webphone.phone.numbers import address
from webphone.sip import Uri


class Verdict(Enum):
    """Whether this phone dials what somebody else names."""

    YES = "at once"
    ASK = "if the person says so"
    NO = "never"


def may_dial(target: Uri, config: Config) -> Verdict:
    """Whether somebody else may make this phone call `target`: as `redirect-policy` says.

    Never anything but a telephone address, nor an emergency number, whatever the policy.
    """
    if target.scheme not in ("sip", "sips", "tel") or config.redirect_policy == "refuse":
        return Verdict.NO
    if is_emergency(target, config):
        return Verdict.NO
    return Verdict.YES if config.redirect_policy == "follow" else Verdict.ASK


def dialled(target: Uri, domain: str) -> Uri | None:
    """The address to call for it, None where it is none; a tel: number is one of our domain.

    RFC 3261 §19.1.5: the headers and the method that it wants are a stranger's wish.
    """
    if target.scheme == "tel":
        try:
            return address(str(target), domain)
        except WebPhoneError:
            return None
    params = tuple(pair for pair in target.params if pair[0].lower() != "method")
    return replace(target, params=params, headers=())
