"""What the exchange remembers about one account: its orders, open and finished, and its trades.

The crowd has no record. Memory is bounded: the oldest finished orders and trades are forgotten.
"""

import math
from collections import deque

from valr_maker.sandbox.facts import Line, OwnTrade
from valr_maker.sandbox.order import Order, OrderView

KEPT = 10_000
"""Finished orders, trades, and lines of the history, kept per account."""

EVENTS_KEPT = 1_000
"""Of one order's life."""


class Record:
    """One account's orders by id, by customer id, open and finished, and its trades."""

    __slots__ = ("_by_customer_id", "_by_id", "finished", "history", "open", "trades")

    def __init__(self) -> None:
        self._by_id: dict[str, Order] = {}
        self._by_customer_id: dict[str, Order] = {}
        self.open: dict[str, Order] = {}
        """Resting orders, oldest first."""
        self.finished: deque[Order] = deque()
        """Oldest first."""
        self.trades: deque[OwnTrade] = deque(maxlen=KEPT)
        """Newest first."""
        self.history: deque[Line] = deque(maxlen=KEPT)
        """Every movement of its money, newest first."""

    def accept(self, order: Order, ended_after_s: float = math.inf) -> None:
        """From now on the order can be looked up; nothing rests yet. It does not take another's customer id."""
        self._by_id[order.id] = order
        if order.customer_id is not None and not self.customer_id_taken(order.customer_id, ended_after_s):
            self._by_customer_id[order.customer_id] = order

    def rest(self, order: Order) -> None:
        """The order is open, and its customer id means this order."""
        self.open[order.id] = order
        if order.customer_id is not None:
            self._by_customer_id[order.customer_id] = order

    def rename(self, order: Order, customer_id: str) -> None:
        """An open order has another customer id from now on."""
        if order.customer_id is not None and self._by_customer_id.get(order.customer_id) is order:
            del self._by_customer_id[order.customer_id]
        order.customer_id = customer_id
        self._by_customer_id[customer_id] = order

    def finish(self, order: Order) -> None:
        """The order will not change any more."""
        self.open.pop(order.id, None)
        self.finished.append(order)
        if len(self.finished) > KEPT:
            self._forget(self.finished.popleft())

    def _forget(self, order: Order) -> None:
        del self._by_id[order.id]
        if order.customer_id is not None and self._by_customer_id.get(order.customer_id) is order:
            del self._by_customer_id[order.customer_id]

    def find(self, order_id: str | None, customer_id: str | None) -> Order | None:
        """An order by either id, open or finished; of several with one customer id the open one, else the newest."""
        if order_id is not None:
            return self._by_id.get(order_id)
        return None if customer_id is None else self._by_customer_id.get(customer_id)

    def customer_id_taken(self, customer_id: str, ended_after_s: float) -> bool:
        """Whether it belongs to an open order, or to one that ended after that second: VALR may burn ids (C)."""
        known = self._by_customer_id.get(customer_id)
        if known is None or known.id in self.open:
            return known is not None
        return not known.status.open and known.updated_s > ended_after_s

    def trade(self, own: OwnTrade) -> None:
        """One side of a match."""
        self.trades.appendleft(own)
        self.history.appendleft(own)

    def views(self) -> tuple[OrderView, ...]:
        """The open orders as they are now."""
        return tuple(order.view() for order in self.open.values())
