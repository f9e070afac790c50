"""How long from a book frame in to an order frame out, beside a plain echo of the same library and a blocking one?

Each repeat measures all three in turn, so that a busy machine disturbs them alike. The bot is the real one, in a
process of its own, over real sockets on loopback; what it answers with is the cancel of a bid that the market has
come too near to.
"""

import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import aiohttp
import uvloop

from benchmarks.venue import Peer, Venue, framed

FRAME = b"x" * 180
CONF = """
template_version: 24
strategy: pure_market_making
exchange: valr
market: DOGE-USDT
bid_spread: 1.0
ask_spread: 1.0
minimum_spread: 0.5
order_refresh_time: 0.02
order_amount: 4.0
filled_order_delay: 0.001
"""


class Row(NamedTuple):
    """Percentiles of one contender, in microseconds, medians over the repeats."""

    name: str
    p50_us: float
    p99_us: float
    samples: int


def measure(repeats: int, samples: int, progress: Callable[[str], None]) -> list[Row]:
    """All contenders, interleaved."""
    results: dict[str, list[list[float]]] = {"blocking socket echo": [], "aiohttp + uvloop echo": [], "valr-maker": []}
    for repeat in range(repeats):
        progress(f"reaction: repeat {repeat + 1} of {repeats}")
        results["blocking socket echo"].append(_blocking_echo(samples))
        results["aiohttp + uvloop echo"].append(_library_echo(samples))
        results["valr-maker"].append(_bot(samples))
    return [_row(name, runs) for name, runs in results.items()]


def _row(name: str, runs: list[list[float]]) -> Row:
    cuts = [statistics.quantiles(run, n=100) for run in runs]
    p50, p99 = (statistics.median(cut[index] for cut in cuts) for index in (49, 98))
    return Row(name, round(p50, 1), round(p99, 1), sum(map(len, runs)))


def _blocking_echo(samples: int) -> list[float]:
    listener = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.Process(target=_serve_blocking, args=(listener,), daemon=True)
    process.start()
    taken = []
    with socket.create_connection(listener.getsockname()) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(samples):
            time.sleep(0.001)  # an idle receiver has to be woken, as the bot has
            start_ns = time.perf_counter_ns()
            connection.sendall(FRAME)
            connection.recv(4096)
            taken.append((time.perf_counter_ns() - start_ns) / 1000)
    process.join()
    listener.close()
    return taken


def _serve_blocking(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := connection.recv(4096):
        connection.sendall(data)


def _library_echo(samples: int) -> list[float]:
    listener = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.Process(target=_echo_client, args=(listener.getsockname()[1],), daemon=True)
    process.start()
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer = Peer(connection)
    peer.upgrade(peer.head()[1])
    frame, taken = framed({"": "x" * (len(FRAME) - len(framed({"": ""})))}), []
    for _ in range(samples):
        time.sleep(0.001)
        start_ns = time.perf_counter_ns()
        peer.write(frame)
        peer.frame()
        taken.append((peer.heard_ns - start_ns) / 1000)
    connection.close()
    process.join()
    listener.close()
    return taken


def _echo_client(port: int) -> None:
    async def echo() -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"http://127.0.0.1:{port}/") as peer:
            async for message in peer:
                await peer.send_str(message.data)

    uvloop.run(echo())


def _bot(samples: int) -> list[float]:
    with Venue() as venue, tempfile.TemporaryDirectory() as folder:
        conf = Path(folder) / "conf_pure_mm_bench.yml"
        conf.write_text(CONF, encoding="utf-8")
        process = multiprocessing.Process(target=_run_bot, args=(str(conf), venue.port), daemon=True)
        process.start()
        give_up_s = time.monotonic() + 30 + samples * 0.2
        while len(venue.samples_us) < samples + samples // 10:
            time.sleep(0.05)
            if time.monotonic() > give_up_s:
                process.terminate()
                raise RuntimeError(f"the bot answered only {len(venue.samples_us)} times")
        process.terminate()
        process.join()
        return venue.samples_us[samples // 10 :]  # the first ones warm up


def _run_bot(conf: str, port: int) -> None:
    import os
    import sys

    os.environ |= {"VALR_API_KEY": "k" * 64, "VALR_API_SECRET": "s" * 64}
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # for the life of the process
    sys.argv = ["valr-maker", "run", conf, "--headless", "--address", f"http://127.0.0.1:{port}"]
    from valr_maker.cli.main import main

    main()
