"""What a file will do on its pair and what that costs, as diagnostics with codes. docs/diagnostics.md has a line each.

Facts about pair, fees and balances are handed in; what is not known is not judged.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from valr_maker.config import elsewhere, prices
from valr_maker.config.diagnostic import Diagnostic, Facts, Severity, about, message_of, money
from valr_maker.config.load import Loaded
from valr_maker.config.rules import PairFacts, check_against_pair
from valr_maker.config.schema import BY_NAME, Value
from valr_maker.config.wanted import Wanted, messages_a_minute, needed, wanted_orders
from valr_maker.domain import Side
from valr_maker.strategy.words import plain

REST_A_MINUTE = 2000
"""VALR's budget for signed requests of one key (reference 4.1)."""
SLOWEST_FAST_S = 1.0


def diagnose(loaded: Loaded, facts: Facts) -> list[Diagnostic]:
    """Everything there is to say of a file that can be read, errors first, then by line."""
    found = [diagnostic for check in CHECKS for diagnostic in check(loaded, facts)]
    order = list(Severity)
    return sorted(found, key=lambda one: (order.index(one.severity), one.line or 0))


def _elsewhere(loaded: Loaded, _facts: Facts) -> Iterator[Diagnostic]:
    for one in elsewhere.problems(loaded):
        yield Diagnostic("PMM006", Severity.ERROR, one.key or "", one.line, message_of(one), one.remedy)


# ---- the pair and the sizes -----------------------------------------------------------------------------------------
def _pair(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    if facts.pair is None and not facts.listed:
        return
    found = check_against_pair(loaded, facts.pair, known=facts.listed, price=facts.mid)
    for one in found:
        severity = Severity.ERROR if one.blocks else Severity.WARNING
        code = "PMM010" if one.key == "market" else "PMM020"
        yield Diagnostic(code, severity, one.key or "", one.line, message_of(one), one.remedy)
    if facts.pair is not None and not any(one.blocks for one in found):
        yield from _further_sizes(loaded, facts.pair, facts.mid)


def _further_sizes(loaded: Loaded, pair: PairFacts, mid: Decimal | None) -> Iterator[Diagnostic]:
    """Orders beyond the first level, or described one by one, that the pair does not take: the first of each key."""
    told: set[str] = set()
    for one in wanted_orders(loaded.settings):
        if one.amount_key in told | {"order_amount"}:
            continue
        if why := _not_taken(loaded, one, pair, mid):
            told.add(one.amount_key)
            message = f"{one.name}, {plain(one.amount)} {loaded.settings.market.base}, {why}: it is never sent"
            yield about(loaded, "PMM020", Severity.WARNING, one.amount_key, message, "Mend the amount, or leave it out")


def _not_taken(loaded: Loaded, one: Wanted, pair: PairFacts, mid: Decimal | None) -> str:
    base, quote = loaded.settings.market
    quantity = pair.floor_quantity(one.amount)
    if quantity < pair.min_base:
        return f"is below the smallest order of this pair, {plain(pair.min_base)} {base}"
    if quantity > pair.max_base:
        return f"is above the largest order of this pair, {plain(pair.max_base)} {base}"
    sign = -1 if one.side is Side.BUY else 1
    if mid is not None and quantity * mid * (1 + sign * one.spread) < pair.min_quote:
        return f"is worth less than the smallest order of this pair, {plain(pair.min_quote)} {quote}"
    return ""


def _amount(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    settings, (base, quote) = loaded.settings, loaded.settings.market
    if facts.pair is None or settings.overrides is not None or settings.order_amount <= facts.pair.min_base:
        return
    message = f"order_amount {plain(settings.order_amount)} is above the pair's smallest order, {plain(facts.pair.min_base)} {base}"
    cost = "" if facts.mid is None else f"each order is worth {money(settings.order_amount * facts.mid)} {quote}"
    remedy = "For a first run the smallest order is enough"
    yield about(loaded, "PMM021", Severity.NOTE, "order_amount", message, remedy, cost)


def _funds(loaded: Loaded, facts: Facts) -> Iterator[Diagnostic]:
    if facts.available is None:
        return
    for currency, need in needed(loaded.settings, facts.mid).items():
        held = facts.available.get(currency, Decimal(0))
        if held < need:
            side = "sell" if currency == loaded.settings.market.base else "buy"
            message = f"the account has {money(held)} {currency} free; one round of {side} orders needs {money(need)} {currency}"
            remedy = f"Deposit {currency}, or lower order_amount: that side is quoted smaller or not at all"
            yield about(loaded, "PMM050", Severity.WARNING, "order_amount", message, remedy)


# ---- time -----------------------------------------------------------------------------------------------------------
def too_fast(loaded: Loaded) -> Diagnostic | None:
    """Refreshes that REST alone could not carry: with the socket down the bot would wait instead of quoting."""
    settings, a_minute = loaded.settings, messages_a_minute(loaded.settings)
    if a_minute <= REST_A_MINUTE:
        return None
    message = (
        f"order_refresh_time {settings.order_refresh_s:g} s asks for {a_minute:,.0f} order messages a minute; "
        f"VALR allows {REST_A_MINUTE:,} requests a minute over REST, the road that is left when the socket breaks"
    )
    least_s = max(settings.order_refresh_s * a_minute / REST_A_MINUTE, SLOWEST_FAST_S)
    remedy = f"Set it to {least_s:.1f} or more; 15.0 is usual"
    return about(loaded, "PMM040", Severity.ERROR, "order_refresh_time", message, remedy)


def _refresh(loaded: Loaded, _facts: Facts) -> Iterator[Diagnostic]:
    settings = loaded.settings
    if fast := too_fast(loaded):
        yield fast
    elif settings.order_refresh_s < SLOWEST_FAST_S:
        message = f"order_refresh_time {settings.order_refresh_s:g} s: every order loses its place in the queue before anybody can meet it"
        remedy = "Set it to 15.0; nearness is what minimum_spread is for"
        yield about(loaded, "PMM041", Severity.WARNING, "order_refresh_time", message, remedy)
    if settings.max_order_age_s < settings.order_refresh_s:
        message = f"max_order_age {settings.max_order_age_s:g} s is below order_refresh_time {settings.order_refresh_s:g} s: the age is what replaces orders"
        yield about(loaded, "PMM042", Severity.WARNING, "max_order_age", message, "Raise it, 1800.0 is the default")


# ---- keys that do nothing -------------------------------------------------------------------------------------------
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
        return about(loaded, "PMM070", Severity.NOTE, key, f"{key} {loaded.texts[key]} does nothing {why}", remedy)

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
        yield about(loaded, "PMM071", Severity.WARNING, "order_levels", message, "Set it to 1")


def _template(loaded: Loaded, _facts: Facts) -> Iterator[Diagnostic]:
    remedy = "`valr-maker config upgrade` makes it one of today's"
    for note in loaded.notes:
        if note.startswith("template_version") or " is a key of older templates" in note:
            yield about(loaded, "PMM080", Severity.NOTE, "template_version", note, remedy)


CHECKS: tuple[Callable[[Loaded, Facts], Iterator[Diagnostic]], ...] = (
    _elsewhere, _pair, _amount, prices.spreads, prices.guard, prices.bands, _refresh, _funds, _idle, _template,
)  # fmt: skip
