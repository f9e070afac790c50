"""Hummingbot and the native engine side by side: one market, one seed, one file, both in real time.

    python benchmarks/hummingbot.py [--minutes 10] [--json FILE]

Question: what does the same strategy cost, and how soon does it act, on either? Each has a sandbox of its own, because
two bots in one book would fill each other's gaps; both sandboxes live in this process, have the same seed, and are
woken at the same instant, so that their crowds want the same things at the same times. Every few seconds somebody
moves the book until one of the bot's orders is within `minimum_spread` of the mid price, and the time until its cancel
arrives is taken. Needs `make hummingbot-env`, and Linux for CPU and memory.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent))

import uvloop
from hummingbot_real.home import Home

from benchmarks.whole import COMMAND, CONF, ROOT, memory_mb
from valr_maker.chance import Chance
from valr_maker.clock import RealClock
from valr_maker.domain import Side
from valr_maker.sandbox.calls import Request
from valr_maker.sandbox.desk import Answer
from valr_maker.sandbox.order import NewOrder, Order, OrderView
from valr_maker.sandbox.server import SandboxServer
from valr_maker.sandbox.session import Session
from valr_maker.sandbox.world import World

SYMBOL, SEED = "DOGEUSDT", 1
PYTHON = ROOT / ".hummingbot-env" / "bin" / "python"
CROWD = "crowd-mover"
"""Whoever moves the book is of the crowd: no purse, no records."""
MOVE_EVERY_S, MOVE_LASTS_S = (5.0, 7.0), 3.0
"""Not at equal intervals, or Hummingbot's clock of whole seconds would always be caught in the same moment."""
TICKS_AWAY = 2
"""The mover's order comes to rest so near to the bot's: the mid price lies between them."""
OUTLASTS = Decimal(600_000)
"""DOGE: the crowd buys what stands on the wrong side of its price, and this is more than it can within the time."""
OLD_ENOUGH_S = 1.0
QUOTES_WITHIN_S = 90.0
CLOCK, ZERO = RealClock(), Decimal(0)


class Move(NamedTuple):
    """One move of the book, and what the bot made of it: ms until its cancel came, or None when it was filled first."""

    reaction_ms: float | None


class Figures(NamedTuple):
    """One contender."""

    first_quotes_s: float
    moves: list[Move]
    placed: int
    fills: int
    cpu_s: float
    memory_mb: float
    left_behind: int


class Market:
    """One sandbox with its door, somebody who moves its book, and an eye on what the bot sends."""

    def __init__(self) -> None:
        self.world = World(SEED)
        self.server = SandboxServer(self.world, CLOCK)
        self.key, self.secret, self.rest_url = self.world.key, self.world.secret, ""
        self.placed = 0
        self.moves: list[Move] = []
        self._awaited: OrderView | None = None
        self._moved_s = 0.0
        self._spy()

    async def open(self, now_s: float) -> None:
        """Serve; the crowd begins at this second."""
        await self.server.start()
        self.rest_url = self.server.rest_url
        self.world.advance(now_s)
        self.world.floor.watch(SYMBOL, now_s)

    def _spy(self) -> None:
        receive, request, accept = self.world.receive, self.world.request, self.world.exchange.accept

        def spied_receive(session: Session, text: bytes | str, now_s: float) -> None:
            self._notice(text if isinstance(text, bytes) else text.encode(), b"CANCEL_")
            receive(session, text, now_s)

        def spied_request(asked: Request, now_s: float, answer: Answer) -> None:
            self._notice(asked.body, b"" if asked.verb == "DELETE" else b"\0")
            request(asked, now_s, answer)

        def spied_accept(account: str, new: NewOrder, now_s: float) -> Order:
            self.placed += account == self.world.account.id
            return accept(account, new, now_s)

        for owner, name, spied in (
            (self.world, "receive", spied_receive),
            (self.world, "request", spied_request),
            (self.world.exchange, "accept", spied_accept),
        ):
            setattr(owner, name, spied)

    def _notice(self, text: bytes, sign: bytes) -> None:
        """A message of the bot's has come in: is it the cancel that is waited for?"""
        order = self._awaited
        if order is not None and sign in text and any(name.encode() in text for name in _names(order)):
            self.moves.append(Move((CLOCK.monotonic_s() - self._moved_s) * 1000))
            self._awaited = None

    # ---- the mover --------------------------------------------------------------------------------------------------
    def own(self) -> list[OrderView]:
        """The bot's orders that rest."""
        return self.world.exchange.open_orders(self.world.account.id)

    async def move(self, side: Side) -> None:
        """Bring the mid price to the bot's order on this side, for a moment, if there is one."""
        now_s = CLOCK.wall_s()
        resting = [row for row in self.own() if row.side is side and now_s - row.created_s >= OLD_ENOUGH_S]
        if not resting:
            return
        self.world.advance(now_s)
        exchange, order = self.world.exchange, resting[0]
        tick = exchange.pairs[SYMBOL].tick * TICKS_AWAY
        price = order.price + tick if side is Side.BUY else order.price - tick
        sign = 1 if side is Side.BUY else -1
        taken = sum((size for at, size, _ in exchange.levels(SYMBOL, side) if (at - price) * sign >= 0), ZERO)
        put = []
        for quantity in (taken, OUTLASTS):
            new = NewOrder(SYMBOL, side.opposite, price, quantity)
            put.append(exchange.execute(exchange.accept(CROWD, new, now_s).id, now_s))
        self._awaited, self._moved_s = order, CLOCK.monotonic_s()
        self.world.floor.settle(now_s)
        await asyncio.sleep(MOVE_LASTS_S)
        self._over(put)

    def _over(self, put: list[Order]) -> None:
        now_s = self.world.advance(CLOCK.wall_s())
        for order in put:
            if order.remaining and order.status.open:
                self.world.exchange.cancel(CROWD, order_id=order.id, customer_id=None, pair=SYMBOL, now_s=now_s)
        self.world.floor.settle(now_s)
        if self._awaited is not None:
            still = any(row.id == self._awaited.id for row in self.own())
            self.moves.append(Move(MOVE_LASTS_S * 1000 if still else None))
            self._awaited = None


def _names(order: OrderView) -> tuple[str, ...]:
    return tuple(filter(None, (order.id, order.customer_id)))


class Contender(NamedTuple):
    """One bot in a process of its own."""

    name: str
    market: Market
    start: Callable[[], "subprocess.Popen[Any]"]


def cpu_s(pid: int) -> float:
    """Processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def native(market: Market) -> "subprocess.Popen[Any]":
    """`valr-maker run FILE --headless`."""
    environment = os.environ | {"VALR_API_KEY": market.key, "VALR_API_SECRET": market.secret}
    command = [*COMMAND, "run", str(CONF), "--headless", "--address", market.rest_url]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)


def hummingbot(home: Home) -> "subprocess.Popen[Any]":
    """Its engine, headless."""
    home.start()
    process: subprocess.Popen[Any] = home.process
    return process


async def first_quotes(contender: Contender) -> tuple["subprocess.Popen[Any]", float]:
    """Start it on a machine that does nothing else; the time until both orders rest."""
    started_s = CLOCK.monotonic_s()
    process = contender.start()
    while len({row.side for row in contender.market.own()}) < len(Side):
        if CLOCK.monotonic_s() - started_s > QUOTES_WITHIN_S or process.poll() is not None:
            raise RuntimeError(f"{contender.name} never quoted")
        await asyncio.sleep(0.01)
    return process, CLOCK.monotonic_s() - started_s


async def play(minutes: float) -> dict[str, Figures]:
    """Both at once, for so long; the window begins when both quote."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        markets = {name: Market() for name in ("native engine", "Hummingbot")}
        now_s = CLOCK.wall_s()
        for market in markets.values():
            await market.open(now_s)
        ours, theirs = markets.values()
        home = stack.enter_context(Home(folder, theirs, python=PYTHON))
        await asyncio.to_thread(home.connect)
        contenders = [
            Contender("Hummingbot", theirs, lambda: hummingbot(home)),
            Contender("native engine", ours, lambda: native(ours)),
        ]
        running = {}
        for contender in contenders:
            _progress(f"starting {contender.name}")
            running[contender.name] = await first_quotes(contender)
            stack.callback(_end, running[contender.name][0])
        found = await _window(markets, {name: process for name, (process, _) in running.items()}, minutes)
        quotes_s = {name: seconds for name, (_, seconds) in running.items()}
        for process, _ in running.values():
            process.terminate()
        for process, _ in running.values():
            await asyncio.to_thread(process.wait, 60)
        left = {name: len(market.own()) for name, market in markets.items()}
        for market in markets.values():
            await market.server.stop()
        return {
            name: row._replace(first_quotes_s=quotes_s[name], left_behind=left[name]) for name, row in found.items()
        }


async def _window(
    markets: Mapping[str, Market], processes: Mapping[str, "subprocess.Popen[Any]"], minutes: float
) -> dict[str, Figures]:
    before = {name: (market.placed, _fills(market), cpu_s(processes[name].pid)) for name, market in markets.items()}
    end_s, side, chance = CLOCK.monotonic_s() + minutes * 60, Side.BUY, Chance(SEED)
    while CLOCK.monotonic_s() < end_s:
        _progress(f"{(end_s - CLOCK.monotonic_s()) / 60:.1f} minutes to go", passing=True)
        await asyncio.gather(
            *(market.move(side) for market in markets.values()), asyncio.sleep(chance.uniform(*MOVE_EVERY_S))
        )
        side = side.opposite
    found = {}
    for name, market in markets.items():
        placed, fills, used_s = before[name]
        found[name] = Figures(
            first_quotes_s=0.0,
            moves=list(market.moves),
            placed=market.placed - placed,
            fills=_fills(market) - fills,
            cpu_s=cpu_s(processes[name].pid) - used_s,
            memory_mb=memory_mb(processes[name].pid),
            left_behind=0,
        )
    return found


def _fills(market: Market) -> int:
    return len(market.world.exchange.trades(market.world.account.id))


def _end(process: "subprocess.Popen[Any]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


def rows_of(figures: Figures) -> dict[str, float]:
    """The rows of the table."""
    reacted = sorted(move.reaction_ms for move in figures.moves if move.reaction_ms is not None)
    return {
        "start to both orders resting, s": round(figures.first_quotes_s, 2),
        "book move to cancel at the exchange, p50 ms": round(statistics.median(reacted), 2) if reacted else 0.0,
        "the same, slowest, ms": round(reacted[-1], 1) if reacted else 0.0,
        "moves that an order stood in the way of": len(figures.moves),
        "of these, filled before the cancel came": len(figures.moves) - len(reacted),
        "orders placed": figures.placed,
        "fills": figures.fills,
        "CPU, s": round(figures.cpu_s, 1),
        "resident memory, MB": figures.memory_mb,
        "orders left behind by stopping": figures.left_behind,
    }


def _progress(what: str, *, passing: bool = False) -> None:
    if not passing or sys.stderr.isatty():
        print(f"... {what}", file=sys.stderr, end="\r" if passing else "\n", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Hummingbot and the native engine side by side, in real time.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long both quote side by side")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    wanted = parser.parse_args()
    if not PYTHON.exists():
        sys.exit("error: there is no Hummingbot here. Run: make hummingbot-env")
    began_s = time.monotonic()
    found = {name: rows_of(figures) for name, figures in uvloop.run(play(wanted.minutes)).items()}
    print(
        f"\n{wanted.minutes:g} minutes side by side, seed {SEED}, {CONF.name} ({time.monotonic() - began_s:.0f} s in all)"
    )
    print(f"{'':48}" + "".join(f"{name:>16}" for name in found))
    for row in next(iter(found.values())):
        print(f"{row:48}" + "".join(f"{figures[row]:>16}" for figures in found.values()))
    if wanted.json:
        wanted.json.write_text(json.dumps({"minutes": wanted.minutes, **found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
