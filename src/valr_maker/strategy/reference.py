"""Which price is the price: what the levels are measured from, and what the minimum spread is judged by.

This version knows the mid price. As in Hummingbot, best bid and best ask are both floored to the tick first, the
mid between them is not.
"""

from decimal import Decimal

from valr_maker.domain import Reason
from valr_maker.strategy.view import View

_TWO = Decimal(2)


def mid_price(view: View) -> Decimal | None:
    """The middle of the best prices; None while a side of the book is empty."""
    if view.best_bid is None or view.best_ask is None:
        return None
    floor = view.rules.floor_price
    return (floor(view.best_ask) + floor(view.best_bid)) / _TWO


def why_no_price(view: View) -> Reason:
    """Why `mid_price` is None."""
    missing = [name for name, price in (("bids", view.best_bid), ("asks", view.best_ask)) if price is None]
    return Reason("reference", f"no mid price: the book has no {' and no '.join(missing)}")
