"""What is written by hand under web/ stays small, and no JavaScript knows of telephony."""

import pytest

GENERATED = {"contract.js", "webphone.d.ts", "custom-elements.json"}
PAGE_AROUND = ("demo.", "icon", "manifest")
TELEPHONY = ["SIP/2.0", "INVITE", "m=audio"]


@pytest.fixture
def by_hand(root):
    web = root / "web"
    return [
        path
        for path in web.rglob("*")
        if path.is_file()
        and path.suffix != ".png"
        and path.name not in GENERATED
        and web / "vendor" not in path.parents
    ]


def test_what_is_written_by_hand_for_the_phone_has_fewer_than_420_lines_in_all(by_hand):
    phone = [path for path in by_hand if not path.name.startswith(PAGE_AROUND)]
    lines = {path.name: len(path.read_text().splitlines()) for path in phone}
    assert lines, "nothing found: the test looks in the wrong place"
    assert sum(lines.values()) < 420, lines


@pytest.mark.parametrize("word", TELEPHONY)
def test_no_file_speaks_of_telephony(by_hand, root, word):
    starting = [*(root / "tools" / "boot").iterdir(), *(root / "tools").glob("*.js")]
    assert [path.name for path in [*by_hand, *starting] if word in path.read_text()] == []
