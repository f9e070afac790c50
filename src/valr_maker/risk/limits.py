"""The last look at an order before it is sent. A refusal says which rule, and with which figures."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from valr_maker.domain import Intent, Reason, Side
from valr_maker.market.pair import PairRules

STAGE = "risk"
DISTANCE_MAX = Decimal("0.99")
"""An order further from the mid than this fraction is a mistake, whatever the file says: 100 % away is price zero."""


class Standing(Protocol):
    """An own order that may rest."""

    @property
    def side(self) -> Side:
        """Its side."""

    @property
    def price(self) -> Decimal:
        """Its price in quote."""


def refuse(intent: Intent, rules: PairRules, own: Iterable[Standing], mid: Decimal | None) -> Reason | None:
    """Why this order must not be sent, or None. Never lets the product trade against itself."""
    for problem in (_off_grid(intent, rules), _too_big(intent, rules), _self_trade(intent, own), _far(intent, mid)):
        if problem:
            return Reason(STAGE, problem, intent.slot)
    return None


def _off_grid(intent: Intent, rules: PairRules) -> str:
    if intent.price <= 0 or intent.quantity <= 0:
        return f"price {intent.price} and quantity {intent.quantity} must be above zero"
    if intent.price % rules.tick or intent.quantity % rules.lot:
        return f"{intent.quantity} at {intent.price} is not on the grid (tick {rules.tick}, lot {rules.lot})"
    return ""


def _too_big(intent: Intent, rules: PairRules) -> str:
    if intent.quantity > rules.max_base:
        return f"{intent.quantity} {rules.base} is above the pair's maximum of {rules.max_base}"
    if intent.price * intent.quantity > rules.max_quote:
        return f"{intent.price * intent.quantity} {rules.quote} is above the pair's maximum of {rules.max_quote}"
    return ""


def _self_trade(intent: Intent, own: Iterable[Standing]) -> str:
    for order in own:
        if order.side is intent.side:
            continue
        if intent.price >= order.price if intent.side is Side.BUY else intent.price <= order.price:
            return f"{intent.price} would trade with the own {order.side} at {order.price}"
    return ""


def _far(intent: Intent, mid: Decimal | None) -> str:
    if mid is None or mid <= 0:
        return ""
    distance = abs(intent.price / mid - 1)
    return f"{intent.price} is {distance:.0%} from the mid {mid}" if distance > DISTANCE_MAX else ""
