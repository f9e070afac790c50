"""Sections 5.2 and 6: what a trade socket tells, and how a book proves itself."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Any

from valr_maker.conformance.case import Case, Need, add, public, sandbox
from valr_maker.conformance.expect import checksum, holds, same
from valr_maker.conformance.guest import Ear
from valr_maker.conformance.rest_change import KEEP
from valr_maker.conformance.shapes import BOOK, FULL_BOOK, MARKET_FRAMES
from valr_maker.conformance.stage import House, Stage
from valr_maker.conformance.ws_control import IMAGE, L1, MARK, TRADE, TRADES, subscription
from valr_maker.wire.text import full_checksum, l1_checksum

D = Decimal
FULL, SUMMARY, BUCKETS, TYPES = (
    "FULL_ORDERBOOK_UPDATE", "MARKET_SUMMARY_UPDATE", "NEW_TRADE_BUCKET", "ALLOWED_ORDER_TYPES_UPDATED",
)  # fmt: skip
FIRST = {IMAGE: IMAGE, FULL: "FULL_ORDERBOOK_SNAPSHOT", L1: "OB_L1_SNAPSHOT", SUMMARY: SUMMARY, MARK: MARK}
"""By event, the frame that a new subscriber is sent at once."""
DEPTHS = (1, 5, 10, 20, 40, 80)
WATCH_S = 10.0


async def _listening(at: Stage, event: str) -> Ear:
    """A socket that has subscribed to the event of the address' pair, past the acknowledgement."""
    ear = await at.guest.open(TRADE)
    await ear.subscribe(event, await at.pair())
    await ear.until("SUBSCRIBED")
    return ear


async def _quiet(house: House, *events: str) -> Ear:
    """The same for DOGEUSDT of a sandbox of its own, past the first frames."""
    ear = await house.me.open(TRADE)
    await ear.say(subscription(**{event: ["DOGEUSDT"] for event in events}))
    await ear.heard()
    return ear


def _enter_first_frames() -> None:
    """One case an event that has a first frame: it comes at once, and every key has its type."""
    firsts = {**FIRST, **{f"OB_L1_D{depth}_SNAPSHOT": f"OB_L1_D{depth}_SNAPSHOT" for depth in DEPTHS}}
    for number, (event, kind) in enumerate(firsts.items(), start=201):

        async def run(at: Stage, event: str = event, kind: str = kind) -> None:
            ear = await _listening(at, event)
            frame = await ear.next()
            at.fits(frame, MARKET_FRAMES[kind], kind)
            same(frame.get("currencyPairSymbol", frame.get("ps")), await at.pair(), "pair")
            await ear.close()

        title = f"{event}: {kind} comes right after SUBSCRIBED, every key with its type."
        add(Case(f"WS-{number}", "5.2", title, Need.PUBLIC, (event, kind), run))


_enter_first_frames()


# ---- books ----------------------------------------------------------------------------------------------------------
def _sorted(levels: list[list[str]], *, falling: bool) -> bool:
    prices = [D(price) for price, _ in levels]
    return prices == sorted(set(prices), reverse=falling)


@public("WS-221", "5.2", *(f"OB_L1_D{depth}_SNAPSHOT" for depth in DEPTHS))
async def depths(at: Stage) -> None:
    """OB_L1_Dn has n levels a side at most, best first, without sequence or checksum, and comes only on change."""
    for depth in (1, 5, 40):
        kind = f"OB_L1_D{depth}_SNAPSHOT"
        ear = await _listening(at, kind)
        images = [frame["d"] for frame in await ear.heard(3) if frame["type"] == kind]
        for image in images:
            holds(max(len(image["a"]), len(image["b"])) <= depth, f"more than {depth} levels", image)
            holds(_sorted(image["a"], falling=False) and _sorted(image["b"], falling=True), "the order of the levels")
            same({"sq", "cs"} & set(image), set(), "sequence or checksum")
        seen = [(image["a"], image["b"]) for image in images]
        holds(all(one != two for one, two in pairwise(seen)), "the same image twice")
        await ear.close()


@public("WS-222", "5.2", IMAGE)
async def images(at: Stage) -> None:
    """AGGREGATED_ORDERBOOK_UPDATE is a whole image every time, 41 levels at most; its SequenceNumber never falls."""
    ear = await _listening(at, IMAGE)
    frames = [frame["data"] for frame in await ear.heard(WATCH_S) if frame["type"] == IMAGE]
    for data in frames:
        at.fits(data, BOOK, "data")
        holds(max(len(data["Asks"]), len(data["Bids"])) <= 41, "more than 41 levels")
    numbers = [data["SequenceNumber"] for data in frames]
    same(numbers, sorted(numbers), "SequenceNumber")
    await ear.close()


def _apply(book: dict[str, str], changes: Iterable[list[str]]) -> None:
    for price, quantity in changes:
        if quantity == "0":
            book.pop(price, None)
        else:
            book[price] = quantity


def _levels(book: dict[str, str], *, falling: bool) -> list[tuple[str, str]]:
    return sorted(book.items(), key=lambda level: D(level[0]), reverse=falling)


async def follow_l1(ear: Ear, for_s: float) -> tuple[dict[str, str], dict[str, str], int]:
    """Bids, asks and number of diffs after so long; every frame's sequence and checksum hold. Raises Mismatch."""
    snapshot = (await ear.until("OB_L1_SNAPSHOT"))["d"]
    bids, asks, last = dict(snapshot["b"]), dict(snapshot["a"]), snapshot["sq"]
    same(snapshot["cs"], checksum(_levels(bids, falling=True), _levels(asks, falling=False)), "cs of the snapshot")
    diffs = [frame["d"] for frame in await ear.heard(for_s) if frame["type"] == L1]
    for diff in diffs:
        same(diff["sq"], last + 1, "sq")
        last = diff["sq"]
        _apply(asks, diff["a"])
        _apply(bids, diff["b"])
        same(diff["cs"], checksum(_levels(bids, falling=True), _levels(asks, falling=False)), f"cs of {last}")
    return bids, asks, len(diffs)


@public("WS-231", "6.2", L1, "OB_L1_SNAPSHOT", "checksum")
async def l1(at: Stage) -> None:
    """OB_L1_DIFF: sq is the snapshot's plus one, then one more each time; cs is the CRC32 of 25 levels a side, every time."""
    ear = await at.guest.open(TRADE)
    await ear.subscribe(L1, await at.pair())
    _, _, diffs = await follow_l1(ear, WATCH_S)
    holds(diffs or not at.strict, "a lively market, and no diff")
    await ear.close()


Queues = dict[str, list[list[str]]]


def _requeue(queues: Queues, levels: list[dict[str, Any]]) -> int:
    """Apply changed orders; how many entries that were."""
    entries = 0
    for level in levels:
        queue = queues.setdefault(level["Price"], [])
        for order in level["Orders"]:
            entries += 1
            known = next((one for one in queue if one[0] == order["orderId"]), None)
            if order["quantity"] == "0":
                queue[:] = [one for one in queue if one[0] != order["orderId"]]
            elif known is None:
                queue.append([order["orderId"], order["quantity"]])
            else:
                known[1] = order["quantity"]
        if not queue:
            del queues[level["Price"]]
    return entries


def _in_turn(queues: Queues, *, falling: bool) -> list[tuple[str, str]]:
    prices = sorted(queues, key=D, reverse=falling)
    return [(id_, quantity) for price in prices for id_, quantity in queues[price]]


async def follow_full(ear: Ear, for_s: float) -> tuple[Queues, Queues, int]:
    """Likewise for the book by order: the sequence counts entries. Raises Mismatch."""
    snapshot = (await ear.until("FULL_ORDERBOOK_SNAPSHOT"))["data"]
    bids: Queues = {}
    asks: Queues = {}
    _requeue(bids, snapshot["Bids"])
    _requeue(asks, snapshot["Asks"])
    last = snapshot["SequenceNumber"]
    found = checksum(_in_turn(bids, falling=True), _in_turn(asks, falling=False))
    same(snapshot["Checksum"], found, "Checksum of the snapshot")
    updates = [frame["data"] for frame in await ear.heard(for_s) if frame["type"] == FULL]
    for data in updates:
        entries = _requeue(bids, data["Bids"]) + _requeue(asks, data["Asks"])
        same(data["SequenceNumber"], last + entries, "SequenceNumber")
        last = data["SequenceNumber"]
        found = checksum(_in_turn(bids, falling=True), _in_turn(asks, falling=False))
        same(data["Checksum"], found, f"Checksum of {last}")
    return bids, asks, len(updates)


@public("WS-232", "6.1", FULL, "FULL_ORDERBOOK_SNAPSHOT", "checksum")
async def by_order(at: Stage) -> None:
    """FULL_ORDERBOOK_UPDATE: the sequence rises by the number of entries; Checksum is the CRC32 of 25 orders a side."""
    ear = await at.guest.open(TRADE)
    await ear.subscribe(FULL, await at.pair())
    _, _, updates = await follow_full(ear, WATCH_S)
    holds(updates or not at.strict, "a lively market, and no update")
    await ear.close()


VECTORS: tuple[tuple[list[tuple[str, str]], list[tuple[str, str]], int], ...] = (
    ([("A1", "120.5"), ("A2", "40"), ("A3", "7.1")], [("S1", "55")], 3805694147),
    ([("A1", "100"), ("A2", "40"), ("A3", "7.1")], [("S2", "300")], 420859068),
    ([("0.1612", "160.5"), ("0.1611", "7.1")], [("0.16141", "55")], 3426897163),
    ([("0.1612", "160.5"), ("0.1611", "7.1")], [("0.16145", "300")], 4092396660),
    ([("0.1612", "160.5")], [], 2192103779),
    ([], [], 0),
)


@sandbox("WS-233", "6.3", "checksum")
async def worked_vectors(_at: Stage) -> None:
    """The six worked checksums come out, in this suite and in the sandbox's own arithmetic."""
    for bids, asks, wanted in VECTORS:
        same(
            (checksum(bids, asks), l1_checksum(bids, asks), full_checksum(bids, asks)), (wanted,) * 3, f"{bids} {asks}"
        )


@sandbox("WS-234", "6", "checksum", L1, FULL, IMAGE)
async def three_books(at: Stage) -> None:
    """The three feeds of one pair show one book after any change: placed, reduced, filled, cancelled."""
    house = at.house()
    l1_ear, full_ear, image_ear = [await house.me.open(TRADE) for _ in range(3)]
    for ear, event in ((l1_ear, L1), (full_ear, FULL), (image_ear, IMAGE)):
        await ear.subscribe(event, "DOGEUSDT")
    await _stir(house)
    bids, asks, diffs = await follow_l1(l1_ear, 2)
    by_order_bids, by_order_asks, updates = await follow_full(full_ear, 2)
    holds(diffs and updates, "nothing was told", (diffs, updates))
    image = [frame for frame in await image_ear.heard(2) if frame["type"] == IMAGE][-1]["data"]
    for name, book, queues in (("Bids", bids, by_order_bids), ("Asks", asks, by_order_asks)):
        sums = {price: sum(D(quantity) for _, quantity in queue) for price, queue in queues.items()}
        same({price: D(quantity) for price, quantity in book.items()}, sums, f"{name} of L1 and by order")
        same({row["price"]: D(row["quantity"]) for row in image[name]}, sums, f"{name} of the image and by order")


async def _stir(house: House) -> None:
    """Some of everything that can happen to a book."""
    friend = house.friend()
    ids = [await house.me.place("BUY", str(10 + number), f"0.15{number % 3}") for number in range(6)]
    await house.me.place("SELL", "10", "0.16")
    await friend.place("SELL", "25", "0.151")
    (await house.me.ask("PUT", "/v2/orders/modify", KEEP | {"orderId": ids[0], "newTotalQuantity": "5"})).good(201)
    (await house.me.ask("DELETE", "/v2/orders/order", {"orderId": ids[3], "pair": "DOGEUSDT"})).good()
    await house.me.wait(1)


@sandbox("WS-235", "5.2", FULL)
async def by_order_snapshot_is_rest(at: Stage) -> None:
    """The book by order is that of REST: the same orders in the same queues, the same SequenceNumber."""
    house = at.house()
    await _stir(house)
    ear = await house.me.open(TRADE)
    await ear.subscribe(FULL, "DOGEUSDT")
    snapshot = (await ear.until("FULL_ORDERBOOK_SNAPSHOT"))["data"]
    book = (await house.me.get("/v1/marketdata/DOGEUSDT/orderbook/full")).good()
    at.fits(book, FULL_BOOK, "book")
    same(book["SequenceNumber"], snapshot["SequenceNumber"], "SequenceNumber")
    for name in ("Bids", "Asks"):
        told = [
            (level["Price"], one["orderId"], one["quantity"]) for level in snapshot[name] for one in level["Orders"]
        ]
        same([(row["price"], row["id"], row["quantity"]) for row in book[name]], told, name)


@sandbox("WS-236", "6.1", FULL)
async def filled_and_removed(at: Stage) -> None:
    """An update gives an order's new remaining quantity, and "0" when it leaves; a side without change is empty."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15")
    ear = await _quiet(house, FULL)
    await house.friend().place("SELL", "4", "0.15")
    data = (await ear.until(FULL))["data"]
    same(data["Bids"], [{"Price": "0.15", "Orders": [{"orderId": order, "quantity": "6"}]}], "after a fill")
    same(data["Asks"], [], "asks")
    (await house.me.ask("DELETE", "/v1/orders")).good()
    data = (await ear.until(FULL))["data"]
    same(data["Bids"], [{"Price": "0.15", "Orders": [{"orderId": order, "quantity": "0"}]}], "after a cancel")
    same(data["Checksum"], 0, "Checksum of an empty book")


@sandbox("WS-237", "5.2", L1, "OB_L1_SNAPSHOT")
async def l1_is_whole(at: Stage) -> None:
    """OB_L1_SNAPSHOT is the whole book, not cut at 40; a level that empties comes as "0", the other side as []."""
    house = at.house()
    for tick in range(45):
        await house.me.place("BUY", "5", f"0.14{tick:03d}")
    ear = await house.me.open(TRADE)
    await ear.subscribe(L1, "DOGEUSDT")
    snapshot = (await ear.until("OB_L1_SNAPSHOT"))["d"]
    same((len(snapshot["b"]), snapshot["a"]), (45, []), "levels")
    (await house.me.ask("DELETE", "/v1/orders/DOGEUSDT")).good()
    diff = (await ear.until(L1))["d"]
    same((len(diff["b"]), {quantity for _, quantity in diff["b"]}, diff["a"], diff["cs"]), (45, {"0"}, [], 0), "diff")


@public("WS-238", "6.2", L1, "OB_L1_SNAPSHOT")
async def resubscribe(at: Stage) -> None:
    """Ending and asking again brings a new snapshot: the way back after a gap."""
    pair = await at.pair()
    ear = await at.guest.open(TRADE)
    for _ in range(2):
        await ear.subscribe(L1, pair)
        await ear.until("OB_L1_SNAPSHOT")
        await ear.subscribe(L1)
        await ear.until("UNSUBSCRIBED")
    await ear.close()


# ---- trades, candles, prices ----------------------------------------------------------------------------------------
@sandbox("WS-241", "5.2", TRADES)
async def new_trade(at: Stage) -> None:
    """NEW_TRADE: nothing on subscribing, then each match with its id, as REST has it."""
    house = at.house()
    await house.me.place("BUY", "10", "0.15")
    ear = await house.me.open(TRADE)
    await ear.subscribe(TRADES, "DOGEUSDT")
    same(await ear.kinds(), ["SUBSCRIBED"], "on subscribing")
    await house.friend().place("SELL", "4", "0.15")
    frame = await ear.until(TRADES)
    at.fits(frame, MARKET_FRAMES[TRADES], TRADES)
    rest = (await house.me.get("/v1/marketdata/DOGEUSDT/tradehistory")).good()[0]
    same({name: rest[name] for name in frame["data"]}, frame["data"], "the same by REST")
    same(frame["data"]["takerSide"], "sell", "takerSide")


@sandbox("WS-242", "5.2", BUCKETS)
async def new_bucket(at: Stage) -> None:
    """NEW_TRADE_BUCKET: at the end of each minute its candle, traded in or not."""
    house = at.house()
    ear = await house.me.open(TRADE)
    await ear.subscribe(BUCKETS, "DOGEUSDT")
    same(await ear.kinds(), ["SUBSCRIBED"], "on subscribing")
    await house.me.wait_for_window(60)
    await ear.heard()
    await house.me.place("BUY", "10", "0.15")
    await house.friend().place("SELL", "4", "0.15")
    traded, quiet = await ear.until(BUCKETS, 61), await ear.until(BUCKETS, 61)
    for frame in (traded, quiet):
        at.fits(frame, MARKET_FRAMES[BUCKETS], BUCKETS)
        same(frame["data"]["bucketPeriodInSeconds"], 60, "period")
    same((traded["data"]["volume"], traded["data"]["quoteVolume"]), ("4", "0.6"), "volumes")
    same((quiet["data"]["volume"], quiet["data"]["close"]), ("0", "0.15"), "an empty minute")


@public("WS-243", "5.2", BUCKETS, wait_s=65)
async def bucket_of_the_minute(at: Stage) -> None:
    """NEW_TRADE_BUCKET comes when a minute has ended, with every key."""
    ear = await _listening(at, BUCKETS)
    at.fits(await ear.until(BUCKETS, 65), MARKET_FRAMES[BUCKETS], BUCKETS)
    await ear.close()


@public("WS-244", "5.2", MARK)
async def mark_price(at: Stage) -> None:
    """MARK_PRICE_UPDATE comes every 3 s, changed or not."""
    ear = await _listening(at, MARK)
    await ear.until(MARK)
    times = []
    for _ in range(3):
        await ear.until(MARK)
        times.append(at.clock.monotonic_s())
    gaps = [later - sooner for sooner, later in pairwise(times)]
    holds(all(2 < gap < 4 for gap in gaps), "gaps in seconds", gaps)
    await ear.close()


@sandbox("WS-245", "5.2", SUMMARY)
async def summary_update(at: Stage) -> None:
    """MARKET_SUMMARY_UPDATE has REST's fields, the pair as currencyPairSymbol; it comes again when something has changed."""
    house = at.house()
    ear = await _quiet(house, SUMMARY)
    await house.me.place("BUY", "10", "0.15")
    frame = await ear.until(SUMMARY)
    at.fits(frame, MARKET_FRAMES[SUMMARY], SUMMARY)
    data = frame["data"]
    same((data["currencyPairSymbol"], data["bidPrice"], data["askPrice"]), ("DOGEUSDT", "0.15", "0"), "data")


@sandbox("WS-246", "5.2", TYPES)
async def types_updated(at: Stage) -> None:
    """ALLOWED_ORDER_TYPES_UPDATED: not on subscribing, and when a pair takes other types, or none any more."""
    house = at.house()
    ear = await house.me.open(TRADE)
    await ear.subscribe(TYPES, "DOGEUSDT")
    same(await ear.kinds(), ["SUBSCRIBED"], "on subscribing")
    house.set_types("DOGEUSDT", "LIMIT_POST_ONLY", "LIMIT")
    frame = await ear.until(TYPES)
    at.fits(frame, MARKET_FRAMES[TYPES], TYPES)
    same(frame["data"], ["LIMIT_POST_ONLY", "LIMIT"], "data")
    house.set_active("DOGEUSDT", active=False)
    same((await ear.until(TYPES))["data"], [], "when it is closed")


@sandbox("WS-247", "5.2", IMAGE)
async def conflated(at: Stage) -> None:
    """Images of a busy pair are conflated to about two a second, and the last one is right."""
    house = at.house()
    ear = await _quiet(house, IMAGE)
    for tick in range(30):
        await house.me.place("BUY", "5", f"0.14{tick:03d}")
    frames = [frame["data"] for frame in await ear.heard(2) if frame["type"] == IMAGE]
    holds(1 <= len(frames) <= 4, "frames in two seconds", len(frames))
    same(len(frames[-1]["Bids"]), 30, "levels of the last image")
