"""The upgrade of a socket as bytes: what a WebSocket library would hide, such as the extensions and how it ends."""

import asyncio
import base64
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from valr_maker.conformance.expect import Mismatch

KEY = base64.b64encode(b"valr-maker rules").decode()
DEFLATE = "permessage-deflate"
PATIENCE_S = 10.0
COMPRESSED = 0x40
"""RSV1 of a frame's first byte."""
CLOSE_OPCODE, PING_OPCODE, PONG_OPCODE, OPCODE = 0x8, 0x9, 0xA, 0x0F
LONG, LONGER = 126, 127


class Upgraded(NamedTuple):
    """The answer to an upgrade, and the open line."""

    status: int
    headers: Mapping[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def frame(self, within_s: float = PATIENCE_S) -> tuple[int, bytes] | None:
        """First byte and payload of the next frame; None when the line ends. Raises Mismatch."""
        try:
            async with asyncio.timeout(within_s):
                return await self._frame()
        except TimeoutError as problem:
            raise Mismatch(f"neither a frame nor the end within {within_s:g} s") from problem
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _frame(self) -> tuple[int, bytes]:
        first, length = await self.reader.readexactly(2)
        if length in (LONG, LONGER):
            length = int.from_bytes(await self.reader.readexactly(2 if length == LONG else 8))
        return first, await self.reader.readexactly(length)

    def say(self, text: bytes) -> None:
        """A short text frame, masked with zeros."""
        assert len(text) < LONG, "short ones only"
        self.writer.write(bytes((0x81, 0x80 | len(text))) + bytes(4) + text)

    def ping(self) -> None:
        """A ping of the WebSocket protocol, without content."""
        self.writer.write(bytes((0x80 | PING_OPCODE, 0x80)) + bytes(4))

    def close(self) -> None:
        """Hang up."""
        self.writer.close()


class RawLine:
    """How to reach the sockets of an address without a library."""

    def __init__(self, ws_url: str) -> None:
        parts = urlsplit(ws_url)
        self._host, self._secure = parts.hostname or "", parts.scheme == "wss"
        self._port = parts.port or (443 if self._secure else 80)

    async def upgrade(self, path: str, headers: Mapping[str, str]) -> Upgraded:
        """Ask for a socket. Raises Mismatch when no answer of HTTP comes, ConnectionError."""
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._secure or None)
            given = {
                "Host": self._host, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": KEY, **headers,
            }  # fmt: skip
            lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
            writer.write(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as problem:
                raise Mismatch("no answer to the upgrade") from problem
        first, *rest = head.split("\r\n")
        found = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
        return Upgraded(int(first.split()[1]), found, reader, writer)
