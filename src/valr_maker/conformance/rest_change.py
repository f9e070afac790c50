"""Sections 3.3 and 3.4: changing and cancelling."""

from typing import Any

from valr_maker.conformance.case import sandbox
from valr_maker.conformance.expect import Mismatch, departures, holds, same, uuid, whole, word
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.rest_place import POST_ONLY, SETTLED_S
from valr_maker.conformance.stage import House, Stage
from valr_maker.sandbox.core import CUSTOMER_ID_IN_USE as IN_USE

MODIFY, MODIFY_V1 = "/v2/orders/modify", "/v1/orders/modify"
CANCEL, CANCEL_V1 = "/v2/orders/order", "/v1/orders/order"
KEEP: dict[str, object] = {"pair": "DOGEUSDT", "modifyMatchStrategy": "RETAIN_ORIGINAL"}
UNCHANGED = "Modify order would not have modified anything and was cancelled"


async def _change(me: Guest, order_id: str, **change: object) -> Any:
    """A change that is made; the order after it."""
    (await me.ask("PUT", MODIFY, KEEP | {"orderId": order_id, **change})).good(201)
    return await me.status(order_id)


async def _queue(house: House) -> list[str]:
    """My orders at 0.15, as they queue."""
    book = (await house.me.get("/v1/marketdata/DOGEUSDT/orderbook/full")).good()
    return [row["id"] for row in book["Bids"] if row["price"] == "0.15"]


@sandbox("REST-401", "3.3", "PUT /v2/orders/modify", "HTTP 201", "Order Modified")
async def modify(at: Stage) -> None:
    """/v2: 201 with an id of the change; the order keeps its own, is Order Modified, and shows what is new."""
    me = at.house().me
    order = await me.place("BUY", "10", "0.15")
    answer = await me.ask("PUT", MODIFY, KEEP | {"orderId": order, "newPrice": "0.14", "newTotalQuantity": "20"})
    body = answer.good(201)
    holds(set(body) == {"id"} and uuid(body["id"]) and body["id"] != order, "an id of its own", body)
    found = await me.status(order)
    wanted = ("Order Modified", "0.14", "20", "20")
    names = ("orderStatusType", "originalPrice", "originalQuantity", "remainingQuantity")
    same(tuple(found[name] for name in names), wanted, "status")
    same(await me.balance("USDT"), ("997.2", "2.8"), "reserve")
    same((await me.get("/v1/orders/open")).good()[0]["status"], "Order Modified", "among the open orders")


@sandbox("REST-402", "3.3", "PUT /v1/orders/modify", "HTTP 202")
async def modify_v1(at: Stage) -> None:
    """/v1: 202 with an id of the change, made an instant later; also by the customer id."""
    me = at.house().me
    order = await me.place("BUY", "10", "0.15", customerOrderId="c")
    answer = await me.ask("PUT", MODIFY_V1, KEEP | {"customerOrderId": "c", "newPrice": "0.14"})
    holds(uuid(answer.good(202)["id"]), "an id")
    same((await me.status(order))["originalPrice"], "0.15", "price at once")
    await me.wait(SETTLED_S)
    same((await me.status(order))["originalPrice"], "0.14", "price then")


@sandbox("REST-409", "3.3", "PUT /v2/orders/modify", "customerOrderId")
async def another_name(at: Stage) -> None:
    """Beside the order's id a customer id is a new one for it, which no other open order may have."""
    me = at.house().me
    order = await me.place("BUY", "10", "0.15", customerOrderId="old")
    await me.place("BUY", "10", "0.12", customerOrderId="taken")
    body = KEEP | {"orderId": order, "newPrice": "0.14"}
    _failure(await me.ask("PUT", MODIFY, body | {"customerOrderId": "taken"}), -11, IN_USE)
    (await me.ask("PUT", MODIFY, body | {"customerOrderId": "new"})).good(201)
    same((await me.get("/v1/orders/DOGEUSDT/customerorderid/new")).good()["orderId"], order, "by its new name")
    (await me.get("/v1/orders/DOGEUSDT/customerorderid/old")).refused(400, -1)


@sandbox("REST-403", "3.3", "queue")
async def less_keeps_its_place(at: Stage) -> None:
    """A lower quantity keeps the place in the queue; a higher one goes to its end, and so does another price and back."""
    house = at.house()
    first, second = [await house.me.place("BUY", "10", "0.15") for _ in range(2)]
    await _change(house.me, first, newRemainingQuantity="5")
    same(await _queue(house), [first, second], "after less")
    await _change(house.me, first, newRemainingQuantity="6")
    same(await _queue(house), [second, first], "after more")
    await _change(house.me, second, newPrice="0.14")
    await _change(house.me, second, newPrice="0.15")
    same(await _queue(house), [first, second], "after another price and back")


@sandbox("REST-404", "3.3", "newTotalQuantity", "newRemainingQuantity", "Cancelled")
async def totals(at: Stage) -> None:
    """NewRemainingQuantity ignores what is filled; newTotalQuantity counts it, and at or below it the order is cancelled."""
    house = at.house()
    order = await house.me.place("BUY", "20", "0.15")
    await house.friend().place("SELL", "8", "0.15")
    found = await _change(house.me, order, newRemainingQuantity="20")
    same((found["originalQuantity"], found["remainingQuantity"]), ("28", "20"), "remaining 20")
    found = await _change(house.me, order, newTotalQuantity="18")
    same((found["originalQuantity"], found["remainingQuantity"]), ("18", "10"), "total 18")
    found = await _change(house.me, order, newTotalQuantity="7")
    same(found["orderStatusType"], "Cancelled", "total 7, of which 8 are filled")


def _failure(answer: Any, code: int, message: str) -> Any:
    body = answer.refused(400, code, message)
    shape = {"modifyOrderId": uuid, "orderId": uuid, "code": whole, "message": word}
    if wrong := departures(body, shape, extras=True):
        raise Mismatch("; ".join(wrong))
    return body


@sandbox("REST-405", "3.3", "-21303", "HTTP 400")
async def nothing_changed(at: Stage) -> None:
    """A change that changes nothing: 400 with modifyOrderId and orderId, -21303."""
    me = at.house().me
    order = await me.place("BUY", "10", "0.15")
    for change in ({"newPrice": "0.15"}, {"newTotalQuantity": "10", "newPrice": "0.15"}):
        _failure(await me.ask("PUT", MODIFY, KEEP | {"orderId": order, **change}), -21303, UNCHANGED)


@sandbox("REST-406", "3.3", "RETAIN_ORIGINAL", "CANCEL_ORIGINAL", "REPRICE", "Rules.post_only_code")
async def strategies(at: Stage) -> None:
    """A price that would match: RETAIN_ORIGINAL keeps the order, CANCEL_ORIGINAL ends it, REPRICE rests a tick beside."""
    house = at.house()
    await house.friend().place("SELL", "10", "0.16")
    for strategy, status, price in (("RETAIN_ORIGINAL", "Placed", "0.15"), ("CANCEL_ORIGINAL", "Cancelled", "0.15"),
                                    ("REPRICE", "Order Modified", "0.15999")):  # fmt: skip
        order = await house.me.place("BUY", "10", "0.15")
        body = {"orderId": order, "pair": "DOGEUSDT", "newPrice": "0.17", "modifyMatchStrategy": strategy}
        answer = await house.me.ask("PUT", MODIFY, body)
        if strategy == "REPRICE":
            answer.good(201)
        else:
            _failure(answer, -11, POST_ONLY)
        found = await house.me.status(order)
        same((found["orderStatusType"], found["originalPrice"]), (status, price), strategy)
    same((await house.me.get("/v1/account/tradehistory")).good(), [], "trades")


@sandbox("REST-407", "3.3", "-1", "-6", "-11", "-12007")
async def bad_changes(at: Stage) -> None:
    """No such order, a finished one or a stop that waits: -1; too little money -6; too small -12007; what makes no sense -11."""
    me = at.house().me
    order = await me.place("BUY", "10", "0.15")
    base = KEEP | {"orderId": order}
    nobody = base | {"orderId": "0190aaaa-0000-7000-8000-000000000001", "newPrice": "0.14"}
    (await me.ask("PUT", MODIFY, nobody)).refused(400, -1)
    waits = {"side": "SELL", "quantity": "10", "price": "0.149", "pair": "DOGEUSDT", "stopPrice": "0.15",
             "type": "STOP_LOSS_LIMIT"}  # fmt: skip
    stop = (await me.ask("POST", "/v2/orders/stop/limit", waits)).good(201)["id"]
    for change in (base | {"orderId": stop, "newPrice": "0.148"}, base | {"pair": "DOGEZAR", "newPrice": "2.4"}):
        (await me.ask("PUT", MODIFY, change)).refused(400, -1)
    (await me.ask("DELETE", CANCEL, {"orderId": stop, "pair": "DOGEUSDT"})).good()
    (await me.ask("PUT", MODIFY, base | {"orderId": stop, "newPrice": "0.148"})).refused(400, -1)
    (await me.ask("PUT", MODIFY, base | {"newTotalQuantity": "100000"})).refused(400, -6)
    both = base | {"newTotalQuantity": "20", "newRemainingQuantity": "20"}
    (await me.ask("PUT", MODIFY, both)).refused(400, -11)
    (await me.ask("PUT", MODIFY, base | {"newPrice": "0.1400001"})).refused(400, -11)
    (await me.ask("PUT", MODIFY, base | {"newTotalQuantity": "1"})).refused(400, -12007)
    (await me.ask("PUT", MODIFY, base | {"newPrice": "0.14", "modifyMatchStrategy": "MAYBE"})).invalid(
        "modifyMatchStrategy"
    )
    (await me.ask("PUT", MODIFY, {"orderId": order, "pair": "DOGEUSDT", "newPrice": "0.14"})).invalid(
        "modifyMatchStrategy"
    )
    (await me.ask("PUT", MODIFY, base)).invalid("newPrice")
    same((await me.status(order))["orderStatusType"], "Placed", "the order")


@sandbox("REST-408", "3.3", "Order Modified", "Partially Filled")
async def modified_until_the_next_event(at: Stage) -> None:
    """Order Modified stays until the next event, and the order is still open."""
    house = at.house()
    order = await house.me.place("BUY", "20", "0.15")
    await _change(house.me, order, newTotalQuantity="30")
    await house.friend().place("SELL", "5", "0.15")
    same((await house.me.status(order))["orderStatusType"], "Partially Filled", "after a fill")


# ---- cancel ---------------------------------------------------------------------------------------------------------
@sandbox("REST-411", "3.4", "DELETE /v2/orders/order", "HTTP 200", "Cancelled")
async def cancel(at: Stage) -> None:
    """/v2: 200 with the id that was sent, either of the two; the order is Cancelled by then."""
    me = at.house().me
    for name in ("orderId", "customerOrderId"):
        order = await me.place("BUY", "10", "0.15", customerOrderId="mine")
        sent = order if name == "orderId" else "mine"
        same((await me.ask("DELETE", CANCEL, {name: sent, "pair": "DOGEUSDT"})).good(), {"id": sent}, name)
        same((await me.status(order))["orderStatusType"], "Cancelled", "status")


@sandbox("REST-412", "3.4", "DELETE /v1/orders/order", "HTTP 202")
async def cancel_v1(at: Stage) -> None:
    """/v1: 202 with an empty body; the order is open still, and cancelled an instant later."""
    me = at.house().me
    order = await me.place("BUY", "10", "0.15")
    answer = await me.ask("DELETE", CANCEL_V1, {"orderId": order, "pair": "DOGEUSDT"})
    same((answer.status, answer.body), (202, b""), "answer")
    same((await me.status(order))["orderStatusType"], "Placed", "at once")
    await me.wait(SETTLED_S)
    same((await me.status(order))["orderStatusType"], "Cancelled", "then")


@sandbox("REST-413", "3.4", "-16")
async def cancel_nothing(at: Stage) -> None:
    """An order that is unknown, finished, somebody else's or of another pair: 400, -16."""
    house = at.house()
    gone, there = await house.me.place("BUY", "10", "0.15"), await house.me.place("BUY", "10", "0.14")
    foreign = await house.friend().place("BUY", "10", "0.15")
    (await house.me.ask("DELETE", CANCEL, {"orderId": gone, "pair": "DOGEUSDT"})).good()
    unknown = "0190aaaa-0000-7000-8000-000000000001"
    for order, pair in ((gone, "DOGEUSDT"), (foreign, "DOGEUSDT"), (unknown, "DOGEUSDT"), (there, "DOGEZAR")):
        answer = await house.me.ask("DELETE", CANCEL, {"orderId": order, "pair": pair})
        answer.refused(400, -16, "Could not find the order to cancel")


@sandbox("REST-414", "3.4", "-11", "-21")
async def bad_cancels(at: Stage) -> None:
    """Both ids, or none: -11; an unknown pair: -21."""
    me = at.house().me
    for ids in ({}, {"orderId": "a", "customerOrderId": "b"}):
        (await me.ask("DELETE", CANCEL, {"pair": "DOGEUSDT", **ids})).invalid("orderId")
    (await me.ask("DELETE", CANCEL, {"pair": "NOPE", "orderId": "a"})).refused(400, -21)


@sandbox("REST-415", "3.4", "DELETE /v1/orders", "DELETE /v1/orders/{pair}", "HTTP 200")
async def cancel_all(at: Stage) -> None:
    """All, or all of a pair: 200 with their ids, stop orders too; [] when there are none."""
    me = at.house().me
    doge, zar = await me.place("BUY", "10", "0.15"), await me.place("BUY", "10", "2.5", "DOGEZAR")
    waits = {"side": "SELL", "quantity": "10", "price": "0.149", "pair": "DOGEUSDT", "stopPrice": "0.15",
             "type": "STOP_LOSS_LIMIT"}  # fmt: skip
    stop = (await me.ask("POST", "/v2/orders/stop/limit", waits)).good(201)["id"]
    same((await me.ask("DELETE", "/v1/orders/DOGEZAR")).good(), [{"orderId": zar}], "of a pair")
    found = (await me.ask("DELETE", "/v1/orders")).good()
    same(sorted(row["orderId"] for row in found), sorted((doge, stop)), "of all")
    same((await me.ask("DELETE", "/v1/orders")).good(), [], "of none")
    same((await me.get("/v1/orders/open")).good(), [], "open orders")
