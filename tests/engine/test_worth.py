"""What an order is worth is known with the first price: too little ends the run before anything is sent."""

import pytest
from kit.engine_kit import HELD, TRADE, World

from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Pace
from valr_maker.engine.messages import What

CHEAP = ("0.0004", "0.0006")
TOO_LITTLE = "halt: at 0.0005 the order is worth too little"


@pytest.mark.parametrize("pace", Pace)
def test_an_order_worth_too_little_is_never_sent(pace):
    """Nor is a further level that would be worth enough; not with the book, not at any later tick. It is said once."""
    world = World(pace, conf={"order_levels": "2", "order_level_amount": "990"})
    told = world.feed(msg.Tick()) + world.feed(msg.StreamUp(TRADE)) + world.account_up()
    assert told + world.book(*CHEAP) + world.wait(5) == [TOO_LITTLE]


def test_it_is_seen_as_well_when_the_rules_come_after_the_book():
    world = World()
    good, world.answers[What.PAIRS] = world.answers[What.PAIRS], HELD
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    world.account_up()
    assert world.book(*CHEAP) == []
    assert world.answer(What.PAIRS, good) + world.wait(5) == [TOO_LITTLE]


def test_it_is_seen_as_well_when_the_book_comes_over_rest():
    world = World()
    world.bids, world.asks = [(CHEAP[0], "1000")], [(CHEAP[1], "1000")]
    world.feed(msg.Tick())
    assert world.account_up() + world.wait(20) == [TOO_LITTLE]


def test_a_price_that_falls_later_ends_nothing():
    """From then on it is for the strategy to withhold what is too small, with the reason, until the price is back."""
    world = World().quoting()
    assert not [told for told in world.move(*CHEAP) if told.startswith("halt")]
    assert world.wait(5) == []
