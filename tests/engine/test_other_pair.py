"""A file whose price comes from another pair of this exchange: its book is trusted, and missed, as the own one is."""

import json

from kit.engine_kit import HELD, TRADE, No, World
from kit.messages import message

from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Pace
from valr_maker.engine.messages import Ask, What
from valr_maker.engine.readiness import PRICES, Standing
from valr_maker.wire import stream
from valr_maker.wire.text import WireLevel, l1_checksum

OTHER = "DOGEUSDC"
CONF = {"price_source": "external_market", "price_source_exchange": "valr_sandbox", "price_source_market": "DOGE-USDC"}
AROUND = ["buy 4 @ 0.9999", "sell 4 @ 1.0201"]
"""The orders around a mid of 1.01."""


def other(bid: str, ask: str, *, checksum: int | None = None) -> object:
    """A snapshot of the other pair's book, one level a side."""
    bids: list[WireLevel] = [(bid, "5")]
    asks: list[WireLevel] = [(ask, "5")]
    held = l1_checksum(bids, asks) if checksum is None else checksum
    levels = {"b": bids, "a": asks, "sq": 7, "cs": held, "lc": 1}
    return stream.read(json.dumps({"type": "OB_L1_SNAPSHOT", "ps": OTHER, "d": levels}).encode())


def around(world: World) -> World:
    """Quoting around the other pair's mid."""
    world.start()
    told = world.hear(TRADE, other("1", "1.02"))
    assert (told or world.wait(0.25)) == AROUND
    world.accept("buy", "sell")
    return world


def test_nothing_is_quoted_before_its_book_is_there():
    world = World(conf=CONF)
    assert world.start() == []
    assert world.wait(0.25) == []
    assert world.engine.why == "price_source: no snapshot yet"
    assert world.hear(TRADE, other("1", "1.02")) == AROUND


def test_its_last_trade_counts_for_the_last_price_and_nobody_elses():
    world = World(conf=CONF | {"price_type": "last_price"})
    world.start()
    for pair, price in ((OTHER, "1.01"), ("BTCZAR", "5")):
        trade = message("new_trade")
        trade = trade | {"currencyPairSymbol": pair, "data": trade["data"] | {"currencyPair": pair, "price": price}}
        world.hear(TRADE, stream.read(json.dumps(trade).encode()))
    assert world.hear(TRADE, other("3", "5")) == AROUND


def test_a_book_that_does_not_hold_takes_every_order_away():
    world = around(World(conf=CONF))
    assert world.hear(TRADE, other("1", "1.02", checksum=1)) == ["resubscribe", "cancel buy", "cancel sell"]
    assert world.engine.why.startswith("price_source: checksum")
    assert "price_source is blind: checksum" in "; ".join(world.said)


def test_strict_parity_quotes_on_by_the_last_one_as_hummingbot_does():
    world = around(World(Pace.CLOCK, conf=CONF, strict_parity=True))
    assert world.hear(TRADE, other("1", "1.02", checksum=1)) == ["resubscribe"]
    part = world.engine.readiness[PRICES]
    assert part.standing is Standing.BLIND, "that is what it is"
    assert part.reason.endswith("quoted on all the same, as Hummingbot does")


def test_strict_parity_waits_for_the_first_one_too():
    world = World(Pace.CLOCK, conf=CONF, strict_parity=True)
    world.answers[What.OTHER_BOOK] = No()
    world.start()
    assert world.wait(20) == []
    assert world.engine.readiness[PRICES].last_error == "HTTP 500: oops"


def test_without_the_stream_it_is_polled_over_rest():
    world = World(conf=CONF)
    world.answers[What.OTHER_BOOK] = world.answers[What.BOOK]
    world.start()
    assert world.wait(20, until="buy") == ["buy 4 @ 0.99", "sell 4 @ 1.01"]  # the image is that of 0.99 | 1.01
    assert world.engine.readiness[PRICES].reason == "polled over REST; no verified stream"


def test_a_silent_one_is_confirmed_over_rest_or_given_up():
    world = around(World(conf=CONF))
    world.answers[What.OTHER_BOOK] = HELD
    world.wait(16)
    assert Ask(What.OTHER_BOOK, OTHER) in world.held
    world.wait(15)
    assert world.engine.why.startswith("price_source: silent for 3")


def test_it_is_lost_and_found_with_the_stream():
    world = around(World(conf=CONF))
    told = world.feed(msg.StreamDown(TRADE, "closed with 1006"))
    assert told == ["cancel buy", "cancel sell"]
    assert world.engine.readiness[PRICES].standing is Standing.BLIND
    world.feed(msg.StreamUp(TRADE))
    world.hear(TRADE, other("1", "1.02"))
    assert world.engine.readiness[PRICES].standing is Standing.READY


def test_something_unreadable_may_have_been_about_it():
    world = around(World(conf=CONF))
    world.feed(msg.Malformed(TRADE, "no message"))
    assert world.engine.readiness[PRICES].standing is Standing.BLIND
