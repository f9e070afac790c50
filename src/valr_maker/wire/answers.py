"""Bodies of answers that a market maker does not read, but the exchange gives (reference 2, 3)."""

from decimal import Decimal

from msgspec import field

from valr_maker.wire.account_frames import TransactionInfo, TransactionKind
from valr_maker.wire.rest import Balance, Body, OrderStatus, ValidationErrors


# ---- public ---------------------------------------------------------------------------------------------------------
class Network(Body):
    """A chain that a currency can be sent over (D)."""

    network_type: str
    network_long_name: str
    deposit: bool
    withdraw: bool
    token_contract: str | None = None
    minimum_withdraw_amount: Decimal | None = None
    estimated_send_cost: Decimal | None = None


class Currency(Body):
    """A currency; decimals are JSON strings here, and numbers in frames (D; reference 2.1)."""

    symbol: str
    is_active: bool
    short_name: str
    long_name: str
    decimal_places: str
    withdrawal_decimal_places: str
    collateral: bool
    collateral_weight: str
    default_network_type: str | None = None
    supported_networks: list[Network] | None = None


class MarketSummary(Body):
    """A pair's last 24 hours (D, V; reference 2.3). An empty side prints "0"."""

    currency_pair: str
    ask_price: Decimal
    bid_price: Decimal
    last_traded_price: Decimal
    previous_close_price: Decimal
    base_volume: Decimal
    quote_volume: Decimal
    high_price: Decimal
    low_price: Decimal
    created: str
    change_from_previous: Decimal
    mark_price: Decimal


class Bucket(Body):
    """A candle (D; reference 2.7). Those of the mark price have no volumes."""

    currency_pair_symbol: str
    bucket_period_in_seconds: int
    start_time: str
    opened: Decimal = field(name="open")
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None = None
    quote_volume: Decimal | None = None


# ---- account --------------------------------------------------------------------------------------------------------
class SubAccount(Body):
    """A sub-account (D)."""

    label: str
    id: str


class CreatedSubAccount(Body):
    """The id of a new sub-account (D)."""

    id: str


class AccountBalances(Body):
    """One account of a family with its balances (D)."""

    account: SubAccount
    balances: list[Balance]


class Transaction(Body):
    """A line of the account's history: credit is net of fee, debit is price x quantity (D; reference 3.1)."""

    transaction_type: TransactionKind
    event_at: str
    id: str
    debit_currency: str | None = None
    debit_value: Decimal | None = None
    credit_currency: str | None = None
    credit_value: Decimal | None = None
    fee_currency: str | None = None
    fee_value: Decimal | None = None
    additional_info: TransactionInfo | None = None


class AccountTransactions(Body):
    """One sub-account with its lines of a time (D)."""

    id: str
    label: str
    transactions: list[Transaction]


class TransferId(Body):
    """The number of a transfer, where one is told (D)."""

    id: str


# ---- orders ---------------------------------------------------------------------------------------------------------
class OrderEvent(OrderStatus, kw_only=True):
    """One event of an order's life with what it executed (D; reference 3.5)."""

    executed_price: Decimal
    executed_quantity: Decimal
    executed_fee: Decimal


class ModifyFailure(Body):
    """The v2 answer to a change that was not made (D)."""

    modify_order_id: str
    code: int
    message: str
    order_id: str | None = None


class BatchError(Body):
    """Why one of a batch was not accepted (D)."""

    code: int
    message: str
    validation_errors: ValidationErrors | None = None


class BatchOutcome(Body):
    """What became of one of a batch: accepted means received (D)."""

    accepted: bool
    request_type: str | None = None
    order_id: str | None = None
    customer_order_id: str | None = None
    error: BatchError | None = None


class BatchOutcomes(Body):
    """In the order of the requests; `batch_id` passes 2^53. The customer's own id is not returned (D)."""

    outcomes: list[BatchOutcome]
    batch_id: int


class QuoteLevel(Body):
    """What a simple order would match with (D)."""

    price: Decimal
    quantity: Decimal


class SimpleQuote(Body):
    """What a simple order would give; `created_at` has no Z (D)."""

    currency_pair: str
    pay_amount: Decimal
    receive_amount: Decimal
    fee: Decimal
    fee_currency: str
    created_at: str
    id: str
    orders_to_match: list[QuoteLevel]
    slippage_percentage: Decimal | None = None


class InstantResult(Body):
    """What became of a simple order; `order_executed_at` has no Z (D)."""

    order_id: str
    success: bool
    paid_amount: Decimal
    paid_currency: str
    received_amount: Decimal
    received_currency: str
    fee_amount: Decimal
    fee_currency: str
    order_executed_at: str


class SimpleResult(InstantResult, kw_only=True):
    """The same over REST, at any time (D)."""

    processing: bool
