"""Orders as the auditor of naive_exchange.py knows them: plain figures, and what follows from them."""

from dataclasses import dataclass, field
from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.sandbox.order import Kind, Status, Tif

D = Decimal
ZERO = D(0)
Match = tuple["Row", Decimal]


@dataclass(eq=False)
class Row:
    """One order as the auditor knows it."""

    id: str
    account: str
    pair: str
    side: Side
    price: Decimal
    quantity: Decimal
    left: Decimal
    kind: Kind
    tif: Tif
    post_only: bool
    customer_id: str | None
    stop: Decimal | None
    ticks: int
    quote_amount: Decimal | None
    status: Status = Status.PLACED
    reason: str = ""

    @property
    def done(self) -> Decimal:
        """Filled so far."""
        return self.quantity - self.left

    @property
    def sign(self) -> int:
        """1 to buy, -1 to sell."""
        return 1 if self.side is Side.BUY else -1

    @property
    def needs(self) -> Decimal:
        """What it must have in reserve."""
        return self.left * self.price if self.side is Side.BUY else self.left

    @property
    def rises(self) -> bool:
        """Whether it waits for a higher price: a stop-loss to buy, a take-profit to sell."""
        return (self.kind is Kind.STOP_LOSS) == (self.side is Side.BUY)


@dataclass
class Basket:
    """What an order without a price would take."""

    found: list[Match] = field(default_factory=list)
    beyond: bool = False
    """Whether there is more behind the edge of the band."""
    meets_itself: bool = False
    rest: Decimal = ZERO

    @property
    def got(self) -> Decimal:
        """In base."""
        return sum((took for _, took in self.found), D(0))

    def wants(self, base: Decimal, quote: Decimal | None, price: Decimal, lot: Decimal) -> Decimal:
        """How much more at this price."""
        if quote is None:
            return base - self.got
        return cut((quote - sum((other.price * took for other, took in self.found), D(0))) / price, lot)


def levels_of(queue: list[tuple[str, Decimal, Decimal]]) -> list[tuple[Decimal, Decimal, int]]:
    """Price, sum and number of the orders (id, what is left, price) of one side of a book, best price first."""
    levels: dict[Decimal, list[Decimal]] = {}
    for _, left, price in queue:
        levels.setdefault(price, []).append(left)
    return [(price, sum(lefts, ZERO), len(lefts)) for price, lefts in levels.items()]


def cut(quantity: Decimal, lot: Decimal) -> Decimal:
    """To whole lots."""
    return quantity // lot * lot
