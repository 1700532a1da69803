"""A plain RTP end point: counts packets, weighs PCMU sound, reads and sends telephone-events."""

from __future__ import annotations

import math
import select
import socket
import struct
import threading
import time
from dataclasses import dataclass
from types import TracebackType

from interop.sound import MU_LAW, loudness, to_mu_law
from page.ports import LOOPBACK, free_port, wait_until

PCMU = 0
FIRST_DYNAMIC = 96
PACKET_SECONDS = 0.02
PACKET_SAMPLES = 160
KEYS = "0123456789*#ABCD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One RTP packet (RFC 3550 section 5.1); `at` is a monotonic second."""

    at: float
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    source: int
    payload: bytes

    def loudness(self) -> float:
        return loudness([MU_LAW[octet] for octet in self.payload])


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """One telephone-event (RFC 4733 section 2.3), put together from its packets."""

    key: str
    milliseconds: float
    volume: int
    packets: int
    ended: bool


class RtpPeer:
    """A media end point on loopback, to be named in an SDP by its `port`.

    It sends to whoever sent to it last (symmetric RTP): nothing before the first packet, then a
    tone of `tone` Hz, or silence when that is 0; of `dropping` packets, the last one gets lost.
    `event_type` is the payload type of the
    telephone-events that it sends; it reads them at any dynamic one.
    """

    def __init__(self, *, tone: float = 440.0, event_type: int = 101) -> None:
        self.port = free_port(2)
        self.event_type = event_type
        self.tone = tone
        self.dropping = 0
        self._packets: list[Packet] = []
        self._remote: tuple[str, int] | None = None
        self._to_press = ""
        self._stopping = threading.Event()
        # The RTCP port is bound, so that reports are swallowed and not refused.
        self._rtp, self._rtcp = self._bound(self.port), self._bound(self.port + 1)
        self._thread = threading.Thread(target=self._run, name=f"rtp {self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> RtpPeer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(2.0)
        self._rtp.close()
        self._rtcp.close()

    @property
    def packets(self) -> list[Packet]:
        """All packets so far, in the order of arrival."""
        return list(self._packets)

    def sound(self) -> list[Packet]:
        return [packet for packet in self.packets if packet.payload_type == PCMU]

    def wait_packets(self, count: int, seconds: float = 10.0) -> list[Packet]:
        """The next `count` PCMU packets from now on."""
        begin = len(self.sound())
        wait_until(
            lambda: len(self.sound()) >= begin + count,
            f"{count} PCMU packets at port {self.port}",
            seconds,
        )
        return self.sound()[begin : begin + count]

    def wait_sound(self, louder_than: float, seconds: float = 10.0) -> float:
        """The loudness of the last 50 packets (a second) once it is above `louder_than`."""

        def loud_enough() -> float:
            level = _loudness(self.sound()[-50:])
            return level if level > louder_than else 0.0

        return wait_until(
            loud_enough, f"sound above {louder_than:g} at port {self.port}", seconds, 0.1
        )

    def wait_silence(self, softer_than: float, seconds: float = 10.0) -> float:
        """The loudness of a whole new second of packets below `softer_than`."""
        begin = len(self.sound())

        def still() -> tuple[float] | None:
            packets = self.sound()
            level = _loudness(packets[-50:])
            return (level,) if len(packets) >= begin + 50 and level < softer_than else None

        return wait_until(
            still, f"a second below {softer_than:g} at port {self.port}", seconds, 0.1
        )[0]

    def digits(self) -> list[Digit]:
        """The telephone-events so far; packets with one timestamp are one event."""
        events: dict[tuple[int, int], list[Packet]] = {}
        for packet in self.packets:
            if packet.payload_type >= FIRST_DYNAMIC and len(packet.payload) == 4:
                events.setdefault((packet.source, packet.timestamp), []).append(packet)
        return [_digit(packets) for packets in events.values()]

    def keys(self) -> str:
        """The keys of the events that have ended."""
        return "".join(digit.key for digit in self.digits() if digit.ended)

    def wait_keys(self, keys: str, seconds: float = 10.0) -> None:
        """Until exactly these keys have ended."""
        wait_until(lambda: self.keys() == keys, f"the keys {keys} at port {self.port}", seconds)

    def press(self, keys: str) -> None:
        """Send telephone-events of 100 ms each, in place of the sound."""
        self._to_press += keys

    @staticmethod
    def _bound(port: int) -> socket.socket:
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind((LOOPBACK, port))
        line.setblocking(False)
        return line

    def _run(self) -> None:
        outgoing = _Outgoing(self)
        next_packet = time.monotonic()
        while not self._stopping.is_set():
            patience = max(0.0, next_packet - time.monotonic())
            for line in select.select([self._rtp, self._rtcp], [], [], patience)[0]:
                try:
                    data, sender = line.recvfrom(2048)
                except OSError:
                    continue
                if line is self._rtp and (packet := _packet(data)):
                    self._packets.append(packet)
                    self._remote = sender
            if time.monotonic() >= next_packet:
                next_packet += PACKET_SECONDS
                if self._remote:
                    packet_out = outgoing.next()
                    if self.dropping and outgoing.sequence % self.dropping == 0:
                        continue
                    try:
                        self._rtp.sendto(packet_out, self._remote)
                    except OSError:
                        continue

    def _take_key(self) -> str:
        key, self._to_press = self._to_press[:1], self._to_press[1:]
        return key


class _Outgoing:
    """The packets that an RtpPeer sends, one each 20 ms."""

    def __init__(self, peer: RtpPeer) -> None:
        self._peer = peer
        self.sequence = 0
        self._clock = 0
        self._key = ""
        self._step = 0
        self._key_began = 0

    def next(self) -> bytes:
        self.sequence = (self.sequence + 1) & 0xFFFF
        self._clock += PACKET_SAMPLES
        if not self._key:
            self._key, self._step, self._key_began = self._peer._take_key(), 0, self._clock
        if self._key:
            return self._event()
        step = 2 * math.pi * self._peer.tone / 8000
        height = 10_000 if self._peer.tone else 0
        sound = bytes(
            to_mu_law(int(height * math.sin(step * (self._clock + n))))
            for n in range(PACKET_SAMPLES)
        )
        return self._header(PCMU, self._clock, marker=False) + sound

    def _event(self) -> bytes:
        # Five growing packets, then the end three times (RFC 4733 section 2.5.1.4).
        self._step += 1
        ended = self._step > 5
        length = min(self._step, 5) * PACKET_SAMPLES
        key = KEYS.index(self._key.upper())
        payload = struct.pack("!BBH", key, 0x80 * ended | 10, length)
        header = self._header(self._peer.event_type, self._key_began, marker=self._step == 1)
        if self._step == 8:
            self._key = ""
        return header + payload

    def _header(self, payload_type: int, timestamp: int, *, marker: bool) -> bytes:
        return struct.pack(
            "!BBHII", 0x80, 0x80 * marker | payload_type, self.sequence, timestamp, self._peer.port
        )


def _loudness(packets: list[Packet]) -> float:
    if not packets:
        return 0.0
    return math.sqrt(sum(packet.loudness() ** 2 for packet in packets) / len(packets))


def _digit(packets: list[Packet]) -> Digit:
    event, flags, length = struct.unpack("!BBH", packets[-1].payload[:4])
    return Digit(
        key=KEYS[event] if event < len(KEYS) else "?",
        milliseconds=length / 8,
        volume=flags & 0x3F,
        packets=len(packets),
        ended=bool(flags & 0x80),
    )


def _packet(data: bytes) -> Packet | None:
    if len(data) < 12 or data[0] >> 6 != 2:
        return None
    flags, kind, sequence, timestamp, source = struct.unpack("!BBHII", data[:12])
    begin = 12 + 4 * (flags & 0x0F)
    if flags & 0x10:
        if len(data) < begin + 4:
            return None
        begin += 4 + 4 * struct.unpack_from("!H", data, begin + 2)[0]
    end = len(data) - (data[-1] if flags & 0x20 else 0)
    return Packet(
        at=time.monotonic(),
        payload_type=kind & 0x7F,
        marker=bool(kind & 0x80),
        sequence=sequence,
        timestamp=timestamp,
        source=source,
        payload=data[begin:end],
    )
