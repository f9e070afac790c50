"""What the strategy would like to rest, level by level, with the reason for every level it gave up."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Intent, Reason, Side, Slot


class PlanLevel(NamedTuple):
    """One wanted order: level 0 is nearest the market; price in quote per base, quantity in base."""

    level: int
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The wanted orders of both sides, nearest first, and why others are missing. Stages turn one into the next."""

    buys: tuple[PlanLevel, ...] = ()
    sells: tuple[PlanLevel, ...] = ()
    reasons: tuple[Reason, ...] = ()

    def side(self, side: Side) -> tuple[PlanLevel, ...]:
        """The levels of one side."""
        return self.buys if side is Side.BUY else self.sells

    def with_side(self, side: Side, levels: tuple[PlanLevel, ...], *because: Reason) -> "Plan":
        """The same plan with other levels on one side."""
        reasons = self.reasons + because
        if side is Side.BUY:
            return Plan(levels, self.sells, reasons)
        return Plan(self.buys, levels, reasons)

    def without(self, side: Side, *, because: str, stage: str) -> "Plan":
        """The same plan with one side empty; every level that was wanted there gets the reason."""
        dropped = (withheld(stage, Slot(side, level.level), because) for level in self.side(side))
        return self.with_side(side, (), *dropped)

    def intents(self) -> tuple[Intent, ...]:
        """The plan as orders: all buys in order, then all sells."""
        return tuple(
            Intent(Slot(side, level.level), level.price, level.quantity)
            for side, levels in ((Side.BUY, self.buys), (Side.SELL, self.sells))
            for level in levels
        )


def withheld(stage: str, slot: Slot, because: str) -> Reason:
    """The reason of a level that was wanted and is not created: `sell level 2: not created: ...`."""
    return Reason(stage, f"not created: {because}", slot)
