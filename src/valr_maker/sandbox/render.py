"""Facts and orders into the messages of the wire (reference 3.5, 5.4). Pure translation; nothing is decided here."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache, lru_cache

from valr_maker.domain import Side
from valr_maker.sandbox import facts, universe
from valr_maker.sandbox.facts import (
    ZERO,
    Balance,
    CurrencySpec,
    Order,
    OrderView,
    OwnTrade,
    PairSpec,
    StatusChange,
    Trade,
)
from valr_maker.sandbox.money import GRID, add, multiply, subtract
from valr_maker.wire import account_frames as frames
from valr_maker.wire import market_frames, rest
from valr_maker.wire.text import Amount, iso_time

AnyOrder = Order | OrderView
Level = tuple[Decimal, Decimal, int]
"""Price, total quantity, number of orders."""

CANCEL_FAILED = "An error occurred while cancelling your order."
NOTHING = Amount(0)
HUNDRED, HUNDREDTH = Decimal(100), Decimal("0.01")
AVERAGE_STEP = Decimal("1E-10")
"""How finely an average price is shown."""
DECIMAL_PLACES = 8
"""Of a currency that the universe does not list."""

moment = lru_cache(8192)(iso_time)
"""A wall second as ISO text; the same few seconds are printed again and again."""


@lru_cache(1024)
def currency_info(currency: str) -> frames.CurrencyInfo:
    """A currency as account events describe it: the rand's symbol is R (D)."""
    spec = _currencies().get(currency) or CurrencySpec(currency, currency, currency, DECIMAL_PLACES)
    return frames.CurrencyInfo(
        symbol=spec.symbol,
        short_name=spec.short_name,
        long_name=spec.long_name,
        decimal_places=spec.decimals,
        is_active=True,
        supported_withdraw_decimal_places=spec.decimals,
        collateral=False,
        collateral_weight="0",
    )


@cache
def _currencies() -> dict[str, CurrencySpec]:
    return {spec.short_name: spec for spec in universe.currencies()}


# ---- public ---------------------------------------------------------------------------------------------------------
def pair(spec: PairSpec) -> rest.Pair:
    """One row of the pairs."""
    return rest.Pair(
        symbol=spec.symbol,
        base_currency=spec.base,
        quote_currency=spec.quote,
        short_name=f"{spec.base}/{spec.quote}",
        active=spec.active,
        min_base_amount=Amount(spec.min_base),
        max_base_amount=Amount(spec.max_base),
        min_quote_amount=Amount(spec.min_quote),
        max_quote_amount=Amount(spec.max_quote),
        tick_size=Amount(spec.tick),
        base_decimal_places=str(spec.base_decimals),
        margin_trading_allowed=False,
        currency_pair_type="SPOT",
    )


def book(pair: str, asks: Iterable[Level], bids: Iterable[Level], changed_s: float, sequence: int) -> rest.OrderBook:
    """An aggregated book."""
    return rest.OrderBook(
        asks=_levels(pair, Side.SELL, asks),
        bids=_levels(pair, Side.BUY, bids),
        last_change=moment(changed_s),
        sequence_number=sequence,
    )


def _levels(pair: str, side: Side, levels: Iterable[Level]) -> list[rest.BookLevel]:
    return [
        rest.BookLevel(
            side=side.value, quantity=Amount(total), price=Amount(price), currency_pair=pair, order_count=orders
        )
        for price, total, orders in levels
    ]


def full_side(orders: Sequence[AnyOrder]) -> list[rest.FullBookLevel]:
    """Every order of one side, best and oldest first."""
    rows: list[rest.FullBookLevel] = []
    place, last_price = 0, None
    for order in orders:
        place = place + 1 if order.price == last_price else 1
        last_price = order.price
        rows.append(
            rest.FullBookLevel(
                side=order.side.value,
                quantity=Amount(order.remaining),
                price=Amount(order.price),
                currency_pair=order.pair,
                id=order.id,
                position_at_price=place,
            )
        )
    return rows


def public_trade(trade: Trade) -> rest.PublicTrade:
    """One print of the trade history."""
    return rest.PublicTrade(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        taker_side=trade.taker_side.value,
        sequence_id=trade.sequence,
        id=trade.id,
        quote_volume=Amount(multiply(trade.price, trade.quantity)),
    )


def new_trade(trade: Trade) -> market_frames.NewTrade:
    """NEW_TRADE."""
    printed = market_frames.TradePrint(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        taker_side=trade.taker_side.value,
        id=trade.id,
    )
    return market_frames.NewTrade(pair=trade.pair, data=printed)


# ---- orders ---------------------------------------------------------------------------------------------------------
def filled_percentage(order: AnyOrder) -> str:
    """Always two decimals (D)."""
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
            status=order.status.value,
            updated_at=moment(order.updated_s),
            time_in_force=order.tif.value,
            customer_order_id=order.customer_id,
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


# ---- money ----------------------------------------------------------------------------------------------------------
def balance(held: Balance) -> rest.Balance:
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
    )


def balance_update(held: Balance) -> frames.BalanceUpdate:
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
    )
    return frames.BalanceUpdate(data=data)


def own_trade(own: OwnTrade) -> rest.OwnTrade:
    """A row of our trade history: a fee, or a reward in its place (D)."""
    trade, fee = own.trade, Amount(abs(own.fee))
    reward = own.fee < 0
    return rest.OwnTrade(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        side=own.side.value,
        order_id=own.order_id,
        id=trade.id,
        sequence_id=trade.sequence,
        fee=None if reward else fee,
        fee_currency=None if reward else own.fee_currency,
        maker_reward=fee if reward else None,
        maker_reward_currency=own.fee_currency if reward else None,
    )


def account_trade(own: OwnTrade) -> frames.NewAccountTrade:
    """NEW_ACCOUNT_TRADE."""
    trade, fee = own.trade, Amount(abs(own.fee))
    reward = own.fee < 0
    data = frames.AccountTradeData(
        price=Amount(trade.price),
        quantity=Amount(trade.quantity),
        currency_pair=trade.pair,
        traded_at=moment(trade.at_s),
        side=own.side.value,
        order_id=own.order_id,
        id=trade.id,
        fee=None if reward else fee,
        fee_currency=None if reward else own.fee_currency,
        maker_reward=fee if reward else None,
        maker_reward_currency=own.fee_currency if reward else None,
        customer_order_id=own.customer_id,
    )
    return frames.NewAccountTrade(pair=trade.pair, data=data)


def history_record(own: OwnTrade, spec: PairSpec) -> frames.NewAccountHistoryRecord:
    """NEW_ACCOUNT_HISTORY_RECORD of a match: the debit is exact, the credit is net of the fee (D)."""
    trade, total = own.trade, multiply(own.trade.price, own.trade.quantity)
    buys = own.side is Side.BUY
    paid, paid_in = (total, spec.quote) if buys else (trade.quantity, spec.base)
    received, received_in = (trade.quantity, spec.base) if buys else (total, spec.quote)
    if own.fee_currency == received_in:
        received = subtract(received, max(own.fee, ZERO))
    has_fee = own.fee > 0
    name = "Buy" if buys else "Sell"
    data = frames.HistoryRecordData(
        transaction_type=frames.TransactionKind(type=f"LIMIT_{name.upper()}", description=f"Limit {name}"),
        event_at=moment(trade.at_s),
        id=trade.id,
        debit_currency=currency_info(paid_in),
        debit_value=Amount(paid),
        credit_currency=currency_info(received_in),
        credit_value=Amount(received),
        fee_currency=currency_info(own.fee_currency) if has_fee else None,
        fee_value=Amount(own.fee) if has_fee else None,
        additional_info=frames.TransactionInfo(
            cost_per_coin=float(trade.price),  # the one amount that VALR prints as a JSON number
            cost_per_coin_symbol=currency_info(spec.quote).symbol,
            currency_pair_symbol=trade.pair,
            order_id=own.order_id,
        ),
    )
    return frames.NewAccountHistoryRecord(data=data)
