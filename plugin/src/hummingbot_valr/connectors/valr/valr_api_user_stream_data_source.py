"""The account socket: kept connected by valr_maker's pump, its typed messages handed to Hummingbot's queue in order."""

import asyncio
from collections.abc import Callable
from typing import Any

from hummingbot.core.data_type.user_stream_tracker_data_source import UserStreamTrackerDataSource

from valr_maker.chance import Chance
from valr_maker.gateway.order_entry import OrderEntry
from valr_maker.gateway.pump import Pump
from valr_maker.gateway.session import Session
from valr_maker.wire.codes import WireError
from valr_maker.wire.frames import Pong
from valr_maker.wire.sign import Stream

from .line import Line


class ValrAPIUserStreamDataSource(UserStreamTrackerDataSource):
    """The listener of the account socket's pump."""

    def __init__(self, line: Line, came_up: Callable[[], None]) -> None:
        super().__init__()
        self._line, self._came_up = line, came_up
        self._pump: Pump | None = None
        self._output: asyncio.Queue[Any] | None = None
        self._heard_wall_s = 0.0
        self.why = "the account socket is not connected yet"
        """Why there is no stream, while there is none."""

    @property
    def alive(self) -> bool:
        """Whether the account socket is connected and logged in."""
        return self._pump is not None and self._pump.usable

    @property
    def last_recv_time(self) -> float:
        """When the last frame came, in seconds since 1970; 0 without a connection."""
        return self._heard_wall_s if self.alive else 0

    def entry(self) -> OrderEntry | None:
        """The way for orders through this socket; None while nothing is started."""
        return OrderEntry(self._line.client, self._pump) if self._pump is not None else None

    async def listen_for_user_stream(self, output: asyncio.Queue[Any]) -> None:
        """Keep the account socket connected, until cancelled."""
        self._output = output
        line = self._line
        session = Session(Stream.ACCOUNT, {}, Chance())
        pump = Pump(session, line.transport, line.clock, line.budget, self, key=line.key, wall_s=line.clock.wall_s)
        self._pump = pump
        try:
            await pump.run()
        finally:
            self._pump, self.why = None, "stopped"

    async def up(self, _pump: Pump) -> None:
        """Logged in."""
        self.why = ""
        self._heard_wall_s = self._line.clock.wall_s()
        self._came_up()

    async def down(self, _pump: Pump, why: str) -> None:
        """Gone; the pump tries again by itself. Told when it is new."""
        if why != self.why:
            self.logger().warning(f"no account socket: {why}; trying again, orders and balances are polled meanwhile")
        self.why = why

    async def frame(self, _pump: Pump, message: Any) -> None:
        """One message, in order."""
        self._heard_wall_s = self._line.clock.wall_s()
        if self._output is not None and not isinstance(message, Pong):
            self._output.put_nowait(message)

    async def malformed(self, _pump: Pump, problem: WireError) -> None:
        """Unreadable: it may have been an event of an order, so the account is asked anew."""
        self.logger().warning(f"{problem}; orders and balances are asked for over REST")
        self._came_up()
