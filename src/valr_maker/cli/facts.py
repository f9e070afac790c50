"""What the exchange knows of a pair and of the account, for the commands that judge a file."""

from dataclasses import dataclass, replace
from decimal import Decimal

from valr_maker.cli.loop import run
from valr_maker.cli.options import Venue
from valr_maker.cli.venue import key_of, open_venue
from valr_maker.clock import RealClock
from valr_maker.config.diagnostic import Facts, money, pct
from valr_maker.domain import Market
from valr_maker.errors import ExchangeUnreachable, KeyProblem
from valr_maker.gateway.client import UNANSWERED, NotSent, RestClient
from valr_maker.gateway.rate import RateBudget
from valr_maker.keys import ApiKey
from valr_maker.market.pair import read_pairs
from valr_maker.screens.folded import waiting
from valr_maker.strategy.words import plain
from valr_maker.wire import endpoints

OFFLINE = "Looked at by itself (--offline): no pair, no price, no fees, no balances."


@dataclass(frozen=True, slots=True)
class Known:
    """The facts, and in a sentence what they are and what is not among them."""

    facts: Facts
    basis: str


def ask(market: Market, venue: Venue, address: str | None) -> Known:
    """Rules, price, and with a key fees and balances; says in a terminal that it waits. Raises ExchangeUnreachable."""
    embedded = venue is Venue.SANDBOX and address is None
    key, why = (None, "") if embedded else _key(venue)  # it may ask for a passphrase
    with waiting("asking the exchange"):
        return run(_asked(market, venue, address, key, why))


def _key(venue: Venue) -> tuple[ApiKey | None, str]:
    """The key, or why there is none: without one there are no fees and balances, and all else is public."""
    try:
        return key_of(venue), ""
    except KeyProblem as problem:
        return None, str(problem)


async def _asked(market: Market, venue: Venue, address: str | None, key: ApiKey | None, why: str) -> Known:
    async with open_venue(venue, address=address, needs_key=False) as opened:
        client = RestClient(opened.transport, RealClock(), key or opened.key, RateBudget())
        try:
            facts = await _public(client, market)
        except UNANSWERED as problem:
            limited = isinstance(problem, NotSent) and problem.wait_s is not None
            remedy = "Wait that long and try again" if limited else "Check the network"
            raise ExchangeUnreachable(
                f"the exchange does not answer: {problem}", remedy=f"{remedy}, or check the file alone: --offline"
            ) from problem
        if not why and facts.pair is not None:
            try:
                facts = await _own(client, market, facts)
            except UNANSWERED as problem:  # all else is known; the rest is said
                why = str(problem)
    return Known(facts, _basis(market, facts, why))


async def _public(client: RestClient, market: Market) -> Facts:
    await client.synchronise()
    listed, _bad = read_pairs(await client.call(endpoints.PAIRS))
    rules = listed.get(market.symbol)
    facts = Facts(rules, tuple(f"{row.base}-{row.quote}" for row in listed.values() if row.active))
    if rules is None or not rules.active:
        return facts
    book = await client.call(endpoints.PUBLIC_BOOK, parts={"pair": market.symbol})
    if book.bids and book.asks:
        facts = replace(facts, mid=(book.bids[0].price + book.asks[0].price) / 2)
    types = await client.call(endpoints.PAIR_ORDER_TYPES, parts={"pair": market.symbol})
    return replace(facts, pair=rules.with_order_types(types))


async def _own(client: RestClient, market: Market, facts: Facts) -> Facts:
    """Fees and balances of the account."""
    fees = {row.currency_pair: row.maker_percentage for row in await client.call(endpoints.FEES)}
    maker_pct = fees.get(market.symbol)
    balances = {row.currency: row.available for row in await client.call(endpoints.BALANCES)}
    return replace(facts, maker_fee=None if maker_pct is None else maker_pct / 100, available=balances)


def _basis(market: Market, facts: Facts, why: str) -> str:
    base, quote = market
    known = [f"the rules of {market}" if facts.pair is not None else "the list of pairs"]
    if facts.mid is not None:
        known.append(f"the price {plain(facts.mid)} {quote}")
    if facts.maker_fee is not None:
        known.append(f"the maker fee {pct(facts.maker_fee)}")
    if facts.available is not None:
        known.append(
            " and ".join(f"{money(facts.available.get(one, Decimal(0)))} {one}" for one in (base, quote)) + " free"
        )
    missing = "" if not why else f" Without fees and balances: {why}."
    return f"Judged by {', '.join(known)}.{missing}"
