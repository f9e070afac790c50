"""What is said of a file's spreads, its guard and its price bands."""

from collections.abc import Iterator
from decimal import Decimal

from valr_maker.config.diagnostic import Diagnostic, Facts, Severity, about, money, pct
from valr_maker.config.load import Loaded
from valr_maker.config.wanted import Wanted, nearest, wanted_orders
from valr_maker.domain import Side
from valr_maker.strategy.settings import PriceSource
from valr_maker.strategy.words import plain

WIDE = Decimal("0.1")
ZERO = Decimal(0)


def spreads(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    """Against the fees, the guard and the tick; of each key only the first order that earns a code."""
    orders = wanted_orders(loaded.settings)
    yield from _break_even(loaded, facts, orders)
    told: set[tuple[str, str]] = set()
    for one in orders:
        for found in _one_spread(loaded, facts, one):
            if (found.code, one.spread_key) not in told:
                told.add((found.code, one.spread_key))
                yield found


def _break_even(loaded: Loaded, facts: Facts, orders: list[Wanted]) -> Iterator[Diagnostic]:
    """A buy and a sell at the nearest spreads, and the fees of both."""
    buy, sell = nearest(orders, Side.BUY), nearest(orders, Side.SELL)
    if facts.maker_fee is None or buy is None or sell is None or loaded.settings.add_transaction_costs:
        return
    fees, both = 2 * facts.maker_fee, buy.spread + sell.spread
    if both > fees:
        return
    message = f"both spreads together, {pct(both)}, do not pay the fees of a round trip, {pct(fees)}"
    cost = _in_quote(loaded, facts, min(buy.amount, sell.amount) * (fees - both), "lost in each round trip")
    remedy = f"Widen them to more than {pct(facts.maker_fee)} each"
    yield about(loaded, "PMM030", Severity.WARNING, buy.spread_key, message, remedy, cost)


def _one_spread(loaded: Loaded, facts: Facts, one: Wanted) -> Iterator[Diagnostic]:
    if one.spread_key == "order_level_spread":
        return  # only ever wider than the first level
    guard, first = loaded.settings.minimum_spread, loaded.settings.overrides is None
    name = one.spread_key if first else f"the spread of {one.name},"
    costs = facts.maker_fee if loaded.settings.add_transaction_costs and facts.maker_fee is not None else ZERO
    if one.spread <= 0:
        message = f"{name} {pct(one.spread)} puts it at the price or beyond: it would trade at once, and without take_if_crossed is not sent"
        yield about(
            loaded, "PMM037", Severity.WARNING, one.spread_key, message, "Set it above 0", _given(loaded, facts, one)
        )
    elif guard is not None and guard >= one.spread + costs:
        message = f"minimum_spread {pct(guard)} is not below {name} {pct(one.spread)}: orders are cancelled as soon as they rest"
        remedy = f"Set it below {pct(one.spread)}, such as 0.1"
        yield about(loaded, "PMM031", Severity.ERROR, "minimum_spread", message, remedy)
    if one.spread >= WIDE:
        message = f"{name} {pct(one.spread)} is so wide that fills will be rare"
        yield about(loaded, "PMM033", Severity.NOTE, one.spread_key, message, "Around 1 is usual for a first run")
    if facts.pair is not None and facts.mid and 0 < one.spread * facts.mid < facts.pair.tick:
        message = f"{name} {pct(one.spread)} of {plain(facts.mid)} is less than one tick, {plain(facts.pair.tick)}"
        remedy = f"Set it to {plain((facts.pair.tick / facts.mid * 100).quantize(Decimal('0.0001')))} or more"
        yield about(loaded, "PMM034", Severity.WARNING, one.spread_key, message, remedy)


def _given(loaded: Loaded, facts: Facts, one: Wanted) -> str:
    return _in_quote(loaded, facts, -one.spread * one.amount, "given away where it does trade") if one.spread else ""


def guard(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    """minimum_spread where it is off, or below zero."""
    settings, orders = loaded.settings, wanted_orders(loaded.settings)
    if settings.minimum_spread is None:
        message = 'minimum_spread is off (-100 is Hummingbot\'s "off"): between two refreshes nothing takes back an order that the price has come near to'
        share = orders[0].amount * orders[0].spread if orders else ZERO
        cost = _in_quote(loaded, facts, share, "is the whole spread that such an order gives away when it fills")
        remedy = "Set it to 0.1 to have such orders cancelled at once"
        yield about(loaded, "PMM032", Severity.WARNING, "minimum_spread", message, remedy, cost)
    elif settings.minimum_spread < 0:
        message = f"minimum_spread {pct(settings.minimum_spread)} lets an order stay on the wrong side of the price"
        remedy = "Set it to 0.1, or to -100 to switch it off"
        yield about(loaded, "PMM035", Severity.WARNING, "minimum_spread", message, remedy)


def bands(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    """Bands that the price is outside of: a side that is not quoted at all."""
    settings, price = loaded.settings, facts.mid
    own = settings.reference.source is PriceSource.CURRENT_MARKET  # the price of another place is not known here
    if price is not None and own:
        if settings.price_ceiling is not None and price >= settings.price_ceiling:
            found = f"price_ceiling {plain(settings.price_ceiling)} is not above the price, {plain(price)}: nothing is bought"
            yield _band(loaded, "price_ceiling", found, f"Set it above {plain(price)}, or to -1 to switch it off")
        if settings.price_floor is not None and price <= settings.price_floor:
            found = f"price_floor {plain(settings.price_floor)} is not below the price, {plain(price)}: nothing is sold"
            yield _band(loaded, "price_floor", found, f"Set it below {plain(price)}, or to -1 to switch it off")
    moving = settings.moving_band
    if moving is not None and moving.ceiling <= 0:
        found = f"price_ceiling_pct {pct(moving.ceiling)} sets the ceiling at the price or below it: nothing is bought"
        yield _band(loaded, "price_ceiling_pct", found, "Set it above 0, such as 1.0")
    if moving is not None and moving.floor >= 0:
        found = f"price_floor_pct {pct(moving.floor)} sets the floor at the price or above it: nothing is sold"
        yield _band(loaded, "price_floor_pct", found, "Set it below 0, such as -1.0")


def _band(loaded: Loaded, key: str, found: str, remedy: str) -> Diagnostic:
    return about(loaded, "PMM036", Severity.WARNING, key, f"{found} while that lasts", remedy)


def _in_quote(loaded: Loaded, facts: Facts, base_amount: Decimal, words: str) -> str:
    """A share of an order, in quote currency at the present price."""
    return "" if facts.mid is None else f"{money(base_amount * facts.mid)} {loaded.settings.market.quote} {words}"
