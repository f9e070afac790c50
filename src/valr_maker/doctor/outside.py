"""Steps that need the exchange but no key: the way there, its clock, its rules, its book."""

from valr_maker.bot.elsewhere import PriceAsker
from valr_maker.config import elsewhere
from valr_maker.config.problems import FileProblems
from valr_maker.config.rules import check_against_pair
from valr_maker.doctor.findings import NotNeeded, Seen
from valr_maker.doctor.patient import Patient, until
from valr_maker.engine.messages import ElsewhereFailed
from valr_maker.errors import ConfigProblem, ExchangeUnreachable
from valr_maker.market.feed import BookFeed
from valr_maker.market.pair import read_pairs
from valr_maker.strategy.settings import OWN_VENUE, PriceSource
from valr_maker.wire import endpoints, rest, stream
from valr_maker.wire.frames import ErrorFrame, Subscribe, Subscription
from valr_maker.wire.market_frames import L1Diff, L1Snapshot
from valr_maker.wire.sign import Stream
from valr_maker.wire.text import plain

CLOCK_WARN_S = 2.0


async def address(patient: Patient) -> str:
    """DNS, network, TLS: one answer by REST proves all three."""
    await patient.ask(endpoints.STATUS)
    secure = "TLS with a valid certificate" if patient.address.startswith("https") else "no TLS on this machine"
    return f"{patient.address} answers, {secure}"


async def clock(patient: Patient) -> str:
    """How far this machine's clock is from the exchange's. Signing uses theirs, so it is a warning at the most."""
    offset_s = await patient.learn_time()
    if abs(offset_s) > CLOCK_WARN_S:
        way = "behind" if offset_s > 0 else "ahead of"
        return (
            f"! this machine is {abs(offset_s):.1f} s {way} the exchange; requests are signed with the exchange's time"
            " -> Switch time synchronisation (NTP) on: other tools have no such help"
        )
    return f"within {abs(offset_s) * 1000:.0f} ms of the exchange's"


async def status(patient: Patient) -> str:
    """Whether the exchange takes orders at all."""
    answer = await patient.ask(endpoints.STATUS)
    if answer.status != rest.ONLINE:
        raise ExchangeUnreachable(
            f"the exchange is {answer.status}: it takes no orders", remedy="Wait: VALR is being maintained"
        )
    return rest.ONLINE


async def rules(patient: Patient) -> str:
    """All pairs by one request, and the one in question against the file."""
    start_s = patient.clock.monotonic_s()
    patient.listed, bad = read_pairs(await patient.ask(endpoints.PAIRS))
    patient.listed_after_s = patient.clock.monotonic_s() - start_s
    market = patient.market
    patient.rules = patient.listed.get(market.symbol)
    active = sum(row.active for row in patient.listed.values())
    if patient.loaded is not None:
        found = check_against_pair(patient.loaded, patient.rules, known=patient.active_pairs)
        blocking = [one for one in found if one.blocks]
        if blocking:
            raise FileProblems(blocking)
    if patient.rules is None:
        raise ConfigProblem(
            f"{market.base}-{market.quote} is not a pair of the exchange", remedy="`valr-maker pairs` lists them"
        )
    mine, patient.rules_hold = patient.rules, True
    text = f"{len(patient.listed)} pairs, {active} active; tick {plain(mine.tick)}, at least {plain(mine.min_base)} {mine.base}"
    if bad:
        return f"! {text}; {len(bad)} other rows could not be read -> Report this with `valr-maker pairs --json`"
    return text


async def symbols(patient: Patient) -> Seen:
    """Each symbol belongs to one market and back; the same request has brought them."""
    markets = {(row.base, row.quote) for row in patient.listed.values()}
    if len(markets) != len(patient.listed):
        raise ExchangeUnreachable(
            "two symbols stand for the same market", remedy="Report this with `valr-maker pairs --json`"
        )
    assert patient.rules is not None
    text = f"{patient.rules.symbol} is {patient.rules.base}-{patient.rules.quote}"
    return Seen(text, patient.listed_after_s)


async def order_types(patient: Patient) -> str:
    """What kinds of order the pair takes now."""
    patient.order_types = await patient.ask(endpoints.PAIR_ORDER_TYPES, parts={"pair": patient.market.symbol})
    assert patient.rules is not None
    patient.rules = patient.rules.with_order_types(patient.order_types)
    if "LIMIT" not in patient.order_types and "LIMIT_POST_ONLY" not in patient.order_types:
        raise ConfigProblem(
            f"the pair takes no limit orders, only {', '.join(patient.order_types) or 'none'}",
            remedy="Choose another pair; `valr-maker pairs` lists them",
        )
    if "LIMIT" not in patient.order_types:
        return (
            "! post-only: VALR lets nobody trade at once on this pair; quotes rest, and fill when that ends"
            " -> Wait, or choose another pair; `valr-maker pairs` lists them"
        )
    if "LIMIT_POST_ONLY" not in patient.order_types:
        return (
            "! limit, but not post-only: a quote that meets the market trades at once, for the taker fee"
            " -> Keep the spreads wide, or choose another pair"
        )
    return "limit and post-only"


async def book(patient: Patient) -> Seen:
    """Snapshot, then updates, each proved by sequence and checksum."""
    symbol, start_s = patient.market.symbol, patient.clock.monotonic_s()
    feed = BookFeed(symbol)
    socket = await patient.connect(Stream.TRADE)
    try:
        await socket.send(stream.write(Subscribe(subscriptions=[Subscription(event="OB_L1_DIFF", pairs=[symbol])])))

        def verified(message: object) -> bool:
            if isinstance(message, ErrorFrame):
                raise ExchangeUnreachable(f"the exchange says: {message.message}", remedy="Check the pair")
            if not isinstance(message, (L1Snapshot, L1Diff)) or message.pair != symbol:
                return False
            if not feed.receive(message, patient.clock.monotonic_s()):
                raise ExchangeUnreachable(
                    f"the book does not hold: {feed.reason}",
                    remedy="A run asks for a new snapshot by itself; if this stays, something between here and VALR changes frames",
                )
            return True

        await until(socket, verified, "book snapshot")
        usable_s = patient.clock.monotonic_s() - start_s
        moved = await _moves(socket, verified)
    finally:
        await socket.close()
    best_bid, best_ask = feed.book.best_bid, feed.book.best_ask
    if best_bid is None or best_ask is None:
        text = "! verified, but one side is empty: there is no mid price"
        remedy = "Wait until both sides have orders, or quote around a price of your own: run --reference-price"
        return Seen(f"{text} -> {remedy}", usable_s)
    patient.mid = (best_bid + best_ask) / 2
    spread_pct = (best_ask - best_bid) / patient.mid * 100
    life = f"{feed.updates} updates verified" if moved else "no update yet: a quiet pair"
    return Seen(f"bid {plain(best_bid)}, ask {plain(best_ask)}, spread {spread_pct:.3f} %; {life}", usable_s)


async def _moves(socket: object, verified: object) -> bool:
    """Whether an update follows the snapshot; a quiet pair may have none."""
    try:
        await until(socket, verified, "book update")  # type: ignore[arg-type]
    except ExchangeUnreachable as silence:
        if "within" in str(silence):
            return False
        raise
    return True


async def price_source(patient: Patient) -> str:
    """Whether the price that the file wants from elsewhere is to be had."""
    if patient.loaded is None or patient.loaded.settings.reference.source is PriceSource.CURRENT_MARKET:
        return "the market that is traded gives it"
    reference = patient.loaded.settings.reference
    if found := list(elsewhere.problems(patient.loaded)):
        raise FileProblems(found)
    if reference.source is PriceSource.EXTERNAL_MARKET and reference.exchange in OWN_VENUE:
        if problem := elsewhere.unknown_pair(patient.loaded, patient.active_pairs):
            raise FileProblems([problem])
        return f"{reference.market} of this exchange gives the price"
    if patient.fetcher is None:
        raise NotNeeded("nobody may be asked from here")
    asker = PriceAsker(reference, patient.fetcher)
    said = await asker.ask()
    if isinstance(said, ElsewhereFailed):
        raise ExchangeUnreachable(
            f"{asker.url} gives no price: {said.why}",
            remedy="Open that address yourself; without a price nothing is quoted",
        )
    if said.price is not None and said.price <= 0:
        raise ExchangeUnreachable(
            f"{asker.url} says {plain(said.price)}, which is no price", remedy="Mend what answers there"
        )
    price = said.price if said.price is not None else said.quotes.last_trade or said.quotes.best_bid
    return f"{asker.url} says {plain(price)}" if price is not None else f"{asker.url} answers"
