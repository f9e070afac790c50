"""Section 2 on a sandbox of its own: what public data says of trades that the case has made."""

from valr_maker.conformance.case import sandbox
from valr_maker.conformance.expect import same
from valr_maker.conformance.stage import Stage


@sandbox("REST-145", "2.3", "GET /v1/public/{pair}/marketsummary")
async def empty_sides(at: Stage) -> None:
    """A side without orders is "0" in the summary; so is the mark price of a pair with simple orders only."""
    me = at.house().me
    found = (await me.get("/v1/public/DOGEUSDT/marketsummary")).good()
    same((found["bidPrice"], found["askPrice"]), ("0", "0"), "best prices of an empty book")
    same((await me.get("/v1/public/TSLAXUSDT/marketsummary")).good()["markPrice"], "0", "markPrice")


@sandbox("REST-146", "2", "GET /v1/public/status", "HTTP 503")
async def maintenance(at: Stage) -> None:
    """In maintenance the status is read-only, reads go on, everything but GET and OPTIONS is 503, and so are order messages refused."""
    house = at.house()
    ear = await house.me.open("/ws/account")
    await ear.heard()
    same((await house.me.get("/v1/public/status")).good(), {"status": "online"}, "status")
    house.read_only()
    same((await house.me.get("/v1/public/status")).good(), {"status": "read-only"}, "status")
    (await house.me.get("/v1/account/balances")).good()
    body = {"side": "BUY", "quantity": "10", "price": "0.15", "pair": "DOGEUSDT"}
    same((await house.me.ask("POST", "/v2/orders/limit", body)).status, 503, "placing")
    same((await house.me.ask("DELETE", "/v1/orders")).status, 503, "cancelling")
    await ear.say({"type": "PLACE_LIMIT_ORDER", "payload": body})
    (frame,) = await ear.heard()
    same((frame["type"], "error" in frame), ("PLACE_LIMIT_WS_RESPONSE", True), "placing over a socket")
    same((await house.me.get("/v1/orders/open")).good(), [], "open orders")


@sandbox("REST-147", "2.4", "GET /v1/public/{pair}/orderbook")
async def levels_count_their_orders(at: Stage) -> None:
    """A level adds up what its orders hold, and counts them; forty a side."""
    house = at.house()
    await house.me.place("BUY", "10", "0.15")
    await house.friend().place("BUY", "5.5", "0.15")
    for tick in range(45):
        await house.me.place("BUY", "5", f"0.14{tick:03d}")
    book = (await house.me.get("/v1/marketdata/DOGEUSDT/orderbook")).good()
    same(len(book["Bids"]), 40, "levels")
    best = book["Bids"][0]
    same((best["quantity"], best["orderCount"], best["price"]), ("15.5", 2, "0.15"), "the best level")
    full = (await house.me.get("/v1/marketdata/DOGEUSDT/orderbook/full")).good()
    same(len(full["Bids"]), 47, "orders of the full book")
    same(full["SequenceNumber"], book["SequenceNumber"], "sequence numbers of both books")


@sandbox("REST-148", "2.8", "-11268")
async def market_data_is_signed(at: Stage) -> None:
    """Market data under /v1/marketdata needs a signature."""
    me = at.house().me
    for path in ("orderbook", "orderbook/full", "tradehistory"):
        (await me.ask("GET", f"/v1/marketdata/DOGEUSDT/{path}", headers={})).refused(400, -11268)


@sandbox("REST-149", "2.3", "GET /v1/public/{pair}/marketsummary")
async def median(at: Stage) -> None:
    """The mark price is the median of last trade, best bid and best ask (a choice: VALR's is an index)."""
    house = at.house()
    await house.me.place("BUY", "10", "0.15")
    await house.me.place("SELL", "10", "0.158")
    found = (await house.me.get("/v1/public/DOGEUSDT/marketsummary")).good()
    prices = (found["lastTradedPrice"], found["bidPrice"], found["askPrice"], found["markPrice"])
    same(prices, ("0.16", "0.15", "0.158", "0.158"), "last, bid, ask, mark")


@sandbox("REST-150", "2.3", "GET /v1/public/{pair}/marketsummary")
async def day(at: Stage) -> None:
    """The figures are those of the last 24 hours; what is older is the previous close."""
    house = at.house()
    friend = house.friend()
    for price, quantity in (("0.161", "10"), ("0.159", "20"), ("0.1605", "5")):
        await house.me.place("SELL", quantity, price)
        await friend.place("BUY", quantity, price)
    names = ("lastTradedPrice", "highPrice", "lowPrice", "baseVolume", "quoteVolume", "previousClosePrice",
             "changeFromPrevious")  # fmt: skip
    found = (await house.me.get("/v1/public/DOGEUSDT/marketsummary")).good()
    wanted = ("0.1605", "0.161", "0.159", "35", "5.5925", "0.16", "0.31")
    same(tuple(found[name] for name in names), wanted, "today")
    await house.me.wait(86_500)
    found = (await house.me.get("/v1/public/DOGEUSDT/marketsummary")).good()
    same(
        (found["baseVolume"], found["previousClosePrice"], found["changeFromPrevious"]),
        ("0", "0.1605", "0"),
        "a day later",
    )


@sandbox("REST-151", "2.7", "GET /v1/public/{pair}/buckets", "GET /v1/public/{pair}/markprice/buckets")
async def a_candle(at: Stage) -> None:
    """A candle has first, highest, lowest and last price and the volumes of its time, in seconds since 1970."""
    house = at.house()
    friend = house.friend()
    await house.me.wait_for_window(300)
    begun_s = int(house.me.now_s)
    for price in ("0.16", "0.162", "0.158", "0.161"):
        await house.me.place("SELL", "10", price)
        await friend.place("BUY", "10", price)
        await house.me.wait(61)
    path = f"/v1/public/DOGEUSDT/buckets?startTime={begun_s}&endTime={begun_s + 299}&periodSeconds="
    (candle,) = (await house.me.get(f"{path}300")).good()
    names = ("open", "high", "low", "close", "volume", "quoteVolume")
    same(tuple(candle[name] for name in names), ("0.16", "0.162", "0.158", "0.161", "40", "6.41"), "five minutes")
    same(len((await house.me.get(f"{path}60")).good()), 4, "minutes")
    same(len((await house.me.get(f"{path}60&limit=2&skip=1")).good()), 2, "a page")
