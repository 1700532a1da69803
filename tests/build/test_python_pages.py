"""A page that has Python of its own: it finds the phone, whoever's PyScript runs it, in any order."""

import zipfile

import pytest

from starting import UP, py, told

pytestmark = pytest.mark.browser

WEBPHONE = '<script src="webphone.js"></script>'
PHONE = '<web-phone id="support" demo auto-register></web-phone>'
# What a page's own Python does here: it signs the phone in, calls the echo, and hangs up again.
CALL = """
import asyncio
from js import document
from webphone import Phone

phone = Phone.get("support")
told, over = [], asyncio.Event()

@phone.on("answer")
async def talk(call):
    await asyncio.sleep(0)
    told.append(call["to"]["number"])
    await phone.hangup()

@phone.on("end")
def note(record):
    told.append(record["disposition"])
    over.set()

await phone.ready()
await phone.make_call("600")
await over.wait()
document.body.dataset.told = " ".join(told)
"""
TOLD = "600 answered"
CORE = '<script type="module" src="theirs/pyscript/core.js"></script>'
THEIR_PYTHON = "import sys; from js import document; document.body.dataset.python = sys.version"


# --- our PyScript runs it -------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["before", "after", "in the head, before", "by src, before"])
def test_the_python_of_a_page_calls_with_the_phone(open_page, shop, place):
    (shop / "own.py").write_text(CALL)
    own = py("", 'src="own.py"') if "src" in place else py(CALL)
    head = own + WEBPHONE if "head" in place or "src" in place else WEBPHONE
    body = {"before": own + PHONE, "after": PHONE + own}.get(place, PHONE)
    if place == "before":
        head, body = "", own + WEBPHONE + PHONE
    visited = open_page(head, body)
    assert told(visited.page) == TOLD
    assert visited.complaints == []
    assert visited.outside(visited.origin) == []


# --- the page has a PyScript of its own -----------------------------------------------------------


@pytest.fixture
def config(shop):
    (shop / "pyscript.toml").write_text(
        'interpreter = "./theirs/pyodide/pyodide.mjs"\npackages_cache = "passthrough"\n'
        '[files]\n"./webphone.zip" = "./*"\n'
    )
    return 'config="pyscript.toml"'


@pytest.mark.parametrize("order", ["theirs first", "ours first"])
def test_a_page_with_its_own_pyscript_keeps_it_and_has_the_phone(open_page, config, order):
    scripts = [CORE, WEBPHONE] if order == "theirs first" else [WEBPHONE]
    late = "" if order == "theirs first" else CORE
    visited = open_page("".join(scripts), PHONE + py(CALL, config) + late)
    assert told(visited.page) == TOLD
    visited.page.evaluate(UP)
    assert visited.complaints == []
    fetched = [url for url in visited.requests if url.endswith(".wasm")]
    assert len(fetched) == 2, "their Python and ours"
    assert not any("/runtime/python-more" in url for url in visited.requests)
    assert visited.outside(visited.origin) == []


def test_where_the_page_s_own_pyscript_does_not_come_ours_runs_its_python(open_page):
    lost = CORE.replace("core.js", "core.js?lost").replace("theirs", "nowhere")
    visited = open_page(lost + WEBPHONE, PHONE + py(CALL))
    assert told(visited.page) == TOLD


def test_a_page_that_is_read_slowly_has_its_phone_before_its_last_script(shop, serve, visit):
    """Whose PyScript it will be is not known until then."""
    (shop / "slow.js").write_text("")
    last = "<script src='slow.js'></script>"
    (shop / "page.html").write_text(
        f"<!doctype html>{WEBPHONE}{PHONE}{py(THEIR_PYTHON)}{last}<body></body>"
    )
    visited = visit()
    held = []
    visited.page.route("**/slow.js", lambda route: held.append(route))
    visited.page.goto(serve(shop) + "/page.html", wait_until="commit")
    visited.page.evaluate(UP)
    assert visited.page.evaluate("document.readyState") == "loading"
    held[0].continue_()
    assert told(visited.page, "python").startswith("3.14")


# --- a page with a Pyodide of its own -------------------------------------------------------------

RAW = """
import { loadPyodide } from "./theirs/pyodide/pyodide.mjs";
const python = await loadPyodide({ indexURL: "theirs/pyodide/" });
const packed = await (await fetch("webphone.zip")).arrayBuffer();
python.unpackArchive(packed, "zip");
await python.runPythonAsync(await (await fetch("own.py")).text());
"""


@pytest.mark.parametrize("order", ["theirs first", "ours first"])
def test_a_page_with_its_own_pyodide_has_the_phone(open_page, shop, order):
    (shop / "own.py").write_text(CALL)
    (shop / "raw.js").write_text(RAW)
    raw = '<script type="module" src="raw.js"></script>'
    visited = open_page(
        *([raw, WEBPHONE + PHONE] if order == "theirs first" else [WEBPHONE, PHONE + raw])
    )
    assert told(visited.page) == TOLD
    assert visited.complaints == []


# --- what a page's Python may ask for -------------------------------------------------------------

PHONENUMBERS = """
import phonenumbers
from js import document
number = phonenumbers.parse("020 7946 0018", "GB")
document.body.dataset.told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
"""
ASKING = {
    "py-config": '<py-config>packages = ["phonenumberslite"]</py-config>' + py(PHONENUMBERS),
    "a file": py(PHONENUMBERS, 'config="own.toml"'),
    "JSON": py(PHONENUMBERS, """config='{"packages": ["phonenumberslite"]}'"""),
    "micropip": py(
        "import micropip; await micropip.install('phonenumberslite')" + PHONENUMBERS,
        """config='{"packages": ["micropip"]}'""",
    ),
    "loadPackage": py(
        "import pyodide_js; await pyodide_js.loadPackage('phonenumberslite')" + PHONENUMBERS
    ),
}


@pytest.mark.parametrize("way", ASKING)
def test_a_package_that_the_build_brings_along_needs_no_other_server(open_page, shop, way):
    (shop / "own.toml").write_text('packages = ["phonenumberslite"]\n')
    visited = open_page(WEBPHONE, PHONE + ASKING[way])
    assert told(visited.page) == "+442079460018"
    assert visited.complaints == []
    assert visited.outside(visited.origin) == []


@pytest.fixture
def extra_wheel(shop):
    """A wheel of the page's own, beside it."""
    name = "greeting-1.0-py3-none-any.whl"
    with zipfile.ZipFile(shop / name, "w") as wheel:
        wheel.writestr("greeting.py", "WORD = 'hello'\n")
        about = "greeting-1.0.dist-info/"
        wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
        wheel.writestr(
            about + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(about + "RECORD", "")
    return name


GREET = "import greeting; from js import document; document.body.dataset.told = greeting.WORD"
INSTALL = f"""
import pyodide_js
from js import document
await pyodide_js.loadPackage("micropip")
import micropip
await micropip.install(f"{{document.location.origin}}/greeting-1.0-py3-none-any.whl")
{GREET}
"""


@pytest.mark.parametrize("way", ["in Python", "by the config"])
def test_micropip_installs_a_wheel_of_the_page_s_own_server(open_page, extra_wheel, way):
    by_config = f"""config='{{"packages": ["./{extra_wheel}"]}}'"""
    visited = open_page(
        WEBPHONE, PHONE + (py(INSTALL) if way == "in Python" else py(GREET, by_config))
    )
    assert told(visited.page) == "hello"
    assert visited.complaints == []
    assert visited.outside(visited.origin) == []
