"""The only place that waits for a frame: keeps one stream connected and hands its messages on, in order."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from valr_maker.clock import Clock
from valr_maker.gateway.rate import RateBudget
from valr_maker.gateway.session import Session
from valr_maker.gateway.transport import Socket, Transport
from valr_maker.keys import ApiKey
from valr_maker.wire import sign, stream
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.codes import WireError
from valr_maker.wire.endpoints import CONNECT

CONNECT_PATIENCE_S = 10.0
WATCH_EVERY_S = 0.5


class Listener(Protocol):
    """Who is told. `frame` may answer by sending on the pump, so that an order leaves before the next frame is read."""

    async def up(self, pump: "Pump") -> None:
        """The connection is proved: logged in and subscribed."""

    async def down(self, pump: "Pump", why: str) -> None:
        """It is gone; the pump tries again by itself."""

    async def frame(self, pump: "Pump", message: Any) -> None:
        """A typed message, in order."""

    async def malformed(self, pump: "Pump", problem: WireError) -> None:
        """Bytes that are no message; the connection goes on."""


class Pump:
    """One supervised stream. `run` ends only when cancelled."""

    def __init__(  # noqa: PLR0913  # a pump joins that many things; each is named
        self,
        session: Session,
        transport: Transport,
        clock: Clock,
        budget: RateBudget,
        listener: Listener,
        *,
        key: ApiKey | None,
        wall_s: Callable[[], float],
    ) -> None:
        self.session = session
        self._transport, self._clock, self._budget, self._listener = transport, clock, budget, listener
        self._key, self._wall_s = key, wall_s
        self._socket: Socket | None = None
        self._why = ""
        self.reader = stream.Reader(stream.Incoming)
        self.connects = 0

    @property
    def usable(self) -> bool:
        """Whether a frame sent now has a proved connection to go out on."""
        return self._socket is not None and self.session.proved

    async def send(self, frame: bytes) -> None:
        """Send one frame. Raises SocketClosed when there is no connection."""
        if self._socket is None:
            raise SocketClosed(1006, "not connected")
        await self._socket.send(frame)

    async def reconnect(self, why: str) -> None:
        """Give up this connection; `run` makes another: how a broken book gets a new snapshot."""
        if self._socket is not None:
            self._why = why
            await self._socket.close()

    async def run(self) -> None:
        """Connect, read, reconnect, for ever."""
        while True:
            why = await self._one_connection()
            was_up = self.session.proved
            wait_s = self.session.closed(self._clock.monotonic_s())
            await self._listener.down(self, why if was_up else f"cannot connect: {why}")
            await self._clock.sleep(wait_s)

    async def _one_connection(self) -> str:
        """Live through one connection. Returns why it ended."""
        self._why = ""
        await self._within_cap()  # waiting for our own cap is no failure to connect
        try:
            async with asyncio.timeout(CONNECT_PATIENCE_S):
                socket = await self._transport.connect(self.session.stream.path, self._headers())
        except TimeoutError:
            return f"no connection within {CONNECT_PATIENCE_S:.0f} s"
        except (ConnectionError, SocketClosed) as problem:
            return str(problem)
        self._socket = socket
        self.connects += 1
        watch = asyncio.create_task(self._watch(socket))
        try:
            for frame in self.session.opened(self._clock.monotonic_s()):
                await socket.send(stream.write(frame))
            while True:
                await self._take(await socket.receive())
        except SocketClosed as end:
            return self._why or str(end)
        finally:
            self._socket = None
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            await socket.close()

    async def _take(self, raw: bytes | str) -> None:
        if not raw:
            return
        try:
            message = self.reader.read(raw)
        except WireError as problem:
            await self._listener.malformed(self, problem)
            return
        if self.session.received(message, self._clock.monotonic_s()):
            await self._listener.up(self)
        await self._listener.frame(self, message)

    async def _watch(self, socket: Socket) -> None:
        """The heartbeat, and the end of a connection that has died without saying so."""
        while True:
            await self._clock.sleep(WATCH_EVERY_S)
            verdict = self.session.due(self._clock.monotonic_s())
            if verdict.dead:
                self._why = verdict.dead
                await socket.close()
                return
            with suppress(SocketClosed):  # the reader sees the same end and reports it
                for frame in verdict.send:
                    await socket.send(stream.write(frame))

    async def _within_cap(self) -> None:
        while (wait_s := self._budget.wait_s((CONNECT,), self._wall_s(), urgent=True)) > 0:
            await self._clock.sleep(wait_s)
        self._budget.spend((CONNECT,), self._wall_s())

    def _headers(self) -> dict[str, str]:
        if self._key is None:
            return {}
        stamp_ms = int(self._wall_s() * 1000)
        return dict(sign.headers(self._key.key, self._key.secret, stamp_ms, "GET", self.session.stream.path))
