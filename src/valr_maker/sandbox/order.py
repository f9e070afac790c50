"""Orders: what is asked for, what the exchange keeps, and how it looked at one moment (reference 3.2, 3.6).

Money is Decimal. Times are wall seconds, handed in by the caller.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from valr_maker.domain import Side

ZERO = Decimal(0)


class Tif(StrEnum):
    """How long an order may rest."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class Kind(StrEnum):
    """What sort of order it is; the values are VALR's `orderType`."""

    LIMIT = "limit"
    MARKET = "market"
    SIMPLE = "simple"
    STOP_LOSS = "stop-loss-limit"
    TAKE_PROFIT = "take-profit-limit"

    @property
    def stops(self) -> bool:
        """Whether it waits for a price before it is placed."""
        return self in (Kind.STOP_LOSS, Kind.TAKE_PROFIT)

    @property
    def priceless(self) -> bool:
        """Whether it takes what there is: no price of its own, nothing of it ever rests."""
        return self in (Kind.MARKET, Kind.SIMPLE)


class Status(StrEnum):
    """VALR's words for an order's state (reference 3.6), as REST prints them; the sockets spell two differently."""

    PLACED = "Placed"
    ACTIVE = "Active"
    PARTIALLY_FILLED = "Partially Filled"
    ORDER_MODIFIED = "Order Modified"
    REPRICED = "Repriced Due To Slippage"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    FAILED = "Failed"
    EXPIRED = "Expired"
    SLIPPED = "Partially Filled Due To Slippage"
    INSTANT_RESERVE_FAILED = "Instant Order Balance Reserve Failed"
    INSTANT_RESERVED = "Instant Order Balance Reserved"
    INSTANT_COMPLETED = "Instant Order Completed"
    INSTANT_REVERSED = "Instant Order Reversed"

    @property
    def open(self) -> bool:
        """Whether such an order is among the open ones: it rests in the book, or waits for its stop price."""
        return self in _OPEN


_OPEN = frozenset(
    {Status.PLACED, Status.ACTIVE, Status.PARTIALLY_FILLED, Status.ORDER_MODIFIED, Status.REPRICED},
)
SOCKET_WORDS = {
    Status.SLIPPED: "Partially Filled and Cancelled Due To Slippage",
    Status.REPRICED: "Order price has been modified due to slippage limits",
}
"""What the sockets say instead (reference 3.6)."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as asked for, before truncation and checks."""

    pair: str
    side: Side
    price: Decimal
    """Zero for a market order."""
    quantity: Decimal
    """In base; zero for a market order whose amount is in quote."""
    post_only: bool = False
    tif: Tif = Tif.GTC
    customer_id: str | None = None
    sort: Kind = Kind.LIMIT
    stop_price: Decimal | None = None
    reprice_ticks: int = 0
    """Post-only-reprice: instead of matching, rest so many ticks on the passive side of the opposite best."""
    quote_amount: Decimal | None = None
    """What a market order is to spend or to receive, in quote."""


@dataclass(slots=True)
class Order:
    """An order the exchange has accepted a message for. `Resting` in the book while `status.open` and not Active."""

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
    sort: Kind = Kind.LIMIT
    stop_price: Decimal | None = None
    reprice_ticks: int = 0
    quote_amount: Decimal | None = None
    events: list["StatusChange"] = field(default_factory=list)

    @property
    def executed(self) -> Decimal:
        """Base quantity filled so far."""
        return self.quantity - self.remaining

    @property
    def kind(self) -> str:
        """VALR's `orderType`."""
        if self.post_only and self.sort is Kind.LIMIT:
            return "post-only limit"
        return self.sort.value

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
            self.stop_price,
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
    stop_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """ORDER_STATUS_UPDATE: filled, partly filled, cancelled, failed, expired. Never for merely resting."""

    order: OrderView
    executed_price: Decimal = ZERO
    executed_quantity: Decimal = ZERO
    executed_fee: Decimal = ZERO
