"""The moving price band: as the price band, around the price at which it was last set.

As in Hummingbot it is set at the first plan and at the first plan after its time has passed, never in between.
"""

import math
from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan
from valr_maker.strategy.settings import MovingBand
from valr_maker.strategy.words import plain

STAGE = "moving_band"
_ONE = Decimal(1)


class Band:
    """The band as it was last set. In quote, and seconds on the clock of `View.now_s`."""

    def __init__(self, band: MovingBand) -> None:
        self._band = band
        self._ceiling = self._floor = Decimal(0)
        self._set_s = -math.inf

    @property
    def due_s(self) -> float:
        """When it is set again, at the next plan."""
        return self._set_s + self._band.refresh_s

    def apply(self, plan: Plan, at: Moment) -> Plan:
        """`plan` without the side that the band forbids at this reference price."""
        price = at.reference
        if at.view.now_s >= self.due_s:
            self._ceiling, self._floor = (_ONE + self._band.ceiling) * price, (_ONE + self._band.floor) * price
            self._set_s = at.view.now_s
        if price >= self._ceiling:
            because = f"price {plain(price)} at or above the moving ceiling {plain(self._ceiling)}"
            plan = plan.without(Side.BUY, because=because, stage=STAGE)
        if price <= self._floor:
            because = f"price {plain(price)} at or below the moving floor {plain(self._floor)}"
            plan = plan.without(Side.SELL, because=because, stage=STAGE)
        return plan
