"""Which numbers are for emergencies: they are dialled by a person who has confirmed it, or not."""

from __future__ import annotations

import re

from webphone.contract import Config
from webphone.phone.numbers import printed
from webphone.sip import Uri

# What every mobile phone takes for one, wherever it is (3GPP TS 22.101 §10.1.1).
ANYWHERE = ("112", "911")


def is_emergency(target: Uri, config: Config) -> bool:
    """Whether a call to this address needs a confirmation: by the setting, else by the country."""
    number = (printed(target.shown_number) or "").removeprefix("+")
    if not number:
        return False
    if config.emergency_numbers:
        return number in {written.removeprefix("+") for written in config.emergency_numbers}
    if config.demo:  # which has numbers of its own, and calls nobody
        return False
    return number in ANYWHERE or _known(number, config.country.upper())


def _known(number: str, country: str) -> bool:
    # Loaded by the first call.
    from webphone.phone.emergency_numbers import NUMBERS

    patterns = (pattern for pattern, countries in NUMBERS.items() if country in countries.split())
    return any(re.fullmatch(pattern, number) for pattern in patterns)
