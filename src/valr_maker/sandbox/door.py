"""What is refused at the door, before an order gets an id (HTTP 400 at once on every road).

Known from the reference (3.2, 3.8): -21, -32, -12005, -12007 and its text, truncation of the quantity.
Our choice, because no source records it: a price off the tick, an amount above the maximum, a bad customer id and
numbers that are none are -11 with a row of `validationErrors`. The smallest and largest amounts hold for market orders
too, each for the amount that is given.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from valr_maker.sandbox.facts import PairSpec, Rejected
from valr_maker.sandbox.money import GRID
from valr_maker.sandbox.order import ZERO, NewOrder, Tif
from valr_maker.sandbox.refusals import Invalid, no
from valr_maker.wire import codes
from valr_maker.wire.text import plain

_CUSTOMER_ID = re.compile(r"[0-9a-zA-Z-]{0,50}", re.ASCII)
REPRICE_TICKS_MAX = 50
_MAGNITUDE_MAX = 20
"""Numbers of more than 20 digits before the point or zeros behind it are no money; the arithmetic stays exact."""


def check(pairs: Mapping[str, PairSpec], new: NewOrder) -> NewOrder:
    """The order as the engine will take it: quantity cut to the pair's decimals. Raises Rejected."""
    spec = pairs.get(new.pair)
    if spec is None:
        raise no(codes.UNSUPPORTED_PAIR)
    if not spec.active:
        raise no(codes.PAIR_INACTIVE)
    expect_customer_id("customerOrderId", new.customer_id)
    if new.customer_id == "":
        new = replace(new, customer_id=None)
    return _check_amount(spec, new) if new.sort.priceless else _check_limit(spec, new)


def expect_customer_id(field: str, given: str | None) -> None:
    """Raises Rejected -11 for an id of the client's own that VALR does not take."""
    if given and not _CUSTOMER_ID.fullmatch(given):
        raise Invalid.of(field, "must match ^[0-9a-zA-Z-]{0,50}$")


def check_type(new: NewOrder, taken: Sequence[str]) -> None:
    """Raises Rejected -12005 when the pair does not take orders of this type now."""
    if new.post_only:
        wanted = "LIMIT_POST_ONLY"
    else:
        wanted = {"STOP_LOSS": "STOP_LOSS_LIMIT", "TAKE_PROFIT": "TAKE_PROFIT_LIMIT"}.get(new.sort.name, new.sort.name)
    if wanted not in taken:
        raise no(codes.ORDER_TYPE_NOT_ALLOWED)


def _check_limit(spec: PairSpec, new: NewOrder) -> NewOrder:
    expect_price(spec, "price", new.price)
    if new.sort.stops:
        expect_price(spec, "stopPrice", new.stop_price or ZERO)
    if not 0 <= new.reprice_ticks <= REPRICE_TICKS_MAX:
        raise Invalid.of("postOnlyRepriceTicks", f"must be between 1 and {REPRICE_TICKS_MAX}")
    if new.reprice_ticks and new.tif is not Tif.GTC:
        raise Invalid.of("timeInForce", "postOnlyReprice needs GTC")
    expect_number("quantity", new.quantity)
    quantity = GRID.quantize(new.quantity, spec.lot)
    check_size(spec, new.price, quantity)
    return new if quantity == new.quantity else replace(new, quantity=quantity)


def _check_amount(spec: PairSpec, new: NewOrder) -> NewOrder:
    """An order without a price: its amount is in base, cut to the pair's decimals, or in quote, taken as it is."""
    if new.quote_amount is not None:
        expect_number("quoteAmount", new.quote_amount)
        _check_bounds(spec, None, new.quote_amount)
        return new
    expect_number("baseAmount", new.quantity)
    quantity = GRID.quantize(new.quantity, spec.lot)
    _check_bounds(spec, quantity, None)
    return replace(new, quantity=quantity)


def expect_price(spec: PairSpec, field: str, price: Decimal) -> None:
    """Raises Rejected -11 for a price that is none, or off the tick."""
    expect_number(field, price)
    if GRID.remainder(price, spec.tick):
        raise Invalid.of(field, f"must be a multiple of the tick size {plain(spec.tick)}")


def expect_number(field: str, value: Decimal) -> None:
    """Raises Rejected -11 for what is no amount of sensible size above zero."""
    if not value.is_finite() or value <= 0:
        raise Invalid.of(field, "must be a number above zero")
    if abs(value.adjusted()) > _MAGNITUDE_MAX or len(value.as_tuple().digits) > 2 * _MAGNITUDE_MAX:
        raise Invalid.of(field, "has too many digits")


def check_size(spec: PairSpec, price: Decimal, quantity: Decimal) -> None:
    """Raises Rejected: -12007 below the pair's minimum, -11 above its maximum, in base or in quote."""
    _check_bounds(spec, quantity, GRID.multiply(price, quantity))


def _check_bounds(spec: PairSpec, quantity: Decimal | None, total: Decimal | None) -> None:
    if (quantity is not None and quantity < spec.min_base) or (total is not None and total < spec.min_quote):
        raise Rejected(
            codes.BELOW_MINIMUM.number,
            f"{codes.BELOW_MINIMUM.message} . Minimum amount: {plain(spec.min_base)} {spec.base}, "
            f"minimum total: {plain(spec.min_quote)} {spec.quote}",
        )
    if (quantity is not None and quantity > spec.max_base) or (total is not None and total > spec.max_quote):
        raise Invalid.of(
            "quantity",
            f"maximum amount: {plain(spec.max_base)} {spec.base}, maximum total: {plain(spec.max_quote)} {spec.quote}",
        )
