"""Everything that the reference names, by kind and section: what the suite has to prove, and what is left out and why.

docs/conformance.md is made of this and of the cases; a test compares both with the code.
"""

from dataclasses import fields
from typing import NamedTuple

from valr_maker.sandbox import board
from valr_maker.sandbox.order import Status
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.wire import codes, every_endpoint

FUTURES = "out of scope: futures and margin"
WALLET = "out of scope: deposits and withdrawals of a real wallet"
PRODUCTS = "out of scope: products beside the spot market"
MIRROR = "left out: one unofficial mirror has it, and no client uses it"
GUESSED = "left out: clients are prepared for it, nobody has seen it"


class Item(NamedTuple):
    """One thing of the reference. `apart`: why the sandbox does not do it. `setting`: where one may choose."""

    name: str
    section: str
    apart: str = ""
    setting: str = ""


def _plain(section: str, *names: str, apart: str = "") -> tuple[Item, ...]:
    return tuple(Item(name, section, apart) for name in names)


def _section_of(path: str) -> str:
    if "/public/" in path or "/marketdata/" in path or path == "/v2/healthz":
        return "2"
    if "/account/" in path:
        return "1.5" if "api-keys" in path else "3.1"
    if "/history" in path or "orderid" in path or path.endswith("/open"):
        return "3.5"
    return "3.3" if path.endswith("/modify") else "3.2"


ENDPOINTS = (
    *(
        Item(f"{row.verb} {row.path}", "3.4" if row.verb == "DELETE" and "/orders" in row.path else _section_of(row.path))
        for row in every_endpoint.EVERY
    ),
    Item("GET /ws/trade", "1.3", setting="unsigned_trade_authenticated"),
    Item("GET /ws/account", "1.3"),
    *_plain(
        "2", "GET /v1/public/futures/info", "GET /v1/public/futures/funding/history", "GET /v1/public/risklimit/{pair}",
        "GET /v1/public/loans/info", apart=FUTURES,
    ),
    *_plain("3.4", "/v1/orders/conditionals...", apart=FUTURES),
    *_plain("4.1", "/v1/loans/...", apart=FUTURES),
    *_plain("3", "/v1/margin/...", "/v2/margin/...", "/v1/positions/...", "/v1/borrows/...", apart=FUTURES),
    *_plain("3", "/v1/wallet/...", "/v1/pay/...", apart=WALLET),
    *_plain("3", "/v1/staking/...", "/v1/bundles/...", "/v2/brokerage...", apart=PRODUCTS),
)  # fmt: skip
SAID = (
    *_plain("5.1", "PING", "SUBSCRIBE", "UNSUBSCRIBE"),
    *_plain("5.6", "PLACE_LIMIT_ORDER", "PLACE_MARKET_ORDER", "MODIFY_ORDER", "CANCEL_LIMIT_ORDER", "BATCH_ORDERS"),
    *_plain("5.6", "CANCEL_ON_DISCONNECT"),
    *_plain("1.3", "AUTHENTICATE", apart=MIRROR),
    *_plain("5.6", "CANCEL_ORDER", "PLACE_BATCH_ORDERS", apart=f"{MIRROR}; answered UNSUPPORTED"),
)
"""What a client says over a socket."""
CONTROL = (
    *_plain("5.1", "AUTHENTICATED", "PONG", "SUBSCRIBED", "UNSUBSCRIBED", "ERROR"),
    Item("UNSUPPORTED", "5.1", setting="unknown_frame_is_error"),
    Item("RATE_LIMIT_EXCEEDED", "4.2"),
    *_plain("1.3", "UNAUTHORIZED", apart=GUESSED),
)
MARKET = (
    *(Item(event, "5.2") for event in board.EVENTS),
    *_plain("5.2", "FULL_ORDERBOOK_SNAPSHOT", "OB_L1_SNAPSHOT"),
    *(Item(event, "5.2", FUTURES) for event in board.FUTURES_EVENTS),
)
ACCOUNT = (
    *_plain("5.4", "BALANCE_UPDATE", "OPEN_ORDERS_UPDATE", "ORDER_PROCESSED"),
    Item("ORDER_STATUS_UPDATE", "5.4", setting="placed_frame"),
    *_plain("5.4", "NEW_ACCOUNT_TRADE", "NEW_ACCOUNT_HISTORY_RECORD", "INSTANT_ORDER_COMPLETED"),
    *_plain("5.4", "MODIFY_ORDER_OUTCOME", "FAILED_CANCEL_ORDER", "CANCEL_ON_DISCONNECT_UPDATE"),
    *_plain("5.4", "FAILED_ORDER", apart=MIRROR),
    *_plain("5.4", "ORDER_FAILED", "ORDER_REJECTED", apart=GUESSED),
    *_plain("5.4", "NEW_PENDING_RECEIVE", "SEND_STATUS_UPDATE", apart=WALLET),
    *_plain(
        "5.4", "MARGIN_INFO", "LEVERAGE_UPDATED", "OPEN_POSITION_UPDATE", "REDUCE_POSITION", "POSITION_CLOSED",
        "ADD_CONDITIONAL_ORDER", "REMOVE_CONDITIONAL_ORDER", apart=FUTURES,
    ),
)  # fmt: skip
REPLIES = (
    *_plain("5.6", "PLACE_LIMIT_WS_RESPONSE", "PLACE_MARKET_WS_RESPONSE", "MODIFY_ORDER_WS_RESPONSE"),
    *_plain("5.6", "CANCEL_ORDER_WS_RESPONSE", "BATCH_ORDERS_WS_RESPONSE"),
    *(
        Item(name, "5.6", setting="invalid_frames")
        for name in ("INVALID_PLACE_LIMIT_REQUEST", "INVALID_CANCEL_ORDER_REQUEST", "INVALID_MODIFY_WS_REQUEST")
    ),
)
STATUSES = (
    *(Item(status.value, "3.6", setting="limits_repriced" if status is Status.REPRICED else "") for status in Status),
    Item("Liquidation Order Filled", "3.6", FUTURES),
)
ORDER_TYPES = (
    *_plain("3.6", "limit", "post-only limit", "market", "simple", "stop-loss-limit", "take-profit-limit"),
    *_plain("3.6", "limit-reduce-only", "market-reduce-only", apart=FUTURES),
)
VARIANTS = (
    Item("GTC", "3.2"), Item("IOC", "3.2", setting="ioc_empty_status"), Item("FOK", "3.2", setting="fok_status"),
    *_plain("3.3", "RETAIN_ORIGINAL", "CANCEL_ORIGINAL", "REPRICE", "newTotalQuantity", "newRemainingQuantity", "queue"),
    *_plain("3.2", "postOnlyReprice", "maker reward", "allowMargin", "reduceOnly"),
    *_plain("3.2", "conditionalOrderData", apart=FUTURES),
    *_plain("3.2", "slippagePercentage", apart="left out: optional in a quote, and nobody knows how VALR reckons it"),
    Item("customerOrderId", "3.2", setting="customer_id_burnt_s"),
    Item("request body", "3.2", setting="upper_case_only"),
    *_plain("3.5", "showZeroVolumeCancels"),
    *_plain("2", "order types", "currencyPairType SPOT"),
    *_plain("2.2", "currencyPairType FUTURE", apart=f"{FUTURES}; the list is empty"),
    *_plain("2.2", "initialMarginFraction", "maintenanceMarginFraction", "autoCloseMarginFraction",
            apart="left out, as VALR does for pairs without margin"),
    *_plain("2.1", "collateral", "collateralWeight"),
    *_plain("2.1", "defaultNetworkType", "supportedNetworks",
            apart="left out, as VALR does for a currency that can be neither deposited nor withdrawn"),
    *_plain("3.1", "lendReserved", "borrowReserved", "borrowCollateralReserved", "borrowedAmount",
            apart="always 0: out of scope, futures and margin"),
    Item("totalInReference", "3.1", setting="reference_totals"),
)  # fmt: skip
"""Times in force, ways to change an order, and fields that decide what becomes of it."""
REASONS = (
    Item("reason: Insufficient Balance", "3.6"),
    Item("reason: Post only cancelled as it would have matched", "3.6", setting="post_only_code"),
    Item(f"reason: {codes.SELF_TRADE.message}", "3.6"),
    Item("reason: Order cancelled as it would have matched outside of slippage price band", "3.6",
         setting="slippage_band_pct"),
    Item("reason: Stop order failed as it would have been triggered immediately", "3.6"),
)  # fmt: skip
PERMISSIONS = (
    *_plain("1.5", "View access", "Trade", "Internal Transfer", "allowedIpAddressCidr", "isSubAccount"),
    *_plain(
        "1.5", "Withdraw", "Link bank account", "allowedWithdrawAddressList", apart=f"{WALLET}; a key may list them"
    ),
)
_BY_HAND = "only on command: `valr-maker sandbox funds` with an amount below zero"
TRANSACTIONS = (
    *_plain("3.1", "LIMIT_BUY", "LIMIT_SELL", "MARKET_BUY", "MARKET_SELL", "SIMPLE_BUY", "SIMPLE_SELL", "MAKER_REWARD"),
    *_plain("3.1", "INTERNAL_TRANSFER", "FIAT_DEPOSIT", "BLOCKCHAIN_RECEIVE"),
    *_plain("3.1", "FIAT_WITHDRAWAL", "BLOCKCHAIN_SEND", apart=_BY_HAND),
    *_plain(
        "3.1", "AUTO_BUY", "REFERRAL_REBATE", "REFERRAL_REWARD", "PROMOTIONAL_REBATE", "FIAT_WITHDRAWAL_REVERSAL",
        "PAYMENT_*", "OFF_CHAIN_BLOCKCHAIN_*", "SIMPLE_SWAP_*", "ACCOUNT_FUNDING", "FUND", "CREDIT_CARD_DEPOSIT",
        apart=WALLET,
    ),
    *_plain(
        "3.1", "SPOT_BORROW_INTEREST_CHARGE", "SPOT_LEND_INTEREST_PAYMENT", "LIQUIDATION_*", "FUTURES_*",
        "COLLATERAL_CONVERSION_*", apart=FUTURES,
    ),
)  # fmt: skip
HTTP = tuple(Item(f"HTTP {status}", "3.7") for status in (200, 201, 202, 204, 400, 401, 403, 404, 429, 503))
_ELSEWHERE = {
    FUTURES: (-11418, -11420, -11528, -19225, -19227, -19228, -19236, -21100, -21403),
    WALLET: (-13403, -15401, -15407, -15417, -15430, -15437),
}
_BY_SETTING = {-11252: "bad_signature_status"}
CODES = (
    *(Item(str(number), "3.8", setting=_BY_SETTING.get(number, "")) for number in codes.CATALOGUE),
    *(Item(str(number), "3.8", why) for why, numbers in _ELSEWHERE.items() for number in numbers),
)
LIMITS = tuple(Item(f"limit: {limit.budget}", "4.1", setting=setting) for limit, setting in (
    (limit, {"public": "public_budget_shared", "place": "v2_spares_minutes", "connect": "connections_per_minute"}.get(
        limit.budget, "")) for limit in every_endpoint.LIMITS
))  # fmt: skip
WIRE = (
    *_plain("1.1", "signature", "X-VALR-SUB-ACCOUNT-ID", "Content-Type"),
    *_plain("4.2", "x-valr-ratelimited"), Item("Retry-After", "4.2", setting="retry_after_s"),
    Item("cache-control", "2", setting="edge_cache"), Item("age", "2", setting="edge_cache"),
    *_plain("2", "x-valr-upstream-service-time"), *_plain("0.2", "via"),
    *_plain("0.3", "wire text", "ids", "validationErrors"), *_plain("7.3", "truncation"), *_plain("6", "checksum"),
    *_plain("5.1", "NO_SUBSCRIPTIONS", "Invalid JSON", "permessage-deflate", "close 1006", "close 1007"),
    Item("HTML with 400", "8.15", setting="html_400_chance"), Item("HTML with 403", "8.15", setting="html_403_chance"),
    Item("HTML with 429", "4.2", setting="html_when_limited"),
    *_plain("5.1", "close 1012", apart="only on command: `valr-maker sandbox drop-sockets`"),
    *_plain("5.6", "clientMsgId"),
)  # fmt: skip
SETTINGS = (
    *(Item(f"Rules.{one.name}", "13") for one in fields(Rules) if one.name != "latency"),
    *(Item(f"latency.{one.name}", "11.11") for one in fields(Latency)),
)

KINDS: dict[str, tuple[Item, ...]] = {
    "Endpoints": ENDPOINTS,
    "What a client says over a socket": SAID,
    "Control frames": CONTROL,
    "Events of the trade socket": MARKET,
    "Events of the account socket": ACCOUNT,
    "Answers to order messages": REPLIES,
    "Order statuses": STATUSES,
    "Order types": ORDER_TYPES,
    "Ways of orders, and fields that decide": VARIANTS,
    "Reasons of a failure": REASONS,
    "What a key may do": PERMISSIONS,
    "Types of transactions": TRANSACTIONS,
    "HTTP statuses": HTTP,
    "Error codes": CODES,
    "Rate limits": LIMITS,
    "Headers, texts and ends of connections": WIRE,
}
