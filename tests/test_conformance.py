"""What the page of conformance says: every section that is cited is shown by a test."""

from pathlib import Path

import pytest

import conformance

ROOT = Path(__file__).parents[1]


def test_every_section_that_the_sources_cite_is_shown_by_a_test() -> None:
    lost = conformance.unshown()
    assert lost == {}, "mark the test that shows it: @pytest.mark.rfc(section, what is obeyed)"


def test_a_section_that_no_test_shows_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sources, tests = tmp_path / "pyapp", tmp_path / "tests" / "sip"
    sources.mkdir()
    tests.mkdir(parents=True)
    (sources / "a.py").write_text(
        "# RFC 3261 §14.1 and §9.\n# RFC 3262 section 3, §4.1 or\n# §5: x\n"
    )
    (tests / "test_a.py").write_text(
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.rfc('3261 §9.1', 'so'))])\n"
        "def test_one(x): ...\n"
        "@pytest.mark.rfc('3261 §14', 'thus')\n"
        "def test_two(): ...\n"
    )
    monkeypatch.setattr(conformance, "ROOT", tmp_path)
    monkeypatch.setattr(conformance, "TESTS", tmp_path / "tests")
    # A row above it or below it is enough; of another RFC it is none.
    lost = {f"RFC 3262 §{section}": ["pyapp/a.py"] for section in ("3", "4.1", "5")}
    assert conformance.unshown() == lost
    rows = conformance.rows("rfc")
    assert [(row.section, row.says, row.test) for row in rows] == [
        ((9, 1), "so", "test_one"),
        ((14,), "thus", "test_two"),
    ]


@pytest.mark.parametrize("text", ["RFC 3261 §14", "3261", "3261 14.1", "3261 §14.", ""])
def test_what_is_no_section_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        conformance.section_of(text)


def test_every_torture_message_and_every_server_is_on_the_page() -> None:
    page = conformance.written()
    torture = page.partition("## RFC 4475, message")[2].partition("## With")[0]
    assert "| §3.1.1.1 | wsinv |" in torture and "refused: 481" in torture
    assert torture.count("\n| §3.") == 49
    for party in conformance.PARTIES:
        told = page.partition(f"### {party} (")[2].partition("###")[0]
        assert told.count("\n- [") > 0, party


def test_the_page_is_what_the_tests_say() -> None:
    assert conformance.PAGE.read_text() == conformance.written(), "run make contract"
