"""The two domains, and VALR's limits in Hummingbot's form. Every figure of VALR's comes from the endpoint table."""

import os

from hummingbot.core.api_throttler.data_types import LinkedLimitWeightPair, RateLimit
from hummingbot.core.data_type.in_flight_order import OrderState

from valr_maker.gateway.rate import limits_of
from valr_maker.orders.client_id import LENGTH_MAX
from valr_maker.wire import endpoints
from valr_maker.wire.endpoints import Endpoint

VALR, SANDBOX = "valr", "valr_sandbox"
LIVE_REST, LIVE_WS = "https://api.valr.com", "wss://api.valr.com"
SANDBOX_VARIABLE = "VALR_SANDBOX_URL"
SANDBOX_URL = "http://127.0.0.1:8080"
KEEP_VARIABLE = "VALR_KEEP_ORDERS"
"""Set to 1, it spares the orders that an earlier run of the same bot left on the exchange."""

ORDER_ID_LENGTH_MAX = LENGTH_MAX
OPEN = OrderState.OPEN
RULES_RETRY_S = 60.0
"""How soon the rules are asked for again when only renewing them failed."""
PAIRS_OF_SPOT = Endpoint(
    "pairs of type SPOT", "GET", "/v1/public/pairs/SPOT", False, endpoints.PUBLIC, True, endpoints.PAIRS.answer
)
"""The other road to the rules: VALR caches errors by address, so a second address may answer when the first does not."""


def addresses(domain: str) -> tuple[str, str]:
    """Base of REST and of socket addresses. The sandbox's is in the environment, or where `sandbox serve` puts it."""
    if domain != SANDBOX:
        return LIVE_REST, LIVE_WS
    url = os.environ.get(SANDBOX_VARIABLE, "").strip().rstrip("/") or SANDBOX_URL
    return url, "ws" + url.removeprefix("http")


def rate_limits() -> list[RateLimit]:
    """One limit an endpoint, linked to the budgets it spends: no request can be without one."""
    budgets = {limit.budget: limit for limit in endpoints.LIMITS}
    shared = [RateLimit(limit_id=name, limit=one.calls, time_interval=one.window_s) for name, one in budgets.items()]
    paths = {row.path: row for row in (*endpoints.ALL, PAIRS_OF_SPOT)}
    return shared + [
        RateLimit(
            limit_id=path,
            limit=row.limit.calls,
            time_interval=row.limit.window_s,
            linked_limits=[LinkedLimitWeightPair(limit.budget) for limit in limits_of(row)],
        )
        for path, row in paths.items()
    ]
