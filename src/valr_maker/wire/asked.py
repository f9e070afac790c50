"""Bodies of the requests that a market maker does not need, but other clients send (reference 3.1 to 3.3).

They read what clients really send: numbers for amounts, "false" for booleans, null for absent.
"""

from decimal import Decimal

from msgspec import Raw

from valr_maker.wire.rest import Body


class MarketOrder(Body):
    """A market order: exactly one of the two amounts (D)."""

    side: str
    pair: str
    base_amount: Decimal | None = None
    quote_amount: Decimal | None = None
    customer_order_id: str | None = None
    allow_margin: bool | str | None = None
    reduce_only: bool | str | None = None


class StopLimitOrder(Body):
    """A limit order that waits for a price; `type` is STOP_LOSS_LIMIT or TAKE_PROFIT_LIMIT (D)."""

    side: str
    quantity: Decimal
    price: Decimal
    pair: str
    stop_price: Decimal
    type: str
    customer_order_id: str | None = None
    time_in_force: str | None = None
    allow_margin: bool | str | None = None
    reduce_only: bool | str | None = None


class ModifyOrder(Body):
    """A change of an open order: at most one of the two quantities (D; reference 3.3)."""

    pair: str
    order_id: str | None = None
    customer_order_id: str | None = None
    modify_match_strategy: str | None = None
    new_price: Decimal | None = None
    new_remaining_quantity: Decimal | None = None
    new_total_quantity: Decimal | None = None


class BatchRequest(Body):
    """One of a batch; `data` is the body of the single call (D)."""

    type: str
    data: Raw


class BatchOrders(Body):
    """Up to twenty requests at once (D)."""

    requests: list[BatchRequest]
    customer_batch_id: str | None = None


class SimpleOrder(Body):
    """Body of a quote and of the order that takes it (D)."""

    pay_in_currency: str
    pay_amount: Decimal
    side: str


class NewSubAccount(Body):
    """A sub-account to be (D)."""

    label: str


class RenamedSubAccount(Body):
    """A sub-account's new label (D)."""

    id: str | int
    label: str


class RemovedSubAccount(Body):
    """A sub-account that is to go (D)."""

    id: str | int


class Transfer(Body):
    """Money from one account of a family to another; the primary one is "0" (D)."""

    from_id: str | int
    to_id: str | int
    currency_code: str
    amount: Decimal
    allow_borrow: bool | str | None = None
