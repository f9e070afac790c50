"""Safe repairs of a file, in place: only the value changes, every other byte of the line and the file stays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from valr_maker.config.diagnostic import Diagnostic, Facts, Severity
from valr_maker.config.load import Loaded
from valr_maker.config.rules import smallest_order
from valr_maker.config.wanted import wanted_orders
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.words import plain

FIRST_REFRESH_S, FIRST_SPREAD, FIRST_GUARD = 15.0, Decimal("0.01"), Decimal("0.001")
"""The profile for first runs: 15 s, 1 %, 0.1 %."""

MENDED = {"PMM020", "PMM031", "PMM035", "PMM040"}
"""What is plainly wrong, and set right."""
FOR_A_FIRST_RUN = {"PMM021", "PMM032", "PMM041"}
"""What `conservative` changes besides."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value. `line` counts from 1; where `old` is empty the key is put below that line."""

    line: int
    key: str
    old: str
    new: str
    why: str


def repairs(loaded: Loaded, facts: Facts, found: Sequence[Diagnostic], *, conservative: bool) -> list[Change]:
    """What is to be written instead. Without `conservative` only what is plainly wrong is touched."""
    codes = {one.code for one in found if one.severity is not Severity.NOTE}
    wanted: dict[str, tuple[str, str]] = {}
    settings = loaded.settings
    if facts.pair is not None and settings.overrides is None and ("PMM020" in codes or conservative):
        smallest = smallest_order(facts.pair, None if facts.mid is None else facts.mid * (1 - settings.bid_spread))
        amount = (
            smallest
            if conservative or settings.order_amount < smallest
            else facts.pair.floor_quantity(settings.order_amount)
        )
        if amount != settings.order_amount:
            wanted["order_amount"] = (
                _decimal(amount),
                "the pair's smallest order" if amount == smallest else "a multiple of the pair's lot",
            )
    if "PMM040" in codes or (conservative and settings.order_refresh_s < FIRST_REFRESH_S):
        wanted["order_refresh_time"] = (
            str(FIRST_REFRESH_S),
            "within VALR's limits, and time for somebody to meet the order",
        )
    if "PMM031" in codes or "PMM035" in codes or (conservative and settings.minimum_spread is None):
        wanted["minimum_spread"] = (
            _decimal(_guard(settings, conservative=conservative) * 100),
            "takes back an order that the price has come near to, and no other",
        )
    for key, spread in (("bid_spread", settings.bid_spread), ("ask_spread", settings.ask_spread)):
        if conservative and spread < FIRST_SPREAD:
            wanted[key] = _decimal(FIRST_SPREAD * 100), "wide enough for a first run"
    below = loaded.lines["ask_spread"]  # the one key of these that a file may do without stands there in the template
    return [
        Change(loaded.lines.get(key, below), key, loaded.texts.get(key, ""), new, why)
        for key, (new, why) in wanted.items()
    ]


def _guard(settings: Settings, *, conservative: bool) -> Decimal:
    """That of the profile, or half of the nearest spread where that is not wider."""
    levels = settings.overrides is None and conservative  # these are widened as well
    spreads = [max(one.spread, FIRST_SPREAD) if levels else one.spread for one in wanted_orders(settings)]
    nearest = min((spread for spread in spreads if spread > 0), default=FIRST_SPREAD)
    return FIRST_GUARD if nearest > FIRST_GUARD else nearest / 2


def rewritten(text: str, changes: Sequence[Change]) -> str:
    """The file's text with the values changed. Raises ValueError for a line that is not `key: value`."""
    lines = text.splitlines(keepends=True)
    for change in changes:
        if not change.old:
            end = "\r\n" if "\r\n" in text else "\n"
            lines[change.line - 1] = f"{lines[change.line - 1].rstrip(end)}{end}{change.key}: {change.new}{end}"
            continue
        pattern = rf"^(\s*[\"']?{re.escape(change.key)}[\"']?\s*:\s*)([\"']?){re.escape(change.old)}([\"']?)(?=\s|$)"
        line, count = re.subn(pattern, rf"\g<1>\g<2>{change.new}\g<3>", lines[change.line - 1])
        if not count:
            raise ValueError(f"line {change.line} is not `{change.key}: {change.old}` in one line")
        lines[change.line - 1] = line
    return "".join(lines)


def _decimal(number: Decimal) -> str:
    text = plain(number)
    return text if "." in text else f"{text}.0"
