"""The real Hummingbot: its own configuration variables, its own `start`, its own strategy, on our simulated exchange.

Nothing of Hummingbot is changed. Three things that it leaves to chance are pinned, because a comparison needs one answer:

- which of two listeners hears of an event first (its PubSub keeps them by memory address): the scenario says which;
- the order of its sets of hanging orders (by memory address and by salted hashes): the order of insertion;
- the custom price API and the rates of the external market come from the scenario instead of the network.

Notifications to a screen are dropped. What its clock would log as an error of a tick is kept as part of the run.
"""

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from parity.exchange import Exchange, Order, Scenario
from parity.run import Run

if "pytest" not in sys.argv:
    sys.argv.append("pytest")  # otherwise Hummingbot's logger starts the whole application to show a warning
asyncio.set_event_loop(asyncio.new_event_loop())  # its connectors make locks when they are made

from hummingbot.client.config import config_helpers  # noqa: E402
from hummingbot.connector.exchange.paper_trade.paper_trade_exchange import PaperTradeExchange  # noqa: E402
from hummingbot.connector.exchange_base import ExchangeBase  # noqa: E402
from hummingbot.connector.test_support.mock_order_tracker import MockOrderTracker  # noqa: E402
from hummingbot.core.clock import Clock  # noqa: E402
from hummingbot.core.clock_mode import ClockMode  # noqa: E402
from hummingbot.core.data_type.common import OrderType, TradeType  # noqa: E402
from hummingbot.core.data_type.composite_order_book import CompositeOrderBook  # noqa: E402
from hummingbot.core.data_type.limit_order import LimitOrder  # noqa: E402
from hummingbot.core.data_type.order_book import OrderBook  # noqa: E402
from hummingbot.core.data_type.order_book_row import OrderBookRow  # noqa: E402
from hummingbot.core.data_type.trade_fee import (  # noqa: E402
    AddedToCostTradeFee,
    DeductedFromReturnsTradeFee,
    TokenAmount,
)
from hummingbot.core.event import events as hb  # noqa: E402
from hummingbot.core.network_iterator import NetworkStatus  # noqa: E402
from hummingbot.core.pubsub import PubSub  # noqa: E402
from hummingbot.model.inventory_cost import InventoryCost  # noqa: E402
from hummingbot.strategy import api_asset_price_delegate, hanging_orders_tracker  # noqa: E402
from hummingbot.strategy.pure_market_making import pure_market_making_config_map as config  # noqa: E402
from hummingbot.strategy.pure_market_making import start as starter  # noqa: E402

_HOME = tempfile.TemporaryDirectory(prefix="parity-")
config_helpers.CLIENT_CONFIG_PATH = Path(_HOME.name) / "conf_client.yml"  # it writes one wherever there is none
VERSION = f"hummingbot {version('hummingbot')} ({files('hummingbot').joinpath('VERSION').read_text().strip()})"
TEMPLATE = "templates/conf_pure_market_making_strategy_TEMPLATE.yml"
NAN = Decimal("NaN")
ERRORS: list[str] = []
"""What the clock and the event bus have logged since it was last emptied."""
LISTENER = " in a listener"
"""An exception on the event bus ends nobody's tick."""


class _Errors(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            kind = type(record.exc_info[1])
            name = "InvalidOperation" if kind.__module__ == "decimal" else kind.__name__
            ERRORS.append(name if record.name.endswith(".clock") else name + LISTENER)


_LOGGER = logging.getLogger("hummingbot")
_LOGGER.setLevel(logging.ERROR)
_LOGGER.propagate = False
_LOGGER.handlers[:] = [_Errors()]


class InOrder:
    """A set that is walked in the order of insertion: what `hanging_orders_tracker` gets for `set` and `frozenset`."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        self._items = dict.fromkeys(items)
        self.add = self._items.setdefault
        self.clear = self._items.clear

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._items))

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def remove(self, item: object) -> None:
        """As a set's."""
        del self._items[item]

    def discard(self, item: object) -> None:
        """As a set's."""
        self._items.pop(item, None)

    def union(self, other: Iterable[Any]) -> "InOrder":
        """As a set's: of two equal items the one that was here before stays."""
        return InOrder([*self, *other])

    def difference(self, other: Iterable[Any]) -> "InOrder":
        """As a set's."""
        return InOrder(item for item in self if item not in other)


hanging_orders_tracker.set = hanging_orders_tracker.frozenset = InOrder


class _Quiet(starter.PureMarketMakingStrategy):  # type: ignore[misc]
    """The strategy, with nobody to notify."""

    def notify_hb_app_with_timestamp(self, msg: str) -> None:
        """There is no screen."""


starter.PureMarketMakingStrategy = _Quiet


class _Feed:
    """Stands in for the poller of the custom price API."""

    exchange: Exchange

    def __init__(self, api_url: str, update_interval: float) -> None:
        """Nothing is asked."""

    def start(self) -> None:
        """There is no network."""

    def get_price(self) -> Decimal:
        """What the API said last."""
        return Decimal(0) if self.exchange.api_price is None else self.exchange.api_price

    @property
    def network_status(self) -> NetworkStatus:
        """Whether the API answers."""
        return NetworkStatus.CONNECTED if self.exchange.api_up else NetworkStatus.NOT_CONNECTED


api_asset_price_delegate.CustomAPIDataFeed = _Feed


class _External(PaperTradeExchange):  # type: ignore[misc]
    """Hummingbot watches an external market through a paper exchange, so we do: its rounding is part of the price."""

    ready = True


class _Names:
    """What a paper exchange asks the exchange it imitates."""

    @staticmethod
    def convert_from_exchange_trading_pair(pair: str) -> str:
        """Names are the same."""
        return pair

    convert_to_exchange_trading_pair = convert_from_exchange_trading_pair

    @staticmethod
    def split_trading_pair(pair: str) -> list[str]:
        """Base and quote."""
        return pair.split("-")


class Connector(ExchangeBase):  # type: ignore[misc]
    """Hummingbot's view of our exchange. A trader of it: answers become Hummingbot's events."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.exchange = Exchange(scenario, self)
        self.pair: str = scenario["conf"]["market"]
        self.scenario = scenario
        self.book = OrderBook()
        self.external_book = CompositeOrderBook()
        self.restored: dict[int, LimitOrder] = {}
        self._base_asset: str
        self._quote_asset: str
        self._base_asset, self._quote_asset = self.pair.split("-")
        self._news = 0
        self._step = 0
        self._fee = tuple(Decimal(scenario["fees"][name]) for name in ("maker", "taker"))
        self._ears: dict[Any, list[PubSub]] = {}

    # --- what the strategy asks its connector

    name = property(lambda self: "oracle")
    ready = property(lambda self: self.exchange.ready)
    status_dict = property(lambda self: {"oracle": self.exchange.ready})
    network_status = property(lambda self: NetworkStatus.CONNECTED)
    trading_pairs = property(lambda self: [self.pair])
    in_flight_orders: Mapping[str, Any] = {}
    order_books = property(lambda self: {self.pair: self.book})
    limit_orders = property(lambda self: list(self.restored.values()))

    def supported_order_types(self) -> list[OrderType]:
        """Every exchange takes limit orders; the scenario says whether this one takes post-only orders."""
        return [OrderType.LIMIT, OrderType.LIMIT_MAKER] if self.scenario["maker_type"] else [OrderType.LIMIT]

    def get_order_book(self, trading_pair: str) -> OrderBook:
        """Ours is the only one."""
        return self.book

    def get_order_price_quantum(self, trading_pair: str, price: Decimal) -> Decimal:
        """The tick."""
        return self.exchange.tick_size

    def get_order_size_quantum(self, trading_pair: str, order_size: Decimal) -> Decimal:
        """The lot."""
        return self.exchange.lot

    def get_available_balance(self, currency: str) -> Decimal:
        """What no order holds."""
        return self.exchange.available[currency != self._base_asset]

    def get_balance(self, currency: str) -> Decimal:
        """Everything."""
        return self.exchange.total[currency != self._base_asset]

    def get_fee(self, base: str, quote: str, order_type: OrderType, side: TradeType, amount: Decimal,
                price: Decimal = NAN, is_maker: bool | None = None) -> Any:  # fmt: skip
        """As Hummingbot's connectors do: an order is a maker's if it says so."""
        percent = self._fee[0 if is_maker or order_type is OrderType.LIMIT_MAKER else 1]
        return (AddedToCostTradeFee if side is TradeType.BUY else DeductedFromReturnsTradeFee)(percent=percent)

    def buy(self, trading_pair: str, amount: Decimal, order_type: OrderType, price: Decimal, **kw: Any) -> str:
        """A bid."""
        return str(self.exchange.place(price, amount, is_buy=True, post_only=order_type is OrderType.LIMIT_MAKER))

    def sell(self, trading_pair: str, amount: Decimal, order_type: OrderType, price: Decimal, **kw: Any) -> str:
        """An ask."""
        return str(self.exchange.place(price, amount, is_buy=False, post_only=order_type is OrderType.LIMIT_MAKER))

    def cancel(self, trading_pair: str, client_order_id: str) -> str:
        """Take an order away."""
        self.exchange.cancel(int(client_order_id))
        return client_order_id

    # --- what happens to its orders

    def acknowledged(self, order: Order) -> None:
        """The order rests."""
        tag = hb.MarketEvent.BuyOrderCreated if order.is_buy else hb.MarketEvent.SellOrderCreated
        kind = hb.BuyOrderCreatedEvent if order.is_buy else hb.SellOrderCreatedEvent
        now_s = self.current_timestamp
        self._tell(tag, kind(now_s, _type(order), self.pair, order.size, order.price, str(order.number), now_s))

    def cancelled(self, order: Order) -> None:
        """The order was taken away."""
        event = hb.OrderCancelledEvent(self.current_timestamp, str(order.number))
        self._tell(hb.MarketEvent.OrderCancelled, event)

    def refused(self, order: Order) -> None:
        """The order never rested."""
        event = hb.MarketOrderFailureEvent(self.current_timestamp, str(order.number), _type(order))
        self._tell(hb.MarketEvent.OrderFailure, event)

    def traded(self, order: Order, size: Decimal) -> None:
        """A part of the order was traded, or all of it."""
        side = TradeType.BUY if order.is_buy else TradeType.SELL
        fee = self.get_fee("", "", _type(order), side, size)
        for token, rate in self.scenario["fill_fees"]:
            worth = size if token == self._base_asset else size * order.price
            fee.flat_fees.append(TokenAmount(token, worth * Decimal(rate)))
        number, now_s = str(order.number), self.current_timestamp
        event = hb.OrderFilledEvent(now_s, number, self.pair, side, _type(order), order.price, size, fee)
        self._tell(hb.MarketEvent.OrderFilled, event)

    def completed(self, order: Order) -> None:
        """Nothing is left of the order."""
        tag = hb.MarketEvent.BuyOrderCompleted if order.is_buy else hb.MarketEvent.SellOrderCompleted
        kind = hb.BuyOrderCompletedEvent if order.is_buy else hb.SellOrderCompletedEvent
        worth, number = order.size * order.price, str(order.number)
        now_s, coins = self.current_timestamp, (self._base_asset, self._quote_asset)
        self._tell(tag, kind(now_s, number, *coins, order.size, worth, _type(order)))

    def _tell(self, tag: Any, event: Any) -> None:
        ears = self._ears.get(tag)
        if ears is None:
            tracker_first = self.scenario["first"] == "tracker"
            listeners = self.get_listeners(tag)
            listeners.sort(key=lambda one: (type(one).__name__ == "SourceInfoEventForwarder") is not tracker_first)
            ears = self._ears[tag] = []
            for listener in listeners:
                ears.append(PubSub())
                ears[-1].add_listener(tag, listener)
        for ear in ears:
            ear.trigger_event(tag, event)

    # --- the clock

    def start(self, clock: Clock, timestamp: float) -> None:
        """There is no network to start."""
        self._set_current_timestamp(timestamp)

    def tick(self, timestamp: float) -> None:
        """The exchange moves before the strategy ticks, as connectors do."""
        self.exchange.step(self.scenario["steps"][self._step])
        self._step += 1
        if self.exchange.news != self._news:
            self._news = self.exchange.news
            self._show()

    def _show(self) -> None:
        exchange, number = self.exchange, self._news
        rows = [[OrderBookRow(float(price), float(size), number) for price, size in side]
                for side in (exchange.bids, exchange.asks)]  # fmt: skip
        self.book.apply_snapshot(*rows, number)
        if exchange.last_trade is not None:
            self.book.last_trade_price = self.external_book.last_trade_price = float(exchange.last_trade)
        rows = [[] if price is None else [OrderBookRow(float(price), 1.0, number)] for price in exchange.other]
        self.external_book.apply_snapshot(*rows, number)


def run(scenario: Scenario) -> Run:
    """Drive the real strategy through a scenario."""
    ERRORS.clear()
    market = Connector(scenario)
    tick_s, start_s = scenario["tick_s"], scenario["start_s"]
    for is_buy, price, size, age_s in scenario["restored"]:
        order = market.exchange.restore(Decimal(price), Decimal(size), is_buy=is_buy)
        base, quote = market.pair.split("-")
        market.restored[order.number] = LimitOrder(
            str(order.number), market.pair, is_buy, base, quote, order.price, order.size,
            creation_timestamp=int((start_s - age_s) * 1e6),
        )  # fmt: skip
    strategy = started(scenario, market)
    clock = Clock(ClockMode.BACKTEST, tick_s, start_s, start_s + 1e9)
    clock.add_iterator(market)
    clock.add_iterator(strategy)
    result, hanging = Run(ticks=len(scenario["steps"])), ""
    for number in range(1, result.ticks + 1):
        clock.backtest_til(start_s + number * tick_s)
        asked = market.exchange.asked
        if strategy.hanging_order_ids or hanging:
            now = " ".join(map(str, sorted(map(int, strategy.hanging_order_ids))))
            if now != hanging:
                hanging = now
                asked.append(f"H {now}")
        if asked:
            result.asked.append((number, asked))
        if not all(name.endswith(LISTENER) for name in ERRORS):
            result.errors.append((number, ", ".join(ERRORS)))
        ERRORS.clear()
    return result


def started(scenario: Scenario, market: Connector) -> Any:
    """The strategy as Hummingbot's own `start` makes it from its own configuration variables."""
    conf: Mapping[str, Any] = scenario["conf"]
    for key in _template():
        _set(key, conf.get(key))
    _Feed.exchange = market.exchange
    external = None
    if conf.get("price_source") == "external_market":
        external = _External(MockOrderTracker(), _Names, exchange_name="external")
        external.order_book_tracker._order_books[conf["price_source_market"]] = market.external_book
        external.init_paper_trade_market()
    starter.create_paper_trade_market = lambda exchange, pairs: external
    problems: list[str] = []
    core = SimpleNamespace(
        initialize_markets=_nothing,
        connector_manager=SimpleNamespace(connectors={conf["exchange"]: market}),
        markets={conf["exchange"]: market},
        trade_fill_db=_database(scenario["cost"], market.pair) if conf.get("price_type") == "inventory_cost" else None,
        notify=problems.append,
        logger=lambda: _LOGGER,
    )
    _finish(starter.start(core))
    if problems:
        raise RuntimeError(f"Hummingbot does not start: {problems[0]}")
    return core.strategy


def _set(key: str, value: Any) -> None:
    """One key of the file, as Hummingbot's `load_yml_into_cm_legacy` reads it."""
    variable = config.pure_market_making_config_map[key]
    if value is None and variable.default is not None:
        variable.value = variable.default
        return
    variable.value = config_helpers.parse_cvar_value(variable, value)
    if variable.value is None or key in {"exchange", "market"}:
        return
    complaint = _finish(variable.validate(str(variable.value)))
    if complaint:
        raise ValueError(f"Hummingbot refuses {key} {value!r}: {complaint}")


def check_loader(scenario: Scenario) -> None:
    """Whether a file with the scenario's keys, read by Hummingbot's own loader, means what `started` took it to mean.

    Raises AssertionError. `exchange` and `market` are left out: their validators ask for a network.
    """
    conf: Mapping[str, Any] = scenario["conf"]
    for key in _template():
        _set(key, conf.get(key))
    wanted = _values()
    found = loaded([f"{key}: {json.dumps(value) if isinstance(value, dict) else value}" for key, value in conf.items()])
    found |= {key: wanted[key] for key in ("exchange", "market")}
    assert found == wanted, {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}


def loaded(lines: Iterable[str]) -> dict[str, Any]:
    """The values of every key after Hummingbot's own loader has read a file. What it refuses is None."""
    file = Path(_HOME.name) / "conf_pure_mm.yml"
    file.write_text("\n".join(["template_version: 24", *lines]), encoding="utf-8")
    for variable in config.pure_market_making_config_map.values():
        variable.value = None
    template = str(files("hummingbot").joinpath(TEMPLATE))
    _finish(config_helpers.load_yml_into_cm_legacy(str(file), template, config.pure_market_making_config_map))
    return _values()


def _values() -> dict[str, Any]:
    return {key: config.pure_market_making_config_map[key].value for key in _template()}


@cache
def _template() -> tuple[str, ...]:
    """The keys in the order of Hummingbot's template."""
    lines = files("hummingbot").joinpath(TEMPLATE).read_text(encoding="utf-8").splitlines()
    keys = [line.partition(":")[0] for line in lines if line[:1].isalpha()]
    return tuple(key for key in keys if key != "template_version")


@cache
def _sessions() -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.orm import sessionmaker
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", poolclass=StaticPool)
    InventoryCost.__table__.create(engine)
    return sessionmaker(engine)


def _database(cost: tuple[str, str] | None, pair: str) -> Any:
    """Hummingbot's table of inventory costs, in memory, with the volumes that the scenario begins with."""
    sessions = _sessions()
    base, quote = pair.split("-")
    with sessions() as session, session.begin():
        session.query(InventoryCost).delete()
    if cost is not None:
        with sessions() as session, session.begin():
            InventoryCost.add_volume(session, base, quote, Decimal(cost[0]), Decimal(cost[1]))
    return SimpleNamespace(get_new_session=sessions)


async def _nothing(*_: Any) -> None:
    """Markets are there already."""


def _finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run what is a coroutine in name only."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("it waits for something")


def _type(order: Order) -> OrderType:
    return OrderType.LIMIT_MAKER if order.post_only else OrderType.LIMIT
