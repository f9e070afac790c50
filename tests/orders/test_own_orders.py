"""Our own orders: one live order a slot, either id finds it, every fill counts once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.domain import Intent, Side, Slot
from valr_maker.orders.own import FILLS_KNOWN, FINISHED_KEPT, OwnOrder, OwnOrders, SlotTaken
from valr_maker.orders.states import NEXT, Event, ImpossibleStep, State

BUY, SELL = Slot(Side.BUY, 0), Slot(Side.SELL, 0)


def opened(orders: OwnOrders, cid: str = "vm-b-s-b0-1", slot: Slot = BUY) -> OwnOrder:
    return orders.open(cid, Intent(slot, Decimal("0.16"), Decimal(100)), 5.0)


def test_a_slot_holds_one_live_order() -> None:
    """A second is refused whoever asks; when the first is gone the slot is free."""
    orders = OwnOrders()
    first = opened(orders)
    with pytest.raises(SlotTaken, match="buy level 1"):
        opened(orders, "other")
    opened(orders, "vm-b-s-s0-2", SELL)
    assert orders.happened(first, Event.CANCELLED, 6.0)
    assert orders.in_slot(BUY) is None
    assert opened(orders, "vm-b-s-b0-3").live
    assert (orders.placed, orders.cancels_confirmed, orders.failed) == (3, 1, 0)


@given(st.lists(st.tuples(st.sampled_from(Event), st.sampled_from([BUY, SELL, Slot(Side.BUY, 1)])), max_size=40))
def test_whatever_happens_no_slot_ever_holds_two(happenings: list[tuple[Event, Slot]]) -> None:
    """Events in any order; a slot is reopened whenever it is free. Live orders are exactly those not final."""
    orders, made = OwnOrders(), list[OwnOrder]()
    for number, (event, slot) in enumerate(happenings):
        order = orders.in_slot(slot)
        if order is None:
            made.append(opened(orders, f"o{number}", slot))
        elif (order.state, event) in NEXT:
            assert orders.happened(order, event, float(number)) is order.state.final
        else:
            with pytest.raises(ImpossibleStep):
                orders.happened(order, event, float(number))
        slots = [one.slot for one in orders]
        assert len(slots) == len(set(slots)) == len(orders)
    assert orders.live() == [order for order in made if order.live]
    assert all(orders.find(order.cid) is order for order in made)


def test_an_order_is_found_by_either_id_also_when_it_is_over() -> None:
    """The stream names orders by one, the other, or both."""
    orders = OwnOrders()
    order = opened(orders)
    orders.name(order, "x-1")
    orders.name(order, "x-2")  # the first id stays
    assert order.order_id == "x-1"
    orders.happened(order, Event.FAILED, 6.0, "Insufficient Balance")
    assert orders.find(order.cid) is orders.find(None, "x-1") is order
    assert orders.find(None, "x-2") is orders.find("nobody's") is orders.find(None) is None
    assert (order.why, orders.failed) == ("Insufficient Balance", 1)


def test_a_fill_after_the_cancel_is_told_once_as_an_end() -> None:
    """The order ended when it was cancelled; that it was filled after all ends nothing again."""
    orders = OwnOrders()
    order = opened(orders)
    assert orders.happened(order, Event.CANCELLED, 6.0)
    assert not orders.happened(order, Event.FILL_ALL, 7.0)
    assert order.state is State.FILLED


def test_resting_is_remembered() -> None:
    """Only an order that was once seen to rest can be missing."""
    orders = OwnOrders()
    order = opened(orders)
    orders.happened(order, Event.ACK, 6.0)
    assert not order.seen_resting
    orders.happened(order, Event.RESTS, 6.5)
    assert (order.seen_resting, order.changed_s, order.side) == (True, 6.5, Side.BUY)


@given(st.permutations(["t1", "t2", "t3", "t1", "t2", "t3"]))
def test_a_fill_counts_once_in_any_order_and_twice(told: list[str]) -> None:
    """By the exchange's trade id."""
    orders = OwnOrders()
    assert sorted(trade for trade in told if orders.first_time(trade)) == ["t1", "t2", "t3"]


def test_memory_of_fills_and_of_finished_orders_is_bounded() -> None:
    """The oldest are forgotten first; the newest are still known."""
    orders = OwnOrders()
    for number in range(FILLS_KNOWN + 1):
        orders.first_time(str(number))
    assert orders.first_time("0")
    assert not orders.first_time(str(FILLS_KNOWN))
    for number in range(FINISHED_KEPT + 1):
        order = opened(orders, f"o{number}")
        orders.name(order, f"x{number}")
        orders.happened(order, Event.CANCELLED, 6.0)
    assert orders.find("o0") is orders.find(None, "x0") is None
    assert orders.find(None, "x1") is orders.find("o1") is not None
