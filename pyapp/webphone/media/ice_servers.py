"""STUN and TURN servers as pages write them, made into what a browser can judge one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def one_by_one(servers: Iterable[object]) -> list[dict[str, Any]]:
    """Each address as an RTCIceServer of its own, with the credentials that it came with.

    A browser refuses all servers for one address that it does not like. What is no server at all
    is left out.
    """
    return [
        {**server, "urls": _mended(address)}
        for server in servers
        if isinstance(server, Mapping)
        for address in _addresses(server)
    ]


def _addresses(server: Mapping[str, Any]) -> list[str]:
    urls = server.get("urls", server.get("url"))
    every = urls if isinstance(urls, list | tuple) else [urls]
    return [address for address in every if isinstance(address, str)]


def _mended(address: str) -> str:
    address = address.strip()
    # RFC 7064 §3.1: a stun: address has no query; older lists of providers write one.
    return address.partition("?")[0] if address.lower().startswith(("stun:", "stuns:")) else address
