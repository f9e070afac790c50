"""The endpoints that no client of ours calls: with those of endpoints.py, all of VALR's spot interface (reference 2, 3).

They stand apart so that a client's rate budget holds only what it spends.
"""

from valr_maker.wire import answers, endpoints, rest
from valr_maker.wire.endpoints import KEY_MINUTE, PLACE, PUBLIC, TIME, Endpoint, Limit

BATCH = Limit("batch", 400, 1)
MODIFY = Limit("modify", 400, 1)
SUB_ACCOUNT = Limit("new sub-account", 1, 1)
TRANSFER = Limit("transfer", 20, 1)
ACCOUNT_BATCH = Limit("socket batch", 400, 1)
ACCOUNT_MODIFY = Limit("socket modify", 400, 1)


def _row(name: str, verb: str, path: str, limit: Limit, answer: object) -> Endpoint:
    signed = "/public/" not in path and path != "/v2/healthz"
    return Endpoint(name, verb, path, signed, limit, verb in {"GET", "DELETE"}, answer)


# Public
CURRENCIES = _row("currencies", "GET", "/v1/public/currencies", PUBLIC, list[answers.Currency])
PAIRS_OF_TYPE = _row("pairs of a type", "GET", "/v1/public/pairs/{type}", PUBLIC, list[rest.Pair])
SUMMARIES = _row("market summaries", "GET", "/v1/public/marketsummary", PUBLIC, list[answers.MarketSummary])
SUMMARY = _row("market summary", "GET", "/v1/public/{pair}/marketsummary", PUBLIC, answers.MarketSummary)
BUCKETS = _row("candles", "GET", "/v1/public/{pair}/buckets", TIME, list[answers.Bucket])
MARK_BUCKETS = _row("mark price candles", "GET", "/v1/public/{pair}/markprice/buckets", TIME, list[answers.Bucket])
HEALTH = _row("health", "GET", "/v2/healthz", TIME, None)
# Account
ALL_BALANCES = _row(
    "balances of all accounts", "GET", "/v1/account/balances/all", KEY_MINUTE, list[answers.AccountBalances]
)
TRANSACTIONS = _row("transactions", "GET", "/v1/account/transactionhistory", KEY_MINUTE, list[answers.Transaction])
SUB_ACCOUNTS = _row("sub-accounts", "GET", "/v1/account/subaccounts", KEY_MINUTE, list[answers.SubAccount])
GET_SUB = _row("sub-account", "GET", "/v1/account/subaccount/{id}", KEY_MINUTE, answers.SubAccount)
NEW_SUB = _row("new sub-account", "POST", "/v1/account/subaccount", SUB_ACCOUNT, answers.CreatedSubAccount)
RENAME_SUB = _row("rename sub-account", "PUT", "/v1/account/subaccount", KEY_MINUTE, None)
REMOVE_SUB = _row("remove sub-account", "DELETE", "/v1/account/subaccount", KEY_MINUTE, None)
SUB_TRANSACTIONS = _row(
    "transactions of sub-accounts", "GET", "/v1/account/transactionhistory/subaccounts", KEY_MINUTE,
    list[answers.AccountTransactions],
)  # fmt: skip
TRANSFER_FUNDS = _row("transfer", "POST", "/v1/account/subaccounts/transfer", TRANSFER, None)
# Orders
PLACE_MARKET_V1 = _row("place market (v1)", "POST", "/v1/orders/market", PLACE, rest.OrderId)
PLACE_MARKET = _row("place market", "POST", "/v2/orders/market", PLACE, rest.OrderId)
PLACE_STOP_V1 = _row("place stop (v1)", "POST", "/v1/orders/stop/limit", PLACE, rest.OrderId)
PLACE_STOP = _row("place stop", "POST", "/v2/orders/stop/limit", PLACE, rest.OrderId)
MODIFY_ORDER_V1 = _row("modify (v1)", "PUT", "/v1/orders/modify", KEY_MINUTE, rest.OrderId)  # only v2 is listed (D)
MODIFY_ORDER = _row("modify", "PUT", "/v2/orders/modify", MODIFY, rest.OrderId)
BATCH_ORDERS = _row("batch", "POST", "/v1/batch/orders", BATCH, answers.BatchOutcomes)
SIMPLE_QUOTE = _row("simple quote", "POST", "/v1/simple/{pair}/quote", KEY_MINUTE, answers.SimpleQuote)
SIMPLE_ORDER = _row("simple order", "POST", "/v1/simple/{pair}/order", KEY_MINUTE, rest.OrderId)
SIMPLE_STATUS = _row("simple order status", "GET", "/v1/simple/{pair}/order/{id}", KEY_MINUTE, answers.SimpleResult)
SIMPLE_STATUS_BY_ID = _row(
    "simple order status by id", "GET", "/v1/simple/order/{id}", KEY_MINUTE, answers.SimpleResult
)
SUMMARY_BY_ID = _row("order summary", "GET", "/v1/orders/history/summary/orderid/{id}", KEY_MINUTE, rest.HistoryOrder)
SUMMARY_BY_CUSTOMER_ID = _row(
    "order summary by customer id", "GET", "/v1/orders/history/summary/customerorderid/{id}", KEY_MINUTE,
    rest.HistoryOrder,
)  # fmt: skip
DETAIL_BY_ID = _row(
    "order events", "GET", "/v1/orders/history/detail/orderid/{id}", KEY_MINUTE, list[answers.OrderEvent]
)
DETAIL_BY_CUSTOMER_ID = _row(
    "order events by customer id", "GET", "/v1/orders/history/detail/customerorderid/{id}", KEY_MINUTE,
    list[answers.OrderEvent],
)  # fmt: skip

BEYOND = tuple(row for row in globals().copy().values() if isinstance(row, Endpoint))
EVERY = (*endpoints.ALL, *BEYOND)
LIMITS = (*endpoints.LIMITS, BATCH, MODIFY, SUB_ACCOUNT, TRANSFER, ACCOUNT_BATCH, ACCOUNT_MODIFY)
