"""Write pyapp/webphone/phone/emergency_numbers.py: the emergency numbers of each country.

They are those of Google's libphonenumber, out of the package phonenumberslite. With --check nothing
is written; the exit status is 1 when the file is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from phonenumbers import SUPPORTED_SHORT_REGIONS, PhoneMetadata

from generated import settle

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "pyapp/webphone/phone/emergency_numbers.py"

HEAD = '''"""The emergency numbers of each country, written by tools/emergency.py.

From phonenumberslite {version}: libphonenumber, Copyright (C) The Libphonenumber Authors, under the
Apache License 2.0.
"""
# fmt: off

from __future__ import annotations

# A pattern that the whole number matches, and the ISO 3166 codes of the countries where it does.
NUMBERS = {{
{rows}}}
'''


def main() -> int:
    fresh = HEAD.format(version=version("phonenumberslite"), rows="".join(rows()))
    return settle(TARGET, fresh, f"{TARGET.relative_to(ROOT)} is not what phonenumberslite says")


def rows() -> Iterator[str]:
    countries: dict[str, list[str]] = {}
    for country in sorted(SUPPORTED_SHORT_REGIONS):
        numbers = PhoneMetadata.short_metadata_for_region(country).emergency
        if numbers is not None and numbers.national_number_pattern:
            countries.setdefault(numbers.national_number_pattern, []).append(country)
    for pattern, there in sorted(countries.items()):
        yield f'    r"{pattern}": "{" ".join(there)}",\n'


if __name__ == "__main__":
    sys.exit(main())
