"""Where we differ from Hummingbot on purpose: each story once as Hummingbot does it, and once as we do.

docs/parity.md has a row for each, and names the test.
"""

from decimal import Decimal
from typing import Any

import pytest
from kit.quotes import Bench, play, settings

from valr_maker.domain import Market, Side
from valr_maker.strategy.inventory_cost import InventoryCost

NEAR = "buy 4 @ 99, sell 4 @ 101"
GONE = "cancel buy 4 @ 99, cancel sell 4 @ 101"
HANG = "conf  hanging_orders_enabled True  filled_order_delay 3"


def hummingbot(story: str, **options: Any) -> Bench:
    return play(story, strict=True, **options)


def test_bids_at_zero_and_below() -> None:
    story = """
        conf  bid_spread 99  order_levels 3  order_level_spread 1
        book  99.5 | 100.5
        t=1   > {}sell 4 @ 101, sell 4 @ 102, sell 4 @ 103
    """
    hummingbot(story.format("buy 4 @ 1, buy 4 @ 0, buy 4 @ -1, "))
    play(story.format("buy 4 @ 1, "))


def test_what_costs_or_optimisation_move_to_zero_is_not_sent() -> None:
    """A bid of one tick pays its fee and floors to nothing; without money Hummingbot's budget divides by it."""
    story = """
        conf  add_transaction_costs True  bid_spread 50
        pair  tick 1
        book  1 | 3
        t=1   > {}sell 4 @ 2
    """
    hummingbot(story.format("buy 4 @ 0, "), maker_fee=Decimal("0.001"))
    bench = play(story.format(""), maker_fee=Decimal("0.001"))
    assert str(bench.said[0]) == "buy level 1: not created: its price 0 is not above zero"
    play(story.format(""), maker_fee=Decimal("0.001"), quote=Decimal(-5))
    bench = hummingbot(story.format("").replace("sell 4 @ 2", "nothing"), maker_fee=Decimal("0.001"), quote=Decimal(-5))
    assert "the tick ends here" in str(bench.said[0])
    rows = {str(number): ["buy", number, 4] for number in range(1, 5)}
    conf = settings(order_override=rows, order_optimization_enabled="True", order_level_spread="50")
    for strict, bids in ((True, [98, 49, 0, -49]), (False, [98, 49])):
        bench = Bench(conf, strict=strict)
        bench.event("book 97.99 | 102")
        bench.event("rows 97.99x5 | 102x5")
        bench.tick(1)
        assert [order.price for order in bench.own.values()] == bids


CUSTOM = "conf  price_source custom_api  price_type custom  price_source_custom_api http://prices.invalid"


def test_a_custom_price_of_zero() -> None:
    """Hummingbot has it until the first answer: both orders at zero, of which the taker filter leaves the buy."""
    for said in ("", "api 0"):
        story = f"""
            {CUSTOM}
            book  99.5 | 100.5
            {said}
            t=1   > {{}}
        """
        hummingbot(story.format("buy 4 @ 0"))
        bench = play(story.format("nothing"))
        assert [str(reason) for reason in bench.said] == ["no price: the custom API has given none above zero"]


def test_the_last_trade_is_the_number_that_was_written() -> None:
    """The double nearest to 0.7 is a little below it, so that twice it floors to 1.3."""
    story = """
        conf  price_type last_price  bid_spread 50  ask_spread 99.99
        pair  tick 0.35
        book  0.35 | 1.4
        trade 0.7
        t=1   > {}
    """
    hummingbot(story.format("buy 4 @ 0, sell 4 @ 1.05"))
    play(story.format("buy 4 @ 0.35, sell 4 @ 1.05"))


def test_prices_of_an_external_market_keep_their_digits() -> None:
    """Hummingbot watches it through a paper exchange that knows seven: an ask of 100.00003 is 100 there."""
    story = """
        conf  price_source external_market  price_source_exchange binance  price_source_market DOGE-USDT
        pair  tick 0.000001
        book  99.5 | 100.5
        other 99.99999 100.00003
        t=1   > buy 4 @ {}, sell 4 @ {}
    """
    hummingbot(story.format("98.999995", "100.999994"))
    play(story.format("99.000009", "101.00001"))


def test_without_a_price_orders_are_still_cancelled_at_their_refresh() -> None:
    """With a price band Hummingbot cannot compare, raises in every tick, and leaves its orders to their fate."""
    story = f"""
        conf  price_ceiling 200
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < book - | 100.5
        {{}}
        t=40  > nothing
    """
    bench = hummingbot(story.format(""))
    assert "the tick ends here" in str(bench.said[0])
    play(story.format(f"t=16  > {GONE}"))


def test_a_moving_band_that_met_no_price() -> None:
    """Hummingbot remembers a band around nothing, and raises until it is set again."""
    story = f"""
        conf  moving_price_band_enabled True  price_band_refresh_time 30
        book  99.5 | -
        t=3   < book 99.5 | 100.5
        t={{}}  > {NEAR}
        t=40  > nothing
    """
    hummingbot(story.format(31))
    play(story.format(4))


def test_a_minimum_spread_that_is_off_is_off() -> None:
    """Hummingbot's -100 % still takes away a buy at more than twice the price."""
    story = f"""
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < book 40 | 41
        {{}}
        t=15  > nothing
    """
    hummingbot(story.format("t=4   > cancel buy 4 @ 99"))
    play(story.format(""))


BEST = "conf  order_optimization_enabled True  order_level_spread 1"


def test_a_book_thinner_than_the_depth() -> None:
    """Hummingbot neither quotes nor cancels."""
    story = f"""
        {BEST}  bid_order_optimization_depth 100
        book  98 | 102
        rows  98x5 | 102x5
        t=1   > {{}}
    """
    bench = hummingbot(story.format("nothing"))
    assert "the tick ends here" in str(bench.said[0])
    bench = play(story.format("buy 4 @ 99, sell 4 @ 101.99"))
    assert [str(reason) for reason in bench.said] == [
        "buy level 1: order optimisation is left out: the book is thinner than its depth 100"
    ]


def buys_planned(bench: Bench) -> list[str]:
    plan = bench.strategy._planned
    assert plan is not None
    return [f"{level.quantity:f} @ {level.price:.2f}" for level in plan.buys]


def test_own_orders_are_taken_out_of_the_book() -> None:
    """The bids: 4 of our own, 2 of another, 4 of our own, 50 of others. To look past one order of its own, which it does,
    Hummingbot goes to the row at which 4 are reached, and that is our own first; we stand in front of the other's.
    """
    for strict, planned in ((True, "98.02"), (False, "97.51")):
        bench = Bench(settings(order_optimization_enabled="True", order_levels="2"), strict=strict)
        bench.event("book 98 | 102")
        bench.event("rows 98x50 97x50 | 102x50")
        bench.tick(1)
        assert [f"{order.price:.2f}" for order in bench.own.values()][:2] == [
            "98.01",
            "97.02" if not strict else "97.03",
        ]
        bench.event("rows 98.01x4 97.5x2 97.02x4 97x50 | 102x50")
        bench.tick(16)
        assert buys_planned(bench)[0] == f"4 @ {planned}"


def test_prices_of_further_levels_are_on_the_grid() -> None:
    """Hummingbot remembers 97.0299, sends 97.02, and compares with what it remembers."""
    story = f"""
        {BEST}  order_levels 2
        book  98 | 102
        rows  98x5 | 102x5
        t=1   > buy 4 @ 98.01, buy 4 @ {{}}, sell 4 @ 101.99, sell 4 @ {{}}
    """
    hummingbot(story.format("97.0299", "103.0099"))
    play(story.format("97.02", "103"))


def test_a_split_without_lists_keeps_the_distance_of_the_levels() -> None:
    """Hummingbot's levels come back without lists, its optimisation asks the empty ones."""
    story = f"""
        {BEST}  split_order_levels_enabled True  order_levels 2
        book  98 | 102
        rows  98x5 | 102x5
        t=1   > {{}}
    """
    hummingbot(story.format("nothing"))
    play(story.format("buy 4 @ 98.01, buy 4 @ 97.02, sell 4 @ 101.99, sell 4 @ 103"))


def test_no_takers_fee_is_reserved_for_a_post_only_buy() -> None:
    story = """
        book  99.5 | 100.5
        funds 4 DOGE  396 USDT
        t=1   > buy {} @ 99, sell 4 @ 101
    """
    hummingbot(story.format(3), taker_fee=Decimal("0.001"))
    play(story.format(4), taker_fee=Decimal("0.001"))


def test_a_partly_filled_order_counts_with_what_remains_of_it() -> None:
    """Three quarters of the buy are paid for, and none of what they brought is counted. Hummingbot plans 4 again."""
    for strict, planned in ((True, "4 @ 99.00"), (False, "1 @ 99.00")):
        bench = Bench(settings(), quote=Decimal(396), strict=strict)
        bench.event("book 99.5 | 100.5")
        bench.tick(1)
        bench.event("part buy 1 3")
        bench.tick(16)
        assert buys_planned(bench) == [planned]


def test_skew_counts_what_remains_of_an_order() -> None:
    """39 of 40 are sold. Hummingbot thinks that it still has them, and leans less towards buying."""
    conf = settings(inventory_skew_enabled="True", inventory_range_multiplier="5", order_amount="40")
    for strict, planned in ((True, "46 @ 99.00"), (False, "55 @ 99.00")):
        bench = Bench(conf, base=Decimal(100), quote=Decimal(10_000), strict=strict)
        bench.event("book 99.5 | 100.5")
        bench.tick(1)
        bench.event("part sell 1 39")
        bench.tick(16)
        assert buys_planned(bench) == [planned]


def test_orders_below_the_pairs_minimum_are_not_sent() -> None:
    story = """
        pair  min 5
        book  99.5 | 100.5
        t=1   > {}
    """
    hummingbot(story.format(NEAR))
    bench = play(story.format("nothing"))
    assert str(bench.said[0]) == "buy level 1: not created: 4 DOGE is below the pair's minimum 5"


class TestHangingOrders:
    def test_pairs_of_an_earlier_round_are_forgotten(self) -> None:
        """Both orders of the first round fill. Hummingbot puts the next sells to that pair, and nothing hangs."""
        story = f"""
            {HANG}
            book  99.5 | 100.5
            t=1   > {NEAR}
            t=3   < filled buy 1
            t=3   < filled sell 1
            t=7   > {NEAR}
            t=9   < filled buy 1
            t=12  > {{}} sell 4 @ 101
            t=13  > {NEAR}
        """
        hummingbot(story.format("cancel"))
        play(story.format("hang"))

    def test_two_of_one_price_and_size_are_two(self) -> None:
        """Hummingbot knows but one of them, so that every later comparison counts one order too many."""
        story = f"""
            {HANG}
            book  99.5 | 100.5
            t=1   > {NEAR}
            t=3   < filled buy 1
            t=6   > hang sell 4 @ 101
            t=7   > {NEAR}
            t=8   < filled buy 1
            t=11  > hang sell 4 @ 101
            t=12  > {NEAR}
            {{}}
            t=28  > {{}}
        """
        hummingbot(story.format(f"t=27  > {GONE}", NEAR))
        play(story.format("", "nothing"))

    def test_one_that_is_partly_filled_is_renewed_with_what_remains(self) -> None:
        story = f"""
            {HANG}  max_order_age 20  order_refresh_time 100
            book  99.5 | 100.5
            t=1   > {NEAR}
            t=3   < filled buy 1
            t=6   > hang sell 4 @ 101
            t=7   > {NEAR}
            t=10  < part sell 1h 3
            t=22  > cancel sell 4 @ 101
            t=23  > renew sell {{}} @ 101
        """
        hummingbot(story.format(4))
        play(story.format(1))

    def test_a_lost_cancel_is_asked_for_again(self) -> None:
        """When its owner gives it up. Hummingbot has noted that it asked, asks no more, and creates nothing any more."""
        story = f"""
            {HANG}  hanging_orders_cancel_pct 2
            book  99.5 | 100.5
            t=1   > {NEAR}
            t=3   < filled buy 1
            t=6   > hang sell 4 @ 101
            t=7   < cancels lost
            t=7   > {NEAR}
            t=8   < book 96.5 | 97.5
            t=9   > cancel sell 4 @ 101
            t=12  < rejected buy 1
            t=12  < rejected sell 1
            t=80  < cancels take 1
            t=80  < cancels given up
            {{}}
            t=90  > nothing
        """
        hummingbot(story.format(""))
        play(story.format("t=81  > cancel sell 4 @ 101\n t=82  > buy 4 @ 96.03, sell 4 @ 97.97"))

    def test_one_that_is_gone_is_forgotten(self) -> None:
        """A renewal that is refused: Hummingbot thinks for ever that it hangs."""
        for strict in (True, False):
            conf = settings(
                hanging_orders_enabled="True", filled_order_delay="3", max_order_age="20", order_refresh_time="90"
            )
            bench = Bench(conf, strict=strict)
            bench.event("book 99.5 | 100.5")
            bench.tick(1)
            bench.event("filled buy 1")
            bench.tick(4)
            bench.tick(5)
            bench.tick(22)
            assert bench.tick(23) == "renew sell 4 @ 101"
            bench.event("rejected sell 1h")
            bench.tick(24)
            assert len(bench.strategy.hanging.keys) == (1 if strict else 0)

    def test_a_fill_of_one_is_never_taken_for_one_of_a_round(self) -> None:
        """In Hummingbot it depends on which of two listeners lies first in memory."""
        for tracker_first, due_s in ((True, 8.0), (False, 20.0)):
            bench = Bench(settings(hanging_orders_enabled="True", filled_order_delay="3"), strict=True)
            bench.strategy._tracker_first = tracker_first
            bench.event("book 99.5 | 100.5")
            bench.tick(1)
            bench.event("filled buy 1")
            bench.tick(4)
            bench.tick(5)
            bench.event("filled sell 1h")
            assert bench.strategy.create_due_s == due_s


def test_a_lost_cancel_of_a_round_is_asked_for_again_by_its_owners_patience() -> None:
    """Hummingbot asks again after 61 seconds, whatever is known."""
    story = f"""
        conf  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        cancels lost
        t=1   > {NEAR}
        t=16  > {GONE}
        t=20  < cancels take 1
        t=20  < cancels given up
        t={{}}  > {GONE}
        t={{}}  > {NEAR}
    """
    hummingbot(story.format(77, 78))
    play(story.format(21, 22))


class TestInventoryCost:
    ON = "conf  price_type inventory_cost"

    def test_an_unknown_cost_stops_the_sells_alone(self) -> None:
        """Hummingbot raises in every tick, and so cancels nothing either."""
        story = f"""
            {self.ON}
            book  99.5 | 100.5
            t=1   > {{}}
        """
        hummingbot(story.format("nothing"))
        bench = play(story.format("buy 4 @ 99"))
        assert str(bench.said[0]) == (
            "sell level 1: not created: the cost of the inventory is not known: inventory_price says what it was"
        )

    def test_inventory_price_is_what_the_base_at_hand_has_cost(self) -> None:
        """Hummingbot shows it and asks its database."""
        story = f"""
            {self.ON}  inventory_price 110
            book  99.5 | 100.5
            t=1   > {{}}
        """
        hummingbot(story.format("nothing"))
        play(story.format("buy 4 @ 99, sell 4 @ 111.1"))

    def test_every_fee_counts_and_every_digit(self) -> None:
        """A buy of 3 for 1 each with 0.1 % of it in base, as VALR takes it."""
        ours, theirs = (InventoryCost(Market("DOGE", "USDT"), strict=strict) for strict in (False, True))
        for cost in (ours, theirs):
            cost.traded(Side.BUY, Decimal(1), Decimal(3), [("DOGE", Decimal("0.003"))])
            cost.traded(Side.BUY, Decimal("0.1"), Decimal("0.7"), [], Decimal("0.001"))
        assert ours.volumes == (Decimal("3.697"), Decimal("3.07"))
        assert theirs.volumes != ours.volumes
        assert theirs.volumes == pytest.approx((Decimal("3.697"), Decimal("3.07")), abs=Decimal("1e-12"))

    def test_a_sale_before_the_first_buy(self) -> None:
        for strict in (True, False):
            cost = InventoryCost(Market("DOGE", "USDT"), strict=strict)
            cost.traded(Side.SELL, Decimal(1), Decimal(3), [])
            assert cost.price is None

    def test_selling_everything_begins_the_average_anew(self) -> None:
        """Hummingbot goes below zero and buys itself back."""
        for strict, price in ((False, Decimal(2)), (True, Decimal(3))):
            cost = InventoryCost(Market("DOGE", "USDT"), (Decimal(2), Decimal(2)), strict=strict)
            cost.traded(Side.SELL, Decimal(5), Decimal(3), [])
            cost.traded(Side.BUY, Decimal(2), Decimal(2), [])
            assert cost.price == price


def test_a_seed_price_is_there_for_strict_parity_too_and_off_unless_it_is_given() -> None:
    for strict in (True, False):
        bench = Bench(settings(), strict=strict)
        assert bench.tick(1) == ""
        bench.more["seed_price"] = Decimal(100)
        assert bench.tick(2) == NEAR
