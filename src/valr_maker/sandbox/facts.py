"""What the simulated exchange knows and says: pairs, orders, trades, and the facts it emits, as values.

The exchange (exchange.py) produces facts, the feeds and the desk turn them into VALR's frames.
Money is Decimal. Times are wall seconds (`at_s`), handed in by the caller.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from valr_maker.domain import Side

ZERO = Decimal(0)


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


class Tif(StrEnum):
    """How long an order may rest."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class Status(StrEnum):
    """VALR's words for an order's state (reference section 3.6), as REST and the sockets print them."""

    PLACED = "Placed"
    PARTIALLY_FILLED = "Partially Filled"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    FAILED = "Failed"
    EXPIRED = "Expired"

    @property
    def open(self) -> bool:
        """Whether such an order rests in the book."""
        return self in (Status.PLACED, Status.PARTIALLY_FILLED)


class Rejected(Exception):
    """Refused before the order reached the engine: VALR's error code, message and HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A limit order as asked for, before truncation and checks."""

    pair: str
    side: Side
    price: Decimal
    quantity: Decimal
    post_only: bool = False
    tif: Tif = Tif.GTC
    customer_id: str | None = None


@dataclass(slots=True)
class Order:
    """An order the exchange has accepted a message for. `Resting` in the book while `status.open`."""

    id: str
    account: str
    pair: str
    side: Side
    price: Decimal
    quantity: Decimal
    post_only: bool
    tif: Tif
    customer_id: str | None
    created_s: float
    updated_s: float
    remaining: Decimal
    status: Status = Status.PLACED
    failed_reason: str = ""
    executed_quote: Decimal = ZERO
    fee: Decimal = ZERO
    """Fees paid so far in what the order receives; rewards stand in the trades only."""
    fee_currency: str = ""
    reserved: Decimal = ZERO
    """What it still holds: quote for a buy, base for a sell."""
    events: list["StatusChange"] = field(default_factory=list)

    @property
    def executed(self) -> Decimal:
        """Base quantity filled so far."""
        return self.quantity - self.remaining

    @property
    def kind(self) -> str:
        """VALR's `orderType`."""
        return "post-only limit" if self.post_only else "limit"

    def view(self) -> "OrderView":
        """The order as it is now, frozen."""
        return OrderView(
            self.id,
            self.account,
            self.pair,
            self.side,
            self.price,
            self.quantity,
            self.remaining,
            self.status,
            self.kind,
            self.tif,
            self.customer_id,
            self.failed_reason,
            self.created_s,
            self.updated_s,
            self.executed_quote,
            self.fee,
            self.fee_currency,
        )


class OrderView(NamedTuple):
    """An order frozen at one moment, so that a later change cannot rewrite an earlier frame."""

    id: str
    account: str
    pair: str
    side: Side
    price: Decimal
    quantity: Decimal
    remaining: Decimal
    status: Status
    kind: str
    tif: Tif
    customer_id: str | None
    failed_reason: str
    created_s: float
    updated_s: float
    executed_quote: Decimal
    fee: Decimal
    fee_currency: str


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
class StatusChange:
    """ORDER_STATUS_UPDATE: filled, partly filled, cancelled, failed, expired. Never for merely resting."""

    order: OrderView
    executed_price: Decimal = ZERO
    executed_quantity: Decimal = ZERO
    executed_fee: Decimal = ZERO


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


Fact = Processed | StatusChange | AccountTrade | BalanceChange | OpenOrdersChange | CancelFailed | LevelChange | Traded
