"""What the exchange says about open orders, against what we think; and which questions follow.

Pure functions. A missing order is a question, never an end: a snapshot may be older than the newest order.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from valr_maker.orders import client_id
from valr_maker.orders.own import OwnOrder, OwnOrders
from valr_maker.orders.states import Event, State
from valr_maker.wire import rest
from valr_maker.wire.account_frames import OpenOrderData

ACK_WITHIN_S = 5.0
CANCEL_WITHIN_S = 5.0
BALANCE_WITHIN_S = 2.0
NOT_FOUND_AFTER_S = 3.0
"""An order younger than this may still be on its way when the exchange says it has none."""

EVENTS = {
    "Placed": Event.RESTS,
    "Active": Event.RESTS,
    "Order Modified": Event.RESTS,
    "Repriced Due To Slippage": Event.RESTS,
    "Order price has been modified due to slippage limits": Event.RESTS,
    "Partially Filled": Event.FILL_PART,
    "PartiallyFilled": Event.FILL_PART,
    "Filled": Event.FILL_ALL,
    "Cancelled": Event.CANCELLED,
    "Partially Filled Due To Slippage": Event.CANCELLED,
    "Partially Filled and Cancelled Due To Slippage": Event.CANCELLED,
    "Failed": Event.FAILED,
    "Expired": Event.EXPIRED,
}
"""VALR's words for a state (reference 3.6) as events of the order table."""


class Row(NamedTuple):
    """One open order, whichever road told it."""

    order_id: str
    cid: str | None
    pair: str
    remaining: Decimal


@dataclass(slots=True)
class Verdict:
    """What a snapshot of the open orders means."""

    resting: list[tuple[OwnOrder, Row]] = field(default_factory=list)
    missing: list[OwnOrder] = field(default_factory=list)
    """Seen resting before and not in this snapshot: to be asked for one by one."""
    leftovers: list[Row] = field(default_factory=list)
    """This bot's, of an earlier session, or given up for lost in this one."""
    others: int = 0


def from_rest(rows: Iterable[rest.OpenOrder]) -> list[Row]:
    """Rows of `GET /v1/orders/open`."""
    return [Row(row.order_id, row.customer_order_id, row.currency_pair, row.remaining_quantity) for row in rows]


def from_stream(rows: Iterable[OpenOrderData]) -> list[Row]:
    """Rows of OPEN_ORDERS_UPDATE, where `quantity` is what remains."""
    return [Row(row.order_id, row.customer_order_id, row.currency_pair, row.quantity) for row in rows]


def compare(rows: Iterable[Row], orders: OwnOrders, symbol: str, bot: str) -> Verdict:
    """Sort the open orders into ours, an earlier session's of the same bot, and other people's business."""
    verdict = Verdict()
    seen: set[str] = set()
    for row in rows:
        order = orders.find(row.cid, row.order_id)
        ours = client_id.parse(row.cid)
        if order is not None:
            seen.add(order.cid)
            if order.live:
                verdict.resting.append((order, row))
            elif order.state is State.FAILED:  # believed never to have arrived, and here it is: take it away
                verdict.leftovers.append(row)
            # otherwise the snapshot is older than the order's end
        elif row.pair == symbol and ours is not None and ours.bot == bot:
            verdict.leftovers.append(row)
        else:
            verdict.others += 1
    verdict.missing = [order for order in orders if order.seen_resting and order.cid not in seen]
    return verdict


def event_of(status: rest.OrderStatus) -> Event | None:
    """What a status means for the order's life; None for a status that is in no list."""
    return EVENTS.get(status.order_status_type)


def overdue(orders: OwnOrders, now_s: float) -> list[OwnOrder]:
    """Orders that were sent and never heard of again."""
    return [
        order
        for order in orders
        if order.state is State.PENDING_NEW and not order.underway and now_s - order.changed_s > ACK_WITHIN_S
    ]  # fmt: skip


def cancel_lost(order: OwnOrder, now_s: float) -> bool:
    """Whether a cancel was sent and has not been confirmed in time."""
    return order.cancel_sent_s is not None and now_s - order.cancel_sent_s > CANCEL_WITHIN_S


def unconfirmed_cancels(orders: OwnOrders, now_s: float) -> list[OwnOrder]:
    """Orders to be asked for because their cancel has not been confirmed."""
    return [order for order in orders if cancel_lost(order, now_s)]
