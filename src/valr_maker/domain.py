"""The nouns that every room shares. docs/words.md has one meaning a word.

Room rule: values only; imports nothing of ours.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Which way an order trades the base currency."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class Market(NamedTuple):
    """A market as Hummingbot writes it: `DOGE-USDT`. VALR's symbol is the two glued together."""

    base: str
    quote: str

    @classmethod
    def parse(cls, text: str) -> "Market":
        """`doge-usdt` -> Market("DOGE", "USDT"). Raises ValueError unless exactly one hyphen parts two names."""
        base, hyphen, quote = text.strip().upper().partition("-")
        if not (hyphen and base.isalnum() and quote.isalnum()):
            raise ValueError(f"{text!r} is not BASE-QUOTE")
        return cls(base, quote)

    @property
    def symbol(self) -> str:
        """The pair as VALR spells it: `DOGEUSDT`."""
        return self.base + self.quote

    def __str__(self) -> str:
        return f"{self.base}-{self.quote}"


class Slot(NamedTuple):
    """The one place an order may stand in: at most one live order a slot. Level 0 is nearest the market."""

    side: Side
    level: int
    hanging: bool = False

    def __str__(self) -> str:
        return f"{self.side} level {self.level + 1}" + (" (hanging)" if self.hanging else "")


@dataclass(frozen=True, slots=True)
class Intent:
    """An order that the strategy wants: price in quote per base, quantity in base, both on the pair's grid."""

    slot: Slot
    price: Decimal
    quantity: Decimal
    post_only: bool = True
    """It may only rest: the exchange is to refuse it rather than let it trade at once."""

    @property
    def side(self) -> Side:
        """The side of its slot."""
        return self.slot.side


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided: the stage that said so, and a sentence for people."""

    stage: str
    text: str
    slot: Slot | None = None

    def __str__(self) -> str:
        return f"{self.slot}: {self.text}" if self.slot else self.text
