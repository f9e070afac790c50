"""How many verified book updates a second: bytes in, message, applied, checksum compared?"""

import random
import statistics
import time

from valr_maker.market.book import Book
from valr_maker.market.feed import BookFeed
from valr_maker.wire import market_frames, stream

PAIR = "DOGEUSDT"
LEVELS = 60


def _frames(count: int) -> list[bytes]:
    """A snapshot of 60 levels a side and then diffs of one to four levels, with true sequences and checksums."""
    chance = random.Random(1)
    book = Book()
    bids = [(f"0.{16000 - step:05d}", "100.5") for step in range(LEVELS)]
    asks = [(f"0.{16010 + step:05d}", "100.5") for step in range(LEVELS)]
    book.replace(bids, asks)
    frames = [_frame(market_frames.L1Snapshot, bids, asks, 1, book)]
    for sequence in range(2, count + 2):
        changes: tuple[list[tuple[str, str]], list[tuple[str, str]]] = ([], [])
        for _ in range(chance.randint(1, 4)):
            side = chance.randint(0, 1)
            price = (bids, asks)[side][chance.randint(0, LEVELS - 1)][0]
            changes[side].append((price, chance.choice(["0", f"{chance.randint(1, 5000) / 10}"])))
        book.apply(*changes)
        frames.append(_frame(market_frames.L1Diff, *changes, sequence, book))
    return frames


def _frame(
    kind: type[market_frames.L1Snapshot] | type[market_frames.L1Diff],
    bids: list[tuple[str, str]],
    asks: list[tuple[str, str]],
    sequence: int,
    book: Book,
) -> bytes:
    levels = market_frames.L1Levels(
        asks=tuple(asks), bids=tuple(bids), sequence=sequence, checksum=book.checksum(), changed_ms=0
    )
    return stream.write(kind(pair=PAIR, data=levels))


def measure(repeats: int, count: int) -> float:
    """Median of updates a second."""
    frames = _frames(count)
    rates = []
    for _ in range(repeats):
        feed, reader = BookFeed(PAIR), stream.Reader(stream.Incoming)
        start_s = time.perf_counter()
        for raw in frames:
            assert feed.receive(reader.read(raw), 0.0)
        rates.append(len(frames) / (time.perf_counter() - start_s))
    return statistics.median(rates)
