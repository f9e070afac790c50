"""Sections 3.5 and 3.6: asking about orders."""

from typing import Any

from valr_maker.conformance import shapes
from valr_maker.conformance.case import sandbox, with_key
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.rest_place import POST_ONLY, SETTLED_S, limit
from valr_maker.conformance.stage import House, Stage

OPEN, HISTORY = "/v1/orders/open", "/v1/orders/history"
NOBODY = "0190aaaa-0000-7000-8000-000000000001"
INVALID_ORDER = "Invalid Order. "


async def _lives(house: House) -> dict[str, str]:
    """Orders that have ended in different ways, by how."""
    me, friend = house.me, house.friend()
    ids = {"filled": await me.place("SELL", "10", "0.16", customerOrderId="filled")}
    await friend.place("BUY", "10", "0.16")
    ids["part"] = await me.place("SELL", "10", "0.16")
    await friend.place("BUY", "4", "0.16")
    ids["nothing"] = await me.place("BUY", "10", "2.5", "DOGEZAR")
    (await me.ask("DELETE", "/v1/orders")).good()
    await friend.place("SELL", "10", "0.17")
    ids["failed"] = (await me.ask("POST", "/v2/orders/limit", limit(price="0.17", postOnly=True))).good(400)["orderId"]
    return ids


async def _ids(house: House, query: str = "") -> list[str]:
    return [row["orderId"] for row in (await house.me.get(f"{HISTORY}{query}")).good()]


@sandbox("REST-501", "3.5", "GET /v1/orders/{pair}/orderid/{id}", "-1")
async def by_id(at: Stage) -> None:
    """An order in whatever state by its id; none, or one of another pair: 400, -1 with a space at the end."""
    house = at.house()
    ids = await _lives(house)
    for how, status in (("filled", "Filled"), ("part", "Cancelled"), ("failed", "Failed")):
        found = await house.me.status(ids[how])
        at.fits(found, shapes.ORDER_STATUS, how)
        same(found["orderStatusType"], status, how)
    (await house.me.get(f"/v1/orders/DOGEUSDT/orderid/{NOBODY}")).refused(400, -1, INVALID_ORDER)
    (await house.me.get(f"/v1/orders/DOGEZAR/orderid/{ids['filled']}")).refused(400, -1, INVALID_ORDER)
    (await house.me.get(f"/v1/orders/NOPE/orderid/{ids['filled']}")).refused(400, -21)


@sandbox("REST-502", "3.5", "GET /v1/orders/{pair}/customerorderid/{id}", "-1")
async def by_customer_id(at: Stage) -> None:
    """The same by the customer's id."""
    house = at.house()
    ids = await _lives(house)
    found = (await house.me.get("/v1/orders/DOGEUSDT/customerorderid/filled")).good()
    same((found["orderId"], found["customerOrderId"]), (ids["filled"], "filled"), "ids")
    (await house.me.get("/v1/orders/DOGEUSDT/customerorderid/nobody")).refused(400, -1, INVALID_ORDER)


@with_key("REST-503", "3.5", "GET /v1/orders/open")
async def open_orders_read(at: Stage) -> None:
    """The open orders are a list, each with its keys."""
    for row in (await at.guest.get(OPEN)).good():
        at.fits(row, shapes.OPEN_ORDER, "an open order")


@sandbox("REST-504", "3.5", "GET /v1/orders/open")
async def open_orders(at: Stage) -> None:
    """All pairs, whatever filter is asked for; filledPercentage always has two decimals."""
    house = at.house()
    await house.me.place("SELL", "30", "0.16", customerOrderId="c")
    await house.me.place("BUY", "10", "2.5", "DOGEZAR")
    await house.friend().place("BUY", "10", "0.16")
    for query in ("", "?pair=DOGEZAR", "?currencyPair=DOGEZAR"):
        found = (await house.me.get(f"{OPEN}{query}")).good()
        at.all_fit(found, shapes.OPEN_ORDER, "open orders")
        same({row["currencyPair"] for row in found}, {"DOGEUSDT", "DOGEZAR"}, f"pairs with {query!r}")
    one = next(row for row in found if row["currencyPair"] == "DOGEUSDT")
    wanted = ("20", "30", "33.33", "Partially Filled", "c", False)
    names = ("remainingQuantity", "originalQuantity", "filledPercentage", "status", "customerOrderId", "allowMargin")
    same(tuple(one[name] for name in names), wanted, "the one in dollars")
    same(next(row for row in found if row is not one)["filledPercentage"], "0.00", "filledPercentage of the other")


@with_key("REST-505", "3.5", "GET /v1/orders/history")
async def history_read(at: Stage) -> None:
    """The order history is a list, newest first, a hundred at most, each with its keys."""
    found = (await at.guest.get(HISTORY)).good()
    for row in found:
        at.fits(row, shapes.HISTORY_ORDER, "a finished order")
    holds(len(found) <= 100, "more than 100", len(found))


@sandbox("REST-506", "3.5", "GET /v1/orders/history", "showZeroVolumeCancels")
async def hidden_cancels(at: Stage) -> None:
    """Cancelled without a fill is hidden unless `showZeroVolumeCancels`; `excludeFailures` hides the failed ones."""
    house = at.house()
    ids = await _lives(house)
    same(await _ids(house), [ids["failed"], ids["part"], ids["filled"]], "by default")
    shown = await _ids(house, "?showZeroVolumeCancels=true")
    same(set(shown), set(ids.values()), "showZeroVolumeCancels")
    same(await _ids(house, "?excludeFailures=true"), [ids["part"], ids["filled"]], "excludeFailures")


@sandbox("REST-507", "3.5", "GET /v1/orders/history")
async def history_filters(at: Stage) -> None:
    """`statuses`, `currencyPair` (several with commas), `skip`, `limit`, `startTime`, `endTime`."""
    house = at.house()
    ids = await _lives(house)
    rows = (await house.me.get(HISTORY)).good()
    for query, wanted in (
        ("?statuses=FILLED", ["filled"]),
        ("?statuses=FILLED,FAILED", ["failed", "filled"]),
        ("?currencyPair=DOGEZAR&showZeroVolumeCancels=true", ["nothing"]),
        ("?currencyPair=DOGEZAR,DOGEUSDT", ["failed", "part", "filled"]),
        ("?skip=1&limit=1", ["part"]),
        (f"?startTime={rows[0]['orderUpdatedAt']}", ["failed"]),
        (f"?endTime={rows[-1]['orderUpdatedAt']}", ["filled"]),
    ):
        same(await _ids(house, query), [ids[how] for how in wanted], query)


@sandbox("REST-516", "3.5", "GET /v1/orders/history", "Active", "Placed")
async def statuses_of_open_orders(at: Stage) -> None:
    """`statuses` may name those of open orders, and then shows them (a choice)."""
    house = at.house()
    ids = await _lives(house)
    order = await house.me.place("BUY", "10", "0.15")
    waits = limit("SELL", "10", "0.149", stopPrice="0.15", type="STOP_LOSS_LIMIT")
    stop = (await house.me.ask("POST", "/v2/orders/stop/limit", waits)).good(201)["id"]
    for statuses, wanted in (("PLACED", [order]), ("ACTIVE", [stop]), ("FILLED,PLACED", [order, ids["filled"]])):
        same(await _ids(house, f"?statuses={statuses}"), wanted, statuses)


@sandbox("REST-508", "3.5", "GET /v1/orders/history", "Filled")
async def history_adds_up(at: Stage) -> None:
    """A finished order says what it executed, at which average, for which total and fee."""
    house = at.house()
    friend = house.friend()
    await friend.place("SELL", "10", "0.16")
    await friend.place("SELL", "10", "0.17")
    order = await house.me.place("BUY", "20", "0.17")
    (found,) = (await house.me.get(HISTORY)).good()
    at.fits(found, shapes.HISTORY_ORDER, "history")
    wanted = (order, "0.165", "3.3", "20", "0.02", "DOGE", "0")
    names = (
        "orderId",
        "averagePrice",
        "total",
        "totalExecutedQuantity",
        "totalFee",
        "feeCurrency",
        "remainingQuantity",
    )
    same(tuple(found[name] for name in names), wanted, "figures")


@sandbox(
    "REST-509", "3.5", "GET /v1/orders/history/summary/orderid/{id}",
    "GET /v1/orders/history/summary/customerorderid/{id}", "HTTP 404",
)  # fmt: skip
async def summary(at: Stage) -> None:
    """The summary of a finished order, by either id; of an open one, or none: 404."""
    house = at.house()
    ids = await _lives(house)
    path = f"{HISTORY}/summary"
    by_id = (await house.me.get(f"{path}/orderid/{ids['filled']}")).good()
    at.fits(by_id, shapes.HISTORY_ORDER, "summary")
    same((await house.me.get(f"{path}/customerorderid/filled")).good(), by_id, "by the customer id")
    still = await house.me.place("BUY", "10", "0.15", customerOrderId="still")
    for target in (f"orderid/{still}", f"orderid/{NOBODY}", "customerorderid/still", "customerorderid/nobody"):
        same((await house.me.get(f"{path}/{target}")).status, 404, target)


@sandbox(
    "REST-510", "3.5", "GET /v1/orders/history/detail/orderid/{id}",
    "GET /v1/orders/history/detail/customerorderid/{id}",
)  # fmt: skip
async def detail(at: Stage) -> None:
    """Every event of an order, newest first, of an open one too; of an unknown one an empty list, 200."""
    house = at.house()
    order = await house.me.place("SELL", "10", "0.16", customerOrderId="c")
    await house.friend().place("BUY", "4", "0.16")
    path = f"{HISTORY}/detail"
    found = (await house.me.get(f"{path}/orderid/{order}")).good()
    at.all_fit(found, shapes.ORDER_EVENT, "events")
    same([event["orderStatusType"] for event in found], ["Partially Filled", "Placed"], "newest first")
    newest = found[0]
    figures = (newest["executedPrice"], newest["executedQuantity"], newest["executedFee"])
    same(figures, ("0.16", "4", "0.000512"), "what it executed")
    same((found[1]["executedPrice"], found[1]["executedQuantity"]), ("0", "0"), "the event without")
    same((await house.me.get(f"{path}/customerorderid/c")).good(), found, "by the customer id")
    for target in ("customerorderid/nobody", f"orderid/{NOBODY}"):
        same((await house.me.get(f"{path}/{target}")).good(), [], target)


@sandbox("REST-511", "3.6", "Expired")
async def expired(at: Stage) -> None:
    """Expired is in the vocabulary: an order that the exchange's people end so shows it."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15")
    house.expire(order)
    same((await house.me.status(order))["orderStatusType"], "Expired", "status")
    same(await house.me.balance("USDT"), ("1000", "0"), "USDT")


@sandbox("REST-512", "3.6", "Cancelled")
async def cancelled_with_fills(at: Stage) -> None:
    """A cancelled order with fills is Cancelled with less remaining: there is no word of its own for it."""
    house = at.house()
    ids = await _lives(house)
    found = await house.me.status(ids["part"])
    same((found["orderStatusType"], found["remainingQuantity"]), ("Cancelled", "6"), "status")


@sandbox("REST-513", "0.3", "wire text")
async def optional_fields(at: Stage) -> None:
    """Optional fields that are absent are left out, not null."""
    house = at.house()
    await _lives(house)
    await house.me.place("BUY", "10", "0.15")
    for target in (OPEN, f"{HISTORY}?showZeroVolumeCancels=true", "/v1/account/balances", "/v1/account/fees/trade",
                   "/v1/account/transactionhistory", "/v1/account/tradehistory"):  # fmt: skip
        found: list[dict[str, Any]] = (await house.me.get(target)).good()
        holds(all(None not in row.values() for row in found), f"{target}: a null")


@sandbox("REST-514", "2.6", "Rules.history_window_days")
async def window(at: Stage) -> None:
    """As a setting, histories without times look back over so many days."""
    for days, count in ((None, 1), (30, 0)):
        house = at.house(history_window_days=days)
        await house.friend().place("SELL", "10", "0.16")
        await house.me.place("BUY", "10", "0.16")
        await house.me.wait(31 * 86_400)
        for target in (HISTORY, "/v1/account/tradehistory", "/v1/marketdata/DOGEUSDT/tradehistory"):
            same(len((await house.me.get(target)).good()), count, f"{target} with {days} days")
            times = "startTime=2020-01-01T00:00:00Z"
            same(len((await house.me.get(f"{target}?{times}")).good()), 1, f"{target} since 2020")


@sandbox("REST-515", "3.5", "Failed", f"reason: {POST_ONLY}")
async def failed_in_detail(at: Stage) -> None:
    """A v1 order is found by its customer id at once, before the engine has looked at it; one that fails has that event alone."""
    house = at.house()
    await house.friend().place("SELL", "10", "0.16")
    (await house.me.ask("POST", "/v1/orders/limit", limit(price="0.16", postOnly=True, customerOrderId="c"))).good(202)
    detail = "/v1/orders/history/detail/customerorderid/c"
    at_once = (await house.me.get("/v1/orders/DOGEUSDT/customerorderid/c")).good()
    same((at_once["orderStatusType"], (await house.me.get(detail)).good()), ("Placed", []), "at once")
    await house.me.wait(SETTLED_S)
    events = (await house.me.get(detail)).good()
    same([(event["orderStatusType"], event["failedReason"]) for event in events], [("Failed", POST_ONLY)], "then")
