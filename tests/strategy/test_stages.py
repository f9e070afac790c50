"""What each stage makes of a plan: prices, sizes and the reasons of what is missing, as short stories of one tick."""

from decimal import Decimal

import pytest
from kit.quotes import Bench, play, settings

from valr_maker.domain import Side, Slot
from valr_maker.strategy.budget import money
from valr_maker.strategy.plan import Plan, PlanLevel
from valr_maker.strategy.view import OwnView
from valr_maker.strategy.words import percent, plain


def said(bench: Bench) -> list[str]:
    return [str(reason) for reason in bench.said]


def test_the_mid_may_lie_between_two_ticks() -> None:
    """99.99 and 100.02 give 100.005, not floored: 1 % off is 99.00495 and 101.00505, floored to the tick."""
    play("""
        book  99.99 | 100.02
        t=1   > buy 4 @ 99, sell 4 @ 101
    """)
    play("""
        conf  bid_spread 0.005  ask_spread 0.005
        book  99.99 | 100.02
        t=1   > buy 4 @ 99.99, sell 4 @ 100.01     # 99.99999975 and 100.01000025
    """)


def test_both_best_prices_are_floored_to_the_tick_first() -> None:
    """99.9 and 101.9 count as 99 and 101, so the mid is 100 and not 100.9."""
    play("""
        conf  bid_spread 0.5  ask_spread 0.5
        pair  tick 1
        book  99.9 | 101.9
        t=1   > buy 4 @ 99, sell 4 @ 100
    """)


def test_both_asks_and_bids_round_down() -> None:
    """Hummingbot truncates either price towards zero."""
    play("""
        pair  tick 0.5
        book  100 | 101
        t=1   > buy 4 @ 99, sell 4 @ 101.5        # 99.495 -> 99, 101.505 -> 101.5
    """)


def test_three_levels_step_outward_in_price_and_amount() -> None:
    """Each further level adds order_level_spread and order_level_amount."""
    play("""
        conf  order_levels 3  order_level_spread 0.5  order_level_amount 2
        book  99.5 | 100.5
        t=1   > buy 4 @ 99, buy 6 @ 98.5, buy 8 @ 98, sell 4 @ 101, sell 6 @ 101.5, sell 8 @ 102
    """)


def test_no_levels_means_no_orders_and_says_so() -> None:
    """order_levels 0 is allowed."""
    bench = play("""
        conf  order_levels 0
        book  99.5 | 100.5
        t=20  > nothing
    """)
    assert said(bench) == ["nothing to quote: order_levels is 0"]


def test_a_level_amount_below_zero_ends_the_levels_where_it_reaches_zero() -> None:
    """4, 2, 0: the third level of each side is withheld."""
    bench = play("""
        conf  order_levels 3  order_level_amount -2
        book  99.5 | 100.5
        t=1   > buy 4 @ 99, buy 2 @ 98, sell 4 @ 101, sell 2 @ 102
    """)
    assert said(bench) == [
        "buy level 3: not created: its amount 0 floors to 0 on the lot 1",
        "sell level 3: not created: its amount 0 floors to 0 on the lot 1",
    ]


def test_an_amount_below_the_lot_is_withheld_on_both_sides() -> None:
    """0.9 floors to 0."""
    bench = play("""
        conf  order_amount 0.9
        book  99.5 | 100.5
        t=3   > nothing
    """)
    assert said(bench)[0] == "buy level 1: not created: its amount 0.9 floors to 0 on the lot 1"
    assert len(said(bench)) == 2


def test_bids_at_or_below_zero_are_never_sent() -> None:
    """99 % and further below the mid; Hummingbot would send 0 and then a negative price."""
    bench = play("""
        conf  bid_spread 99  order_levels 3  order_level_spread 1
        book  99.5 | 100.5
        t=1   > buy 4 @ 1, sell 4 @ 101, sell 4 @ 102, sell 4 @ 103
    """)
    assert said(bench) == [
        "buy level 2: not created: its price 0 is not above zero",
        "buy level 3: not created: its price -1 is not above zero",
    ]


def test_prices_below_the_tick_quote_nothing() -> None:
    """Everything floors to zero, the mid too."""
    bench = play("""
        conf  minimum_spread 0.5
        pair  tick 1000
        book  99.5 | 100.5
        t=2   > nothing
    """)
    assert said(bench)[0] == "buy level 1: not created: its price 0 is not above zero"


@pytest.mark.parametrize(
    ("book", "why"),
    [
        ("- | 100.5", "no mid price: the book has no bids"),
        ("99.5 | -", "no mid price: the book has no asks"),
        ("- | -", "no mid price: the book has no bids and no asks"),
    ],
)
def test_without_a_mid_nothing_is_quoted_and_the_reason_names_the_side(book: str, why: str) -> None:
    """Both sides are needed."""
    bench = play(f"""
        book {book}
        t=2 > nothing
    """)
    assert said(bench) == [why]


def test_a_need_equal_to_the_balance_is_paid_in_full() -> None:
    """4 x 99 = 396 to the last digit."""
    bench = play("""
        book  99.5 | 100.5
        funds 4 DOGE  396 USDT
        t=1   > buy 4 @ 99, sell 4 @ 101
    """)
    assert said(bench) == []


def test_a_second_level_is_cut_to_what_is_left_and_the_third_gets_nothing() -> None:
    """The nearest level is served first; what is left goes to the next, floored to the lot."""
    bench = play("""
        conf  order_levels 3
        book  99.5 | 100.5
        funds 6.5 DOGE  600 USDT
        t=1   > buy 4 @ 99, buy 2 @ 98, sell 4 @ 101, sell 2 @ 102
    """)
    assert said(bench) == [
        "buy level 2: cut from 4 to 2: USDT 204 available, 392 needed",
        "buy level 3: not created: USDT 0 available, 388 needed",
        "sell level 2: cut from 4 to 2: DOGE 2.5 available, 4 needed",
        "sell level 3: not created: DOGE 0 available, 4 needed",
    ]


def test_a_negative_balance_funds_nothing() -> None:
    """Some exchanges report them; the other side is quoted all the same."""
    bench = play("""
        book  99.5 | 100.5
        funds 10 DOGE  -5 USDT
        t=1   > sell 4 @ 101
    """)
    assert said(bench) == ["buy level 1: not created: USDT -5 available, 396 needed"]


def test_no_fee_is_reserved_unless_hummingbots_budget_is_asked_for() -> None:
    """With the taker fee on top, 396 USDT no longer pay for 4 at 99."""
    story = """
        book  99.5 | 100.5
        funds 4 DOGE  396 USDT
        t=1   > buy {} @ 99, sell 4 @ 101
    """
    play(story.format(4), taker_fee=Decimal("0.001"))
    play(story.format(3), taker_fee=Decimal("0.001"), strict=True)


def test_what_own_orders_hold_counts_as_money_for_the_comparison_at_a_refresh() -> None:
    """Nothing is available while both orders rest, yet the plan is funded, so unchanged prices keep them."""
    play("""
        book  99.5 | 100.5
        funds 4 DOGE  396 USDT
        t=1   > buy 4 @ 99, sell 4 @ 101
        t=30  > nothing
    """)


def test_a_partial_fill_is_not_counted_twice() -> None:
    """2 of 4 bought at 99: the quote left pays for 2 more, so at the next round the buy is cut to 2."""
    bench = play("""
        conf  order_refresh_tolerance_pct -1
        book  99.5 | 100.5
        funds 4 DOGE  396 USDT
        t=1   > buy 4 @ 99, sell 4 @ 101
        t=5   < part buy 1 2
        t=16  > cancel buy 4 @ 99, cancel sell 4 @ 101
        t=17  > buy 2 @ 99, sell 4 @ 101
    """)
    assert said(bench) == ["buy level 1: cut from 4 to 2: USDT 198 available, 396 needed"]


def test_own_orders_hold_what_remains_of_them() -> None:
    """Half of each is filled: 2 of the bid at 99, 3 of the ask at 101."""
    bench = Bench(settings(order_amount="6"), base=Decimal(6), quote=Decimal(1000))
    bench.event("book 99.5 | 100.5")
    assert bench.tick(1.0) == "buy 6 @ 99, sell 6 @ 101"
    bench.event("part buy 1 2")
    bench.event("part sell 1 3")
    assert money(bench.view()) == (Decimal(6 + 2 - 3), Decimal(1000 - 2 * 99 + 3 * 101))


def test_orders_below_the_smallest_quantity_are_withheld() -> None:
    """3.2 DOGE are left and 4 is the smallest order: refused here rather than by the exchange, every cycle."""
    bench = play("""
        pair  lot 0.1  min 4
        book  99.5 | 100.5
        funds 3.2 DOGE  1000 USDT
        t=1   > buy 4 @ 99
    """)
    assert said(bench) == [
        "sell level 1: cut from 4 to 3.2: DOGE 3.2 available, 4 needed",
        "sell level 1: not created: 3.2 DOGE is below the pair's minimum 4",
    ]


def test_orders_below_the_smallest_value_are_withheld() -> None:
    """396 and 404 around a minimum of 400."""
    bench = play("""
        pair  value 400
        book  99.5 | 100.5
        t=1   > sell 4 @ 101
    """)
    assert said(bench) == ["buy level 1: not created: worth 396 USDT, below the pair's minimum 400"]


def test_an_order_exactly_at_a_minimum_is_created() -> None:
    """The bounds belong to the allowed."""
    play("""
        pair  min 4  value 396
        book  99.5 | 100.5
        t=1   > buy 4 @ 99, sell 4 @ 101
    """)


def test_a_sell_that_floors_to_the_best_bid_is_not_sent() -> None:
    """Equal is taking: the touch is one tick wide, 0.1 % above 100.5 floors to 100, where the best bid stands."""
    bench = play("""
        conf  bid_spread 0.1  ask_spread 0.1
        pair  tick 1
        book  100 | 101
        t=1   > buy 4 @ 100
    """)
    assert said(bench) == ["sell level 1: not created: 100 would take the best bid 100"]


def test_a_buy_at_the_best_ask_of_a_crossed_book_is_not_sent() -> None:
    """Only while a book is crossed can a bid below the mid reach the best ask."""
    bench = play("""
        conf  bid_spread 1  order_levels 2  order_level_spread 5
        book  102 | 98
        t=1   > buy 4 @ 94, sell 4 @ 106
    """)
    assert said(bench) == [
        "buy level 1: not created: 99 would take the best ask 98",
        "sell level 1: not created: 101 would take the best bid 102",
    ]


def test_a_buy_at_the_floored_best_ask_is_not_sent() -> None:
    """98.005 counts as 98, and a bid of 98 would take it."""
    bench = play("""
        conf  bid_spread 2  ask_spread 5
        book  102 | 98.005
        t=1   > sell 4 @ 105
    """)
    assert said(bench) == ["buy level 1: not created: 98 would take the best ask 98"]


def test_a_plan_without_a_side_says_why_for_each_of_its_levels() -> None:
    """What later stages use to switch a side off."""
    levels = (PlanLevel(0, Decimal(99), Decimal(4)), PlanLevel(2, Decimal(97), Decimal(4)))
    plan = Plan(buys=levels, sells=levels).without(Side.BUY, because="price above ceiling 0.19", stage="price_band")
    assert [intent.slot for intent in plan.intents()] == [Slot(Side.SELL, 0), Slot(Side.SELL, 2)]
    assert [str(reason) for reason in plan.reasons] == [
        "buy level 1: not created: price above ceiling 0.19",
        "buy level 3: not created: price above ceiling 0.19",
    ]
    assert plan.without(Side.SELL, because="x", stage="y").intents() == ()


def test_orders_found_at_the_start_are_kept_if_they_stand_where_the_plan_wants_them() -> None:
    """A strategy that has created nothing yet compares before it cancels."""
    bench = Bench(settings())
    bench.event("book 99.5 | 100.5")
    for number, (side, price) in enumerate(((Side.BUY, 99), (Side.SELL, 101))):
        key = f"found{number}"
        bench.own[key] = OwnView(key, Slot(side, 0), Decimal(price), Decimal(4), Decimal(4), 0.5, cancelling=False)
    assert bench.tick(1.0) == ""
    bench.event("book 99.7 | 100.5")
    assert bench.tick(2.0) == "cancel buy 4 @ 99, cancel sell 4 @ 101"


@pytest.mark.parametrize(
    ("number", "text"), [("0.10", "0.1"), ("1E+3", "1000"), ("100", "100"), ("0.00", "0"), ("1E-8", "0.00000001")]
)
def test_numbers_are_written_plainly(number: str, text: str) -> None:
    """No exponent, no trailing zeros, and whole hundreds keep theirs."""
    assert plain(Decimal(number)) == text


def test_percentages_are_written_to_four_digits() -> None:
    """Enough for a spread."""
    assert percent(Decimal("0.0123456")) == "1.235 %"
    assert percent(Decimal("-0.5")) == "-50 %"
