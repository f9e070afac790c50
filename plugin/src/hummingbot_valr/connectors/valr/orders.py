"""Orders on their way out, and VALR's words about orders and fills as Hummingbot's updates."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from hummingbot.core.data_type.in_flight_order import InFlightOrder, OrderState, OrderUpdate, TradeUpdate
from hummingbot.core.data_type.trade_fee import TokenAmount, TradeFeeBase, TradeFeeSchema

from valr_maker.engine.replies import cancel_message_id
from valr_maker.errors import ValrMakerError
from valr_maker.gateway.client import NoAnswer
from valr_maker.gateway.order_entry import OrderEntry, cancel_order
from valr_maker.orders import reconcile
from valr_maker.orders.states import Event
from valr_maker.wire import endpoints, rest
from valr_maker.wire.account_frames import AccountTradeData, FailedCancelOrder, OrderProcessed
from valr_maker.wire.endpoints import ACCOUNT_CANCEL, ACCOUNT_PLACE
from valr_maker.wire.frames import RateLimited
from valr_maker.wire.order_frames import CancelReply, InvalidCancel, InvalidPlace, PlaceLimitReply
from valr_maker.wire.text import seconds_of

from .line import Line

ACK_WITHIN_S = reconcile.ACK_WITHIN_S
CANCEL_ON_SOCKET_S = 2.0
"""A cancel that the socket has not confirmed by then is repeated over REST, which answers when it is done."""

STATES = {
    Event.RESTS: OrderState.OPEN,
    Event.FILL_PART: OrderState.PARTIALLY_FILLED,
    Event.FILL_ALL: OrderState.FILLED,
    Event.CANCELLED: OrderState.CANCELED,
    Event.EXPIRED: OrderState.CANCELED,
    Event.FAILED: OrderState.FAILED,
}
RAND = {"R": "ZAR"}
"""The rand's internal symbol, which some frames use for a fee's currency."""


class Declined(ValrMakerError):
    """The exchange's clear no to a message on the account socket."""


class OrdersPaused(ValrMakerError):
    """The connector refuses an order, because what it would be based on cannot be trusted now."""


class OrderDesk:
    """Sends orders and cancels by the socket while it is up, else by REST; the outcome is awaited on either road."""

    def __init__(self, line: Line, entry: Callable[[], OrderEntry | None]) -> None:
        self._line, self._entry = line, entry
        self._placing: dict[str, asyncio.Future[str]] = {}
        self._cancelling: dict[str, asyncio.Future[bool]] = {}
        self._under_way: dict[str, asyncio.Event] = {}

    async def place(self, order: rest.LimitOrder) -> str | None:
        """The exchange's id of the order; None when nobody knows whether it rests, and the exchange must be asked.

        Raises Declined, Refused or NotSent when it certainly was not placed.
        """
        entry, cid = self._entry(), order.customer_order_id or ""
        answered = self._under_way[cid] = asyncio.Event()
        try:
            if entry is not None and entry.on_socket(ACCOUNT_PLACE):
                reply = self._placing[cid] = asyncio.get_running_loop().create_future()
                await entry.place_on_socket(order)
                async with asyncio.timeout(ACK_WITHIN_S):
                    return await reply
            answer: rest.OrderId = await self._line.client.call(endpoints.PLACE_LIMIT, body=order)
        except (NoAnswer, TimeoutError):
            return None
        finally:
            self._placing.pop(cid, None)
            self._under_way.pop(cid, None)
            answered.set()
        return answer.id

    async def arrived(self, cid: str) -> bool:
        """Wait until an order that is on its way has been answered. False when none is, or it takes too long."""
        answered = self._under_way.get(cid)
        if answered is None:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(ACK_WITHIN_S):
                return await answered.wait()
        return False

    async def cancel(self, symbol: str, cid: str) -> bool:
        """True when the exchange has cancelled it, False when it ended in another way meanwhile.

        Raises Refused (its code tells whether there is no such order), NotSent or NoAnswer.
        """
        entry, body = self._entry(), cancel_order(symbol, cid, None)
        if (under_way := self._cancelling.get(cid)) is not None:
            with suppress(Declined, TimeoutError):  # then this one goes by REST
                async with asyncio.timeout(CANCEL_ON_SOCKET_S):
                    return await asyncio.shield(under_way)
        elif entry is not None and entry.on_socket(ACCOUNT_CANCEL):
            outcome = self._cancelling[cid] = asyncio.get_running_loop().create_future()
            try:
                await entry.cancel_on_socket(body, cancel_message_id(cid))
                async with asyncio.timeout(CANCEL_ON_SOCKET_S):
                    return await outcome
            except (NoAnswer, Declined, TimeoutError):
                pass  # REST says at once what became of it
            finally:
                self._cancelling.pop(cid, None)
        await self._line.client.call(endpoints.CANCEL_ORDER, body=body)
        return True

    def heard(self, message: Any) -> None:
        """A message of the account socket that may settle what is awaited here."""
        match message:
            case PlaceLimitReply(error=None, data=data) if data is not None and data.order_id:
                _settle(self._placing.get(message.client_msg_id or ""), data.order_id)
            case PlaceLimitReply(error=None):
                pass  # received; its id comes with the next event
            case PlaceLimitReply() | InvalidPlace():
                _refuse(self._placing.get(message.client_msg_id or ""), _words(message))
            case OrderProcessed(data=data) if data.success:
                _settle(self._placing.get(data.customer_order_id or ""), data.order_id)
            case OrderProcessed(data=data):
                _refuse(self._placing.get(data.customer_order_id or ""), data.failure_reason)
            case CancelReply(error=None):
                pass  # received, not done
            case CancelReply() | InvalidCancel():
                _refuse(self._awaited_cancel(message.client_msg_id), _words(message))
            case FailedCancelOrder(data=data):
                _refuse(self._cancelling.get(data.customer_order_id or ""), data.message)
            case RateLimited():
                why = "the exchange limits us"
                _refuse(self._placing.get(message.client_msg_id or ""), why)
                _refuse(self._awaited_cancel(message.client_msg_id), why)

    def ended(self, cid: str, *, cancelled: bool) -> None:
        """The exchange has said that an order is over."""
        _settle(self._cancelling.get(cid), cancelled)

    def _awaited_cancel(self, message_id: str | None) -> "asyncio.Future[bool] | None":
        return next((one for cid, one in self._cancelling.items() if cancel_message_id(cid) == message_id), None)


def _settle(waiting: "asyncio.Future[Any] | None", outcome: Any) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(outcome)


def _refuse(waiting: "asyncio.Future[Any] | None", why: str) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_exception(Declined(why or "refused without a word"))


def _words(message: PlaceLimitReply | InvalidPlace | CancelReply | InvalidCancel) -> str:
    said = message.error.message if message.error else getattr(message, "message", None)
    return said or "the request was invalid"


# ---- VALR's words as Hummingbot's ------------------------------------------------------------------------------------
def order_update(
    order: InFlightOrder, state: OrderState, at_s: float, order_id: str | None, why: str = ""
) -> OrderUpdate:
    """One change of an order's state."""
    return OrderUpdate(
        trading_pair=order.trading_pair,
        update_timestamp=at_s,
        new_state=state,
        client_order_id=order.client_order_id,
        exchange_order_id=order_id or order.exchange_order_id,
        misc_updates={"error_message": why, "error_type": "VALR"} if why else None,
    )


def update_of_status(order: InFlightOrder, status: rest.OrderStatus) -> OrderUpdate | None:
    """The exchange's word on one order; None for a status that is in no list."""
    event = reconcile.event_of(status)
    state = STATES.get(event) if event is not None else None
    if state is None:
        return None
    return order_update(order, state, time_of(status.order_updated_at), status.order_id, status.failed_reason)


def executed(status: rest.OrderStatus) -> Decimal:
    """How much of the order has been traded, in base."""
    return status.original_quantity - status.remaining_quantity


def trade_update(order: InFlightOrder, row: rest.OwnTrade | AccountTradeData, schema: TradeFeeSchema) -> TradeUpdate:
    """One fill. Hummingbot counts it once by its `trade_id`, whichever road brought it, and however often."""
    amount, token = fee_of(row)
    fee = TradeFeeBase.new_spot_fee(
        fee_schema=schema, trade_type=order.trade_type, flat_fees=[TokenAmount(token, amount)] if token else []
    )
    return TradeUpdate(
        trade_id=row.id,
        client_order_id=order.client_order_id,
        exchange_order_id=row.order_id,
        trading_pair=order.trading_pair,
        fill_timestamp=time_of(row.traded_at),
        fill_price=row.price,
        fill_base_amount=row.quantity,
        fill_quote_amount=row.price * row.quantity,
        fee=fee,
    )


def fee_of(row: rest.OwnTrade | AccountTradeData) -> tuple[Decimal, str]:
    """Amount and currency of a fill's fee; a maker's reward is a fee below zero. No currency when none is told."""
    if row.maker_reward is not None:
        token = row.maker_reward_currency or ""
        return -row.maker_reward, RAND.get(token, token)
    token = row.fee_currency or ""
    return row.fee or Decimal(0), RAND.get(token, token)


def time_of(iso: str) -> float:
    """Seconds since 1970; 0 when the text is no time, which only costs the time stamp."""
    try:
        return seconds_of(iso)
    except ValueError:
        return 0.0
