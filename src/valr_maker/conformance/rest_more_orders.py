"""Section 3.2: market, stop, simple and batch orders."""

from decimal import Decimal
from typing import Any

from valr_maker.conformance import shapes
from valr_maker.conformance.case import sandbox
from valr_maker.conformance.expect import holds, same, uuid
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.rest_change import KEEP
from valr_maker.conformance.rest_place import IMMEDIATELY, SETTLED_S, SLIPPAGE, limit
from valr_maker.conformance.stage import House, Stage

D = Decimal
MARKET, MARKET_V1 = "/v2/orders/market", "/v1/orders/market"
STOP, STOP_V1 = "/v2/orders/stop/limit", "/v1/orders/stop/limit"
BATCH = "/v1/batch/orders"
QUOTE, SIMPLE = "/v1/simple/DOGEUSDT/quote", "/v1/simple/DOGEUSDT/order"


async def _market(me: Guest, side: str, **amount: str) -> Any:
    """A market order's status, once it is taken."""
    id_ = (await me.ask("POST", MARKET, {"side": side, "pair": "DOGEUSDT", **amount})).good(201)["id"]
    return await me.status(id_)


async def _asks(house: House, *levels: tuple[str, str]) -> Guest:
    """Somebody who sells: quantity and price."""
    friend = house.friend()
    for quantity, price in levels:
        await friend.place("SELL", quantity, price)
    return friend


# ---- market ---------------------------------------------------------------------------------------------------------
@sandbox("REST-351", "3.2", "POST /v2/orders/market", "market", "IOC", "Filled", "HTTP 201")
async def market(at: Stage) -> None:
    """A market order takes what there is; its price is "0", its time in force IOC."""
    house = at.house()
    await _asks(house, ("10", "0.16"), ("10", "0.161"))
    found = await _market(house.me, "BUY", baseAmount="15")
    at.fits(found, shapes.ORDER_STATUS, "status")
    wanted = ("Filled", "0", "IOC", "market", "15")
    names = ("orderStatusType", "originalPrice", "timeInForce", "orderType", "originalQuantity")
    same(tuple(found[name] for name in names), wanted, "status")


@sandbox("REST-352", "3.2", "POST /v1/orders/market", "HTTP 202")
async def market_v1(at: Stage) -> None:
    """/v1: 202, and filled an instant later."""
    house = at.house()
    await _asks(house, ("10", "0.16"))
    id_ = (await house.me.ask("POST", MARKET_V1, {"side": "BUY", "pair": "DOGEUSDT", "baseAmount": "10"})).good(202)[
        "id"
    ]
    await house.me.wait(SETTLED_S)
    same((await house.me.status(id_))["orderStatusType"], "Filled", "status")


@sandbox("REST-353", "3.2", "POST /v2/orders/market")
async def market_in_quote(at: Stage) -> None:
    """An amount in quote: a buy spends it, a sale credits it less the fee."""
    house = at.house()
    friend = await _asks(house, ("1000", "0.16"))
    await friend.place("BUY", "1000", "0.15")
    await _market(house.me, "BUY", quoteAmount="16")
    same(await house.me.balance("DOGE"), ("10099.9", "0"), "DOGE after buying 100 for 16, less 0.1 %")
    same(await house.me.balance("USDT"), ("984", "0"), "USDT")
    await _market(house.me, "SELL", quoteAmount="15")
    same(await house.me.balance("USDT"), ("998.985", "0"), "USDT after selling for 15, less 0.1 %")


@sandbox("REST-354", "3.2", "-11", "validationErrors")
async def two_amounts(at: Stage) -> None:
    """Both amounts, or neither: 400, -11."""
    me = at.house().me
    body = {"side": "BUY", "pair": "DOGEUSDT"}
    for more in ({}, {"baseAmount": "10", "quoteAmount": "2"}):
        (await me.ask("POST", MARKET, body | more)).invalid("baseAmount")


@sandbox("REST-355", "3.2", f"reason: {SLIPPAGE}", "Failed", "Rules.slippage_band_pct")
async def outside_the_band(at: Stage) -> None:
    """An order that would have to trade beyond the band is ended there: Partially Filled Due To Slippage."""
    for band, taken in ((5, "10"), (20, "20")):
        house = at.house(slippage_band_pct=D(band))
        await _asks(house, ("10", "0.16"), ("10", "0.18"), ("10", "0.4"))
        found = await _market(house.me, "BUY", baseAmount="30")
        same(found["orderStatusType"], "Partially Filled Due To Slippage", "status")
        same(D(found["originalQuantity"]) - D(found["remainingQuantity"]), D(taken), f"taken with a band of {band} %")


@sandbox("REST-356", "3.6", "Partially Filled Due To Slippage", f"reason: {SLIPPAGE}")
async def all_or_nothing_outside(at: Stage) -> None:
    """What must be had whole and lies partly beyond the band fails with VALR's sentence (a simple order)."""
    house = at.house()
    await _asks(house, ("10", "0.16"), ("1000", "0.4"))
    id_ = (await house.me.ask("POST", SIMPLE, _pay("10"))).good(202)["id"]
    await house.me.wait(SETTLED_S)
    same((await house.me.status(id_))["failedReason"], SLIPPAGE, "failedReason")


@sandbox("REST-357", "3.6", "Repriced Due To Slippage", "Rules.limits_repriced")
async def repriced(at: Stage) -> None:
    """As a setting, a limit order beyond the band is moved to its edge: Repriced Due To Slippage."""
    for limits_repriced, status, price in ((False, "Partially Filled", "0.2"), (True, "Partially Filled", "0.168")):
        house = at.house(limits_repriced=limits_repriced)
        await _asks(house, ("10", "0.16"))
        found = await house.me.status(await house.me.place("BUY", "20", "0.2"))
        same((found["orderStatusType"], found["originalPrice"]), (status, price), "status and price")
        events = (await house.me.get(f"/v1/orders/history/detail/orderid/{found['orderId']}")).good()
        told = "Repriced Due To Slippage" in [event["orderStatusType"] for event in events]
        same(told, limits_repriced, "the event Repriced Due To Slippage")


@sandbox("REST-358", "3.2", "truncation")
async def market_truncation(at: Stage) -> None:
    """BaseAmount is cut to the pair's decimals."""
    house = at.house()
    await _asks(house, ("100", "0.16"))
    same((await _market(house.me, "BUY", baseAmount="10.19"))["originalQuantity"], "10.1", "quantity")


# ---- stop -----------------------------------------------------------------------------------------------------------
def stop(kind: str, side: str, stop_price: str, price: str, **more: object) -> dict[str, object]:
    """The body of a stop order of 10 DOGE."""
    return limit(side, "10", price, stopPrice=stop_price, type=kind, **more)


async def _trade_at(house: House, price: str) -> None:
    """Two others trade, so that this is the last price."""
    await house.friend().place("SELL", "5", price)
    await house.friend().place("BUY", "5", price)


@sandbox("REST-361", "3.2", "POST /v2/orders/stop/limit", "Active", "stop-loss-limit", "take-profit-limit", "HTTP 201")
async def stop_waits(at: Stage) -> None:
    """A stop order waits, Active, with its stop price, its money set aside."""
    me = at.house().me
    for kind, side, stop_price, word in (
        ("STOP_LOSS_LIMIT", "SELL", "0.15", "stop-loss-limit"), ("TAKE_PROFIT_LIMIT", "SELL", "0.17", "take-profit-limit"),
        ("STOP_LOSS_LIMIT", "BUY", "0.17", "stop-loss-limit"), ("TAKE_PROFIT_LIMIT", "BUY", "0.15", "take-profit-limit"),
    ):  # fmt: skip
        id_ = (await me.ask("POST", STOP, stop(kind, side, stop_price, "0.16"))).good(201)["id"]
        found = await me.status(id_)
        at.fits(found, shapes.ORDER_STATUS, "status")
        same((found["orderStatusType"], found["stopPrice"], found["orderType"]), ("Active", stop_price, word), kind)
    at.all_fit((await me.get("/v1/orders/open")).good(), shapes.OPEN_ORDER, "open orders")
    same((await me.balance("DOGE"))[1], "20", "reserved DOGE")


@sandbox("REST-362", "3.2", "POST /v1/orders/stop/limit", "HTTP 202", "Active")
async def stop_v1(at: Stage) -> None:
    """/v1: 202, Active an instant later."""
    me = at.house().me
    body = (await me.ask("POST", STOP_V1, stop("STOP_LOSS_LIMIT", "SELL", "0.15", "0.149", customerOrderId="s"))).good(
        202
    )
    same(body["customerOrderId"], "s", "customerOrderId")
    await me.wait(SETTLED_S)
    same((await me.status(body["id"]))["orderStatusType"], "Active", "status")


@sandbox("REST-363", "3.2", "Placed", "stop-loss-limit", "Active")
async def stop_springs(at: Stage) -> None:
    """When a trade reaches the stop price it is Placed, under its id and type, and matches."""
    house = at.house()
    id_ = (await house.me.ask("POST", STOP, stop("STOP_LOSS_LIMIT", "SELL", "0.158", "0.157"))).good(201)["id"]
    await _trade_at(house, "0.159")
    same((await house.me.status(id_))["orderStatusType"], "Active", "before")
    await _trade_at(house, "0.158")
    found = await house.me.status(id_)
    same((found["orderStatusType"], found["orderType"]), ("Placed", "stop-loss-limit"), "after")
    events = (await house.me.get(f"/v1/orders/history/detail/orderid/{id_}")).good()
    same([event["orderStatusType"] for event in events], ["Placed", "Active"], "its events")
    await house.friend().place("BUY", "10", "0.157")
    same((await house.me.status(id_))["orderStatusType"], "Filled", "when somebody buys")


@sandbox("REST-364", "3.2", f"reason: {IMMEDIATELY}", "Failed")
async def stop_at_once(at: Stage) -> None:
    """A stop price that has been reached, or equals the last trade: Failed with VALR's sentence."""
    me = at.house().me
    for kind, side, stop_price in (("STOP_LOSS_LIMIT", "SELL", "0.16"), ("STOP_LOSS_LIMIT", "SELL", "0.17"),
                                   ("TAKE_PROFIT_LIMIT", "SELL", "0.15")):  # fmt: skip
        body = (await me.ask("POST", STOP, stop(kind, side, stop_price, "0.15"))).good(400)
        found = await me.status(body["orderId"])
        same((found["orderStatusType"], found["failedReason"]), ("Failed", IMMEDIATELY), kind)


@sandbox("REST-365", "3.2", "-11", "validationErrors")
async def stop_types(at: Stage) -> None:
    """Another type than the two: 400, -11; a stop price off the tick too."""
    me = at.house().me
    (await me.ask("POST", STOP, stop("TRAILING", "SELL", "0.15", "0.149"))).invalid("type")
    (await me.ask("POST", STOP, stop("STOP_LOSS_LIMIT", "SELL", "0.1500001", "0.149"))).invalid("stopPrice")


# ---- simple ---------------------------------------------------------------------------------------------------------
def _pay(amount: str, currency: str = "USDT", side: str = "BUY") -> dict[str, object]:
    return {"payInCurrency": currency, "payAmount": amount, "side": side}


@sandbox("REST-371", "3.2", "POST /v1/simple/{pair}/quote", "Rules.simple_pct", "HTTP 200")
async def quote(at: Stage) -> None:
    """A quote: what it would match, the fee of 1.6 %, createdAt without a Z."""
    for percent, fee in (("1.6", "1.6"), ("2", "2")):
        house = at.house(simple_pct=D(percent))
        await _asks(house, ("1000", "0.16"))
        found = (await house.me.ask("POST", QUOTE, _pay("16"))).good()
        at.fits(found, shapes.QUOTE, "quote")
        same(found["ordersToMatch"], [{"price": "0.16", "quantity": "100"}], "ordersToMatch")
        same((found["fee"], found["feeCurrency"]), (fee, "DOGE"), "fee")
        same(D(found["receiveAmount"]), 100 - D(fee), "receiveAmount")


@sandbox(
    "REST-372", "3.2", "POST /v1/simple/{pair}/order", "GET /v1/simple/{pair}/order/{id}", "GET /v1/simple/order/{id}",
    "HTTP 202", "Instant Order Completed", "simple",
)  # fmt: skip
async def simple_order(at: Stage) -> None:
    """A simple order: 202, processing, then success with what was paid and received, on both status routes; as an order Filled."""
    house = at.house()
    await _asks(house, ("1000", "0.16"))
    id_ = (await house.me.ask("POST", SIMPLE, _pay("16"))).good(202)["id"]
    processing = (await house.me.get(f"/v1/simple/order/{id_}")).good()
    same((processing["processing"], processing["success"]), (True, False), "at once")
    await house.me.wait(SETTLED_S)
    for target in (f"/v1/simple/DOGEUSDT/order/{id_}", f"/v1/simple/order/{id_}"):
        found = (await house.me.get(target)).good()
        at.fits(found, shapes.SIMPLE_RESULT, target)
        same((found["success"], found["paidAmount"], found["receivedAmount"]), (True, "16", "98.4"), target)
    found = await house.me.status(id_)
    same((found["orderStatusType"], found["orderType"]), ("Filled", "simple"), "as an order")
    rows = (await house.me.get("/v1/orders/history?statuses=FILLED")).good()
    same([row["orderId"] for row in rows], [id_], "among the filled ones")


@sandbox("REST-373", "3.6", "Instant Order Balance Reserved", "Instant Order Completed")
async def simple_life(at: Stage) -> None:
    """A simple order's events: its balance reserved, then completed."""
    house = at.house()
    await _asks(house, ("1000", "0.16"))
    id_ = (await house.me.ask("POST", SIMPLE, _pay("16"))).good(202)["id"]
    await house.me.wait(SETTLED_S)
    events = (await house.me.get(f"/v1/orders/history/detail/orderid/{id_}")).good()
    words = [event["orderStatusType"] for event in events]
    same((words[0], "Instant Order Balance Reserved" in words), ("Instant Order Completed", True), "events")


@sandbox("REST-374", "3.6", "Instant Order Balance Reserve Failed", "Instant Order Reversed")
async def simple_fails(at: Stage) -> None:
    """Without the money its reserve fails; without anybody to match with it is reversed."""
    house = at.house()
    for amount, status in (("5000", "Instant Order Balance Reserve Failed"), ("16", "Instant Order Reversed")):
        id_ = (await house.me.ask("POST", SIMPLE, _pay(amount))).good(202)["id"]
        await house.me.wait(SETTLED_S)
        same((await house.me.status(id_))["orderStatusType"], status, f"{amount} USDT")
        same((await house.me.get(f"/v1/simple/order/{id_}")).good()["success"], False, "success")


@sandbox("REST-375", "3.8", "-38", "-39")
async def simple_bounds(at: Stage) -> None:
    """Below the minimum -38, above the maximum -39, each with the bound; a quote for more than there is: -39 with what is."""
    house = at.house()
    least, most = "Please increase your amount. The minimum is", "Please decrease your amount.  The maximum is"
    for target in (QUOTE, SIMPLE):
        (await house.me.ask("POST", target, _pay("0.4"))).refused(400, -38, f"{least} 0.5 USDT")
        (await house.me.ask("POST", target, _pay("54001"))).refused(400, -39, f"{most} 54000 USDT")
        (await house.me.ask("POST", target, _pay("3", "DOGE", "SELL"))).refused(400, -38, f"{least} 4 DOGE")
    await _asks(house, ("50", "0.16"))
    (await house.me.ask("POST", QUOTE, _pay("16"))).refused(400, -39, f"{most} 8 USDT")
    (await house.me.ask("POST", QUOTE, _pay("8"))).good()


@sandbox("REST-377", "3.2", "POST /v1/simple/{pair}/quote")
async def quote_is_a_read(at: Stage) -> None:
    """A key that may only look may ask for a quote, and not place the order."""
    house = at.house()
    await _asks(house, ("1000", "0.16"))
    looks = house.another_key(("View access",))
    (await looks.ask("POST", QUOTE, _pay("16"))).good()
    same((await looks.ask("POST", SIMPLE, _pay("16"))).status, 403, "the order")


@sandbox("REST-376", "3.2", "-11")
async def simple_currency(at: Stage) -> None:
    """A buy pays in quote, a sale in base: another currency is -11; an id that is no simple order is -1."""
    me = at.house().me
    (await me.ask("POST", QUOTE, _pay("10", "DOGE"))).invalid("payInCurrency")
    (await me.ask("POST", QUOTE, _pay("10", "USDT", "SELL"))).invalid("payInCurrency")
    order = await me.place("BUY", "10", "0.15")
    (await me.get(f"/v1/simple/order/{order}")).refused(400, -1)


# ---- batch ----------------------------------------------------------------------------------------------------------
def _wanted(kind: str, **data: object) -> dict[str, object]:
    return {"type": kind, "data": data}


async def _batch(me: Guest, *requests: dict[str, object], **more: object) -> Any:
    return (await me.ask("POST", BATCH, {"requests": list(requests), **more})).good()


@sandbox("REST-381", "3.2", "POST /v1/batch/orders", "HTTP 200")
async def batch(at: Stage) -> None:
    """Places and a cancel in one batch: 200, outcomes in the order of the requests, a batch id beyond 2^53 and not ours."""
    house = at.house()
    resting = await house.me.place("BUY", "10", "0.14")
    found = await _batch(
        house.me,
        _wanted("PLACE_LIMIT", **limit(customerOrderId="a")),
        _wanted("PLACE_MARKET", side="BUY", pair="DOGEUSDT", baseAmount="10"),
        _wanted("PLACE_STOP_LIMIT", **stop("STOP_LOSS_LIMIT", "SELL", "0.15", "0.149")),
        _wanted("CANCEL_ORDER", orderId=resting, pair="DOGEUSDT"),
        customerBatchId="mine",
    )
    same(set(found), {"outcomes", "batchId"}, "keys")
    holds(found["batchId"] > 2**53, "a batch id that a double can hold", found["batchId"])
    same([row["accepted"] for row in found["outcomes"]], [True] * 4, "accepted")
    kinds = ["PLACE_LIMIT", "PLACE_MARKET", "PLACE_STOP_LIMIT", "CANCEL_ORDER"]
    same([row["requestType"] for row in found["outcomes"]], kinds, "requestType")
    holds(uuid(found["outcomes"][0]["orderId"]), "orderId")
    same(found["outcomes"][0]["customerOrderId"], "a", "customerOrderId")
    await house.me.wait(SETTLED_S)
    statuses = [(await house.me.status(row["orderId"]))["orderStatusType"] for row in found["outcomes"]]
    same((statuses[0], statuses[2], statuses[3]), ("Placed", "Active", "Cancelled"), "what became of them")


@sandbox("REST-382", "3.2", "POST /v1/batch/orders")
async def batch_with_a_bad_one(at: Stage) -> None:
    """One that is refused spoils no other: accepted false with code and message, and nothing else."""
    me = at.house().me
    found = await _batch(me, _wanted("PLACE_LIMIT", **limit(pair="NOPE")), _wanted("PLACE_LIMIT", **limit()))
    same([row["accepted"] for row in found["outcomes"]], [False, True], "accepted")
    refused = {"accepted": False, "error": {"code": -21, "message": "Unsupported Currency Pair"}}
    same(found["outcomes"][0], refused, "the one that is refused")


@sandbox("REST-383", "3.2", "-21311")
async def modify_with_place(at: Stage) -> None:
    """A change together with an order in one batch: the change is refused with -21311."""
    me = at.house().me
    resting = await me.place("BUY", "10", "0.14")
    change = _wanted("MODIFY_ORDER", orderId=resting, newPrice="0.13", **KEEP)
    found = await _batch(me, change, _wanted("PLACE_LIMIT", **limit()))
    same((found["outcomes"][0]["error"]["code"], found["outcomes"][1]["accepted"]), (-21311, True), "outcomes")
    found = await _batch(me, change)
    same(found["outcomes"][0]["accepted"], True, "the change alone")
    await me.wait(SETTLED_S)
    same((await me.status(resting))["originalPrice"], "0.13", "price")


@sandbox("REST-384", "3.2", "-11", "validationErrors")
async def batch_size(at: Stage) -> None:
    """One to twenty requests: none, or twenty-one, are refused as a whole."""
    me = at.house().me
    for count in (0, 21):
        body = {"requests": [_wanted("PLACE_LIMIT", **limit())] * count}
        (await me.ask("POST", BATCH, body)).invalid("requests")
    same(len((await _batch(me, *[_wanted("PLACE_LIMIT", **limit())] * 20))["outcomes"]), 20, "outcomes of twenty")


@sandbox("REST-385", "3.2", "POST /v1/batch/orders")
async def batch_type(at: Stage) -> None:
    """A type that is none, such as PLACE_STOP, is refused in its row."""
    found = await _batch(at.house().me, _wanted("PLACE_STOP", **stop("STOP_LOSS_LIMIT", "SELL", "0.15", "0.149")))
    same((found["outcomes"][0]["accepted"], found["outcomes"][0]["error"]["code"]), (False, -11), "outcome")
