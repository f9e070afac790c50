"""No amount leaves this room that arithmetic could choke on: not NaN, not Infinity, not a number of absurd size.

Decimal reads them all (`"NaN"`, `"1E+999999"`), and each would travel until some comparison far away raises. So every
decoded message is looked through once, by a plan made from its type: types without amounts, as the frames of the book
(their levels stay text and are read in `market`), cost nothing.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

DIGITS_MAX = 40
"""Powers of ten either way: the largest pair maximum has ten digits, the finest balance eighteen decimals."""

Check = Callable[[Any], None]


class AbsurdAmount(ValueError):
    """An amount that nobody can mean."""


def checker(kind: Any) -> Check | None:
    """What looks through decoded values of this type and raises AbsurdAmount; None when it can hold no amount."""
    return _of(inspect.type_info(kind))


def sane(value: Decimal) -> bool:
    """Whether arithmetic can be done with it."""
    return value.is_finite() and -DIGITS_MAX < value.adjusted() < DIGITS_MAX


def _of(info: inspect.Type) -> Check | None:
    match info:
        case inspect.DecimalType():
            return _amount
        case inspect.StructType(fields=fields):
            named = [(field.name, check) for field in fields if (check := _of(field.type))]
            return _fields(named) if named else None
        case inspect.ListType(item_type=item) if check := _of(item):
            return _items(check)
        case inspect.UnionType(types=types):
            checks = [check for one in types if (check := _of(one))]
            if len(checks) > 1:
                raise TypeError(f"which of two kinds of amount a field holds cannot be told from outside: {info}")
            return _unless_absent(checks[0]) if checks else None
    return None


def _amount(value: Decimal) -> None:
    if not sane(value):
        raise AbsurdAmount("an amount that is no number of sensible size")


def _fields(named: list[tuple[str, Check]]) -> Check:
    def look(struct: msgspec.Struct) -> None:
        for name, check in named:
            check(getattr(struct, name))

    return look


def _items(check: Check) -> Check:
    def look(values: list[Any]) -> None:
        for value in values:
            check(value)

    return look


def _unless_absent(check: Check) -> Check:
    def look(value: Any) -> None:
        if value is not None:
            check(value)

    return look
