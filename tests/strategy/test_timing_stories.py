"""When orders are created, cancelled and kept: Hummingbot's clock, told as stories of whole seconds."""

from decimal import Decimal

import pytest
from kit.quotes import Bench, play, settings

NEAR = "buy 4 @ 99, sell 4 @ 101"
GONE = "cancel buy 4 @ 99, cancel sell 4 @ 101"


def test_a_refresh_cancels_at_15_s_and_creates_a_second_later() -> None:
    """One tick without orders lies between two rounds, even when the cancel is confirmed at once."""
    play(f"""
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < book 100.5 | 101.5
        t=16  > {GONE}
        t=17  > buy 4 @ 99.99, sell 4 @ 102.01
        t=31  > nothing
    """)


def test_a_slow_confirmation_delays_the_new_orders() -> None:
    """Orders being cancelled count as resting until the exchange has said otherwise."""
    bench = play(f"""
        book  99.5 | 100.5
        cancels take 3
        t=1   > {NEAR}
        t=3   < book 100.5 | 101.5
        t=16  > {GONE}
        t=18  > nothing
    """)
    assert [str(reason) for reason in bench.said] == ["new orders wait until the exchange has confirmed every cancel"]
    assert bench.tick(19.0) == "buy 4 @ 99.99, sell 4 @ 102.01"


def test_a_refresh_time_of_5_and_a_half_seconds_is_met_at_the_next_whole_second() -> None:
    """Created at 1, due at 6.5: the tick at 7 cancels, the tick at 8 creates, the next is due at 13.5."""
    play(f"""
        conf  order_refresh_time 5.5  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=7   > {GONE}
        t=8   > {NEAR}
        t=14  > {GONE}
        t=15  > {NEAR}
    """)


def test_an_unchanged_price_keeps_the_orders_at_the_default_tolerance_of_zero() -> None:
    """Nothing would move, so nothing is cancelled; the first change after the refresh time is acted on at once."""
    play(f"""
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=40  < book 99.54 | 100.5
        t=41  > {GONE}
        t=42  > buy 4 @ 99.01, sell 4 @ 101.02
    """)


def test_a_move_exactly_at_the_tolerance_keeps_and_just_above_cancels() -> None:
    """99 -> 99.99 is exactly 1 %: kept, and compared again every tick, until one tick more."""
    play(f"""
        conf  order_refresh_tolerance_pct 1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=10  < book 100.5 | 101.5        # the bid would move by exactly 1 %
        t=30  < book 100.52 | 101.52      # and now by a little more
        t=31  > {GONE}
        t=32  > buy 4 @ 100, sell 4 @ 102.03
    """)


def test_the_tolerance_is_a_fraction_of_the_resting_price() -> None:
    """99 -> 98.01 is 1 % of 99, though more than 1 % of 98.01."""
    play(f"""
        conf  order_refresh_tolerance_pct 1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=10  < book 98.5 | 99.5
        t=30  > nothing
    """)


def test_levels_are_compared_in_the_order_of_their_prices() -> None:
    """Bids fall from level to level and asks rise; unchanged, both levels of both sides stay."""
    play("""
        conf  order_levels 2
        book  99.5 | 100.5
        t=1   > buy 4 @ 99, buy 4 @ 98, sell 4 @ 101, sell 4 @ 102
        t=30  > nothing
    """)


def test_sides_of_unequal_number_are_never_within_tolerance() -> None:
    """A sell that was rejected would be planned again: the lone buy is replaced at its refresh, not before."""
    play(f"""
        conf  order_refresh_tolerance_pct 5
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=2   < rejected sell 1
        t=16  > cancel buy 4 @ 99
        t=17  > {NEAR}
    """)


def test_when_both_sides_are_rejected_the_next_try_is_at_the_refresh() -> None:
    """Failures do not touch the timers; strictly after 16 is 17."""
    play(f"""
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=2   < rejected buy 1
        t=2   < rejected sell 1
        t=17  > {NEAR}
    """)


def test_after_a_fill_the_other_side_goes_at_its_refresh_and_nothing_comes_before_the_delay() -> None:
    """A delay longer than the refresh: the sell leaves at 16 although its price is unchanged; 6 + 20 must pass."""
    bench = play(f"""
        conf  filled_order_delay 20
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=6   < filled buy 1
        t=16  > cancel sell 4 @ 101
        t=26  > nothing
    """)
    assert [str(reason) for reason in bench.said] == [
        "buy level 1: filled at 99: new orders 20 s later (filled_order_delay)"
    ]
    assert bench.tick(27.0) == NEAR


def test_after_a_fill_the_refresh_asks_for_no_tolerance() -> None:
    """The buy took the last quote: a plan would want just the sell that rests. But there is no plan before the delay."""
    play(f"""
        book  99.5 | 100.5
        funds 4 DOGE  396 USDT
        t=1   > {NEAR}
        t=6   < filled buy 1
        t=16  > cancel sell 4 @ 101
    """)


def test_orders_sent_moves_only_the_timers_that_have_come() -> None:
    """A delay that a fill has set is not shortened by orders sent meanwhile."""
    bench = Bench(settings(filled_order_delay="60"))
    bench.event("book 99.5 | 100.5")
    bench.tick(1.0)
    bench.event("filled buy 1")
    bench.strategy.orders_sent(20.0)
    assert (bench.strategy.create_due_s, bench.strategy.cancel_due_s) == (61.0, 35.0)


def test_a_delay_shorter_than_the_rest_of_the_refresh_pulls_the_refresh_forward() -> None:
    """Filled at 6, delay 3: the plan is made again at 9, and the other side goes with it."""
    play(f"""
        conf  filled_order_delay 3
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=6   < filled buy 1
        t=9   > cancel sell 4 @ 101
        t=10  > {NEAR}
    """)


def test_two_fills_arm_the_delay_twice_but_the_first_sets_the_cancel() -> None:
    """Fills at 2 and 6 with a delay of 10: cancel at 12, create after 16."""
    play("""
        conf  filled_order_delay 10  order_levels 2
        book  99.5 | 100.5
        t=1   > buy 4 @ 99, buy 4 @ 98, sell 4 @ 101, sell 4 @ 102
        t=2   < filled buy 1
        t=6   < filled sell 1
        t=12  > cancel buy 4 @ 98, cancel sell 4 @ 102
        t=17  > buy 4 @ 99, buy 4 @ 98, sell 4 @ 101, sell 4 @ 102
    """)


def test_a_partial_fill_changes_no_timer_and_the_rest_is_replaced_at_the_refresh() -> None:
    """Only what is complete re-arms the delay."""
    play(f"""
        conf  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=6   < part buy 1 3
        t=16  > {GONE}
        t=17  > {NEAR}
    """)


def test_an_order_older_than_its_age_goes_and_waits_for_the_refresh() -> None:
    """Age 5 is exceeded at 6 whole seconds; the timers are left alone, so 7 to 31 has no orders."""
    play(f"""
        conf  max_order_age 5  order_refresh_time 30
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=7   > {GONE}
        t=32  > {NEAR}
    """)


def test_one_old_order_takes_all_away_with_the_reason() -> None:
    """Hummingbot cancels every order once one of them is too old."""
    bench = play(f"""
        conf  max_order_age 5.5  order_refresh_time 30
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=7   > {GONE}
    """)
    assert [str(reason) for reason in bench.said] == [
        "buy level 1: cancelled: an order is older than max_order_age 5.5 s",
        "sell level 1: cancelled: an order is older than max_order_age 5.5 s",
    ]


def test_an_order_nearer_than_the_minimum_spread_goes_and_waits_for_the_refresh() -> None:
    """The mid falls to 99.45: the bid at 99 is 0.45 % away, less than 0.5 %; the ask may stay until 16."""
    bench = play(f"""
        conf  minimum_spread 0.5
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=4   < book 99.3 | 99.6
        t=5   > cancel buy 4 @ 99
    """)
    assert [str(reason) for reason in bench.said] == [
        "buy level 1: cancelled: spread 0.4525 % below minimum_spread 0.5 %"
    ]
    play(f"""
        conf  minimum_spread 0.5
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=4   < book 99.3 | 99.6
        t=5   > cancel buy 4 @ 99
        t=16  > cancel sell 4 @ 101
        t=17  > buy 4 @ 98.45, sell 4 @ 100.44
    """)


def test_an_order_exactly_at_the_minimum_spread_stays() -> None:
    """99 and 101 around 100 are exactly 1 % away."""
    play(f"""
        conf  minimum_spread 1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=15  > nothing
    """)


def test_an_order_that_goes_for_two_reasons_names_the_first() -> None:
    """At 16 the bid is due for its refresh and too near the mid as well; it is cancelled once."""
    bench = play(f"""
        conf  minimum_spread 0.5
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=15  < book 99.3 | 99.6
        t=16  > {GONE}
    """)
    assert [str(reason) for reason in bench.said] == [
        "buy level 1: cancelled: refresh due",
        "sell level 1: cancelled: refresh due",
    ]


def test_minus_100_means_no_minimum_spread_at_all() -> None:
    """Even an order on the wrong side of the mid stays until its refresh."""
    play(f"""
        conf  minimum_spread -100
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=4   < book 120 | 121
        t=15  > nothing
    """)


def test_an_empty_side_keeps_orders_until_the_refresh_and_then_says_why_nothing_is_quoted() -> None:
    """Without a mid there is nothing to measure a spread from, and nothing to quote around."""
    bench = play(f"""
        conf  minimum_spread 0.5
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=2   < book 99.5 | -
        t=16  > {GONE}
        t=19  > nothing
    """)
    assert [str(reason) for reason in bench.said] == ["no mid price: the book has no asks"]
    bench.event("book 99.5 | 100.5")
    assert bench.tick(20.0) == NEAR


def test_a_lost_cancel_is_asked_again_once_its_owner_gives_it_up() -> None:
    """Meanwhile nothing is created and nothing is sent twice."""
    bench = play(f"""
        conf  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        cancels lost
        t=1   > {NEAR}
        t=16  > {GONE}
        t=76  < cancels given up
        t=76  < cancels take 1
        t=77  > {GONE}
        t=78  > {NEAR}
    """)
    assert len(bench.own) == 2


def test_a_level_that_failed_alone_is_not_topped_up_while_others_rest() -> None:
    """As in Hummingbot a round is created whole or not at all."""
    play(f"""
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=2   < rejected buy 1
        t=15  > nothing
    """)


class TestAtTheEventPace:
    """The same rules at any moment: the bench is ticked when something happens or `next_due_s` comes."""

    @pytest.fixture
    def bench(self) -> Bench:
        bench = Bench(settings(order_refresh_tolerance_pct="-1", filled_order_delay="20"))
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1.25) == NEAR
        return bench

    def due_s(self, bench: Bench) -> float | None:
        return bench.strategy.next_due_s(bench.view())

    def test_a_refresh_needs_no_whole_second(self, bench: Bench) -> None:
        """Cancelled exactly 15 s after creation, created at the confirmation."""
        assert self.due_s(bench) == 16.25
        assert bench.tick(16.249) == ""
        assert bench.tick(16.25) == GONE
        assert self.due_s(bench) is None  # only the confirmation can help now
        assert bench.tick(16.26) == NEAR
        assert self.due_s(bench) == 31.26

    def test_after_a_fill_the_next_moment_is_a_hair_past_the_delay(self, bench: Bench) -> None:
        """Creation is strictly after the timer: at the timer itself nothing happens yet."""
        bench.now_s = 2.0
        bench.event("filled buy 1")
        bench.event("filled sell 1")
        assert bench.tick(2.0) == ""
        due_s = self.due_s(bench)
        assert due_s is not None
        assert 22.0 < due_s < 22.001
        assert bench.tick(22.0) == ""
        assert self.due_s(bench) == due_s
        assert bench.tick(due_s) == NEAR

    def test_age_is_a_due_moment_too(self) -> None:
        """The first moment of the sixth whole second."""
        bench = Bench(settings(max_order_age="5", order_refresh_time="30"))
        bench.event("book 99.5 | 100.5")
        bench.tick(1.25)
        assert self.due_s(bench) == 7.25
        assert bench.tick(7.25) == GONE

    def test_before_the_first_orders_time_alone_changes_nothing(self) -> None:
        """An empty book is waited for, not polled."""
        bench = Bench(settings())
        assert bench.tick(1.0) == ""
        assert self.due_s(bench) is None


def test_a_decision_to_do_nothing_is_the_same_object_until_its_reason_changes() -> None:
    """So the caller may compare by identity, and an idle tick builds nothing."""
    bench = Bench(settings(order_levels="2"), base=Decimal(4))
    bench.event("book 99.5 | 100.5")
    assert bench.tick(1.0) == "buy 4 @ 99, buy 4 @ 98, sell 4 @ 101"
    bench.now_s = 2.0
    resting = bench.strategy.tick(bench.view())
    assert [str(reason) for reason in resting.reasons] == ["sell level 2: not created: DOGE 0 available, 4 needed"]
    bench.now_s = 3.0
    assert bench.strategy.tick(bench.view()) is resting
    bench.event("filled buy 1")
    assert [reason.stage for reason in bench.strategy.tick(bench.view()).reasons] == ["budget", "filled"]


def test_a_moment_that_passed_between_the_tick_and_the_question_is_not_lost() -> None:
    """Ticked just before the refresh, asked just after it: the answer is the moment itself, already past."""
    bench = Bench(settings(order_refresh_tolerance_pct="-1"))
    bench.event("book 99.5 | 100.5")
    bench.tick(1.0)
    bench.tick(15.999)
    bench.now_s = 16.001
    assert bench.strategy.next_due_s(bench.view()) == 16.0
    assert bench.tick(16.001) == GONE
    assert bench.strategy.next_due_s(bench.view()) is None
