"""One liquidity provider: a ladder of post-only orders around the price, looked after now and then.

Room rule: pure. It never crosses anyone: a price that would meet the other side is moved one tick short of it.
"""

from decimal import Decimal
from math import ceil, exp, inf, log

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.order import Order, Status
from valr_maker.sandbox.pit import Pit
from valr_maker.sandbox.scene import BPS

JITTER = 0.12
"""An order lands within this part of its intended distance."""
WORN = Decimal("0.4")
"""An order that has been filled down to this part is placed anew."""
BAD_SIDE_TICKS = 0.5
GOOD_SIDE_TICKS = 1.0
"""How far the grid alone may push an order from where it was meant to be; matters where one tick is much money."""


class _Rung:
    """Where one order belongs, the order itself, and the fair prices between which it is left alone."""

    __slots__ = ("distance", "high", "level", "low", "order", "quote", "side")

    def __init__(self, side: Side, level: int, distance: float, quote: float) -> None:
        self.side, self.level, self.distance, self.quote = side, level, distance, quote
        self.order: Order | None = None
        self.low = self.high = 0.0


class Ladder:
    """The orders of one provider, by side and level."""

    def __init__(self, pit: Pit, number: int, chance: Chance) -> None:
        profile = pit.profile
        self.account = f"crowd-{pit.symbol}-maker-{number}"
        self._pit, self._profile, self._chance = pit, profile, chance
        growth = log(profile.farthest_bps / profile.nearest_bps) / max(profile.levels - 1, 1)
        wide, large = 1 + profile.maker_widening * number, 1 + profile.maker_growth * number
        made = {
            (side, level): _Rung(
                side,
                level,
                profile.nearest_bps * BPS * wide * exp(growth * level),
                profile.level_quote * large * profile.level_growth**level,
            )
            for side in Side
            for level in range(profile.levels)
        }
        self._rungs = list(made.values())
        self._outwards = [made[side, level] for level in range(profile.levels) for side in Side]
        self._missing = len(self._rungs)

    def withdraw(self, now_s: float) -> None:
        """Take every order away."""
        for rung in self._rungs:
            if rung.order is not None:
                self._drop(rung, now_s)

    def withdraw_stale(self, price: float, now_s: float) -> None:
        """Take away what the price has run over, come too near to, or left behind; and, at times, one for no reason."""
        chance, levels = self._chance, self._profile.levels
        if chance.unit() < self._profile.fidget_chance:
            first = 0 if chance.unit() < 1 / len(Side) else levels
            rung = self._rungs[first + chance.whole(0, levels - 1)]
            if rung.order is not None:
                self._drop(rung, now_s)
        placed = Status.PLACED
        for rung in self._rungs:  # most are untouched and in place: this is what the crowd does most
            order = rung.order
            if order is None or (order.status is placed and rung.low <= price <= rung.high):
                continue
            worn = order.remaining < order.quantity * WORN
            if worn or order.status is Status.CANCELLED or not rung.low <= price <= rung.high:
                self._drop(rung, now_s)

    def fill_up(self, price: float, most: int, now_s: float) -> None:
        """Place what is missing, from the inside out, at most so many orders."""
        if not self._missing:
            return
        for rung in self._outwards:
            if rung.order is None:
                if most <= 0:
                    return
                self._place(rung, price, now_s)
                most -= 1

    def _place(self, rung: _Rung, price: float, now_s: float) -> None:
        pit, chance, phase = self._pit, self._chance, self._pit.scene.phase
        distance = rung.distance * phase.spread
        away = distance * chance.uniform(1 - JITTER, 1 + JITTER)
        size = exp(chance.normal(0.0, self._profile.size_spread))
        wanted = price * (1 - away) if rung.side is Side.BUY else price * (1 + away)
        order = pit.rest(self.account, rung.side, wanted, rung.quote * phase.depth * size, now_s)
        if order is None:
            return
        rung.order = order
        self._missing -= 1
        near, far = (part * distance for part in self._profile.patience)
        at, good, bad = float(order.price), pit.grid.tick * GOOD_SIDE_TICKS, pit.grid.tick * BAD_SIDE_TICKS
        if rung.side is Side.BUY:
            rung.low = (at - bad) / (1 - near) if near < 1 else 0.0
            rung.high = (at + good) / (1 - far) if far < 1 else inf
        else:
            rung.low, rung.high = (at - good) / (1 + far), (at + bad) / (1 + near)

    def _drop(self, rung: _Rung, now_s: float) -> None:
        order, rung.order = rung.order, None
        self._missing += 1
        if order is not None and order.status is not Status.CANCELLED:
            self._pit.withdraw(order, now_s)


class Provider:
    """Looks at the book now and then, and keeps a ladder in it."""

    def __init__(self, pit: Pit, number: int, chance: Chance, wakes: Chance) -> None:
        self._pit, self._number, self._wakes = pit, number, wakes
        self._ladder = Ladder(pit, number, chance)
        self._gap_s = pit.profile.wake_gap_s * (1 + pit.profile.maker_slowing * number)
        self._scene = 0

    def begin(self, now_s: float) -> None:
        """Fill the book, and begin to look."""
        self._scene = self._pit.scene.number
        if self._quotes:
            self._ladder.fill_up(self._pit.fair(now_s), 2 * self._pit.profile.levels, now_s)
        self._pit.agenda.at(now_s + self._wakes.wait_s(self._gap_s), self._look)

    def leave(self, now_s: float) -> None:
        """Go home, with every order."""
        self._ladder.withdraw(now_s)

    @property
    def _quotes(self) -> bool:
        """Whether this one is among those that quote now."""
        return self._pit.is_open and self._number < ceil(self._pit.scene.phase.makers * self._pit.profile.makers)

    def _look(self, now_s: float) -> None:
        pit, ladder = self._pit, self._ladder
        price = pit.fair(now_s)
        if self._quotes and self._scene == pit.scene.number:
            ladder.withdraw_stale(price, now_s)
        else:
            ladder.withdraw(now_s)
            self._scene = pit.scene.number
        pit.take_stale(price, now_s)
        if self._quotes:
            ladder.fill_up(price, pit.profile.changes_per_wake, now_s)
        pit.agenda.at(now_s + self._wakes.wait_s(self._gap_s), self._look)
