"""`make bench`: every benchmark, side by side, as a table and, with --json FILE, as a file. It gates nothing."""

import argparse
import json
import platform
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import book, reaction, whole


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats: a look, not a result")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    wanted = parser.parse_args()
    repeats, samples, count = (2, 100, 390) if wanted.quick else (5, 300, 3900)

    rows = reaction.measure(repeats, samples, _progress)
    floor = rows[0].p50_us
    figures: dict[str, object] = {"machine": f"{platform.machine()}, CPython {platform.python_version()}"}
    print(f"\nFrame in to order frame out, loopback, {repeats} interleaved repeats")
    print(f"{'':26}{'p50 us':>9}{'p99 us':>9}{'x floor':>9}{'samples':>9}")
    for row in rows:
        print(f"{row.name:26}{row.p50_us:9.1f}{row.p99_us:9.1f}{row.p50_us / floor:9.2f}{row.samples:9d}")
        figures[row.name] = row._asdict() | {"x_floor": round(row.p50_us / floor, 2)}

    _progress("book updates")
    figures["verified book updates a second"] = round(book.measure(repeats, 20_000))
    _progress("a simulated hour")
    figures["a simulated hour of the bot on the sandbox, s"] = whole.simulated_hour_s()
    _progress("sandbox order round trips")
    trips = whole.round_trips(count, 30)
    figures["sandbox order over the socket, place to processed, p50 us"] = trips.sequential_p50_us
    figures["sandbox orders placed and cancelled a second, 30 at a time"] = trips.per_second
    _progress("cold starts")
    starts = [whole.cold_start() for _ in range(repeats)]
    figures["cold start to two resting orders, s"] = statistics.median(start.seconds for start in starts)
    figures["resident memory, bot alone, MB"] = statistics.median(start.memory_mb for start in starts)
    figures["resident memory, bot with the sandbox inside, MB"] = whole.embedded_memory_mb()
    print()
    for name, figure in figures.items():
        if isinstance(figure, (int, float)):
            print(f"{name:66}{figure:>12}")
    if wanted.json:
        wanted.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _progress(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
