"""A started connector on a sandbox in the same process, in virtual time, with everything that can go wrong at hand.

@story
async def test_something(stage):
    await stage.start()
    ...
    stage.faults.refuse_connect("/ws/account")
    await stage.seconds(16)
    assert stage.exchange.status_dict[...]
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hummingbot.connector.exchange.valr.valr_exchange import ValrExchange
from hummingbot.core.data_type.common import OrderType
from hummingbot.core.event.event_logger import EventLogger
from hummingbot.core.event.events import MarketEvent
from hummingbot.core.network_iterator import NetworkStatus
from kit.sandbox_kit import small_world

from valr_maker import virtual
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World
from valr_maker.wire import endpoints

D = Decimal
PAIR, SYMBOL = "DOGE-USDT", "DOGEUSDT"
EVENTS = {
    "created buy": MarketEvent.BuyOrderCreated, "created sell": MarketEvent.SellOrderCreated,
    "cancelled": MarketEvent.OrderCancelled, "failed": MarketEvent.OrderFailure, "filled": MarketEvent.OrderFilled,
    "completed buy": MarketEvent.BuyOrderCompleted, "completed sell": MarketEvent.SellOrderCompleted,
}  # fmt: skip


class Heard(logging.Handler):
    """What the connector said."""

    def __init__(self) -> None:
        super().__init__(0)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")

    def about(self, *words: str) -> list[str]:
        """Lines with all of these words."""
        return [line for line in self.lines if all(word in line for word in words)]


class Stage:
    """One connector and its world."""

    def __init__(self, pairs: tuple[str, ...] = (PAIR,), **world: Any) -> None:
        self.world: World = small_world(**world)
        self.clock = virtual.VirtualClock()
        self.faults = Faults()
        self.heard = Heard()
        self.exchange = self.connector(pairs)
        self.events = {name: self._listen(tag) for name, tag in EVENTS.items()}
        self._ticking: asyncio.Task[None] | None = None
        self._stranger = small_stranger(self.world)

    def connector(self, pairs: tuple[str, ...] = (PAIR,)) -> ValrExchange:
        """Another connector of the same bot, for the same account."""
        world = self.world
        made = ValrExchange(world.key, world.secret, trading_pairs=list(pairs), domain="valr_sandbox")
        made.line.clock = made.keeper._clock = self.clock
        made.line.through(FaultyTransport(InProcessTransport(world, self.clock), self.clock, self.faults))
        for logger in (made.logger(), made.books.logger(), made.user_stream.logger()):
            logger.setLevel(logging.DEBUG)
            logger.addHandler(self.heard)
        return made

    def _listen(self, tag: MarketEvent) -> EventLogger:
        listener = EventLogger()
        self.exchange.add_listener(tag, listener)
        return listener

    # ---- time -------------------------------------------------------------------------------------------------------
    async def start(self, within_s: float = 5.0) -> None:
        """As Hummingbot starts it: check the network, start, tick every second. Then wait a little."""
        self.begin()
        await self.seconds(within_s)

    def begin(self) -> None:
        """Start without waiting."""
        self._ticking = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            self.exchange._set_current_timestamp(self.clock.wall_s())
            if not self.exchange.network_started and await self.exchange.check_network() is NetworkStatus.CONNECTED:
                await self.exchange.start_network()
            self.exchange.tick(self.clock.wall_s())
            await asyncio.sleep(1.0)

    async def seconds(self, how_many: float) -> None:
        """Let time pass."""
        await asyncio.sleep(how_many)

    async def finish(self) -> None:
        """End everything."""
        if self._ticking is not None:
            self._ticking.cancel()
        if self.exchange.network_started:
            await self.exchange.stop_network()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        for logger in (self.exchange.logger(), self.exchange.books.logger(), self.exchange.user_stream.logger()):
            logger.removeHandler(self.heard)

    # ---- trading ----------------------------------------------------------------------------------------------------
    def buy(self, quantity: object, price: object, order_type: OrderType = OrderType.LIMIT_MAKER) -> str:
        """As the strategy does; the client id."""
        return self.exchange.buy(PAIR, D(str(quantity)), order_type, D(str(price)))

    def sell(self, quantity: object, price: object, order_type: OrderType = OrderType.LIMIT_MAKER) -> str:
        """As the strategy does; the client id."""
        return self.exchange.sell(PAIR, D(str(quantity)), order_type, D(str(price)))

    def quote(self, bid: object = "0.16", ask: object = "0.162") -> tuple[str, str]:
        """A book for others to see, and two far orders of ours: the ids of ours."""
        self.stranger("BUY", 100, bid)
        self.stranger("SELL", 100, ask)
        return self.buy(10, "0.15"), self.sell(10, "0.17")

    def stranger(self, side: str, quantity: object, price: object) -> None:
        """Somebody else's order."""
        self._stranger(side, quantity, price, self.clock.wall_s())

    @property
    def resting(self) -> list[str]:
        """Our orders in the sandbox's book: the truth."""
        mine = self.world.exchange.open_orders(self.world.account.id)
        return sorted(f"{order.side} {order.remaining:f} @ {order.price:f}" for order in mine)

    def count(self, name: str) -> int:
        """How many events of a kind Hummingbot's strategies heard."""
        return len(self.events[name].event_log)

    @contextmanager
    def spied(self) -> Iterator[list[tuple[str, Any]]]:
        """Every REST call from here on: name of the endpoint and body."""
        calls: list[tuple[str, Any]] = []
        client = self.exchange.line.client
        call = client.call

        async def spy(endpoint: endpoints.Endpoint, **more: Any) -> Any:
            calls.append((endpoint.name, more.get("body")))
            return await call(endpoint, **more)

        client.call = spy
        try:
            yield calls
        finally:
            client.call = call


def small_stranger(world: World) -> Callable[[str, object, object, float], None]:
    """Somebody who buys, somebody who sells, and their hands."""
    import json

    from valr_maker.sandbox.calls import Request
    from valr_maker.wire import sign

    purse = {"USDT": D(1_000_000), "DOGE": D(1_000_000), "ZAR": D(1_000_000)}
    accounts = {side: world.create_account(side, purse) for side in ("BUY", "SELL")}  # nobody trades with himself

    def place(side: str, quantity: object, price: object, now_s: float) -> None:
        order = {"side": side, "quantity": str(quantity), "price": str(price), "pair": SYMBOL, "timeInForce": "GTC"}
        account, body, target = accounts[side], json.dumps(order).encode(), "/v2/orders/limit"
        headers = dict(sign.headers(account.key, account.secret, int(now_s * 1000), "POST", target, body))
        headers["Content-Type"] = "application/json"
        replies: list[Any] = []
        world.request(Request("POST", target, headers, body), now_s, replies.append)
        assert not replies or replies[0].status == 201, replies

    return place


def story(test: Callable[..., Awaitable[None]] | None = None, **stage: Any) -> Any:
    """A test in virtual time that is handed a Stage, made with these arguments."""

    def decorate(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        async def play(*args: Any, **kwargs: Any) -> None:
            made = Stage(**stage)
            try:
                await test(made, *args, **kwargs)
            finally:
                await made.finish()

        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            virtual.run(play(*args, **kwargs))

        run.__wrapped__ = None  # pytest must not look for a fixture named stage
        del run.__wrapped__
        run.__signature__ = _without_stage(test)
        return run

    return decorate if test is None else decorate(test)


def _without_stage(test: Callable[..., Any]) -> Any:
    import inspect

    parameters = list(inspect.signature(test).parameters.values())[1:]
    return inspect.Signature(parameters)
