"""The pairs and currencies of the simulated exchange: 346 pairs, of which 172 can be traded.

The figures lie in data/pairs.json, which says where they come from; scripts/make_pairs.py makes it.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from valr_maker.sandbox.facts import CurrencySpec, PairSpec

COLLATERAL = {"ZAR": "1", "USDT": "1", "USDC": "1", "BTC": "0.95", "ETH": "0.925"}
"""What a currency counts for as collateral, where VALR's documents show it (D; of USDC inferred)."""
NO_COLLATERAL = "0.0"
_MONEY = ("min_base", "max_base", "min_quote", "max_quote", "tick", "reference_price")


@cache
def load_universe() -> tuple[PairSpec, ...]:
    """Every pair, in VALR's order."""
    return tuple(_pair(row) for row in _data()["pairs"])


@cache
def currencies() -> tuple[CurrencySpec, ...]:
    """Every currency of the pairs, quote currencies first."""
    return tuple(CurrencySpec(**row) for row in _data()["currencies"])


def worths(pairs: Sequence[PairSpec], unit: str = "USDT") -> dict[str, Decimal]:
    """What one of each currency is worth in `unit`, by the reference prices of the active pairs."""
    prices = {unit: Decimal(1)}
    missing = [spec for spec in pairs if spec.active]
    while missing:
        unknown = []
        for spec in missing:
            if spec.quote in prices:
                prices.setdefault(spec.base, spec.reference_price * prices[spec.quote])
            elif spec.base in prices:
                prices.setdefault(spec.quote, prices[spec.base] / spec.reference_price)
            else:
                unknown.append(spec)
        if len(unknown) == len(missing):  # an island without a way to the unit: its coins count as one each
            prices.setdefault(missing[0].quote, Decimal(1))
        missing = unknown
    return prices


def weight_of(currency: str) -> str:
    """What it counts for as collateral, as VALR prints it."""
    return COLLATERAL.get(currency, NO_COLLATERAL)


def _pair(row: dict[str, Any]) -> PairSpec:
    return PairSpec(**row | {name: Decimal(row[name]) for name in _MONEY})


@cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data", "pairs.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
