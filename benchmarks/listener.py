"""A listener that costs little: WebSocket frames cut out of the stream and counted, few of them read.

Many of these in one process must not be what limits the measurement; a client library takes ten times as long a frame.
"""

import asyncio
import json
import struct
import time
from collections.abc import Sequence
from typing import cast
from urllib.parse import urlsplit

from valr_maker.wire.sign import TRADE_PATH

SAMPLED = 10
"""One in so many changes of levels is read."""
TEXT = 0x81
"""The first byte of a whole text frame."""
SHORT_MAX, TWO_BYTES, EIGHT_BYTES = 125, 126, 127
"""A length up to this stands in the second byte; these two say that it follows."""


class Heard:
    """What all the listeners have received together."""

    def __init__(self) -> None:
        self.frames = 0
        self.changes = 0
        self.ages_ms: list[float] = []
        """From a change of a book to the receipt of the frame that tells it; one clock serves both ends."""
        self.lost = 0
        """Listeners that were cut off."""

    def take(self, frame: bytes) -> None:
        """One frame."""
        self.frames += 1
        if b"OB_L1_DIFF" in frame[:30]:
            self.changes += 1
            if self.changes % SAMPLED == 0:
                self.ages_ms.append(time.time() * 1000 - json.loads(frame)["d"]["lc"])


class Listener(asyncio.Protocol):
    """One trade socket that subscribes to these events of these pairs."""

    def __init__(self, heard: Heard, events: Sequence[str], pairs: Sequence[str]) -> None:
        self._heard, self._rest = heard, b""
        self._is_open = False
        subscriptions = [{"event": event, "pairs": pairs} for event in events]
        self._wish = json.dumps({"type": "SUBSCRIBE", "subscriptions": subscriptions}).encode()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)  # of a TCP connection, also uvloop's
        asked = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
        key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        self._transport.write(f"GET {TRADE_PATH} HTTP/1.1\r\nHost: here\r\n{asked}\r\n{key}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        """Any number of frames, the last one perhaps in part."""
        data = self._rest + data if self._rest else data
        at = 0
        if not self._is_open:
            head, found, _ = data.partition(b"\r\n\r\n")
            if found:
                assert b" 101 " in head.partition(b"\r\n")[0], head
                self._is_open, at = True, len(head) + len(found)
                self._subscribe()
        while self._is_open and (frame := _frame(data, at)) is not None:
            begin, end = frame
            if data[at] == TEXT:
                self._heard.take(data[begin:end])
            at = end
        self._rest = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:  # whatever the reason
        """Cut off, or closed by us when nobody counts any more."""
        self._heard.lost += 1

    def _subscribe(self) -> None:
        assert self._transport is not None, "the connection is made"
        mask = bytes(4)  # of zeros: what is masked with it stays as it is
        self._transport.write(struct.pack(">BBQ", TEXT, 0x80 | EIGHT_BYTES, len(self._wish)) + mask + self._wish)


def _frame(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the content of the frame that begins here begins and ends; None while it is not whole."""
    if len(data) < at + 2:
        return None
    length, begin = data[at + 1], at + 2
    if length > SHORT_MAX:
        size = 2 if length == TWO_BYTES else 8
        begin += size
        if len(data) < begin:
            return None
        length = int.from_bytes(data[begin - size : begin], "big")
    end = begin + length
    return (begin, end) if len(data) >= end else None


async def listen(url: str, heard: Heard, events: Sequence[str], pairs: Sequence[str]) -> asyncio.BaseTransport:
    """Begin to listen at the server with this address."""
    address = urlsplit(url)
    transport, _ = await asyncio.get_running_loop().create_connection(
        lambda: Listener(heard, events, pairs), address.hostname or "", address.port or 80
    )
    return transport
