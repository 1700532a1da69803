"""Runs on the page: two phones' media in one page, joined by hand, and what they said."""

import asyncio
import dataclasses
import time

import js

from webphone.browser.media.ice_servers import IceServers
from webphone.browser.media.peers import Peers
from webphone.browser.media.world import World
from webphone.contract import Config
from webphone.media import Direction  # noqa: F401
from webphone.phone.actions import CloseMedia, DescribeRemote, Offer, OpenMedia
from webphone.phone.happenings import MediaChanged, MediaFailed, MediaReady


class End:
    """One phone's media, and the happenings it told."""

    def __init__(self, config=None, *, sure=False, granted=False):
        self.config = config or Config()
        self.sure = sure  # that a microphone will be given
        self.granted = granted  # that nobody will be asked about one
        self.heard = []
        self.notes = []
        self.stats = []  # as shown in each second
        self.peers = Peers(
            World(
                turn=self.heard.append,
                config=lambda: self.config,
                now=time.time,
                blocked=lambda element: None,
                note=self.notes.append,
                stats=lambda call, stats: self.stats.append(stats),
                servers=IceServers(self.heard.append),
                sure=lambda: self.sure,
                granted=self.may,
            )
        )

    async def may(self):
        return self.granted

    def do(self, action):
        self.peers.perform(action)

    def count(self, kind):
        return sum(isinstance(each, kind) for each in self.heard)

    async def next(self, kind, seconds=8.0):
        """The next happening of this kind; what came before it is forgotten."""
        await until(lambda: self.count(kind) or self.count(MediaFailed), seconds)
        while self.heard:
            first = self.heard.pop(0)
            if isinstance(first, kind):
                return first
            if isinstance(first, MediaFailed):
                raise AssertionError(f"{first}")
        raise AssertionError("nothing heard")

    @property
    def peer(self):
        return next(iter(self.peers._peers.values()))

    @property
    def connection(self):
        return self.peer.negotiation.connection

    async def counter(self, kind, name):
        report = await self.connection.getStats()
        found = [e for e in report.values() if e.type == kind and e.kind == "audio"]
        return getattr(found[0], name, 0) if found else 0

    async def energy(self):
        """How much sound has come from the other end so far."""
        return await self.counter("inbound-rtp", "totalAudioEnergy")

    async def hears(self, seconds=6.0):
        """Whether any sound comes from now on."""
        before = await self.energy()
        until_when = time.time() + seconds
        while time.time() < until_when:
            if await self.energy() > before + 1e-5:
                return True
            await asyncio.sleep(0.05)
        return False

    def directions(self):
        return [
            [t.receiver.track.kind, t.direction, t.currentDirection]
            for t in self.connection.getTransceivers()
        ]

    def microphones(self):
        """The states of the microphone and camera tracks that were opened."""
        return [[t.kind, t.readyState] for t in self.peer.local.getTracks()]


async def until(true, seconds=8.0):
    end = time.time() + seconds
    while not true():
        if time.time() > end:
            raise AssertionError("waited in vain")
        await asyncio.sleep(0.01)


async def call(one, two, *, video=False, answer_video=False, name="call"):
    """`one` calls `two`; returns when both are connected. Gives the offer and the answer."""
    one.do(OpenMedia(call=name, video=video))
    offer = await one.next(MediaReady)
    two.do(OpenMedia(call=name, video=answer_video, offer=offer.sdp))
    answer = await two.next(MediaReady)
    one.do(DescribeRemote(call=name, kind=Offer.ANSWER, sdp=answer.sdp))
    for end in (one, two):
        while (await end.next(MediaChanged)).state != "connected":
            pass
    return offer, answer


async def change(asking, answering, reoffer, accept):
    """`asking` offers something new and `answering` agrees."""
    asking.do(reoffer)
    offer = await asking.next(MediaReady)
    answering.do(dataclasses.replace(accept, offer=offer.sdp))
    answer = await answering.next(MediaReady)
    asking.do(DescribeRemote(call=reoffer.call, kind=Offer.ANSWER, sdp=answer.sdp))
    await until(lambda: asking.connection.signalingState == "stable")
    await until(lambda: asking.peer.negotiation.agreed is None)
    return offer, answer


def close(*ends):
    for end in ends:
        for name in list(end.peers._peers):
            end.do(CloseMedia(call=name))


def sections(sdp):
    """[kind, direction] of each section of a description."""
    found = []
    for line in sdp.splitlines():
        if line.startswith("m="):
            found.append([line[2:].split()[0], None])
        if line[2:] in ("sendrecv", "sendonly", "recvonly", "inactive") and found:
            found[-1][1] = line[2:]
    return found


def hold_back_microphone():
    """Let getUserMedia wait until `grant()`; returns (grant, granted streams, restore)."""
    return js.eval(
        """(() => {
          const devices = navigator.mediaDevices, real = devices.getUserMedia.bind(devices);
          const streams = [];
          let open;
          const gate = new Promise(done => { open = done });
          devices.getUserMedia = async wishes => {
            await gate;
            const stream = await real(wishes);
            streams.push(stream);
            return stream;
          };
          return [open, streams, () => { delete devices.getUserMedia }];
        })()"""
    )


def another_microphone(way):
    """Let that JavaScript stand for getUserMedia, `real` in it; returns a function that ends it."""
    return js.eval(
        f"""(() => {{
          const devices = navigator.mediaDevices, real = devices.getUserMedia.bind(devices);
          devices.getUserMedia = {way};
          return () => {{ delete devices.getUserMedia }};
        }})()"""
    )


def refuse_microphone(name):
    """Let getUserMedia fail as the browser would; returns a function that ends it."""
    return js.eval(
        f"""(() => {{
          navigator.mediaDevices.getUserMedia =
            async () => {{ throw new DOMException("refused", "{name}") }};
          return () => {{ delete navigator.mediaDevices.getUserMedia }};
        }})()"""
    )


def whistles(hertz):
    """Let every microphone that is taken be a whistle of this pitch; returns what ends it."""
    return another_microphone(
        f"""async () => {{
          const studio = new AudioContext();
          (window.__studios ??= []).push(studio);
          const whistle = studio.createOscillator();
          const softly = studio.createGain(), out = studio.createMediaStreamDestination();
          whistle.frequency.value = {hertz};
          softly.gain.value = 0.2;
          whistle.connect(softly).connect(out);
          whistle.start();
          return out.stream;
        }}"""
    )


class Ear:
    """Listens to what comes from the other end of a call, by pitch."""

    def __init__(self, peer):
        self._heard = js.eval(
            """stream => {
              const ear = new AudioContext();
              (window.__studios ??= []).push(ear);
              const node = new AnalyserNode(ear, { fftSize: 8192, smoothingTimeConstant: 0 });
              ear.createMediaStreamSource(stream).connect(node);
              return hertz => {
                const bins = new Float32Array(node.frequencyBinCount);
                node.getFloatFrequencyData(bins);
                const at = Math.round(hertz * node.fftSize / ear.sampleRate);
                return Math.max(...bins.subarray(at - 2, at + 3));
              };
            }"""
        )(peer.listening.sound)

    def loud(self, hertz):
        return self._heard(hertz) > -55

    async def comes_to(self, wanted, pitches, seconds=8.0):
        """Whether these of the pitches come to be heard together, and the others not."""
        end = time.time() + seconds
        while time.time() < end:
            if [pitch for pitch in pitches if self.loud(pitch)] == list(wanted):
                return True
            await asyncio.sleep(0.05)
        return [str(self._heard(pitch)) for pitch in pitches]


def close_studios():
    """End all whistles and ears."""
    js.eval("window.__studios?.splice(0).forEach((studio) => studio.close())")


def refuse_microphone_later(name):
    """Let getUserMedia wait for `refuse()` and fail then; returns (refuse, restore)."""
    return js.eval(
        f"""(() => {{
          const devices = navigator.mediaDevices;
          let refuse;
          const refused = new Promise((_, fail) => {{
            refuse = () => fail(new DOMException("refused", "{name}"));
          }});
          devices.getUserMedia = () => refused;
          return [refuse, () => {{ delete devices.getUserMedia }}];
        }})()"""
    )
