#!/usr/bin/env python3
"""Wakes pages: asked by Kamailio over HTTP, it sends a push by the browser's push service.

    openssl ecparam -genkey -name prime256v1 -noout -out vapid.pem
    python3 push_gateway.py vapid.pem mailto:you@example.com

It says the public key that the page subscribes with, and listens on loopback alone. Asked with
`POST /` and the body `prid=...`, the push subscription URI escaped as in the phone's Contact
(RFC 8599 §12), it sends a push without a payload (RFC 8030), signed with the key (VAPID, RFC 8292).
It answers 200, 410 where nobody is subscribed any more, 400 for what is no push service, or 502.
It needs Python and the `openssl` program, and nothing else.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

# Nobody who registers makes us fetch another address (a push service of your own: --service).
SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)
RINGS = 60  # seconds for which a push is of use
LONGEST = 4096  # octets of what Kamailio sends


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    return subprocess.run(
        ["openssl", *arguments], input=data, capture_output=True, check=True
    ).stdout


def public_key(key: str) -> str:
    """What the page gives to `pushManager.subscribe` as applicationServerKey."""
    return encoded(openssl("ec", "-in", key, "-pubout", "-outform", "DER")[-65:])


def signature(key: str, text: bytes) -> bytes:
    """ES256: the two numbers of what openssl writes as DER, 32 octets each."""
    der = openssl("dgst", "-sha256", "-sign", key, data=text)
    first = 4 + der[3]
    second = first + 2 + der[first + 1]
    numbers = (der[4:first], der[first + 2 : second])
    return b"".join(number[-32:].rjust(32, b"\0") for number in numbers)


def vapid(key: str, contact: str, endpoint: str) -> str:
    """RFC 8292 §2: who we are, for that push service and the next hour."""
    where = urlsplit(endpoint)
    claims = {
        "aud": f"{where.scheme}://{where.netloc}",
        "exp": int(time.time()) + 3600,
        "sub": contact,
    }
    parts = ({"typ": "JWT", "alg": "ES256"}, claims)
    text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
    return f"vapid t={text}.{encoded(signature(key, text.encode()))}, k={public_key(key)}"


def known(endpoint: str, more: list[str]) -> bool:
    """Whether it is a push service; the ones of the command line may be without TLS."""
    try:
        where = urlsplit(endpoint)
        name = where.hostname or ""
    except ValueError:
        return False
    if where.netloc in more:
        return True
    plain = where.netloc == name and where.scheme == "https"
    return plain and any(name == s or (s[0] == "." and name.endswith(s)) for s in SERVICES)


class Straight(urllib.request.HTTPRedirectHandler):
    """A push service that sends us elsewhere is not followed."""

    def redirect_request(self, *_given: Any, **_more: Any) -> None:
        return None


def wake(endpoint: str, authorization: str) -> int:
    """Send the push; the status to answer with."""
    # RFC 8030 §5.2, §5.3, §5.4: of use while it rings, at once, and one in the place of another.
    headers = {
        "TTL": str(RINGS),
        "Urgency": "high",
        "Topic": "call",
        "Authorization": authorization,
    }
    request = urllib.request.Request(endpoint, data=b"", headers=headers, method="POST")
    try:
        with urllib.request.build_opener(Straight).open(request, timeout=5):
            return 200
    except urllib.error.HTTPError as refused:
        return 410 if refused.code in (404, 410) else 502
    except OSError:
        return 502


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("key", help="the private key, a PEM file of the curve prime256v1")
    asked.add_argument(
        "contact", help="mailto: or https: address for those who run the push services"
    )
    asked.add_argument("--port", type=int, default=8058)
    asked.add_argument(
        "--service", action="append", default=[], help="host:port of another push service"
    )
    given = asked.parse_args()

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            read = length.isascii() and length.isdigit() and int(length) <= LONGEST
            body = self.rfile.read(int(length)).decode("ascii", "replace") if read else ""
            endpoint = unquote(body.removeprefix("prid="))
            status = 400
            if known(endpoint, given.service):
                status = wake(endpoint, vapid(given.key, given.contact, endpoint))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", given.port), Gateway)
    print(f"The key for the page: {public_key(given.key)}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
