"""Our strategy on the same simulated exchange, driven on whole ticks as `--pace clock --strict-parity` drives it.

What stands between the strategy and the exchange is what the bot's own book of orders does: it remembers every order
from the moment it is sent until the exchange says that it is gone, and a cancel that nobody has answered for more than
a minute counts as lost.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parity.exchange import Exchange, Order, Scenario
from parity.run import Run

from valr_maker.config.load import settings_of
from valr_maker.config.parse import parse
from valr_maker.config.schema import KEYS
from valr_maker.domain import Slot
from valr_maker.strategy.pipeline import Strategy
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import OwnView, View

CANCEL_LOST_S = 60.0
"""A cancel that is older than this is asked for again (Hummingbot's order tracker: CANCEL_EXPIRY_DURATION)."""


KNOWS_STRICT_PARITY = "strict_parity" in inspect.signature(Strategy).parameters
"""False while the strategy has no such mode; then parity is not expected."""


@dataclass(slots=True)
class Sent:
    """An own order as the strategy is shown it."""

    key: str
    slot: Slot
    price: Decimal
    size: Decimal
    left: Decimal
    created_s: float
    cancel_s: float | None = None


class Grid:
    """The pair's rules, in the shape the strategy asks for."""

    def __init__(self, exchange: Exchange) -> None:
        self.tick, self.lot = exchange.tick_size, exchange.lot
        self.min_base, self.min_quote = exchange.min_base, exchange.min_quote

    def floor_price(self, price: Decimal) -> Decimal:
        """Towards zero."""
        return price // self.tick * self.tick

    def floor_quantity(self, quantity: Decimal) -> Decimal:
        """Towards zero."""
        return quantity // self.lot * self.lot


class Desk:
    """A trader of the exchange that asks our strategy what to do."""

    def __init__(self, scenario: Scenario, make: Callable[[Settings], Strategy]) -> None:
        self.exchange = Exchange(scenario, self)
        self.settings = settings(scenario["conf"])
        self.strategy = make(self.settings)
        self.own: dict[int, Sent] = {}
        self.tick_s: float = scenario["start_s"]
        self._grid = Grid(self.exchange)
        self._ready = False
        self._post_only = bool(scenario["maker_type"])

    # --- what happens to its orders

    def acknowledged(self, order: Order) -> None:
        """Nothing changes: it was shown since it was sent."""

    def cancelled(self, order: Order) -> None:
        """The order is gone."""
        self.own.pop(order.number, None)

    def refused(self, order: Order) -> None:
        """The order is gone."""
        self.own.pop(order.number, None)

    def traded(self, order: Order, size: Decimal) -> None:
        """A part of the order, or all of it."""
        self.own[order.number].left -= size

    def completed(self, order: Order) -> None:
        """Nothing is left of the order. Between ticks it is still the time of the last tick."""
        sent = self.own.pop(order.number)
        self.strategy.order_filled(sent.slot, sent.price, self.tick_s)

    # --- the clock

    def tick(self, now_s: float) -> None:
        """One decision, carried out."""
        self._ready = self._ready or self.exchange.ready
        if not self._ready:
            self.tick_s = now_s
            return
        for sent in self.own.values():
            if sent.cancel_s is not None and sent.cancel_s < now_s - CANCEL_LOST_S:
                sent.cancel_s = None
        view = self.view(now_s)
        decision = self.strategy.tick(view)
        for key in decision.cancel:
            self.own[int(key)].cancel_s = now_s
            self.exchange.cancel(int(key))
        if any(int(key) not in self.own for key in decision.cancel):
            # confirmed within the request: what is left of Hummingbot's tick is to create, and no second round of cancels
            decision = self.strategy.tick(self._after(view))
        self.tick_s = now_s
        for intent in decision.create:
            is_buy = intent.side == "buy"
            number = self.exchange.place(intent.price, intent.quantity, is_buy=is_buy, post_only=self._post_only)
            sent = Sent(str(number), intent.slot, intent.price, intent.quantity, intent.quantity, now_s)
            self.own[number] = sent

    def _after(self, before: View) -> View:
        """The same moment when every cancel was confirmed at once. Hummingbot goes on with the money it saw before."""
        view = self.view(before.now_s)
        base, quote = before.base_available, before.quote_available
        for order in before.own:
            if int(order.key) in self.own:
                continue
            if order.side == "buy":
                quote += order.quantity * order.price
            else:
                base += order.quantity
        return view._replace(base_available=base, quote_available=quote)

    def view(self, now_s: float) -> View:
        """What the strategy may see."""
        exchange = self.exchange
        base, quote = exchange.available
        own = tuple(
            OwnView(sent.key, sent.slot, sent.price, sent.size, sent.left, sent.created_s, sent.cancel_s is not None)
            for sent in self.own.values()
        )
        return View(
            now_s=now_s,
            rules=self._grid,
            best_bid=exchange.best_bid,
            best_ask=exchange.best_ask,
            base_available=base,
            quote_available=quote,
            own=own,
            taker_fee=exchange.taker_fee,
            maker_fee=exchange.maker_fee,
        )


def strict(settings: Settings) -> Strategy:
    """The strategy as `--strict-parity` makes it."""
    if KNOWS_STRICT_PARITY:
        return Strategy(settings, strict_parity=True)  # type: ignore[call-arg]
    return Strategy(settings, reserve_taker_fee=True)


def run(scenario: Scenario, make: Callable[[Settings], Strategy] = strict) -> Run:
    """Drive our strategy through a scenario."""
    desk = Desk(scenario, make)
    exchange, steps = desk.exchange, scenario["steps"]
    tick_s, start_s = scenario["tick_s"], scenario["start_s"]
    result = Run(ticks=len(steps))
    for number, events in enumerate(steps, 1):
        exchange.step(events)
        desk.tick(start_s + number * tick_s)
        if exchange.asked:
            result.asked.append((number, exchange.asked))
    return result


def settings(conf: Mapping[str, Any]) -> Settings:
    """The keys of a file, read as `config` reads them."""
    values = {key.name: parse(key, conf.get(key.name)) for key in KEYS}
    return settings_of(values)


def supported_keys() -> frozenset[str]:
    """The keys that mean something here."""
    on = {key.name for key in KEYS if key.supported == "always"}
    return frozenset(key.name for key in KEYS if key.name in on or key.part_of in on)


def unsupported(scenario: Scenario) -> list[str]:
    """The keys of a scenario that mean nothing here yet."""
    return sorted(set(scenario["conf"]) - supported_keys())
