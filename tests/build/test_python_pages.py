"""A page that has Python of its own: it finds the phone, whoever's PyScript runs it, in any order."""

import shutil
import zipfile

import pytest

from starting import UP, put_page

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


@pytest.fixture
def shop(dist, root, tmp_path):
    """A folder with the build, a stock PyScript and Pyodide in `theirs`, and our package as a file."""
    put_page(dist, tmp_path, "")
    shutil.copytree(root / "web" / "vendor", tmp_path / "theirs")
    with zipfile.ZipFile(tmp_path / "webphone.zip", "w") as archive:
        for path in (root / "pyapp" / "webphone").rglob("*.py"):
            archive.write(path, path.relative_to(root / "pyapp"))
    return tmp_path


@pytest.fixture
def open_page(shop, serve, visit):
    """Opens a page whose head and body are these; its Python's word comes in `data-told`."""

    def open_one(head, body, headers=None):
        icon = '<link rel="icon" href="data:,">'
        (shop / "page.html").write_text(
            f'<!doctype html><title>Shop</title><script src="watch.js"></script>{icon}{head}'
            f"<body>{body}</body>"
        )
        visited = visit()
        visited.origin = serve(shop, headers)
        visited.page.goto(visited.origin + "/page.html")
        return visited

    return open_one


def told(visited, name="told"):
    try:
        visited.page.wait_for_selector(f"body[data-{name}]", timeout=60_000)
    except Exception as late:
        raise AssertionError(f"nothing told; {visited.complaints}") from late
    return visited.page.get_attribute("body", f"data-{name}")


def py(code, attributes=""):
    return f'<script type="py" {attributes}>{code}</script>'


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
    assert told(visited) == TOLD
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
    assert told(visited) == TOLD
    visited.page.evaluate(UP)
    assert visited.complaints == []
    fetched = [url for url in visited.requests if url.endswith(".wasm")]
    assert len(fetched) == 2, "their Python and ours"
    assert not any("/runtime/python-more" in url for url in visited.requests)
    assert visited.outside(visited.origin) == []
