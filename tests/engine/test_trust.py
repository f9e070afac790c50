"""Quotes are taken away the moment something cannot be trusted, and come back by themselves."""

import pytest
from kit.engine_kit import ACCOUNT, HELD, TRADE, No, World, book_diff, book_frame, frame

from valr_maker.engine import messages as msg
from valr_maker.engine import readiness as parts
from valr_maker.engine.engine import Pace, Phase
from valr_maker.engine.messages import What
from valr_maker.wire import stream
from valr_maker.wire.stream import Unknown

GONE = ["cancel buy", "cancel sell"]
QUOTES = ["buy 4 @ 0.99", "sell 4 @ 1.01"]

BREAKS = {
    "sequence gap": lambda: book_diff(1002, 0, [], []),
    "checksum": lambda: book_diff(1001, 0, [], [("1.02", "1")]),
    "crossed": lambda: book_frame([("1.02", "1")], [("1.01", "1")], 5000),
    "no number": lambda: book_diff(1001, 0, [("cheap", "1")], []),
}


def back_again(world: World) -> list[str]:
    """The cancels are confirmed, the book is back, the refresh time comes."""
    world.ends("buy")
    world.ends("sell")
    return world.book() + world.wait(16)


@pytest.mark.parametrize("why", BREAKS)
@pytest.mark.parametrize("pace", Pace)
def test_a_book_that_breaks_takes_the_quotes_away_at_once(why: str, pace: Pace) -> None:
    """In the same step, at either pace; a new snapshot is asked for, and quoting resumes after it."""
    world = World(pace)
    world.start()
    world.wait(0.25)
    world.accept("buy", "sell")
    told = world.hear(TRADE, BREAKS[why]())
    assert sorted(told) == sorted(["resubscribe", *GONE])
    assert world.engine.readiness[parts.BOOKS].standing.value == "blind"
    assert why in world.engine.readiness[parts.BOOKS].reason
    assert sum("asking for a new snapshot" in text for text in world.said) == 1
    assert back_again(world) == QUOTES


def test_strict_parity_quotes_on_by_a_feed_that_died_as_hummingbot_does() -> None:
    """It asks its connector once whether it is ready. A lost book, a lost account: both are said, and neither counts."""
    world = World(Pace.CLOCK, conf={"order_refresh_tolerance_pct": "-1"}, strict_parity=True)
    world.answers[What.BOOK] = No()
    assert world.start() + world.wait(1) == QUOTES
    world.accept("buy", "sell")
    assert world.feed(msg.StreamDown(TRADE, "closed with 1006")) == []
    assert world.feed(msg.StreamDown(ACCOUNT, "silent for 13 s")) == []
    assert {world.engine.readiness[name].standing.value for name in (parts.BOOKS, parts.STREAM)} == {"blind"}
    assert sum("quoted on all the same, as Hummingbot does" in text for text in world.said) == 2
    assert world.wait(14) == []
    assert world.wait(5) == GONE, "because the refresh is due"
    world.resting = {}
    assert world.wait(60, until="sell") == QUOTES, "by the book of yesterday"
    assert world.engine.phase is Phase.QUOTING


def test_strict_parity_waits_for_the_first_book_all_the_same() -> None:
    world = World(Pace.CLOCK, strict_parity=True)
    world.answers[What.BOOK] = No()
    told = world.feed(msg.Tick()) + world.feed(msg.StreamUp(TRADE)) + world.account_up()
    assert told + world.wait(40) == []
    assert world.engine.why.startswith(parts.BOOKS)
    assert world.book() + world.wait(1) == QUOTES


def test_a_malformed_frame_makes_the_book_untrusted() -> None:
    """It may have been an update."""
    world = World().quoting()
    told = world.feed(msg.Malformed(TRADE, "malformed OB_L1_DIFF frame: '{'"))
    assert sorted(told) == sorted(["resubscribe", *GONE])
    assert back_again(world) == QUOTES


def test_a_malformed_account_frame_is_made_good_over_rest() -> None:
    """Whatever it said is asked for; the quotes stay."""
    world = World().quoting()
    for what in What:
        world.answers[what] = HELD
    assert world.feed(msg.Malformed(ACCOUNT, "malformed BALANCE_UPDATE frame: '{'")) == []
    assert [ask.what for ask in world.held] == [What.OPEN_ORDERS, What.BALANCES, What.TRADES]


def test_a_lost_trade_stream_takes_the_quotes_away() -> None:
    """Until the next snapshot."""
    world = World().quoting()
    assert world.feed(msg.StreamDown(TRADE, "closed with 1006")) == GONE
    assert "closed with 1006" in world.engine.why
    world.ends("buy")
    world.ends("sell")
    world.wait(3)
    world.feed(msg.StreamUp(TRADE))
    assert world.book() + world.wait(16) == QUOTES


def test_a_lost_account_stream_takes_the_quotes_away() -> None:
    """Nobody would tell of a fill; the stream comes back and so do the quotes."""
    world = World().quoting()
    assert world.feed(msg.StreamDown(ACCOUNT, "silent for 13 s")) == GONE
    assert world.engine.phase is Phase.HOLDING
    world.resting = {}
    world.wait(1)
    told = world.account_up()
    told += world.hear(ACCOUNT, world.status_frame("buy", "Cancelled"), world.status_frame("sell", "Cancelled"))
    assert told + world.wait(16) == QUOTES


def test_a_silent_book_is_compared_with_rest_and_stays_when_it_is_the_same() -> None:
    """A quiet market is no fault: an hour of silence, confirmed again and again."""
    world = World(conf={"order_refresh_time": "100000", "max_order_age": "100000"}).quoting()
    for _ in range(6):
        assert world.wait(600) == []
    assert world.engine.phase is Phase.QUOTING


def test_a_silent_book_that_rest_contradicts_has_frozen() -> None:
    """After 15 s; the reason names both tops."""
    world = World(conf={"order_refresh_time": "100000"}).quoting()
    world.bids = [("0.98", "1000")]
    told = world.wait(15.5)
    assert sorted(told) == sorted(["reconnect", *GONE])
    assert "the feed froze: it shows 0.99/1.01, REST shows 0.98/1.01" in world.engine.readiness[parts.BOOKS].reason


def test_a_silent_book_that_nobody_confirms_is_given_up_after_30_seconds() -> None:
    """Age alone decides then."""
    world = World(conf={"order_refresh_time": "100000"}).quoting()
    world.answers[What.BOOK] = No()
    assert world.wait(30) == []
    assert world.wait(0.5) == GONE
    assert world.engine.readiness[parts.BOOKS].reason == "silent for 30 s"


def test_snapshots_that_never_come_are_asked_for_again_and_then_by_a_new_connection() -> None:
    """Every 3 s; after three in vain the connection itself is doubted."""
    world = World().quoting()
    world.answers[What.BOOK] = No()
    told = world.hear(TRADE, BREAKS["checksum"]()) + world.wait(9.5)
    asked = [one for one in told if "cancel" not in one]
    assert asked == ["resubscribe", "resubscribe", "resubscribe", "reconnect"]
    assert sum("book not trusted" in text for text in world.said) == 1


def test_an_unknown_frame_type_is_told_once_and_left_alone() -> None:
    """However often it comes."""
    world = World().quoting()
    for _ in range(3):
        assert world.hear(TRADE, Unknown("MARK_PRICE_UPDATE", b"{}")) == []
    assert sum("MARK_PRICE_UPDATE" in text for text in world.said) == 1
    assert world.engine.unknown_frames == {"MARK_PRICE_UPDATE"}


def test_what_the_exchange_complains_about_is_told() -> None:
    """ERROR frames are for people."""
    world = World().quoting()
    world.hear(TRADE, stream.read(b'{"type":"ERROR","message":"Invalid message - Invalid JSON"}'))
    assert "Invalid message - Invalid JSON" in world.said[-1]


def test_another_pairs_news_change_nothing() -> None:
    """Books, trades and orders of other pairs are somebody else's."""
    world = World().quoting()
    other = book_frame([("5", "1")], [("4", "1")], 1)
    other.pair = "BTCZAR"
    assert world.hear(TRADE, other) == []
    elsewhere = {"currencyPair": "BTCZAR", "customerOrderId": world.cid("buy")}
    trade, status = frame("new_account_trade", **elsewhere), frame("order_status_update", **elsewhere)
    assert world.hear(ACCOUNT, trade, status) == []
    assert (world.fills(), world.states()) == ([], {"buy": "open", "sell": "open"})


def test_a_print_is_the_last_trade() -> None:
    """For the screen, and for strategies that look at it."""
    world = World().quoting()
    world.hear(TRADE, stream.read(b'{"type":"PONG"}'), frame("new_trade", price="1.005"))
    assert str(world.engine.market.last_trade) == "1.005"


def test_money_spent_while_the_account_stream_was_away_is_not_believed_in() -> None:
    """The stream lists what is held; REST says of the rest that it is zero."""
    world = World().quoting()
    world.feed(msg.StreamDown(ACCOUNT, "closed with 1006"))
    world.wait(1)
    world.funds["DOGE"] = "0"
    dated = world.answers[What.BALANCES](None)
    world.answers[What.BALANCES] = dated
    del world.funds["DOGE"]
    world.account_up()
    assert world.engine.account.balances["DOGE"].available == 0
