"""What the account holds, by currency, and whether the figures can be believed.

REST answers and stream events both feed it; the newest word on a currency wins.
"""

from dataclasses import dataclass
from decimal import Decimal

from valr_maker.wire import rest
from valr_maker.wire.account_frames import BalanceData
from valr_maker.wire.text import seconds_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """One currency: free to use, and held by open orders."""

    available: Decimal = ZERO
    reserved: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.available + self.reserved


class Balances:
    """Holdings by currency short name (`ZAR`, not `R`)."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Holding, float]] = {}
        self.source = ""
        """Where the last whole picture came from: "REST" or "stream"; empty before the first."""
        self.heard_s: float | None = None

    @property
    def known(self) -> bool:
        """Whether there has been a whole picture; from then on a currency that was not named is zero."""
        return bool(self.source)

    def __getitem__(self, currency: str) -> Holding:
        entry = self._held.get(currency)
        return entry[0] if entry else Holding()

    def take_all(self, rows: list[rest.Balance], now_s: float) -> None:
        """A whole picture by REST. Zero balances are kept: an empty account is an answer too."""
        for row in rows:
            self._set(row.currency, row.available, row.reserved, row.updated_at)
        self.source, self.heard_s = "REST", now_s

    def take_one(self, data: BalanceData, now_s: float) -> None:
        """One currency from the account stream."""
        self._set(data.currency.short_name, data.available, data.reserved, data.updated_at)
        self.heard_s = now_s

    def burst_complete(self, now_s: float) -> None:
        """The stream has listed every currency that is held: those it did not name are zero."""
        if not self.known:
            self.source, self.heard_s = "stream", now_s

    def _set(self, currency: str, available: Decimal, reserved: Decimal, updated_at: str | None) -> None:
        stamp_s = _stamp_s(updated_at)
        entry = self._held.get(currency)
        if entry is not None and stamp_s < entry[1]:
            return  # an older word arrived late
        self._held[currency] = (Holding(available, reserved), stamp_s)


def _stamp_s(updated_at: str | None) -> float:
    """VALR's own time of a balance; 0 where it has none, so that any dated word replaces it."""
    if updated_at is None:
        return 0.0
    try:
        return seconds_of(updated_at)
    except ValueError:
        return 0.0
