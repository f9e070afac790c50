"""Facts and orders into the messages of the wire (reference 3.5, 5.4). Pure translation; nothing is decided here."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from valr_maker.sandbox import facts, universe
from valr_maker.sandbox.facts import Balance, CurrencySpec, PairSpec
from valr_maker.sandbox.money import GRID, add, multiply, subtract
from valr_maker.sandbox.order import SOCKET_WORDS, ZERO, Order, OrderView, StatusChange
from valr_maker.wire import account_frames as frames
from valr_maker.wire import answers, rest
from valr_maker.wire.text import Amount, iso_time

AnyOrder = Order | OrderView
Level = tuple[Decimal, Decimal, int]
"""Price, total quantity, number of orders."""

CANCEL_FAILED = "An error occurred while cancelling your order."
NOTHING = Amount(0)
HUNDRED, HUNDREDTH = Decimal(100), Decimal("0.01")
AVERAGE_STEP = Decimal("1E-10")
"""How finely an average price is shown."""
REFERENCE, REFERENCE_STEP = "USDC", Decimal("1E-8")
"""What balances are reckoned in, and how finely."""
DECIMAL_PLACES = 8
"""Of a currency that the universe does not list."""

moment = lru_cache(8192)(iso_time)
"""A wall second as ISO text; the same few seconds are printed again and again."""


def fine_moment(wall_s: float, digits: int = 9) -> str:
    """With nanoseconds, as the server's clock prints it, or fewer digits (D, reference 0.3)."""
    whole, fraction = divmod(int(wall_s * 1_000_000), 1_000_000)
    return f"{iso_time(whole)[:-4]}{fraction:06d}000"[: 20 + digits] + "Z"


@lru_cache(1024)
def currency_info(currency: str) -> frames.CurrencyInfo:
    """A currency as account events describe it: the rand's symbol is R (D)."""
    spec = _currencies().get(currency) or unlisted(currency)
    return frames.CurrencyInfo(
        symbol=spec.symbol,
        short_name=spec.short_name,
        long_name=spec.long_name,
        decimal_places=spec.decimals,
        is_active=True,
        supported_withdraw_decimal_places=spec.decimals,
        collateral=currency in universe.COLLATERAL,
        collateral_weight=universe.weight_of(currency),
    )


def unlisted(currency: str) -> CurrencySpec:
    """What to say of a currency that the universe does not know."""
    return CurrencySpec(currency, currency, currency, DECIMAL_PLACES)


@cache
def _currencies() -> dict[str, CurrencySpec]:
    return {spec.short_name: spec for spec in universe.currencies()}


def _stop(order: AnyOrder) -> Amount | None:
    return None if order.stop_price is None else Amount(order.stop_price)


def _said(order: AnyOrder) -> str:
    """A status as the sockets put it: two of them have other words than REST."""
    return SOCKET_WORDS.get(order.status, order.status.value)


# ---- orders ---------------------------------------------------------------------------------------------------------
def filled_percentage(order: AnyOrder) -> str:
    """Always two decimals (D)."""
    if not order.quantity:  # a market order in quote that met nobody
        return "0.00"
    percent = GRID.divide(multiply(subtract(order.quantity, order.remaining), HUNDRED), order.quantity)
    return str(GRID.quantize(percent, HUNDREDTH))


def open_order(order: AnyOrder) -> rest.OpenOrder:
    """A row of GET /v1/orders/open."""
    return rest.OpenOrder(
        order_id=order.id,
        side=order.side.value,
        remaining_quantity=Amount(order.remaining),
        price=Amount(order.price),
        currency_pair=order.pair,
        created_at=moment(order.created_s),
        original_quantity=Amount(order.quantity),
        filled_percentage=filled_percentage(order),
        updated_at=moment(order.updated_s),
        status=order.status.value,
        type=order.kind,
        time_in_force=order.tif.value,
        customer_order_id=order.customer_id,
        stop_price=_stop(order),
        allow_margin=False,
    )


def order_status(order: AnyOrder) -> rest.OrderStatus:
    """The state of one order."""
    return rest.OrderStatus(
        order_id=order.id,
        order_status_type=order.status.value,
        currency_pair=order.pair,
        original_price=Amount(order.price),
        remaining_quantity=Amount(order.remaining),
        original_quantity=Amount(order.quantity),
        order_side=order.side.value,
        order_type=order.kind,
        order_updated_at=moment(order.updated_s),
        order_created_at=moment(order.created_s),
        failed_reason=order.failed_reason,
        time_in_force=order.tif.value,
        customer_order_id=order.customer_id,
        stop_price=_stop(order),
    )


def history_order(order: AnyOrder) -> rest.HistoryOrder:
    """A row of the order history."""
    executed = subtract(order.quantity, order.remaining)
    average = GRID.quantize(GRID.divide(order.executed_quote, executed), AVERAGE_STEP) if executed else ZERO
    return rest.HistoryOrder(
        order_id=order.id,
        order_status_type=order.status.value,
        currency_pair=order.pair,
        average_price=Amount(average),
        original_price=Amount(order.price),
        remaining_quantity=Amount(order.remaining),
        original_quantity=Amount(order.quantity),
        total=Amount(order.executed_quote),
        total_executed_quantity=Amount(executed),
        total_fee=Amount(order.fee),
        fee_currency=order.fee_currency,
        order_side=order.side.value,
        order_type=order.kind,
        failed_reason=order.failed_reason,
        order_updated_at=moment(order.updated_s),
        order_created_at=moment(order.created_s),
        time_in_force=order.tif.value,
        customer_order_id=order.customer_id,
        stop_price=_stop(order),
    )


def order_event(change: StatusChange) -> answers.OrderEvent:
    """One event of an order's life."""
    order = change.order
    return answers.OrderEvent(
        order_id=order.id,
        order_status_type=order.status.value,
        currency_pair=order.pair,
        original_price=Amount(order.price),
        remaining_quantity=Amount(order.remaining),
        original_quantity=Amount(order.quantity),
        order_side=order.side.value,
        order_type=order.kind,
        order_updated_at=moment(order.updated_s),
        order_created_at=moment(order.created_s),
        failed_reason=order.failed_reason,
        time_in_force=order.tif.value,
        customer_order_id=order.customer_id,
        stop_price=_stop(order),
        executed_price=Amount(change.executed_price),
        executed_quantity=Amount(change.executed_quantity),
        executed_fee=Amount(change.executed_fee),
    )


def open_orders_update(orders: Iterable[AnyOrder]) -> frames.OpenOrdersUpdate:
    """OPEN_ORDERS_UPDATE: here `quantity` is what remains."""
    rows = [
        frames.OpenOrderData(
            order_id=order.id,
            side=order.side.value,
            quantity=Amount(order.remaining),
            price=Amount(order.price),
            currency_pair=order.pair,
            created_at=moment(order.created_s),
            original_quantity=Amount(order.quantity),
            filled_percentage=filled_percentage(order),
            type=order.kind,
            status=_said(order),
            updated_at=moment(order.updated_s),
            time_in_force=order.tif.value,
            customer_order_id=order.customer_id,
            stop_price=_stop(order),
            allow_margin=False,
        )
        for order in orders
    ]
    return frames.OpenOrdersUpdate(data=rows)


def status_update(change: StatusChange) -> frames.OrderStatusUpdate:
    """ORDER_STATUS_UPDATE."""
    order = change.order
    data = frames.OrderStatusData(
        order_id=order.id,
        order_status_type=_said(order),
        currency_pair=order.pair,
        original_price=Amount(order.price),
        remaining_quantity=Amount(order.remaining),
        original_quantity=Amount(order.quantity),
        order_side=order.side.value,
        order_type=order.kind,
        order_updated_at=moment(order.updated_s),
        order_created_at=moment(order.created_s),
        failed_reason=order.failed_reason,
        time_in_force=order.tif.value,
        customer_order_id=order.customer_id,
        stop_price=_stop(order),
        executed_price=Amount(change.executed_price),
        executed_quantity=Amount(change.executed_quantity),
        executed_fee=Amount(change.executed_fee),
    )
    return frames.OrderStatusUpdate(data=data)


def processed(fact: facts.Processed) -> frames.OrderProcessed:
    """ORDER_PROCESSED."""
    data = frames.ProcessedData(
        order_id=fact.order.id,
        success=fact.success,
        failure_reason=fact.reason,
        customer_order_id=fact.order.customer_id,
    )
    return frames.OrderProcessed(data=data)


def cancel_failed(fact: facts.CancelFailed) -> frames.FailedCancelOrder:
    """FAILED_CANCEL_ORDER."""
    data = frames.FailedCancelData(message=CANCEL_FAILED, order_id=fact.order_id, customer_order_id=fact.customer_id)
    return frames.FailedCancelOrder(data=data)


def modify_outcome(fact: facts.ModifyOutcome) -> frames.ModifyOrderOutcome:
    """MODIFY_ORDER_OUTCOME."""
    data = frames.ModifyOutcomeData(
        success=fact.success,
        order_id=fact.order_id,
        customer_order_id=fact.customer_id,
        modify_request_id=fact.request_id,
    )
    return frames.ModifyOrderOutcome(data=data)


# ---- money ----------------------------------------------------------------------------------------------------------
class Worth(NamedTuple):
    """What a balance is worth in the currency that VALR reckons in: all of it, and as collateral (D)."""

    all: Amount | None = None
    weighted: Amount | None = None
    currency: str | None = None


UNSAID = Worth()


class Reckoning:
    """What balances are worth, by the pairs' reference prices: VALR's own are not known."""

    def __init__(self, pairs: Sequence[PairSpec], *, said: bool) -> None:
        self._prices = universe.worths(pairs, REFERENCE) if said else {}

    def worth(self, held: Balance) -> Worth:
        """To eight places, as VALR's samples have it; nothing of a currency that has no price."""
        price = self._prices.get(held.currency)
        if price is None:
            return UNSAID
        total = GRID.quantize(GRID.multiply(add(held.available, held.reserved), price), REFERENCE_STEP)
        weighted = multiply(total, Decimal(universe.weight_of(held.currency)))
        return Worth(Amount(total), Amount(weighted), REFERENCE)


def balance(held: Balance, worth: Worth = UNSAID) -> rest.Balance:
    """A row of the balances."""
    return rest.Balance(
        currency=held.currency,
        available=Amount(held.available),
        reserved=Amount(held.reserved),
        total=Amount(add(held.available, held.reserved)),
        updated_at=None if held.updated_s is None else moment(held.updated_s),
        lend_reserved=NOTHING,
        borrow_reserved=NOTHING,
        borrowed_amount=NOTHING,
        total_in_reference=worth.all,
        total_in_reference_weighted=worth.weighted,
        reference_currency=worth.currency,
    )


def balance_update(held: Balance, worth: Worth = UNSAID) -> frames.BalanceUpdate:
    """BALANCE_UPDATE."""
    data = frames.BalanceData(
        currency=currency_info(held.currency),
        available=Amount(held.available),
        reserved=Amount(held.reserved),
        total=Amount(add(held.available, held.reserved)),
        updated_at=None if held.updated_s is None else moment(held.updated_s),
        lend_reserved=NOTHING,
        borrow_collateral_reserved=NOTHING,
        borrowed_amount=NOTHING,
        total_in_reference=worth.all,
        total_in_reference_weighted=worth.weighted,
        reference_currency=worth.currency,
    )
    return frames.BalanceUpdate(data=data)
