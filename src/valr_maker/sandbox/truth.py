"""The ground truth of a world, as plain values, and how a client's belief differs from it.

Room rule: pure; it looks and changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from valr_maker.domain import Side
from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.order import Order, OrderView
from valr_maker.sandbox.render import moment
from valr_maker.wire.text import plain

TRADES_SHOWN = 100
LEVELS_SHOWN = 40
DIGITS_MAX = 40


def account_truth(exchange: Exchange, account: Account) -> dict[str, Any]:
    """What an account has: balances, open orders with their place in the queue, its last trades."""
    held = exchange.accounts.balances(account.id, exclude_zero=True)
    return {
        "id": account.id,
        "label": account.label,
        "parent": account.parent,
        "fee_tier": account.tier,
        "balances": {
            one.currency: {"available": plain(one.available), "reserved": plain(one.reserved)} for one in held
        },
        "open_orders": [_open(exchange, order) for order in exchange.open_orders(account.id)],
        "trades": [
            {
                "id": own.trade.id, "pair": own.trade.pair, "side": own.side.value, "price": plain(own.trade.price),
                "quantity": plain(own.trade.quantity), "fee": plain(own.fee), "fee_currency": own.fee_currency,
                "maker": own.maker, "at": moment(own.trade.at_s),
            }
            for own in exchange.trades(account.id)[:TRADES_SHOWN]
        ],
    }  # fmt: skip


def _open(exchange: Exchange, order: OrderView) -> dict[str, Any]:
    ahead = _ahead(exchange.resting(order.pair, order.side), order)
    return {
        "id": order.id, "customer_id": order.customer_id, "pair": order.pair, "side": order.side.value,
        "type": order.kind, "status": order.status.value, "price": plain(order.price),
        "quantity": plain(order.quantity), "remaining": plain(order.remaining),
        "ahead_at_price": None if ahead is None else plain(ahead), "created": moment(order.created_s),
    }  # fmt: skip


def _ahead(resting: Sequence[Order], order: OrderView) -> Decimal | None:
    """How much rests at its price before it; None for one that is not in the book (a stop order)."""
    before = Decimal(0)
    for other in resting:
        if other.id == order.id:
            return before
        if other.price == order.price:
            before += other.remaining
    return None


def pair_truth(exchange: Exchange, pair: str, levels: int | None = LEVELS_SHOWN) -> dict[str, Any]:
    """A pair's state and book."""
    spec, last = exchange.pairs[pair], exchange.tape.last(pair)
    book = {
        name: [[plain(price), plain(total), orders] for price, total, orders in exchange.levels(pair, side, levels)]
        for name, side in (("bids", Side.BUY), ("asks", Side.SELL))
    }
    return {
        "pair": pair, "active": spec.active, "order_types": list(exchange.types_of(pair)), "last_price": plain(last), **book,
    }  # fmt: skip


# ---- what a client believes -----------------------------------------------------------------------------------------
class BelievedOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An open order as a client has it; what it leaves out is not compared. Named by either id."""

    id: str | None = None
    customer_id: str | None = None
    pair: str | None = None
    side: str | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    remaining: Decimal | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for an order without a name, or with numbers that are none."""
        if self.id is None and self.customer_id is None:
            raise ValueError("an order needs its id or its customer_id")
        _expect_numbers(self.price, self.quantity, self.remaining)


class BelievedBalance(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One currency as a client has it."""

    available: Decimal | None = None
    reserved: Decimal | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for numbers that are none."""
        _expect_numbers(self.available, self.reserved)


class BelievedBook(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The best levels of a book as a client has them: (price, total), best first."""

    pair: str
    bids: list[tuple[Decimal, Decimal]] = []
    asks: list[tuple[Decimal, Decimal]] = []

    def __post_init__(self) -> None:
        """Raises ValueError for numbers that are none."""
        _expect_numbers(*(number for level in (*self.bids, *self.asks) for number in level))


def _expect_numbers(*numbers: Decimal | None) -> None:
    for number in numbers:
        if number is not None and (not number.is_finite() or abs(number.adjusted()) > DIGITS_MAX):
            raise ValueError(f"{number} is no price and no amount")


class Belief(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a client believes. What it leaves out (None) is not compared; an empty list is a claim."""

    account: str | None = None
    """The id or the label of an account; the default account when left out."""
    open_orders: list[BelievedOrder] | None = None
    balances: dict[str, BelievedBalance] | None = None
    books: list[BelievedBook] = []


class Difference(NamedTuple):
    """One thing that is not as the client believes."""

    what: str
    believed: str | None
    true: str | None


def differences(exchange: Exchange, account: Account, belief: Belief) -> list[Difference]:
    """Everything in which the belief is wrong."""
    found: list[Difference] = []
    if belief.open_orders is not None:
        found += _orders(exchange.open_orders(account.id), belief.open_orders)
    for currency, one in (belief.balances or {}).items():
        held = exchange.accounts.balance(account.id, currency)
        found += _fields(currency, {"available": one.available, "reserved": one.reserved},
                         {"available": held.available, "reserved": held.reserved})  # fmt: skip
    for book in belief.books:
        found += _book(exchange, book)
    return found


def _orders(true: Sequence[OrderView], believed: Sequence[BelievedOrder]) -> Iterator[Difference]:
    left = list(true)
    for one in believed:
        order = next((order for order in left if _is(order, one)), None)
        if order is None:
            yield Difference(f"order {one.id or one.customer_id}", "open", "not open")
            continue
        left.remove(order)
        said = {
            "pair": None if one.pair is None else one.pair.replace("-", "").upper(),
            "side": None if one.side is None else one.side.lower(),
            "price": one.price,
            "quantity": one.quantity,
            "remaining": one.remaining,
        }
        is_ = {"pair": order.pair, "side": order.side.value, "price": order.price, "quantity": order.quantity,
               "remaining": order.remaining}  # fmt: skip
        yield from _fields(f"order {order.customer_id or order.id}", said, is_)
    for order in left:
        text = f"open: {order.side.value} {plain(order.remaining)} at {plain(order.price)} on {order.pair}"
        yield Difference(f"order {order.customer_id or order.id}", None, text)


def _is(order: OrderView, one: BelievedOrder) -> bool:
    return order.id == one.id if one.id is not None else order.customer_id == one.customer_id is not None


def _fields(what: str, believed: Mapping[str, Any], true: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in believed.items():
        if value is not None and value != true[name]:
            yield Difference(f"{what}: {name}", _text(value), _text(true[name]))


def _text(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def _book(exchange: Exchange, book: BelievedBook) -> Iterator[Difference]:
    for name, side, levels in (("bid", Side.BUY, book.bids), ("ask", Side.SELL, book.asks)):
        true = [(price, total) for price, total, _ in exchange.levels(book.pair, side, len(levels))]
        for place in range(max(len(true), len(levels))):
            said = levels[place] if place < len(levels) else None
            is_ = true[place] if place < len(true) else None
            if said != is_:
                yield Difference(f"{book.pair}: {name} {place + 1}", _level(said), _level(is_))


def _level(level: tuple[Decimal, Decimal] | None) -> str | None:
    return None if level is None else f"{plain(level[1])} at {plain(level[0])}"
