"""Bodies of REST requests and answers. VALR's spellings are aliases; ours are the attribute names.

Amounts are Decimal; on the way out wrap them in `text.Amount`. Absent optional fields are omitted, never null (D).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from valr_maker.wire.amounts import AbsurdAmount, Check, checker
from valr_maker.wire.codes import WireError
from valr_maker.wire.text import encode_amount

Answer = TypeVar("Answer")


class Body(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What every REST body has in common. A default means "may be absent" and is always None: it is not written."""


# ---- public ---------------------------------------------------------------------------------------------------------
class Pair(Body):
    """Trading rules of one pair (D, V; reference 2.2). `base_decimal_places` is a JSON string on the wire."""

    symbol: str
    base_currency: str
    quote_currency: str
    short_name: str
    active: bool
    min_base_amount: Decimal
    max_base_amount: Decimal
    min_quote_amount: Decimal
    max_quote_amount: Decimal
    tick_size: Decimal
    base_decimal_places: str
    margin_trading_allowed: bool | None = None
    currency_pair_type: str | None = None
    initial_margin_fraction: Decimal | None = None
    maintenance_margin_fraction: Decimal | None = None
    auto_close_margin_fraction: Decimal | None = None


class PairOrderTypes(Body):
    """Which order types a pair takes: LIMIT, LIMIT_POST_ONLY, MARKET, SIMPLE, ... (D)."""

    currency_pair: str
    order_types: list[str]


class ServerTime(Body):
    """The exchange's clock; `epoch_time` in seconds, `time` ISO with nanoseconds (D)."""

    epoch_time: int
    time: str


ONLINE, READ_ONLY = "online", "read-only"


class PlatformStatus(Body):
    """`online` or `read-only`; in the latter all but GET and OPTIONS answer 503 (D)."""

    status: str


class BookLevel(Body):
    """A price level of an aggregated book (D)."""

    side: str
    quantity: Decimal
    price: Decimal
    currency_pair: str
    order_count: int


class FullBookLevel(Body):
    """One order of a full book (D)."""

    side: str
    quantity: Decimal
    price: Decimal
    currency_pair: str
    id: str
    position_at_price: int


class OrderBook(Body, rename="pascal"):
    """Top 40 levels a side; PascalCase on the wire (D, V; reference 2.4). Asks rise, bids fall."""

    asks: list[BookLevel]
    bids: list[BookLevel]
    last_change: str
    sequence_number: int


class FullOrderBook(Body, rename="pascal"):
    """Every order (D, V; reference 2.5)."""

    asks: list[FullBookLevel]
    bids: list[FullBookLevel]
    last_change: str
    sequence_number: int


class PublicTrade(Body):
    """One print (D; reference 2.6). `sequence_id` passes 2^53."""

    price: Decimal
    quantity: Decimal
    currency_pair: str
    traded_at: str
    taker_side: str
    sequence_id: int
    id: str
    quote_volume: Decimal | None = None


# ---- account --------------------------------------------------------------------------------------------------------
class Balance(Body):
    """One currency; total = available + reserved + lend and borrow reserves - borrowed (D; reference 3.1)."""

    currency: str
    available: Decimal
    reserved: Decimal
    total: Decimal
    updated_at: str | None = None
    lend_reserved: Decimal | None = None
    borrow_reserved: Decimal | None = None
    borrowed_amount: Decimal | None = None
    total_in_reference: Decimal | None = None
    total_in_reference_weighted: Decimal | None = None
    reference_currency: str | None = None


class TradeFee(Body):
    """Fees in percent points: 0.08 is 0.08 %. Below zero is a reward; absent on pairs without a book (D)."""

    currency_pair: str
    maker_percentage: Decimal | None = None
    taker_percentage: Decimal | None = None
    simple_percentage: Decimal | None = None


class KeyInfo(Body):
    """What the key may do: `View access`, `Trade`, `Withdraw`, `Internal Transfer`, `Link bank account` (D)."""

    label: str
    permissions: list[str]
    added_at: str | None = None
    allowed_ip_address_cidr: str | None = None
    allowed_withdraw_address_list: list[dict[str, str]] | None = None
    is_sub_account: bool | None = None


class OwnTrade(Body):
    """One of our fills: a fee, or a maker reward when the rate is below zero (D; reference 3.1)."""

    price: Decimal
    quantity: Decimal
    currency_pair: str
    traded_at: str
    side: str
    order_id: str
    id: str
    sequence_id: int | None = None
    fee: Decimal | None = None
    fee_currency: str | None = None
    maker_reward: Decimal | None = None
    maker_reward_currency: str | None = None


# ---- orders ---------------------------------------------------------------------------------------------------------
class LimitOrder(Body):
    """Body of a limit order on REST and on the account socket (D; reference 3.2).

    Reads what clients really send: numbers for amounts, "false" for booleans, null for absent.
    """

    side: str
    quantity: Decimal
    price: Decimal
    pair: str
    post_only: bool | str | None = None
    customer_order_id: str | None = None
    time_in_force: str | None = None
    allow_margin: bool | str | None = None
    reduce_only: bool | str | None = None
    post_only_reprice: bool | str | None = None
    post_only_reprice_ticks: str | int | None = None


class CancelOrder(Body):
    """Body of a cancel: one of the two ids, never both (D; reference 3.4)."""

    pair: str
    order_id: str | None = None
    customer_order_id: str | None = None


class OrderId(Body):
    """A placed or cancelled order. On v1 it only means received (D)."""

    id: str
    customer_order_id: str | None = None


class CancelledOrder(Body):
    """One row of cancel-all (D)."""

    order_id: str


class OpenOrder(Body):
    """One row of the open orders (D; reference 3.5). The query ignores filters and is unsorted (C)."""

    order_id: str
    side: str
    remaining_quantity: Decimal
    price: Decimal
    currency_pair: str
    created_at: str
    original_quantity: Decimal
    filled_percentage: str
    updated_at: str
    status: str
    type: str
    time_in_force: str | None = None
    customer_order_id: str | None = None
    stop_price: Decimal | None = None
    allow_margin: bool | None = None


class OrderStatus(Body):
    """State of one order, live or finished (D; reference 3.5). `failed_reason` is "" when there is none."""

    order_id: str
    order_status_type: str
    currency_pair: str
    original_price: Decimal
    remaining_quantity: Decimal
    original_quantity: Decimal
    order_side: str
    order_type: str
    order_updated_at: str
    order_created_at: str
    failed_reason: str
    time_in_force: str | None = None
    customer_order_id: str | None = None
    stop_price: Decimal | None = None


class HistoryOrder(OrderStatus, kw_only=True):
    """A finished order with what it executed (D; reference 3.5)."""

    average_price: Decimal
    total: Decimal
    total_executed_quantity: Decimal
    total_fee: Decimal
    fee_currency: str


# ---- errors ---------------------------------------------------------------------------------------------------------
class FieldError(Body):
    """What is wrong with one field."""

    field: str
    message: str


class ValidationErrors(Body):
    """The list inside a validation failure."""

    errors: list[FieldError]


class Failure(Body):
    """Every error body: code below zero and words; v2 adds the id of an order that failed in the engine (D)."""

    code: int
    message: str
    order_id: str | None = None
    validation_errors: ValidationErrors | None = None


_encoder = msgspec.json.Encoder(enc_hook=encode_amount)
_decoders: dict[Any, tuple[msgspec.json.Decoder[Any], Check | None]] = {}


def encode(body: object) -> bytes:
    """The JSON of a body. Raises NotImplementedError for a Decimal subclass that is no `Amount`."""
    return _encoder.encode(body)


def decode(raw: bytes, answer: type[Answer]) -> Answer:
    """A typed answer. Raises WireError for anything else, HTML included; fields we do not know are left out."""
    known = _decoders.get(answer)
    if known is None:
        known = _decoders[answer] = msgspec.json.Decoder(answer), checker(answer)
    decoder, check = known
    try:
        decoded: Answer = decoder.decode(raw)
        if check:
            check(decoded)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, AbsurdAmount) as problem:
        raise WireError(f"not the answer we know ({problem})", raw) from problem
    return decoded


RawRow = msgspec.Raw
"""A row not read yet."""


def pairs(rows: Iterable[RawRow | Pair]) -> tuple[list[Pair], list[str]]:
    """Each row of `/v1/public/pairs` by itself, and a sentence for each that cannot be read: it spoils no other."""
    good: list[Pair] = []
    bad: list[str] = []
    for row in rows:
        try:
            good.append(row if isinstance(row, Pair) else decode(bytes(row), Pair))
        except WireError as problem:
            bad.append(f"a row of the pairs cannot be read: {problem}")
    return good, bad
