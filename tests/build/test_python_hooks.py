"""What a page's own Python does wrong is told to who wrote it, and the phone and the page go on."""

import pytest

from page.demo_server import DemoServer
from starting import UP, py, told

pytestmark = pytest.mark.browser
WEBPHONE = '<script src="webphone.js"></script>'
PHONE = '<web-phone id="support" demo auto-register></web-phone>'
HOOKS = """
import asyncio
from js import document
from webphone import Phone

phone = Phone.get("support")

@phone.on("ringingout")
def plain(call):
    {}["no plain hook"]

@phone.on("answer")
async def later(call):
    await asyncio.sleep(0)
    {}["no async hook"]

@phone.on("answer")
async def good(call):
    await asyncio.sleep(0.1)
    asyncio.ensure_future(forgotten())
    await asyncio.sleep(0.1)
    await phone.hangup()

async def forgotten():
    {}["no task"]

@phone.on("end")
def over(record):
    document.body.dataset.told = record["disposition"]

await phone.ready()
await phone.make_call("605")
{}["no script"]
"""
# A page whose Python is another than the phone's, which has our package from a file.
THEIRS = """config='{"interpreter": "./theirs/pyodide/pyodide.mjs", "files": {"./webphone.zip": "./*"}}'"""
CORE = '<script type="module" src="theirs/pyscript/core.js"></script>'


def pages(whose):
    """The head, and what the first script says of itself."""
    return (CORE + WEBPHONE, THEIRS) if whose == "theirs" else (WEBPHONE, "")


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_hook_that_fails_is_told_with_its_traceback_and_hurts_nothing(open_page, whose):
    head, attributes = pages(whose)
    visited = open_page(head, PHONE + py(HOOKS, attributes))
    assert told(visited.page) == "answered"
    for name, line in [("plain", "plain hook"), ("later", "async hook"), ("<module>", "script")]:
        [said] = [text for text in visited.complaints if f"no {line}" in text]
        assert "Traceback" in said
        assert f", in {name}" in said
    assert visited.page.evaluate("told.filter(([name]) => name === 'error')") == []


SERVERS = """
import asyncio
from js import document
from webphone import Phone

phone = Phone.get("line")

async def relays():
    await asyncio.sleep(0)
    return [{"urls": "stun:127.0.0.1:9"}]

phone.ice_servers = relays
await phone.register()
await phone.make_call("600")
phone.ice_servers = lambda: 1 / 0
document.body.dataset.told = phone.state
"""
KEEP_SERVERS = """
window.servers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(told) { super(told); servers.push(...(told?.iceServers ?? []).map(({ urls }) => urls)); }
};
"""


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_the_phone_asks_a_python_function_for_its_servers(open_page, shop, tmp_path_factory, whose):
    (shop / "keep.js").write_text(KEEP_SERVERS)
    head, attributes = pages(whose)
    exchange = DemoServer(tmp_path_factory.mktemp("exchange"), shop)
    exchange.start()
    host = exchange.url.replace("http", "ws") + "ws"
    line = f'<web-phone id="line" host="{host}" username="alice" password="demo" realm="127.0.0.1">'
    try:
        visited = open_page(
            '<script src="keep.js"></script>' + head,
            f"{line}</web-phone>" + py(SERVERS, attributes),
        )
        assert told(visited.page) == "registered", visited.complaints
        assert visited.page.evaluate("servers") == ["stun:127.0.0.1:9"]
        assert visited.complaints == []
    finally:
        exchange.stop()


FAULTY = {
    "no such package": ("""{"packages": ["no-such-package-at-all"]}""", "no-such-package"),
    "no such file": ("""{"files": {"./nowhere.py": ""}}""", "nowhere.py"),
    "not a config": ("""{"packages": [}""", "Invalid JSON"),
}
PROOF = "from js import document; import tomllib; document.body.dataset.told = 'it runs'"


@pytest.mark.parametrize("fault", FAULTY)
def test_a_faulty_config_is_told_and_the_phone_and_the_script_run(open_page, fault):
    config, word = FAULTY[fault]
    visited = open_page(WEBPHONE, PHONE + py(PROOF, f"config='{config}'"))
    assert told(visited.page) == "it runs"
    visited.page.evaluate(UP)
    assert any(word in text for text in visited.complaints)
    assert visited.page.evaluate("told.filter(([name]) => name === 'error')") == []


def test_two_configs_that_contradict_each_other_are_told(open_page):
    one, other = ("""config='{"packages": []}'""", """config='{"packages": ["micropip"]}'""")
    visited = open_page(WEBPHONE, PHONE + py("1", one) + py(PROOF, other))
    assert told(visited.page) == "it runs"
    assert any("different configs" in text for text in visited.complaints)


def test_a_script_that_comes_late_has_the_whole_library(open_page):
    """Also where nobody has turned to the phone yet."""
    waits = '<web-phone id="support" demo loading="interaction"></web-phone>'
    visited = open_page(WEBPHONE, waits)
    visited.page.evaluate("new Promise(requestIdleCallback)")
    assert not any("/runtime/" in url for url in visited.requests)
    visited.page.evaluate(
        """(code) => {
          const script = document.createElement("script");
          Object.assign(script, { type: "py", textContent: code });
          document.body.append(script);
        }""",
        PROOF,
    )
    assert told(visited.page) == "it runs"


def test_a_package_that_was_tampered_with_is_never_imported(open_page, shop):
    [wheel] = (shop / "runtime" / "wheels").glob("phonenumberslite-*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1] + b"x")
    asking = "import pyodide_js; await pyodide_js.loadPackage('phonenumberslite')"
    trying = f"""
{asking}
from js import document
try:
    import phonenumbers
    document.body.dataset.told = "imported"
except ImportError:
    document.body.dataset.told = "refused"
"""
    visited = open_page(WEBPHONE, PHONE + py(trying))
    assert told(visited.page) == "refused"
    visited.page.evaluate(UP)
    assert any("integrity" in text for text in visited.complaints)
    assert visited.page.evaluate("told.filter(([name]) => name === 'error')") == []
