"""One value of the file as its key wants it, read the way Hummingbot reads it."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from valr_maker.config.schema import Key, Kind, Value

_YES = ("true", "yes", "y")
_NO = ("false", "no", "n")


class WrongKind(Exception):
    """The value cannot be read as its key's kind. The message completes the sentence `key: value ...`."""


def parse(key: Key, raw: object) -> Value:
    """`raw`, as `read.Entry.value` has it, in the type of `key`. Blank gives the default. Raises WrongKind.

    Numbers go through their text, so 0.1 is exactly 0.1; truth may be written true, yes or y in any case.
    """
    if raw is None or raw == "":
        return key.default
    try:
        return _READERS[key.kind](raw)
    except (InvalidOperation, ValueError, RecursionError) as error:
        raise WrongKind(f"is not {key.kind}") from error


def _decimal(raw: object) -> Decimal:
    number = Decimal(_text(raw))
    if not number.is_finite():
        raise ValueError(raw)
    return number


def _seconds(raw: object) -> float:
    return float(_decimal(raw))


def _whole(raw: object) -> int:
    number = _decimal(raw)
    if number != number.to_integral_value():
        raise ValueError(raw)
    return int(number)


def _truth(raw: object) -> bool:
    word = _text(raw).lower()
    if word not in _YES + _NO:
        raise ValueError(raw)
    return word in _YES


def _numbers(raw: object) -> list[Decimal]:
    return [_decimal(part) for part in _text(raw).split(",")]


def _mapping(raw: object) -> dict[Any, Any]:
    """A mapping of YAML's, or one of JSON's in quotes, in which Hummingbot takes single quotes for double ones."""
    if isinstance(raw, str):
        raw = json.loads(raw.replace("'", '"'))
    if not isinstance(raw, dict):
        raise ValueError(raw)  # noqa: TRY004 - the file's mistake, not the program's
    return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(raw)  # noqa: TRY004 - as above
    return raw.strip()


_READERS: Final[dict[Kind, Callable[[object], Value]]] = {
    Kind.TEXT: _text,
    Kind.DECIMAL: _decimal,
    Kind.FLOAT: _seconds,
    Kind.INT: _whole,
    Kind.BOOL: _truth,
    Kind.MAPPING: _mapping,
    Kind.NUMBERS: _numbers,
}
