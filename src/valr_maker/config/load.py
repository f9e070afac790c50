"""A strategy file becomes Settings, or one line for everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from valr_maker.config.meaning import settings_of
from valr_maker.config.parse import WrongKind, parse
from valr_maker.config.problems import FileProblems, Problem
from valr_maker.config.read import Entry, read
from valr_maker.config.schema import BY_NAME, KEYS, RETIRED, TEMPLATE_VERSION, Key, Value
from valr_maker.config.together import problems_between
from valr_maker.strategy.settings import Settings


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


def load(path: Path) -> Loaded:
    """Read and check a file. Raises FileProblems with every problem it has.

    A file for another strategy is told just that: its keys mean nothing here.
    """
    entries = read(path)
    for entry in entries:
        if entry.key == "strategy" and (problem := _problem_with(BY_NAME["strategy"], entry, path)):
            raise FileProblems([problem])
    problems: list[Problem] = []
    seen: dict[str, Entry] = {}
    values: dict[str, Value] = {key.name: key.default for key in KEYS}
    older = _is_older(entries)
    dropped: list[Entry] = []
    for entry in entries:
        key = BY_NAME.get(entry.key)
        if key is None and older and entry.key in RETIRED:
            dropped.append(entry)
        elif key is None:
            problems.append(_unknown(entry, path))
        elif first := seen.get(entry.key):
            problems.append(_repeated(entry, first, path))
        else:
            seen[entry.key] = entry
            if problem := _problem_with(key, entry, path):
                problems.append(problem)
            else:
                values[entry.key] = parse(key, entry.value)
    problems += (_missing(key, path) for key in KEYS if key.required and key.name not in seen)
    if not problems:
        problems += problems_between(values, seen, path)
    if problems:
        raise FileProblems(problems)
    return Loaded(
        path=path,
        settings=settings_of(values, seen),
        values=values,
        texts={entry.key: entry.text for entry in seen.values()},
        lines={entry.key: entry.line for entry in seen.values()},
        notes=(*_version_note(values, seen), *_notes(values), *map(_dropped, dropped)),
    )


def _problem_with(key: Key, entry: Entry, path: Path) -> Problem | None:
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
    near = [RETIRED[entry.key]] if RETIRED.get(entry.key) else get_close_matches(entry.key, BY_NAME, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove the line."
    return Problem(path, "is not a key of pure_market_making", remedy, entry.line, entry.key)


def _is_older(entries: list[Entry]) -> bool:
    """Whether the file was written for an older template. One that does not say is of the oldest, as for Hummingbot."""
    written = next((entry.value for entry in entries if entry.key == "template_version"), "0")
    return isinstance(written, str) and written.isdigit() and int(written) < TEMPLATE_VERSION


def _dropped(entry: Entry) -> str:
    today = f"; today it is {RETIRED[entry.key]}" if RETIRED[entry.key] else ""
    return f"{entry.key} (line {entry.line}) is a key of older templates and dropped, as Hummingbot drops it{today}"


def _repeated(entry: Entry, first: Entry, path: Path) -> Problem:
    return Problem(
        path, f"is a second value; line {first.line} says {first.text}", "Keep one of the two lines.",
        entry.line, entry.key, entry.text,
    )  # fmt: skip


def _missing(key: Key, path: Path) -> Problem:
    unit = f" ({key.unit})" if key.unit else ""
    return Problem(path, "is missing", f"Add a line such as `{key.name}: {key.example}`{unit}.", key=key.name)


def _version_note(values: Mapping[str, Value], seen: Mapping[str, Entry]) -> list[str]:
    version = values["template_version"]
    if "template_version" not in seen:
        return [f"template_version is missing, read as {version}: keys the file lacks have their defaults"]
    if version == TEMPLATE_VERSION:
        return []
    return [f"template_version {version} is read as {TEMPLATE_VERSION}: keys it lacks have their defaults"]


def _notes(values: Mapping[str, Value]) -> list[str]:
    notes: list[str] = []
    if values["should_wait_order_cancel_confirmation"] is False:
        notes.append("should_wait_order_cancel_confirmation has no effect, as in Hummingbot: cancels are waited for")
    if values["price_type"] == "inventory_cost":
        notes.append(f"inventory_price {values['inventory_price']} is what the base at hand is taken to have cost")
    if values["split_order_levels_enabled"] and values["order_override"]:
        notes.append("order_override has no effect: split_order_levels_enabled takes its place")
    overrides = cast("dict[str, list[object]]", values["order_override"] or {})
    if ignored := [name for name, row in overrides.items() if row[0] not in {"buy", "sell"}]:
        notes.append(f"order_override: {', '.join(ignored)} is neither buy nor sell and passed over, as in Hummingbot")
    if values["order_levels"] == 0 and not values["order_override"] and not values["split_order_levels_enabled"]:
        notes.append("order_levels is 0: nothing will be quoted")
    return notes
