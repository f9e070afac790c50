"""The book and its feed: verified on every update, and broken with a reason by anything that does not fit."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.messages import message

from valr_maker.market.book import Book
from valr_maker.market.feed import BookFeed, FeedState
from valr_maker.wire import rest
from valr_maker.wire.codes import WireError
from valr_maker.wire.market_frames import L1Diff, L1Levels, L1Snapshot
from valr_maker.wire.text import WireLevel, l1_checksum

Levels = list[WireLevel]
PAIR = "DOGEUSDT"


def body(bids: Levels, asks: Levels, sequence: int, checksum: int) -> L1Levels:
    return L1Levels(bids=tuple(bids), asks=tuple(asks), sequence=sequence, checksum=checksum, changed_ms=0)


def snapshot(bids: Levels, asks: Levels, sequence: int = 1, checksum: int | None = None) -> L1Snapshot:
    checksum = l1_checksum(bids, asks) if checksum is None else checksum
    return L1Snapshot(pair=PAIR, data=body(bids, asks, sequence, checksum))


def diff(bids: Levels, asks: Levels, sequence: int, checksum: int = 0) -> L1Diff:
    return L1Diff(pair=PAIR, data=body(bids, asks, sequence, checksum))


def image(bids: Levels, asks: Levels) -> rest.OrderBook:
    def rows(side: str, levels: Levels) -> list[rest.BookLevel]:
        return [
            rest.BookLevel(side=side, quantity=Decimal(q), price=Decimal(p), currency_pair=PAIR, order_count=1)
            for p, q in levels
        ]

    return rest.OrderBook(asks=rows("sell", asks), bids=rows("buy", bids), last_change="", sequence_number=1)


def verified() -> BookFeed:
    """A feed with the example snapshot of the reference."""
    feed = BookFeed(PAIR)
    assert feed.receive(rest_frame("ob_l1_snapshot", L1Snapshot), 1.0)
    return feed


def rest_frame(name: str, kind: Any) -> Any:
    plain = message(name)
    d = plain["d"]
    levels = body([(p, q) for p, q in d["b"]], [(p, q) for p, q in d["a"]], d["sq"], d["cs"])
    return kind(pair=plain["ps"], data=levels)


# ---- sentences that hold for all books ------------------------------------------------------------------------------
ticks = st.integers(1, 60)
changes = st.lists(st.tuples(ticks, st.integers(0, 3)), max_size=30)


def texts(side: dict[int, int], *, best_first: bool) -> Levels:
    return [(f"{tick / 10:.1f}", f"{side[tick]}.5") for tick in sorted(side, reverse=best_first)]


@given(st.lists(st.tuples(changes, changes), min_size=1, max_size=5))
def test_a_book_after_diffs_is_the_book_of_a_snapshot(rounds: list[tuple[list[Any], list[Any]]]) -> None:
    """Whatever was set, changed and removed: the same levels, the same best prices, the same checksum."""
    book, bids, asks = Book(), dict[int, int](), dict[int, int]()
    for bid_changes, ask_changes in rounds:
        for side, side_changes in ((bids, bid_changes), (asks, ask_changes)):
            for tick, size in side_changes:
                side.pop(tick, None)
                if size:
                    side[tick] = size
        book.apply(*[[(f"{t / 10:.1f}", f"{s}.5" if s else "0") for t, s in one] for one in (bid_changes, ask_changes)])
    fresh = Book()
    wire = texts(bids, best_first=True), texts(asks, best_first=False)
    fresh.replace(*wire)
    assert book.bids.top(100) == fresh.bids.top(100) == [(Decimal(p), Decimal(q)) for p, q in wire[0]]
    assert book.asks.top(100) == fresh.asks.top(100) == [(Decimal(p), Decimal(q)) for p, q in wire[1]]
    assert (book.best_bid, book.best_ask) == (fresh.best_bid, fresh.best_ask)
    assert book.checksum() == fresh.checksum() == l1_checksum(*wire)
    assert (len(book.bids), len(book.asks)) == (len(bids), len(asks))


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=3))
def test_any_text_for_a_level_is_a_level_or_a_wire_error(levels: Levels) -> None:
    """Never another exception, and never a level that arithmetic chokes on."""
    book = Book()
    try:
        book.apply(levels, [])
    except WireError:
        return
    assert all(price > 0 and quantity > 0 for price, quantity in book.bids.top(10))


# ---- the example frames of the reference ----------------------------------------------------------------------------
def test_the_example_snapshot_and_diff_verify() -> None:
    """With VALR's own checksums: the removed ask is gone, the new one is best."""
    feed = verified()
    assert (feed.state, feed.usable, feed.reason) == (FeedState.VERIFIED, True, "")
    assert (feed.book.best_bid, feed.book.best_ask) == (Decimal("0.1612"), Decimal("0.16141"))
    assert feed.receive(rest_frame("ob_l1_diff", L1Diff), 3.5)
    assert feed.book.asks.top(5) == [(Decimal("0.16145"), Decimal(300))]
    assert (feed.age_s(5.0), feed.updates) == (1.5, 2)


def test_the_texts_of_the_wire_are_kept_for_the_checksum() -> None:
    """`55.0` is the number 55 and another checksum."""
    feed = BookFeed(PAIR)
    assert feed.receive(snapshot([("9.0", "55.0")], [("10", "1")]), 0)
    assert feed.book.bids.top_texts(1) == ["9.0:55.0"]


# ---- what breaks a book ---------------------------------------------------------------------------------------------
BID, ASK = ("0.1612", "160.5"), ("0.16141", "55")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (diff([], [], 5003), "sequence gap: expected 5002, received 5003"),
        (diff([], [], 5001), "sequence gap: expected 5002, received 5001"),
        (diff([], [], 5002, 7), "checksum 3426897163, the exchange says 7"),
        (diff([("0.1612", "-1")], [], 5002), "below zero"),
        (diff([("-0.1", "1")], [], 5002), "not above zero"),
        (diff([("0", "1")], [], 5002), "not above zero"),
        (diff([("cheap", "1")], [], 5002), "no number"),
        (diff([("0.1", "NaN")], [], 5002), "no number"),
        (diff([("Infinity", "1")], [], 5002), "no number"),
        (diff([], [("1E+99", "1")], 5002), "no number"),
        (snapshot([BID], [ASK], 6000, checksum=1), "the exchange says 1"),
        (snapshot([("0.17", "1")], [("0.165", "1")]), "crossed: bid 0.17 >= ask 0.165"),
        (snapshot([("0.17", "1")], [("0.17", "1")]), "crossed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_breaks_the_book_and_says_why(frame: L1Snapshot | L1Diff, reason: str) -> None:
    """The book is not usable from that frame on, and later diffs do not mend it."""
    feed = verified()
    assert not feed.receive(frame, 2.0)
    assert (feed.state, feed.usable, feed.resyncs) == (FeedState.BROKEN, False, 1)
    assert reason in feed.reason
    told = feed.reason
    assert not feed.receive(diff([], [], frame.data.sequence + 1), 3.0)
    assert (feed.reason, feed.resyncs, feed.age_s(3.0)) == (told, 1, 2.0)


def test_a_snapshot_mends_a_broken_book() -> None:
    """With a sequence of its own; the levels of before are gone."""
    feed = verified()
    feed.receive(diff([], [], 9), 2.0)
    assert feed.receive(snapshot([("0.15", "1")], [("0.2", "2")], 77), 4.0)
    assert (feed.state, feed.reason, len(feed.book.bids)) == (FeedState.VERIFIED, "", 1)
    assert feed.receive(diff([], [("0.2", "3")], 78, l1_checksum([("0.15", "1")], [("0.2", "3")])), 5.0)


def test_a_diff_before_any_snapshot_is_not_applied() -> None:
    """Said once."""
    feed = BookFeed(PAIR)
    assert not feed.receive(diff([BID], [], 1), 0)
    assert (feed.state, feed.reason) == (FeedState.BROKEN, "an update came before any snapshot")
    assert len(feed.book.bids) == 0
    assert feed.age_s(9) is None


def test_a_lost_stream_breaks_what_the_stream_had_told() -> None:
    """But a feed that still waits goes on waiting: there is nothing to lose."""
    feed = verified()
    feed.lose("trade stream: closed with 1006")
    assert (feed.state, feed.reason) == (FeedState.BROKEN, "trade stream: closed with 1006")
    waiting = BookFeed(PAIR)
    waiting.lose("x")
    assert waiting.state is FeedState.WAITING


# ---- the other road -------------------------------------------------------------------------------------------------
def test_an_image_by_rest_serves_until_the_stream_is_back() -> None:
    """Polled is usable; the next good snapshot takes over."""
    feed = BookFeed(PAIR)
    feed.take_image(image([BID], [ASK]), 5.0)
    assert (feed.state, feed.usable, feed.reason, feed.age_s(6.0)) == (FeedState.POLLED, True, "polled over REST", 1.0)
    assert feed.receive(snapshot([("0.15", "1")], [("0.2", "2")]), 7.0)
    assert feed.state is FeedState.VERIFIED


def test_an_image_never_replaces_a_verified_book() -> None:
    """A cached image is older than the stream."""
    feed = verified()
    feed.take_image(image([("1", "1")], [("2", "2")]), 5.0)
    assert (feed.state, feed.book.best_bid, feed.heard_s) == (FeedState.VERIFIED, Decimal("0.1612"), 1.0)


@pytest.mark.parametrize(
    ("bids", "asks", "reason"),
    [([("2", "1")], [("2", "1")], "the polled book is crossed"), ([("-1", "1")], [], "not above zero")],
)
def test_an_image_that_cannot_be_is_not_used(bids: Levels, asks: Levels, reason: str) -> None:
    """The other road is checked as far as it can be."""
    feed = BookFeed(PAIR)
    feed.take_image(image(bids, asks), 5.0)
    assert (feed.state, feed.usable) == (FeedState.BROKEN, False)
    assert reason in feed.reason


def test_neither_a_lost_stream_nor_a_bad_frame_takes_the_polled_book_away() -> None:
    """What REST told does not hang on the stream; otherwise each failed reconnect would blind the bot again."""
    feed = BookFeed(PAIR)
    feed.take_image(image([BID], [ASK]), 5.0)
    feed.lose("trade stream: cannot connect")
    assert feed.state is FeedState.POLLED
    assert not feed.receive(diff([("0.1", "1")], [], 9), 6.0)
    assert not feed.receive(snapshot([("0.1", "1")], [], checksum=1), 6.0)
    assert (feed.state, feed.reason, len(feed.book.bids)) == (FeedState.POLLED, "polled over REST", 1)


def test_a_silent_book_is_confirmed_by_the_same_top() -> None:
    """Deeper levels may differ: REST shows forty and is a second old."""
    feed = verified()
    assert feed.confirm(image([("0.16120", "1")], [("0.16141", "9"), ("0.2", "1")]), 20.0)
    assert (feed.state, feed.age_s(21.0)) == (FeedState.VERIFIED, 1.0)


@pytest.mark.parametrize(
    "other",
    [image([("0.161", "1")], [ASK]), image([BID], []), image([("0", "1")], [ASK])],
    ids=["moved", "gone", "unreadable"],
)
def test_a_silent_book_that_rest_contradicts_has_frozen(other: rest.OrderBook) -> None:
    """Broken, with what each of the two shows."""
    feed = verified()
    assert not feed.confirm(other, 20.0)
    assert feed.state is FeedState.BROKEN
    assert feed.reason
