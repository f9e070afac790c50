"""Which endpoint answers which question of the engine."""

from typing import Any

from valr_maker.engine.messages import Ask, What
from valr_maker.gateway.client import RestClient
from valr_maker.wire import endpoints
from valr_maker.wire.endpoints import Endpoint

ROADS: dict[What, Endpoint] = {
    What.PAIRS: endpoints.PAIRS,
    What.ORDER_TYPES: endpoints.PAIR_ORDER_TYPES,
    What.BOOK: endpoints.BOOK,
    What.OTHER_BOOK: endpoints.BOOK,
    What.BALANCES: endpoints.BALANCES,
    What.FEES: endpoints.FEES,
    What.KEY_INFO: endpoints.KEY_INFO,
    What.OPEN_ORDERS: endpoints.OPEN_ORDERS,
    What.ORDER: endpoints.ORDER_BY_CUSTOMER_ID,
    What.TRADES: endpoints.PAIR_TRADE_HISTORY,
    What.LAST_TRADE: endpoints.MARKET_TRADES,
}
ROWS_ASKED = {What.TRADES: "100", What.LAST_TRADE: "1"}


async def answer(client: RestClient, ask: Ask, pair: str) -> Any:
    """Put one question. Raises what `RestClient.call` raises."""
    query = {"limit": ROWS_ASKED[ask.what]} if ask.what in ROWS_ASKED else None
    about = ask.key if ask.what is What.OTHER_BOOK else pair
    return await client.call(ROADS[ask.what], parts={"pair": about, "id": ask.key}, query=query)
