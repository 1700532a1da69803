"""Write docs/conformance.md: which section of which RFC is obeyed, and the test that shows it.

A test says so itself, by `@pytest.mark.rfc("3261 §14.1", "what is obeyed")`, or by `deviates` with
what is done instead and why; the marks are read from the files, and no test is run.
`--check` says whether the page is what the tests say now, and writes nothing.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from generated import settle

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "conformance.md"
TESTS = ROOT / "tests"
TORTURE = TESTS / "sip" / "test_torture.py"
# `RFC 3261 §8.2, §9.2 and §12.2.2`, or `section 8.2`.
CITED = re.compile(
    r"RFC (\d{4}) (?:§|section )"
    r"(\d+(?:\.\d+)*(?:(?:,|,? (?:and|or|to))\s+(?:#\s+)?§\d+(?:\.\d+)*)*)"
)
SECTION = re.compile(r"(\d{4}) §(\d+(?:\.\d+)*)")

HEAD = """# Conformance

Each row is a section of an RFC that the phone obeys, or that the built-in exchange does, and a test
that fails where it no longer does. The tests say so themselves, by a mark; `tools/conformance.py`
writes this page from the marks, and `make check` says when it is not what they say. What is cited
in `pyapp/` without a row here fails `tests/test_conformance.py`.

- [What is done otherwise, and why](#done-otherwise)
- [RFC 4475, message by message](#rfc-4475-message-by-message)
- [With real servers and phones](#with-real-servers-and-phones)
"""
OTHERWISE = """
## Done otherwise

Where the phone knowingly does something else than a section says, or less, and the test that shows
what it does instead. More reasons are in [decisions](decisions.md).

"""
TORTURED = """
## RFC 4475, message by message

Each of the 49 torture messages comes over the wire to an agent without a call, in
[test_torture.py](../tests/sip/test_torture.py), whose table this is. "Rings" is an INVITE that a
person can answer; a response that belongs to nothing is dropped, and nobody answers it.

"""
SERVERS = """
## With real servers and phones

What runs between the phone in a real browser and the real thing. `make test` runs all but the last
two, `make test-servers` those; a story stands under each of its parties.

"""

# Where the tests of a folder run.
PLACES = {
    "border": "pure",
    "browser": "Chromium",
    "build": "the build",
    "examples": "Chromium",
    "exchange": "exchange",
    "interop": "Kamailio",
    "media": "descriptions",
    "page": "Chromium",
    "phone": "stage",
    "servers": "server",
    "sip": "agent",
    "ui": "pure",
    "words": "pure",
}

# What tests/interop tries of other phones alone, or of the documents.
NO_STORY = ("test_bench.py", "test_readme.py")
# Who takes part where a test has one of these fixtures, and of which version.
PARTIES = {
    "Kamailio": (("kamailio", "kamailio_sha256", "start_kamailio"), "5.6, Debian 12"),
    "rtpengine": (("rtpengine",), "10.5, Debian 12"),
    "coturn": (("coturn",), "4.6, Debian 12"),
    "SIPp": (("sipp", "answered_call"), "3.6, Debian 12"),
    "baresip": (("baresip", "start_baresip"), "1.0, Debian 12"),
    "JsSIP": (("jssip_page",), ""),
    "Firefox": ((), "ESR, Debian 12"),
    "Asterisk": ((), "22, Debian sid"),
    "Kamailio as the documents have it": ((), "5.6 with rtpengine 10.5, Debian 12"),
}
ALL_WITH = {
    "test_frame_in_firefox.py": "Firefox",
    "test_asterisk.py": "Asterisk",
    "test_kamailio.py": "Kamailio as the documents have it",
}

TITLES = {
    2046: "MIME: media types",
    2198: "RTP payload for redundant audio",
    3261: "SIP",
    3262: "Reliable provisional responses",
    3263: "Locating SIP servers",
    3264: "Offer and answer",
    3311: "UPDATE",
    3323: "Privacy",
    3325: "Asserted identity",
    3326: "Reason",
    3327: "Path",
    3428: "MESSAGE",
    3515: "REFER",
    3550: "RTP",
    3551: "RTP profile for audio and video",
    3608: "Service-Route",
    3665: "Call flows",
    3842: "Message waiting",
    3856: "Presence",
    3863: "Presence documents",
    3890: "Bandwidth in SDP",
    3891: "Replaces",
    3892: "Referred-By",
    3903: "PUBLISH",
    3960: "Early media and ringing tone",
    3966: "tel addresses",
    4028: "Session timers",
    4122: "UUIDs",
    4145: "Connections in SDP",
    4235: "Dialog events",
    4244: "History-Info",
    4320: "Non-INVITE transactions",
    4458: "Voice mail addresses",
    4475: "Torture messages",
    4480: "Rich presence",
    4488: "REFER without a subscription",
    4575: "Conference events",
    4585: "RTCP feedback",
    4588: "RTP retransmission",
    4647: "Matching of language tags",
    4733: "Telephone events",
    4916: "Connected identity",
    5057: "Several usages of a dialog",
    5576: "Attributes of sources in SDP",
    5589: "Call transfer",
    5621: "Bodies of SIP messages",
    5626: "Outbound",
    5627: "GRUU",
    5646: "Language tags",
    5763: "DTLS-SRTP in SIP",
    5764: "DTLS-SRTP",
    5806: "Diversion",
    5888: "Grouping in SDP",
    5922: "Certificates of domains",
    5954: "IPv6 addresses",
    6026: "2xx to INVITE",
    6086: "INFO packages",
    6141: "Re-INVITE and target refresh",
    6223: "Keep-alive",
    6228: "199",
    6337: "Patterns of offer and answer",
    6544: "ICE over TCP",
    6665: "Events",
    6750: "Bearer tokens",
    7044: "History-Info",
    7064: "STUN addresses",
    7118: "SIP over WebSocket",
    7315: "P-headers",
    7462: "Alert-Info",
    7616: "Digest authentication",
    7647: "REFER and dialogs",
    7874: "Audio codecs of WebRTC",
    7989: "Session-ID",
    8122: "Fingerprints in SDP",
    8224: "Authenticated identity",
    8285: "RTP header extensions",
    8489: "STUN",
    8588: "Verified callers",
    8599: "Push",
    8760: "Digest algorithms for SIP",
    8829: "JSEP",
    8830: "Media streams in SDP",
    8839: "ICE in SDP",
    8840: "Trickle ICE in SIP",
    8842: "DTLS-SRTP in SDP",
    8843: "BUNDLE",
    8853: "Simulcast",
    8866: "SDP",
    8898: "Bearer tokens for SIP",
    9110: "HTTP",
    9143: "BUNDLE",
    9429: "JSEP",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A section, what is obeyed of it or done instead, and the test that shows it."""

    rfc: int
    section: tuple[int, ...]
    says: str
    file: Path
    test: str

    @property
    def link(self) -> str:
        name = self.test.removeprefix("test_").replace("_", " ")
        return f"[{name}](../{self.file})"

    @property
    def place(self) -> str:
        folder = self.file.parts[1]
        return ALL_WITH.get(self.file.name) or PLACES.get(folder, "pure")


def main() -> int:
    return settle(PAGE, written(), "docs/conformance.md is not what the tests say")


def written() -> str:
    """The whole page."""
    obeyed = "".join(chapters(rows("rfc")))
    instead = OTHERWISE + otherwise(rows("deviates"))
    return HEAD + obeyed + instead + TORTURED + torture() + SERVERS + servers()


# --- the marks ------------------------------------------------------------------------------------


def rows(mark: str) -> list[Row]:
    """What the tests say by this mark, by RFC and section."""
    found = [row for path in test_files() for row in marked(path, mark)]
    return sorted(found, key=lambda row: (row.rfc, row.section, str(row.file)))


def test_files() -> list[Path]:
    return sorted(TESTS.rglob("test_*.py"))


@cache
def tests_of(path: Path) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    """Each file is read once."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return tuple(
        line
        for line in ast.parse(path.read_text()).body
        if isinstance(line, kinds) and line.name.startswith("test_")
    )


@cache
def marks_of(path: Path) -> tuple[tuple[str, str, ast.Call], ...]:
    """Test, name and call of every mark in a file: above tests, and among their parameters."""
    return tuple(
        (test.name, ast.unparse(call.func), call)
        for test in tests_of(path)
        for outer in test.decorator_list
        for call in ast.walk(outer)
        if isinstance(call, ast.Call)
    )


def marked(path: Path, mark: str) -> Iterator[Row]:
    """The marks of that name in a file."""
    for test, name, call in marks_of(path):
        if name != f"pytest.mark.{mark}":
            continue
        section, says = map(ast.literal_eval, call.args)
        rfc, numbers = section_of(section)
        file = path.relative_to(ROOT)
        yield Row(rfc=rfc, section=numbers, says=says, file=file, test=test)


def section_of(text: str) -> tuple[int, tuple[int, ...]]:
    """`3261 §14.1`: (3261, (14, 1)); raises ValueError for anything else."""
    found = SECTION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no section: write it as '3261 §14.1'")
    return int(found[1]), tuple(map(int, found[2].split(".")))


def cited() -> dict[tuple[int, tuple[int, ...]], list[str]]:
    """The sections that the sources cite, each with the files that do."""
    found: dict[tuple[int, tuple[int, ...]], list[str]] = {}
    for path in sorted((ROOT / "pyapp").rglob("*.py")):
        for rfc, sections in CITED.findall(path.read_text()):
            for section in re.findall(r"\d+(?:\.\d+)*", sections):
                key = int(rfc), tuple(map(int, section.split(".")))
                found.setdefault(key, []).append(str(path.relative_to(ROOT)))
    return found


def unshown() -> dict[str, list[str]]:
    """What the sources cite and no test shows: no row for it, above it or below it."""
    shown = {(row.rfc, row.section) for mark in ("rfc", "deviates") for row in rows(mark)}

    def covers(section: tuple[int, ...], other: tuple[int, ...]) -> bool:
        return all(one == two for one, two in zip(section, other))

    return {
        f"RFC {rfc} §{'.'.join(map(str, section))}": sorted(set(files))
        for (rfc, section), files in sorted(cited().items())
        if not any(rfc == other and covers(section, row) for other, row in shown)
    }


# --- the page -------------------------------------------------------------------------------------


def chapters(found: list[Row]) -> Iterator[str]:
    for rfc, of_rfc in groupby(found, key=lambda row: row.rfc):
        yield f"\n## RFC {rfc}{': ' * (rfc in TITLES)}{TITLES.get(rfc, '')}\n\n"
        yield table(
            ("section", "what is obeyed", "shown by", "where"),
            (
                (f"§{'.'.join(map(str, row.section))}", row.says, row.link, row.place)
                for row in of_rfc
            ),
        )


def otherwise(found: list[Row]) -> str:
    return table(
        ("section", "what is done, and why", "shown by", "where"),
        (
            (f"RFC {row.rfc} §{'.'.join(map(str, row.section))}", row.says, row.link, row.place)
            for row in found
        ),
    )


def torture() -> str:
    """The table of the test of RFC 4475, beside what the RFC calls each message."""
    tree = ast.parse(TORTURE.read_text())
    told: dict[str, str] = {}
    for line in tree.body:
        if not isinstance(line, ast.AnnAssign) or not isinstance(line.value, ast.Dict):
            continue
        for key, value in zip(line.value.keys, line.value.values):
            if ast.unparse(line.target) == "REQUESTS" and isinstance(value, ast.Tuple):
                told[ast.literal_eval(key or value)] = answered(ast.unparse(value.elts[0]))
            elif ast.unparse(line.target) == "RESPONSES":
                told[ast.literal_eval(key or value)] = "dropped: it answers nothing of ours"
                if "_unreadable" in ast.unparse(value):
                    told[ast.literal_eval(key or value)] = "dropped: it cannot be read"
    messages = json.loads((TORTURE.parent / "torture" / "manifest.json").read_text())["messages"]
    return table(
        ("section", "message", "is about", "what the RFC asks", "what becomes of it"),
        (
            (f"§{one['section']}", one["name"], one["title"], one["expected"], told[one["name"]])
            for one in messages
        ),
    )


def answered(status: str) -> str:
    sys.path.insert(0, str(ROOT / "pyapp"))
    from webphone.sip.wire.reasons import REASONS

    if status == "INVITED":
        return "rings"
    verb = "answered" if status.startswith("2") else "refused:"
    return f"{verb} {status} {REASONS[int(status)]}"


def servers() -> str:
    """The stories with each party, by what a test asks for."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    jssip = lock["packages"]["node_modules/jssip"]["version"]
    stories: dict[str, list[Row]] = {name: [] for name in PARTIES}
    for folder in ("interop", "servers"):
        for path in sorted((TESTS / folder).glob("test_*.py")):
            for test in () if path.name in NO_STORY else tests_of(path):
                asked = {argument.arg for argument in test.args.args}
                file = path.relative_to(ROOT)
                row = Row(rfc=0, section=(), says="", file=file, test=test.name)
                for party in parties(path, asked):
                    stories[party].append(row)
    text = ""
    for party, told in stories.items():
        version = PARTIES[party][1] or f"{jssip}, npm"
        text += f"### {party} ({version})\n\n"
        text += "".join(f"- {row.link}\n" for row in told) + "\n"
    return text.rstrip("\n") + "\n"


def parties(path: Path, asked: set[str]) -> list[str]:
    if path.name in ALL_WITH:
        return [ALL_WITH[path.name]]
    found = [name for name, (fixtures, _) in PARTIES.items() if asked & set(fixtures)]
    # Every other phone is registered at Kamailio.
    return found or ["Kamailio"]


def table(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *body]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in line) + " |\n"
        for line in lines
    )


if __name__ == "__main__":
    raise SystemExit(main())
