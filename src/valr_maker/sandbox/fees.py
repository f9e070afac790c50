"""VALR's spot fees: the tier table and which column a pair belongs to (reference 7.4)."""

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from valr_maker.sandbox.facts import PairSpec

FIAT = frozenset({"ZAR", "ZMW", "INR"})
STABLE = frozenset({"USDT", "USDC", "USDT0", "USDPC", "PYUSD", "RLUSD", "FDUSD", "DAI", "TUSD", "PAX", "EURC"})


class QuoteKind(StrEnum):
    """The columns of the fee table."""

    FIAT = "fiat"
    CRYPTO = "crypto"
    STABLE_STABLE = "stable-stable"


class Rates(NamedTuple):
    """Fees in percent points: 0.08 means 0.08 %. A maker below zero is rewarded."""

    maker_pct: Decimal
    taker_pct: Decimal


def _column(rows: str) -> tuple[Rates, ...]:
    return tuple(Rates(*map(Decimal, row.split("/"))) for row in rows.split())


TIERS = {
    QuoteKind.FIAT: _column(
        "0.18/0.35 0.10/0.25 0.04/0.13 0.03/0.09 0.02/0.09 0.01/0.08 -0.01/0.08 -0.01/0.07 -0.01/0.05"
    ),
    QuoteKind.CRYPTO: _column(
        "0.08/0.10 0.07/0.09 0.06/0.08 0.05/0.07 0.04/0.06 0.03/0.05 0.02/0.045 0.01/0.04 0/0.035"
    ),
    QuoteKind.STABLE_STABLE: _column("0.05/0.10 0.03/0.05 0.01/0.03 0/0.02 0/0.01 0/0.01 0/0.01 0/0.01 0/0"),
}
"""Tier 1 first."""


def quote_kind(pair: PairSpec) -> QuoteKind:
    """Which column of the table a pair falls under."""
    if pair.quote in FIAT:
        return QuoteKind.FIAT
    return QuoteKind.STABLE_STABLE if pair.quote in STABLE and pair.base in STABLE else QuoteKind.CRYPTO


def rates(pair: PairSpec, tier: int) -> Rates:
    """What an account of this tier (1 to 9) pays on this pair. Raises ValueError for a tier VALR does not have."""
    if not 1 <= tier <= len(TIERS[QuoteKind.FIAT]):
        raise ValueError(f"fee tier {tier} is not between 1 and {len(TIERS[QuoteKind.FIAT])}")
    return TIERS[quote_kind(pair)][tier - 1]
