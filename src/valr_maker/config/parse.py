"""One value of the file as its key wants it, read the way Hummingbot reads it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from valr_maker.config.schema import Key, Kind, Value

_YES = ("true", "yes", "y")
_NO = ("false", "no", "n")


class WrongKind(Exception):
    """The value cannot be read as its key's kind. The message completes the sentence `key: value ...`."""


def parse(key: Key, raw: Any) -> Value:
    """`raw`, as YAML reads it, in the type of `key`. Blank gives the default. Raises WrongKind.

    Numbers go through their text, so 0.1 is exactly 0.1; truth may be written true, yes or y in any case.
    """
    if raw is None or raw == "":
        return key.default
    match key.kind:
        case Kind.DECIMAL:
            return _number(key, raw)
        case Kind.FLOAT:
            return float(_number(key, raw))
        case Kind.INT:
            number = _number(key, raw)
            if number != number.to_integral_value():
                raise WrongKind(f"is not {key.kind}")
            return int(number)
        case Kind.BOOL:
            return _truth(key, raw)
        case Kind.NUMBERS:
            return [_number(key, part) for part in str(raw).split(",")]
        case Kind.MAPPING:
            if not isinstance(raw, dict):
                raise WrongKind(f"is not {key.kind}")
            return raw
        case Kind.TEXT:
            if isinstance(raw, dict | list | bool):
                raise WrongKind(f"is not {key.kind}")
            return str(raw).strip()


def _number(key: Key, raw: Any) -> Decimal:
    if isinstance(raw, bool | dict | list):
        raise WrongKind(f"is not {key.kind}")
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation as error:
        raise WrongKind(f"is not {key.kind}") from error
    if not number.is_finite():
        raise WrongKind(f"is not {key.kind}")
    return number


def _truth(key: Key, raw: Any) -> bool:
    word = str(raw).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise WrongKind(f"is not {key.kind}")
