"""The messages of the reference, key by key."""

from valr_maker.conformance.expect import (
    Shape,
    amount,
    anything,
    digits,
    either,
    flag,
    iso_any,
    iso_bare,
    iso_fine,
    iso_ms,
    iso_second,
    number,
    pair_of,
    percent2,
    rows,
    side,
    text,
    uuid,
    whole,
    word,
)

# ---- public REST (2) ------------------------------------------------------------------------------------------------
CURRENCY: Shape = {
    "symbol": word, "isActive": flag, "shortName": word, "longName": word, "decimalPlaces": digits,
    "withdrawalDecimalPlaces": digits, "collateral": flag, "collateralWeight": text, "defaultNetworkType?": word,
    "supportedNetworks?": rows({
        "networkType": word, "networkLongName": word, "tokenContract?": word, "minimumWithdrawAmount?": amount,
        "estimatedSendCost?": amount, "deposit": flag, "withdraw": flag,
    }),
}  # fmt: skip
PAIR: Shape = {
    "symbol": word, "baseCurrency": word, "quoteCurrency": word, "shortName": word, "active": flag,
    "minBaseAmount": amount, "maxBaseAmount": amount, "minQuoteAmount": amount, "maxQuoteAmount": amount,
    "tickSize": amount, "baseDecimalPlaces": digits, "marginTradingAllowed": flag, "currencyPairType": word,
    "initialMarginFraction?": amount, "maintenanceMarginFraction?": amount, "autoCloseMarginFraction?": amount,
}  # fmt: skip
PAIR_TYPES: Shape = {"currencyPair": word, "orderTypes": rows(word)}
_SUMMARY: Shape = {
    "askPrice": amount, "bidPrice": amount, "lastTradedPrice": amount, "previousClosePrice": amount,
    "baseVolume": amount, "quoteVolume": amount, "highPrice": amount, "lowPrice": amount, "created": iso_ms,
    "changeFromPrevious": amount, "markPrice": amount,
}  # fmt: skip
SUMMARY: Shape = {"currencyPair": word, **_SUMMARY}
LEVEL: Shape = {"side": side, "quantity": amount, "price": amount, "currencyPair": word, "orderCount": whole}
QUEUED: Shape = {
    "side": side, "quantity": amount, "price": amount, "currencyPair": word, "id": word, "positionAtPrice": whole,
}  # fmt: skip
BOOK: Shape = {"Asks": rows(LEVEL), "Bids": rows(LEVEL), "LastChange": iso_ms, "SequenceNumber": whole}
FULL_BOOK: Shape = {"Asks": rows(QUEUED), "Bids": rows(QUEUED), "LastChange": iso_ms, "SequenceNumber": whole}
TRADE: Shape = {
    "price": amount, "quantity": amount, "currencyPair": word, "tradedAt": iso_ms, "takerSide": side,
    "sequenceId": whole, "id": uuid, "quoteVolume": amount,
}  # fmt: skip
MARK_BUCKET: Shape = {
    "currencyPairSymbol": word, "bucketPeriodInSeconds": whole, "startTime": iso_second, "open": amount, "high": amount,
    "low": amount, "close": amount,
}  # fmt: skip
BUCKET: Shape = MARK_BUCKET | {"volume": amount, "quoteVolume": amount}
TIME: Shape = {"epochTime": whole, "time": iso_fine}
STATUS: Shape = {"status": word}
ERROR: Shape = {"code": whole, "message": text}
INVALID: Shape = ERROR | {"validationErrors": {"errors": rows({"field": word, "message": word})}}

# ---- account (3.1) --------------------------------------------------------------------------------------------------
BALANCE: Shape = {
    "currency": word, "available": amount, "reserved": amount, "total": amount, "updatedAt?": iso_ms,
    "lendReserved?": amount, "borrowReserved?": amount, "borrowedAmount?": amount, "totalInReference?": amount,
    "totalInReferenceWeighted?": amount, "referenceCurrency?": word,
}  # fmt: skip
SUB_ACCOUNT: Shape = {"label": word, "id": digits}
ALL_BALANCES: Shape = {"account": SUB_ACCOUNT, "balances": rows(BALANCE)}
FEE: Shape = {"currencyPair": word, "makerPercentage?": amount, "takerPercentage?": amount, "simplePercentage?": amount}
KEY_INFO: Shape = {
    "label": text, "permissions": rows(word), "addedAt": iso_any, "allowedIpAddressCidr?": word,
    "allowedWithdrawAddressList?": rows({"currency": word, "address": word}), "isSubAccount": flag,
}  # fmt: skip
_INFO = either(
    {"costPerCoin": number, "costPerCoinSymbol": word, "currencyPairSymbol": word, "orderId": uuid},
    {"reason": word, "reasonDescription": word, "additional": word, "transferId": digits},
)
"""Of a trade, or of a transfer."""
TRANSACTION: Shape = {
    "transactionType": {"type": word, "description": word}, "debitCurrency?": word, "debitValue?": amount,
    "creditCurrency?": word, "creditValue?": amount, "feeCurrency?": word, "feeValue?": amount, "eventAt": iso_ms,
    "additionalInfo?": _INFO, "id": uuid,
}  # fmt: skip
OWN_TRADE: Shape = {
    "price": amount, "quantity": amount, "currencyPair": word, "tradedAt": iso_ms, "side": side, "sequenceId": whole,
    "id": uuid, "orderId": uuid, "fee?": amount, "feeCurrency?": word, "makerReward?": amount,
    "makerRewardCurrency?": word,
}  # fmt: skip

# ---- orders (3.2 to 3.5) --------------------------------------------------------------------------------------------
ORDER_STATUS: Shape = {
    "orderId": uuid, "orderStatusType": word, "currencyPair": word, "originalPrice": amount,
    "remainingQuantity": amount, "originalQuantity": amount, "orderSide": side, "orderType": word,
    "failedReason": text, "orderUpdatedAt": iso_ms, "orderCreatedAt": iso_ms, "customerOrderId?": word,
    "stopPrice?": amount, "timeInForce": word,
}  # fmt: skip
OPEN_ORDER: Shape = {
    "orderId": uuid, "side": side, "remainingQuantity": amount, "price": amount, "currencyPair": word,
    "createdAt": iso_ms, "originalQuantity": amount, "filledPercentage": percent2, "customerOrderId?": word,
    "stopPrice?": amount, "updatedAt": iso_ms, "status": word, "type": word, "timeInForce": word, "allowMargin": flag,
}  # fmt: skip
HISTORY_ORDER: Shape = ORDER_STATUS | {
    "averagePrice": amount, "total": amount, "totalExecutedQuantity": amount, "totalFee": amount, "feeCurrency": word,
}  # fmt: skip
_EXECUTED: Shape = {"executedPrice": amount, "executedQuantity": amount, "executedFee": amount}
ORDER_EVENT: Shape = ORDER_STATUS | _EXECUTED
V2_FAILURE: Shape = ERROR | {"orderId": uuid}
QUOTE: Shape = {
    "currencyPair": word, "payAmount": amount, "receiveAmount": amount, "fee": amount, "feeCurrency": word,
    "createdAt": iso_bare, "id": uuid, "ordersToMatch": rows({"price": amount, "quantity": amount}),
    "slippagePercentage?": amount,
}  # fmt: skip
INSTANT: Shape = {
    "orderId": uuid, "success": flag, "paidAmount": amount, "paidCurrency": word,
    "receivedAmount": amount, "receivedCurrency": word, "feeAmount": amount, "feeCurrency": word,
    "orderExecutedAt": iso_bare,
}  # fmt: skip
SIMPLE_RESULT: Shape = INSTANT | {"processing": flag}

# ---- trade socket (5.2) ---------------------------------------------------------------------------------------------
_QUEUES = rows({"Price": amount, "Orders": rows({"orderId": word, "quantity": amount})})
_FULL: Shape = {"LastChange": whole, "Asks": _QUEUES, "Bids": _QUEUES, "SequenceNumber": whole, "Checksum": whole}
_LEVELS = rows(pair_of(amount))
_L1: Shape = {"lc": whole, "a": _LEVELS, "b": _LEVELS, "sq": whole, "cs": whole}


def _of_pair(kind: str, data: object) -> Shape:
    return {"type": lambda value: value == kind, "currencyPairSymbol": word, "data": data}


def _short(kind: str, data: Shape) -> Shape:
    return {"type": lambda value: value == kind, "ps": word, "d": data}


MARKET_FRAMES: dict[str, Shape] = {
    "AGGREGATED_ORDERBOOK_UPDATE": _of_pair("AGGREGATED_ORDERBOOK_UPDATE", BOOK),
    "FULL_ORDERBOOK_SNAPSHOT": _of_pair("FULL_ORDERBOOK_SNAPSHOT", _FULL),
    "FULL_ORDERBOOK_UPDATE": _of_pair("FULL_ORDERBOOK_UPDATE", _FULL),
    "OB_L1_SNAPSHOT": _short("OB_L1_SNAPSHOT", _L1),
    "OB_L1_DIFF": _short("OB_L1_DIFF", _L1),
    **{
        f"OB_L1_D{depth}_SNAPSHOT": _short(f"OB_L1_D{depth}_SNAPSHOT", {"lc": whole, "a": _LEVELS, "b": _LEVELS})
        for depth in (1, 5, 10, 20, 40, 80)
    },
    "MARKET_SUMMARY_UPDATE": _of_pair(
        "MARKET_SUMMARY_UPDATE", {"currencyPairSymbol": word, "currencyPair?": word, **_SUMMARY}
    ),
    "NEW_TRADE": _of_pair(
        "NEW_TRADE",
        {"price": amount, "quantity": amount, "currencyPair": word, "tradedAt": iso_ms, "takerSide": side, "id": uuid},
    ),
    "NEW_TRADE_BUCKET": _of_pair("NEW_TRADE_BUCKET", BUCKET),
    "MARK_PRICE_UPDATE": _of_pair("MARK_PRICE_UPDATE", {"price": amount}),
    "ALLOWED_ORDER_TYPES_UPDATED": _of_pair("ALLOWED_ORDER_TYPES_UPDATED", rows(word)),
}

# ---- account socket (5.4, 5.6) --------------------------------------------------------------------------------------
_CURRENCY: Shape = {
    "symbol": word, "decimalPlaces": whole, "isActive": flag, "shortName": word, "longName": word,
    "supportedWithdrawDecimalPlaces": whole, "collateral": flag, "collateralWeight": text,
}  # fmt: skip
_BALANCE: Shape = {
    "currency": _CURRENCY, "available": amount, "reserved": amount, "total": amount, "updatedAt": iso_ms,
    "lendReserved": amount, "borrowCollateralReserved": amount, "borrowedAmount": amount, "totalInReference?": amount,
    "totalInReferenceWeighted?": amount, "referenceCurrency?": word,
}  # fmt: skip
_OPEN: Shape = {
    "orderId": uuid, "side": side, "quantity": amount, "price": amount, "currencyPair": word, "createdAt": iso_ms,
    "originalQuantity": amount, "filledPercentage": percent2, "customerOrderId?": word, "stopPrice?": amount,
    "type": word, "status": word, "updatedAt": iso_ms, "timeInForce": word, "allowMargin": flag,
}  # fmt: skip
_RECORD: Shape = TRANSACTION | {"debitCurrency?": _CURRENCY, "creditCurrency?": _CURRENCY, "feeCurrency?": _CURRENCY}


def _event(kind: str, data: object) -> Shape:
    return {"type": lambda value: value == kind, "data": data}


def _reply(kind: str, data: Shape) -> Shape:
    return {"type": lambda value: value == kind, "data": data, "clientMsgId?": word}


_IDS: Shape = {"orderId": uuid, "customerOrderId?": word}
ACCOUNT_FRAMES: dict[str, Shape] = {
    "BALANCE_UPDATE": _event("BALANCE_UPDATE", _BALANCE),
    "OPEN_ORDERS_UPDATE": _event("OPEN_ORDERS_UPDATE", rows(_OPEN)),
    "ORDER_PROCESSED": _event(
        "ORDER_PROCESSED", {"orderId": uuid, "success": flag, "failureReason": text, "customerOrderId?": word}
    ),
    "ORDER_STATUS_UPDATE": _event("ORDER_STATUS_UPDATE", ORDER_EVENT),
    "NEW_ACCOUNT_TRADE": _of_pair("NEW_ACCOUNT_TRADE", {
        "price": amount, "quantity": amount, "currencyPair": word, "tradedAt": iso_ms, "side": side, "orderId": uuid,
        "id": uuid, "fee?": amount, "feeCurrency?": word, "makerReward?": amount, "makerRewardCurrency?": word,
        "customerOrderId?": word,
    }),
    "NEW_ACCOUNT_HISTORY_RECORD": _event("NEW_ACCOUNT_HISTORY_RECORD", _RECORD),
    "INSTANT_ORDER_COMPLETED": _event("INSTANT_ORDER_COMPLETED", INSTANT),
    "MODIFY_ORDER_OUTCOME": _event("MODIFY_ORDER_OUTCOME", {"success": flag, **_IDS, "modifyRequestId": uuid}),
    "FAILED_CANCEL_ORDER": _event(
        "FAILED_CANCEL_ORDER", {"orderId?": word, "message": word, "customerOrderId?": word}
    ),
    "CANCEL_ON_DISCONNECT_UPDATE": _reply("CANCEL_ON_DISCONNECT_UPDATE", {"cancelOnDisconnect": word}),
    "PLACE_LIMIT_WS_RESPONSE": _reply("PLACE_LIMIT_WS_RESPONSE", _IDS),
    "PLACE_MARKET_WS_RESPONSE": _reply("PLACE_MARKET_WS_RESPONSE", _IDS),
    "MODIFY_ORDER_WS_RESPONSE": _reply(
        "MODIFY_ORDER_WS_RESPONSE", {"modifyRequestId": uuid, "requested": flag, "orderId?": uuid, "customerOrderId?": word}
    ),
    "CANCEL_ORDER_WS_RESPONSE": _reply(
        "CANCEL_ORDER_WS_RESPONSE", {"requested": flag, "orderId?": word, "customerOrderId?": word}
    ),
    "BATCH_ORDERS_WS_RESPONSE": _reply(
        "BATCH_ORDERS_WS_RESPONSE", {"outcomes": rows(anything), "batchId": whole}
    ),
}  # fmt: skip
