"""What a list of open orders means, and which questions follow from it."""

from decimal import Decimal

import pytest
from kit.messages import message

from valr_maker.domain import Intent, Side, Slot
from valr_maker.orders import reconcile
from valr_maker.orders.own import OwnOrder, OwnOrders
from valr_maker.orders.reconcile import Row
from valr_maker.orders.states import Event, State
from valr_maker.wire import rest, stream

PAIR, BOT = "DOGEUSDT", "b"
MINE = "vm-b-s-b0-1"


def with_one(*events: Event) -> tuple[OwnOrders, OwnOrder]:
    orders = OwnOrders()
    order = orders.open(MINE, Intent(Slot(Side.BUY, 0), Decimal("0.16"), Decimal(100)), 10.0)
    for event in events:
        orders.happened(order, event, 10.0)
    return orders, order


def row(cid: str | None, *, pair: str = PAIR, order_id: str = "x-1") -> Row:
    return Row(order_id, cid, pair, Decimal(100))


def test_a_snapshot_older_than_the_newest_order_proves_nothing() -> None:
    """An order never seen to rest is not missing from a list that may have left before it arrived."""
    orders, _ = with_one(Event.ACK)
    verdict = reconcile.compare([], orders, PAIR, BOT)
    assert (verdict.missing, verdict.resting, verdict.leftovers, verdict.others) == ([], [], [], 0)


def test_an_order_that_rested_and_is_not_listed_is_a_question() -> None:
    """Missing, not gone: it stays live until the exchange has said what became of it."""
    orders, order = with_one(Event.RESTS)
    verdict = reconcile.compare([], orders, PAIR, BOT)
    assert verdict.missing == [order]
    assert order.state is State.OPEN


def test_an_order_is_recognised_by_either_id() -> None:
    """The client id, or the exchange's when the list leaves the other out."""
    orders, order = with_one(Event.ACK)
    by_client = row(MINE, order_id="unheard")
    assert reconcile.compare([by_client], orders, PAIR, BOT).resting == [(order, by_client)]
    orders.name(order, "x-1")
    by_exchange = row(None)
    assert reconcile.compare([by_exchange], orders, PAIR, BOT).resting == [(order, by_exchange)]


def test_a_list_that_still_shows_a_finished_order_is_old() -> None:
    """It neither revives the order nor makes it somebody else's."""
    orders, _ = with_one(Event.RESTS, Event.CANCELLED)
    verdict = reconcile.compare([row(MINE)], orders, PAIR, BOT)
    assert (verdict.resting, verdict.missing, verdict.leftovers, verdict.others) == ([], [], [], 0)


def test_an_earlier_session_of_the_same_bot_left_this_behind() -> None:
    """The same bot on the same pair, another session: to be taken away first."""
    orders, _ = with_one(Event.RESTS)
    old = row("vm-b-old-s0-7", order_id="x-2")
    verdict = reconcile.compare([row(MINE), old], orders, PAIR, BOT)
    assert (verdict.leftovers, verdict.others) == ([old], 0)


@pytest.mark.parametrize(
    ("cid", "pair"),
    [(None, PAIR), ("somebody-else", PAIR), ("vm-c-s-b0-1", PAIR), ("vm-b-old-b0-1", "BTCZAR")],
    ids=["by hand", "another program", "another file of ours", "another pair"],
)
def test_other_peoples_orders_are_counted_and_left_alone(cid: str | None, pair: str) -> None:
    """The account may be used by others at the same time."""
    verdict = reconcile.compare([row(cid, pair=pair)], OwnOrders(), PAIR, BOT)
    assert (verdict.others, verdict.leftovers, verdict.resting) == (1, [], [])


def test_both_roads_give_the_same_rows() -> None:
    """REST says remainingQuantity, the stream says quantity."""
    by_rest = reconcile.from_rest(rest.decode(rest.encode(message("rest_open_orders")), list[rest.OpenOrder]))
    by_stream = reconcile.from_stream(stream.read(rest.encode(message("open_orders_update"))).data)
    assert by_rest == by_stream[:1]
    assert (by_rest[0].cid, by_rest[0].remaining) == ("mm-1-a", Decimal("33.61"))


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("Placed", Event.RESTS),
        ("Active", Event.RESTS),
        ("Order Modified", Event.RESTS),
        ("Repriced Due To Slippage", Event.RESTS),
        ("Order price has been modified due to slippage limits", Event.RESTS),
        ("Partially Filled", Event.FILL_PART),
        ("PartiallyFilled", Event.FILL_PART),
        ("Filled", Event.FILL_ALL),
        ("Cancelled", Event.CANCELLED),
        ("Partially Filled Due To Slippage", Event.CANCELLED),
        ("Partially Filled and Cancelled Due To Slippage", Event.CANCELLED),
        ("Failed", Event.FAILED),
        ("Expired", Event.EXPIRED),
        ("Frozen In Carbonite", None),
    ],
)
def test_every_status_word_of_the_reference(words: str, event: Event | None) -> None:
    """Section 3.6; a word in no list is None and not a guess."""
    status = rest.decode(rest.encode(message("rest_order_status") | {"orderStatusType": words}), rest.OrderStatus)
    assert reconcile.event_of(status) is event


def test_an_order_that_nobody_answered_is_overdue_after_five_seconds() -> None:
    """Counted from the last word about it, and only while it is new."""
    orders, order = with_one()
    assert reconcile.overdue(orders, 15.0) == []
    assert reconcile.overdue(orders, 15.1) == [order]
    orders.happened(order, Event.RESTS, 15.1)
    assert reconcile.overdue(orders, 99.0) == []


def test_a_cancel_that_nobody_confirmed_is_lost_after_five_seconds() -> None:
    """Asked for again only then."""
    orders, order = with_one(Event.RESTS)
    assert reconcile.unconfirmed_cancels(orders, 99.0) == []
    order.cancel_sent_s = 20.0
    assert reconcile.unconfirmed_cancels(orders, 25.0) == []
    assert reconcile.unconfirmed_cancels(orders, 25.1) == [order]
