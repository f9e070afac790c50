"""One row an endpoint: verb, path, signed or not, which budget it spends, whether it may be repeated, its answer.

Client, rate budget and sandbox read this table, so they cannot disagree. Limits: reference 4.1 (D, 2025-11); fixed
windows that start at each clock minute or second. Routes with a per-second limit do not count in the minute.
"""

from dataclasses import dataclass
from typing import Any

from valr_maker.wire import rest


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in one fixed window. Endpoints that name the same `budget` share one count."""

    budget: str
    calls: int
    window_s: int


PUBLIC = Limit("public", 30, 60)
"""All of /v1/public/* together: whether VALR counts them one by one is unknown, the stricter reading is safe."""
TIME = Limit("time and status", 20, 1)
KEY_MINUTE = Limit("key", 2000, 60)
IP_MINUTE = Limit("address", 1200, 60)
PLACE = Limit("place", 400, 1)
CANCEL = Limit("cancel", 450, 1)
CONNECT = Limit("connect", 60, 60)
ACCOUNT_PLACE = Limit("socket place", 400, 1)
ACCOUNT_CANCEL = Limit("socket cancel", 450, 1)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of the REST interface. `answer` is the msgspec type of a good reply, None for an empty body."""

    name: str
    verb: str
    path: str
    signed: bool
    limit: Limit
    repeat_safe: bool
    answer: Any

    def target(self, **parts: str) -> str:
        """The path with its parts filled in: `target(pair="DOGEUSDT")`."""
        return self.path.format(**parts)

    @property
    def per_second(self) -> bool:
        """Whether it has a budget of its own and so spares the minute budgets."""
        return self.limit.window_s == 1


def _row(name: str, verb: str, path: str, limit: Limit, answer: Any) -> Endpoint:
    signed = "/public/" not in path
    return Endpoint(name, verb, path, signed, limit, verb in {"GET", "DELETE"}, answer)


PAIRS = _row("pairs", "GET", "/v1/public/pairs", PUBLIC, list[rest.RawRow])
ORDER_TYPES = _row("order types", "GET", "/v1/public/ordertypes", PUBLIC, list[rest.PairOrderTypes])
PAIR_ORDER_TYPES = _row("order types of a pair", "GET", "/v1/public/{pair}/ordertypes", PUBLIC, list[str])
SERVER_TIME = _row("server time", "GET", "/v1/public/time", TIME, rest.ServerTime)
STATUS = _row("status", "GET", "/v1/public/status", TIME, rest.PlatformStatus)
PUBLIC_BOOK = _row("public book", "GET", "/v1/public/{pair}/orderbook", PUBLIC, rest.OrderBook)
PUBLIC_FULL_BOOK = _row("public full book", "GET", "/v1/public/{pair}/orderbook/full", PUBLIC, rest.FullOrderBook)
PUBLIC_TRADES = _row("public trades", "GET", "/v1/public/{pair}/trades", PUBLIC, list[rest.PublicTrade])
BOOK = _row("book", "GET", "/v1/marketdata/{pair}/orderbook", KEY_MINUTE, rest.OrderBook)
FULL_BOOK = _row("full book", "GET", "/v1/marketdata/{pair}/orderbook/full", KEY_MINUTE, rest.FullOrderBook)
MARKET_TRADES = _row("trades", "GET", "/v1/marketdata/{pair}/tradehistory", KEY_MINUTE, list[rest.PublicTrade])
BALANCES = _row("balances", "GET", "/v1/account/balances", KEY_MINUTE, list[rest.Balance])
FEES = _row("fees", "GET", "/v1/account/fees/trade", KEY_MINUTE, list[rest.TradeFee])
KEY_INFO = _row("key info", "GET", "/v1/account/api-keys/current", KEY_MINUTE, rest.KeyInfo)
PLACE_LIMIT_V1 = _row("place (v1)", "POST", "/v1/orders/limit", PLACE, rest.OrderId)
PLACE_LIMIT = _row("place", "POST", "/v2/orders/limit", PLACE, rest.OrderId)
CANCEL_ORDER_V1 = _row("cancel (v1)", "DELETE", "/v1/orders/order", CANCEL, None)
CANCEL_ORDER = _row("cancel", "DELETE", "/v2/orders/order", CANCEL, rest.OrderId)
CANCEL_ALL = _row("cancel all", "DELETE", "/v1/orders", CANCEL, list[rest.CancelledOrder])
CANCEL_PAIR = _row("cancel all of a pair", "DELETE", "/v1/orders/{pair}", CANCEL, list[rest.CancelledOrder])
OPEN_ORDERS = _row("open orders", "GET", "/v1/orders/open", KEY_MINUTE, list[rest.OpenOrder])
ORDER_BY_ID = _row("order status", "GET", "/v1/orders/{pair}/orderid/{id}", KEY_MINUTE, rest.OrderStatus)
ORDER_BY_CUSTOMER_ID = _row(
    "order status by customer id", "GET", "/v1/orders/{pair}/customerorderid/{id}", KEY_MINUTE, rest.OrderStatus
)
ORDER_HISTORY = _row("order history", "GET", "/v1/orders/history", KEY_MINUTE, list[rest.HistoryOrder])
TRADE_HISTORY = _row("trade history", "GET", "/v1/account/tradehistory", KEY_MINUTE, list[rest.OwnTrade])
PAIR_TRADE_HISTORY = _row(
    "trade history of a pair", "GET", "/v1/account/{pair}/tradehistory", KEY_MINUTE, list[rest.OwnTrade]
)

ALL = tuple(row for row in globals().copy().values() if isinstance(row, Endpoint))
LIMITS = (PUBLIC, TIME, KEY_MINUTE, IP_MINUTE, PLACE, CANCEL, CONNECT, ACCOUNT_PLACE, ACCOUNT_CANCEL)
