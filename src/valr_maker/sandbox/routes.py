"""Every route of the endpoint table, a function each (reference 2, 3). Refusals are raised as Rejected."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar
from urllib.parse import unquote

from valr_maker.sandbox import bodies, render
from valr_maker.sandbox.calls import JSON, Call, Later, Reply, Route, good, known_pair
from valr_maker.sandbox.exchange import REASON_CODES
from valr_maker.sandbox.facts import Order, OrderView, PairSpec, Status, Trade
from valr_maker.sandbox.refusals import BAD_REQUEST, NOT_FOUND, no
from valr_maker.wire import codes, endpoints, rest
from valr_maker.wire.endpoints import Endpoint
from valr_maker.wire.text import Amount

ONLINE, READ_ONLY = "online", "read-only"
ACCEPTED = 202
CREATED = 201
ORDER_TYPES = ["LIMIT_POST_ONLY", "LIMIT", "MARKET", "SIMPLE", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"]
"""As VALR lists them; of these the sandbox takes the first two."""
PAIRS_OF_TYPE = Endpoint(
    "pairs of a type", "GET", "/v1/public/pairs/{type}", False, endpoints.PUBLIC, True, list[rest.Pair]
)
"""Not in the client's table: it needs only the whole list."""

Served = TypeVar("Served", bound=Route)

_TABLE: list[tuple[Endpoint, Route]] = []


def _serves(*rows: Endpoint) -> Callable[[Served], Served]:
    def enter(route: Served) -> Served:
        _TABLE.extend((row, route) for row in rows)
        return route

    return enter


class Router:
    """Finds the route of a verb and a path; a path without placeholders comes before one with."""

    def __init__(self) -> None:
        self._fixed = {(row.verb, row.path): (row, route) for row, route in _TABLE if "{" not in row.path}
        self._open = [(row.verb, row.path.split("/"), (row, route)) for row, route in _TABLE if "{" in row.path]

    def find(self, verb: str, path: str) -> tuple[Endpoint, Route, Mapping[str, str]]:
        """Row, route and the parts of the path. Raises Rejected (404) when there is none."""
        if hit := self._fixed.get((verb, path)):
            return *hit, {}
        given = path.split("/")
        for row_verb, shape, (row, route) in self._open:
            if verb == row_verb and len(given) == len(shape):
                parts = {name[1:-1]: unquote(part) for name, part in zip(shape, given, strict=True) if name[:1] == "{"}
                if all(name[:1] == "{" or name == part for name, part in zip(shape, given, strict=True)):
                    return row, route, parts
        raise no(codes.INVALID_REQUEST, NOT_FOUND)  # the body of VALR's 404 for a path is not known


# ---- public ---------------------------------------------------------------------------------------------------------
@lru_cache(4)
def _pairs_body(specs: tuple[PairSpec, ...]) -> bytes:
    return rest.encode([render.pair(spec) for spec in specs])


@_serves(endpoints.PAIRS)
def pairs(call: Call) -> Reply:
    """All pairs, active or not."""
    return Reply(200, JSON, _pairs_body(tuple(call.exchange.pairs.values())))


@_serves(PAIRS_OF_TYPE)
def pairs_of_type(call: Call) -> Reply:
    """SPOT: all of ours; FUTURE: none."""
    kind = call.parts["type"].upper()
    if kind not in ("SPOT", "FUTURE"):
        raise no(codes.INVALID_REQUEST)
    return pairs(call) if kind == "SPOT" else good([])


@_serves(endpoints.ORDER_TYPES)
def order_types(call: Call) -> Reply:
    """What each pair takes; `includeInactivePairs` is true by default."""
    inactive_too = call.query.flag("includeInactivePairs", default=True)
    return good(
        [
            rest.PairOrderTypes(currency_pair=spec.symbol, order_types=_types_of(spec))
            for spec in call.exchange.pairs.values()
            if spec.active or inactive_too
        ]
    )


@_serves(endpoints.PAIR_ORDER_TYPES)
def pair_order_types(call: Call) -> Reply:
    """What this pair takes; nothing if it is inactive."""
    return good(_types_of(call.pair()))


def _types_of(spec: PairSpec) -> list[str]:
    return ORDER_TYPES if spec.active else []


@_serves(endpoints.SERVER_TIME)
def server_time(call: Call) -> Reply:
    """The exchange's clock."""
    return good(rest.ServerTime(epoch_time=int(call.now_s), time=render.moment(call.now_s)))


@_serves(endpoints.STATUS)
def status(call: Call) -> Reply:
    """Online or read-only."""
    return good(rest.PlatformStatus(status=READ_ONLY if call.read_only else ONLINE))


@_serves(endpoints.PUBLIC_BOOK, endpoints.BOOK)
def book(call: Call) -> Reply:
    """Top 40; an inactive pair has an empty book (V)."""
    pair = call.pair().symbol
    call.floor.watch(pair, call.now_s)
    return good(call.floor.book(pair, call.now_s))


@_serves(endpoints.PUBLIC_FULL_BOOK, endpoints.FULL_BOOK)
def full_book(call: Call) -> Reply:
    """Every order."""
    pair = call.pair().symbol
    call.floor.watch(pair, call.now_s)
    return good(call.floor.full_book(pair, call.now_s))


@_serves(endpoints.PUBLIC_TRADES, endpoints.MARKET_TRADES)
def public_trades(call: Call) -> Reply:
    """Prints, newest first."""
    query, pair = call.query, call.pair().symbol
    call.floor.watch(pair, call.now_s)
    start_s, end_s, page = query.second("startTime", 0.0), query.second("endTime", call.now_s), query.page()
    found = [trade for trade in call.exchange.public_trades(pair) if start_s <= trade.at_s <= end_s]
    found = _before(query.text("beforeId"), found)
    return good([render.public_trade(trade) for trade in found[page]])


def _before(trade_id: str, trades: list[Trade]) -> list[Trade]:
    ids = [trade.id for trade in trades]
    return trades[ids.index(trade_id) + 1 :] if trade_id in ids else trades


# ---- account --------------------------------------------------------------------------------------------------------
@_serves(endpoints.BALANCES)
def balances(call: Call) -> Reply:
    """Every currency, zeros included unless `excludeZeroBalances`."""
    exclude_zero = call.query.flag("excludeZeroBalances")
    held = call.exchange.accounts.balances(call.account.id, exclude_zero=exclude_zero)
    return good([render.balance(balance) for balance in held])


@_serves(endpoints.FEES)
def trade_fees(call: Call) -> Reply:
    """Percent points for every active pair."""
    rows = []
    for spec in call.exchange.pairs.values():
        if spec.active:
            maker, taker = call.exchange.fee_rates(call.account.id, spec.symbol)
            rows.append(
                rest.TradeFee(
                    currency_pair=spec.symbol,
                    maker_percentage=Amount(maker),
                    taker_percentage=Amount(taker),
                )
            )
    return good(rows)


@_serves(endpoints.KEY_INFO)
def key_info(call: Call) -> Reply:
    """What the key may do."""
    account = call.account
    return good(
        rest.KeyInfo(
            label=account.label,
            permissions=list(account.permissions),
            added_at=render.moment(account.created_s),
            is_sub_account=False,
        )
    )


@_serves(endpoints.TRADE_HISTORY)
def trade_history(call: Call) -> Reply:
    """Own trades, newest first."""
    query = call.query
    start_s, end_s = query.second("startTime", 0.0), query.second("endTime", call.now_s)
    own = [one for one in call.exchange.trades(call.account.id) if start_s <= one.trade.at_s <= end_s]
    return good([render.own_trade(one) for one in own[query.page()]])


@_serves(endpoints.PAIR_TRADE_HISTORY)
def pair_trade_history(call: Call) -> Reply:
    """Own trades of a pair, newest first."""
    own = call.exchange.trades(call.account.id, call.pair().symbol)
    return good([render.own_trade(one) for one in own[call.query.page()]])


# ---- orders ---------------------------------------------------------------------------------------------------------
def _accepted(call: Call) -> Order:
    new = bodies.limit_order(call.body)
    checked = call.exchange.check(call.account.id, new)
    call.floor.watch(checked.pair, call.now_s)
    return call.exchange.accept(call.account.id, checked, call.now_s)


@_serves(endpoints.PLACE_LIMIT_V1)
def place_v1(call: Call) -> Reply:
    """Received, not placed: the engine looks at it later."""
    order = _accepted(call)
    floor, order_id = call.floor, order.id

    def engine(due_s: float) -> None:
        floor.exchange.execute(order_id, due_s)
        floor.settle(due_s)

    answer = good(rest.OrderId(id=order_id, customer_order_id=order.customer_id), ACCEPTED)
    floor.later(floor.latency.outcome_s, call.now_s, engine)
    return answer


@_serves(endpoints.PLACE_LIMIT)
def place_v2(call: Call) -> Later:
    """The answer says what the engine did."""
    exchange, order_id = call.exchange, _accepted(call).id

    def finish(due_s: float) -> Reply:
        order = exchange.execute(order_id, due_s)
        if order.status is not Status.FAILED:
            return good(rest.OrderId(id=order_id), CREATED)
        code = REASON_CODES.get(order.failed_reason, codes.INVALID_REQUEST.number)
        return good(rest.Failure(code=code, message=order.failed_reason, order_id=order_id), BAD_REQUEST)

    return Later(finish)


@_serves(endpoints.CANCEL_ORDER_V1)
def cancel_v1(call: Call) -> Reply:
    """Received, not done; the body is empty."""
    asked = bodies.cancel(call.body)
    pair, floor, account = known_pair(call.exchange, asked.pair).symbol, call.floor, call.account.id

    def engine(due_s: float) -> None:
        floor.exchange.cancel(
            account, order_id=asked.order_id or None, customer_id=asked.customer_order_id, pair=pair, now_s=due_s
        )
        floor.settle(due_s)

    floor.later(floor.latency.outcome_s, call.now_s, engine)
    return Reply(ACCEPTED, {}, b"")


@_serves(endpoints.CANCEL_ORDER)
def cancel_v2(call: Call) -> Later:
    """Done, or -16; the id in the answer is the one that was sent."""
    asked = bodies.cancel(call.body)
    pair, exchange, account = known_pair(call.exchange, asked.pair).symbol, call.exchange, call.account.id

    def finish(due_s: float) -> Reply:
        order_id, customer_id = asked.order_id or None, asked.customer_order_id or None
        if exchange.cancel(account, order_id=order_id, customer_id=customer_id, pair=pair, now_s=due_s) is None:
            raise no(codes.ORDER_NOT_FOUND)
        return good(rest.OrderId(id=order_id or customer_id or ""))

    return Later(finish)


@_serves(endpoints.CANCEL_ALL, endpoints.CANCEL_PAIR)
def cancel_all(call: Call) -> Later:
    """Every open order, or those of a pair."""
    pair = call.pair().symbol if "pair" in call.parts else None
    exchange, account = call.exchange, call.account.id

    def finish(due_s: float) -> Reply:
        return good([rest.CancelledOrder(order_id=order_id) for order_id in exchange.cancel_all(account, pair, due_s)])

    return Later(finish)


@_serves(endpoints.OPEN_ORDERS)
def open_orders(call: Call) -> Reply:
    """All pairs; filters are ignored, as VALR does (C)."""
    return good([render.open_order(order) for order in call.exchange.open_orders(call.account.id)])


@_serves(endpoints.ORDER_BY_ID)
def order_by_id(call: Call) -> Reply:
    """One order in whatever state; -1 when there is none."""
    return _status_of(call.pair(), call.exchange.order(call.account.id, order_id=call.parts["id"]))


@_serves(endpoints.ORDER_BY_CUSTOMER_ID)
def order_by_customer_id(call: Call) -> Reply:
    """The same by our own id."""
    return _status_of(call.pair(), call.exchange.order(call.account.id, customer_id=call.parts["id"]))


def _status_of(spec: PairSpec, order: Order | None) -> Reply:
    if order is None or order.pair != spec.symbol:
        raise no(codes.INVALID_ORDER)
    return good(render.order_status(order))


@_serves(endpoints.ORDER_HISTORY)
def order_history(call: Call) -> Reply:
    """Finished orders, newest first; cancels without a fill are hidden unless asked for."""
    query, page = call.query, call.query.page()
    start_s, end_s = query.second("startTime", 0.0), query.second("endTime", call.now_s)
    statuses, wanted_pairs = query.words("statuses"), query.words("currencyPair")
    no_failures, all_cancels = query.flag("excludeFailures"), query.flag("showZeroVolumeCancels")

    def shown(order: OrderView) -> bool:
        if order.status is Status.CANCELLED and order.remaining == order.quantity and not all_cancels:
            return False
        if no_failures and order.status is Status.FAILED:
            return False
        word = order.status.value.upper().replace(" ", "_")
        return (
            (not statuses or word in statuses)
            and (not wanted_pairs or order.pair in wanted_pairs)
            and start_s <= order.updated_s <= end_s
        )

    found = [order for order in call.exchange.history(call.account.id) if shown(order)]
    return good([render.history_order(order) for order in found[page]])
