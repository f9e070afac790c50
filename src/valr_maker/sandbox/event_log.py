"""What happened, in its order: every fact but the changes of a book's levels, and every request. Bounded.

Room rule: pure. Facts are kept as they are and put into words when somebody asks.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from valr_maker.sandbox.facts import (
    AccountTrade,
    BalanceChange,
    CancelFailed,
    Fact,
    InstantDone,
    LevelChange,
    ModifyOutcome,
    OpenOrdersChange,
    Processed,
    Recorded,
    Traded,
    TypesChange,
)
from valr_maker.sandbox.order import OrderView, StatusChange
from valr_maker.wire.text import plain

KEPT = 20_000
KINDS = (
    "request", "trade", "pair", "processed", "status", "fill", "balance", "open orders", "cancel failed", "modify",
    "movement", "simple order",
)  # fmt: skip
"""Every kind of entry."""


class Asked(NamedTuple):
    """A request and the status of its answer. Neither headers nor bodies are kept: there are secrets in them."""

    verb: str
    path: str
    status: int


class OpenNow(NamedTuple):
    """How many orders an account has open: of a fact that lists them all, what is worth keeping."""

    account: str
    number: int


class Event(NamedTuple):
    """One entry, in words."""

    sequence: int
    at_s: float
    kind: str
    account: str
    """Empty when it is nobody's in particular."""
    pair: str
    text: str


class EventLog:
    """The last entries. `sequence` rises by one an entry and never repeats."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, float, Fact | Asked | OpenNow]] = deque(maxlen=KEPT)
        self._sequence = 0

    @property
    def newest(self) -> int:
        """The last entry's sequence; 0 while there is none."""
        return self._sequence

    def take(self, facts: Sequence[Fact | Asked], now_s: float) -> None:
        """These things have happened."""
        for fact in facts:
            if not isinstance(fact, LevelChange):
                self._sequence += 1
                short = OpenNow(fact.account, len(fact.orders)) if isinstance(fact, OpenOrdersChange) else fact
                self._entries.append((self._sequence, now_s, short))

    def after(self, sequence: int) -> Iterator[Event]:
        """What came after that entry, oldest first; entries that are forgotten are left out."""
        oldest = self._entries[0][0] if self._entries else 0
        for index in range(max(sequence + 1 - oldest, 0), len(self._entries)):
            number, at_s, fact = self._entries[index]
            yield Event(number, at_s, *describe(fact))


def describe(fact: Fact | Asked | OpenNow) -> tuple[str, str, str, str]:  # noqa: C901, PLR0912  # one row a kind of fact
    """Kind, account, pair and a sentence."""
    match fact:
        case Asked(verb, path, status):
            return "request", "", "", f"{verb} {path} -> {status}"
        case Traded(trade):
            text = f"{plain(trade.quantity)} at {plain(trade.price)}, taker {trade.taker_side.value}"
            return "trade", "", trade.pair, text
        case TypesChange(pair, types):
            return "pair", "", pair, f"takes {', '.join(types) or 'nothing'}"
        case Processed(order, success, reason):
            return "processed", order.account, order.pair, _order(order) + (": taken" if success else f": {reason}")
        case StatusChange(order, price, quantity):
            text = f"{_order(order)}: {order.status.value}"
            if quantity:
                text += f", {plain(quantity)} at {plain(price)}"
            return (
                "status",
                order.account,
                order.pair,
                text + (f": {order.failed_reason}" if order.failed_reason else ""),
            )
        case AccountTrade(own):
            role = "maker" if own.maker else "taker"
            text = f"{own.side.value} {plain(own.trade.quantity)} at {plain(own.trade.price)} as {role}"
            return "fill", own.account, own.trade.pair, f"{text}, fee {plain(own.fee)} {own.fee_currency}"
        case BalanceChange(account, held):
            text = f"{held.currency}: {plain(held.available)} available, {plain(held.reserved)} reserved"
            return "balance", account, "", text
        case OpenNow(account, number):
            return "open orders", account, "", f"{number} open"
        case CancelFailed(account, order_id, customer_id):
            return "cancel failed", account, "", f"nothing to cancel: {order_id or customer_id}"
        case ModifyOutcome(account, success, _, order_id, customer_id):
            return "modify", account, "", f"{order_id or customer_id}: {'changed' if success else 'not changed'}"
        case Recorded(movement):
            moved = movement.credit or movement.debit or ("", 0)
            way = "in" if movement.credit else "out"
            return "movement", movement.account, "", f"{movement.type}: {moved[1]} {moved[0]} {way}"
        case InstantDone(result):
            done = "done" if result.success else "not done"
            return "simple order", result.order.account, result.order.pair, done
    raise AssertionError(f"{type(fact).__name__} has no words")


def _order(order: OrderView) -> str:
    name = order.customer_id or order.id
    return f"{order.side.value} {plain(order.remaining)} of {plain(order.quantity)} at {plain(order.price)} ({name})"
