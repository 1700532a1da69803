"""A site whose pages show the phone of another site in a frame, and sites that may not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from page.page_server import PageServer

DIST = Path(__file__).parents[2] / "dist"
HOST = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Host</title>
<body>
<script>
globalThis.heard = [];
addEventListener("message", ({data, origin}) => heard.push({data, origin}));
globalThis.told = [];
globalThis.listen = (phone) => {
  globalThis.phone = phone;
  for (const name of ["ready", "answer", "ringingin", "ringingout", "end", "registered", "error", "beforedial", "transfer", "statechange"])
    phone.addEventListener(name, ({detail}) => told.push({name, detail: {...detail, message: detail.message}}));
};
</script>
BODY
</html>
"""

# A host page that speaks the protocol itself: `port`, and `said` with all that comes over it.
OPEN_BY_HAND = """() => {
  globalThis.said = [];
  const channel = new MessageChannel();
  globalThis.port = channel.port1;
  port.onmessage = ({data}) => said.push({...data, at: performance.now()});
  const frame = document.querySelector("iframe");
  const meet = ({data, origin, source}) => {
    if (source !== frame.contentWindow || data.type !== "hello") return;
    removeEventListener("message", meet);
    source.postMessage({webphone: 1, type: "init", id: data.frameId}, origin, [channel.port2]);
  };
  const before = heard.find(({data}) => data.type === "hello");
  if (before) meet({...before, source: frame.contentWindow});
  else addEventListener("message", meet);
}"""

_numbers = itertools.count(1)


class Site:
    """A site that shows the phone of another site in a frame."""

    def __init__(self, server: PageServer, phone_site: PageServer) -> None:
        self.server = server
        self.embed = f"{phone_site.url}/phone/embed.js"
        self.frame = f"{phone_site.url}/phone/embed.html"
        # Another site than 127.0.0.1, and another origin.
        self.origin = server.url.replace("127.0.0.1", "localhost")

    def page(self, body: str) -> str:
        """A page with the body; gives its address."""
        path = f"/host-{next(_numbers)}.html"
        self.server.put(path, HOST.replace("BODY", body))
        return self.origin + path

    def with_script(self, attributes: str) -> str:
        """A page with the one script tag."""
        tag = f'<script src="{self.embed}" {attributes}></script>'
        return self.page(f"{tag}<script>listen(document.scripts[1].phone)</script>")

    def with_frame(self, attributes: str, query: str = "") -> str:
        """A page with an iframe of its own and no script of ours."""
        return self.page(f'<iframe src="{self.frame}{query}" {attributes}></iframe>')


@pytest.fixture(scope="module")
def phone_site() -> Iterator[PageServer]:
    server = PageServer()
    server.folder("/phone", DIST)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(phone_site: PageServer) -> Iterator[Site]:
    """A site that the phone's site has on its list."""
    server = PageServer()
    server.start()
    listed = Site(server, phone_site)
    phone_site.put(
        "/phone/webphone.config.json",
        json.dumps({"allowOrigins": [listed.origin]}),
        "application/json",
    )
    yield listed
    server.stop()


@pytest.fixture
def stranger(phone_site: PageServer, site: Site) -> Iterator[Site]:
    """A site that is on no list."""
    server = PageServer()
    server.start()
    yield Site(server, phone_site)
    server.stop()
