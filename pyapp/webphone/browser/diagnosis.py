"""What a diagnosis has the browser try: loaded when the first one is asked for.

Each probe closes what it has opened, and ends within its own time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.capture import CaptureFailed, capture, wished
from webphone.browser.media.ice_servers import IceServers, connection
from webphone.browser.proxies import Listeners, plain
from webphone.browser.socket import local_network_denied
from webphone.browser.tasks import Background
from webphone.contract import Config, Json
from webphone.phone.actions import Probe
from webphone.phone.happenings import Probed

SERVER_PATIENCE = 8.0  # seconds for a connection
GATHERING_PATIENCE = 6.0  # seconds for a STUN or TURN server to answer
PATH_PATIENCE = 8.0  # seconds until two connections of the page have found each other
LISTENING = 1.5  # seconds
EVERY = 0.05  # seconds from look to look at the microphone's level
TONE, LOUDNESS, SOUNDS = 440, 0.1, 0.5  # Hz, of full scale, seconds
MOST_ERRORS = 20

Facts = dict[str, Json]


class Probing:
    """Tries what is asked; `turn` gets what comes of it."""

    def __init__(
        self, turn: Callable[[Probed], None], config: Callable[[], Config], servers: IceServers
    ) -> None:
        self._turn = turn
        self._config = config
        self._servers = servers
        self._tasks = Background()

    def ask(self, probe: Probe) -> None:
        """Try it in the background."""
        self._tasks.run(self._ask(probe))

    def close(self) -> None:
        """Nobody waits for an answer any more."""
        self._tasks.close()

    async def _ask(self, probe: Probe) -> None:
        facts: Mapping[str, Json] | None
        try:
            config = self._config()
            if probe.what in ("network", "loop"):
                servers, _ = await self._servers.get(config)
                config = replace(config, ice_servers=tuple(servers))
            facts = await _tried(probe, config)
        except Exception:  # whatever a browser does here, it costs one verdict
            facts = None
        self._turn(Probed(id=probe.id, facts=facts))


async def _tried(probe: Probe, config: Config) -> Facts:
    match probe.what:
        case "page":
            return _page()
        case "server":
            return await _server(probe)
        case "microphone":
            return await _microphone(config)
        case "speaker":
            return await _speaker()
        case "network":
            return await _network(config)
        case _:
            return await _loop(probe, config)


def _page() -> Facts:
    webrtc = bool(getattr(js, "RTCPeerConnection", None))
    return {"secure": bool(js.isSecureContext), "webrtc": webrtc}


# --- The server -----------------------------------------------------------------------------------


async def _server(probe: Probe) -> Facts:
    if await _opens(probe.url, "sip"):
        return {"opened": True}
    began = _seconds()
    facts: Facts = {"bare": await _opens(probe.url), "late": False}
    facts["late"] = _seconds() - began >= SERVER_PATIENCE
    facts["answers"] = await _answers(probe.url)
    facts["denied"] = await local_network_denied(str(js.location.hostname))
    return facts


async def _opens(url: str, *protocols: str) -> bool:
    try:
        socket = js.WebSocket.new(url, *protocols)
    except Exception:  # a bad address, or the page's own policy
        return False
    opened: asyncio.Future[bool] = asyncio.get_event_loop().create_future()

    def settle(event: Any) -> None:
        if not opened.done():
            opened.set_result(str(event.type) == "open")

    listeners = Listeners()
    listeners.add(socket, "open", settle)
    listeners.add(socket, "close", settle)
    try:
        return await asyncio.wait_for(opened, SERVER_PATIENCE)
    except TimeoutError:
        return False
    finally:
        listeners.close()
        socket.close()


async def _answers(url: str) -> bool:
    """Whether anything at all answers there by HTTP; what it says is not read."""
    asked = {"mode": "no-cors", "cache": "no-store", "credentials": "omit"}
    try:
        await promised(js, "fetch", f"http{url[2:]}", plain(asked), within=SERVER_PATIENCE)
    except Refused:
        return False
    return True


# --- Devices --------------------------------------------------------------------------------------


async def _microphone(config: Config) -> Facts:
    try:
        stream = await capture(video=False, constraints=wished(config), asking=lambda waits: None)
    except CaptureFailed as no:
        return {"error": no.code}
    context = js.AudioContext.new()
    try:
        name = str(stream.getAudioTracks()[0].label)
        if not await _runs(context):
            return {"name": name}
        return {"name": name, "level": await _level(context, stream)}
    finally:
        for track in stream.getTracks():
            track.stop()
        context.close()


async def _level(context: Any, stream: Any) -> float:
    """The loudest moment, of full scale."""
    analyser = context.createAnalyser()
    context.createMediaStreamSource(stream).connect(analyser)
    samples = js.Float32Array.new(analyser.fftSize)
    end, level = _seconds() + LISTENING, 0.0
    while _seconds() < end:
        await asyncio.sleep(EVERY)
        analyser.getFloatTimeDomainData(samples)
        level = max(level, *map(abs, samples.to_py()))
    return level


async def _speaker() -> Facts:
    context = js.AudioContext.new()
    try:
        plays = await _runs(context)
        if plays:
            source, gain = _tone(context)
            gain.connect(context.destination)
            await asyncio.sleep(SOUNDS)
            source.stop()
        return {"plays": plays}
    finally:
        context.close()


async def _runs(context: Any) -> bool:
    """Whether the browser lets this AudioContext run: only after a press on the page."""
    try:
        await promised(context, "resume", within=EVERY * 10)
    except Refused:
        return False
    return str(context.state) == "running"


def _tone(context: Any) -> tuple[Any, Any]:
    source, gain = context.createOscillator(), context.createGain()
    source.frequency.value, gain.gain.value = TONE, LOUDNESS
    source.connect(gain)
    source.start()
    return source, gain


# --- The network ----------------------------------------------------------------------------------


async def _network(config: Config) -> Facts:
    peer, used, _ = connection(list(config.ice_servers))
    kinds: set[str] = set()
    errors: list[int] = []

    def found(event: Any) -> None:
        if event.candidate and event.candidate.candidate:
            kinds.add(str(event.candidate.type))

    def failed(event: Any) -> None:
        if len(errors) < MOST_ERRORS:
            errors.append(int(event.errorCode))

    listeners = Listeners()
    listeners.add(peer, "icecandidate", found)
    listeners.add(peer, "icecandidateerror", failed)
    try:
        peer.createDataChannel("probe")
        await promised(peer, "setLocalDescription")
        await _gathered(peer)
    finally:
        listeners.close()
        peer.close()
    schemes = [str(server["urls"]).partition(":")[0].lower() for server in used]
    return {
        "kinds": sorted(kinds),
        "errors": errors,
        "stun": sum(scheme in ("stun", "stuns") for scheme in schemes),
        "turn": sum(scheme in ("turn", "turns") for scheme in schemes),
    }


async def _loop(probe: Probe, config: Config) -> Facts:
    """Two connections of this page call each other, by the relay alone where there is one."""
    servers = list(config.ice_servers) if probe.relay else []
    policy = "relay" if probe.relay else "all"
    ends = [connection(servers, policy)[0] for _ in range(2)]
    context = js.AudioContext.new()
    try:
        sink = context.createMediaStreamDestination()
        await _runs(context)
        _, gain = _tone(context)
        gain.connect(sink)
        ends[0].addTrack(sink.stream.getAudioTracks()[0], sink.stream)
        began = await _joined(*ends)
        if not await _reached(ends[1], "connectionstatechange", _connected, PATH_PATIENCE):
            return {"seconds": None}
        seconds = _seconds() - began
        await asyncio.sleep(SOUNDS * 2)
        return {"seconds": seconds, "packets": await _packets(ends[1])}
    finally:
        context.close()
        for end in ends:
            end.close()


async def _joined(one: Any, other: Any) -> float:
    """Since when both know of each other, in seconds."""
    await promised(one, "setLocalDescription")
    await _gathered(one)
    await promised(other, "setRemoteDescription", one.localDescription)
    await promised(other, "setLocalDescription")
    await _gathered(other)
    began = _seconds()
    await promised(one, "setRemoteDescription", other.localDescription)
    return began


async def _gathered(peer: Any) -> None:
    """All candidates are there, or those that came in time."""

    def complete(peer: Any) -> bool:
        return str(peer.iceGatheringState) == "complete"

    await _reached(peer, "icegatheringstatechange", complete, GATHERING_PATIENCE)


def _connected(peer: Any) -> bool:
    return str(peer.connectionState) == "connected"


async def _packets(peer: Any) -> int:
    report = await promised(peer, "getStats")
    received = [each.packetsReceived for each in report.values() if each.type == "inbound-rtp"]
    return sum(int(count) for count in received)


async def _reached(peer: Any, event: str, there: Callable[[Any], bool], within: float) -> bool:
    """Whether the peer is there in so many seconds."""
    moved = asyncio.Event()
    listeners = Listeners()
    listeners.add(peer, event, lambda _event: moved.set())
    end = _seconds() + within
    try:
        while not there(peer):
            moved.clear()
            await asyncio.wait_for(moved.wait(), max(0.0, end - _seconds()))
    except TimeoutError:
        return False
    finally:
        listeners.close()
    return True


def _seconds() -> float:
    return float(js.performance.now()) / 1000
