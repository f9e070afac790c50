"""The private half of the connector: balances, the state of orders, fills, by socket and by REST.

A part of `ValrExchange`, kept in a file of its own. An order leaves Hummingbot's list only by the exchange's own word:
an error is a question that stays open.
"""

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from cachetools import TTLCache
from hummingbot.core.data_type.in_flight_order import InFlightOrder, OrderState, OrderUpdate, TradeUpdate

from valr_maker.gateway.client import UNANSWERED, Refused
from valr_maker.gateway.order_entry import cancel_order
from valr_maker.market.balances import Balances
from valr_maker.orders import reconcile
from valr_maker.orders.reconcile import Row
from valr_maker.wire import account_frames as frames
from valr_maker.wire import endpoints, rest, stream
from valr_maker.wire.codes import WireError
from valr_maker.wire.stream import Unknown

from .orders import executed, order_update, time_of, trade_update, update_of_status

PAGE, PAGES_MAX = 100, 5
OWED_FIRST_S, OWED_MAX_S = 3.0, 60.0
ENDED = (OrderState.CANCELED, OrderState.FILLED, OrderState.FAILED)


class AccountSide:
    """What the connector knows of the account. `self` is always a ValrExchange."""

    def _clear_account(self: Any) -> None:
        self._balances = Balances()
        self.balance_problem = self._balance_problem_told = ""
        self._unknown_told: set[str] = set()
        self._ended: TTLCache[str, bool] = TTLCache(maxsize=10_000, ttl=3600.0)
        self._traded: TTLCache[str, Decimal] = TTLCache(maxsize=1_000, ttl=3600.0)
        """By client id, how much of an order VALR has said to be traded, where that was more than its fills add up to."""
        self._owed_asks: dict[str, int] = {}
        self._told: TTLCache[str, str] = TTLCache(maxsize=1_000, ttl=3600.0)

    # ---- balances ---------------------------------------------------------------------------------------------------
    async def _update_balances(self: Any) -> None:
        """All of them, zeros included: an empty account is an answer too."""
        try:
            rows = await self.line.client.call(endpoints.BALANCES)
        except UNANSWERED as problem:
            self.balance_problem = str(problem)
            raise
        self.balance_problem = ""
        self._balances.take_all(rows, self.line.clock.monotonic_s())
        named = {row.currency for row in rows}
        for gone in set(self._account_balances) - named:
            del self._account_balances[gone]
            self._account_available_balances.pop(gone, None)
        self._show(named)
        if not named:  # an account that never held anything: that is an answer too
            self.balances_from_stream()

    def _show(self: Any, currencies: Iterable[str]) -> None:
        for currency in currencies:
            holding = self._balances[currency]
            self._account_balances[currency] = holding.total
            self._account_available_balances[currency] = holding.available

    def balances_from_stream(self: Any) -> None:
        """All that is held has been listed: what was not named of the configured pairs is zero."""
        if self._balances.known:
            self._show({currency for pair in self.trading_pairs for currency in pair.split("-")})

    # ---- the account socket -----------------------------------------------------------------------------------------
    async def _user_stream_event_listener(self: Any) -> None:
        async for message in self._iter_user_event_queue():
            try:
                self.take(stream.read(message) if isinstance(message, (str, bytes)) else message)
            except asyncio.CancelledError:
                raise
            except Exception:  # the next message must be read whatever this one was
                self.logger().exception("Unexpected error in user stream listener loop.")
                self.keeper.want_everything()

    def take(self: Any, message: Any) -> None:  # noqa: C901  # a table of the socket's messages
        """One message of the account socket."""
        self.desk.heard(message)
        match message:
            case frames.BalanceUpdate(data=data):
                self._balances.take_one(data, self.line.clock.monotonic_s())
                self._show([data.currency.short_name])
                self.keeper.balance_heard()
            case frames.OpenOrdersUpdate(data=rows):
                self._balances.burst_complete(self.line.clock.monotonic_s())
                if not self._account_balances:
                    self.balances_from_stream()
                self.keeper.listed(reconcile.from_stream(rows))
            case frames.OrderProcessed(data=data):
                self._processed(data)
            case frames.OrderStatusUpdate(data=data):
                self.status_told(data)
            case frames.NewAccountTrade(data=data):
                self._filled(data)
            case frames.FailedCancelOrder(data=data):
                order = self.find_updatable(data.customer_order_id, data.order_id)
                if order is not None:
                    self.keeper.chase(order.client_order_id)
            case frames.FailedOrder(data=data):
                self._failed(self.find_updatable(data.customer_order_id, data.order_id), data.order_id, data.message)
            case Unknown(type=kind) if kind not in self._unknown_told:
                self._unknown_told.add(kind)
                self.logger().info(f"VALR sends {kind}, which this connector does not know; it is left alone")
            case _:
                pass

    def _processed(self: Any, data: frames.ProcessedData) -> None:
        order = self.find_updatable(data.customer_order_id, data.order_id)
        if not data.success:
            self._failed(order, data.order_id, data.failure_reason)
        elif order is not None and (order.is_pending_create or order.exchange_order_id is None):
            self._rests(order, data.order_id)

    def _failed(self: Any, order: InFlightOrder | None, order_id: str | None, why: str) -> None:
        if order is not None:
            at_s = self.line.clock.wall_s()
            self._apply(order, order_update(order, OrderState.FAILED, at_s, order_id, why or "failed at VALR"))

    def _rests(self: Any, order: InFlightOrder, order_id: str) -> None:
        """Never a step back: an order that is partly filled, or ended, stays so."""
        state = OrderState.OPEN if order.is_pending_create else order.current_state
        self._apply(order, order_update(order, state, self.line.clock.wall_s(), order_id))

    def seen_resting(self: Any, order: InFlightOrder, row: Row) -> None:
        """An order of ours is in a list of the open orders."""
        self._answered(order.client_order_id)
        if order.is_pending_create or order.exchange_order_id is None:
            self._rests(order, row.order_id)
        self._owes(order, order.amount - row.remaining)

    def status_told(self: Any, status: rest.OrderStatus) -> None:
        """The exchange's word on one order."""
        order = self.find_updatable(status.customer_order_id, status.order_id)
        if order is None:
            return
        update = update_of_status(order, status)
        if update is None:
            text = f"order {order.client_order_id} is {status.order_status_type!r}, which is not known; asking again"
            self.logger().warning(text)
            self.keeper.chase(order.client_order_id, after_s=3.0)
            return
        self._owes(order, executed(status))
        self._answered(order.client_order_id)
        if update.new_state is OrderState.OPEN:
            if order.is_pending_create or order.exchange_order_id is None:
                self._rests(order, status.order_id)
        else:
            self._apply(order, update)

    def _answered(self: Any, cid: str) -> None:
        """The exchange has said where an order stands."""
        self.keeper.settled(cid)
        self._order_tracker.answered(cid)
        self._told.pop(cid, None)

    def _tell_once(self: Any, about: str, text: str) -> None:
        """A warning, unless it is what was said last about the same thing: an outage is no reason to fill the disk."""
        if self._told.get(about) != text:
            self._told[about] = text
            self.logger().warning(text)

    def _owes(self: Any, order: InFlightOrder, traded: Decimal) -> None:
        """More has been traded than we know fills of: they are asked for until they add up."""
        if traded > order.executed_amount_base:
            self._traded[order.client_order_id] = traded
            self.keeper.want_fills(order.trading_pair)

    def _apply(self: Any, order: InFlightOrder, update: OrderUpdate) -> None:
        cid, ends = order.client_order_id, update.new_state in ENDED
        if not ends and cid in self._ended:
            return  # Hummingbot carries updates out a moment later, and would let an ended order rise again
        if ends:
            self._ended[cid] = True
            self.keeper.ended(cid)
            self.desk.ended(cid, cancelled=update.new_state is OrderState.CANCELED)
        self._order_tracker.process_order_update(update)

    def _filled(self: Any, row: rest.OwnTrade | frames.AccountTradeData) -> None:
        cid = getattr(row, "customer_order_id", None)
        order = self._fillable(cid, row.order_id)
        if order is not None:
            self._order_tracker.process_trade_update(self._trade(order, row))
        elif any(one.exchange_order_id is None for one in self.in_flight_orders.values()):
            pair = self.pair_of(row.currency_pair)  # it may be of an order whose id has not come yet
            if pair is not None:
                self.keeper.want_fills(pair)

    def _trade(self: Any, order: InFlightOrder, row: rest.OwnTrade | frames.AccountTradeData) -> TradeUpdate:
        return trade_update(order, row, self.trade_fee_schema())

    # ---- who is who -------------------------------------------------------------------------------------------------
    def find_updatable(self: Any, cid: str | None, order_id: str | None) -> InFlightOrder | None:
        """An active or lost order, by either id."""
        return _find(self._order_tracker.all_updatable_orders, cid, order_id)

    def _fillable(self: Any, cid: str | None, order_id: str | None) -> InFlightOrder | None:
        return _find(self._order_tracker.all_fillable_orders, cid, order_id)

    def fillable_orders(self: Any) -> list[InFlightOrder]:
        """Orders that may still get a fill: active, lost, or lately ended."""
        return list(self._order_tracker.all_fillable_orders.values())

    def is_ours(self: Any, row: Row) -> bool:
        """Whether an order was placed by this bot, in this run or an earlier one, on a pair it trades."""
        ours = row.cid is not None and row.cid.startswith(self.client_order_id_prefix)
        return ours and self.pair_of(row.pair) is not None

    # ---- polling ----------------------------------------------------------------------------------------------------
    def _get_poll_interval(self: Any, timestamp: float) -> float:
        """Often while there is no account socket."""
        return self.LONG_POLL_INTERVAL if self.user_stream.alive else self.SHORT_POLL_INTERVAL

    async def _status_polling_loop_fetch_updates(self: Any) -> None:
        await asyncio.gather(self.fetch_balances(), self._update_order_status())

    async def _update_all_balances(self: Any) -> None:
        await self.fetch_balances()

    async def fetch_balances(self: Any) -> None:
        """All balances; a failure is told when it is a new one, and tried again soon."""
        try:
            await self._update_balances()
        except UNANSWERED as problem:
            self.keeper.want_balances()
            if self._balance_problem_told != str(problem):
                self.logger().warning(f"balances could not be fetched: {problem}; asking again")
        self._balance_problem_told = self.balance_problem

    async def fetch_open_orders(self: Any) -> set[str] | None:
        """All open orders in one request. Returns the exchange's ids; None when it gave no answer."""
        try:
            rows = await self.line.client.call(endpoints.OPEN_ORDERS)
        except UNANSWERED as problem:
            self.keeper.polling_problem = str(problem)
            return None
        self.keeper.polled_s, self.keeper.polling_problem = self.line.clock.monotonic_s(), ""
        self.keeper.listed(reconcile.from_rest(rows))
        return {row.order_id for row in rows}

    async def _update_orders(self: Any) -> None:
        """One list for all; only those that are not in it are asked for one by one."""
        asked = list(self.in_flight_orders.values())
        listed = await self.fetch_open_orders() or set()
        for order in asked:
            if order.exchange_order_id not in listed and order.client_order_id in self.in_flight_orders:
                await self.ask_about(order.client_order_id)

    async def ask_about(self: Any, cid: str) -> None:
        """A targeted question about one order."""
        order = self.in_flight_orders.get(cid)
        if order is None:
            return
        try:
            self.status_told(await self._status_of(order))
        except UNANSWERED as problem:
            await self._handle_update_error_for_active_order(order, problem)

    async def _request_order_status(self: Any, tracked_order: InFlightOrder) -> OrderUpdate:
        status = await self._status_of(tracked_order)
        update = update_of_status(tracked_order, status)
        if update is None:
            raise WireError(
                f"order {tracked_order.client_order_id} is {status.order_status_type!r}, which is not known"
            )
        self._order_tracker.answered(tracked_order.client_order_id)
        return update

    async def _status_of(self: Any, order: InFlightOrder) -> rest.OrderStatus:
        """Its state now, or how it ended: VALR may forget to show a finished order where it shows live ones."""
        place = {"pair": self.symbol_of(order.trading_pair), "id": order.client_order_id}
        try:
            status: rest.OrderStatus = await self.line.client.call(endpoints.ORDER_BY_CUSTOMER_ID, parts=place)
        except Refused as problem:
            if order.exchange_order_id is None or not self._is_order_not_found_during_status_update_error(problem):
                raise
            finished = await self._finished(order)
            if finished is None:
                raise
            return finished
        return status

    async def _finished(self: Any, order: InFlightOrder) -> rest.HistoryOrder | None:
        query = {"currencyPair": self.symbol_of(order.trading_pair), "showZeroVolumeCancels": "true"}
        try:
            rows = await self.line.client.call(endpoints.ORDER_HISTORY, query=query)
        except UNANSWERED:
            return None  # then "not found" is all that is known
        return next((row for row in rows if row.order_id == order.exchange_order_id), None)

    async def _handle_update_error_for_active_order(self: Any, order: InFlightOrder, error: Exception) -> None:
        """Only the exchange's "there is no such order", late enough and several times, ends an order."""
        cid = order.client_order_id
        if not self._is_order_not_found_during_status_update_error(error):
            self._order_tracker.in_doubt(cid)
            text = f"the status of order {cid} is not known ({error}); it counts as live, and is asked for again"
            self._tell_once(cid, text)
            self.keeper.chase(cid, after_s=1.0)
        elif not self.keeper.is_young(cid) or order.exchange_order_id is not None:
            self.logger().warning(f"VALR does not find order {cid}: {error}")
            self.keeper.chase(cid, after_s=1.0)
            await self._order_tracker.process_order_not_found(cid)
        else:
            self.keeper.chase(cid, after_s=1.0)

    # ---- fills ------------------------------------------------------------------------------------------------------
    async def _update_orders_fills(self: Any, orders: list[InFlightOrder]) -> None:
        """One request a pair, not an order."""
        for pair in dict.fromkeys(order.trading_pair for order in orders):
            await self.fetch_fills(pair)

    async def fetch_fills(self: Any, trading_pair: str) -> None:
        """Fills that the socket did not bring, from the trade history; each counts once."""
        orders = [order for order in self.fillable_orders() if order.trading_pair == trading_pair]
        if not orders:
            return
        try:
            rows = await self._trades_since(trading_pair, min(order.creation_timestamp for order in orders))
        except UNANSWERED as problem:
            self._tell_once(trading_pair, f"fills of {trading_pair} could not be fetched: {problem}; asking again")
            self.keeper.want_fills(trading_pair, after_s=3.0)
            return
        self._told.pop(trading_pair, None)
        for row in reversed(rows):
            self._filled(row)
        if any(self._traded.get(order.client_order_id, 0) > order.executed_amount_base for order in orders):
            asks = self._owed_asks[trading_pair] = self._owed_asks.get(trading_pair, 0) + 1  # the history lags
            self.keeper.want_fills(trading_pair, after_s=min(OWED_MAX_S, OWED_FIRST_S * 2.0 ** min(asks - 1, 16)))
        else:
            self._owed_asks.pop(trading_pair, None)

    async def _trades_since(self: Any, trading_pair: str, since_s: float) -> list[rest.OwnTrade]:
        """Newest first, back to a time, and no further than a few pages."""
        found: list[rest.OwnTrade] = []
        for page in range(PAGES_MAX):
            query = {"limit": str(PAGE)} | ({"skip": str(page * PAGE)} if page else {})
            place = {"pair": self.symbol_of(trading_pair)}
            rows = await self.line.client.call(endpoints.PAIR_TRADE_HISTORY, parts=place, query=query)
            found += rows
            if len(rows) < PAGE or time_of(rows[-1].traded_at) < since_s:
                break
        return found

    async def _all_trade_updates_for_order(self: Any, order: InFlightOrder) -> list[TradeUpdate]:
        rows = await self._trades_since(order.trading_pair, order.creation_timestamp)
        return [self._trade(order, row) for row in rows if row.order_id == order.exchange_order_id]

    # ---- cancels of our own accord ----------------------------------------------------------------------------------
    async def cancel_now(self: Any, order: InFlightOrder) -> None:
        """Cancel an order as Hummingbot would, but without a trace in the log when it fails: it is tried again."""
        try:
            await self._execute_order_cancel_and_process_update(order)
        except UNANSWERED as problem:
            self._tell_once(
                f"cancel {order.client_order_id}",
                f"order {order.client_order_id} could not be cancelled yet: {problem}; trying again",
            )

    async def cancel_stray(self: Any, row: Row) -> None:
        """Cancel an order that Hummingbot does not know."""
        try:
            await self.line.client.call(endpoints.CANCEL_ORDER, body=cancel_order(row.pair, "", row.order_id))
        except UNANSWERED as problem:
            self.logger().warning(f"order {row.order_id} could not be cancelled yet: {problem}")


def _find(orders: dict[str, InFlightOrder], cid: str | None, order_id: str | None) -> InFlightOrder | None:
    known = orders.get(cid or "")
    if known is not None or order_id is None:
        return known
    return next((order for order in orders.values() if order.exchange_order_id == order_id), None)
