"""Numbers as VALR writes them, times, and the checksums of its books (reference 0.3, 6.3)."""

from decimal import Decimal
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.wire.text import (
    Amount,
    encode_amount,
    full_checksum,
    iso_time,
    l1_checksum,
    plain,
    seconds_of,
)

BIDS = [("0.1612", "160.5"), ("0.1611", "7.1")]
amounts = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=18
) | st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-(10**12), 10**12), st.integers(-20, 20)
)


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        (BIDS, [("0.16141", "55")], 3426897163),
        (BIDS, [("0.16145", "300")], 4092396660),
        ([("0.1612", "160.5")], [], 2192103779),
        ([], [], 0),
    ],
    ids=["snapshot", "after the diff", "one-sided", "empty"],
)
def test_every_checksum_of_price_levels(
    bids: list[tuple[str, str]], asks: list[tuple[str, str]], expected: int
) -> None:
    """The four L1 vectors of the reference."""
    assert l1_checksum(bids, asks) == expected


@pytest.mark.parametrize(
    ("bids", "asks", "expected"),
    [
        ([("A1", "120.5"), ("A2", "40"), ("A3", "7.1")], [("S1", "55")], 3805694147),
        ([("A1", "100"), ("A2", "40"), ("A3", "7.1")], [("S2", "300")], 420859068),
    ],
    ids=["snapshot", "after the update"],
)
def test_every_checksum_of_single_orders(
    bids: list[tuple[str, str]], asks: list[tuple[str, str]], expected: int
) -> None:
    """The two FULL vectors of the reference: order id instead of price."""
    assert full_checksum(bids, asks) == expected


def test_only_the_best_25_levels_count() -> None:
    """A 26th level on a side changes nothing, a 25th does."""
    bids = [(str(100 - level), "1") for level in range(26)]
    assert l1_checksum(bids, []) == l1_checksum(bids[:25], []) != l1_checksum(bids[:24], [])


def test_the_longer_side_goes_on_alone() -> None:
    """Bid, ask, bid, ask, then what is left of the longer side."""
    assert l1_checksum([("9", "1")], [("10", "2"), ("11", "3")]) == crc32(b"9:1:10:2:11:3")


@given(amounts)
def test_plain_text_is_the_same_number_without_exponent_or_trailing_zero(amount: Decimal) -> None:
    """For every amount: digits, at most one point, nothing to strip, and it reads back equal."""
    text = plain(amount)
    assert Decimal(text) == amount
    assert set(text) <= set("-0123456789.")
    assert text != "-0"
    assert "." not in text or text[-1] not in "0."


def test_only_an_amount_has_a_wire_form() -> None:
    """Anything else that msgspec cannot write is our mistake and is not guessed at."""
    assert encode_amount(Amount("1E-8")) == "0.00000001"
    with pytest.raises(NotImplementedError, match="object has no wire form"):
        encode_amount(object())


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678",
        "2026-01-02T03:04:05.678000999Z",
        "2026-01-02T05:04:05.678+02:00",
    ],
)
def test_times_are_read_with_or_without_zone_and_with_nanoseconds(text: str) -> None:
    """All four say the same moment to the microsecond."""
    assert seconds_of(text) == pytest.approx(1767323045.678, abs=1e-6)


def test_words_are_no_time() -> None:
    """So that the caller may fall back on what else it knows."""
    with pytest.raises(ValueError, match="yesterday"):
        seconds_of("yesterday")


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_survives_being_written(wall_ms: int) -> None:
    """To the millisecond, in VALR's spelling."""
    text = iso_time(wall_ms / 1000 + 0.0001)
    assert text.endswith("Z")
    assert len(text) == len("2026-01-02T03:04:05.678Z")
    assert round(seconds_of(text) * 1000) == wall_ms
