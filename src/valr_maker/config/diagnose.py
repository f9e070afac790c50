"""What a file will do on its pair and what that costs, as diagnostics with codes. docs/diagnostics.md has a line each.

Facts about pair, fees and balances are handed in; what is not known is not judged.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from valr_maker.config import elsewhere
from valr_maker.config.load import Loaded
from valr_maker.config.problems import Problem
from valr_maker.config.rules import PairFacts, check_against_pair
from valr_maker.config.schema import BY_NAME, Value
from valr_maker.domain import Side
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.words import plain

REST_A_MINUTE = 2000
"""VALR's budget for signed requests of one key (reference 4.1)."""
MESSAGES_A_QUOTE = 2
"""One order and one cancel for each level and side, each round."""
WIDE_PCT = Decimal(10)


class Severity(StrEnum):
    """How much it matters. Only an error keeps the file from running."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to know. `cost` is what it does to the money, at the present price where one is known."""

    code: str
    severity: Severity
    key: str
    line: int | None
    message: str
    help: str
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known from the exchange. None and empty mean not asked."""

    pair: PairFacts | None = None
    listed: tuple[str, ...] = ()
    mid: Decimal | None = None
    maker_fee: Decimal | None = None
    """A fraction: 0.0008 for 0.08 %. Below zero is a reward."""
    available: Mapping[str, Decimal] = field(default_factory=dict)


Check = Callable[[Loaded, Facts], Iterator[Diagnostic]]


def of_problems(problems: tuple[Problem, ...]) -> list[Diagnostic]:
    """Why a file cannot be read, as diagnostics."""
    return [
        Diagnostic(_code(one), Severity.ERROR, one.key or "", one.line, _message(one), one.remedy) for one in problems
    ]


def _message(problem: Problem) -> str:
    subject = "" if problem.key is None else f"{problem.key}: "
    value = "" if problem.value is None else f"{problem.value} "
    return f"{subject}{value}{problem.found}"


def _code(problem: Problem) -> str:
    for words, code in (
        ("is not a key of", "PMM002"),
        ("is missing", "PMM003"),
        ("is a second value", "PMM004"),
    ):
        if words in problem.found:
            return code
    return "PMM001" if problem.key is None else "PMM005"


def diagnose(loaded: Loaded, facts: Facts) -> list[Diagnostic]:
    """Everything there is to say of a file that can be read, errors first, then by line."""
    found = [diagnostic for check in CHECKS for diagnostic in check(loaded, facts)]
    order = list(Severity)
    return sorted(found, key=lambda one: (order.index(one.severity), one.line or 0))


def _about(  # noqa: PLR0913, PLR0917  # the parts of a diagnostic
    loaded: Loaded, code: str, severity: Severity, key: str, message: str, remedy: str, cost: str = ""
) -> Diagnostic:
    return Diagnostic(code, severity, key, loaded.lines.get(key), message, remedy, cost)


def _elsewhere(loaded: Loaded, _facts: Facts) -> Iterator[Diagnostic]:
    for one in elsewhere.problems(loaded):
        yield Diagnostic("PMM006", Severity.ERROR, one.key or "", one.line, _message(one), one.remedy)


def _pair(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    if facts.pair is None and not facts.listed:
        return
    codes = {"market": "PMM010", "order_amount": "PMM020"}
    for one in check_against_pair(loaded, facts.pair, known=facts.listed, price=facts.mid):
        severity = Severity.ERROR if one.blocks else Severity.WARNING
        yield Diagnostic(
            codes.get(one.key or "", "PMM020"), severity, one.key or "", one.line, _message(one), one.remedy
        )


def _amount(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    if facts.pair is None:
        return
    settings, base = loaded.settings, loaded.settings.market.base
    if settings.order_amount > facts.pair.min_base:
        message = f"order_amount {plain(settings.order_amount)} is above the pair's smallest order, {plain(facts.pair.min_base)} {base}"
        cost = (
            ""
            if facts.mid is None
            else f"each order is worth {plain(_cents(settings.order_amount * facts.mid))} {settings.market.quote}"
        )
        yield _about(
            loaded,
            "PMM021",
            Severity.NOTE,
            "order_amount",
            message,
            "For a first run the smallest order is enough",
            cost,
        )


def _spreads(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    settings = loaded.settings
    both = settings.bid_spread + settings.ask_spread
    if facts.maker_fee is not None and both <= 2 * facts.maker_fee:
        message = (
            f"both spreads together, {_pct(both)}, do not pay the fees of a round trip, {_pct(2 * facts.maker_fee)}"
        )
        cost = _in_quote(settings.order_amount * (2 * facts.maker_fee - both), facts, "lost in each round trip")
        remedy = f"Widen them to more than {_pct(facts.maker_fee)} each"
        yield _about(loaded, "PMM030", Severity.WARNING, "bid_spread", message, remedy, cost)
    for key, spread in (("bid_spread", settings.bid_spread), ("ask_spread", settings.ask_spread)):
        if settings.minimum_spread is not None and settings.minimum_spread >= spread:
            message = f"minimum_spread {_pct(settings.minimum_spread)} is not below {key} {_pct(spread)}: orders are cancelled as soon as they rest"
            yield _about(
                loaded, "PMM031", Severity.ERROR, "minimum_spread", message, f"Set it below {_pct(spread)}, such as 0.1"
            )
        if spread * 100 >= WIDE_PCT:
            message = f"{key} {_pct(spread)} is so wide that fills will be rare"
            yield _about(loaded, "PMM033", Severity.NOTE, key, message, "Around 1 is usual for a first run")
        if facts.pair is not None and facts.mid and spread * facts.mid < facts.pair.tick:
            message = f"{key} {_pct(spread)} of {plain(facts.mid)} is less than one tick, {plain(facts.pair.tick)}"
            remedy = f"Set it to {plain((facts.pair.tick / facts.mid * 100).quantize(Decimal('0.0001')))} or more"
            yield _about(loaded, "PMM034", Severity.WARNING, key, message, remedy)


def _guard(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    settings = loaded.settings
    if settings.minimum_spread is None:
        message = 'minimum_spread is off (-100 is Hummingbot\'s "off"): between two refreshes nothing takes back an order that the price has come near to'
        cost = _in_quote(
            settings.order_amount * settings.bid_spread,
            facts,
            "is the whole spread that such an order gives away when it fills",
        )
        yield _about(
            loaded,
            "PMM032",
            Severity.WARNING,
            "minimum_spread",
            message,
            "Set it to 0.1 to have such orders cancelled at once",
            cost,
        )
    elif settings.minimum_spread < 0:
        message = f"minimum_spread {_pct(settings.minimum_spread)} lets an order stay on the wrong side of the price"
        yield _about(
            loaded, "PMM035", Severity.WARNING, "minimum_spread", message, "Set it to 0.1, or to -100 to switch it off"
        )


def _refresh(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    settings = loaded.settings
    a_round = MESSAGES_A_QUOTE * (len(settings.overrides) if settings.overrides else 2 * settings.order_levels)
    a_minute = a_round * 60 / settings.order_refresh_s
    if a_minute > REST_A_MINUTE:
        message = (
            f"order_refresh_time {settings.order_refresh_s:g} s asks for {a_minute:,.0f} order messages a minute; "
            f"VALR allows {REST_A_MINUTE:,} requests a minute over REST, the road that is left when the socket breaks"
        )
        least_s = a_round * 60 / REST_A_MINUTE
        yield _about(loaded, "PMM040", Severity.ERROR, "order_refresh_time", message,
                     f"Set it to {max(least_s, 1.0):.1f} or more; 15.0 is usual")  # fmt: skip
    elif settings.order_refresh_s < 1:
        message = f"order_refresh_time {settings.order_refresh_s:g} s: every order loses its place in the queue before anybody can meet it"
        yield _about(
            loaded,
            "PMM041",
            Severity.WARNING,
            "order_refresh_time",
            message,
            "Set it to 15.0; nearness is what minimum_spread is for",
        )
    if settings.max_order_age_s < settings.order_refresh_s:
        message = f"max_order_age {settings.max_order_age_s:g} s is below order_refresh_time {settings.order_refresh_s:g} s: the age is what replaces orders"
        yield _about(loaded, "PMM042", Severity.WARNING, "max_order_age", message, "Raise it, 1800.0 is the default")
    del facts


def _funds(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    base, quote = loaded.settings.market
    to_sell, to_buy = (_one_round(loaded.settings, side) for side in (Side.SELL, Side.BUY))
    needs = {base: to_sell} | ({} if facts.mid is None else {quote: to_buy * facts.mid})
    for currency, need in needs.items():
        held = facts.available.get(currency)
        if held is not None and held < need:
            side = "sell" if currency == base else "buy"
            message = f"the account has {plain(_cents(held))} {currency} free; one round of {side} orders needs {plain(_cents(need))}"
            yield _about(
                loaded,
                "PMM050",
                Severity.WARNING,
                "order_amount",
                message,
                f"Deposit {currency}, or lower order_amount: that side is quoted smaller or not at all",
            )


def _one_round(settings: Settings, side: Side) -> Decimal:
    """What the orders of one side are for together, in base."""
    amounts = (
        [row.amount for row in settings.overrides if row.side is side]
        if settings.overrides
        else [settings.order_amount + settings.order_level_amount * level for level in range(settings.order_levels)]
    )
    return sum((amount for amount in amounts if amount > 0), Decimal(0))


READ_WITH: Mapping[str, Value] = {
    "inventory_price": "inventory_cost",
    "price_source_exchange": "external_market",
    "price_source_market": "external_market",
    "price_source_custom_api": "custom_api",
    "custom_api_update_interval": "custom_api",
}
"""What the switch of such a key must say for it to be read; all other switches say True."""


def _idle(loaded: Loaded, _facts: Facts) -> Iterator[Diagnostic]:
    """Keys that are written, are not at their default, and do nothing."""
    values, settings = loaded.values, loaded.settings

    def idle(key: str, why: str, remedy: str) -> Diagnostic:
        message = f"{key} {loaded.texts[key]} does nothing {why}"
        return _about(loaded, "PMM070", Severity.NOTE, key, message, remedy)

    written = [key for key in loaded.texts if values[key] != BY_NAME[key].default]
    for key in written:
        switch, needed = BY_NAME[key].part_of, READ_WITH.get(key, True)
        if switch and values[switch] != needed:
            yield idle(key, f"while {switch} is {values[switch]}", f"Set {switch} to {needed}, or leave {key} out")
        if (
            key in {"order_level_amount", "order_level_spread"}
            and settings.order_levels == 1
            and not settings.overrides
        ):
            yield idle(key, "with order_levels 1", f"Raise order_levels, or set it back to {BY_NAME[key].default}")
        if key == "should_wait_order_cancel_confirmation":
            yield idle(key, "here or in Hummingbot: cancels are always waited for", "Set it back to True")
        if key == "order_override" and values["split_order_levels_enabled"]:
            yield idle(key, "while split_order_levels_enabled is True", "Keep one of the two")
    if settings.order_levels == 0 and not settings.overrides:
        message = "order_levels is 0: nothing is ever quoted"
        yield _about(loaded, "PMM071", Severity.WARNING, "order_levels", message, "Set it to 1")


def _template(loaded: Loaded, _facts: Facts) -> Iterator[Diagnostic]:
    for note in loaded.notes:
        if note.startswith("template_version") or " is a key of older templates" in note:
            yield _about(
                loaded,
                "PMM080",
                Severity.NOTE,
                "template_version",
                note,
                "`valr-maker config upgrade` makes it one of today's",
            )


def _pct(fraction: Decimal) -> str:
    return f"{plain((fraction * 100).quantize(Decimal('0.0001')))} %"


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"))


def _in_quote(base_amount: Decimal, facts: Facts, words: str) -> str:
    """A share of an order, in quote currency at the present price."""
    return "" if facts.mid is None else f"{plain(_cents(base_amount * facts.mid))} in quote currency {words}"


CHECKS: tuple[Check, ...] = (_elsewhere, _pair, _amount, _spreads, _guard, _refresh, _funds, _idle, _template)
TITLES = {
    "PMM001": "the file cannot be read",
    "PMM002": "a key that does not exist",
    "PMM003": "a key is missing",
    "PMM004": "a key is there twice",
    "PMM005": "a value of the wrong kind or out of range",
    "PMM006": "a price from elsewhere that nobody can ask for",
    "PMM010": "the pair cannot be traded",
    "PMM020": "an amount that the pair does not take",
    "PMM021": "an amount above the pair's smallest order",
    "PMM030": "spreads below the fees",
    "PMM031": "the guard cancels every order",
    "PMM032": "the guard is off",
    "PMM033": "a very wide spread",
    "PMM034": "a spread below one tick",
    "PMM035": "a guard below zero",
    "PMM040": "refreshes that VALR's limits do not allow",
    "PMM041": "refreshes below a second",
    "PMM042": "orders age before they are refreshed",
    "PMM050": "the balance does not carry the orders",
    "PMM070": "a key that does nothing",
    "PMM071": "no levels at all",
    "PMM080": "an older template",
}
