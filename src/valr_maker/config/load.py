"""A strategy file becomes Settings, or one line for everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from valr_maker.config.parse import WrongKind, parse
from valr_maker.config.problems import FileProblems, Problem
from valr_maker.config.read import Entry, read
from valr_maker.config.schema import BY_NAME, KEYS, TEMPLATE_VERSION, Key, Value, is_off
from valr_maker.domain import Market
from valr_maker.strategy.settings import Settings

_PER_CENT = Decimal(100)
_MINIMUM_SPREAD_OFF = Decimal(-100)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that can be run: what it means, and where each value was written."""

    path: Path
    settings: Settings
    values: Mapping[str, Value]
    """Every key of the template in its order, typed, defaults filled in; percentages still in per cent."""
    texts: Mapping[str, str]
    """The values as written, for the keys that the file has."""
    lines: Mapping[str, int]
    """The lines of those keys, counted from 1."""
    notes: tuple[str, ...] = ()
    """What a person should know though it stops nothing."""


def load(path: Path, *, for_hummingbot: bool = False) -> Loaded:
    """Read and check a file. Raises FileProblems with every problem it has.

    A file for another strategy is told just that: its keys mean nothing here. With `for_hummingbot` it may ask for
    features that only Hummingbot itself has.
    """
    entries = read(path)
    for entry in entries:
        if entry.key == "strategy" and (problem := _problem_with(BY_NAME["strategy"], entry, path)):
            raise FileProblems([problem])
    problems: list[Problem] = []
    seen: dict[str, Entry] = {}
    values: dict[str, Value] = {key.name: key.default for key in KEYS}
    for entry in entries:
        key = BY_NAME.get(entry.key)
        if key is None:
            problems.append(_unknown(entry, path))
        elif first := seen.get(entry.key):
            problems.append(_repeated(entry, first, path))
        else:
            seen[entry.key] = entry
            if problem := _problem_with(key, entry, path, for_hummingbot=for_hummingbot):
                problems.append(problem)
            else:
                values[entry.key] = parse(key, entry.value)
    problems += (_missing(key, path) for key in KEYS if key.required and key.name not in seen)
    if problems:
        raise FileProblems(problems)
    return Loaded(
        path=path,
        settings=settings_of(values),
        values=values,
        texts={entry.key: entry.text for entry in seen.values()},
        lines={entry.key: entry.line for entry in seen.values()},
        notes=tuple(_notes(values)),
    )


def settings_of(values: Mapping[str, Value]) -> Settings:
    """Checked values of every key, in the units of the strategy's arithmetic."""
    get = cast("Mapping[str, Any]", values)  # the schema has already proved each type
    minimum_spread, tolerance = get["minimum_spread"], get["order_refresh_tolerance_pct"]
    return Settings(
        exchange=get["exchange"],
        market=Market.parse(get["market"]),
        bid_spread=get["bid_spread"] / _PER_CENT,
        ask_spread=get["ask_spread"] / _PER_CENT,
        minimum_spread=None if minimum_spread == _MINIMUM_SPREAD_OFF else minimum_spread / _PER_CENT,
        order_refresh_s=get["order_refresh_time"],
        refresh_tolerance=None if tolerance < 0 else tolerance / _PER_CENT,
        max_order_age_s=get["max_order_age"],
        order_amount=get["order_amount"],
        order_levels=get["order_levels"],
        order_level_amount=get["order_level_amount"],
        order_level_spread=get["order_level_spread"] / _PER_CENT,
        filled_order_delay_s=get["filled_order_delay"],
    )


def _problem_with(key: Key, entry: Entry, path: Path, *, for_hummingbot: bool = False) -> Problem | None:
    """The problem with one entry of a known key, if it has one."""

    def problem(found: str, remedy: str, text: str | None = entry.text) -> Problem:
        return Problem(path, found, remedy, entry.line, key.name, text)

    remedy = f"Set it to {key.valid.words}, such as {key.example}." if key.example else f"{_blank_remedy(key)}."
    try:
        value = parse(key, entry.value)
    except WrongKind as error:
        return problem(str(error), remedy)
    if value is None and key.required:
        return problem("has no value", f"Set it to a value such as {key.example}.", None)
    if value is not None and not key.valid.holds(value):
        return problem(f"is not {key.valid.words}", _special_remedy(key, value) or remedy)
    if key.supported == "only_default" and not for_hummingbot and not is_off(key, value):
        return problem("is not supported yet", f"{_blank_remedy(key)}.")
    return None


def _blank_remedy(key: Key) -> str:
    return "Leave it blank" if key.default is None else f"Set it to {key.default}"


def _special_remedy(key: Key, value: Value) -> str | None:
    """A better remedy than naming the range again."""
    if key.name == "exchange" and str(value).startswith("valr"):
        return "Set it to valr; orders go to the sandbox unless --venue live is given."
    if key.name in {"strategy", "exchange"}:
        return f"Set it to {key.example}; nothing else is traded here."
    if key.name == "market":
        return "Write the two currencies with a hyphen between them, such as DOGE-USDT."
    if key.name == "template_version":
        return f"Set it to {TEMPLATE_VERSION}, the newest template that is understood, and check the keys it added."
    return None


def _unknown(entry: Entry, path: Path) -> Problem:
    near = get_close_matches(entry.key, BY_NAME, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove the line."
    return Problem(path, "is not a key of pure_market_making", remedy, entry.line, entry.key)


def _repeated(entry: Entry, first: Entry, path: Path) -> Problem:
    return Problem(
        path, f"is a second value; line {first.line} says {first.text}", "Keep one of the two lines.",
        entry.line, entry.key, entry.text,
    )  # fmt: skip


def _missing(key: Key, path: Path) -> Problem:
    unit = f" ({key.unit})" if key.unit else ""
    return Problem(path, "is missing", f"Add a line such as `{key.name}: {key.example}`{unit}.", key=key.name)


def _notes(values: Mapping[str, Value]) -> list[str]:
    notes: list[str] = []
    if values["template_version"] != TEMPLATE_VERSION:
        version = values["template_version"]
        notes.append(f"template_version {version} is read as {TEMPLATE_VERSION}: keys it lacks have their defaults")
    if values["should_wait_order_cancel_confirmation"] is False:
        notes.append("should_wait_order_cancel_confirmation has no effect, as in Hummingbot: cancels are waited for")
    if values["order_levels"] == 0:
        notes.append("order_levels is 0: nothing will be quoted")
    return notes
