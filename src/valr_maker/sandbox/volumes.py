"""Who has traded how much in 30 days: what the fee tier of a family of accounts depends on (reference 7.4).

Room rule: pure. A primary account and its sub-accounts count together. A day's volume counts from the next day (UTC)
on: when VALR looks is not known.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from valr_maker.sandbox.money import GRID
from valr_maker.sandbox.order import ZERO

DAY_S = 86_400
WINDOW_DAYS = 30
THRESHOLDS = tuple(
    map(Decimal, (0, 50_000, 250_000, 1_000_000, 5_000_000, 10_000_000, 20_000_000, 75_000_000, 250_000_000))
)
"""Volume in USDT from which a tier holds; tier 1 first."""


class Volumes:
    """Turnover by family and day. `worth`: what one of a quote currency is worth in USDT."""

    def __init__(self, worth: Mapping[str, Decimal]) -> None:
        self._worth = worth
        self._days: dict[str, dict[int, Decimal]] = defaultdict(dict)
        self._tiers: dict[str, tuple[int, int]] = {}  # the day a tier was looked up on, and the tier

    def count(self, family: str, quote: str, total: Decimal, at_s: float) -> None:
        """So much was traded."""
        days, today = self._days[family], int(at_s // DAY_S)
        days[today] = GRID.add(days.get(today, ZERO), GRID.multiply(total, self._worth.get(quote, ZERO)))

    def of(self, family: str, now_s: float) -> Decimal:
        """In USDT, over the 30 days that ended last midnight."""
        today, days = int(now_s // DAY_S), self._days.get(family, {})
        for old in [day for day in days if day < today - WINDOW_DAYS]:
            del days[old]
        return sum((volume for day, volume in days.items() if day < today), ZERO)

    def tier(self, family: str, now_s: float) -> int:
        """1 to 9."""
        today = int(now_s // DAY_S)
        day, known = self._tiers.get(family, (-1, 1))
        if day != today:
            volume = self.of(family, now_s)
            known = sum(volume >= threshold for threshold in THRESHOLDS)
            self._tiers[family] = (today, known)
        return known
