"""Prices from elsewhere: the custom API or the other market of a file's price_source, and whether they can be trusted.

A price that is too old, or one that is none, ends quoting until a good one comes: every order is taken away. In strict
parity, as in Hummingbot, only the first one is waited for, and the last one counts however old it is.
"""

from decimal import Decimal  # noqa: TC003  # imported as everywhere else

from valr_maker.engine.messages import ElsewhereFailed, ElsewherePrice
from valr_maker.strategy.settings import PriceSource, Reference
from valr_maker.strategy.view import Quotes
from valr_maker.wire.text import plain

STALE_MIN_S = 15.0
STALE_INTERVALS = 3.0
"""A price is good for so many intervals of asking, but for STALE_MIN_S at least."""


class Elsewhere:
    """What was heard last, and how old it is. Nothing is lacking where the market itself gives the price."""

    def __init__(self, reference: Reference, *, strict: bool) -> None:
        self.quotes = Quotes()
        self.price: Decimal | None = None
        self._strict, self._needed = strict, reference.source is not PriceSource.CURRENT_MARKET
        custom = reference.source is PriceSource.CUSTOM_API
        self._name = "the custom API" if custom else f"{reference.market} at {reference.exchange}"
        self._stale_s = max(STALE_MIN_S, STALE_INTERVALS * reference.interval_s) if custom else STALE_MIN_S
        self._heard_s: float | None = None
        self._problem = "it has not been asked yet"
        self._failing = False

    def heard(self, event: ElsewherePrice, now_s: float) -> str:
        """A new price. Returns what is worth telling, empty as a rule."""
        if event.price is not None and event.price <= 0 and not self._strict:
            return self.failed(ElsewhereFailed(f"it says {plain(event.price)}, which is no price"))
        self.quotes, self.price = event.quotes, event.price
        self._heard_s = now_s
        said = f"{self._name} gives prices again" if self._failing else ""
        self._failing = False
        return said

    def failed(self, event: ElsewhereFailed) -> str:
        """No answer, or none with a price. Returns what is worth telling: the first failure of a row."""
        self._problem = event.why
        if self._failing:
            return ""
        self._failing = True
        return f"no price from {self._name}: {event.why}; asking on"

    def lacking(self, now_s: float) -> str:
        """Why nothing may be quoted by these prices; empty when it may."""
        if not self._needed:
            return ""
        if self._heard_s is None:
            return f"no price from {self._name} yet: {self._problem}"
        age_s = now_s - self._heard_s
        if self._strict or age_s <= self._stale_s:
            return ""
        return f"the price of {self._name} is {age_s:.0f} s old, more than {self._stale_s:.0f} s: {self._problem}"
