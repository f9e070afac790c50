"""The door without a wire: fits the gateway's Transport by shape, in the same process and, in virtual time, in no time.

The exchange's latencies pass as time does on the loop; the bytes are the server's.
"""

import asyncio
from collections import deque
from collections.abc import Mapping

from valr_maker.clock import Clock
from valr_maker.sandbox.calls import Reply
from valr_maker.sandbox.driver import Driver
from valr_maker.sandbox.session import ABNORMAL, Line, Session
from valr_maker.sandbox.world import World
from valr_maker.wire.closed import SocketClosed

UNREAD_MAX = 10_000
"""Frames that wait for a reader; beyond this it is cut off, as the server cuts off slow readers."""
NORMAL = 1000


class InProcessSocket:
    """One socket. `receive` gives what was said before the end, then raises SocketClosed."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._session: Session | None = None
        self._unread: deque[bytes] = deque()
        self._end: SocketClosed | None = None
        self._waiting: asyncio.Future[None] | None = None

    def attach(self, session: Session) -> None:
        """The desk's side of it; may have ended already."""
        self._session = session

    def deliver(self, frame: bytes) -> None:
        """A frame from the exchange."""
        if len(self._unread) >= UNREAD_MAX:
            self.hang_up(ABNORMAL, "the reader was too slow")
            if self._session is not None:
                # not now: the floor is in the middle of telling everybody
                asyncio.get_running_loop().call_soon(self._driver.closed, self._session)
            return
        self._unread.append(frame)
        self._wake()

    def hang_up(self, code: int, reason: str) -> None:
        """The end, from whichever side."""
        if self._end is None:
            self._end = SocketClosed(code, reason)
            self._wake()

    @property
    def is_open(self) -> bool:
        """Whether nobody has hung up yet."""
        return self._end is None

    async def send(self, frame: bytes | str) -> None:
        """One text frame. Raises SocketClosed."""
        if self._end is not None or self._session is None:
            raise self._end or SocketClosed(ABNORMAL)
        self._driver.receive(self._session, frame)

    async def receive(self) -> bytes:
        """The next frame. Raises SocketClosed once all are read and it is closed."""
        while not self._unread:
            if self._end is not None:
                raise SocketClosed(self._end.code, self._end.reason)
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        return self._unread.popleft()

    async def close(self) -> None:
        """Say goodbye and let go."""
        self.hang_up(NORMAL, "")
        if self._session is not None:
            self._driver.closed(self._session)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


class InProcessTransport:
    """Both ways to a world in this process."""

    def __init__(self, world: World, clock: Clock) -> None:
        self._driver = Driver(world, clock)
        self._clock = clock
        self._ack_s = world.floor.latency.ack_s
        self._sockets: list[InProcessSocket] = []

    async def request(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One HTTP exchange."""
        return await self._driver.request(verb, target, headers, body)

    async def connect(self, path: str, headers: Mapping[str, str]) -> InProcessSocket:
        """Open a socket. Raises ConnectionError for a path that has none."""
        if self._ack_s > 0:
            await self._clock.sleep(self._ack_s)
        socket = InProcessSocket(self._driver)
        socket.attach(self._driver.open(path, headers, Line(socket.deliver, socket.hang_up)))
        self._sockets = [known for known in self._sockets if known.is_open]
        self._sockets.append(socket)
        return socket

    async def aclose(self) -> None:
        """Let go of everything; for this world time stands still."""
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()
        self._driver.stop()
