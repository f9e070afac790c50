"""Sections 3.2, 3.6 and 3.8: placing orders, what they are called, and why they are not taken."""

from decimal import Decimal
from typing import Any

from valr_maker.conformance import shapes
from valr_maker.conformance.case import Case, Need, add, sandbox
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.stage import House, Stage

D = Decimal
V1, V2 = "/v1/orders/limit", "/v2/orders/limit"
SELF_TRADE = "We did not execute this order since it would have matched with your own order on the Exchange"
POST_ONLY = "Post only cancelled as it would have matched"
SLIPPAGE = "Order cancelled as it would have matched outside of slippage price band"
IMMEDIATELY = "Stop order failed as it would have been triggered immediately"
TOO_SMALL = "Minimum order size not met . Minimum amount: 4 DOGE, minimum total: 0.5 USDT"
SETTLED_S = 0.1
"""After this the engine has looked at an order, and all that follows has been told."""


def limit(side: str = "BUY", quantity: object = "10", price: object = "0.15", **more: object) -> dict[str, object]:
    """The body of a limit order on DOGEUSDT."""
    return {"side": side, "quantity": quantity, "price": price, "pair": "DOGEUSDT", **more}


async def _history(house: House, query: str = "") -> Any:
    return (await house.me.get(f"/v1/orders/history{query}")).good()


@sandbox("REST-301", "3.2", "POST /v1/orders/limit", "HTTP 202", "GET /v1/orders/{pair}/orderid/{id}")
async def v1_limit(at: Stage) -> None:
    """/v1: 202 with the id and the customer id: received, not placed; an instant later it rests."""
    me = at.house().me
    body = (await me.ask("POST", V1, limit(customerOrderId="mm-1-a"))).good(202)
    same(set(body), {"id", "customerOrderId"}, "keys")
    same(body["customerOrderId"], "mm-1-a", "customerOrderId")
    await me.wait(SETTLED_S)
    at.fits(await me.status(body["id"]), shapes.ORDER_STATUS, "status")
    same((await me.status(body["id"]))["orderStatusType"], "Placed", "status")


@sandbox("REST-302", "3.2", "POST /v2/orders/limit", "HTTP 201", "Placed")
async def v2_limit(at: Stage) -> None:
    """/v2: 201 with the id alone, and the order rests."""
    me = at.house().me
    body = (await me.ask("POST", V2, limit(customerOrderId="mm-1-a"))).good(201)
    same(set(body), {"id"}, "keys")
    same((await me.status(body["id"]))["orderStatusType"], "Placed", "status")


@sandbox("REST-303", "3.2", "-6", "POST /v2/orders/limit", "reason: Insufficient Balance", "Failed")
async def v2_poor(at: Stage) -> None:
    """/v2 without the money: 400 with orderId, -6, Insufficient Balance; the order has Failed."""
    me = at.house().me
    answer = await me.ask("POST", V2, limit(quantity="100000"))
    body = answer.refused(400, -6, "Insufficient Balance")
    at.fits(body, shapes.V2_FAILURE, "body")
    found = await me.status(body["orderId"])
    same((found["orderStatusType"], found["failedReason"]), ("Failed", "Insufficient Balance"), "status")


@sandbox("REST-304", "3.2", "reason: Insufficient Balance", "Failed", "POST /v1/orders/limit")
async def v1_poor(at: Stage) -> None:
    """/v1 without the money: 202 all the same; the status says Failed."""
    me = at.house().me
    id_ = (await me.ask("POST", V1, limit("SELL", "100000", "0.2"))).good(202)["id"]
    await me.wait(SETTLED_S)
    found = await me.status(id_)
    same((found["orderStatusType"], found["failedReason"]), ("Failed", "Insufficient Balance"), "status")


# ---- what a body may look like --------------------------------------------------------------------------------------
LENIENT: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("REST-305", "Amounts may be JSON numbers.", {"quantity": 10, "price": 0.15}),
    ("REST-306", '`postOnly` may be the text "false".', {"postOnly": "false"}),
    ("REST-307", "Null stands for absent.", {"customerOrderId": None, "timeInForce": None, "postOnly": None}),
    ("REST-308", "Fields that nobody knows are ignored.", {"clientOrderId": "x", "leverage": 3}),
    ("REST-309", "`allowMargin` and `reduceOnly` may be booleans or texts; nothing comes of them without margin and positions.",
     {"allowMargin": "true", "reduceOnly": False}),
    ("REST-310", "A pair may come in lower case.", {"pair": "dogeusdt"}),
    ("REST-311", "A customer id may have digits, letters and hyphens, fifty at most.", {"customerOrderId": "aZ-09" * 10}),
)  # fmt: skip
WITHOUT_EFFECT = {"allowMargin", "reduceOnly"}
INVALID: tuple[tuple[str, str, str, dict[str, object]], ...] = (
    ("REST-312", "A price off the tick: 400, -11 (the code is a choice).", "price", {"price": "0.150001"}),
    ("REST-313", "A price of zero: 400, -11.", "price", {"price": "0"}),
    ("REST-314", "A quantity that is no number: 400, -11.", "quantity", {"quantity": "ten"}),
    ("REST-315", "A side that is none: 400, -11.", "side", {"side": "HOLD"}),
    ("REST-316", "A time in force that is none: 400, -11.", "timeInForce", {"timeInForce": "GTD"}),
    ("REST-317", "A customer id with an underscore: 400, -11.", "customerOrderId", {"customerOrderId": "a_b"}),
    ("REST-318", "A customer id of 51 letters: 400, -11.", "customerOrderId", {"customerOrderId": "a" * 51}),
    ("REST-319", "More than the pair's maximum: 400, -11 (the code is a choice).", "quantity", {"quantity": "680001"}),
    ("REST-320", "A field that is missing: 400, -11, and its name.", "price", {"price": ...}),
    ("REST-321", "postOnlyReprice together with postOnly: 400, -11.", "postOnlyReprice",
     {"postOnly": True, "postOnlyReprice": True}),
    ("REST-322", "More than fifty ticks of postOnlyReprice: 400, -11.", "postOnlyRepriceTicks",
     {"postOnlyReprice": True, "postOnlyRepriceTicks": "51"}),
    ("REST-323", "postOnlyReprice with IOC: 400, -11.", "timeInForce", {"postOnlyReprice": True, "timeInForce": "IOC"}),
)  # fmt: skip


def _enter_bodies() -> None:
    for id_, title, more in LENIENT:

        async def taken(at: Stage, more: dict[str, object] = more) -> None:
            me = at.house().me
            (await me.ask("POST", V2, limit() | more)).good(201)
            (await me.ask("POST", V1, limit(price="0.14") | more | {"customerOrderId": None})).good(202)

        add(Case(id_, "3.2", title, Need.SANDBOX, ("request body", *sorted(WITHOUT_EFFECT & more.keys())), taken))
    for id_, title, field, more in INVALID:

        async def refused(at: Stage, field: str = field, more: dict[str, object] = more) -> None:
            me = at.house().me
            body = {name: value for name, value in (limit() | more).items() if value is not ...}
            for target in (V1, V2):
                at.fits((await me.ask("POST", target, body)).invalid(field), shapes.INVALID, target)
            same((await me.get("/v1/orders/open")).good(), [], "open orders")

        add(Case(id_, "3.2", title, Need.SANDBOX, ("-11", "HTTP 400", "validationErrors"), refused))


_enter_bodies()


@sandbox("REST-324", "3.8", "-113", "HTTP 400")
async def broken_json(at: Stage) -> None:
    """Broken JSON: 400, -113."""
    me = at.house().me
    for raw in (b"{", b"", b'{"side":"BUY",}', b"\xff"):
        (await me.ask("POST", V2, raw)).refused(400, -113, "Invalid JSON payload")


@sandbox("REST-325", "3.2", "-21")
async def unknown_pair(at: Stage) -> None:
    """A pair that does not exist: 400, -21, on every way to place."""
    me = at.house().me
    for target in (V1, V2):
        (await me.ask("POST", target, limit(pair="NOPEUSDT"))).refused(400, -21, "Unsupported Currency Pair")
    market = {"side": "BUY", "pair": "NOPEUSDT", "baseAmount": "10"}
    (await me.ask("POST", "/v2/orders/market", market)).refused(400, -21)


@sandbox("REST-326", "3.2", "-32")
async def inactive_pair(at: Stage) -> None:
    """An inactive pair: 400, -32."""
    me = at.house().me
    (await me.ask("POST", V2, limit(pair="ADAUSDT"))).refused(400, -32, "The given currency pair is not active")
    pay = {"payInCurrency": "USDT", "payAmount": "10", "side": "BUY"}
    (await me.ask("POST", "/v1/simple/ADAUSDT/order", pay)).refused(400, -32)


@sandbox("REST-327", "3.8", "-12005")
async def type_not_allowed(at: Stage) -> None:
    """A pair with simple orders only refuses a limit order: 400, -12005."""
    me = at.house().me
    for target in (V1, V2):
        answer = await me.ask("POST", target, limit(pair="TSLAXUSDT"))
        answer.refused(400, -12005, "Selected order type is not allowed for the currency pair.")


@sandbox("REST-328", "7.3", "-12007")
async def too_small(at: Stage) -> None:
    """Below the smallest quantity, or the smallest total: 400, -12007 and VALR's sentence, on every road."""
    me = at.house().me
    for target in (V1, V2):
        (await me.ask("POST", target, limit(quantity="3.9"))).refused(400, -12007, TOO_SMALL)
        (await me.ask("POST", target, limit(quantity="10", price="0.04999"))).refused(400, -12007, TOO_SMALL)
    batch = {"requests": [{"type": "PLACE_LIMIT", "data": limit(quantity="1")}]}
    outcome = (await me.ask("POST", "/v1/batch/orders", batch)).good()["outcomes"][0]
    same(
        (outcome["accepted"], outcome["error"]["code"], outcome["error"]["message"]),
        (False, -12007, TOO_SMALL),
        "batch",
    )


@sandbox("REST-329", "7.3", "truncation")
async def truncation(at: Stage) -> None:
    """A quantity's excess digits are cut off before it is judged, not rounded and not refused."""
    me = at.house().me
    id_ = await me.place("BUY", "10.19999", "0.15")
    same((await me.status(id_))["originalQuantity"], "10.1", "quantity")
    (await me.ask("POST", V2, limit(quantity="3.99999"))).refused(400, -12007)


@sandbox("REST-330", "0.3", "wire text")
async def zeros_are_stripped(at: Stage) -> None:
    """Numbers come back plain, without zeros at the end."""
    me = at.house().me
    for price, quantity in (("0.15000", "10.50"), ("1.5e-1", "1.05e1")):
        found = await me.status(await me.place("BUY", quantity, price))
        same((found["originalPrice"], found["originalQuantity"]), ("0.15", "10.5"), "price and quantity")


@sandbox("REST-331", "3.2", "Rules.upper_case_only", "request body")
async def letter_case(at: Stage) -> None:
    """A side in lower case is taken; with the setting it is -11."""
    (await at.house().me.ask("POST", V2, limit("buy"))).good(201)
    (await at.house(upper_case_only=True).me.ask("POST", V2, limit("buy"))).invalid("side")


# ---- ids ------------------------------------------------------------------------------------------------------------
@sandbox("REST-332", "3.2", "customerOrderId", "Rules.duplicate_id_code")
async def id_in_use(at: Stage) -> None:
    """A customer id is unique among open orders: the second order fails in the engine, /v2 says so with its id."""
    me = at.house().me
    await me.place("BUY", "10", "0.15", customerOrderId="one")
    body = (await me.ask("POST", V2, limit(customerOrderId="one"))).refused(400, -11)
    at.fits(body, shapes.V2_FAILURE, "body")
    other = at.house(duplicate_id_code=-99).me
    await other.place("BUY", "10", "0.15", customerOrderId="one")
    (await other.ask("POST", V2, limit(customerOrderId="one"))).refused(400, -99)


@sandbox("REST-333", "12", "customerOrderId", "Rules.customer_id_burnt_s")
async def id_again(at: Stage) -> None:
    """When its order has ended, a customer id may be used again; with the setting only after so long."""
    for burnt_s, status in ((0.0, 201), (3600.0, 400)):
        me = at.house(customer_id_burnt_s=burnt_s).me
        await me.place("BUY", "10", "0.15", customerOrderId="one")
        (await me.ask("DELETE", "/v2/orders/order", {"pair": "DOGEUSDT", "customerOrderId": "one"})).good()
        (await me.ask("POST", V2, limit(customerOrderId="one"))).good(status)
        await me.wait(3601)
        (await me.ask("POST", V2, limit(price="0.14", customerOrderId="one"))).good(201 if burnt_s else 400)


# ---- post-only, self-trade, time in force ---------------------------------------------------------------------------
@sandbox("REST-334", "3.2", f"reason: {POST_ONLY}", "post-only limit", "Rules.post_only_code", "Failed")
async def post_only(at: Stage) -> None:
    """A post-only order that would match: /v1 202, then Failed with VALR's sentence; /v2 400 with orderId; no reserve."""
    for code in (-11, -77):
        house = at.house(post_only_code=code)
        await house.friend().place("SELL", "10", "0.16")
        id_ = (await house.me.ask("POST", V1, limit(price="0.16", postOnly=True))).good(202)["id"]
        await house.me.wait(SETTLED_S)
        found = await house.me.status(id_)
        same((found["orderStatusType"], found["failedReason"]), ("Failed", POST_ONLY), "status")
        same((found["orderType"], found["remainingQuantity"]), ("post-only limit", "10"), "type and remaining")
        body = (await house.me.ask("POST", V2, limit(price="0.16", postOnly=True))).refused(400, code, POST_ONLY)
        at.fits(body, shapes.V2_FAILURE, "body")
        same(await house.me.balance("USDT"), ("1000", "0"), "USDT")


@sandbox("REST-335", "3.2", "post-only limit", "limit", "Placed")
async def post_only_rests(at: Stage) -> None:
    """One that would not match rests as `post-only limit`; an ordinary one as `limit`."""
    me = at.house().me
    for post_only, kind in ((True, "post-only limit"), (False, "limit")):
        found = await me.status(await me.place("BUY", "10", "0.15", postOnly=post_only))
        same((found["orderType"], found["orderStatusType"]), (kind, "Placed"), "type and status")


@sandbox("REST-336", "3.2", "postOnlyReprice")
async def reprice(at: Stage) -> None:
    """postOnlyReprice: instead of matching it rests N ticks on the passive side; the price shown is the new one."""
    house = at.house()
    await house.friend().place("SELL", "10", "0.16")
    for more, price in (
        ({}, "0.15999"),
        ({"postOnlyRepriceTicks": "3"}, "0.15997"),
        ({"postOnlyRepriceTicks": 50}, "0.1595"),
    ):
        found = await house.me.status(await house.me.place("BUY", "10", "0.17", postOnlyReprice=True, **more))
        same((found["originalPrice"], found["orderType"]), (price, "post-only limit"), "price and type")
    found = await house.me.status(await house.me.place("BUY", "10", "0.15", postOnlyReprice=True))
    same(found["originalPrice"], "0.15", "price of one that would not match")


@sandbox("REST-337", "3.2", "-11500", f"reason: {SELF_TRADE}", "Failed")
async def self_trade(at: Stage) -> None:
    """An order that would meet one's own: Failed with VALR's sentence, -11500 on /v2; the one that rests stays."""
    me = at.house().me
    resting = await me.place("SELL", "10", "0.16")
    body = (await me.ask("POST", V2, limit(price="0.16"))).refused(400, -11500, SELF_TRADE)
    same((await me.status(body["orderId"]))["orderStatusType"], "Failed", "the taker")
    same((await me.status(resting))["orderStatusType"], "Placed", "the one that rests")


@sandbox("REST-338", "3.2", "Filled", "Partially Filled", "GTC")
async def fills(at: Stage) -> None:
    """Part of it filled: Partially Filled; all of it: Filled; at the price of the one that rested, oldest first."""
    house = at.house()
    friend = house.friend()
    first, second = [await house.me.place("SELL", "10", "0.16") for _ in range(2)]
    await house.me.place("SELL", "10", "0.15998")
    taker = await friend.place("BUY", "25", "0.17")
    same((await friend.status(taker))["orderStatusType"], "Filled", "the taker")
    same((await house.me.status(first))["orderStatusType"], "Filled", "the older one")
    found = await house.me.status(second)
    same((found["orderStatusType"], found["remainingQuantity"]), ("Partially Filled", "5"), "the younger one")
    prices = [row["price"] for row in (await friend.get("/v1/account/tradehistory")).good()]
    same(prices, ["0.16", "0.16", "0.15998"], "prices, newest first")


@sandbox("REST-339", "3.2", "IOC", "Cancelled", "Rules.ioc_empty_status")
async def ioc(at: Stage) -> None:
    """IOC: what cannot be filled at once is Cancelled; one that met nobody too, or Failed with the setting."""
    house = at.house()
    await house.friend().place("SELL", "5", "0.16")
    found = await house.me.status(await house.me.place("BUY", "10", "0.16", timeInForce="IOC"))
    same(
        (found["orderStatusType"], found["remainingQuantity"], found["timeInForce"]),
        ("Cancelled", "5", "IOC"),
        "in part",
    )
    for wanted in ("Cancelled", "Failed"):
        me = at.house(ioc_empty_status=wanted).me
        id_ = (await me.ask("POST", V1, limit(timeInForce="IOC"))).good(202)["id"]
        await me.wait(SETTLED_S)
        same((await me.status(id_))["orderStatusType"], wanted, "met nobody")
        same((await me.balance("USDT"))[1], "0", "reserved")


@sandbox("REST-340", "3.2", "FOK", "Rules.fok_status", "Rules.unfilled_code")
async def fok(at: Stage) -> None:
    """FOK: all at once, or nothing is filled and it is Failed; status and code are settings."""
    for status, code in (("Failed", -11), ("Cancelled", -88)):
        house = at.house(fok_status=status, unfilled_code=code)
        await house.friend().place("SELL", "5", "0.16")
        body = (await house.me.ask("POST", V2, limit(price="0.16", timeInForce="FOK"))).refused(400, code)
        same((await house.me.status(body["orderId"]))["orderStatusType"], status, "status")
        same((await house.me.get("/v1/account/tradehistory")).good(), [], "trades")
        filled = await house.me.place("BUY", "5", "0.16", timeInForce="FOK")
        same((await house.me.status(filled))["orderStatusType"], "Filled", "one that can be filled")


@sandbox("REST-341", "0.3", "ids")
async def ids(at: Stage) -> None:
    """Ids of orders are UUIDs of version 7, in the order of time."""
    me = at.house().me
    made = []
    for _ in range(3):
        made.append(await me.place("BUY", "10", "0.15"))
        await me.wait(0.01)
    holds(all(id_[14] == "7" for id_ in made) and made == sorted(made), "version 7, rising", made)
