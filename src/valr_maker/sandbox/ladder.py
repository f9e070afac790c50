"""One liquidity provider: a ladder of post-only orders around the price, looked after now and then.

Room rule: pure. It never crosses anyone: a price that would meet the other side is moved one tick short of it.
"""

from decimal import Decimal
from math import ceil, exp, floor, log

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.money import multiply
from valr_maker.sandbox.order import NewOrder, Order, Status, Tif
from valr_maker.sandbox.profile import Profile
from valr_maker.sandbox.walk import BPS

JITTER = 0.12
"""An order lands within this part of its intended distance."""
WORN = Decimal("0.4")
"""An order that has been filled down to this part is placed anew."""
BAD_SIDE_TICKS = 0.5
GOOD_SIDE_TICKS = 1.0
"""How far the grid alone may push an order from where it was meant to be; matters where one tick is much money."""


class Grid:
    """The edge between the model's floats and the pair's Decimal prices and quantities."""

    def __init__(self, spec: PairSpec) -> None:
        self.spec = spec
        self.tick, self.lot = float(spec.tick), float(spec.lot)
        self._min_lots, self._max_lots = ceil(spec.min_base / spec.lot), floor(spec.max_base / spec.lot)
        self._min_quote = float(spec.min_quote)

    def price(self, side: Side, wanted: float) -> Decimal:
        """The nearest price not beyond the wanted one: to buy it rounds down, to sell up, and never to zero."""
        ticks = floor(wanted / self.tick) if side is Side.BUY else ceil(wanted / self.tick)
        return multiply(Decimal(max(ticks, 1)), self.spec.tick)

    def quantity(self, quote: float, price: float) -> Decimal:
        """Whole lots worth this much quote, at least the pair's minimum and at most its maximum."""
        lots = max(self._min_lots, ceil(self._min_quote / price / self.lot), round(quote / price / self.lot))
        return multiply(Decimal(min(lots, self._max_lots)), self.spec.lot)


class Ladder:
    """The orders of one provider, by side and level."""

    def __init__(self, exchange: Exchange, grid: Grid, profile: Profile, number: int, chance: Chance) -> None:
        self.account = f"crowd-{grid.spec.symbol}-maker-{number}"
        self._exchange, self._grid, self._profile, self._chance = exchange, grid, profile, chance
        growth = log(profile.farthest_bps / profile.nearest_bps) / max(profile.levels - 1, 1)
        wide = 1 + profile.maker_widening * number
        self._distance = [profile.nearest_bps * BPS * wide * exp(growth * level) for level in range(profile.levels)]
        self._sizes = [profile.level_quote * exp(log(profile.level_growth) * level) for level in range(profile.levels)]
        self._orders: dict[Side, list[Order | None]] = {side: [None] * profile.levels for side in Side}

    def withdraw(self, now_s: float) -> None:
        """Take every order away."""
        for orders in self._orders.values():
            for level in range(len(orders)):
                self._drop(orders, level, now_s)

    def withdraw_stale(self, price: float, now_s: float) -> None:
        """Take away what the price has run over, come too near to, or left behind; and, at times, one for no reason."""
        if self._chance.unit() < self._profile.fidget_chance:
            side = Side.BUY if self._chance.unit() < 1 / len(Side) else Side.SELL
            self._drop(self._orders[side], self._chance.whole(0, self._profile.levels - 1), now_s)
        for side, orders in self._orders.items():
            for level, order in enumerate(orders):
                if order is None:
                    continue
                if not order.remaining:
                    orders[level] = None
                elif order.remaining < order.quantity * WORN or not self._in_place(side, level, order, price):
                    self._drop(orders, level, now_s)

    def fill_up(self, price: float, most: int, now_s: float) -> None:
        """Place what is missing, from the inside out, at most so many orders."""
        for level in range(self._profile.levels):
            for side, orders in self._orders.items():
                if orders[level] is None and most > 0:
                    orders[level] = self._place(side, level, price, now_s)
                    most -= 1

    def _in_place(self, side: Side, level: int, order: Order, price: float) -> bool:
        near, far = (part * self._distance[level] for part in self._profile.patience)
        at, tick = float(order.price), self._grid.tick
        if side is Side.BUY:
            return price * (1 - far) - tick * GOOD_SIDE_TICKS <= at <= price * (1 - near) + tick * BAD_SIDE_TICKS
        return price * (1 + near) - tick * BAD_SIDE_TICKS <= at <= price * (1 + far) + tick * GOOD_SIDE_TICKS

    def _place(self, side: Side, level: int, price: float, now_s: float) -> Order | None:
        away = self._distance[level] * self._chance.uniform(1 - JITTER, 1 + JITTER)
        size = exp(self._chance.normal(0.0, self._profile.size_spread))
        quote = self._sizes[level] * size
        spec, (bid, ask) = self._grid.spec, self._exchange.best(self._grid.spec.symbol)
        if side is Side.BUY:
            at = self._grid.price(side, price * (1 - away))
            at = at if ask is None else min(at, ask - spec.tick)
        else:
            at = self._grid.price(side, price * (1 + away))
            at = at if bid is None else max(at, bid + spec.tick)
        if at <= 0:
            return None
        new = NewOrder(spec.symbol, side, at, self._grid.quantity(quote, price), post_only=True, tif=Tif.GTC)
        order = self._exchange.execute(self._exchange.accept(self.account, new, now_s).id, now_s)
        return order if order.status is Status.PLACED else None

    def _drop(self, orders: list[Order | None], level: int, now_s: float) -> None:
        order, orders[level] = orders[level], None
        if order is not None and order.remaining:
            self._exchange.cancel(self.account, order_id=order.id, customer_id=None, pair=order.pair, now_s=now_s)
