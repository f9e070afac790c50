"""Recorded runs of the real Hummingbot: scenarios and what it asked for, one JSON line each, compressed.

The first line says which Hummingbot made them and the command that remakes them.
"""

import json
import lzma
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from parity.exchange import Scenario
from parity.run import Run

FILE = Path(__file__).parent / "traces" / "random.jsonl.xz"


CASES = Path(__file__).parent / "traces" / "cases.json"
"""What Hummingbot did in the named cases, for people to read."""


class Recorded(NamedTuple):
    """One scenario, what Hummingbot asked for in it: (tick, texts), and the ticks that an exception of its ended."""

    name: str | int
    scenario: Scenario
    asked: list[tuple[int, list[str]]]
    ended: list[int]

    @property
    def run(self) -> Run:
        """As a run to compare with."""
        return Run(self.asked, [(tick, "exception") for tick in self.ended])


def write(recorded: Iterable[Recorded], count: int, version: str, command: str, file: Path = FILE) -> int:
    """Keep at most `count`. Returns the size of the file in bytes.

    Of all that is offered the file takes what sets most keys for its length, so that few scenarios show much.
    """
    offered = [one for one in recorded if one.asked]
    offered.sort(key=lambda one: (-_worth(one), str(one.name)))
    kept = sorted(offered[:count], key=lambda one: str(one.name).zfill(9))
    head = {"made by": version, "remade by": command, "scenarios": len(kept)}
    lines = [json.dumps(head), *(json.dumps(one, separators=(",", ":")) for one in kept)]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9))
    return file.stat().st_size


def write_cases(runs: Mapping[str, Run], version: str, command: str, file: Path = CASES) -> None:
    """What was asked for in each named case, one line a tick."""
    shown = {name: as_lines(run) for name, run in runs.items()}
    whole = {"made by": version, "remade by": command, "cases": shown}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_lines(run: Run) -> list[str]:
    """What was asked for as the file of cases shows it; `!` are the ticks that an exception ended."""
    asked = [f"{tick}: {'; '.join(texts)}" for tick, texts in run.asked]
    return [*asked, f"! {_stretches(run.ended)}"] if run.errors else asked


def _stretches(ticks: list[int]) -> str:
    """`3-16, 20`"""
    first = [tick for tick in ticks if tick - 1 not in ticks]
    last = [tick for tick in ticks if tick + 1 not in ticks]
    return ", ".join(f"{begin}-{end}" if end > begin else f"{begin}" for begin, end in zip(first, last, strict=True))


def read_cases(file: Path = CASES) -> dict[str, list[str]]:
    """The lines of each named case."""
    cases: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))["cases"]
    return cases


def head(file: Path = FILE) -> dict[str, Any]:
    """Who made the file, and how to make it again."""
    found: dict[str, Any] = json.loads(_lines(file)[0])
    return found


def read(file: Path = FILE) -> Iterator[Recorded]:
    """Every recorded run."""
    for line in _lines(file)[1:]:
        name, scenario, asked, ended = json.loads(line)
        yield Recorded(name, scenario, [(tick, texts) for tick, texts in asked], ended)


def _lines(file: Path) -> list[str]:
    return lzma.decompress(file.read_bytes()).decode().splitlines()


def _worth(one: Recorded) -> float:
    length = len(json.dumps(one.scenario["steps"])) + len(json.dumps(one.asked))
    return len(one.scenario["conf"]) * min(len(one.asked), 20) / (2000 + length)
