"""Hanging orders: how they come to hang, what leaves them alone, and how they go."""

import pytest
from kit.quotes import Bench, play, settings

ON = "conf  hanging_orders_enabled True  filled_order_delay 3"
NEAR = "buy 4 @ 99, sell 4 @ 101"


def said(bench: Bench) -> list[str]:
    return [str(reason) for reason in bench.said]


def test_the_unfilled_order_of_a_pair_hangs_from_the_refresh_on_and_a_new_round_is_created_beside_it() -> None:
    """Filled at 3 with a delay of 3: what would have been cancelled at 6 hangs instead, and 7 brings a new round."""
    bench = play(f"""
        {ON}
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=40  > nothing
    """)
    assert sorted(str(order.slot) for order in bench.own.values()) == [
        "buy level 1", "sell level 1", "sell level 1 (hanging)",
    ]  # fmt: skip
    assert len(bench.strategy.hanging.keys) == 1


def test_both_or_none_filled_hangs_nothing() -> None:
    play(f"""
        {ON}  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=4   < filled sell 1
        t=8   > {NEAR}
        t=23  > cancel buy 4 @ 99, cancel sell 4 @ 101
        t=24  > {NEAR}
    """)


def test_pairs_are_made_by_place_and_a_level_without_a_partner_never_hangs() -> None:
    """Money for one sell: the second buy stands alone, and is cancelled at the refresh as ever."""
    play(f"""
        {ON}  order_levels 2
        book  99.5 | 100.5
        funds 4 DOGE  10000 USDT
        t=1   > buy 4 @ 99, buy 4 @ 98, sell 4 @ 101
        t=2   < funds 1000 DOGE 10000 USDT
        t=3   < filled sell 1
        t=6   > hang buy 4 @ 99, cancel buy 4 @ 98
        t=7   > buy 4 @ 99, buy 4 @ 98, sell 4 @ 101, sell 4 @ 102
    """)


def test_a_hanging_order_is_left_alone_by_refresh_age_and_minimum_spread() -> None:
    """The mid falls to 100.6: the new sell is too near, the one that hangs at 101 may stay."""
    play(f"""
        {ON}  minimum_spread 0.5  order_refresh_tolerance_pct -1  order_refresh_time 10
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=8   < book 100.5 | 100.7
        t=9   > cancel sell 4 @ 101
        t=17  > cancel buy 4 @ 99
        t=18  > buy 4 @ 99.59, sell 4 @ 101.6
    """)


def test_a_hanging_order_goes_when_the_price_has_left_it_behind() -> None:
    """2 % off 101: gone below 99.02."""
    bench = play(f"""
        {ON}  hanging_orders_cancel_pct 2  order_refresh_time 30
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=9   < book 98.52 | 99.52
        t=20  < book 98.5 | 99.5
        t=21  > cancel sell 4 @ 101
    """)
    assert said(bench) == [
        "sell level 1 (hanging): cancelled: further than hanging_orders_cancel_pct 2 % from the price"
    ]


def test_a_hanging_order_beyond_its_age_is_sent_again_at_its_price_with_what_remains_of_it() -> None:
    """Created at 1, 20 seconds old at 21, older at 22; the new one is young."""
    bench = play(f"""
        {ON}  max_order_age 20  order_refresh_time 100
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=10  < part sell 1h 1
        t=22  > cancel sell 4 @ 101
        t=23  > renew sell 3 @ 101
        t=28  > cancel buy 4 @ 99, cancel sell 4 @ 101
    """)
    assert max(str(order.slot) for order in bench.own.values()) == "sell level 1 (hanging)"
    assert said(bench)[0] == "buy level 1: cancelled: an order is older than max_order_age 20 s"


def test_what_remains_below_the_pairs_minimum_is_not_sent_again() -> None:
    play(f"""
        {ON}  max_order_age 20  order_refresh_time 100
        pair  min 4
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=10  < part sell 1h 1
        t=22  > cancel sell 4 @ 101
        t=25  > nothing
    """)


def test_what_remains_below_the_pairs_least_value_or_of_nothing_is_not_sent_again() -> None:
    """At exactly the least value it is."""
    story = f"""
        {ON}  max_order_age 20  order_refresh_time 100
        pair  min 0  value {{}}
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=10  < part sell 1h {{}}
        t=22  > cancel sell 4 @ 101
        {{}}
        t=25  > nothing
    """
    play(story.format(303, 1, "t=23  > renew sell 3 @ 101"))
    play(story.format(304, 1, ""))
    play(story.format(0, 4, ""))


def test_one_that_is_too_far_and_too_old_at_once_goes_and_is_not_renewed() -> None:
    play(f"""
        {ON}  hanging_orders_cancel_pct 2  max_order_age 20  order_refresh_time 100
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=21  < book 96.5 | 97.5
        t=22  > cancel sell 4 @ 101
        t=27  > nothing
    """)


def test_one_that_nobody_has_heard_of_the_end_of_is_forgotten_when_it_is_no_longer_there() -> None:
    bench = play(f"""
        {ON}  order_refresh_time 100
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
    """)
    assert len(bench.strategy.hanging.keys) == 1
    bench.own = {key: order for key, order in bench.own.items() if not order.slot.hanging}
    assert bench.tick(8) == ""
    assert not bench.strategy.hanging.keys


def test_a_hanging_order_that_fills_delays_nothing() -> None:
    """Nor does ping pong count it."""
    play(f"""
        {ON}  ping_pong_enabled True  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > sell 4 @ 101
        t=12  < filled sell 1h
        t=22  > cancel sell 4 @ 101
        t=23  > sell 4 @ 101
    """)


def test_the_money_of_hanging_orders_is_not_counted_twice() -> None:
    """Of 8 DOGE 4 hang, so that a refresh finds money for one sell, and of the 4 in it for no other."""
    play(f"""
        {ON}  order_levels 2
        book  99.5 | 100.5
        funds 8 DOGE  396 USDT
        t=1   > buy 4 @ 99, sell 4 @ 101, sell 4 @ 102
        t=3   < filled buy 1
        t=4   < funds 8 DOGE 800 USDT
        t=6   > hang sell 4 @ 101, cancel sell 4 @ 102
        t=7   > buy 4 @ 99, buy 4 @ 98, sell 4 @ 101
    """)


def test_a_second_hanging_order_of_the_same_price_and_size_is_a_second_order() -> None:
    """Each has its slot, and each is cancelled when the price has left it behind."""
    bench = play(f"""
        {ON}  hanging_orders_cancel_pct 2
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=6   > hang sell 4 @ 101
        t=7   > {NEAR}
        t=8   < filled buy 1
        t=11  > hang sell 4 @ 101
        t=12  > {NEAR}
        t=13  < book 96.5 | 97.5
        t=14  > cancel sell 4 @ 101, cancel sell 4 @ 101
    """)
    slots = [str(reason.slot) for reason in bench.said]
    assert slots == ["sell level 1 (hanging)", "sell level 2 (hanging)"]


def test_without_a_price_hanging_orders_stay() -> None:
    """Nothing can be measured."""
    play(f"""
        {ON}  hanging_orders_cancel_pct 2  filled_order_delay 30
        book  99.5 | 100.5
        t=1   > {NEAR}
        t=3   < filled buy 1
        t=16  > hang sell 4 @ 101
        t=17  < book - | -
        t=60  > nothing
    """)


def test_an_order_from_before_the_start_hangs_at_once() -> None:
    bench = Bench(settings(hanging_orders_enabled="True"))
    bench.event("book 99.5 | 100.5")
    bench.tick(1)
    order = bench.find("buy", "1")._replace(key="old", price=bench.find("buy", "1").price - 5)
    bench.own["old"] = order
    bench.strategy.order_restored(order)
    assert bench.strategy.hanging.keys == {"old"}
    bench.event("book 140.5 | 141.5")
    assert bench.tick(16).startswith("cancel buy 4 @ 94, cancel buy 4 @ 99")


def test_the_event_pace_is_told_when_a_hanging_order_will_be_too_old() -> None:
    bench = Bench(
        settings(hanging_orders_enabled="True", filled_order_delay="3", max_order_age="20", order_refresh_time="90")
    )
    bench.event("book 99.5 | 100.5")
    bench.tick(1.25)
    bench.now_s = 3.0
    bench.event("filled buy 1")
    assert bench.tick(6.0) == "hang sell 4 @ 101"
    due_s = bench.strategy.next_due_s(bench.view())
    assert due_s is not None
    assert bench.tick(due_s) == NEAR
    due_s = bench.strategy.next_due_s(bench.view())
    assert due_s is not None
    assert due_s is not None
    assert due_s == pytest.approx(21.25)
    assert bench.tick(due_s) == "cancel sell 4 @ 101"
