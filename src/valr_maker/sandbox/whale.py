"""The whale of one pair: seldom there, and then for more than the book holds.

Room rule: pure; time is handed in. He either takes, order after order, until he has enough; or he rests an iceberg: of a
large order only a slice is in the book, and whenever it is gone the next one follows. When he acts depends on his own
chance alone; how much of it trades depends on the book.
"""

from functools import partial
from math import exp

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.order import Order, Status
from valr_maker.sandbox.pit import Pit
from valr_maker.sandbox.scene import BPS
from valr_maker.sandbox.takers import either
from valr_maker.sandbox.walk import sign


class Whale:
    """One at a time; the next comes when he has been."""

    def __init__(self, pit: Pit, chance: Chance) -> None:
        self._pit, self._chance = pit, chance
        self._account = f"crowd-{pit.symbol}-whale"
        self._slice: Order | None = None

    def begin(self, now_s: float) -> None:
        """Wait for him."""
        self._pit.agenda.at(now_s + self._chance.wait_s(self._pit.profile.whale_gap_s), self._come)

    def leave(self, now_s: float) -> None:
        """He goes, with what he has in the book."""
        order, self._slice = self._slice, None
        if order is not None and order.status is not Status.CANCELLED:
            self._pit.withdraw(order, now_s)

    def _come(self, now_s: float) -> None:
        pit, chance, profile = self._pit, self._chance, self._pit.profile
        side = either(chance)
        quote = profile.whale_quote * exp(chance.normal(0.0, profile.size_spread))
        rests, move_bps = chance.unit() < profile.whale_rests_chance, chance.uniform(*profile.whale_move_bps)
        if pit.keeps_out(chance):
            self.begin(now_s)
        elif rests:
            price = self._join(side, now_s)
            self._show(side, price, quote / price, now_s + chance.uniform(*profile.whale_stay_s), now_s)
        else:
            self._bite(side, quote / profile.whale_bites, profile.whale_bites, move_bps, now_s)

    def _bite(self, side: Side, quote: float, left: int, move_bps: float, now_s: float) -> None:
        """Take the next part; the price gives way a little each time."""
        pit, chance, profile = self._pit, self._chance, self._pit.profile
        if (best := pit.best_against(side)) is not None:
            pit.take("whale", side, best * (1 + sign(side) * profile.whale_reach_bps * BPS), quote, now_s)
        pit.walk.jump(side, move_bps / profile.whale_bites, now_s)
        if left > 1:
            next_s = now_s + chance.uniform(*profile.whale_bite_gap_s)
            pit.agenda.at(next_s, partial(self._bite, side, quote, left - 1, move_bps))
        else:
            self.begin(now_s)

    def _join(self, side: Side, now_s: float) -> float:
        """The price to rest at: the best of his own side."""
        best = self._pit.best_against(side.opposite)
        return self._pit.fair(now_s) if best is None else best

    def _show(self, side: Side, price: float, left: float, until_s: float, now_s: float) -> None:
        """See whether the slice is gone, and show the next one; `left` is what is still to come, in base."""
        pit, profile = self._pit, self._pit.profile
        order = self._slice
        if order is None or not order.status.open or not order.remaining:
            self._slice = None
            part = min(self._slice_base(price), left)
            if part > 0 and pit.is_open and now_s < until_s:
                self._slice = pit.rest(self._account, side, price, part * price, now_s)
                left -= part if self._slice is not None else 0.0
        if now_s < until_s:
            pit.agenda.at(now_s + profile.whale_look_s, partial(self._show, side, price, left, until_s))
        else:
            self.leave(now_s)
            self.begin(now_s)

    def _slice_base(self, price: float) -> float:
        return self._pit.profile.whale_quote * self._pit.profile.whale_shown / price
