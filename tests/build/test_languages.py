"""The words of each language are a file of their own, which only a page that speaks it fetches."""

import json

import pytest

from starting import UP, hold, put_page
from webphone.words import LANGUAGES, languages, said_in, say
from webphone.words.en import WORDS

pytestmark = pytest.mark.browser
PHONE = '<web-phone id="phone" demo></web-phone>'
OTHERS = [language for language in LANGUAGES if language != "en"]
SAYS = """([part, text]) => new Promise((then) => {
  const look = () => (phone.shadowRoot.querySelector(`[part~=${part}]`)?.textContent.includes(text) ? then() : setTimeout(look, 20));
  look();
})"""


@pytest.fixture
def shop(dist, serve, tmp_path):
    """Gives the address of a page with this markup, in a language."""

    def made(markup, lang="en"):
        put_page(dist, tmp_path, markup)
        page = tmp_path / "page.html"
        page.write_text(page.read_text().replace("<html", f'<html lang="{lang}"', 1))
        if "<html" not in page.read_text():
            page.write_text(f'<!doctype html><html lang="{lang}">{page.read_text()}')
        return serve(tmp_path) + "/page.html"

    return made


def fetched(visit):
    """The languages of which words were fetched."""
    names = [url.rpartition("/")[2] for url in visit.requests if "/words-" in url]
    return sorted({name.split(".")[0].removeprefix("words-") for name in names})


def says(page, key, part="dial", language="de"):
    page.evaluate(SAYS, [part, said_in(language, say(key))])


def test_each_file_holds_all_that_its_module_says(dist):
    for language in OTHERS:
        [path] = (dist / "runtime").glob(f"words-{language}.*.json")
        data, table = json.loads(path.read_text()), languages.table(language)
        assert dict(zip(WORDS, data["words"], strict=True)) == table.words
        assert data["plurals"] == table.plurals
        assert data["shell"]["lang"] == language


def test_the_runtime_carries_no_language_but_english(dist):
    [archive] = (dist / "runtime").glob("python.*.zip")
    data = archive.read_bytes()
    assert b"webphone/words/en.py" in data
    for name in OTHERS:
        module = LANGUAGES[name].rpartition(".")[2]
        assert f"webphone/words/{module}.py".encode() not in data


def test_a_page_in_english_fetches_no_words(shop, visit):
    visited = visit()
    visited.page.goto(shop(PHONE, "en-GB"))
    visited.page.evaluate(UP)
    assert fetched(visited) == []


@pytest.mark.parametrize(("lang", "language"), [("de-AT", "de"), ("ar", "ar")])
def test_shell_and_phone_speak_the_language_of_the_page_and_fetch_it_once(
    shop, visit, lang, language
):
    visited = visit()
    page = visited.page
    let_go = hold(page, "**/python.*.zip")
    page.goto(shop(PHONE, lang))
    says(page, "call", language=language)
    field = "phone.shadowRoot.querySelector('input')"
    assert page.evaluate(f"{field}.placeholder") == said_in(language, say("number_hint"))
    direction = "getComputedStyle(phone.shadowRoot.firstElementChild).direction"
    assert page.evaluate(direction) == ("rtl" if language == "ar" else "ltr")
    page.evaluate(
        "phone.said = []; phone.on('statechange', () => phone.said.push(phone.shadowRoot.querySelector('[part~=dial]').textContent))"
    )
    let_go()
    page.evaluate(UP)
    says(page, "state_registered", "status", language)
    says(page, "call", language=language)
    assert page.evaluate(direction) == ("rtl" if language == "ar" else "ltr")
    assert said_in("en", say("call")) not in page.evaluate("phone.said")
    assert fetched(visited) == [language]
    assert len([url for url in visited.requests if "/words-" in url]) == 1


def test_a_page_changes_its_language_at_run_time_and_back(shop, visit):
    visited = visit()
    page = visited.page
    page.goto(shop(PHONE))
    page.evaluate(UP)
    page.evaluate("phone.lang = 'de'")
    says(page, "call")
    refused = page.evaluate("phone.hold().catch(({ message }) => message)")
    assert refused == said_in("de", say("error_no_call"))
    page.evaluate("document.documentElement.lang = 'ar'; phone.removeAttribute('lang')")
    says(page, "call", language="ar")
    page.evaluate("document.documentElement.lang = 'en'")
    says(page, "call", language="en")
    page.evaluate("phone.lang = 'de'")
    says(page, "call")
    assert fetched(visited) == ["ar", "de"]


def test_where_the_words_do_not_come_the_phone_speaks_english(shop, visit):
    visited = visit()
    page = visited.page
    page.route("**/words-de.*", lambda route: route.abort())
    page.goto(shop(PHONE, "de"))
    page.evaluate(UP)
    says(page, "state_registered", "status", "en")
    page.unroute("**/words-de.*")
    page.evaluate("phone.lang = 'ar'")
    says(page, "call", language="ar")
    page.evaluate("phone.lang = 'de'")
    says(page, "call")
