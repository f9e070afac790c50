"""Numbers as VALR writes them, and the checksums of its books.

VALR prints amounts as JSON strings: plain digits, trailing zeros stripped (reference 0.3).
"""

from binascii import crc32
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import chain, zip_longest

WireLevel = tuple[str, str]
"""Price and quantity exactly as on the wire; a checksum cannot be computed from anything else."""

CHECKSUM_LEVELS = 25


class Amount(Decimal):
    """A Decimal that the encoders print plainly. Wrap what goes out: `Amount(x)`; arithmetic gives Decimals again."""

    __slots__ = ()


def plain(value: Decimal) -> str:
    """Plain digits without trailing zeros or exponent.

    >>> plain(Decimal("84.60")), plain(Decimal("1E+2")), plain(Decimal("1E-8")), plain(Decimal("-0.0"))
    ('84.6', '100', '0.00000001', '0')
    """
    digits = format(value, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


def encode_amount(value: object) -> str:
    """The hook that msgspec's encoders call for an `Amount`. Raises NotImplementedError for anything else."""
    if isinstance(value, Amount):
        return plain(value)
    raise NotImplementedError(f"{type(value).__name__} has no wire form")


def l1_checksum(bids: Sequence[WireLevel], asks: Sequence[WireLevel]) -> int:
    """CRC32 over the best 25 levels a side, best first: `price:quantity`, bid and ask in turn (V, reference 6.2).

    >>> l1_checksum([("0.1612", "160.5"), ("0.1611", "7.1")], [("0.16141", "55")])
    3426897163
    """
    return _interleaved_crc(bids[:CHECKSUM_LEVELS], asks[:CHECKSUM_LEVELS])


def full_checksum(bids: Sequence[WireLevel], asks: Sequence[WireLevel]) -> int:
    """CRC32 over the first 25 orders a side as they queue: `orderId:quantity`, bid and ask in turn (V, reference 6.1).

    >>> full_checksum([("A1", "120.5"), ("A2", "40"), ("A3", "7.1")], [("S1", "55")])
    3805694147
    """
    return _interleaved_crc(bids[:CHECKSUM_LEVELS], asks[:CHECKSUM_LEVELS])


def _interleaved_crc(bids: Sequence[WireLevel], asks: Sequence[WireLevel]) -> int:
    turns = chain.from_iterable(zip_longest(bids, asks))
    return crc32(":".join([f"{first}:{second}" for first, second in filter(None, turns)]).encode())


def iso_time(wall_s: float) -> str:
    """`2026-01-02T03:04:05.678Z` from seconds since 1970 (D, reference 0.3)."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(wall_s * 1000))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def seconds_of(iso: str) -> float:
    """Seconds since 1970 of an ISO time, with or without Z, ms or ns. Raises ValueError when it is no time."""
    moment = datetime.fromisoformat(iso)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
