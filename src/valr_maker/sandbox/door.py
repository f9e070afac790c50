"""What is refused at the door, before an order gets an id (HTTP 400 at once on every road).

Known from the reference (3.2, 3.8): -21, -32, -12007 and its text, truncation of the quantity.
Our choice, because no source records it: a price off the tick, an amount above the maximum, a bad customer id and
numbers that are none are -11 with a row of `validationErrors`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from valr_maker.sandbox.facts import NewOrder, PairSpec, Rejected
from valr_maker.sandbox.money import GRID
from valr_maker.sandbox.refusals import Invalid, no
from valr_maker.wire import codes
from valr_maker.wire.text import plain

_CUSTOMER_ID = re.compile(r"[0-9a-zA-Z-]{0,50}", re.ASCII)
_MAGNITUDE_MAX = 20
"""Numbers of more than 20 digits before the point or zeros behind it are no money; the arithmetic stays exact."""


def check(pairs: Mapping[str, PairSpec], new: NewOrder) -> NewOrder:
    """The order as the engine will take it: quantity cut to the pair's decimals. Raises Rejected."""
    spec = pairs.get(new.pair)
    if spec is None:
        raise no(codes.UNSUPPORTED_PAIR)
    if not spec.active:
        raise no(codes.PAIR_INACTIVE)
    _expect_number("price", new.price)
    _expect_number("quantity", new.quantity)
    if new.customer_id and not _CUSTOMER_ID.fullmatch(new.customer_id):
        raise Invalid.of("customerOrderId", "must match ^[0-9a-zA-Z-]{0,50}$")
    if GRID.remainder(new.price, spec.tick):
        raise Invalid.of("price", f"must be a multiple of the tick size {plain(spec.tick)}")
    quantity = GRID.quantize(new.quantity, spec.lot)
    _check_size(spec, new.price, quantity)
    if quantity == new.quantity and new.customer_id != "":
        return new
    return replace(new, quantity=quantity, customer_id=new.customer_id or None)


def _expect_number(field: str, value: Decimal) -> None:
    if not value.is_finite() or value <= 0:
        raise Invalid.of(field, "must be a number above zero")
    if abs(value.adjusted()) > _MAGNITUDE_MAX or len(value.as_tuple().digits) > 2 * _MAGNITUDE_MAX:
        raise Invalid.of(field, "has too many digits")


def _check_size(spec: PairSpec, price: Decimal, quantity: Decimal) -> None:
    total = GRID.multiply(price, quantity)
    if quantity < spec.min_base or total < spec.min_quote:
        raise Rejected(
            codes.BELOW_MINIMUM.number,
            f"{codes.BELOW_MINIMUM.message} . Minimum amount: {plain(spec.min_base)} {spec.base}, "
            f"minimum total: {plain(spec.min_quote)} {spec.quote}",
        )
    if quantity > spec.max_base or total > spec.max_quote:
        raise Invalid.of(
            "quantity",
            f"maximum amount: {plain(spec.max_base)} {spec.base}, maximum total: {plain(spec.max_quote)} {spec.quote}",
        )
