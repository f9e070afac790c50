"""Sections 5.3 to 5.5: what an account socket tells, and in which order."""

from typing import Any

from valr_maker.conformance.case import sandbox, with_key
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.guest import Ear
from valr_maker.conformance.rest_change import KEEP
from valr_maker.conformance.rest_place import POST_ONLY, limit
from valr_maker.conformance.shapes import ACCOUNT_FRAMES
from valr_maker.conformance.stage import House, Stage
from valr_maker.conformance.ws_control import ACCOUNT

BALANCE, OPEN, PROCESSED, STATUS = "BALANCE_UPDATE", "OPEN_ORDERS_UPDATE", "ORDER_PROCESSED", "ORDER_STATUS_UPDATE"
TRADE, RECORD, OUTCOME = "NEW_ACCOUNT_TRADE", "NEW_ACCOUNT_HISTORY_RECORD", "MODIFY_ORDER_OUTCOME"
FAILED_CANCEL, INSTANT = "FAILED_CANCEL_ORDER", "INSTANT_ORDER_COMPLETED"


async def listening(house: House) -> Ear:
    """My account socket, past its first frames."""
    ear = await house.me.open(ACCOUNT)
    await ear.heard()
    return ear


async def _told(at: Stage, ear: Ear) -> list[Any]:
    """What is told now, each frame with its keys."""
    frames = await ear.heard()
    for frame in frames:
        at.fits(frame, ACCOUNT_FRAMES[frame["type"]], frame["type"])
    return frames


def _kinds(frames: list[Any]) -> list[str]:
    return [frame["type"] for frame in frames]


def _of(frames: list[Any], kind: str) -> list[Any]:
    return [frame["data"] for frame in frames if frame["type"] == kind]


# ---- what comes by itself (5.3, 5.4) --------------------------------------------------------------------------------
@with_key("WS-301", "5.3", BALANCE, OPEN, "AUTHENTICATED")
async def burst(at: Stage) -> None:
    """On connecting: AUTHENTICATED, a BALANCE_UPDATE for each asset held, one OPEN_ORDERS_UPDATE with all open orders."""
    ear = await at.guest.open(ACCOUNT)
    same((await ear.next())["type"], "AUTHENTICATED", "first")
    currencies = []
    while (frame := await ear.next())["type"] == BALANCE:
        at.fits(frame, ACCOUNT_FRAMES[BALANCE], BALANCE)
        currencies.append(frame["data"]["currency"]["shortName"])
    at.fits(frame, ACCOUNT_FRAMES[OPEN], OPEN)
    same(len(currencies), len(set(currencies)), "one each")
    held = (await at.guest.get("/v1/account/balances?excludeZeroBalances=true")).good()
    same(set(currencies), {row["currency"] for row in held}, "assets held")
    await ear.close()


@sandbox("WS-302", "5.3", BALANCE, OPEN)
async def burst_of_orders(at: Stage) -> None:
    """The open orders on connecting are those of all pairs; the rand is R with short name ZAR."""
    house = at.house()
    mine = {await house.me.place("BUY", "10", "0.15"), await house.me.place("BUY", "10", "2.5", "DOGEZAR")}
    frames = (await (await house.me.open(ACCOUNT)).heard())[1:]
    (orders,) = _of(frames, OPEN)
    same({row["orderId"] for row in orders}, mine, "orders")
    rand = next(data for data in _of(frames, BALANCE) if data["currency"]["shortName"] == "ZAR")
    same((rand["currency"]["symbol"], rand["available"], rand["reserved"]), ("R", "9975", "25"), "the rand")


@sandbox("WS-303", "5.3", "SUBSCRIBE", "SUBSCRIBED")
async def subscribing_is_harmless(at: Stage) -> None:
    """SUBSCRIBE without pairs is taken on the account socket, and changes nothing: all comes unasked."""
    house = at.house()
    ear = await listening(house)
    events = [STATUS, TRADE, OPEN, "MARGIN_INFO"]
    await ear.say({"type": "SUBSCRIBE", "subscriptions": [{"event": event} for event in events]})
    same(
        [(frame["type"], frame["message"]) for frame in await ear.heard()],
        [("SUBSCRIBED", one) for one in events],
        "acks",
    )
    await house.me.place("BUY", "10", "0.15")
    same(_kinds(await _told(at, ear)), [PROCESSED, BALANCE, OPEN], "told once each")


@sandbox("WS-304", "5.1", "UNSUBSCRIBE", "UNSUBSCRIBED", "ERROR")
async def unsubscribing(at: Stage) -> None:
    """UNSUBSCRIBE is for BALANCE_UPDATE, OPEN_ORDERS_UPDATE and MARGIN_INFO alone; SUBSCRIBE brings them back."""
    house = at.house()
    ear = await listening(house)
    await ear.say({"type": "UNSUBSCRIBE", "requests": [{"event": BALANCE}, {"event": OPEN}, {"event": TRADE}]})
    same(await ear.kinds(), ["UNSUBSCRIBED", "UNSUBSCRIBED", "ERROR"], "answers")
    await house.me.place("BUY", "10", "0.15")
    same(_kinds(await _told(at, ear)), [PROCESSED], "told now")
    await ear.say({"type": "SUBSCRIBE", "subscriptions": [{"event": BALANCE}]})
    same(await ear.kinds(), ["SUBSCRIBED"], "answer")
    await house.me.place("BUY", "10", "0.15")
    same(_kinds(await _told(at, ear)), [PROCESSED, BALANCE], "told then")


@sandbox("WS-305", "5.4", BALANCE, OPEN)
async def every_socket_hears(at: Stage) -> None:
    """Two sockets of one account hear the same; another account hears nothing of it."""
    house = at.house()
    one, two = await listening(house), await listening(house)
    other = await house.friend().open(ACCOUNT)
    await other.heard()
    await house.me.place("BUY", "10", "0.15")
    first, second = await one.heard(), await two.heard()
    holds(first and first == second, "the two hear different things")
    same(await other.kinds(), [], "the stranger")


# ---- the flow of an order (5.5) -------------------------------------------------------------------------------------
@sandbox("WS-311", "5.5", PROCESSED, BALANCE, OPEN, "Placed")
async def rests(at: Stage) -> None:
    """It rests: ORDER_PROCESSED(true), BALANCE_UPDATE, OPEN_ORDERS_UPDATE; no ORDER_STATUS_UPDATE."""
    house = at.house()
    ear = await listening(house)
    order = await house.me.place("BUY", "10", "0.15", customerOrderId="c", postOnly=True)
    frames = await _told(at, ear)
    same(_kinds(frames), [PROCESSED, BALANCE, OPEN], "order of events")
    wanted = {"orderId": order, "success": True, "failureReason": "", "customerOrderId": "c"}
    same(_of(frames, PROCESSED)[0], wanted, PROCESSED)
    same(_of(frames, BALANCE)[0]["reserved"], "1.5", "reserved")
    (row,) = _of(frames, OPEN)[0]
    same(
        (row["orderId"], row["quantity"], row["filledPercentage"], row["status"]), (order, "10", "0.00", "Placed"), OPEN
    )


@sandbox("WS-312", "12", STATUS, "Placed", "Rules.placed_frame")
async def placed_frame(at: Stage) -> None:
    """As a setting an order that merely rests is told as Placed too, as the documents have it."""
    house = at.house(placed_frame=True)
    ear = await listening(house)
    await house.me.place("BUY", "10", "0.15")
    statuses = _of(await _told(at, ear), STATUS)
    same([data["orderStatusType"] for data in statuses], ["Placed"], STATUS)


@sandbox("WS-313", "5.5", PROCESSED, STATUS, "Failed", f"reason: {POST_ONLY}")
async def fails(at: Stage) -> None:
    """It fails: ORDER_PROCESSED(false) with the reason, ORDER_STATUS_UPDATE Failed; nothing else."""
    house = at.house()
    await house.friend().place("SELL", "10", "0.16")
    ear = await listening(house)
    (await house.me.ask("POST", "/v1/orders/limit", limit(price="0.16", postOnly=True))).good(202)
    frames = await _told(at, ear)
    same(_kinds(frames), [PROCESSED, STATUS], "order of events")
    same(
        (_of(frames, PROCESSED)[0]["success"], _of(frames, PROCESSED)[0]["failureReason"]),
        (False, POST_ONLY),
        PROCESSED,
    )
    same(
        (_of(frames, STATUS)[0]["orderStatusType"], _of(frames, STATUS)[0]["failedReason"]),
        ("Failed", POST_ONLY),
        STATUS,
    )


@sandbox("WS-314", "5.5", TRADE, STATUS, BALANCE, RECORD, OPEN, "Partially Filled", "Filled")
async def filled(at: Stage) -> None:
    """A resting order is filled: trade, status, both balances, the history record, open orders; in part, then whole."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15", customerOrderId="c")
    friend = house.friend()
    ear = await listening(house)
    for quantity, status, remaining in (("4", "Partially Filled", "6"), ("6", "Filled", "0")):
        await friend.place("SELL", quantity, "0.15")
        frames = await _told(at, ear)
        same(_kinds(frames), [TRADE, STATUS, BALANCE, BALANCE, RECORD, OPEN], "order of events")
        data = _of(frames, STATUS)[0]
        found = (data["orderStatusType"], data["remainingQuantity"], data["executedQuantity"], data["executedPrice"])
        same(found, (status, remaining, quantity, "0.15"), STATUS)
        trade = _of(frames, TRADE)[0]
        same((trade["orderId"], trade["side"], trade["customerOrderId"]), (order, "buy", "c"), TRADE)
        same(trade["fee"], data["executedFee"], "fee and executedFee")


@sandbox("WS-315", "5.5", TRADE, PROCESSED)
async def takes(at: Stage) -> None:
    """A taker hears ORDER_PROCESSED first, then each match, and its open orders once."""
    house = at.house()
    friend = house.friend()
    await friend.place("SELL", "5", "0.16")
    await friend.place("SELL", "5", "0.16")
    ear = await listening(house)
    await house.me.place("BUY", "12", "0.16")
    kinds = _kinds(await _told(at, ear))
    same((kinds[0], kinds[-1]), (PROCESSED, OPEN), "first and last")
    same((kinds.count(TRADE), kinds.count(RECORD), kinds.count(OPEN)), (2, 2, 1), "matches, records, open orders")


@sandbox("WS-316", "5.5", STATUS, BALANCE, OPEN, "Cancelled")
async def cancelled(at: Stage) -> None:
    """It is cancelled: ORDER_STATUS_UPDATE, BALANCE_UPDATE, OPEN_ORDERS_UPDATE, empty when none is left."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15")
    ear = await listening(house)
    (await house.me.ask("DELETE", "/v2/orders/order", {"orderId": order, "pair": "DOGEUSDT"})).good()
    frames = await _told(at, ear)
    same(_kinds(frames), [STATUS, BALANCE, OPEN], "order of events")
    same((_of(frames, STATUS)[0]["orderStatusType"], _of(frames, OPEN)[0]), ("Cancelled", []), "status and open orders")


@sandbox("WS-317", "5.5", OUTCOME, STATUS, OPEN, BALANCE, "Order Modified")
async def modified(at: Stage) -> None:
    """It is changed: MODIFY_ORDER_OUTCOME, status, open orders, balance; a change that fails tells its outcome alone."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15")
    ear = await listening(house)
    change = KEEP | {"orderId": order, "newPrice": "0.14"}
    id_ = (await house.me.ask("PUT", "/v2/orders/modify", change)).good(201)["id"]
    frames = await _told(at, ear)
    same(_kinds(frames), [OUTCOME, STATUS, OPEN, BALANCE], "order of events")
    same(_of(frames, OUTCOME)[0], {"success": True, "orderId": order, "modifyRequestId": id_}, OUTCOME)
    same(
        (_of(frames, STATUS)[0]["orderStatusType"], _of(frames, OPEN)[0][0]["status"]),
        ("Order Modified",) * 2,
        "status",
    )
    (await house.me.ask("PUT", "/v2/orders/modify", change)).refused(400, -21303)
    frames = await _told(at, ear)
    same([(frame["type"], frame["data"]["success"]) for frame in frames], [(OUTCOME, False)], "a change that fails")


@sandbox("WS-318", "5.4", FAILED_CANCEL, "-16")
async def cancel_fails(at: Stage) -> None:
    """A v1 cancel of an order that is not there: 202, then FAILED_CANCEL_ORDER."""
    house = at.house()
    ear = await listening(house)
    nobody = "0190aaaa-0000-7000-8000-000000000001"
    same(
        (await house.me.ask("DELETE", "/v1/orders/order", {"orderId": nobody, "pair": "DOGEUSDT"})).status,
        202,
        "status",
    )
    frames = await _told(at, ear)
    wanted = {"orderId": nobody, "message": "An error occurred while cancelling your order."}
    same([(frame["type"], frame["data"]) for frame in frames], [(FAILED_CANCEL, wanted)], "told")


@sandbox("WS-319", "5.4", INSTANT, "Instant Order Completed")
async def instant(at: Stage) -> None:
    """A simple order ends with INSTANT_ORDER_COMPLETED, as REST has it but for `processing` and R; one that fails too."""
    house = at.house()
    await house.friend().place("SELL", "1000", "2.8", "DOGEZAR")
    await house.friend().place("SELL", "1000", "0.16")
    ear = await listening(house)
    for amount, success in (("16", True), ("5000", False)):
        body = {"payInCurrency": "USDT", "payAmount": amount, "side": "BUY"}
        id_ = (await house.me.ask("POST", "/v1/simple/DOGEUSDT/order", body)).good(202)["id"]
        (data,) = _of(await _told(at, ear), INSTANT)
        same((data["orderId"], data["success"]), (id_, success), f"{amount} USDT")
        same((await house.me.get(f"/v1/simple/order/{id_}")).good(), data | {"processing": False}, "the same by REST")
    body = {"payInCurrency": "ZAR", "payAmount": "280", "side": "BUY"}
    (await house.me.ask("POST", "/v1/simple/DOGEZAR/order", body)).good(202)
    (data,) = _of(await _told(at, ear), INSTANT)
    same((data["paidCurrency"], data["feeCurrency"]), ("R", "DOGE"), "currencies")


@sandbox("WS-320", "5.4", TRADE, RECORD, "maker reward")
async def reward(at: Stage) -> None:
    """A maker's reward: makerReward and its currency instead of a fee, and a record of its own."""
    house = at.house()
    house.set_tier(7)
    await house.me.place("BUY", "100", "2.8", "DOGEZAR")
    friend = house.friend()
    ear = await listening(house)
    await friend.place("SELL", "100", "2.8", "DOGEZAR")
    frames = await _told(at, ear)
    trade = _of(frames, TRADE)[0]
    same((trade.get("makerReward"), trade.get("makerRewardCurrency"), "fee" in trade), ("0.028", "ZAR", False), TRADE)
    kinds = {data["transactionType"]["type"] for data in _of(frames, RECORD)}
    same(kinds, {"LIMIT_BUY", "MAKER_REWARD"}, "records")
    holds(all("feeCurrency" not in data for data in _of(frames, RECORD)), "a fee in a record")


@sandbox("WS-321", "5.4", RECORD)
async def record(at: Stage) -> None:
    """A record is that of the transaction history, with whole currencies."""
    house = at.house()
    await house.me.place("SELL", "100", "2.8", "DOGEZAR")
    ear = await listening(house)
    await house.friend().place("BUY", "100", "2.8", "DOGEZAR")
    (data,) = _of(await _told(at, ear), RECORD)
    row = (await house.me.get("/v1/account/transactionhistory")).good()[0]
    names = ("debitCurrency", "creditCurrency", "feeCurrency")
    same({**data, **{name: data[name]["shortName"] for name in names}}, row, "the row by REST")
    same((data["creditCurrency"]["symbol"], data["additionalInfo"]["costPerCoinSymbol"]), ("R", "R"), "the rand")


@sandbox("WS-322", "3.6", STATUS, OPEN, "Partially Filled Due To Slippage", "Repriced Due To Slippage")
async def words_of_the_socket(at: Stage) -> None:
    """The sockets have other words than REST for the two statuses of slippage."""
    house = at.house(limits_repriced=True)
    await house.friend().place("SELL", "10", "0.16")
    await house.friend().place("SELL", "10", "0.4")
    ear = await listening(house)
    market = {"side": "BUY", "pair": "DOGEUSDT", "baseAmount": "15"}
    (await house.me.ask("POST", "/v2/orders/market", market)).good(201)
    words = [data["orderStatusType"] for data in _of(await _told(at, ear), STATUS)]
    same(words[-1], "Partially Filled and Cancelled Due To Slippage", "of a market order")
    await house.friend().place("SELL", "10", "0.16")
    await house.me.place("BUY", "20", "0.2")
    words = [data["orderStatusType"] for data in _of(await _told(at, ear), STATUS)]
    same(words[0], "Order price has been modified due to slippage limits", "of a limit order")


@sandbox("WS-323", "3.2", STATUS, OPEN, "Active", "Placed")
async def stop(at: Stage) -> None:
    """A stop order is among the open ones as Active, and told as Placed when it springs."""
    house = at.house()
    ear = await listening(house)
    body = {"side": "SELL", "quantity": "10", "price": "0.157", "pair": "DOGEUSDT", "stopPrice": "0.158",
            "type": "STOP_LOSS_LIMIT"}  # fmt: skip
    (await house.me.ask("POST", "/v2/orders/stop/limit", body)).good(201)
    frames = await _told(at, ear)
    (row,) = _of(frames, OPEN)[0]
    same((row["status"], row["stopPrice"], row["type"]), ("Active", "0.158", "stop-loss-limit"), "open order")
    await house.friend().place("SELL", "5", "0.158")
    await house.friend().place("BUY", "5", "0.158")
    same([data["orderStatusType"] for data in _of(await _told(at, ear), STATUS)], ["Placed"], STATUS)


@sandbox("WS-324", "3.1", BALANCE, RECORD)
async def transfer(at: Stage) -> None:
    """A transfer is told to both accounts: BALANCE_UPDATE and a record."""
    house = at.house()
    me = house.another_key(("View access", "Trade", "Internal Transfer"))
    sub = (await me.ask("POST", "/v1/account/subaccount", {"label": "desk"})).good()["id"]
    mine, theirs = await me.open(ACCOUNT), await me.acting_for(sub).open(ACCOUNT)
    for ear in (mine, theirs):
        await ear.heard()
    body = {"fromId": "0", "toId": sub, "currencyCode": "USDT", "amount": "1"}
    same((await me.ask("POST", "/v1/account/subaccounts/transfer", body)).status, 202, "status")
    for ear, total in ((mine, "999"), (theirs, "1")):
        frames = await _told(at, ear)
        same(_kinds(frames), [BALANCE, RECORD], "order of events")
        same(_of(frames, BALANCE)[0]["total"], total, "total")


@sandbox("WS-325", "13", TRADE)
async def no_fee(at: Stage) -> None:
    """A maker's rate of zero: the fee is there, as "0", and nothing is taken."""
    house = at.house()
    house.set_tier(9)
    await house.me.place("SELL", "100", "0.16")
    ear = await listening(house)
    await house.friend().place("BUY", "100", "0.16")
    trade = _of(await _told(at, ear), TRADE)[0]
    same((trade.get("fee"), trade.get("feeCurrency"), "makerReward" in trade), ("0", "USDT", False), TRADE)
    same(await house.me.balance("USDT"), ("1016", "0"), "USDT")


@sandbox("WS-007", "1.3", "X-VALR-SUB-ACCOUNT-ID", "AUTHENTICATED", "close 1007")
async def socket_of_a_sub_account(at: Stage) -> None:
    """With header and signature the socket is the sub-account's; with the header alone it ends with 1007."""
    house = at.house()
    sub = (await house.me.ask("POST", "/v1/account/subaccount", {"label": "desk"})).good()["id"]
    ear = await house.me.acting_for(sub).open(ACCOUNT)
    same(await ear.kinds(), ["AUTHENTICATED", OPEN], "of one that holds nothing")
    ear = await house.me.open(ACCOUNT, house.me.headers("GET", ACCOUNT) | {"X-VALR-SUB-ACCOUNT-ID": sub})
    same(await ear.end(5), (1007, "Request has an invalid signature"), "the end")
