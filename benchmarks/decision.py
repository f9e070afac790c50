"""What one decision costs, beside Hummingbot's own tick, in one run on the same market.

    .hummingbot-env/bin/python -m benchmarks.decision [--ticks 2000] [--repeats 5] [--json FILE]

Both strategies are driven by the scenarios of tests/parity, on the same simulated exchange, so what is timed is a tick
with that exchange's share of it: its answers, its events, its view of the orders. Three kinds of tick:

- idle: nothing is due; the orders rest
- tolerated: the refresh is due at every tick, and every order is within its tolerance
- churn: the refresh is due at every tick, the market has moved, everything is cancelled and placed anew

`alone` is our strategy without the exchange around it: from a moment of the market to every action it asks for.
`default` is the same without strict parity, as the bot runs unless it is asked for.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT)]

from parity import ours, theirs  # noqa: E402

from valr_maker.strategy.pipeline import Strategy  # noqa: E402
from valr_maker.strategy.settings import Settings  # noqa: E402

LEVELS = (1, 10, 50)
KINDS = ("idle", "tolerated", "churn")
START_S = 1_700_000_000.0
CONF = {
    "strategy": "pure_market_making", "exchange": "valr", "market": "BTC-USDT", "bid_spread": "0.5", "ask_spread": "0.5",
    "order_amount": "0.01", "order_level_spread": "0.1", "order_level_amount": "0",
}  # fmt: skip
WAY = {
    "grid": {"tick": "0.1", "lot": "0.000001", "min_base": "0.00001", "min_quote": "1"},
    "fees": {"maker": "0.0008", "taker": "0.001"}, "maker_type": True, "post_only": True, "ready": True,
    "funds": {"base": "1000", "quote": "100000000", "base_held": "0", "quote_held": "0"},
    "start_s": START_S, "tick_s": 1.0, "first": "strategy", "create_lag": [0], "cancel_lag": [0], "balance_lag": 0,
    "lose": "0", "refuse": "0", "cross_fill": "0", "fills_first": True, "fill_fees": [], "cost": None, "restored": [],
}  # fmt: skip


def scenario(levels: int, kind: str, ticks: int) -> dict[str, Any]:
    """A market and a file for one row of the table."""
    refresh = "100000" if kind == "idle" else "1"
    tolerance = "5" if kind == "tolerated" else "-1"
    conf = CONF | {"order_levels": str(levels), "order_refresh_time": refresh, "order_refresh_tolerance_pct": tolerance}
    books = (
        [f"book {mid - 0.1:.1f} {mid + 0.1:.1f} 5 1 100"] for mid in (50_000.0 + number % 7 for number in range(ticks))
    )
    return WAY | {"conf": conf, "steps": list(books)}


def timed(run: Callable[[Any], Any], one: dict[str, Any]) -> float:
    """Microseconds of a tick, start-up excluded by running the start alone too."""
    begun_s = time.perf_counter()
    run(one | {"steps": one["steps"][:1]})
    start_s = time.perf_counter() - begun_s
    begun_s = time.perf_counter()
    result = run(one)
    whole_s = time.perf_counter() - begun_s
    if not result.asked:
        raise RuntimeError("nothing was quoted: this measures nothing")
    return (whole_s - start_s) / (len(one["steps"]) - 1) * 1e6


def safe(settings: Settings, _one: dict[str, Any]) -> Strategy:
    """The strategy as the bot has it unless strict parity is asked for."""
    return Strategy(settings)


def alone(one: dict[str, Any], make: ours.Make) -> float:
    """Microseconds that our strategy itself takes for a tick: the time until each of its actions, and until the end."""
    desk, taken = ours.Desk(one, make), 0.0
    act = desk.strategy.act

    def clocked(view: Any) -> Iterator[Any]:
        nonlocal taken
        begun_s = time.perf_counter()
        for action in act(view):
            taken += time.perf_counter() - begun_s
            yield action
            begun_s = time.perf_counter()
        taken += time.perf_counter() - begun_s

    desk.strategy.act = clocked  # type: ignore[method-assign]  # to leave out everything around it
    for number, events in enumerate(one["steps"], 1):
        desk.exchange.step(events)
        desk.tick(START_S + number)
    return taken / len(one["steps"]) * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ticks", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    wanted = parser.parse_args([word for word in sys.argv[1:] if word != "pytest"])  # a word that `theirs` needs there
    rows = []
    print(
        f"{theirs.VERSION}, CPython {sys.version.split()[0]}; medians of {wanted.repeats} interleaved repeats, us a tick"
    )
    print(f"{'levels':>6}  {'tick':<10}{'Hummingbot':>12}{'ours':>10}{'alone':>10}{'default':>10}")
    for levels in LEVELS:
        for kind in KINDS:
            one = scenario(levels, kind, max(wanted.ticks // levels, 200))
            runs = [
                (timed(theirs.run, one), timed(ours.run, one), alone(one, ours.strict), alone(one, safe))
                for _ in range(wanted.repeats)
            ]
            figures = [round(statistics.median(column), 1) for column in zip(*runs, strict=True)]
            names = ("hummingbot", "ours", "alone", "default")
            rows.append({"levels": levels, "tick": kind, **dict(zip(names, figures, strict=True))})
            print(
                f"{levels:>6}  {kind:<10}{figures[0]:>12.1f}" + "".join(f"{one:>10.1f}" for one in figures[1:]),
                flush=True,
            )
    if wanted.json:
        wanted.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
