"""Frames of the account socket that VALR sends unasked (reference 5.4)."""

from decimal import Decimal

from msgspec import UNSET, Raw, UnsetType, field

from valr_maker.wire import rest
from valr_maker.wire.frames import Frame
from valr_maker.wire.rest import Body


class CurrencyInfo(Body):
    """A currency inside account events; use `short_name`: the rand's symbol is R (D)."""

    symbol: str
    short_name: str
    long_name: str
    decimal_places: int
    is_active: bool
    supported_withdraw_decimal_places: int | None = None
    collateral: bool | None = None
    collateral_weight: str | None = None


class BalanceData(Body):
    """As in REST, but `borrowCollateralReserved` here is `borrowReserved` there (D, C)."""

    currency: CurrencyInfo
    available: Decimal
    reserved: Decimal
    total: Decimal
    updated_at: str | None = None
    lend_reserved: Decimal | None = None
    borrow_collateral_reserved: Decimal | None = None
    borrowed_amount: Decimal | None = None
    total_in_reference: Decimal | None = None
    total_in_reference_weighted: Decimal | None = None
    reference_currency: str | None = None


class BalanceUpdate(Frame, tag="BALANCE_UPDATE"):
    """One currency changed; on connect, one frame a currency held (D)."""

    data: BalanceData


class OpenOrderData(Body):
    """An open order on the socket: `quantity` is what remains (D, C)."""

    order_id: str
    side: str
    quantity: Decimal
    price: Decimal
    currency_pair: str
    created_at: str
    original_quantity: Decimal
    filled_percentage: str
    type: str
    status: str
    updated_at: str
    time_in_force: str | None = None
    customer_order_id: str | None = None
    stop_price: Decimal | None = None
    allow_margin: bool | None = None


class OpenOrdersUpdate(Frame, tag="OPEN_ORDERS_UPDATE"):
    """All open orders of all pairs, every time (D, C). It may be older than the newest acknowledgement (C)."""

    data: list[OpenOrderData]


class ProcessedData(Body):
    """What became of a message the exchange had accepted (D)."""

    order_id: str
    success: bool
    failure_reason: str
    customer_order_id: str | None = None


class OrderProcessed(Frame, tag="ORDER_PROCESSED"):
    """The engine has looked at an order (D)."""

    data: ProcessedData


class OrderStatusData(rest.OrderStatus):
    """REST's order status with what this event executed (D, C)."""

    executed_price: Decimal | None = None
    executed_quantity: Decimal | None = None
    executed_fee: Decimal | None = None


class OrderStatusUpdate(Frame, tag="ORDER_STATUS_UPDATE"):
    """Filled, partly filled, failed, cancelled, expired, modified; none for an order that merely rests (C)."""

    data: OrderStatusData


class AccountTradeData(Body):
    """One of our fills (D, C). Frames from before 2024 lack the fee."""

    price: Decimal
    quantity: Decimal
    currency_pair: str
    traded_at: str
    side: str
    order_id: str
    id: str
    fee: Decimal | None = None
    fee_currency: str | None = None
    maker_reward: Decimal | None = None
    maker_reward_currency: str | None = None
    customer_order_id: str | None = None


class NewAccountTrade(Frame, tag="NEW_ACCOUNT_TRADE"):
    """A fill of ours (D, C)."""

    pair: str = field(name="currencyPairSymbol")
    data: AccountTradeData


class TransactionKind(Body):
    """LIMIT_BUY, LIMIT_SELL, ... and its description (D)."""

    type: str
    description: str


class TransactionInfo(Body):
    """What a record says beside the amounts: the first four of a trade, the rest of a transfer (D).

    `cost_per_coin` is a JSON number. Other types of transactions have other fields, which nobody here needs.
    """

    cost_per_coin: int | float | None = None
    cost_per_coin_symbol: str | None = None
    currency_pair_symbol: str | None = None
    order_id: str | None = None
    reason: str | None = None
    reason_description: str | None = None
    additional: str | None = None
    transfer_id: str | None = None


class HistoryRecordData(Body):
    """One line of the account's history: credit is net of fee, debit is price x quantity (D)."""

    transaction_type: TransactionKind
    event_at: str
    id: str
    debit_currency: CurrencyInfo | None = None
    debit_value: Decimal | None = None
    credit_currency: CurrencyInfo | None = None
    credit_value: Decimal | None = None
    fee_currency: CurrencyInfo | None = None
    fee_value: Decimal | None = None
    additional_info: TransactionInfo | None = None


class NewAccountHistoryRecord(Frame, tag="NEW_ACCOUNT_HISTORY_RECORD"):
    """A line was added to the account's history (D)."""

    data: HistoryRecordData


class FailedCancelData(Body):
    """Which cancel failed, and why (D)."""

    message: str
    order_id: str | None = None
    customer_order_id: str | None = None


class FailedCancelOrder(Frame, tag="FAILED_CANCEL_ORDER"):
    """A cancel that was accepted could not be done (D)."""

    data: FailedCancelData


class FailedOrder(Frame, tag="FAILED_ORDER"):
    """An accepted order failed (C, one source)."""

    data: FailedCancelData


class ModifyOutcomeData(Body):
    """Whether a change of an order was done (D)."""

    success: bool
    order_id: str | None = None
    customer_order_id: str | None = None
    modify_request_id: str | None = None


class ModifyOrderOutcome(Frame, tag="MODIFY_ORDER_OUTCOME"):
    """The end of a modify request (D)."""

    data: ModifyOutcomeData


class CancelOnDisconnectData(Body):
    """The text "true" or "false" (D)."""

    cancel_on_disconnect: str


class CancelOnDisconnectUpdate(Frame, tag="CANCEL_ON_DISCONNECT_UPDATE"):
    """The exchange will, or will not, cancel everything when this socket drops (D, experimental)."""

    data: CancelOnDisconnectData
    client_msg_id: str | None = None


class _Unread(Frame):
    """An account event that spot market making does not need: known, not looked into."""

    data: Raw | UnsetType = UNSET


class InstantOrderCompleted(_Unread, tag="INSTANT_ORDER_COMPLETED"):
    """A simple order's result (D)."""


class NewPendingReceive(_Unread, tag="NEW_PENDING_RECEIVE"):
    """A deposit is on its way (D)."""


class SendStatusUpdate(_Unread, tag="SEND_STATUS_UPDATE"):
    """A withdrawal moved on (D)."""


class MarginInfo(_Unread, tag="MARGIN_INFO"):
    """Margin figures, only when subscribed (D)."""


class LeverageUpdated(_Unread, tag="LEVERAGE_UPDATED"):
    """Futures (D)."""


class OpenPositionUpdate(_Unread, tag="OPEN_POSITION_UPDATE"):
    """Futures (D)."""


class ReducePosition(_Unread, tag="REDUCE_POSITION"):
    """Futures (D)."""


class PositionClosed(_Unread, tag="POSITION_CLOSED"):
    """Futures (D)."""


class AddConditionalOrder(_Unread, tag="ADD_CONDITIONAL_ORDER"):
    """Futures (D)."""


class RemoveConditionalOrder(_Unread, tag="REMOVE_CONDITIONAL_ORDER"):
    """Futures (D)."""
