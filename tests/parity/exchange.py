"""The exchange that both strategies trade on: a few rules, no chance, and a record of everything it is asked.

Room rule: imports neither Hummingbot nor the strategy under test; what it does depends on the scenario alone, so that
two strategies that ask for the same things are told the same things.

A step of a scenario is a list of texts, done in this order at the start of a tick, before the strategy sees it:

    book BID ASK ROWS GAP SIZE   the whole book: best prices ("-" for an empty side), rows a side, ticks between rows
    trade PRICE                  the last trade of the market
    fill B0 0.5                  half of what is left of the oldest live buy is traded (S1: the second oldest sell)
    ready 0                      the connector stops being ready (1: is ready again)
    api PRICE                    what the custom price API says from now on ("down": it does not answer)
    other BID ASK                the best prices of the external market
    hold BASE QUOTE              amounts that something else of the account takes (negative: gives back)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

Scenario = dict[str, Any]
"""Everything about one run as plain JSON values; see `scenario.py`."""

ZERO = Decimal(0)
SIZES = tuple(Decimal(text) for text in ("1", "3", "0.5", "2", "5"))
"""The sizes of a book's rows, in turn, as multiples of its SIZE."""


class Row(NamedTuple):
    """One price of the book, in quote per base, and the base that rests there."""

    price: Decimal
    size: Decimal


@dataclass(slots=True)
class Order:
    """One order as the exchange knows it. `asked` is the price before flooring to the tick; `left` is untraded."""

    number: int
    is_buy: bool
    asked: Decimal
    price: Decimal
    size: Decimal
    left: Decimal
    post_only: bool
    locked: Decimal = ZERO
    live: bool = False
    gone: bool = False


class Trader(Protocol):
    """Who trades: is told about its orders as they happen."""

    def acknowledged(self, order: Order) -> None:
        """The order rests."""

    def cancelled(self, order: Order) -> None:
        """The order was taken away."""

    def refused(self, order: Order) -> None:
        """The order never rested."""

    def traded(self, order: Order, size: Decimal) -> None:
        """`size` of the order was traded, at its own price."""

    def completed(self, order: Order) -> None:
        """Nothing is left of the order."""


class Exchange:
    """One account on one pair. `asked` collects what is asked within the present tick."""

    def __init__(self, scenario: Scenario, trader: Trader) -> None:
        self.trader = trader
        grid: Mapping[str, str] = scenario["grid"]
        self.tick_size, self.lot = Decimal(grid["tick"]), Decimal(grid["lot"])
        self.min_base, self.min_quote = Decimal(grid["min_base"]), Decimal(grid["min_quote"])
        self.maker_fee, self.taker_fee = (Decimal(scenario["fees"][name]) for name in ("maker", "taker"))
        self.base, self.quote = (Decimal(scenario["funds"][name]) for name in ("base", "quote"))
        self.base_held, self.quote_held = (Decimal(scenario["funds"][name]) for name in ("base_held", "quote_held"))
        self.bids: Sequence[Row] = ()
        self.asks: Sequence[Row] = ()
        self.last_trade: Decimal | None = None
        self.api_price: Decimal | None = None
        self.api_up = True
        self.other: tuple[Decimal | None, Decimal | None] = (None, None)
        self.ready = scenario["ready"]
        self.asked: list[str] = []
        self.news = 0
        """Grows whenever the book or the last trade changes."""
        self._orders: dict[int, Order] = {}
        self._later: list[tuple[int, Callable[[], None]]] = []
        self._scenario = scenario
        self._tick = self._cancels = self._number = 0
        self._seen = [(self.base, self.quote)]

    # --- what a trader asks

    def place(self, price: Decimal, size: Decimal, *, is_buy: bool, post_only: bool) -> int:
        """A new order; its number. It is quantised as Hummingbot's connectors do it, towards zero."""
        self._number += 1
        number = self._number
        floored = price // self.tick_size * self.tick_size
        size = size // self.lot * self.lot
        order = Order(number, is_buy, price, floored, size, size, post_only)
        self._orders[number] = order
        self.asked.append(f"{'B' if is_buy else 'S'}{number} {plain(price)} x {plain(size)}")
        if (
            size < self.min_base
            or floored <= 0
            or size * floored < self.min_quote
            or _nth(self._scenario["refuse"], number)
        ):
            self._in(max(1, self._lag("create_lag", number)), lambda: self._refuse(order))
            return number
        order.locked = size * floored if is_buy else size
        self._free(order, -order.locked)
        self._in(self._lag("create_lag", number), lambda: self._acknowledge(order))
        return number

    def cancel(self, number: int) -> None:
        """Take an order away, unless the scenario loses the request."""
        self._cancels += 1
        self.asked.append(f"X{number}")
        if not _nth(self._scenario["lose"], self._cancels):
            self._in(self._lag("cancel_lag", self._cancels), lambda: self._cancel(number))

    # --- what a trader sees

    @property
    def available(self) -> tuple[Decimal, Decimal]:
        """Base and quote that no order holds, as old as the scenario's balance_lag wants them."""
        lag = self._scenario["balance_lag"]
        return self._seen[max(0, len(self._seen) - lag)] if lag else (self.base, self.quote)

    @property
    def total(self) -> tuple[Decimal, Decimal]:
        """Base and quote with what is held by orders and by others."""
        base, quote = self.base + self.base_held, self.quote + self.quote_held
        for order in self._orders.values():
            if order.is_buy:
                quote += order.locked
            else:
                base += order.locked
        return base, quote

    @property
    def best_bid(self) -> Decimal | None:
        """As the exchange writes it, off the grid or on it; None: there are no bids."""
        return self.bids[0].price if self.bids else None

    @property
    def best_ask(self) -> Decimal | None:
        """As `best_bid`."""
        return self.asks[0].price if self.asks else None

    # --- what happens

    def step(self, events: Sequence[str]) -> None:
        """The next tick begins: the market moves, answers arrive, orders trade."""
        self._tick += 1
        self.asked = []
        if self._scenario["balance_lag"]:
            self._seen.append((self.base, self.quote))
        fills: list[list[str]] = []
        for event in events:
            words = event.split()
            fills.append(words[1:]) if words[0] == "fill" else self._market(words)
        if self._scenario["fills_first"]:
            self._trade(fills)
        due = [then for tick, then in self._later if tick <= self._tick]
        self._later = [entry for entry in self._later if entry[0] > self._tick]
        for then in due:
            then()
        if not self._scenario["fills_first"]:
            self._trade(fills)
        self._cross()

    def restore(self, price: Decimal, size: Decimal, *, is_buy: bool) -> Order:
        """An order that rested before the first tick. Hummingbot makes it hang if hanging orders are enabled."""
        self._number += 1
        order = Order(self._number, is_buy, price, price, size, size, post_only=True, live=True)
        order.locked = size * price if is_buy else size
        self._orders[order.number] = order
        self._free(order, -order.locked)
        return order

    def _market(self, words: list[str]) -> None:
        match words:
            case ["book", bid, ask, rows, gap, size]:
                step = self.tick_size * int(gap)
                self.bids = _rows(bid, -step, int(rows), size)
                self.asks = _rows(ask, step, int(rows), size)
                self.news += 1
            case ["trade", price]:
                self.last_trade = Decimal(price)
                self.news += 1
            case ["ready", flag]:
                self.ready = flag == "1"
            case ["api", price]:
                self.api_up = price != "down"
                self.api_price = Decimal(price) if self.api_up else self.api_price
            case ["other", bid, ask]:
                self.other = (_price(bid), _price(ask))
                self.news += 1
            case ["hold", base, quote]:
                self.base, self.base_held = self.base - Decimal(base), self.base_held + Decimal(base)
                self.quote, self.quote_held = self.quote - Decimal(quote), self.quote_held + Decimal(quote)
            case _:
                raise ValueError(f"unknown event {' '.join(words)!r}")

    def _trade(self, fills: list[list[str]]) -> None:
        for which, share in fills:
            is_buy, index = which[0] == "B", int(which[1:])
            live = [order for order in self._orders.values() if order.live and order.is_buy is is_buy]
            if index < len(live):
                self._fill(live[index], Decimal(share))

    def _cross(self) -> None:
        share, bid, ask = Decimal(self._scenario["cross_fill"]), self.best_bid, self.best_ask
        if not share:
            return
        for order in list(self._orders.values()):
            touched = (
                (ask is not None and ask <= order.price) if order.is_buy else (bid is not None and bid >= order.price)
            )
            if touched and order.live and not order.gone:
                self._fill(order, share)

    def _fill(self, order: Order, share: Decimal) -> None:
        size = order.left * share // self.lot * self.lot or min(order.left, self.lot)
        worth = size * order.price
        order.left -= size
        if order.is_buy:
            self.base += size
            order.locked -= worth
        else:
            self.quote += worth
            order.locked -= size
        if not order.left:
            self._close(order)
        self.trader.traded(order, size)
        if order.gone:
            self.trader.completed(order)

    def _acknowledge(self, order: Order) -> None:
        if order.gone:
            return
        ask, bid = self.best_ask, self.best_bid
        takes = (ask is not None and order.price >= ask) if order.is_buy else (bid is not None and order.price <= bid)
        if takes and order.post_only and self._scenario["post_only"]:
            self._refuse(order)
            return
        order.live = True
        self.trader.acknowledged(order)

    def _refuse(self, order: Order) -> None:
        if not order.gone:
            self._close(order)
            self.trader.refused(order)

    def _cancel(self, number: int) -> None:
        order = self._orders.get(number)
        if order is not None:
            self._close(order)
            self.trader.cancelled(order)

    def _close(self, order: Order) -> None:
        order.gone, order.live = True, False
        self._free(order, order.locked)
        order.locked = ZERO
        del self._orders[order.number]

    def _free(self, order: Order, amount: Decimal) -> None:
        if order.is_buy:
            self.quote += amount
        else:
            self.base += amount

    def _lag(self, name: str, number: int) -> int:
        lags: Sequence[int] = self._scenario[name]
        return lags[(number - 1) % len(lags)]

    def _in(self, ticks: int, then: Callable[[], None]) -> None:
        if ticks == 0:
            then()
        else:
            self._later.append((self._tick + ticks, then))


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros, so that equal numbers are equal texts."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _nth(pattern: str, number: int) -> bool:
    return pattern[(number - 1) % len(pattern)] == "1"


def _price(text: str) -> Decimal | None:
    return None if text == "-" else Decimal(text)


def _rows(best: str, step: Decimal, count: int, size: str) -> list[Row]:
    if best == "-":
        return []
    first, unit = Decimal(best), Decimal(size)
    rows = [Row(first + step * index, unit * SIZES[index % len(SIZES)]) for index in range(count)]
    return [row for row in rows if row.price > 0]
