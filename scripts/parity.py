"""`python -m scripts.parity`: the real Hummingbot and ours through the same scenarios, compared order for order.

    --scenarios 5000 --seed 1     the named cases, then random scenarios; prints the smallest scenario of every difference,
                                  and a coverage table
    --only 17                     one scenario of the seed's series, tick by tick
    --replay 'JSON' or a file     one scenario as it was printed
    --config                      how both read every key written in many ways
    --mutants                     break every line of the strategy that can change an order, one at a time
    --case 59c                    one of the named cases, tick by tick
    --record 300                  write tests/parity/traces: the named cases, so many of the random scenarios, and what
                                  its reader makes of values (what the ordinary suite replays without Hummingbot)

Runs in the environment of `make hummingbot-env`. Exits 0 without differences, 1 with any.
"""

import argparse
import json
import logging
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]

from parity import config_values, mutants, ours, recorded  # noqa: E402
from parity.cases import cases  # noqa: E402
from parity.coverage import Coverage  # noqa: E402
from parity.run import difference  # noqa: E402
from parity.scenario import ALL_KEYS, scenario  # noqa: E402
from parity.shrink import complete, line, shrink  # noqa: E402

SEED_STRIDE = 1_000_000
"""Scenario n of seed s is scenario number s x SEED_STRIDE + n, so that the series of two seeds share none."""
SHOWN_MAX = 10
LOADER_EVERY = 50
"""So often the settings also go through a real file and Hummingbot's own loader, which is slow."""


@dataclass(slots=True)
class Tally:
    """What a share of the scenarios came to."""

    scenarios: int = 0
    ticks: int = 0
    orders: int = 0
    cancels: int = 0
    idle: int = 0
    theirs_s: float = 0.0
    ours_s: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    differences: list[int] = field(default_factory=list)
    set_in: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Both together."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def main() -> int:
    """Parse, compare, show, exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=150, help="ticks a scenario")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keys", default="", help="set only these keys beside the required ones (with commas)")
    parser.add_argument("--only", type=int)
    parser.add_argument("--replay")
    parser.add_argument("--case")
    parser.add_argument("--mutants", action="store_true")
    parser.add_argument("--config", action="store_true")
    parser.add_argument("--record", type=int)
    args = parser.parse_args()
    args.keys = sorted(ALL_KEYS & set(args.keys.split(",")) if args.keys else ALL_KEYS)
    if args.replay:
        text = Path(args.replay).read_text(encoding="utf-8") if Path(args.replay[:200]).is_file() else args.replay
        return show(complete(json.loads(text)))
    if args.only is not None:
        return show(scenario(args.seed * SEED_STRIDE + args.only, args.keys, args.steps))
    if args.mutants:
        return break_lines()
    if args.config:
        return config()
    if args.case:
        return show(next(one.scenario for one in cases() if one.number == args.case))
    if args.record:
        return record(args)
    return compare(args)


def compare(args: argparse.Namespace) -> int:
    """The named cases and many scenarios, and the smallest of those that differ."""
    begun_s = time.monotonic()
    corners = named_cases()
    shares = [(args, share) for share in range(args.jobs)]
    total = Tally()
    if args.jobs == 1:
        total.add(work(shares[0]))
    else:
        with multiprocessing.get_context("spawn").Pool(args.jobs) as pool:
            for tally in pool.imap_unordered(work, shares):
                total.add(tally)
    coverage = Coverage(args.keys, ours.run)
    coverage.set_in, coverage.tried, coverage.changed = total.set_in, total.tried, total.changed
    print(coverage.table())
    if missing := coverage.missing():
        print(f"never seen to change an order: {', '.join(missing)}")
    from parity import theirs

    for number in sorted(total.differences)[:SHOWN_MAX]:
        smallest(args, number)
    took_s = time.monotonic() - begun_s
    print(
        f"{theirs.VERSION}: {total.scenarios} scenarios, {total.ticks} ticks, {total.orders} orders, "
        f"{total.cancels} cancels, {total.idle} scenarios without any; exceptions in its ticks: {dict(total.errors)}\n"
        f"Hummingbot {total.ticks / max(total.theirs_s, 1e-9):,.0f} ticks/s, ours {total.ticks / max(total.ours_s, 1e-9):,.0f} "
        f"ticks/s, all in all {total.scenarios / took_s:.1f} scenarios/s\n"
        f"{corners} named cases differ, {len(total.differences)} differences"
    )
    return 1 if total.differences or corners else 0


def named_cases() -> int:
    """How many of the named cases differ; each that does is printed."""
    from parity import theirs

    count = 0
    for one in cases():
        if found := difference(theirs.run(one.scenario), ours.run(one.scenario)):
            count += 1
            print(f"case {one.number} {one.sentence} differs. {found}\n  python -m scripts.parity --case {one.number}")
    return count


def work(share: tuple[argparse.Namespace, int]) -> Tally:
    """Every jobs-th scenario, in a process that has one Hummingbot."""
    from parity import theirs

    args, first = share
    tally = Tally()
    coverage = Coverage(args.keys, ours.run)
    coverage.set_in, coverage.tried, coverage.changed = tally.set_in, tally.tried, tally.changed
    told_s = time.monotonic()
    for number in range(first, args.scenarios, args.jobs):
        one = scenario(args.seed * SEED_STRIDE + number, args.keys, args.steps)
        if number % LOADER_EVERY == 0:
            theirs.check_loader(one)
        begun_s = time.perf_counter()
        wanted = theirs.run(one)
        half_s = time.perf_counter()
        found = ours.run(one)
        tally.theirs_s += half_s - begun_s
        tally.ours_s += time.perf_counter() - half_s
        tally.scenarios += 1
        tally.ticks += wanted.ticks
        words = Counter(asked[0] for _, several in wanted.asked for asked in several)
        tally.orders += words["B"] + words["S"]
        tally.cancels += words["X"]
        tally.idle += not wanted.asked
        tally.errors.update(name for _, names in wanted.errors for name in names.split(", "))
        if difference(wanted, found):
            tally.differences.append(number)
        else:
            coverage.look(one, found)
        if time.monotonic() - told_s > 30:  # noqa: PLR2004 - a sign of life
            told_s = time.monotonic()
            print(f"{number + 1}/{args.scenarios} scenarios, {len(tally.differences)} differences", file=sys.stderr)
    return tally


def smallest(args: argparse.Namespace, number: int) -> None:
    """Shrink one difference and print how to see it again."""
    from parity import theirs

    one = scenario(args.seed * SEED_STRIDE + number, args.keys, args.steps)
    small = shrink(one, lambda other: difference(theirs.run(other), ours.run(other)) is not None)
    print(f"\nscenario {number} of seed {args.seed} differs. {difference(theirs.run(small), ours.run(small))}")
    print(f"  python -m scripts.parity --replay '{line(small)}'")


def show(one: dict[str, Any]) -> int:
    """One scenario, tick by tick, until the two part."""
    from parity import theirs

    wanted, found = theirs.run(one), ours.run(one)
    apart = difference(wanted, found)
    their_asks, our_asks, errors = dict(wanted.asked), dict(found.asked), dict(wanted.errors)
    for key, value in one.items():
        if key != "steps":
            print(f"{key}: {json.dumps(value)}")
    for tick, events in enumerate(one["steps"], 1):
        words = [", ".join(events), "; ".join(their_asks.get(tick, ())), errors.get(tick, "")]
        if any(words):
            print(f"tick {tick:4}  [{words[0]}]  {words[1]}  {words[2]}")
        if apart and tick == apart.tick:
            print(f"    ours:  {'; '.join(our_asks.get(tick, ())) or 'nothing'}")
            break
    print(apart or "no difference")
    return 1 if apart else 0


def config() -> int:
    """Every key with values that a person may write: what Hummingbot's reader makes of them, and what ours does."""
    different = meant = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for key, values in read_values().items():
            for text, wanted in zip(config_values.WRITTEN, values, strict=True):
                count += 1
                found = config_values.ours(key, text, Path(folder) / "conf.yml")
                why = config_values.differs(key, text, wanted, found)
                if why is not None:
                    meant, different = meant + bool(why), different + (not why)
                    print(f"{key}: {text}   Hummingbot: {wanted}, ours: {found}{f'   (meant: {why})' if why else ''}")
    print(f"{count} values, {different} differences that are not meant, {meant} that are")
    return 1 if different else 0


def read_values() -> dict[str, list[Any]]:
    """What Hummingbot's reader makes of every value of every key."""
    from parity import theirs

    logging.getLogger().setLevel(logging.CRITICAL)
    made: dict[str, list[Any]] = {}
    for key, text in config_values.rows():
        value = theirs.loaded(config_values.lines(key, text))[key]
        made.setdefault(key, []).append(config_values.theirs(key, text, value))
    return made


def break_lines() -> int:
    """Which broken lines parity finds, and which it does not. Needs no Hummingbot: it lies in the recorded traces."""
    lines = recorded.read_cases()
    named = ((one.scenario, ours.run(one.scenario), lines[one.name]) for one in cases())
    runs = [(one, run.asked) for one, run, wanted in named if recorded.as_lines(run) == wanted]
    runs += [(one.scenario, one.asked) for one in recorded.read() if not difference(one.run, ours.run(one.scenario))]
    print(f"{len(runs)} scenarios in which ours does what Hummingbot did")
    found: list[mutants.Mutant] = []
    alive: list[mutants.Mutant] = []
    with tempfile.TemporaryDirectory() as folder:
        expected = Path(folder) / "expected.jsonl"
        mutants.expect(runs, expected)
        for mutant in mutants.mutants():
            why = mutants.killed(mutant, expected)
            (found if why else alive).append(mutant)
            print(f"{'found' if why else 'ALIVE'}  {mutant}{f'   ({why})' if why else ''}", flush=True)
    print(f"{len(found)} broken lines found, {len(alive)} not")
    return 0


def record(args: argparse.Namespace) -> int:
    """Write what Hummingbot does in scenarios that show much with little."""
    from parity import theirs

    def candidates() -> Iterator[recorded.Recorded]:
        for number in range(args.scenarios):
            one = scenario(args.seed * SEED_STRIDE + number, steps=args.steps)
            run = theirs.run(one)
            yield recorded.Recorded(number, one, run.asked, run.ended)

    command = f"make parity-record SEED={args.seed} SCENARIOS={args.scenarios} RECORD={args.record}"
    named = {one.name: theirs.run(one.scenario) for one in cases()}
    recorded.write_cases(named, theirs.VERSION, command)
    print(f"{recorded.CASES.relative_to(ROOT)}: {len(named)} cases")
    config_values.write(values := read_values(), theirs.VERSION, command)
    print(f"{config_values.FILE.relative_to(ROOT)}: {sum(map(len, values.values()))} values")
    size = recorded.write(candidates(), args.record, theirs.VERSION, command)
    print(f"{recorded.FILE.relative_to(ROOT)}: {size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
