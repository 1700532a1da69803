"""A Python whose memory was kept (`data-keep-runtime`) is like one that has just started."""

import json
import subprocess
from collections import Counter

import pytest

from keeping import ASK, HELD, RESTORED
from starting import py, told

pytestmark = pytest.mark.browser


def test_chance_and_time_are_those_of_the_visit(site):
    code = """
import json, random, time, hashlib, secrets, uuid
json.dumps([random.random(), random.Random().random(), secrets.token_hex(8), str(uuid.uuid4())])
"""
    seen = [json.loads(site.visit().evaluate(ASK, code)) for _ in range(2)]
    assert len({value for each in seen for value in each}) == 8
    code = """
import json, time
json.dumps([time.timezone, time.tzname[0], time.localtime().tm_zone, time.strftime("%z"), round(time.time())])
"""
    page = site.visit()
    told = page.evaluate(ASK, code)
    site.note("localStorage.clear()")
    plain = site.visit("plain.html").evaluate(ASK, code)
    *zone, now = json.loads(told)
    assert zone == json.loads(plain)[:-1]
    assert zone[0] == -19800
    assert abs(now - page.evaluate("Date.now() / 1000")) < 60


def test_each_module_was_run_once(site):
    """Run twice, it would have two of each class, and a value of the first would be none of the second."""
    code = """
import gc, sys
from sitecustomize import REST, late, load
for name in REST:
    if name not in sys.modules:
        load(late(name), name)
gc.collect()
seen, waiting = {}, [object]
while waiting:
    for each in type.__subclasses__(waiting.pop()):
        if each.__module__.startswith("webphone"):
            seen[id(each)] = f"{each.__module__}.{each.__qualname__}"
        waiting.append(each)
" ".join(sorted(seen.values()))
"""
    restored = site.visit().evaluate(ASK, code)
    site.note("localStorage.clear()")
    as_ever = site.visit("plain.html").evaluate(ASK, code)
    assert len(restored.split()) > 300
    assert Counter(restored.split()) - Counter(as_ever.split()) == Counter()


def test_nothing_of_a_person_or_a_page_is_in_it(site):
    """What is kept was made in a worker, which knows nothing of them, and is what the build made."""
    found = site.change("""async (record) => {
      const text = new TextDecoder("latin1").decode(await record.pages.arrayBuffer()) + record.head;
      const words = ["annabelle", "sesame-17", location.host, navigator.userAgent, "Kolkata", "de-DE", "UTC+05", "UTC-05"];
      window.told = words.filter((word) => text.includes(word));
      return record;
    }""")
    assert found == []


def test_an_object_of_javascript_that_python_made_at_import_is_named(root):
    script = """
    import { path } from "./tools/boot/image.js";
    console.log(JSON.stringify([path(null), path(globalThis), path(Object)]));
    path(Function.prototype.call.bind(function insertBefore() {}));
    """
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "-e", script],
        cwd=root, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == '[null,[],["Object"]]'
    assert "bound call" in done.stderr


def test_the_style_sheets_are_there_before_the_archive_of_the_library(site):
    code = """
from webphone.browser.looks import looks
" ".join(str(len(looks(name)) > 100) for name in ("webphone", "sign_in"))
"""
    assert site.visit(before=HELD).evaluate(ASK, code) == "True True"


@pytest.mark.more
def test_the_python_of_a_page_has_all_of_the_library(site, kept_folder):
    script = """<script type="py">
import unicodedata, zipfile
from js import document
import webphone.ui
css = webphone.ui.__loader__.get_data(webphone.ui.__file__.rpartition("/")[0] + "/webphone.css")
document.body.dataset.told = unicodedata.name(chr(233)) + " " + str(len(css) > 1000)
</script>"""
    (kept_folder / "own.html").write_text((kept_folder / "page.html").read_text() + script)
    page = site.visit("own.html")
    assert page.evaluate(RESTORED) == 1
    assert told(page) == "LATIN SMALL LETTER E WITH ACUTE True"


@pytest.mark.more
def test_a_package_of_the_build_is_there_for_the_page(site, kept_folder):
    code = """
import phonenumbers
from js import document
number = phonenumbers.parse("020 7946 0018", "GB")
document.body.dataset.told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
"""
    asking = '<py-config>packages = ["phonenumberslite"]</py-config>' + py(code)
    (kept_folder / "wheels.html").write_text((kept_folder / "page.html").read_text() + asking)
    page = site.visit("wheels.html")
    assert page.evaluate(RESTORED) == 1
    assert told(page) == "+442079460018"
    assert page.complaints == []


@pytest.mark.more
def test_the_python_of_a_page_finds_the_names_that_it_finds_as_ever(site):
    code = "' '.join(sorted(globals()))"
    restored = site.visit().evaluate(ASK, code)
    site.note("localStorage.clear()")
    assert restored == site.visit("plain.html").evaluate(ASK, code)


@pytest.mark.more
def test_each_module_that_has_not_run_can_do_so_before_the_archive_is_there(site):
    """Also the parts of the phone that it needs seldom."""
    code = """
import sys
from sitecustomize import INDEX, Shelf
names = [name for name in INDEX if name not in sys.modules]
codes = [Shelf.get_code(name) for name in names]
import html.entities, webphone.browser.rehearsing
f"{len(names)} {sum(name.startswith('webphone.') for name in names)} {len(html.entities.html5) > 2000}"
"""
    waiting, ours, there = site.visit(before=HELD).evaluate(ASK, code).split()
    assert (int(waiting) > 50, int(ours) > 5, there) == (True, True, "True"), (waiting, ours)


@pytest.mark.more
def test_a_module_that_has_run_can_run_anew_once_the_archive_is_there(site):
    """Its code is not in the image (tools/boot/image.js)."""
    page = site.visit()
    page.evaluate("""() => globalThis[Symbol.for("webphone.python")].loadPyodide({})
      .then((python) => python.loadMore())""")
    code = """
import importlib, keyword
from sitecustomize import CODE, INDEX
left_out = not CODE[INDEX["keyword"][2]]
del keyword.iskeyword
importlib.reload(keyword)
f"{left_out} {keyword.iskeyword('def')}"
"""
    assert page.evaluate(RESTORED) == 1
    assert page.evaluate(ASK, code) == "True True"
