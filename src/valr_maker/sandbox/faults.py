"""Everything that can go wrong between a client and the exchange, on purpose: a wrapper around any transport.

    faults = Faults()
    transport = FaultyTransport(inner, clock, faults)
    broken = faults.fail("GET /v1/public/pairs", times=2)     # the next two such requests answer 500
    silent = faults.freeze("/ws/trade", passing=("PONG",))    # frames vanish, the heartbeat still works
    ...
    silent.lift()
    assert broken.happened == 2

A route is part of "VERB /path?query", a path is part of a socket's path; the empty text fits all. `times=None` means
until lifted. Every switch gives back a `Fault` that counts how often it did something. Where several fit, the one
switched on first acts. Fits any transport of the right shape: real, in-process or replayed.
"""

import asyncio
import re
from collections import deque
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn, TypeVar

import msgspec

from valr_maker.clock import Clock
from valr_maker.sandbox.seam import Reply, Socket, Transport
from valr_maker.wire.closed import SocketClosed

ABNORMAL = 1006
JSON, HTML = "application/json", "text/html"
SERVER_ERROR = b'{"code":-1,"message":"An error occurred"}'
MALFORMED_PAGE = b"<html><title>Error 400 (Bad Request)</title><p>malformed or illegal request</html>"
"""What the front end sends at times although the order went through (reference 4, 8.15); our wording."""
TOO_MANY_PAGE = b"<html><title>429 Too Many Requests</title></html>"
CUT_OFF_FRAME = b'{"type":"OB_L1_DIFF","d":'
CONNECT = "CONNECT"
"""Stands for the verb when a socket is opened: "CONNECT /ws/trade"."""
GOING = 1000
INSTANT_S = 1e-9
"""Shorter waits cannot be told from none: adding them to a clock changes nothing."""

_CHECKSUM = re.compile(rb'("(?:cs|Checksum)":\s*)(-?\d+)')


class FakeReply(NamedTuple):
    """An answer that the exchange never gave."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(eq=False)
class Fault:
    """One thing that goes wrong. `happened` counts how often it did; `left` None means until lifted."""

    where: str
    left: int | None = None
    happened: int = 0

    @property
    def active(self) -> bool:
        """Whether it still can happen."""
        return self.left is None or self.left > 0

    def lift(self) -> None:
        """From now on all is well."""
        self.left = 0

    def count(self) -> None:
        """It happens now."""
        self.happened += 1
        if self.left is not None:
            self.left -= 1


@dataclass(eq=False, kw_only=True)
class _Fail(Fault):
    reply: FakeReply
    carried_out: bool


@dataclass(eq=False, kw_only=True)
class _Hang(Fault):
    timeout_s: float
    carried_out: bool


class _Unreachable(Fault):
    pass


class _Mute(Fault):
    pass


@dataclass(eq=False, kw_only=True)
class _Delay(Fault):
    seconds: float


@dataclass(eq=False, kw_only=True)
class _Frames(Fault):
    """Something that befalls arriving frames of some types; no types means all."""

    types: Collection[str] = ()
    passing: Collection[str] = ()

    def takes(self, kind: str) -> bool:
        """Whether a frame of this type is meant."""
        return kind not in self.passing and (not self.types or kind in self.types)


class _Drop(_Frames):
    pass


class _Duplicate(_Frames):
    pass


class _Corrupt(_Frames):
    pass


@dataclass(eq=False, kw_only=True)
class Freeze(_Frames):
    """Frames do not arrive. Those it holds come when it is lifted, in order; else they are lost."""

    hold: bool
    held: list[tuple["FaultySocket", bytes]] = field(default_factory=list, repr=False)

    def lift(self) -> None:
        """Thaw."""
        super().lift()
        for socket, frame in self.held:
            socket.inject(frame)
        self.held.clear()


_Some = TypeVar("_Some", bound=Fault)


class Faults:
    """What goes wrong, switched on and off while everything runs."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._sockets: list[FaultySocket] = []

    # Requests
    def fail(  # noqa: PLR0913  # an answer has that many parts; each is named
        self,
        route: str,
        *,
        times: int | None = None,
        status: int = 500,
        body: bytes = SERVER_ERROR,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        carried_out: bool = False,
    ) -> Fault:
        """Answer with this. `carried_out`: the exchange gets the request and acts on it, only its answer is lost."""
        reply = FakeReply(status, {"content-type": content_type, **(headers or {})}, body)
        return self._add(_Fail(route, times, reply=reply, carried_out=carried_out))

    def rate_limit(self, route: str, *, times: int | None = None, retry_after_s: int | None = None) -> Fault:
        """Answer 429 as VALR does (reference 4): a header of its own, and a page of HTML."""
        headers = {"x-valr-ratelimited": "true"}
        if retry_after_s is not None:
            headers["retry-after"] = str(retry_after_s)
        return self.fail(route, times=times, status=429, body=TOO_MANY_PAGE, content_type=HTML, headers=headers)

    def lose_answer(self, route: str, *, times: int | None = None) -> Fault:
        """The request is carried out; what comes back is a 400 in HTML (reference 8.15)."""
        page = MALFORMED_PAGE
        return self.fail(route, times=times, status=400, body=page, content_type=HTML, carried_out=True)

    def hang(
        self, route: str, *, times: int | None = None, timeout_s: float = 10.0, carried_out: bool = False
    ) -> Fault:
        """No answer; TimeoutError after so long, as from the real transport. For sockets: "CONNECT /ws/trade"."""
        return self._add(_Hang(route, times, timeout_s=timeout_s, carried_out=carried_out))

    def unreachable(self, route: str = "", *, times: int | None = None) -> Fault:
        """No network: ConnectionError for requests, and for new sockets if the route fits "CONNECT /path"."""
        return self._add(_Unreachable(route, times))

    # Sockets
    def refuse_connect(self, path: str = "", *, times: int | None = None) -> Fault:
        """No socket can be opened at paths that start so: ConnectionError."""
        return self.unreachable(f"{CONNECT} {path}", times=times)

    def kill(self, path: str = "", *, code: int = ABNORMAL, reason: str = "") -> Fault:
        """End every open socket now; frames not yet read are lost. `happened` is how many there were."""
        sockets = self._open(path)
        for socket in sockets:
            socket.end(SocketClosed(code, reason))
        return Fault(path, 0, len(sockets))

    def freeze(
        self, path: str = "", *, types: Collection[str] = (), passing: Collection[str] = (), hold: bool = False
    ) -> Freeze:
        """No frames arrive until `lift`: none at all, none of `types`, or none but the `passing` (such as PONG).

        They are lost; with `hold` they arrive when it is lifted. What the client sends goes out all the same.
        """
        return self._add(Freeze(path, types=types, passing=passing, hold=hold))

    def mute(self, path: str = "", *, times: int | None = None) -> Fault:
        """What the client sends is lost, and it is not told. Together with `freeze`: a half-open connection."""
        return self._add(_Mute(path, times))

    def drop_next(self, path: str, n: int = 1, kind: str = "") -> Fault:
        """The next n frames, or n of this type, are lost: a gap in the sequence."""
        return self._add(_Drop(path, n, types=_types(kind)))

    def duplicate_next(self, path: str, kind: str = "", n: int = 1) -> Fault:
        """The next n frames, or n of this type, arrive twice."""
        return self._add(_Duplicate(path, n, types=_types(kind)))

    def corrupt_checksum(self, path: str, n: int = 1, kind: str = "") -> Fault:
        """The next n frames that carry a checksum carry a wrong one."""
        return self._add(_Corrupt(path, n, types=_types(kind)))

    def malformed(self, path: str = "", frame: bytes = CUT_OFF_FRAME) -> Fault:
        """This frame arrives now on every open socket, whatever it is. `happened` is how many there were."""
        sockets = self._open(path)
        for socket in sockets:
            socket.inject(frame)
        return Fault(path, 0, len(sockets))

    def delay(self, path: str, seconds: float) -> Fault:
        """Frames arrive so much later, still in order, until lifted."""
        return self._add(_Delay(path, seconds=seconds))

    def lift_all(self) -> None:
        """From now on all is well."""
        for fault in self._faults:
            fault.lift()
        self._faults.clear()

    def _add(self, fault: _Some) -> _Some:
        self._faults = [known for known in self._faults if known.active]
        self._faults.append(fault)
        return fault

    def _open(self, path: str) -> list["FaultySocket"]:
        self._sockets = [socket for socket in self._sockets if socket.open]
        return [socket for socket in self._sockets if path in socket.path]

    # For the transport
    def opened(self, socket: "FaultySocket") -> None:
        """A socket that `kill` and `malformed` can reach."""
        self._open("")
        self._sockets.append(socket)

    def happens(self, kind: type[_Some], place: str, frame_type: str = "") -> _Some | None:
        """The first active fault of a kind that fits the place and the frame's type; it is counted."""
        for fault in self._faults:
            if isinstance(fault, kind) and fault.active and fault.where in place:
                if isinstance(fault, _Frames) and not fault.takes(frame_type):
                    continue
                fault.count()
                return fault
        return None


def _types(kind: str) -> Collection[str]:
    return (kind,) if kind else ()


class FaultySocket:
    """A socket on which things go wrong. A reader of its own takes frames off the inner one as they come."""

    def __init__(self, inner: Socket, path: str, clock: Clock, script: Faults) -> None:
        self.path, self.open = path, True
        self._inner, self._clock, self._script = inner, clock, script
        self._arrived: deque[tuple[float, bytes]] = deque()  # (when it may be read, frame), in order
        self._news = asyncio.Event()
        self._end: SocketClosed | None = None  # raised at once
        self._reader = asyncio.create_task(self._read())
        self._reader.add_done_callback(lambda _: self._news.set())

    async def send(self, frame: bytes) -> None:
        """Send one text frame. Raises SocketClosed."""
        if self._end is not None:
            raise self._end
        if not self._script.happens(_Mute, self.path):
            await self._inner.send(frame)

    async def receive(self) -> bytes:
        """The next text frame. Raises SocketClosed."""
        while self._end is None:
            wait_s: float | None = None
            if self._arrived:
                wait_s = self._arrived[0][0] - self._clock.monotonic_s()
                if wait_s <= INSTANT_S:
                    return self._arrived.popleft()[1]
            elif self._reader.done():
                self.end(self._reader.result())  # the inner one ended, and all that arrived before is read
                break
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
        raise self._end or SocketClosed(ABNORMAL)

    async def close(self) -> None:
        """Say goodbye and let go."""
        self.end(SocketClosed(GOING))
        await asyncio.wait([self._reader])
        await self._inner.close()

    def end(self, how: SocketClosed) -> None:
        """It is over now: what has not been read is lost."""
        if self._end is None:
            self._end, self.open = how, False
        self._reader.cancel()
        self._arrived.clear()
        self._news.set()

    def inject(self, frame: bytes) -> None:
        """This arrives now, behind what has arrived before. Nothing happens on a closed socket."""
        if not self.open:
            return
        fault = self._script.happens(_Delay, self.path)
        due_s = self._clock.monotonic_s() + (fault.seconds if fault else 0.0)
        if self._arrived:
            due_s = max(due_s, self._arrived[-1][0])
        self._arrived.append((due_s, frame))
        self._news.set()

    async def _read(self) -> SocketClosed:
        while True:
            try:
                frame = await self._inner.receive()
            except SocketClosed as end:
                return end
            self._suffer(frame.encode() if isinstance(frame, str) else frame)

    def _suffer(self, frame: bytes) -> None:
        """One frame from the exchange, and what befalls it."""
        script, kind = self._script, _type_of(frame)
        if freeze := script.happens(Freeze, self.path, kind):
            if freeze.hold:
                freeze.held.append((self, frame))
            return
        if script.happens(_Drop, self.path, kind):
            return
        if _CHECKSUM.search(frame) and script.happens(_Corrupt, self.path, kind):
            frame = _CHECKSUM.sub(lambda found: found[1] + str(int(found[2]) ^ 1).encode(), frame)
        self.inject(frame)
        if script.happens(_Duplicate, self.path, kind):
            self.inject(frame)


class FaultyTransport:
    """A transport on which things go wrong as the script says."""

    def __init__(self, inner: Transport, clock: Clock, script: Faults) -> None:
        self._inner, self._clock, self._script = inner, clock, script

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One HTTP exchange. Raises ConnectionError or TimeoutError."""
        route = f"{verb} {target}"
        if self._script.happens(_Unreachable, route):
            raise ConnectionError("network is unreachable")
        if hang := self._script.happens(_Hang, route):
            if hang.carried_out:
                await self._inner.request(verb, target, headers, body)
            await self._time_out(hang)
        if failure := self._script.happens(_Fail, route):
            if failure.carried_out:
                await self._inner.request(verb, target, headers, body)
            return failure.reply
        return await self._inner.request(verb, target, headers, body)

    async def connect(self, path: str, headers: Mapping[str, str]) -> FaultySocket:
        """Open a socket. Raises ConnectionError or TimeoutError."""
        route = f"{CONNECT} {path}"
        if self._script.happens(_Unreachable, route):
            raise ConnectionError("connection refused")
        if hang := self._script.happens(_Hang, route):
            await self._time_out(hang)
        socket = FaultySocket(await self._inner.connect(path, headers), path, self._clock, self._script)
        self._script.opened(socket)
        return socket

    async def aclose(self) -> None:
        """Let go of everything."""
        await self._inner.aclose()

    async def _time_out(self, hang: _Hang) -> NoReturn:
        await self._clock.sleep(hang.timeout_s)
        raise TimeoutError


class _Envelope(msgspec.Struct):
    type: str = ""


def _type_of(frame: bytes) -> str:
    """The frame's `type`; empty if it has none."""
    try:
        return msgspec.json.decode(frame, type=_Envelope).type
    except msgspec.MsgspecError:
        return ""
