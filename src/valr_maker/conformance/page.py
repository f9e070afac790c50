"""docs/conformance.md as text: what the reference names, which cases prove it, and every case."""

import ast
import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

from valr_maker.conformance.case import Case, Need
from valr_maker.conformance.inventory import KINDS, SETTINGS, Item
from valr_maker.conformance.points import LISTS
from valr_maker.conformance.suite import chosen
from valr_maker.sandbox.rules import Latency, Rules

HEAD = """# Conformance

What VALR's reference names, and which fact of the conformance suite proves it of the sandbox. Sections are those of
[VALR's protocol as we know it](valr.md). This page is made by `scripts/conformance_page.py` from the suite and its
inventory; a test compares it with both.

- **done** means that the sandbox does it and the facts named prove it. A **setting** is a way in which VALR may be
  otherwise, because no source knows or sources disagree: `valr-maker sandbox serve --set NAME=VALUE`, or a field of
  `Rules` in `sandbox/rules.py`; [Settings](#settings) lists them with their defaults.
- **Out of scope** are futures, margin, loans, a real wallet and other products beside the spot market. Their paths answer
  404, as every path that does not exist (REST-619), and their events never come.
- A fact that needs **public** is tried without a key, one that needs a **key** with signed reads: both anywhere, by
  `valr-maker sandbox conformance --url`. One that needs a **sandbox** places orders or asks for a setting, and runs on a
  sandbox of its own only.

"""
NEEDS = {Need.PUBLIC: "public", Need.KEY: "key", Need.SANDBOX: "sandbox"}


def proofs() -> Mapping[str, list[str]]:
    """By item, the ids of the cases that prove it."""
    found: dict[str, list[str]] = defaultdict(list)
    for case in chosen(()):
        for name in case.proves:
            found[name].append(case.id)
    return found


def page() -> str:
    """The whole of it."""
    cases, proved = chosen(()), proofs()
    anywhere = sum(case.read_only for case in cases)
    counts = f"{len(cases)} facts, {anywhere} of them at any address.\n"
    tables = "".join(f"\n## {kind}\n\n{_items(items, proved)}" for kind, items in KINDS.items())
    lists = "".join(f"\n## {title}\n\n{_points(title)}" for title in LISTS)
    return f"{HEAD}{counts}{tables}\n## Settings\n\n{_settings(proved)}{lists}\n## Every fact\n\n{_cases(cases)}"


def _table(*rows: tuple[str, ...]) -> str:
    """Markdown; the first row is the heading."""
    heading, *body = rows
    lines = [heading, ("---",) * len(heading), *body]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n".replace("|  |", "| |")
        for line in lines
    )


def _items(items: tuple[Item, ...], proved: Mapping[str, list[str]]) -> str:
    def state(item: Item) -> str:
        if item.apart:
            return item.apart
        return f"done; setting `{item.setting}` ({_default(item.setting)})" if item.setting else "done"

    rows = [
        (f"`{item.name.removeprefix('reason: ').strip()}`", item.section, _ids(proved.get(item.name, ())), state(item))
        for item in items
    ]
    return _table(("what", "section", "proved by", ""), *rows)


def _default(name: str) -> str:
    return f"default `{getattr(Rules(), name)}`"


def _settings(proved: Mapping[str, list[str]]) -> str:
    def rows() -> Iterator[tuple[str, ...]]:
        for item in SETTINGS:
            kind, _, name = item.name.partition(".")
            shown = name if kind == "Rules" else item.name
            made = Rules() if kind == "Rules" else Latency()
            yield f"`{shown}`", _meaning(type(made), name), f"`{getattr(made, name)}`", _ids(proved.get(item.name, ()))

    return _table(("setting", "what it decides", "default", "proved by"), *rows())


def _meaning(kind: type, name: str) -> str:
    """The text below a field of a class, as the source has it."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef), "it is a class"
    for field, text in pairwise(body.body):
        if isinstance(field, ast.AnnAssign) and ast.unparse(field.target) == name:
            said = ast.literal_eval(text.value) if isinstance(text, ast.Expr) else ""
            assert said, f"{name} does not say what it decides"
            return " ".join(str(said).split())
    raise AssertionError(f"{kind.__name__} has no {name}")


def _points(title: str) -> str:
    rows = [(point.number, point.about, point.answer, _ids(point.ids)) for point in LISTS[title]]
    return _table(("point", "about", "here", "proved by"), *rows)


def _cases(cases: list[Case]) -> str:
    rows = [(case.id, case.section, NEEDS[case.need], case.title) for case in cases]
    return _table(("id", "section", "needs", "fact"), *rows)


def _ids(ids: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(ids)
