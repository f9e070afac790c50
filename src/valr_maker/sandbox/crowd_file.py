"""Reads a crowd file: other numbers for all pairs, a class of them or one, and scenarios (docs/crowd.md).

Room rule: pure; it is handed the text. Later tables win: what is said for a pair, over what is said for its class,
over what is said for all. Every error names file, line where it can be found, key, value and what would be right.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from valr_maker.errors import ConfigProblem, UsageProblem
from valr_maker.sandbox.crowd_numbers import BadNumber, Numbers, changed
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.profile import CLASSES, DEFAULT, Profile, Profiles, class_of
from valr_maker.sandbox.scenario import SCENARIOS, Cue, Scenario, cue_of

TABLES = ("all", "class", "pair", "scenario", "play")


@dataclass(frozen=True, slots=True)
class CrowdPlan:
    """What a file asks for."""

    profiles: Profiles = DEFAULT
    cues: tuple[Cue, ...] = ()
    """What it plays by itself."""
    scenarios: Mapping[str, Scenario] | None = None
    """Scenarios with its numbers, for those that are asked for otherwise; None for the ordinary ones."""


def read_crowd(text: str, name: str, pairs: Sequence[PairSpec]) -> CrowdPlan:
    """What the text of a file says. Raises ConfigProblem."""
    return _Reader(text, name, {spec.symbol: spec for spec in pairs}).plan()


class _Reader:
    """One file."""

    def __init__(self, text: str, name: str, pairs: Mapping[str, PairSpec]) -> None:
        self._text, self._name, self._pairs = text, name, pairs

    def plan(self) -> CrowdPlan:
        """All of it."""
        try:
            data = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as problem:
            raise ConfigProblem(f"{self._name} is not TOML: {problem}", remedy="docs/crowd.md has an example") from None
        for key in data:
            if key not in TABLES:
                self._wrong((), key, "there is no such table", _near(key, TABLES))
        everywhere = self._table(data, "all")
        classes = {label: self._changed(base, ("all",), everywhere) for label, base in CLASSES.items()}
        by_class = self._by_name(data, "class", CLASSES)
        for label, changes in by_class.items():
            classes[label] = self._changed(classes[label], ("class", label), changes)
        by_pair = {
            symbol: self._pair(classes, symbol, changes)
            for symbol, changes in self._by_name(data, "pair", self._pairs).items()
        }
        scenarios: dict[str, Scenario] = dict(SCENARIOS)
        for label, changes in self._by_name(data, "scenario", SCENARIOS).items():
            scenarios[label] = self._changed(scenarios[label], ("scenario", label), changes)
        return CrowdPlan(Profiles(classes, by_pair), self._cues(data, scenarios), scenarios)

    def _pair(self, classes: Mapping[str, Profile], symbol: str, changes: dict[str, Any]) -> Profile:
        changes = dict(changes)
        label = changes.pop("class", class_of(self._pairs[symbol]))
        if label not in classes:
            self._wrong(("pair", symbol), "class", f"{label!r} is no class of pairs", _near(str(label), CLASSES))
        return self._changed(classes[label], ("pair", symbol), changes)

    def _cues(self, data: dict[str, Any], scenarios: Mapping[str, Scenario]) -> tuple[Cue, ...]:
        wanted = data.get("play", [])
        if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
            self._wrong((), "play", f"{wanted!r} is no list of texts", 'Write play = ["flash-crash@120"]')
        cues = []
        for text in wanted:
            try:
                cues.append(cue_of(text, self._pairs, scenarios))
            except UsageProblem as problem:
                self._wrong((), "play", str(problem), problem.remedy)
        return tuple(cues)

    # ---- tables -----------------------------------------------------------------------------------------------------
    def _table(self, data: Mapping[str, Any], *path: str) -> dict[str, Any]:
        value: Any = data.get(path[-1], {})
        if not isinstance(value, dict):
            self._wrong(path[:-1], path[-1], f"{value!r} is no table", f"Write [{'.'.join(path)}] and keys below it")
        return value

    def _by_name(self, data: Mapping[str, Any], kind: str, known: Mapping[str, object]) -> dict[str, dict[str, Any]]:
        made = {}
        for label in self._table(data, kind):
            symbol = label.replace("-", "").upper() if kind == "pair" else label
            if symbol not in known:
                self._wrong((kind,), label, f"there is no {kind} of this name", _near(symbol, known))
            made[symbol] = self._table(data[kind], kind, label)
        return made

    def _changed(self, base: Numbers, path: tuple[str, ...], changes: dict[str, Any]) -> Numbers:
        try:
            return changed(base, changes)
        except BadNumber as problem:
            self._wrong(path, problem.key, problem.found, problem.remedy)

    def _wrong(self, path: tuple[str, ...], key: str, found: str, remedy: str) -> NoReturn:
        line = _line_of(self._text, path, key)
        where = f"{self._name}, line {line}" if line else self._name
        raise ConfigProblem(f"{where}: {'.'.join((*path, key))}: {found}", remedy=remedy)


def _near(name: str, known: Mapping[str, object] | Sequence[str]) -> str:
    near = get_close_matches(name, list(known), 1, 0.5)
    few = ", ".join(list(known)[:12])
    return f"Did you mean {near[0]}?" if near else f"There are: {few}"


_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*(\"[^\"]+\"|'[^']+'|[\w.-]+)\s*=")


def _line_of(text: str, path: tuple[str, ...], key: str) -> int | None:
    """Where a key or a table stands, for files as people write them; None when it is hidden in other ways of TOML."""
    wanted, table = _bare(".".join((*path, key))), ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            table = _bare(header.group(1))
            if table == wanted or table.startswith(wanted + "."):
                return number
        elif (found := _KEY.match(line)) and (f"{table}." if table else "") + _bare(found.group(1)) == wanted:
            return number
    return None


def _bare(name: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in name.split(".")).replace("-", "").lower()
