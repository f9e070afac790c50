"""Sections 3.7, 4 and 8.15: rate limits, the front end and its pages."""

from valr_maker.conformance.case import sandbox
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.guest import LIMITED, Answer, Guest
from valr_maker.conformance.rest_place import limit
from valr_maker.conformance.stage import House, Stage
from valr_maker.sandbox.rules import Latency
from valr_maker.wire.endpoints import IP_MINUTE, KEY_MINUTE

BOOK, PAIRS = "/v1/public/DOGEUSDT/orderbook", "/v1/public/pairs"
PLACE_V1, PLACE_V2, BATCH = "/v1/orders/limit", "/v2/orders/limit", "/v1/batch/orders"
NOTHING: dict[str, object] = {}


async def _last_of(me: Guest, calls: int, verb: str, target: str, body: object = None) -> list[int]:
    """The statuses of the last two of so many calls, made within one moment."""
    statuses = [(await me.ask(verb, target, body)).status for _ in range(calls)]
    return statuses[-2:]


def _hurried(at: Stage, **rules: object) -> House:
    """A house that answers within no time: a window of one second holds hundreds of calls."""
    return at.house(latency=Latency(0.0, 0.0), **rules)


def _limited(answer: Answer) -> None:
    same(answer.status, LIMITED, "status")
    same(answer.headers.get("x-valr-ratelimited"), "true", "x-valr-ratelimited")


@sandbox("REST-601", "4.1", "HTTP 429", "limit: public", "x-valr-ratelimited")
async def public_minute(at: Stage) -> None:
    """Thirty public reads in a clock minute; the next is 429 with x-valr-ratelimited: true, until the minute ends."""
    me = _hurried(at).me
    await me.wait_for_window(60)
    same(await _last_of(me, 30, "GET", BOOK), [200, 200], "thirty")
    _limited(await me.get(BOOK))
    await me.wait(58)
    _limited(await me.get(BOOK))
    await me.wait_for_window(60)
    (await me.get(BOOK)).good()


@sandbox("REST-602", "4.1", "Rules.public_budget_shared", "limit: public")
async def public_budget(at: Stage) -> None:
    """All public routes share one budget; with the setting each has its own."""
    for shared, status in ((True, 429), (False, 200)):
        me = _hurried(at, public_budget_shared=shared).me
        await me.wait_for_window(60)
        await _last_of(me, 30, "GET", BOOK)
        same((await me.get(PAIRS)).status, status, f"another route, public_budget_shared={shared}")


@sandbox("REST-603", "4.1", "limit: time and status")
async def time_second(at: Stage) -> None:
    """Time, status and candles have twenty a second, and spare the thirty."""
    me = _hurried(at).me
    for target in ("/v1/public/time", "/v1/public/status", "/v1/public/DOGEUSDT/buckets"):
        await me.wait_for_window(60)
        same(await _last_of(me, 20, "GET", target), [200, 200], target)
        _limited(await me.get(target))
        (await me.get(BOOK)).good()
        await me.wait_for_window(1)
        (await me.get(target)).good()


SECONDS: tuple[tuple[str, str, str, object, int], ...] = (
    ("limit: place", "POST", PLACE_V1, limit(), 400),
    ("limit: cancel", "DELETE", "/v1/orders/order", {"orderId": "none", "pair": "DOGEUSDT"}, 450),
    ("limit: batch", "POST", BATCH, {"requests": []}, 400),
    ("limit: modify", "PUT", "/v2/orders/modify", NOTHING, 400),
    ("limit: new sub-account", "POST", "/v1/account/subaccount", {"label": ""}, 1),
    ("limit: transfer", "POST", "/v1/account/subaccounts/transfer", NOTHING, 20),
)


@sandbox("REST-604", "4.1", *(row[0] for row in SECONDS))
async def seconds(at: Stage) -> None:
    """So many a second: place 400, cancel 450, batch 400, modify 400, new sub-account 1, transfer 20; then 429."""
    for budget, verb, target, body, calls in SECONDS:
        me = _hurried(at).me
        await me.wait_for_window(60)
        before = await _last_of(me, calls, verb, target, body)
        holds(LIMITED not in before, f"{budget}: limited before {calls}", before)
        _limited(await me.ask(verb, target, body))
        await me.wait_for_window(1)
        holds((await me.ask(verb, target, body)).status != LIMITED, f"{budget}: limited in the next second")


@sandbox("REST-605", "4.1", "limit: key", "limit: address")
async def minutes(at: Stage) -> None:
    """1200 signed calls a minute from one address; orders per second do not count among them."""
    me = _hurried(at).me
    await me.wait_for_window(60)
    await _last_of(me, 100, "POST", PLACE_V1, limit(quantity="1"))
    same(await _last_of(me, 1200, "GET", "/v1/orders/open"), [200, 200], "1200")
    _limited(await me.get("/v1/orders/open"))
    same((await me.ask("DELETE", "/v1/orders")).status, 200, "cancelling all the same")


@sandbox("REST-606", "4.1", "limit: key")
async def key_minute(at: Stage) -> None:
    """2000 calls a minute for one key, from however many addresses."""
    house = _hurried(at)
    windows, now_s = house.world.desk.windows, house.me.now_s
    allowed = [windows.allow(KEY_MINUTE, "key", now_s, f"10.0.{number % 9}.1") for number in range(2001)]
    same((all(allowed[:2000]), allowed[2000]), (True, False), "the 2000th and the one after")


@sandbox("REST-607", "4.1", "Rules.v2_spares_minutes")
async def v2_budget(at: Stage) -> None:
    """/v2 orders are counted by the second like /v1; with the setting in the minute."""
    for spares, status in ((True, 400), (False, 429)):
        me = _hurried(at, v2_spares_minutes=spares).me
        await me.wait_for_window(60)
        for _ in range(3):
            await _last_of(me, 400, "POST", PLACE_V2, NOTHING)
            await me.wait_for_window(1)
        same((await me.ask("POST", PLACE_V2, NOTHING)).status, status, f"v2_spares_minutes={spares}")


async def _thirty_first(house: House) -> Answer:
    await house.me.wait_for_window(60)
    await _last_of(house.me, 30, "GET", BOOK)
    return await house.me.get(BOOK)


@sandbox("REST-608", "4.2", "HTTP 429", "Rules.html_when_limited", "HTML with 429")
async def limited_body(at: Stage) -> None:
    """The body of a 429 has the shape of an error; with the setting it is a web page."""
    answer = await _thirty_first(_hurried(at))
    same(set(answer.json), {"code", "message"}, "keys")
    page = await _thirty_first(_hurried(at, html_when_limited=True))
    holds(
        page.headers["content-type"].startswith("text/html") and page.body.startswith(b"<html>"), "no page", page.body
    )
    _limited(page)


@sandbox("REST-609", "4.2", "Retry-After", "Rules.retry_after_s")
async def retry_after(at: Stage) -> None:
    """A 429 has no Retry-After; with the setting it has."""
    same((await _thirty_first(_hurried(at))).headers.get("retry-after"), None, "retry-after")
    same((await _thirty_first(_hurried(at, retry_after_s=7))).headers.get("retry-after"), "7", "retry-after")


@sandbox("REST-610", "4.1", "Rules.limits_enforced")
async def without_limits(at: Stage) -> None:
    """As a setting nobody counts."""
    same(await _last_of(_hurried(at, limits_enforced=False).me, 61, "GET", BOOK), [200, 200], "sixty-one reads")


@sandbox("REST-611", "8.15", "Rules.html_400_chance", "HTTP 400", "HTML with 400")
async def page_although_done(at: Stage) -> None:
    """As a setting the front end answers a write with a page, 400, although the order went through."""
    me = at.house(html_400_chance=1.0).me
    answer = await me.ask("POST", PLACE_V2, limit(customerOrderId="c"))
    same((answer.status, answer.body[:6]), (400, b"<html>"), "answer")
    found = (await me.get("/v1/orders/history/detail/customerorderid/c")).good()
    same(found[0]["orderStatusType"], "Placed", "the order")


@sandbox("REST-612", "2", "Rules.edge_cache", "age")
async def stale(at: Stage) -> None:
    """As a setting public answers are as old as their max-age allows, and say their age; errors too, signed ones never."""
    house = at.house(edge_cache=True)
    first = (await house.me.get(BOOK)).good()
    await house.me.place("BUY", "10", "0.15")
    await house.me.wait(10)
    old = await house.me.get(BOOK)
    same((old.good(), old.headers.get("age")), (first, "10"), "ten seconds later")
    same(len((await house.me.get("/v1/marketdata/DOGEUSDT/orderbook")).good()["Bids"]), 1, "bids, signed")
    await house.me.wait(21)
    same(len((await house.me.get(BOOK)).good()["Bids"]), 1, "bids after half a minute")


@sandbox("REST-613", "3.7", "HTTP 404", "-11")
async def no_route(at: Stage) -> None:
    """A path that does not exist: 404, with an error's shape."""
    me = at.house().me
    for verb, target in (("GET", "/v1/nothing"), ("POST", "/v1/orders/batch"), ("POST", "/v1/orders/open")):
        same(
            set((await me.ask(verb, target, NOTHING if verb == "POST" else None)).good(404)),
            {"code", "message"},
            target,
        )


@sandbox("REST-616", "4.1", "limit: key", "PUT /v1/orders/modify")
async def v1_modify_counts(at: Stage) -> None:
    """A change on /v1 is not in the list of calls that are counted by the second: it counts in the minute."""
    me = _hurried(at).me
    await me.wait_for_window(60)
    body = {"pair": "DOGEUSDT", "orderId": "a", "newPrice": "0.1", "modifyMatchStrategy": "REPRICE"}
    for _ in range(IP_MINUTE.calls):
        await me.ask("PUT", "/v1/orders/modify", body)
    same((await me.get("/v1/orders/open")).status, 429, "a read after 1200 changes")
    same((await me.ask("PUT", "/v2/orders/modify", body)).status, 400, "a change on /v2")


@sandbox("REST-617", "8.15", "HTTP 403", "Rules.html_403_chance", "HTML with 403")
async def a_firewall(at: Stage) -> None:
    """As a setting a firewall bars a request with a page, 403: nothing was carried out."""
    house = at.house(html_403_chance=1.0)
    answer = await house.me.ask("POST", "/v2/orders/limit", limit())
    same((answer.status, answer.headers["content-type"], answer.body[:6]), (403, "text/html", b"<html>"), "answer")
    same(house.world.exchange.history(house.account), [], "orders")
    same(house.world.exchange.open_orders(house.account), [], "open orders")


@sandbox("REST-618", "11.9", "latency.jitter_s")
async def jitter(at: Stage) -> None:
    """As a setting answers and orders take longer by chance, so that one overtakes another."""
    house = at.house(latency=Latency(0.003, 0.008, 0.05))
    sent = [str(number) for number in range(20)]
    ear = await house.me.open("/ws/account")
    await ear.heard()
    for name in sent:
        await ear.say({"type": "PLACE_LIMIT_ORDER", "payload": limit(customerOrderId=name)})
    frames = await ear.heard(1.0)
    for kind in ("PLACE_LIMIT_WS_RESPONSE", "ORDER_PROCESSED"):
        told = [frame["data"]["customerOrderId"] for frame in frames if frame["type"] == kind]
        same(sorted(told), sorted(sent), f"{kind} of every order")
        holds(told != sent, f"{kind}: nobody overtook anybody")


ELSEWHERE = (
    "/v1/public/futures/info", "/v1/public/futures/funding/history", "/v1/public/risklimit/BTCUSDTPERP",
    "/v1/public/loans/info", "/v1/orders/conditionals", "/v1/loans/rates", "/v1/margin/status", "/v2/margin/status",
    "/v1/positions/open", "/v1/borrows/BTC/history", "/v1/wallet/crypto/BTC/deposit/address", "/v1/pay/history",
    "/v1/staking/balances", "/v1/bundles/all", "/v2/brokerage/history",
)  # fmt: skip


@sandbox("REST-619", "3.7", "HTTP 404")
async def out_of_scope(at: Stage) -> None:
    """What is out of scope is no path: 404, for futures, margin, loans, wallets and other products."""
    me = at.house().me
    for path in ELSEWHERE:
        (await me.get(path)).refused(404, -11)


@sandbox("REST-614", "11.11", "latency.ack_s", "latency.outcome_s")
async def latency(at: Stage) -> None:
    """An answer takes 3 ms, the engine's outcome 8 ms; both are settings."""
    for given, waits in ((Latency(), (0.003, 0.008)), (Latency(0.1, 0.5), (0.1, 0.5))):
        house = at.house(latency=given)
        found = [await _lasts(house, "GET", "/v1/orders/open"), await _lasts(house, "POST", PLACE_V2)]
        same([round(one, 6) for one in found], list(waits), "seconds of a read and of an order")


async def _lasts(house: House, verb: str, target: str) -> float:
    before_s = house.clock.monotonic_s()
    await house.me.ask(verb, target, limit() if verb == "POST" else None)
    return house.clock.monotonic_s() - before_s


@sandbox("REST-615", "8.8", "order types")
async def types_taken_away(at: Stage) -> None:
    """A pair may stop taking a type: then -12005, and /ordertypes says so."""
    house = at.house()
    house.set_types("DOGEUSDT", "LIMIT_POST_ONLY")
    same((await house.me.get("/v1/public/DOGEUSDT/ordertypes")).good(), ["LIMIT_POST_ONLY"], "order types")
    (await house.me.ask("POST", PLACE_V2, limit())).refused(400, -12005)
    (await house.me.ask("POST", PLACE_V2, limit(postOnly=True))).good(201)
    market = {"side": "BUY", "pair": "DOGEUSDT", "baseAmount": "10"}
    (await house.me.ask("POST", "/v2/orders/market", market)).refused(400, -12005)
