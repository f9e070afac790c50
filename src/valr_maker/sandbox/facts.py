"""What the simulated exchange knows and says: pairs, orders, trades, and the facts it emits, as values.

The exchange (exchange.py) produces facts, the feeds and the desk turn them into VALR's frames.
Money is Decimal. Times are wall seconds (`at_s`), handed in by the caller.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from valr_maker.domain import Side
from valr_maker.sandbox.order import Kind, OrderView, StatusChange


@dataclass(frozen=True, slots=True)
class PairSpec:
    """One row of `/v1/public/pairs`, with what the crowd needs to bring it to life."""

    symbol: str
    base: str
    quote: str
    active: bool
    min_base: Decimal
    max_base: Decimal
    min_quote: Decimal
    max_quote: Decimal
    tick: Decimal
    base_decimals: int
    reference_price: Decimal
    """Where the simulated market starts, in quote per base; plausible, not a quotation."""

    @property
    def lot(self) -> Decimal:
        """The smallest step of a quantity."""
        return Decimal(1).scaleb(-self.base_decimals)


class CurrencySpec(NamedTuple):
    """One row of `/v1/public/currencies`. VALR's own symbol of the rand is `R`, its short name `ZAR`."""

    symbol: str
    short_name: str
    long_name: str
    decimals: int


class Rejected(Exception):
    """Refused before the order reached the engine: VALR's error code, message and HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


class Trade(NamedTuple):
    """One match. `sequence` rises by one per trade of the whole exchange."""

    id: str
    pair: str
    price: Decimal
    quantity: Decimal
    taker_side: Side
    at_s: float
    sequence: int


class OwnTrade(NamedTuple):
    """One side of a match as its owner sees it.

    The fee is in what the owner receives. Below zero it is a maker's reward, in what the owner pays (reference 3.2).
    """

    trade: Trade
    account: str
    side: Side
    order_id: str
    customer_id: str | None
    fee: Decimal
    fee_currency: str
    maker: bool
    sort: Kind = Kind.LIMIT
    """Of the order that traded."""


class Movement(NamedTuple):
    """A line of the account's history that is no trade: a deposit, a transfer, a reward. Amounts are above zero."""

    type: str
    """VALR's transaction type."""
    account: str
    id: str
    at_s: float
    debit: tuple[str, Decimal] | None = None
    """Currency and amount that left."""
    credit: tuple[str, Decimal] | None = None
    """Currency and amount that arrived."""
    about: tuple[str, str] | None = None
    """Of a transfer: its number, and from whom to whom."""


Line = OwnTrade | Movement
"""One line of an account's history."""


class Instant(NamedTuple):
    """What became of a simple order."""

    order: OrderView
    success: bool
    paid: Decimal
    paid_currency: str
    received: Decimal
    received_currency: str


class Balance(NamedTuple):
    """One currency of one account. total = available + reserved."""

    currency: str
    available: Decimal
    reserved: Decimal
    updated_s: float | None

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.available + self.reserved


# What the exchange says, in the order in which it happened. `Exchange.drain()` hands them over.
@dataclass(frozen=True, slots=True)
class Processed:
    """ORDER_PROCESSED: the engine has looked at a message that was accepted before."""

    order: OrderView
    success: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AccountTrade:
    """NEW_ACCOUNT_TRADE, and the NEW_ACCOUNT_HISTORY_RECORD that follows it."""

    own: OwnTrade


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """BALANCE_UPDATE of one currency."""

    account: str
    balance: Balance


@dataclass(frozen=True, slots=True)
class OpenOrdersChange:
    """OPEN_ORDERS_UPDATE: every open order of the account at that moment."""

    account: str
    orders: tuple[OrderView, ...]


@dataclass(frozen=True, slots=True)
class CancelFailed:
    """FAILED_CANCEL_ORDER: the order to cancel was not found."""

    account: str
    order_id: str | None
    customer_id: str | None


@dataclass(frozen=True, slots=True)
class ModifyOutcome:
    """MODIFY_ORDER_OUTCOME: the engine has looked at a change that was accepted before."""

    account: str
    success: bool
    request_id: str
    order_id: str | None
    customer_id: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """NEW_ACCOUNT_HISTORY_RECORD of something that is no trade."""

    movement: Movement


@dataclass(frozen=True, slots=True)
class InstantDone:
    """INSTANT_ORDER_COMPLETED."""

    result: Instant


@dataclass(frozen=True, slots=True)
class TypesChange:
    """ALLOWED_ORDER_TYPES_UPDATED: a pair takes other orders than before."""

    pair: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A price level of a book has a new total; zero removes it."""

    pair: str
    side: Side
    price: Decimal
    total: Decimal
    at_s: float


@dataclass(frozen=True, slots=True)
class Traded:
    """NEW_TRADE: the public print of a match."""

    trade: Trade


Fact = (
    Processed
    | StatusChange
    | AccountTrade
    | BalanceChange
    | OpenOrdersChange
    | CancelFailed
    | ModifyOutcome
    | Recorded
    | InstantDone
    | TypesChange
    | LevelChange
    | Traded
)
