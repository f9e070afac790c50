"""Numbers as the reasons write them: for people, without exponents and trailing zeros."""

from decimal import Decimal

_PER_CENT = Decimal(100)


def plain(number: Decimal) -> str:
    """0.10 -> `0.1`, 1E+3 -> `1000`.

    >>> plain(Decimal("0.10")), plain(Decimal("1E+3")), plain(Decimal(0))
    ('0.1', '1000', '0')
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(fraction: Decimal) -> str:
    """0.001 -> `0.1 %`, to four significant digits.

    >>> percent(Decimal("0.00049994"))
    '0.04999 %'
    """
    return f"{plain(Decimal(format(fraction * _PER_CENT, '.4g')))} %"
