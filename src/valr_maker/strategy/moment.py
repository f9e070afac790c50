"""What a stage is given beside the plan: the view, the settings, and what the pipeline has found out on the way."""

from decimal import Decimal
from typing import NamedTuple

from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import View

NAN = Decimal("NaN")
"""No price. In strict parity it goes through the arithmetic as in Hummingbot, comparisons and all."""


class AsHummingbot(Exception):  # it ends a tick, which is not an error
    """In strict parity: here Hummingbot raises an exception, and does nothing more in this tick."""


class Moment(NamedTuple):
    """One tick. `reference` is NAN when there is none; then only strict parity asks the stages after `levels`."""

    view: View
    settings: Settings
    reference: Decimal
    strict: bool = False
    cost: Decimal | None = None
    """What a unit of the inventory has cost, in quote; None when it is not known or not asked for."""
    aside: frozenset[str] = frozenset()
    """The keys of the own orders that hang or are about to: the budget leaves their money alone."""
