"""The step that places an order: a post-only one far from the market, seen on the stream, cancelled, seen to go.

However it ends, with silence, with an answer that never came, with Ctrl-C, the order is taken away before anything is
reported; where that cannot be proved the report names it.
"""

import asyncio
from decimal import Decimal

from valr_maker.doctor.findings import NotNeeded
from valr_maker.doctor.patient import Patient, until
from valr_maker.domain import Side
from valr_maker.errors import ExchangeUnreachable, KeyProblem, OrdersUnresolved
from valr_maker.gateway.client import Refused
from valr_maker.gateway.order_entry import cancel_order, limit_order
from valr_maker.gateway.transport import Socket
from valr_maker.market.pair import PairRules
from valr_maker.wire import endpoints, rest
from valr_maker.wire.account_frames import OpenOrdersUpdate, OrderProcessed, OrderStatusUpdate
from valr_maker.wire.sign import Stream
from valr_maker.wire.text import plain

FAR = Decimal("0.5")
"""A test order bids at half the mid: nobody sells there, and it is within what VALR takes."""
LATE_S = 3.0
""""Not found" is believed of an order after so long: it may still have been on its way."""
GONE = ("Cancelled", "Failed", "Expired")


async def round_trip(patient: Patient) -> str:
    """Place, see, cancel, see."""
    if patient.venue == "live" and not patient.place_test_order:
        raise NotNeeded("on live only with --place-test-order")
    if patient.mid is None or patient.rules is None:
        raise NotNeeded("there is no mid price to stay away from")
    rules = patient.rules
    price = rules.floor_price(patient.mid * FAR)
    quantity = smallest(rules, price)
    cid = f"doctor-{patient.chance.token(8)}"
    order = limit_order(rules.symbol, Side.BUY, price, quantity, cid, post_only=rules.takes_post_only)
    socket = await patient.connect(Stream.ACCOUNT)
    try:
        await until(socket, lambda message: isinstance(message, OpenOrdersUpdate), "the account's state")
        placed_s = await _placed(patient, socket, order, cid)
        cancelled_s = await _cancelled(patient, socket, cid)
    finally:
        await socket.close()
    words = f"placed and told in {placed_s * 1000:.0f} ms, cancelled and told in {cancelled_s * 1000:.0f} ms"
    return f"{plain(quantity)} at {plain(price)}: {words}"


async def _placed(patient: Patient, socket: Socket, order: rest.Body, cid: str) -> float:
    start_s = patient.clock.monotonic_s()
    try:
        await patient.ask(endpoints.PLACE_LIMIT, body=order)
        said = await until(
            socket, lambda one: isinstance(one, OrderProcessed) and one.data.customer_order_id == cid, "ORDER_PROCESSED"
        )
    except (ExchangeUnreachable, KeyProblem, asyncio.CancelledError) as problem:
        if not isinstance(problem.__cause__, Refused):  # a refusal means that there is no order
            await _take_away(patient, cid)
        raise
    if not said.data.success:
        raise ExchangeUnreachable(
            f"the exchange did not take the test order: {said.data.failure_reason}", remedy="See what it says there"
        )
    return patient.clock.monotonic_s() - start_s


async def _cancelled(patient: Patient, socket: Socket, cid: str) -> float:
    start_s = patient.clock.monotonic_s()
    try:
        await patient.ask(endpoints.CANCEL_ORDER, body=cancel_order(patient.market.symbol, cid, None))
        await until(
            socket,
            lambda one: (
                isinstance(one, OrderStatusUpdate)
                and one.data.customer_order_id == cid
                and one.data.order_status_type in GONE
            ),
            "word of the cancel",
        )
    except (ExchangeUnreachable, KeyProblem, asyncio.CancelledError):
        await _take_away(patient, cid)
        raise
    return patient.clock.monotonic_s() - start_s


async def _take_away(patient: Patient, cid: str) -> None:
    """Ask for the cancel, and where that is refused for the list. Raises OrdersUnresolved if it may still rest."""
    cancel = cancel_order(patient.market.symbol, cid, None)
    try:
        await patient.ask(endpoints.CANCEL_ORDER, body=cancel)
    except (ExchangeUnreachable, KeyProblem):
        await patient.clock.sleep(LATE_S)
    try:
        rows = await patient.ask(endpoints.OPEN_ORDERS)
        if any(row.customer_order_id == cid for row in rows):
            await patient.ask(endpoints.CANCEL_ORDER, body=cancel)
    except (ExchangeUnreachable, KeyProblem) as lost:
        raise OrdersUnresolved(
            f"the test order {cid} may still rest: its cancel failed ({lost})",
            remedy="Look at the open orders on VALR and cancel it",
        ) from lost


def smallest(rules: PairRules, price: Decimal) -> Decimal:
    """The smallest quantity on the grid that both minimums allow."""
    by_value = rules.floor_quantity(rules.min_quote / price) + rules.lot
    return max(rules.min_base, by_value)
