"""Section 3.1 and 7.4: balances, histories and fees."""

from decimal import Decimal
from itertools import product

from valr_maker.conformance import shapes
from valr_maker.conformance.case import sandbox, with_key
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.guest import Guest
from valr_maker.conformance.stage import PURSE, Stage

D = Decimal
WORTH = ("totalInReference", "totalInReferenceWeighted", "referenceCurrency")
WORTH_OF = {"USDT": ("1000", "1000"), "ZAR": ("571.42857142", "571.42857142"), "DOGE": ("1600", "0")}
"""Of the purse: in all, and as collateral."""
BALANCES = "/v1/account/balances"
TRADES = "/v1/account/tradehistory"
TRANSACTIONS = "/v1/account/transactionhistory"
TRADED = tuple(f"{kind}_{side}" for kind in ("LIMIT", "MARKET", "SIMPLE") for side in ("BUY", "SELL"))


@with_key("REST-201", "3.1", "GET /v1/account/balances")
async def balances(at: Stage) -> None:
    """Every row has its keys; total = available + reserved + lendReserved + borrowReserved - borrowedAmount."""
    found = (await at.guest.look(BALANCES)).good()
    at.all_fit(found, shapes.BALANCE, "balances")
    for row in found:
        parts = [D(row.get(name, "0")) for name in ("available", "reserved", "lendReserved", "borrowReserved")]
        same(D(row["total"]), sum(parts) - D(row.get("borrowedAmount", "0")), f"total of {row['currency']}")


@sandbox(
    "REST-225",
    "3.1",
    "GET /v1/account/balances",
    "BALANCE_UPDATE",
    "Rules.reference_totals",
    "totalInReference",
    "collateral",
    "collateralWeight",
)
async def worth(at: Stage) -> None:
    """What each balance is worth in USDC, by itself and as collateral, on a socket too; as a setting it is left out."""
    for said in (True, False):
        house = at.house(reference_totals=said)
        rows = {row["currency"]: row for row in (await house.me.get(BALANCES)).good()}
        ear = await house.me.open("/ws/account")
        frames = [frame["data"] for frame in await ear.heard() if frame["type"] == "BALANCE_UPDATE"]
        told = {data["currency"]["shortName"]: data for data in frames}
        for place, currency in product((rows, told), WORTH_OF):
            found = [place[currency].get(name) for name in WORTH]
            same(found, [*WORTH_OF[currency], "USDC"] if said else [None] * 3, f"worth of {currency}")
        rows = {row["shortName"]: row for row in (await house.me.get("/v1/public/currencies")).good()}
        for currency, weight in (("ZAR", "1"), ("USDT", "1"), ("DOGE", "0.0")):
            for row in (rows[currency], told[currency]["currency"]):
                same((row["collateral"], row["collateralWeight"]), (weight == "1", weight), f"collateral of {currency}")


@with_key("REST-202", "3.1", "GET /v1/account/balances")
async def no_zeros(at: Stage) -> None:
    """`excludeZeroBalances=true` leaves the zeros out; by default they are in; the rand is ZAR here."""
    every = {row["currency"] for row in (await at.guest.look(BALANCES)).good()}
    some = (await at.guest.get(f"{BALANCES}?excludeZeroBalances=true")).good()
    holds(all(D(row["total"]) for row in some), "a zero")
    holds({row["currency"] for row in some} <= every, "a currency that the whole list lacks")
    holds("ZAR" in every and "R" not in every, "ZAR, not R")


@sandbox("REST-203", "3.1", "GET /v1/account/balances", "wire text")
async def many_decimals(at: Stage) -> None:
    """Balances are not rounded to the places of their currency."""
    house = at.house()
    await house.friend().place("SELL", "10.3", "0.16123")
    await house.me.place("BUY", "10.3", "0.16123")
    # 0.1 % of 10.3 DOGE is the fee, taken from what is bought
    same(await house.me.balance("DOGE"), ("10010.2897", "0"), "DOGE")
    same(await house.me.balance("USDT"), ("998.339331", "0"), "USDT")


@sandbox("REST-204", "3.1", "GET /v1/account/balances")
async def reserves(at: Stage) -> None:
    """A buy sets aside price x quantity in quote, a sale its quantity in base; a cancel frees it."""
    house = at.house()
    await house.me.place("BUY", "100", "0.15")
    await house.me.place("SELL", "40", "0.17")
    same(await house.me.balance("USDT"), ("985", "15"), "USDT")
    same(await house.me.balance("DOGE"), ("9960", "40"), "DOGE")
    (await house.me.ask("DELETE", "/v1/orders")).good()
    same(await house.me.balance("USDT"), ("1000", "0"), "USDT after the cancel")


@with_key("REST-205", "3.1", "GET /v1/account/fees/trade")
async def fees(at: Stage) -> None:
    """Fees are percent points as text, for every pair."""
    at.all_fit((await at.guest.get("/v1/account/fees/trade")).good(), shapes.FEE, "fees")


TIERS = (
    ("0.18", "0.35", "0.08", "0.1", "0.05", "0.1"), ("0.1", "0.25", "0.07", "0.09", "0.03", "0.05"),
    ("0.04", "0.13", "0.06", "0.08", "0.01", "0.03"), ("0.03", "0.09", "0.05", "0.07", "0", "0.02"),
    ("0.02", "0.09", "0.04", "0.06", "0", "0.01"), ("0.01", "0.08", "0.03", "0.05", "0", "0.01"),
    ("-0.01", "0.08", "0.02", "0.045", "0", "0.01"), ("-0.01", "0.07", "0.01", "0.04", "0", "0.01"),
    ("-0.01", "0.05", "0", "0.035", "0", "0"),
)  # fmt: skip
"""Maker and taker in rand, in crypto, and between two dollars, tier by tier."""
COLUMNS = ("DOGEZAR", "DOGEUSDT", "USDTUSDC")


async def _rates(me: Guest) -> tuple[str, ...]:
    """Maker and taker of a pair of each column."""
    rows = {row["currencyPair"]: row for row in (await me.get("/v1/account/fees/trade")).good()}
    return tuple(rows[pair][name] for pair in COLUMNS for name in ("makerPercentage", "takerPercentage"))


@sandbox("REST-206", "7.4", "GET /v1/account/fees/trade", "Rules.simple_pct")
async def tiers(at: Stage) -> None:
    """Nine tiers with a column for rand, one for crypto, one between dollars; a simple order costs 1.6 %."""
    house = at.house()
    for tier, wanted in enumerate(TIERS, start=1):
        house.set_tier(tier)
        same(await _rates(house.me), wanted, f"tier {tier}")
    rows = {row["currencyPair"]: row for row in (await house.me.get("/v1/account/fees/trade")).good()}
    same(rows["DOGEUSDT"]["simplePercentage"], "1.6", "simple")
    holds("makerPercentage" not in rows["TSLAXUSDT"], "a maker's fee on a pair of simple orders only")
    holds("ADAUSDT" not in rows, "a fee of an inactive pair")


@sandbox("REST-222", "7.4", "GET /v1/account/fees/trade")
async def earned_tier(at: Stage) -> None:
    """Who has traded for 50,000 USDT in 30 days is in tier 2 from the next day, and no longer when they are over."""
    house = at.house()
    rich = {"USDT": D(100_000), "DOGE": D(1_000_000)}
    seller, buyer = house.friend(funds=rich), house.friend(funds=rich)
    for _ in range(2):
        await seller.place("SELL", "200000", "0.16")
        await buyer.place("BUY", "200000", "0.16")
    same(await _rates(buyer), TIERS[0], "on the same day")
    await house.me.wait(86_400)
    for guest in (seller, buyer):
        same(await _rates(guest), TIERS[1], "on the next day")
    same(await _rates(house.me), TIERS[0], "somebody else")
    await house.me.wait(30 * 86_400)
    same(await _rates(buyer), TIERS[0], "a month later")


@sandbox("REST-223", "3.1", "GET /v1/account/tradehistory", "GET /v1/account/transactionhistory")
async def long_histories(at: Stage) -> None:
    """A page of trades has 100 rows at most, one of transactions 100 by default and 200 at most."""
    house = at.house()
    await house.friend().place("SELL", "5000", "0.16")
    for _ in range(205):
        await house.me.place("BUY", "5", "0.16")
    for target, count in (
        (TRADES, 100), (f"{TRADES}?limit=150", 100), (f"{TRADES}?skip=200", 5), (TRANSACTIONS, 100),
        (f"{TRANSACTIONS}?limit=150", 150), (f"{TRANSACTIONS}?limit=500", 200),
        ("/v1/orders/history?limit=500", 100), ("/v1/marketdata/DOGEUSDT/tradehistory?limit=500", 100),
    ):  # fmt: skip
        same(len((await house.me.get(target)).good()), count, target)


@sandbox("REST-207", "3.1", "GET /v1/account/tradehistory", "GET /v1/account/{pair}/tradehistory")
async def own_trades(at: Stage) -> None:
    """A fill as its owner sees it: own side, fee in what was received, newest first, no customer id; a pair's alone too."""
    house = at.house()
    friend = house.friend()
    await house.me.place("SELL", "50", "0.16", customerOrderId="mine")
    await friend.place("BUY", "20", "0.16")
    await friend.place("BUY", "30", "0.16")
    for target in (TRADES, "/v1/account/DOGEUSDT/tradehistory"):
        mine, theirs = [(await one.get(target)).good() for one in (house.me, friend)]
        for rows in (mine, theirs):
            at.all_fit(rows, shapes.OWN_TRADE, target)
            same([row["quantity"] for row in rows], ["30", "20"], "newest first")
            holds(all("customerOrderId" not in row for row in rows), "a customer id")
        same((mine[0]["side"], mine[0]["feeCurrency"], mine[0]["fee"]), ("sell", "USDT", "0.00384"), "the maker's")
        same((theirs[0]["side"], theirs[0]["feeCurrency"], theirs[0]["fee"]), ("buy", "DOGE", "0.03"), "the taker's")
        same(mine[0]["id"], theirs[0]["id"], "id of the trade for both")
    same((await house.me.get("/v1/account/DOGEZAR/tradehistory")).good(), [], "of another pair")


@sandbox("REST-208", "3.1", "GET /v1/account/tradehistory", "maker reward", "MAKER_REWARD")
async def maker_reward(at: Stage) -> None:
    """A maker's rate below zero: a reward in what was paid, instead of a fee; both sides of the market."""
    house = at.house()
    house.set_tier(7)
    friend = house.friend()
    await house.me.place("BUY", "100", "2.8", "DOGEZAR")
    await friend.place("SELL", "100", "2.8", "DOGEZAR")
    await house.me.place("SELL", "100", "2.8", "DOGEZAR")
    await friend.place("BUY", "100", "2.8", "DOGEZAR")
    sold, bought = (await house.me.get(TRADES)).good()
    for row, currency, reward in ((bought, "ZAR", "0.028"), (sold, "DOGE", "0.01")):
        holds("fee" not in row and "feeCurrency" not in row, "a fee beside the reward", row)
        same((row.get("makerRewardCurrency"), row.get("makerReward")), (currency, reward), row["side"])
    kinds = [row["transactionType"]["type"] for row in (await house.me.get(TRANSACTIONS)).good()]
    same(kinds[:4].count("MAKER_REWARD"), 2, "MAKER_REWARD in the history")


@sandbox("REST-209", "3.1", "GET /v1/account/tradehistory")
async def pages_of_own_trades(at: Stage) -> None:
    """`skip`, `limit` (100 at most), `beforeId`, `startTime` and `endTime`."""
    house = at.house()
    friend = house.friend()
    for _ in range(5):
        await house.me.place("SELL", "5", "0.16")
        await friend.place("BUY", "5", "0.16")
        await house.me.wait(1)
    rows = (await house.me.get(TRADES)).good()
    ids = [row["id"] for row in rows]
    for query, wanted in (
        ("skip=1&limit=2", ids[1:3]),
        (f"beforeId={ids[1]}", ids[2:]),
        (f"startTime={rows[2]['tradedAt']}", ids[:3]),
        (f"endTime={rows[2]['tradedAt']}", ids[2:]),
        ("limit=1000", ids),
    ):
        same([row["id"] for row in (await house.me.get(f"{TRADES}?{query}")).good()], wanted, query)


@sandbox("REST-210", "3.1", "GET /v1/account/transactionhistory")
async def transactions(at: Stage) -> None:
    """A purchase: debit price x quantity, credit net of the fee, costPerCoin a number, symbols as documented."""
    house = at.house()
    order = await house.friend().place("SELL", "100", "2.8", "DOGEZAR")
    mine = await house.me.place("BUY", "100", "2.8", "DOGEZAR")
    holds(order, "an order")
    rows = (await house.me.get(TRANSACTIONS)).good()
    at.all_fit(rows, shapes.TRANSACTION, "transactions")
    bought = rows[0]
    same(bought["transactionType"]["type"], "LIMIT_BUY", "type")
    same((bought["debitCurrency"], bought["debitValue"]), ("ZAR", "280"), "debit")
    same((bought["creditCurrency"], bought["creditValue"]), ("DOGE", "99.65"), "credit, net of 0.35 %")
    same((bought["feeCurrency"], bought["feeValue"]), ("DOGE", "0.35"), "fee")
    info = {"costPerCoin": 2.8, "costPerCoinSymbol": "R", "currencyPairSymbol": "DOGEZAR", "orderId": mine}
    same(bought["additionalInfo"], info, "additionalInfo")


@sandbox("REST-211", "3.1", "GET /v1/account/transactionhistory", "FIAT_DEPOSIT", "BLOCKCHAIN_RECEIVE")
async def filters_of_transactions(at: Stage) -> None:
    """`transactionTypes`, `currency`, times, `beforeId`, `skip` and `limit`."""
    house = at.house()
    await house.friend().place("SELL", "10", "0.16")
    await house.me.place("BUY", "10", "0.16")
    rows = (await house.me.get(TRANSACTIONS)).good()
    ids = [row["id"] for row in rows]
    same(len(rows), len(PURSE) + 1, "three deposits and a purchase")
    for query, wanted in (
        ("transactionTypes=LIMIT_BUY,LIMIT_SELL", ids[:1]),
        ("transactionTypes=FIAT_DEPOSIT", [row["id"] for row in rows if row.get("creditCurrency") == "ZAR"]),
        ("transactionTypes=BLOCKCHAIN_RECEIVE", [row["id"] for row in rows[1:] if row.get("creditCurrency") != "ZAR"]),
        ("currency=ZAR", [row["id"] for row in rows if row.get("creditCurrency") == "ZAR"]),
        ("skip=1&limit=1", ids[1:2]),
        (f"beforeId={ids[0]}", ids[1:]),
        (f"startTime={rows[0]['eventAt']}", ids[:1]),
    ):
        same([row["id"] for row in (await house.me.get(f"{TRANSACTIONS}?{query}")).good()], wanted, query)


@sandbox("REST-212", "3.1", "GET /v1/account/transactionhistory", *TRADED)
async def kinds_of_transactions(at: Stage) -> None:
    """Every way to trade has its own type, for either side."""
    house = at.house()
    friend = house.friend()
    await friend.place("SELL", "1000", "0.16")
    await friend.place("BUY", "1000", "0.15999")
    for side in ("BUY", "SELL"):
        await house.me.place(side, "10", "0.16" if side == "BUY" else "0.15999")
        market = {"side": side, "pair": "DOGEUSDT", "baseAmount": "10"}
        (await house.me.ask("POST", "/v2/orders/market", market)).good(201)
        pay = {"payInCurrency": "USDT" if side == "BUY" else "DOGE", "payAmount": "10", "side": side}
        (await house.me.ask("POST", "/v1/simple/DOGEUSDT/order", pay)).good(202)
        await house.me.wait(0.1)
    found = {row["transactionType"]["type"] for row in (await house.me.get(TRANSACTIONS)).good()}
    same(set(TRADED) - found, set(), "types that are missing")
