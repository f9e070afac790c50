"""Moves a world by a clock on an event loop: answers what is asked now, and wakes when the next thing is due.

Both doors drive their world with this, so time passes for both alike. Nothing runs while nothing is due.
"""

import asyncio
from collections.abc import Callable, Mapping

from valr_maker.clock import Clock
from valr_maker.sandbox.calls import Reply, Request
from valr_maker.sandbox.login import LOCAL
from valr_maker.sandbox.session import Line, Session
from valr_maker.sandbox.steered import SteeredClock
from valr_maker.sandbox.world import World

OVERSLEPT_S = 60.0
"""Later than this for something due means that the machine was suspended."""


class Driver:
    """World and clock together. Make it and use it inside a running loop."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = SteeredClock(clock)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due_s = 0.0
        self._unanswered: set[asyncio.Future[Reply]] = set()

    async def request(
        self, verb: str, target: str, headers: Mapping[str, str], body: bytes, address: str = LOCAL
    ) -> Reply:
        """Serve one request of a client at this address; takes as long as the exchange takes.

        Raises ConnectionError when the world is swapped before it has answered.
        """
        answered: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def answer(reply: Reply) -> None:
            if not answered.done():  # the client may have gone
                answered.set_result(reply)

        self.world.request(Request(verb, target, headers, body, address), self._now_s(), answer)
        self._arm()
        if answered.done():
            return answered.result()
        self._unanswered.add(answered)
        try:
            return await answered
        finally:
            self._unanswered.discard(answered)

    def open(self, path: str, headers: Mapping[str, str], line: Line, address: str = LOCAL) -> Session:
        """Open a socket. Raises ConnectionError for a path that has none."""
        session = self.world.open(path, headers, self._now_s(), line, address)
        self._arm()
        return session

    def receive(self, session: Session, text: bytes | str) -> None:
        """A client's frame."""
        self.world.receive(session, text, self._now_s())
        self._arm()

    def touch(self, session: Session) -> None:
        """A ping or pong of the WebSocket protocol."""
        self.world.touch(session, self._now_s())

    def closed(self, session: Session) -> None:
        """A connection is gone."""
        self.world.closed(session, self._now_s())
        self._arm()

    def steer(self, change: Callable[[SteeredClock], None]) -> None:
        """Change how time passes; what is due by then happens now, each thing at its own second."""
        self.catch_up()
        change(self.clock)
        self.world.advance(self.clock.wall_s())
        self.stop()
        self.rearm()

    def swap(self, world: World) -> None:
        """Go on with another world from the time that it has. Whoever waits for an answer of the old one is cut off."""
        self.world = world
        self.clock.show(world.now_s)
        for waiting in self._unanswered:
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the sandbox went back to a snapshot"))
        self.stop()
        self.rearm()

    def catch_up(self) -> None:
        """Let happen what is due by now."""
        self.world.advance(self._now_s())

    def rearm(self) -> None:
        """What is due next may have changed: wake for it."""
        self._arm()

    def stop(self) -> None:
        """Time no longer passes."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _now_s(self) -> float:
        now_s, due_s = self.clock.wall_s(), self.world.next_due_s()
        if due_s is not None and now_s - due_s > OVERSLEPT_S * self.clock.speed:
            self.world.doze(now_s)
        return now_s

    def _arm(self) -> None:
        """See to it that the loop wakes us when the next thing is due."""
        due_s = self.world.next_due_s()
        if due_s is None or (self._timer is not None and self._timer_due_s <= due_s):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due_s = due_s
        delay_s = self.clock.wait_s(due_s - self.clock.wall_s())
        if delay_s is None:
            return  # time stands still
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(delay_s, self._wake)  # house-ok: a sleep cannot be brought forward

    def _wake(self) -> None:
        self._timer = None
        self.world.advance(self._now_s())
        self._arm()
