"""Our strategy on the same simulated exchange, driven on whole ticks as `--pace clock --strict-parity` drives it.

What stands between the strategy and the exchange is what the bot's own book of orders does: it remembers every order
from the moment it is sent until the exchange says that it is gone, and tells the strategy what happens to each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parity.exchange import Exchange, Order, Scenario
from parity.run import Run

from valr_maker.config.meaning import settings_of
from valr_maker.config.parse import parse
from valr_maker.config.schema import KEYS
from valr_maker.domain import Intent, Side, Slot
from valr_maker.strategy.pipeline import Strategy
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import OwnView, Quotes, View

Make = Callable[[Settings, Scenario], Strategy]


@dataclass(slots=True)
class Sent:
    """An own order as the strategy is shown it."""

    key: str
    slot: Slot
    price: Decimal
    size: Decimal
    left: Decimal
    created_s: float
    cancelling: bool = False


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

    def __init__(self, scenario: Scenario, make: Make) -> None:
        self.exchange = Exchange(scenario, self)
        self.settings = settings(scenario["conf"])
        self.strategy = make(self.settings, scenario)
        self.own: dict[int, Sent] = {}
        self.now_s: float = scenario["start_s"]
        """The time of the last tick: events between two ticks happen at that of the first."""
        self._grid = Grid(self.exchange)
        self._ready = False
        self._fees: list[tuple[str, str]] = scenario["fill_fees"]
        self._asks_api = scenario["conf"].get("price_source") == "custom_api"
        self._post_only = bool(scenario["maker_type"])
        for is_buy, price, size, age_s in scenario["restored"]:
            self._restore(self.exchange.restore(Decimal(price), Decimal(size), is_buy=is_buy), age_s)

    # --- what happens to its orders

    def acknowledged(self, order: Order) -> None:
        """Nothing changes: it was shown since it was sent."""

    def cancelled(self, order: Order) -> None:
        """The order is gone; one that hangs may be sent again at once."""
        self.own.pop(order.number, None)
        for intent in self.strategy.order_cancelled(str(order.number), self.now_s, order.left):
            self._place(intent)

    def refused(self, order: Order) -> None:
        """The order is gone."""
        self.own.pop(order.number, None)
        self.strategy.order_gone(str(order.number))

    def traded(self, order: Order, size: Decimal) -> None:
        """A part of the order, or all of it."""
        if order.number not in self.own:
            return
        self.own[order.number].left -= size
        fees = [
            (token, (size if token == self.settings.market.base else size * order.price) * Decimal(rate))
            for token, rate in self._fees
        ]
        rate = self.exchange.maker_fee if order.post_only else self.exchange.taker_fee
        self.strategy.order_traded(Side.BUY if order.is_buy else Side.SELL, order.price, size, fees, rate)

    def completed(self, order: Order) -> None:
        """Nothing is left of the order. Between ticks it is still the time of the last tick."""
        if sent := self.own.pop(order.number, None):
            self.strategy.order_filled(sent.key, sent.slot, sent.price, self.now_s)

    # --- the clock

    def tick(self, now_s: float) -> None:
        """One decision, carried out one by one: a cancel may be confirmed within its request."""
        self.now_s = now_s
        self._ready = self._ready or (self.exchange.ready and (self.exchange.api_up or not self._asks_api))
        if self._ready:
            for action in self.strategy.act(self.view(now_s)):
                if isinstance(action, Intent):
                    self._place(action)
                else:
                    self.exchange.cancel(int(action.key))

    def _place(self, intent: Intent) -> None:
        number = self.exchange.place(
            intent.price,
            intent.quantity,
            is_buy=intent.side is Side.BUY,
            post_only=self._post_only and intent.post_only,
        )
        self.own[number] = Sent(str(number), intent.slot, intent.price, intent.quantity, intent.quantity, self.now_s)
        self.strategy.order_placed(str(number), intent, self.now_s)

    def _restore(self, order: Order, age_s: float) -> None:
        """Hummingbot's order tracker takes it to be new, its tracker of hanging orders knows better."""
        if self.settings.hanging_cancel_distance is None:
            return  # then the strategy never hears of it
        slot = Slot(Side.BUY if order.is_buy else Side.SELL, order.number, hanging=True)
        sent = Sent(str(order.number), slot, order.price, order.size, order.size, self.now_s)
        self.own[order.number] = sent
        self.strategy.order_restored(_shown(sent)._replace(created_s=self.now_s - age_s))

    def view(self, now_s: float) -> View:
        """What the strategy may see."""
        exchange = self.exchange
        base, quote = exchange.available
        return View(
            now_s=now_s,
            rules=self._grid,
            best_bid=exchange.best_bid,
            best_ask=exchange.best_ask,
            base_available=base,
            quote_available=quote,
            own=tuple(map(_shown, self.own.values())),
            taker_fee=exchange.taker_fee,
            maker_fee=exchange.maker_fee,
            last_trade=exchange.last_trade,
            base_total=exchange.total[0],
            bids=exchange.bids,
            asks=exchange.asks,
            other=Quotes(*exchange.other, exchange.last_trade),
            custom_price=exchange.api_price,
            post_only=self._post_only,
        )


def strict(settings: Settings, scenario: Scenario) -> Strategy:
    """The strategy as `--strict-parity` makes it."""
    cost = scenario["cost"]
    volumes = (Decimal(cost[0]), Decimal(cost[1])) if cost else None
    return Strategy(settings, strict_parity=True, cost=volumes, tracker_first=scenario["first"] == "tracker")


def run(scenario: Scenario, make: Make = strict) -> Run:
    """Drive our strategy through a scenario."""
    desk = Desk(scenario, make)
    exchange, steps = desk.exchange, scenario["steps"]
    tick_s, start_s = scenario["tick_s"], scenario["start_s"]
    result, hanging = Run(ticks=len(steps)), ""
    for number, events in enumerate(steps, 1):
        exchange.step(events)
        desk.tick(start_s + number * tick_s)
        keys = desk.strategy.hanging.keys
        if keys or hanging:
            now = " ".join(map(str, sorted(map(int, keys))))
            if now != hanging:
                hanging = now
                exchange.asked.append(f"H {now}")
        if exchange.asked:
            result.asked.append((number, exchange.asked))
        if desk.strategy.ended is not None:
            result.errors.append((number, desk.strategy.ended.text))
    return result


def settings(conf: Mapping[str, Any]) -> Settings:
    """The keys of a file, read as `config` reads them."""
    values = {key.name: parse(key, conf.get(key.name)) for key in KEYS}
    return settings_of(values)


def _shown(sent: Sent) -> OwnView:
    return OwnView(sent.key, sent.slot, sent.price, sent.size, sent.left, sent.created_s, sent.cancelling)
