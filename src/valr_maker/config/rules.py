"""Whether a file can trade on its pair: the same one-line problems, from facts about the pair that are handed in."""

from collections.abc import Callable, Collection
from decimal import Decimal
from difflib import get_close_matches
from typing import Protocol

from valr_maker.config.elsewhere import unknown_pair
from valr_maker.config.load import Loaded
from valr_maker.config.problems import FileProblems, Problem
from valr_maker.market.pair import PairRules
from valr_maker.strategy.view import PairGrid
from valr_maker.strategy.words import plain


class PairFacts(PairGrid, Protocol):
    """The pair's grid and limits, and whether it trades. `market.pair.PairRules` fits by shape."""

    @property
    def max_base(self) -> Decimal:
        """Largest quantity of an order, in base."""

    @property
    def active(self) -> bool:
        """Whether the exchange takes orders for it."""

    @property
    def takes_limit_orders(self) -> bool:
        """Whether it can be traded by limit orders (some pairs only by simple ones)."""


def check_against_pair(
    loaded: Loaded, pair: PairFacts | None, *, known: Collection[str] = (), price: Decimal | None = None
) -> list[Problem]:
    """What keeps the file from trading on its pair, and what will differ from what it says (`blocks` False).

    `pair` is None when the exchange has no such pair; `known` are the names of those it has (`DOGE-USDT`), to suggest
    from. `price` in quote per base, if one is known, lets the smallest order value be checked too.
    """
    if pair is None:
        return [_no_such_pair(loaded, known)]
    if not pair.active:
        remedy = "Choose an active pair; `valr-maker pairs` lists them."
        return [_about(loaded, "market", "is not active: the exchange takes no orders for it", remedy)]
    if not pair.takes_limit_orders:
        remedy = "Choose a pair with limit orders; `valr-maker pairs DOGE-USDT` shows one."
        return [_about(loaded, "market", "takes no limit orders on the exchange", remedy)]
    return _amount_problems(loaded, pair, price)


def rules_check(
    loaded: Loaded,
) -> Callable[[PairRules | None, dict[str, PairRules], Decimal | None], FileProblems | None]:
    """How the engine asks, without knowing of files, whether this file can be run on the pair's rules."""

    def check(
        rules: PairRules | None, listed: dict[str, PairRules], price: Decimal | None = None
    ) -> FileProblems | None:
        known = [f"{row.base}-{row.quote}" for row in listed.values() if row.active]
        problems = check_against_pair(loaded, rules, known=known, price=price)
        if listed and (unknown := unknown_pair(loaded, known)):
            problems.append(unknown)
        blocking = [problem for problem in problems if problem.blocks]
        return FileProblems(blocking) if blocking else None

    return check


def _amount_problems(loaded: Loaded, pair: PairFacts, price: Decimal | None) -> list[Problem]:
    """At most one: the first bound that order_amount, on the grid, does not keep. Described orders do not use it."""
    if loaded.settings.overrides is not None:
        return []
    wanted = loaded.settings.order_amount
    quantity = pair.floor_quantity(wanted)
    base, quote = loaded.settings.market
    # the order to buy rests below the price, and the remedy must do for both
    buying = None if price is None else price * (1 - loaded.settings.bid_spread)
    smallest = f"Set it to {plain(smallest_order(pair, buying))} or more."
    if quantity < pair.min_base or quantity <= 0:
        floored = "" if quantity == wanted else f" (it is floored to {plain(quantity)} on the lot {plain(pair.lot)})"
        found, remedy = f"is below the smallest order of this pair, {plain(pair.min_base)} {base}{floored}", smallest
    elif quantity > pair.max_base:
        found = f"is above the largest order of this pair, {plain(pair.max_base)} {base}"
        remedy = f"Set it to {plain(pair.max_base)} or less."
    elif price is not None and (value := quantity * price) < pair.min_quote:
        least = f"the smallest order of this pair, {plain(pair.min_quote)} {quote}"
        found = f"is worth {plain(value)} {quote} at the price {plain(price)}, below {least}"
        remedy = smallest
    elif quantity != wanted:
        found = f"is not a multiple of the lot {plain(pair.lot)}: orders will be for {plain(quantity)} {base}"
        return [_about(loaded, "order_amount", found, f"Set it to {plain(quantity)} to say so.", blocks=False)]
    else:
        return []
    return [_about(loaded, "order_amount", found, remedy)]


def require_pair(
    loaded: Loaded, pair: PairFacts | None, *, known: Collection[str] = (), price: Decimal | None = None
) -> list[Problem]:
    """As `check_against_pair`, but raises FileProblems if anything blocks; returns the warnings."""
    problems = check_against_pair(loaded, pair, known=known, price=price)
    if blocking := [problem for problem in problems if problem.blocks]:
        raise FileProblems(blocking)
    return problems


def _about(loaded: Loaded, key: str, found: str, remedy: str, *, blocks: bool = True) -> Problem:
    return Problem(loaded.path, found, remedy, loaded.lines[key], key, loaded.texts[key], blocks)


def _no_such_pair(loaded: Loaded, known: Collection[str]) -> Problem:
    market = loaded.settings.market
    near = get_close_matches(str(market), known, n=3) or sorted(name for name in known if market.base in name)[:3]
    remedy = f"Did you mean {' or '.join(near)}?" if near else "`valr-maker pairs` lists what the exchange trades."
    return _about(loaded, "market", "is not a pair of the exchange", remedy)


def smallest_order(pair: PairFacts, price: Decimal | None) -> Decimal:
    """The smallest amount, on the grid, that meets both minimums at a price."""
    need = max(pair.min_base, pair.lot)
    if price:
        need = max(need, pair.min_quote / price)
    floored = pair.floor_quantity(need)
    return floored if floored == need else floored + pair.lot
