"""Order bodies, read leniently (reference 3.2, 3.3, 11.2): what a client wants, in the exchange's own terms."""

from decimal import Decimal

import msgspec

from valr_maker.domain import Side
from valr_maker.sandbox import bodies
from valr_maker.sandbox.changes import Change, Strategy
from valr_maker.sandbox.door import REPRICE_TICKS_MAX, expect_customer_id, expect_number
from valr_maker.sandbox.order import ZERO, Kind, NewOrder, Tif
from valr_maker.sandbox.refusals import Invalid
from valr_maker.wire.asked import BatchOrders, MarketOrder, ModifyOrder, SimpleOrder, StopLimitOrder
from valr_maker.wire.rest import CancelOrder, LimitOrder

BATCH_MAX = 20

_limit_orders = msgspec.json.Decoder(LimitOrder)
_market_orders = msgspec.json.Decoder(MarketOrder)
_stop_orders = msgspec.json.Decoder(StopLimitOrder)
_cancels = msgspec.json.Decoder(CancelOrder)
_changes = msgspec.json.Decoder(ModifyOrder)
_batches = msgspec.json.Decoder(BatchOrders)
_simple_orders = msgspec.json.Decoder(SimpleOrder)

Raw = bytes | msgspec.Raw


def limit_order(raw: Raw, *, strict: bool = False) -> NewOrder:
    """A limit order, its letters and numbers in order; the exchange judges the rest. Raises Rejected.

    `strict`: the side must be in upper case.
    """
    asked = bodies.read(_limit_orders, raw)
    post_only, reprice = bodies.flag("postOnly", asked.post_only), _ticks(asked)
    if reprice and post_only:
        raise Invalid.of("postOnlyReprice", "cannot be combined with postOnly")
    _expect_flags(asked)
    return NewOrder(
        pair=asked.pair.upper(),
        side=_side(asked.side, strict=strict),
        price=asked.price,
        quantity=asked.quantity,
        post_only=post_only or reprice > 0,
        tif=_tif(asked.time_in_force),
        customer_id=asked.customer_order_id,
        reprice_ticks=reprice,
    )


def _expect_flags(asked: LimitOrder | MarketOrder | StopLimitOrder) -> None:
    """The sandbox has no margin and no positions: only that they are booleans is looked at. Raises Rejected."""
    bodies.flag("allowMargin", asked.allow_margin)
    bodies.flag("reduceOnly", asked.reduce_only)


def _ticks(asked: LimitOrder) -> int:
    """0 unless post-only-reprice is asked for."""
    if not bodies.flag("postOnlyReprice", asked.post_only_reprice):
        return 0
    ticks = str(1 if asked.post_only_reprice_ticks is None else asked.post_only_reprice_ticks)
    if not (ticks.isascii() and ticks.isdigit() and len(ticks) <= bodies.DIGITS_MAX):
        raise Invalid.of("postOnlyRepriceTicks", "must be a whole number")
    if not 1 <= int(ticks) <= REPRICE_TICKS_MAX:
        raise Invalid.of("postOnlyRepriceTicks", f"must be between 1 and {REPRICE_TICKS_MAX}")
    return int(ticks)


def market_order(raw: Raw, *, strict: bool = False) -> NewOrder:
    """A market order: its amount is in base or in quote. Raises Rejected."""
    asked = bodies.read(_market_orders, raw)
    _expect_flags(asked)
    if (asked.base_amount is None) is (asked.quote_amount is None):
        raise Invalid.of("baseAmount", "exactly one of baseAmount and quoteAmount is needed")
    return NewOrder(
        pair=asked.pair.upper(),
        side=_side(asked.side, strict=strict),
        price=ZERO,
        quantity=ZERO if asked.base_amount is None else asked.base_amount,
        quote_amount=asked.quote_amount,
        tif=Tif.IOC,
        customer_id=asked.customer_order_id,
        sort=Kind.MARKET,
    )


def stop_order(raw: Raw, *, strict: bool = False) -> NewOrder:
    """A stop-limit order. Raises Rejected."""
    asked = bodies.read(_stop_orders, raw)
    _expect_flags(asked)
    kinds = {"STOP_LOSS_LIMIT": Kind.STOP_LOSS, "TAKE_PROFIT_LIMIT": Kind.TAKE_PROFIT}
    kind = kinds.get(asked.type.upper())
    if kind is None:
        raise Invalid.of("type", "must be STOP_LOSS_LIMIT or TAKE_PROFIT_LIMIT")
    return NewOrder(
        pair=asked.pair.upper(),
        side=_side(asked.side, strict=strict),
        price=asked.price,
        quantity=asked.quantity,
        tif=_tif(asked.time_in_force),
        customer_id=asked.customer_order_id,
        sort=kind,
        stop_price=asked.stop_price,
    )


def cancel(raw: Raw) -> CancelOrder:
    """Which order to cancel, by exactly one of its ids. Raises Rejected."""
    asked = bodies.read(_cancels, raw)
    asked.pair = asked.pair.upper()
    _expect_one_id(asked.order_id, asked.customer_order_id)
    return asked


def change(raw: Raw) -> Change:
    """What to change about which order. Raises Rejected."""
    asked = bodies.read(_changes, raw)
    if not asked.order_id and not asked.customer_order_id:
        raise Invalid.of("orderId", "orderId or customerOrderId is needed")
    expect_customer_id("customerOrderId", asked.customer_order_id)
    given = {
        "newPrice": asked.new_price,
        "newRemainingQuantity": asked.new_remaining_quantity,
        "newTotalQuantity": asked.new_total_quantity,
    }
    for name, value in given.items():
        if value is not None:
            expect_number(name, value)
    if asked.new_remaining_quantity is not None and asked.new_total_quantity is not None:
        raise Invalid.of("newTotalQuantity", "cannot be combined with newRemainingQuantity")
    if all(value is None for value in given.values()):
        raise Invalid.of("newPrice", "a new price or a new quantity is needed")
    strategy = (asked.modify_match_strategy or "").upper()
    if strategy not in set(Strategy):
        raise Invalid.of("modifyMatchStrategy", f"must be one of {', '.join(Strategy)}")
    return Change(
        asked.pair.upper(),
        asked.order_id or None,
        None if asked.order_id else asked.customer_order_id,
        asked.new_price,
        asked.new_remaining_quantity,
        asked.new_total_quantity,
        Strategy(strategy),
        (asked.customer_order_id or None) if asked.order_id else None,
    )


def batch(raw: Raw) -> BatchOrders:
    """One to twenty requests. Raises Rejected."""
    asked = bodies.read(_batches, raw)
    if not 1 <= len(asked.requests) <= BATCH_MAX:
        raise Invalid.of("requests", f"must be 1 to {BATCH_MAX} requests")
    expect_customer_id("customerBatchId", asked.customer_batch_id)
    return asked


def simple_order(raw: Raw, pair: str, *, base: str, quote: str) -> tuple[NewOrder, Decimal]:
    """A simple order and what it pays: a buy pays in quote, a sale in base (reference 3.2). Raises Rejected."""
    asked = bodies.read(_simple_orders, raw)
    side = _side(asked.side, strict=False)
    pays = quote if side is Side.BUY else base
    if asked.pay_in_currency.upper() not in ((pays, "R") if pays == "ZAR" else (pays,)):
        raise Invalid.of("payInCurrency", f"must be {pays} to {side.value}")
    expect_number("payAmount", asked.pay_amount)
    buys = side is Side.BUY
    wish = NewOrder(
        pair=pair,
        side=side,
        price=ZERO,
        quantity=ZERO if buys else asked.pay_amount,
        quote_amount=asked.pay_amount if buys else None,
        tif=Tif.FOK,
        sort=Kind.SIMPLE,
    )
    return wish, asked.pay_amount


def _side(given: str, *, strict: bool) -> Side:
    side = given.lower()
    if side not in ("buy", "sell") or (strict and given != given.upper()):
        raise Invalid.of("side", "must be BUY or SELL")
    return Side(side)


def _tif(given: str | None) -> Tif:
    tif = (given or "GTC").upper()
    if tif not in ("GTC", "IOC", "FOK"):
        raise Invalid.of("timeInForce", "must be GTC, IOC or FOK")
    return Tif(tif)


def _expect_one_id(order_id: str | None, customer_id: str | None) -> None:
    if bool(order_id) == bool(customer_id):
        raise Invalid.of("orderId", "exactly one of orderId and customerOrderId is needed")
