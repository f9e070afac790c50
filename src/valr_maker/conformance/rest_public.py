"""Section 2: what anybody may ask."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from valr_maker.conformance import shapes
from valr_maker.conformance.case import Case, Need, add, public, with_key
from valr_maker.conformance.expect import Shape, Untried, holds, same, some
from valr_maker.conformance.stage import Stage

D = Decimal
NO_SUCH_PAIR = "NOPENOPE"
ORDER_TYPES = {
    "LIMIT_POST_ONLY", "LIMIT", "MARKET", "SIMPLE", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT", "LIMIT_REDUCE_ONLY",
    "MARKET_REDUCE_ONLY",
}  # fmt: skip

# id, section, path, shape, a list of it, how long it may be kept (None: not said); the fact is its shape
READS: tuple[tuple[str, str, str, Shape, bool], ...] = (
    ("REST-101", "2.1", "/v1/public/currencies", shapes.CURRENCY, True),
    ("REST-102", "2.2", "/v1/public/pairs", shapes.PAIR, True),
    ("REST-103", "2.2", "/v1/public/pairs/{type}", shapes.PAIR, True),
    ("REST-104", "2", "/v1/public/ordertypes", shapes.PAIR_TYPES, True),
    ("REST-105", "2.3", "/v1/public/marketsummary", shapes.SUMMARY, True),
    ("REST-106", "2.3", "/v1/public/{pair}/marketsummary", shapes.SUMMARY, False),
    ("REST-107", "2.4", "/v1/public/{pair}/orderbook", shapes.BOOK, False),
    ("REST-108", "2.5", "/v1/public/{pair}/orderbook/full", shapes.FULL_BOOK, False),
    ("REST-109", "2.6", "/v1/public/{pair}/trades", shapes.TRADE, True),
    ("REST-110", "2.7", "/v1/public/{pair}/buckets", shapes.BUCKET, True),
    ("REST-111", "2.7", "/v1/public/{pair}/markprice/buckets", shapes.MARK_BUCKET, True),
    ("REST-112", "2", "/v1/public/time", shapes.TIME, False),
    ("REST-113", "2", "/v1/public/status", shapes.STATUS, False),
)
SIGNED: tuple[tuple[str, str, str, Shape, bool], ...] = (
    ("REST-114", "2.8", "/v1/marketdata/{pair}/orderbook", shapes.BOOK, False),
    ("REST-115", "2.8", "/v1/marketdata/{pair}/orderbook/full", shapes.FULL_BOOK, False),
    ("REST-116", "2.8", "/v1/marketdata/{pair}/tradehistory", shapes.TRADE, True),
)


def _enter_reads() -> None:
    """One case a path: the answer has the shape of its section, key by key."""
    for need, table in ((Need.PUBLIC, READS), (Need.KEY, SIGNED)):
        for id_, section, path, shape, many in table:

            async def run(at: Stage, path: str = path, shape: Shape = shape, many: bool = many) -> None:  # noqa: FBT001  # bound here
                found = (await at.guest.look(await _filled(at, path))).good()
                if path.endswith(("trades", "buckets", "tradehistory")):
                    some(found, path)
                check = at.all_fit if many else at.fits
                check(found, shape, path)

            title = f"`GET {path}`: 200, every key of section {section} with its type" + (", some rows" if many else "")
            add(Case(id_, section, f"{title}.", need, (f"GET {path}", "HTTP 200"), run))


async def _filled(at: Stage, path: str) -> str:
    pair = await at.pair() if "{pair}" in path else ""
    return path.format(pair=pair, type="SPOT")


_enter_reads()


async def _look(at: Stage, path: str) -> Any:
    found = (await at.guest.look(await _filled(at, path))).good()
    some(found, path)
    return found


@public("REST-117", "2", "GET /v2/healthz", "HTTP 200")
async def health(at: Stage) -> None:
    """200 while v2 is up."""
    same((await at.guest.get("/v2/healthz")).status, 200, "status")


@public("REST-118", "2", "GET /v1/public/{pair}/ordertypes")
async def order_types(at: Stage) -> None:
    """A pair's order types are words of the list, and those of the list of all pairs."""
    pair = await at.pair()
    found = (await at.guest.get(f"/v1/public/{pair}/ordertypes")).good()
    same(set(found) - ORDER_TYPES, set(), "unknown types")
    rows = {row["currencyPair"]: row["orderTypes"] for row in await _look(at, "/v1/public/ordertypes")}
    same(sorted(rows.get(pair, ())), sorted(found), "the same in /v1/public/ordertypes")


@public("REST-119", "2", "GET /v1/public/{pair}/ordertypes")
async def no_order_types(at: Stage) -> None:
    """An inactive pair takes no orders: an empty list."""
    same((await at.guest.get(f"/v1/public/{await at.inactive()}/ordertypes")).good(), [], "order types")


@public("REST-120", "2", "GET /v1/public/ordertypes")
async def inactive_left_out(at: Stage) -> None:
    """`includeInactivePairs=false` leaves the inactive pairs out; by default they are in."""
    closed = await at.inactive()
    rows = await _look(at, "/v1/public/ordertypes")
    holds(any(row["currencyPair"] == closed for row in rows), f"{closed} is not in the list")
    fewer = (await at.guest.get("/v1/public/ordertypes?includeInactivePairs=false")).good()
    holds(all(row["currencyPair"] != closed for row in fewer), f"{closed} is still in the list")


@public("REST-121", "2.2", "GET /v1/public/pairs/{type}", "-11", "HTTP 400", "currencyPairType SPOT")
async def bad_type(at: Stage) -> None:
    """A type that is neither SPOT nor FUTURE: 400, -11."""
    answer = await at.guest.get("/v1/public/pairs/NOPE")
    answer.refused(400, -11, "Invalid Request, please check your request and try again")


@public("REST-122", "2.2", "GET /v1/public/pairs/{type}")
async def futures(at: Stage) -> None:
    """Futures stand apart: none of them among the spot pairs; their symbols end in PERP."""
    spot = (await at.guest.look("/v1/public/pairs/SPOT")).good()
    holds(all(row["currencyPairType"] == "SPOT" for row in spot), "a pair that is not SPOT")
    future = (await at.guest.get("/v1/public/pairs/FUTURE")).good()
    holds(all(row["symbol"].endswith("PERP") for row in future), "a future that does not end in PERP")


@public("REST-123", "2.2", "GET /v1/public/pairs")
async def rand(at: Stage) -> None:
    """A pair's symbol is base and quote; the rand is ZAR in pairs, and R with short name ZAR as a currency."""
    rows = await _look(at, "/v1/public/pairs")
    spot = [row for row in rows if row["currencyPairType"] == "SPOT"]
    odd = [row["symbol"] for row in spot if row["symbol"] != row["baseCurrency"] + row["quoteCurrency"]]
    same(odd, [], "symbols that are not base and quote")
    holds(all(row["shortName"] == f"{row['baseCurrency']}/{row['quoteCurrency']}" for row in spot), "shortName")
    holds(any(row["quoteCurrency"] == "ZAR" for row in rows), "no pair is quoted in ZAR")
    currencies = await _look(at, "/v1/public/currencies")
    names = {row["shortName"]: row["symbol"] for row in currencies}
    same(names.get("ZAR"), "R", "symbol of the currency ZAR")


@public("REST-124", "2.3", "GET /v1/public/{pair}/marketsummary")
async def change_is_cut_off(at: Stage) -> None:
    """ChangeFromPrevious is in percent and cut off toward zero after two decimals."""
    for row in (await _look(at, "/v1/public/marketsummary"))[:40]:
        last, before = D(row["lastTradedPrice"]), D(row["previousClosePrice"])
        if before:
            wanted = int((last - before) / before * 10_000) / D(100)
            same(D(row["changeFromPrevious"]), wanted, f"{row['currencyPair']} {last} after {before}")


@public("REST-125", "2.3", "GET /v1/public/marketsummary")
async def summaries_of_some(at: Stage) -> None:
    """The list has pairs that have a summary, not all pairs; each once."""
    symbols = [row["currencyPair"] for row in await _look(at, "/v1/public/marketsummary")]
    same(len(symbols), len(set(symbols)), "rows of different pairs")
    holds(await at.inactive() not in symbols, "an inactive pair is in it")
    holds(await at.pair() in symbols, "an active pair is not in it")


@public("REST-126", "2.3", "-111", "HTTP 404")
async def summary_of_inactive(at: Stage) -> None:
    """The summary of an inactive pair: 404, -111."""
    answer = await at.guest.get(f"/v1/public/{await at.inactive()}/marketsummary")
    answer.refused(404, -111, "Market summary not found")


@public("REST-127", "2.4", "GET /v1/public/{pair}/orderbook")
async def book_is_sorted(at: Stage) -> None:
    """Asks rise, bids fall, the best bid is below the best ask, 41 levels a side at most."""
    book = await _look(at, "/v1/public/{pair}/orderbook")
    asks, bids = ([D(row["price"]) for row in book[name]] for name in ("Asks", "Bids"))
    holds(asks == sorted(set(asks)) and bids == sorted(set(bids), reverse=True), "the order of the levels")
    holds(not asks or not bids or bids[0] < asks[0], "the book is crossed", (bids[:1], asks[:1]))
    holds(max(len(asks), len(bids)) <= 41, "more than 41 levels", (len(bids), len(asks)))
    holds({row["side"] for row in book["Asks"]} <= {"sell"}, "a side of the asks")
    holds({row["side"] for row in book["Bids"]} <= {"buy"}, "a side of the bids")


@public("REST-128", "2.5", "GET /v1/public/{pair}/orderbook/full")
async def places_in_the_queue(at: Stage) -> None:
    """The full book has single orders; positionAtPrice counts from one at each price."""
    book = await _look(at, "/v1/public/{pair}/orderbook/full")
    for name in ("Asks", "Bids"):
        queues: dict[str, list[int]] = {}
        for row in book[name]:
            queues.setdefault(row["price"], []).append(row["positionAtPrice"])
        wrong = {price: places for price, places in queues.items() if places != list(range(1, len(places) + 1))}
        same(wrong, {}, f"{name}: places at a price")
        prices = list(map(D, queues))
        same(prices, sorted(prices, reverse=name == "Bids"), f"{name}: order of the prices")


@public("REST-129", "2.9", "-21", "HTTP 400")
async def unknown_pair(at: Stage) -> None:
    """A pair that does not exist: 400, -21, on every public route of a pair."""
    for path in ("marketsummary", "orderbook", "orderbook/full", "trades", "buckets", "ordertypes"):
        answer = await at.guest.get(f"/v1/public/{NO_SUCH_PAIR}/{path}")
        at.fits(answer.refused(400, -21, "Unsupported Currency Pair"), shapes.ERROR, path)


@public("REST-130", "2.9", "GET /v1/public/{pair}/orderbook")
async def inactive_book(at: Stage) -> None:
    """The book of an inactive pair: 200, both sides empty."""
    book = (await at.guest.get(f"/v1/public/{await at.inactive()}/orderbook")).good()
    same((book["Asks"], book["Bids"]), ([], []), "both sides")


def _newest_first(rows: list[Mapping[str, Any]], key: str) -> None:
    times = [row[key] for row in rows]
    same(times, sorted(times, reverse=True), f"{key}, newest first")


@public("REST-131", "2.6", "GET /v1/public/{pair}/trades")
async def trades(at: Stage) -> None:
    """Trades come newest first, a hundred at most, sequence ids beyond 2^53, quoteVolume price x quantity."""
    found = await _look(at, "/v1/public/{pair}/trades")
    _newest_first(found, "tradedAt")
    holds(len(found) <= 100, "more than 100", len(found))
    holds(all(row["sequenceId"] > 2**53 for row in found), "a sequence id that a double can hold")
    same([row["sequenceId"] for row in found], sorted((row["sequenceId"] for row in found), reverse=True), "sequence")
    wrong = [row for row in found if D(row["price"]) * D(row["quantity"]) != D(row["quoteVolume"])]
    same(wrong, [], "trades whose quoteVolume is not the product")


@public("REST-132", "2.6", "GET /v1/public/{pair}/trades")
async def pages_of_trades(at: Stage) -> None:
    """`limit`, `skip` and `beforeId` page through the trades."""
    path = f"/v1/public/{await at.pair()}/trades"
    ids = [row["id"] for row in (await at.guest.get(f"{path}?limit=6")).good()]
    if len(ids) < 6:
        raise Untried(f"{path}: too few trades")
    holds(len(ids) <= 6, "more than the limit", len(ids))
    older = [row["id"] for row in (await at.guest.get(f"{path}?limit=3&beforeId={ids[2]}")).good()]
    same(older, ids[3:6], "what is older than the third")
    skipped = [row["id"] for row in (await at.guest.get(f"{path}?limit=2&skip=1")).good()]
    holds(skipped == ids[1:3] or not set(skipped) <= set(ids), "skip=1 is not one further", skipped)


@public("REST-133", "2.6", "GET /v1/public/{pair}/trades")
async def trades_of_a_time(at: Stage) -> None:
    """`startTime` and `endTime`, ISO, bound the trades."""
    path = f"/v1/public/{await at.pair()}/trades"
    times = [row["tradedAt"] for row in await _look(at, "/v1/public/{pair}/trades")]
    newest, oldest = times[0], times[-1]
    found = (await at.guest.get(f"{path}?startTime={oldest}&endTime={newest}")).good()
    holds(found and all(oldest <= row["tradedAt"] <= newest for row in found), "a trade outside the time")


@public("REST-134", "2.7", "GET /v1/public/{pair}/buckets")
async def candles(at: Stage) -> None:
    """Candles come newest first, begin on the minute, low <= open, close <= high; 60 s by default."""
    found = await _look(at, "/v1/public/{pair}/buckets")
    _newest_first(found, "startTime")
    same({row["bucketPeriodInSeconds"] for row in found}, {60}, "period")
    holds(all(row["startTime"][17:19] == "00" for row in found), "a candle that does not begin on the minute")
    for row in found:
        low, high = D(row["low"]), D(row["high"])
        holds(low <= D(row["open"]) <= high and low <= D(row["close"]) <= high, "low, open, close, high", row)


@public("REST-135", "2.7", "GET /v1/public/{pair}/buckets")
async def periods(at: Stage) -> None:
    """PeriodSeconds is one of seven; another one is refused with -11."""
    path = f"/v1/public/{await at.pair()}/buckets"
    for period_s in (300, 900, 1800, 3600, 21600, 86400):
        found = (await at.guest.get(f"{path}?periodSeconds={period_s}&limit=2")).good()
        same({row["bucketPeriodInSeconds"] for row in found} - {period_s}, set(), f"period {period_s}")
    (await at.guest.get(f"{path}?periodSeconds=61")).refused(400, -11)


@public("REST-136", "2.7", "GET /v1/public/{pair}/buckets")
async def empty_candles(at: Stage) -> None:
    """`includeEmpty=true` fills the gaps: a candle a period, volume 0 and four equal prices where nothing was; none ahead of now."""
    path, end_s = f"/v1/public/{await at.pair()}/buckets", int(at.guest.now_s) // 60 * 60 - 60
    target = f"{path}?periodSeconds=60&startTime={end_s - 19 * 60}&endTime={end_s}&includeEmpty=true"
    found = (await at.guest.get(target)).good()
    same(len(found), 20, "candles in twenty minutes")
    ahead = (await at.guest.get(f"{path}?startTime={end_s}&endTime={end_s + 1200}&includeEmpty=true")).good()
    holds(1 <= len(ahead) <= 4, "candles of what is still to come", ahead)
    for row in found:
        if row["volume"] == "0":
            same(len({row["open"], row["high"], row["low"], row["close"]}), 1, "prices of an empty candle")


@public("REST-137", "2.7", "GET /v1/public/{pair}/buckets")
async def too_many_candles(at: Stage) -> None:
    """A range of more than 300 candles is refused."""
    path, end_s = f"/v1/public/{await at.pair()}/buckets", int(at.guest.now_s) // 60 * 60
    (await at.guest.get(f"{path}?startTime={end_s - 301 * 60}&endTime={end_s}")).refused(400, -11)


@public("REST-138", "2.7", "GET /v1/public/{pair}/markprice/buckets")
async def mark_candles(at: Stage) -> None:
    """Candles of the mark price: newest first, a hundred at most, without volumes."""
    found = await _look(at, "/v1/public/{pair}/markprice/buckets")
    _newest_first(found, "startTime")
    holds(len(found) <= 100, "more than 100", len(found))
    holds(all("volume" not in row for row in found), "a volume")


@public("REST-139", "2", "GET /v1/public/time")
async def server_time(at: Stage) -> None:
    """Both times are the same second."""
    found = (await at.guest.get("/v1/public/time")).good()
    at.fits(found, shapes.TIME, "time")
    holds(abs(found["epochTime"] - at.guest.now_s) < 60, "the clock is a minute off", found)


MAX_AGE = {
    "/v1/public/marketsummary": (5, 60), "/v1/public/{pair}/marketsummary": (5, 10), "/v1/public/currencies": (60,),
    "/v1/public/pairs": (60,), "/v1/public/ordertypes": (60,), "/v1/public/{pair}/orderbook": (30,),
    "/v1/public/{pair}/orderbook/full": (30,), "/v1/public/{pair}/trades": (30,),
}  # fmt: skip


@public("REST-140", "2", "cache-control", "x-valr-upstream-service-time")
async def kept_by_the_edge(at: Stage) -> None:
    """Public answers say how long the exchange took, and how long they may be kept, but for time, status and candles."""
    for path, ages in MAX_AGE.items():
        headers = (await at.guest.look(await _filled(at, path))).headers
        found = headers.get("cache-control", "")
        holds(found in {f"max-age={age},public" for age in ages}, f"{path}: cache-control", found)
    for path in (*MAX_AGE, "/v1/public/time", "/v1/public/status", "/v1/public/{pair}/buckets"):
        headers = (await at.guest.look(await _filled(at, path))).headers
        holds(headers.get("x-valr-upstream-service-time", "").isdigit(), f"{path}: x-valr-upstream-service-time")
        holds(path in MAX_AGE or "cache-control" not in headers or not at.strict, f"{path}: cache-control", headers)


@public("REST-141", "2", "cache-control")
async def errors_are_kept(at: Stage) -> None:
    """An error is kept like an answer of its route."""
    headers = (await at.guest.get(f"/v1/public/{NO_SUCH_PAIR}/orderbook")).headers
    same(headers.get("cache-control"), "max-age=30,public", "cache-control")


@public("REST-142", "2", "HTTP 404")
async def no_such_routes(at: Stage) -> None:
    """Routes that some bots call do not exist: 404."""
    pair = await at.pair()
    for path in (f"/v1/public/{pair}/instrument", f"/v1/public/orderbook?pair={pair}"):
        same((await at.guest.get(path)).status, 404, path)


@public("REST-143", "2", "wire text", "via")
async def json_content_type(at: Stage) -> None:
    """Answers and errors are JSON by their content type, and come by way of a front end: via 1.1 google."""
    for target in ("/v1/public/pairs", f"/v1/public/{NO_SUCH_PAIR}/orderbook"):
        headers = (await at.guest.look(target)).headers
        found = headers.get("content-type", "")
        holds(found.startswith("application/json"), f"{target}: content-type", found)
        same(headers.get("via"), "1.1 google", f"{target}: via")


@with_key("REST-144", "2.8", "cache-control")
async def signed_market_data_is_fresh(at: Stage) -> None:
    """Signed market data is kept for one second."""
    found = (await at.guest.get(f"/v1/marketdata/{await at.pair()}/orderbook")).headers.get("cache-control", "")
    holds(found.startswith("max-age=1"), "cache-control", found)
