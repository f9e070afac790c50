"""The private half: balances, our own orders as the exchange tells them, fills, and what is still unclear."""

from collections import deque
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from valr_maker.domain import Market, Side, Slot
from valr_maker.engine import readiness as parts
from valr_maker.engine.messages import Ask, Cancel, Command, Reconnect, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import Readiness, Standing
from valr_maker.events import Note, Weight
from valr_maker.market.balances import Balances
from valr_maker.orders import client_id, reconcile
from valr_maker.orders.own import Fill, OwnOrder, OwnOrders
from valr_maker.orders.states import Event, ImpossibleStep, State
from valr_maker.wire import account_frames as frames
from valr_maker.wire import rest
from valr_maker.wire.frames import Pong
from valr_maker.wire.sign import Stream

POLL_EVERY_S = 3.0
POLLED_MAX_S = 12.0
FILLS_WITHIN_S = 120.0
"""So long a fill that is known only from an order's status is looked for in the trade history."""
FILLS_SHOWN = 50
LONG_LOST_S = float("-inf")
"""When a refused cancel was sent: it is as lost as can be, but the order is asked for before it is cancelled again."""


class Finished(NamedTuple):
    """An order of ours that has just ended."""

    order: OwnOrder
    state: State


class AccountWatch:
    """Balances, orders and fills of one bot on one pair. Methods take what was heard and return commands."""

    def __init__(self, pair: Market, bot: str, session: str, readiness: Readiness, questions: Questions) -> None:
        self.pair, self.symbol, self.bot, self.session = pair, pair.symbol, bot, session
        self.balances = Balances()
        self.orders = OwnOrders()
        self.fills: deque[Fill] = deque(maxlen=FILLS_SHOWN)
        self.fill_count = 0
        self.others_open = 0
        """Open orders of the account that are not this bot's."""
        self.leftovers: dict[str, float] = {}
        """Orders of an earlier session that still rest: exchange id to when their cancel was last sent."""
        self.orders_known = False
        self.awaiting_balance_since_s: float | None = None
        """Set when an order ended and its money has not been reported back yet."""
        self._owed: set[str] = set()
        """The currencies whose balances that will be."""
        self.ended: list[Finished] = []
        """What ended since this was last emptied; the engine tells the strategy."""
        self._readiness, self._questions = readiness, questions
        self._stream_up = False
        self._polled_s: float | None = None
        self._untold: dict[str, float] = {}
        """Orders that have traded more than the fills we know of, and since when."""
        self._heard_s = float("-inf")
        """When the stream last told anything about the account."""

    def start(self, now_s: float) -> None:
        """Both roads at once: whichever comes first serves."""
        for what in (What.BALANCES, What.OPEN_ORDERS):
            self._questions.want(Ask(what), now_s)
        self._readiness.set(parts.STREAM, Standing.WAITING, now_s, "the account stream is not connected yet")
        self._readiness.set(parts.BALANCE, Standing.WAITING, now_s, "no answer yet")

    # ---- stream -----------------------------------------------------------------------------------------------------
    def stream_up(self, now_s: float) -> list[Command]:
        """Logged in. What happened while it was away is asked for; fills are counted once anyway."""
        self._stream_up = True
        self._readiness.set(parts.STREAM, Standing.READY, now_s, "streaming")
        self._questions.want(Ask(What.OPEN_ORDERS), now_s)
        if self.orders.placed:
            self._questions.want(Ask(What.TRADES), now_s)
        if self.balances.known:  # the stream lists what is held; what was spent to zero meanwhile it need not name
            self._questions.want(Ask(What.BALANCES), now_s)
        return []

    def stream_down(self, why: str, now_s: float) -> list[Command]:
        """The account is blind from here on, until the stream is back or polling has taken over."""
        was_up, self._stream_up = self._stream_up, False
        if was_up:  # a failed reconnect takes nothing away from what polling has brought since
            self._polled_s = None
        self._readiness.error(parts.STREAM, why)
        ever = self._readiness[parts.STREAM].ready_after_s is not None
        if not self._readiness[parts.STREAM].standing.usable or was_up:
            self._readiness.set(parts.STREAM, Standing.BLIND if ever else Standing.WAITING, now_s, why)
        return [self._warn(now_s, f"account stream lost: {why}; reconnecting")] if was_up else []

    def frame(self, message: Any, now_s: float) -> list[Command]:
        """One event of the account stream."""
        if isinstance(message, Pong):  # a line that lives may still tell nothing
            return []
        self._heard_s = now_s
        match message:
            case frames.BalanceUpdate(data=data):
                self._balance(data, now_s)
            case frames.OpenOrdersUpdate(data=rows):
                self.balances.burst_complete(now_s)
                self._judge_balances(now_s)
                return self.snapshot(reconcile.from_stream(rows), now_s)
            case frames.OrderProcessed(data=data):
                self._processed(data, now_s)
            case frames.OrderStatusUpdate(data=data) if data.currency_pair == self.symbol:
                return self.status(data, now_s)
            case frames.NewAccountTrade(data=data) if data.currency_pair == self.symbol:
                self._fill(data, data.customer_order_id, now_s)
            case frames.FailedCancelOrder(data=data):
                self.cancel_failed(self._named(data.customer_order_id, data.order_id), now_s)
            case frames.FailedOrder(data=data):
                self._step(self._named(data.customer_order_id, data.order_id), Event.FAILED, now_s, data.message)
            case _:
                pass
        return []

    def _processed(self, data: frames.ProcessedData, now_s: float) -> None:
        order = self._named(data.customer_order_id, data.order_id)
        if not data.success:
            self._step(order, Event.FAILED, now_s, data.failure_reason)
            return
        self._step(order, Event.RESTS, now_s)
        if order is not None:
            self._lost_and_found(order, data.order_id, now_s)

    def _balance(self, data: frames.BalanceData, now_s: float) -> None:
        self.balances.take_one(data, now_s)
        self._owed.discard(data.currency.short_name)
        if not self._owed:
            self.awaiting_balance_since_s = None

    # ---- answers ----------------------------------------------------------------------------------------------------
    def all_balances(self, rows: list[rest.Balance], now_s: float) -> list[Command]:
        """The whole account by REST."""
        ended_s, self.awaiting_balance_since_s = self.awaiting_balance_since_s, None
        self._owed.clear()
        self.balances.take_all(rows, now_s)
        self._judge_balances(now_s)
        silent = ended_s is not None and self._heard_s < ended_s < now_s - reconcile.BALANCE_WITHIN_S
        if not (self._stream_up and silent):
            return []
        return [Reconnect(Stream.ACCOUNT, "an order ended and the stream did not tell")]

    def open_orders(self, rows: list[rest.OpenOrder], now_s: float) -> list[Command]:
        """The open orders by REST."""
        if not self._stream_up:
            self._polled_s = now_s
        return self.snapshot(reconcile.from_rest(rows), now_s)

    def snapshot(self, rows: Iterable[reconcile.Row], now_s: float) -> list[Command]:
        """All open orders, by either road. It may be older than our newest order: absence proves nothing."""
        verdict = reconcile.compare(rows, self.orders, self.symbol, self.bot)
        self.others_open = verdict.others
        self.orders_known = True
        for order, row in verdict.resting:
            self.orders.name(order, row.order_id)
            self._remaining(order, row.remaining)
            self._step(order, Event.RESTS, now_s)
        for order in verdict.missing:
            self._questions.want(Ask(What.ORDER, order.cid), now_s, after_s=0.5)
        return self._take_leftovers(verdict.leftovers, now_s)

    def _take_leftovers(self, rows: list[reconcile.Row], now_s: float) -> list[Command]:
        """Cancel what an earlier session left behind, and again whatever a lost cancel left there."""
        before, self.leftovers = self.leftovers, {}
        due: list[reconcile.Row] = []
        for row in rows:
            if (order := self.orders.find(row.cid)) is not None:
                self.orders.name(order, row.order_id)  # its fills count
            cancelled_s = before.get(row.order_id)
            if cancelled_s is None or now_s - cancelled_s > reconcile.CANCEL_WITHIN_S:
                due.append(row)
                cancelled_s = now_s
            self.leftovers[row.order_id] = cancelled_s
        if not due:
            return []
        text = f"{len(due)} orders of an earlier session rest: cancelling them first"
        return [self._warn(now_s, text), *(Cancel(row.cid or "", row.order_id) for row in due)]

    def status(self, data: rest.OrderStatus, now_s: float) -> list[Command]:
        """The exchange's word on one order, by the stream or to a targeted question."""
        order = self._named(data.customer_order_id, data.order_id)
        event = reconcile.event_of(data)
        if order is not None and event in (Event.RESTS, Event.FILL_PART):
            self._lost_and_found(order, data.order_id, now_s)
        if order is None or data.order_id in self.leftovers:
            if event not in (None, Event.RESTS, Event.FILL_PART):
                self.leftovers.pop(data.order_id, None)
            if order is None:
                return []
        self._remaining(order, data.remaining_quantity)
        if event is None:
            text = f"order {order.cid}: status {data.order_status_type!r} is not known; asking again"
            self._questions.want(Ask(What.ORDER, order.cid), now_s, after_s=POLL_EVERY_S)
            return [self._warn(now_s, text)]
        if event is Event.FILL_PART and order.state is State.UNKNOWN:  # it was asked for, and it rests
            self._step(order, Event.RESTS, now_s)
        self._step(order, event, now_s, data.failed_reason)
        if event in (Event.RESTS, Event.FILL_PART) and reconcile.cancel_lost(order, now_s):
            order.cancel_sent_s = None  # it still rests: whoever wants it gone asks again
        if order.quantity - order.remaining > order.traded:
            self._untold.setdefault(order.cid, now_s)
            self._questions.want(Ask(What.TRADES), now_s, after_s=1.0)
        return []

    def trades(self, rows: list[rest.OwnTrade], now_s: float) -> None:
        """The trade history of the pair: fills that the stream did not bring, once each."""
        for row in reversed(rows):
            self._fill(row, None, now_s)

    def not_found(self, cid: str, asked_s: float, now_s: float) -> None:
        """The exchange says that there is no such order. Believed only when the question was put late enough."""
        order = self.orders.find(cid)
        if order is None or not order.live:
            return
        if order.underway or asked_s - order.created_s < reconcile.NOT_FOUND_AFTER_S:
            self._questions.want(Ask(What.ORDER, cid), now_s, after_s=reconcile.NOT_FOUND_AFTER_S)
            return
        self._step(order, Event.NO_ANSWER, now_s)
        self._step(order, Event.NOT_FOUND, now_s, "the exchange has no such order")
        if order.seen_resting:  # it lived: what it traded and released is to be had elsewhere
            for what in (What.TRADES, What.BALANCES):
                self._questions.want(Ask(what), now_s)

    def failed(self, what: What, why: str) -> None:
        """Remember the last error under the component that it holds up."""
        name = {What.BALANCES: parts.BALANCE, What.OPEN_ORDERS: parts.STREAM}.get(what)
        if name is not None:
            self._readiness.error(name, why)
            if not self._readiness[name].standing.usable:
                self._readiness[name].reason = f"{what} request failed, asking again: {why}"

    # ---- order entry ------------------------------------------------------------------------------------------------
    def acked(self, cid: str, order_id: str | None, now_s: float) -> None:
        """An order was received by the exchange."""
        order = self.orders.find(cid)
        if order is not None and order.live:
            self.orders.name(order, order_id)
            self._step(order, Event.ACK, now_s)
            if not self._stream_up:  # nobody will tell us what became of it
                self._questions.want(Ask(What.ORDER, cid), now_s, after_s=0.5)

        elif order is not None and order_id:
            self._lost_and_found(order, order_id, now_s)

    def _lost_and_found(self, order: OwnOrder, order_id: str, now_s: float) -> None:
        """An order that was given up for lost has been seen: it may rest, so it is taken away like a leftover."""
        if order.state is not State.FAILED:
            return
        self.orders.name(order, order_id)
        self.leftovers.setdefault(order_id, LONG_LOST_S)
        self._questions.want(Ask(What.OPEN_ORDERS), now_s)

    def underway(self, cid: str, *, it_is: bool) -> None:
        """Its REST call has begun, or has returned."""
        order = self.orders.find(cid)
        if order is not None:
            order.underway = it_is

    def refused(self, cid: str, why: str, now_s: float) -> None:
        """An order was certainly not placed."""
        order = self.orders.find(cid)
        if order is not None and order.live:
            self._step(order, Event.REFUSED, now_s, why)

    def unclear(self, cid: str, now_s: float) -> None:
        """Nobody knows about an order: it blocks its slot until the exchange has said."""
        order = self.orders.find(cid)
        if order is not None and order.live:
            self._step(order, Event.NO_ANSWER, now_s)
            self._questions.want(Ask(What.ORDER, cid), now_s, after_s=1.0)

    def cancel_sent(self, order: OwnOrder, now_s: float) -> None:
        """A cancel is on its way."""
        order.cancel_sent_s = now_s
        self._step(order, Event.CANCEL_ASKED, now_s)

    def cancel_failed(self, order: OwnOrder | None, now_s: float) -> None:
        """A cancel was not carried out: the order may be filled, gone, or still there. Ask."""
        if order is not None and order.live:
            order.cancel_sent_s = LONG_LOST_S
            self._questions.want(Ask(What.ORDER, order.cid), now_s, after_s=0.2)

    # ---- time -------------------------------------------------------------------------------------------------------
    def tick(self, now_s: float) -> list[Command]:
        """Chase what stays unclear, poll while there is no stream, and judge the components."""
        for order in reconcile.overdue(self.orders, now_s):
            self._step(order, Event.NO_ANSWER, now_s)
            self._questions.want(Ask(What.ORDER, order.cid), now_s)
        for order in self.orders:
            if (
                order.state is State.UNKNOWN and not order.underway
            ):  # whatever the last answer was, it did not settle it
                self._questions.want(Ask(What.ORDER, order.cid), now_s, after_s=POLL_EVERY_S)
        self._chase_fills(now_s)
        for order in reconcile.unconfirmed_cancels(self.orders, now_s):
            self._questions.want(Ask(What.ORDER, order.cid), now_s)
        waiting_s = self.awaiting_balance_since_s
        if waiting_s is not None and now_s - waiting_s > reconcile.BALANCE_WITHIN_S:
            self._questions.want(Ask(What.BALANCES), now_s)
        if self.leftovers:
            self._questions.want(Ask(What.OPEN_ORDERS), now_s, after_s=1.0)
        self._judge_stream(now_s)
        self._judge_balances(now_s)
        return []

    def _chase_fills(self, now_s: float) -> None:
        """The trade history may lag behind an order's status: it is asked again until it tells the same."""
        for cid, since_s in list(self._untold.items()):
            order = self.orders.find(cid)
            if order is None or order.quantity - order.remaining <= order.traded or now_s - since_s > FILLS_WITHIN_S:
                del self._untold[cid]
            else:
                self._questions.want(Ask(What.TRADES), now_s, after_s=POLL_EVERY_S)

    def _judge_stream(self, now_s: float) -> None:
        if self._stream_up:
            return
        component = self._readiness[parts.STREAM]
        polling = component.standing is Standing.DEGRADED
        if polling or self._readiness.overdue(parts.STREAM, now_s):
            for what in (What.OPEN_ORDERS, What.BALANCES, What.TRADES):
                self._questions.want(Ask(what), now_s, after_s=POLL_EVERY_S if polling else 0.0)
        if self._polled_s is not None and now_s - self._polled_s <= POLLED_MAX_S:
            if polling or self._readiness.overdue(parts.STREAM, now_s):
                reason = f"polled over REST every {POLL_EVERY_S:.0f} s; no account stream: {component.last_error}"
                self._readiness.set(parts.STREAM, Standing.DEGRADED, now_s, reason)
        elif polling:
            self._readiness.set(parts.STREAM, Standing.BLIND, now_s, "neither stream nor polling answers")

    def _judge_balances(self, now_s: float) -> None:
        if not self.balances.known:
            return
        failing = self._readiness[parts.BALANCE].last_error
        if self.balances.source == "stream" and failing:
            self._readiness.set(parts.BALANCE, Standing.DEGRADED, now_s, f"from the stream alone; REST: {failing}")
        else:
            self._readiness.set(parts.BALANCE, Standing.READY, now_s, f"from {self.balances.source}")

    # ---- helpers ----------------------------------------------------------------------------------------------------
    def _named(self, cid: str | None, order_id: str | None) -> OwnOrder | None:
        order = self.orders.find(cid, order_id)
        if order is not None:
            self.orders.name(order, order_id)
        return order

    def _moved_by(self, order: OwnOrder) -> set[str]:
        """The currencies that an order's end gives back or brings."""
        base, quote = self.pair.base, self.pair.quote
        gives = {quote if order.side is Side.BUY else base}
        return gives if order.remaining == order.quantity else {base, quote}

    def _remaining(self, order: OwnOrder, remaining: Decimal) -> None:
        order.remaining = min(order.remaining, remaining)

    def _step(self, order: OwnOrder | None, event: Event, now_s: float, why: str = "") -> None:
        """Let an order move on. A step that cannot be means that we and the exchange disagree: ask, do not guess."""
        if order is None:
            return
        try:
            finished = self.orders.happened(order, event, now_s, why)
        except ImpossibleStep:
            if order.live:
                self._questions.want(Ask(What.ORDER, order.cid), now_s)
            return
        if finished:
            self.ended.append(Finished(order, order.state))
            self._questions.answered(Ask(What.ORDER, order.cid))
            if order.state in (State.CANCELLED, State.FILLED, State.EXPIRED):
                self.awaiting_balance_since_s = now_s
                self._owed |= self._moved_by(order)

    def _fill(self, row: rest.OwnTrade | frames.AccountTradeData, cid: str | None, now_s: float) -> None:
        order = self._named(cid, row.order_id)
        slot = order.slot if order else self._earlier_slot(cid)
        if slot is None or not self.orders.first_time(row.id):
            return
        reward = row.maker_reward
        self.fills.append(
            Fill(
                trade_id=row.id,
                cid=order.cid if order else cid,
                order_id=row.order_id,
                side=slot.side,
                price=row.price,
                quantity=row.quantity,
                fee=-reward if reward is not None else (row.fee or Decimal(0)),
                fee_currency=row.maker_reward_currency or row.fee_currency or "",
                traded_at=row.traded_at,
                heard_s=now_s,
            )
        )
        self.fill_count += 1
        if order is None:
            return
        order.traded += row.quantity
        self._remaining(order, order.quantity - order.traded)
        self._step(order, Event.FILL_PART if order.remaining > 0 else Event.FILL_ALL, now_s)

    def _earlier_slot(self, cid: str | None) -> Slot | None:
        """The slot of an order of an earlier session of this bot; None for other people's orders."""
        parts = client_id.parse(cid)
        return parts.slot if parts is not None and parts.bot == self.bot else None

    def _warn(self, now_s: float, text: str) -> Say:
        return Say(Note(now_s, text, Weight.WARNING, "account"))
