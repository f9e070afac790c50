"""The orders that a file asks for each round: levels, or orders that it describes one by one."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Side
from valr_maker.strategy.settings import Settings

MESSAGES_AN_ORDER = 2
"""Each round every order is cancelled and placed again."""


class Wanted(NamedTuple):
    """One order. `spread` is a fraction of the price, below zero on its wrong side; `amount` is in base."""

    side: Side
    spread: Decimal
    amount: Decimal
    name: str
    spread_key: str
    amount_key: str


def wanted_orders(settings: Settings) -> list[Wanted]:
    """All of them, the nearest level first; what is withheld or resized later is no matter here."""
    if settings.overrides is not None:
        return _described(settings)
    found = []
    for level in range(settings.order_levels):
        amount = settings.order_amount + settings.order_level_amount * level
        for side, spread, key in ((Side.BUY, settings.bid_spread, "bid"), (Side.SELL, settings.ask_spread, "ask")):
            keys = ("order_level_spread", "order_level_amount") if level else (f"{key}_spread", "order_amount")
            further = spread + settings.order_level_spread * level
            found.append(Wanted(side, further, amount, f"{side} level {level + 1}", *keys))
    return found


def _described(settings: Settings) -> list[Wanted]:
    found = []
    for number, one in enumerate(settings.overrides or (), 1):
        key = "bid" if one.side is Side.BUY else "ask"
        split = (f"{key}_order_level_spreads", f"{key}_order_level_amounts")
        keys = split if settings.split else ("order_override", "order_override")
        found.append(Wanted(one.side, one.spread, one.amount, f"described order {number} ({one.side})", *keys))
    return found


def nearest(orders: Iterable[Wanted], side: Side) -> Wanted | None:
    """The one of a side that stands nearest to the price."""
    return min((one for one in orders if one.side is side), key=lambda one: one.spread, default=None)


def needed(settings: Settings, mid: Decimal | None) -> dict[str, Decimal]:
    """What one round takes of each currency; of the quote only where a price is known."""
    base, quote = settings.market
    buying = {} if mid is None else {quote: one_round(settings, Side.BUY) * mid}
    return {base: one_round(settings, Side.SELL)} | buying


def one_round(settings: Settings, side: Side) -> Decimal:
    """What the orders of one side are for together, in base."""
    amounts = (one.amount for one in wanted_orders(settings) if one.side is side and one.amount > 0)
    return sum(amounts, Decimal(0))


def messages_a_minute(settings: Settings) -> float:
    """How many orders and cancels the refreshes ask for, when every price has moved."""
    return MESSAGES_AN_ORDER * len(wanted_orders(settings)) * 60 / settings.order_refresh_s
