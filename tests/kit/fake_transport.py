"""A Transport by script: replies and sockets are handed out in order, and everything that was sent is kept."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from valr_maker.wire.closed import SocketClosed

FOR_EVER_S = 1e9


@dataclass
class FakeReply:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """One HTTP request as it left."""

    verb: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at_s: float


class FakeSocket:
    """A socket whose other end is the test: `says` frames, `hangs_up`, and read what was `sent`."""

    def __init__(self, *frames: bytes | str) -> None:
        self._inbox: asyncio.Queue[bytes | str | SocketClosed] = asyncio.Queue()
        self._end: SocketClosed | None = None
        self.sent: list[tuple[float, dict[str, Any]]] = []
        self.closed_by_us = 0
        self.on_send: Callable[[dict[str, Any]], None] = lambda _frame: None
        self.says(*frames)

    def says(self, *frames: bytes | str) -> None:
        """The exchange sends these."""
        for frame in frames:
            self._inbox.put_nowait(frame)

    def hangs_up(self, code: int = 1006, reason: str = "") -> None:
        """The exchange is gone."""
        self._inbox.put_nowait(SocketClosed(code, reason))

    async def send(self, frame: bytes) -> None:
        """Keep it, or raise SocketClosed."""
        if self._end is not None:
            raise self._end
        message = json.loads(frame)
        self.sent.append((asyncio.get_running_loop().time(), message))
        self.on_send(message)

    async def receive(self) -> bytes | str:
        """The next frame of the script; waits for ever when there is none."""
        if self._end is not None:
            raise self._end
        got = await self._inbox.get()
        if isinstance(got, SocketClosed):
            self._end = got
            raise got
        return got

    async def close(self) -> None:
        """Ends the wait of a reader too, as a real socket does."""
        self.closed_by_us += 1
        if self._end is None:
            self._inbox.put_nowait(SocketClosed(1000, "closed by us"))

    def types(self) -> list[str]:
        """The types of what was sent."""
        return [frame["type"] for _, frame in self.sent]


Answer = FakeReply | BaseException | Callable[[], Awaitable[FakeReply]]


class FakeTransport:
    """Hands out `replies` and `sockets` in order; the last one of each again and again when `repeat`."""

    def __init__(self, *replies: Answer, sockets: list[FakeSocket | BaseException | float] | None = None) -> None:
        self.replies = list(replies)
        self.sockets = sockets or []
        self.requests: list[Sent] = []
        self.connects: list[tuple[float, str, Mapping[str, str]]] = []

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> FakeReply:
        """The next reply."""
        self.requests.append(Sent(verb, target, headers, body, asyncio.get_running_loop().time()))
        answer = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, FakeReply) else await answer()

    async def connect(self, path: str, headers: Mapping[str, str]) -> FakeSocket:
        """The next socket; an exception is raised, a number is waited for in vain, nothing left is a refusal."""
        self.connects.append((asyncio.get_running_loop().time(), path, headers))
        socket = self.sockets.pop(0) if self.sockets else ConnectionError("refused")
        if isinstance(socket, BaseException):
            raise socket
        if isinstance(socket, float):
            await asyncio.sleep(socket)
            raise ConnectionError("refused after a while")
        return socket

    async def aclose(self) -> None:
        """Nothing to let go of."""


async def never() -> FakeReply:
    """The answer that does not come."""
    await asyncio.sleep(FOR_EVER_S)
    return FakeReply()
