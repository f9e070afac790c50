"""Which price is the price: what the levels are measured from, and what the minimum spread is judged by.

As in Hummingbot, best bid and best ask of the own market are both floored to the tick first, the mid between them is
not; and a price that is not there (no trade yet, an empty side) is replaced by the mid of the same source.

Differs from Hummingbot, to be safe and exact, unless strict parity is asked for:
- a custom price that is zero or below, or has not come yet, is no price; Hummingbot quotes around zero;
- the last trade is the number that the exchange wrote, not that of the nearest binary fraction;
- prices of an external market are not cut to seven digits;
- where there is no price at all, the planner takes `View.seed_price`, if it is given.
"""

from decimal import Decimal

from valr_maker.domain import Reason
from valr_maker.strategy.moment import NAN
from valr_maker.strategy.settings import PriceSource, PriceType, Settings
from valr_maker.strategy.view import Quotes, View

STAGE = "reference"
_TWO = Decimal(2)
_PAPER_TICK = Decimal("1e-10")


def reference_price(view: View, settings: Settings, last_own: Decimal | None, *, strict: bool = False) -> Decimal:
    """The price that the file asks for; NAN when there is none. `last_own` is the price of the last own fill."""
    source, kind = settings.reference.source, settings.reference.type
    if source is PriceSource.CUSTOM_API:
        price = _custom(view, strict=strict)
        if kind is PriceType.LAST_OWN_TRADE and last_own is not None:
            price = last_own
    else:
        quotes = _quotes(view, source, strict=strict)
        price = _of_type(kind, quotes, last_own)
        if price.is_nan():
            price = _mid(quotes)
    return price


def why_no_price(view: View, settings: Settings) -> Reason:
    """Why `reference_price` is NAN."""
    source = settings.reference.source
    if source is PriceSource.CUSTOM_API:
        return Reason(STAGE, "no price: the custom API has given none above zero")
    external = source is PriceSource.EXTERNAL_MARKET
    bid, ask = (view.other.best_bid, view.other.best_ask) if external else (view.best_bid, view.best_ask)
    missing = [name for name, price in (("bids", bid), ("asks", ask)) if price is None]
    book = f"the book of {settings.reference.market}" if external else "the book"
    return Reason(STAGE, f"no mid price: {book} has no {' and no '.join(missing)}")


def _custom(view: View, *, strict: bool) -> Decimal:
    price = view.custom_price
    if strict:
        return Decimal(0) if price is None else price
    return NAN if price is None or price <= 0 else price


def _quotes(view: View, source: PriceSource, *, strict: bool) -> Quotes:
    """The source's prices, on the grid that they are compared on."""
    if source is PriceSource.EXTERNAL_MARKET:
        bid, ask, last = view.other
        if strict:
            bid, ask = _seven_digits(bid), _seven_digits(ask)
    else:
        floor, last = view.rules.floor_price, view.last_trade
        bid = None if view.best_bid is None else floor(view.best_bid)
        ask = None if view.best_ask is None else floor(view.best_ask)
    if strict and last is not None:
        last = Decimal(float(last))
    return Quotes(bid, ask, last)


def _of_type(kind: PriceType, quotes: Quotes, last_own: Decimal | None) -> Decimal:
    match kind:
        case PriceType.LAST:
            price = quotes.last_trade
        case PriceType.LAST_OWN_TRADE:
            price = last_own
        case PriceType.BEST_BID:
            price = quotes.best_bid
        case PriceType.BEST_ASK:
            price = quotes.best_ask
        case _:
            return _mid(quotes)
    return NAN if price is None else price


def _mid(quotes: Quotes) -> Decimal:
    if quotes.best_bid is None or quotes.best_ask is None:
        return NAN
    return (quotes.best_ask + quotes.best_bid) / _TWO


def _seven_digits(price: Decimal | None) -> Decimal | None:
    """As Hummingbot's paper exchange, through which it watches other markets, rounds a price."""
    return None if price is None else Decimal(format(float(price), ".7g")) // _PAPER_TICK * _PAPER_TICK
