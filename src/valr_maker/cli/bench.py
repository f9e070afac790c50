"""`valr-maker bench`: how quick a venue is from here, with percentiles, histograms, and a comparison with a saved run."""

import json
import platform
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import msgspec

from valr_maker.bench.probes import Bench, Measured, probes
from valr_maker.bench.samples import (
    ALPHA,
    LEAST_EFFECT,
    LEAST_SHIFT,
    Change,
    Verdict,
    compared,
    histogram,
    summary,
    time_words,
)
from valr_maker.bot.dry import DryBot
from valr_maker.chance import Chance
from valr_maker.cli.loop import run
from valr_maker.cli.options import Venue
from valr_maker.cli.venue import OpenVenue, key_of, open_venue
from valr_maker.clock import RealClock
from valr_maker.doctor.patient import Patient
from valr_maker.domain import Market
from valr_maker.engine.engine import Engine
from valr_maker.errors import ConfigProblem, Exit, UsageProblem, ValrMakerError
from valr_maker.market.pair import PairRules
from valr_maker.screens.fold import tell
from valr_maker.screens.folded import plain_console, waiting
from valr_maker.strategy.settings import Settings

CLOCK = RealClock()
FORMAT = 1
NAME_WIDTH = 35
STYLES = {Verdict.FASTER: "green", Verdict.SLOWER: "bold red"}


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """What the command line asked for."""

    venue: Venue
    address: str | None
    seed: int
    market: str
    rounds: int
    as_json: bool
    save: Path | None
    compare: Path | None
    place_test_order: bool


class Report(msgspec.Struct):
    """A saved run. Times are microseconds."""

    format: int
    venue: str
    market: str
    machine: str
    samples: dict[str, list[float]]


def bench_command(options: BenchOptions) -> Exit:
    """Measure, show, save, compare. Ends with the exit code of the first probe that failed."""
    try:
        market = Market.parse(options.market)
    except ValueError as problem:
        raise UsageProblem(str(problem), remedy="Name a market such as DOGE-USDT") from problem
    before = _read(options.compare) if options.compare else None
    if before is not None and (before.venue, before.market) != (options.venue.value, str(market)):
        raise UsageProblem(
            f"{options.compare} was measured on {before.venue} with {before.market}",
            remedy=f"Compare with a run on {options.venue.value} with {market}",
        )
    measured, problems = run(_measure(options, market))
    samples = {one.name: one.values for one in measured}
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    report = Report(FORMAT, options.venue.value, str(market), machine, samples)
    changes = compared(before.samples, samples) if before else {}
    if options.save:
        _write(options.save, report)
    if options.as_json:
        sys.stdout.write(json.dumps(_as_json(report, changes, problems)) + "\n")
    else:
        _show(measured, changes, compared_with=options.compare)
    for one in problems:
        tell(sys.stderr, one.line(), lead="error: ")
    return problems[0].exit_code if problems else Exit.OK


async def _measure(options: BenchOptions, market: Market) -> tuple[list[Measured], list[ValrMakerError]]:
    needs_key = options.venue is Venue.SANDBOX
    measured: list[Measured] = []
    problems: list[ValrMakerError] = []
    async with open_venue(options.venue, seed=options.seed, address=options.address, needs_key=needs_key) as venue:
        bench = _bench(options, venue, market)
        chosen = probes(orders=options.venue is Venue.SANDBOX or options.place_test_order)
        titles = iter(probe.title for probe in chosen)
        with waiting("measuring") as wait:
            wait(f"measuring: {next(titles)}")
            async with aclosing(bench.run(chosen)) as outcomes:
                async for _, outcome in outcomes:
                    if isinstance(outcome, ValrMakerError):
                        problems.append(outcome)
                    else:
                        measured += outcome
                    wait(f"measuring: {next(titles, 'done')}")
    return measured, problems


def _bench(options: BenchOptions, venue: OpenVenue, market: Market) -> Bench:
    key = venue.key or key_of(options.venue)
    patient = Patient(
        venue=venue.name, address=venue.transport.rest_url, transport=venue.transport, clock=CLOCK, chance=Chance(),
        key=key, default_market=market,
    )  # fmt: skip
    settings = Settings("valr", market, Decimal("0.01"), Decimal("0.01"), Decimal(1), 15.0)

    def make() -> DryBot:
        chance = Chance()
        engine = Engine(
            settings, bot="bench", session=chance.token(8), now_s=CLOCK.monotonic_s(),
            check_rules=_check,
        )  # fmt: skip
        return DryBot(engine, venue.transport, CLOCK, chance, key, venue=venue.name)

    return Bench(patient, settings, make, options.rounds)


def _check(rules: PairRules | None, _listed: dict[str, PairRules], _price: Decimal | None) -> ValrMakerError | None:
    if rules is not None and rules.active:
        return None
    return ConfigProblem("the pair cannot be traded", remedy="`valr-maker pairs` lists those that can")


# ---- what is shown --------------------------------------------------------------------------------------------------
def _show(measured: Sequence[Measured], changes: dict[str, Change], *, compared_with: Path | None) -> None:
    console = plain_console()
    if not measured:
        return
    console.print(f"{'':{NAME_WIDTH}}{'p50':>9}{'p90':>9}{'p99':>9}{'worst':>9}{'n':>6}", markup=False)
    for one in measured:
        found = summary(one.values)
        times = "".join(f"{time_words(value):>9}" for value in (found.p50, found.p90, found.p99, found.worst))
        console.print(f"{one.name:{NAME_WIDTH}}{times}{found.size:>6}", markup=False)
    for one in measured:
        if len(one.values) > 1 and not one.name.startswith("ready"):
            console.print(f"\n{one.name}", markup=False)
            for row in histogram(one.values):
                console.print(f"  {row}", markup=False)
    if compared_with is None:
        return
    console.print(f"\nAgainst {compared_with}: it counts when Mann-Whitney U (two-sided) gives", markup=False)
    rule = f"p < {ALPHA / max(len(changes), 1):.2g}, Cliff's d is {LEAST_EFFECT:g} or more, and the median moved {LEAST_SHIFT:.0%} or more."
    console.print(rule, markup=False)
    console.print(f"{'':{NAME_WIDTH}}{'then':>8}    {'now':>8}  {'p':<8}{'d':>5}", markup=False)
    for name, change in changes.items():
        asked = change.verdict is not Verdict.TOO_FEW
        test = f"{change.p_value:<8.2g}{change.effect:+.2f}" if asked else f"{'-':<8}{'-':>5}"
        times = f"{time_words(change.before_us):>8} -> {time_words(change.after_us):>8}"
        console.print(f"{name:{NAME_WIDTH}}{times}  {test}  ", end="", markup=False)
        console.print(change.verdict.value, style=STYLES.get(change.verdict), markup=False)


def _as_json(report: Report, changes: dict[str, Change], problems: Sequence[ValrMakerError]) -> dict[str, object]:
    figures = {name: summary(values)._asdict() for name, values in report.samples.items()}
    body: dict[str, object] = {
        "venue": report.venue, "market": report.market, "machine": report.machine, "unit": "us", "figures": figures,
        "problems": [problem.line() for problem in problems],
    }  # fmt: skip
    if changes:
        body["changes"] = {
            name: change._asdict() | {"verdict": change.verdict.value} for name, change in changes.items()
        }
    return body


def _read(path: Path) -> Report:
    remedy = "Name a file that `valr-maker bench --save FILE` has written"
    try:
        report = msgspec.json.decode(path.read_bytes(), type=Report)
    except OSError as problem:
        raise UsageProblem(f"{path}: {(problem.strerror or '').lower()}", remedy=remedy) from problem
    except (UnicodeDecodeError, msgspec.DecodeError) as problem:
        raise UsageProblem(f"{path}: not a saved bench ({problem})", remedy=remedy) from problem
    if report.format != FORMAT:
        raise UsageProblem(f"{path}: a saved bench of format {report.format}, not {FORMAT}", remedy=remedy)
    return report


def _write(path: Path, report: Report) -> None:
    try:
        path.write_bytes(msgspec.json.encode(report) + b"\n")
    except OSError as problem:
        raise UsageProblem(f"{path}: cannot be written: {problem.strerror}", remedy="Name another file") from problem
