"""What a frame can find out of the page around it: whose it is, what it allows, what it asks."""

from __future__ import annotations

import json

import js

from webphone.border import frame
from webphone.browser.bridge import promised

LIST_FILE = "webphone.config.json"


def proven_origin() -> str:
    """Origin of the page around as the browser vouches for it; empty where it does not.

    A page can ask its browser to keep it back (`referrerpolicy`): then it reads "null".
    """
    ancestors = getattr(js.location, "ancestorOrigins", None)
    if ancestors and ancestors.length:
        return str(ancestors[0])
    try:
        return str(js.parent.location.origin)  # only a page of our own origin may be read
    except Exception:
        return ""


def likely_origin() -> str:
    """Origin of the page that led here, empty where none is told: whoever it is may be gone."""
    referrer = str(js.document.referrer)
    return str(js.URL.new(referrer).origin) if referrer else ""


async def listed_beside() -> list[str]:
    """Origins that the file beside the frame's page lists; none when there is no such file."""
    try:
        response = await promised(js, "fetch", LIST_FILE)
        listed = json.loads(await promised(response, "text"))["allowOrigins"] if response.ok else []
    except Exception:
        js.console.error(f'{LIST_FILE} must look like {{"allowOrigins": ["https://a.example"]}}.')
        return []
    return [item for item in listed if isinstance(item, str)]


def parameters() -> dict[str, str]:
    """What the frame's own address says, by name."""
    asked = js.Object.fromEntries(js.URLSearchParams.new(js.location.search)).to_py()
    return {str(name): str(value) for name, value in asked.items()}


def missing() -> set[str]:
    """Features that the page around does not give; only Chromium tells."""
    policy = getattr(js.document, "permissionsPolicy", None)
    policy = policy or getattr(js.document, "featurePolicy", None)
    if not policy:
        return set()
    known = set(policy.features().to_py())
    return {name for name in frame.FEATURES if name in known and not policy.allowsFeature(name)}
