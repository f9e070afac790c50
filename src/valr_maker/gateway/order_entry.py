"""Which road an order takes: the account socket when it is up, REST when it is not. The outcomes are the same."""

from decimal import Decimal

from valr_maker.domain import Side
from valr_maker.gateway.client import NoAnswer, RestClient
from valr_maker.gateway.pump import Pump
from valr_maker.wire import endpoints, rest, stream
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.endpoints import ACCOUNT_CANCEL, ACCOUNT_PLACE, Limit
from valr_maker.wire.order_frames import CancelLimit, PlaceLimit
from valr_maker.wire.text import Amount


def limit_order(  # noqa: PLR0913  # the fields of an order
    pair: str, side: Side, price: Decimal, quantity: Decimal, cid: str, *, post_only: bool
) -> rest.LimitOrder:
    """The body of a limit order that rests until cancelled, for either road."""
    return rest.LimitOrder(
        side=side.name,
        quantity=Amount(quantity),
        price=Amount(price),
        pair=pair,
        post_only=post_only,
        customer_order_id=cid,
        time_in_force="GTC",
    )


def cancel_order(pair: str, cid: str, order_id: str | None) -> rest.CancelOrder:
    """The body of a cancel: never both ids."""
    if cid:
        return rest.CancelOrder(pair=pair, customer_order_id=cid)
    return rest.CancelOrder(pair=pair, order_id=order_id)


class OrderEntry:
    """Sends orders and cancels. On the socket the outcome comes back as a frame, on REST as a return value."""

    def __init__(self, client: RestClient, pump: Pump) -> None:
        self._client, self._pump = client, pump

    def on_socket(self, limit: Limit) -> bool:
        """Whether the account socket can take one more message under this budget now."""
        return self._pump.usable and not self._client.budget.wait_s((limit,), self._client.wall_s(), urgent=True)

    async def place_on_socket(self, order: rest.LimitOrder) -> None:
        """Send now; PLACE_LIMIT_WS_RESPONSE follows on the stream. Raises NoAnswer if the socket broke under it."""
        frame = PlaceLimit(client_msg_id=order.customer_order_id, payload=order)
        await self._send(stream.write(frame), ACCOUNT_PLACE, endpoints.PLACE_LIMIT)

    async def cancel_on_socket(self, cancel: rest.CancelOrder, message_id: str) -> None:
        """Send now; CANCEL_ORDER_WS_RESPONSE follows on the stream. Raises NoAnswer if the socket broke under it."""
        frame = CancelLimit(client_msg_id=message_id, payload=cancel)
        await self._send(stream.write(frame), ACCOUNT_CANCEL, endpoints.CANCEL_ORDER)

    async def place_by_rest(self, order: rest.LimitOrder) -> str:
        """Place synchronously (v2), now or not at all. Returns the exchange's id. Raises Refused, NotSent or NoAnswer.

        An order that waited for the rate budget would go out at a price of long ago.
        """
        answer: rest.OrderId = await self._client.call(endpoints.PLACE_LIMIT, body=order, patient=False)
        return answer.id

    async def cancel_by_rest(self, cancel: rest.CancelOrder) -> None:
        """Cancel synchronously (v2). Raises Refused, NotSent or NoAnswer."""
        await self._client.call(endpoints.CANCEL_ORDER, body=cancel)

    async def _send(self, frame: bytes, limit: Limit, endpoint: endpoints.Endpoint) -> None:
        self._client.budget.spend((limit,), self._client.wall_s())
        try:
            await self._pump.send(frame)
        except SocketClosed as problem:
            raise NoAnswer(endpoint, f"the account socket broke: {problem}") from problem
