"""Offline: the second visit needs no network, and a new build takes the place of the old one."""

import contextlib
import re
import shutil

import pytest

from starting import UP, put_page
from static_server import serving

pytestmark = pytest.mark.browser
KEPT = "navigator.serviceWorker.ready.then(() => caches.keys())"


def offer_offline(folder):
    page = folder / "page.html"
    page.write_text(page.read_text().replace('"webphone.js"', '"webphone.js" data-offline'))


def test_the_second_visit_needs_no_server(dist, visit, tmp_path):
    put_page(dist, tmp_path, '<web-phone id="phone"></web-phone>')
    offer_offline(tmp_path)
    page = visit().page
    with contextlib.ExitStack() as server:
        url = server.enter_context(serving(tmp_path)) + "/page.html"
        page.goto(url)
        page.evaluate(KEPT)
    page.goto("about:blank")
    page.goto(url)
    page.evaluate(UP)
    assert page.evaluate("phone.state") == "unconfigured"
    gone = "fetch('not-kept.js').then(() => 'served', () => 'no server')"
    assert page.evaluate(gone) == "no server"


def test_the_demo_page_is_an_app_that_can_be_installed_and_starts_without_network(
    dist, visit, tmp_path
):
    shutil.copytree(dist, tmp_path / "phone")
    page = visit().page
    with contextlib.ExitStack() as server:
        url = server.enter_context(serving(tmp_path)) + "/phone/"
        page.goto(url + "index.html")
        page.evaluate(KEPT)
        browser = page.context.new_cdp_session(page)
        told = browser.send("Page.getAppManifest")
        assert told["errors"] == [] and '"standalone"' in told["data"]
        wrong = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # A profile of a test keeps nothing, as a private window does.
        assert [each["errorId"] for each in wrong] == ["in-incognito"]
    page.goto("about:blank")
    page.goto(url + "index.html")
    page.evaluate(UP)
    shown = "(name) => fetch(name).then(({ ok }) => ok)"
    assert all(page.evaluate(shown, name) for name in ("icon-192.png", "manifest.webmanifest"))


def test_a_new_build_takes_the_place_of_the_old_one(dist, serve, visit, tmp_path):
    put_page(dist, tmp_path, '<web-phone id="phone" loading="interaction"></web-phone>')
    offer_offline(tmp_path)
    page = visit().page
    url = serve(tmp_path) + "/page.html"
    page.goto(url)
    [old] = page.evaluate(KEPT)
    worker = tmp_path / "sw.js"
    worker.write_text(re.sub(r'"[0-9a-f]{12}"', '"0123456789ab"', worker.read_text()))
    assert "0123456789ab" in worker.read_text()
    (tmp_path / "demo.js").write_text("// new")
    page.goto(url)
    page.evaluate(
        """navigator.serviceWorker.ready.then(async (found) => {
          await found.update();
          const fresh = found.installing ?? found.waiting;
          if (fresh.state === "installing") await new Promise((done) => fresh.onstatechange = done);
        })"""
    )
    assert len(page.evaluate("caches.keys()")) == 2, "a page of the old build is still open"
    page.goto("about:blank")
    page.goto(url)
    page.evaluate(
        """new Promise(async (done) => {
          while ((await caches.keys()).length > 1) await new Promise((next) => setTimeout(next, 20));
          done();
        })"""
    )
    [kept] = page.evaluate("caches.keys()")
    assert kept != old and kept.endswith("0123456789ab")
    text = page.evaluate("caches.match('demo.js').then((answer) => answer.text())")
    assert text == "// new"
