"""Ping pong: a side whose orders filled waits for the other side to fill as often.

As in Hummingbot the levels nearest the market are left out, one for every fill, and the counts begin anew when both
sides have filled as often.
"""

from valr_maker.domain import Reason, Side, Slot
from valr_maker.strategy.moment import Moment
from valr_maker.strategy.plan import Plan, withheld

STAGE = "ping_pong"


class PingPong:
    """How often each side has filled completely since both were even."""

    def __init__(self) -> None:
        self._fills = dict.fromkeys(Side, 0)

    def filled(self, side: Side) -> None:
        """An order that does not hang was filled completely."""
        self._fills[side] += 1

    def apply(self, plan: Plan, at: Moment) -> Plan:
        """`plan` without the first levels of the side that is ahead."""
        buys, sells = self._fills[Side.BUY], self._fills[Side.SELL]
        if buys == sells:
            self._fills = dict.fromkeys(Side, 0)
            return plan
        reasons: list[Reason] = []
        for side, count in ((Side.BUY, buys), (Side.SELL, sells)):
            because = f"ping pong: {count} {side} orders have filled, {self._fills[side.opposite]} {side.opposite}"
            reasons += (withheld(STAGE, Slot(side, level.level), because) for level in plan.side(side)[:count])
        return Plan(plan.buys[buys:], plan.sells[sells:], plan.reasons + tuple(reasons))
