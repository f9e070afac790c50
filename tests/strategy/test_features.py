"""What each feature does, as short stories: prices, overrides, bands, ping pong, optimisation, costs, skew, cost price."""

from decimal import Decimal

import pytest
from kit.quotes import Bench, play, settings

from valr_maker.domain import Market, Side
from valr_maker.strategy.inventory_cost import InventoryCost
from valr_maker.strategy.skew import ratios


def said(bench: Bench) -> list[str]:
    return [str(reason) for reason in bench.said]


class TestTheReferencePrice:
    @pytest.mark.parametrize(("kind", "orders"), [
        ("best_bid", "buy 4 @ 98.5, sell 4 @ 100.49"),      # 99.5: 98.505 and 100.495
        ("best_ask", "buy 4 @ 99.49, sell 4 @ 101.5"),      # 100.5: 99.495 and 101.505
        ("mid_price", "buy 4 @ 99, sell 4 @ 101"),
        ("last_price", "buy 4 @ 98.01, sell 4 @ 99.99"),    # 99
    ])  # fmt: skip
    def test_each_type_is_measured_from_its_own_price(self, kind: str, orders: str) -> None:
        play(f"""
            conf  price_type {kind}
            book  99.5 | 100.5
            trade 99
            t=1   > {orders}
        """)

    def test_before_any_trade_the_last_price_is_the_mid(self) -> None:
        play(
            """
            conf  price_type last_price
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 101
            t=3   < trade 90
            t=16  > cancel buy 4 @ 99, cancel sell 4 @ 101
            t=17  > sell 4 @ 90.9, buy 4 @ 89.1
        """.replace("sell 4 @ 90.9, buy 4 @ 89.1", "buy 4 @ 89.1")
        )  # a sell at 90.9 would take the bid

    def test_the_last_own_trade_is_the_price_of_the_last_complete_fill_of_a_round(self) -> None:
        play("""
            conf  price_type last_own_trade_price  filled_order_delay 2
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 101
            t=3   < part sell 1 2
            t=4   < filled sell 1
            t=6   > cancel buy 4 @ 99
            t=7   > buy 4 @ 99.99, sell 4 @ 102.01
        """)

    def test_an_external_market_gives_the_price_and_our_own_book_the_taker_filter(self) -> None:
        play(
            """
            conf  price_source external_market  price_source_exchange binance  price_source_market DOGE-USDT
            book  99.5 | 100.5
            other 102 | 104
            t=1   > sell 4 @ 104.03
        """.replace("102 | 104", "102 104")
        )  # 103: a buy at 101.97 would take

    def test_without_the_other_market_nothing_is_quoted_and_it_is_named(self) -> None:
        bench = play("""
            conf  price_source external_market  price_source_exchange binance  price_source_market ETH-USDC
            book  99.5 | 100.5
            t=3   > nothing
        """)
        assert said(bench) == ["no mid price: the book of ETH-USDC has no bids and no asks"]

    def test_a_custom_price_is_waited_for(self) -> None:
        bench = play("""
            conf  price_source custom_api  price_type custom  price_source_custom_api http://prices.invalid
            book  99.5 | 100.5
            t=2   < api 100.2
            t=3   > buy 4 @ 99.19, sell 4 @ 101.2
        """)
        assert said(bench) == []

    def test_a_seed_price_serves_while_the_market_shows_none(self) -> None:
        """And no longer."""
        bench = Bench(settings())
        bench.more["seed_price"] = Decimal(50)
        assert bench.tick(1) == "buy 4 @ 49.5, sell 4 @ 50.5"
        bench.event("book 99.5 | 100.5")
        assert bench.tick(16) == "cancel buy 4 @ 49.5, cancel sell 4 @ 50.5"
        assert bench.tick(17) == "buy 4 @ 99, sell 4 @ 101"


class TestOverrides:
    def test_described_orders_take_the_place_of_the_levels(self) -> None:
        conf = settings(
            order_levels="3",
            order_override={"a": ["buy", "0.5", 2], "b": ["buy", 3, "1.9"], "c": ["sell", 2, 5], "d": ["hold", 1, 1]},
        )
        bench = Bench(conf)
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1) == "buy 2 @ 99.5, buy 1 @ 97, sell 5 @ 102"

    def test_what_floors_to_nothing_is_left_out_with_its_reason(self) -> None:
        bench = Bench(settings(order_override={"a": ["buy", 100, 2], "b": ["sell", 1, "0.5"]}))
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1) == ""
        assert said(bench) == [
            "buy level 1: not created: 2 at 0, floored, is no order",
            "sell level 1: not created: 0 at 101, floored, is no order",
        ]

    def test_nothing_to_quote_has_its_reason_and_is_never_the_levels(self) -> None:
        unseen = Bench(settings(order_override={"a": ["buy", 1, 2]}))
        unseen.event("book - | 100.5")
        assert unseen.tick(1) == ""
        assert said(unseen) == ["no mid price: the book has no bids"]
        one_sided = Bench(settings(order_override={"a": ["buy", 1, 2]}))
        one_sided.event("book 99.5 | 100.5")
        assert one_sided.tick(1) == "buy 2 @ 99"
        assert said(one_sided) == []
        bench = Bench(settings(order_override={"a": ["hold", 1, 2]}))
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1) == ""
        assert said(bench) == ["nothing to quote: order_override has neither buys nor sells"]

    def test_split_levels_pair_spreads_with_amounts_and_the_shorter_list_counts(self) -> None:
        play("""
            conf  split_order_levels_enabled True  bid_order_level_spreads 1,2,3  bid_order_level_amounts 5,6 \
                  ask_order_level_spreads 4  ask_order_level_amounts 7,8
            book  99.5 | 100.5
            t=1   > buy 5 @ 99, buy 6 @ 98, sell 7 @ 104
        """)


class TestBands:
    @pytest.mark.parametrize(("ceiling", "orders"), [("100", "sell 4 @ 101"), ("100.01", "buy 4 @ 99, sell 4 @ 101")])
    def test_at_the_ceiling_there_are_no_buys(self, ceiling: str, orders: str) -> None:
        play(f"""
            conf  price_ceiling {ceiling}
            book  99.5 | 100.5
            t=1   > {orders}
        """)

    @pytest.mark.parametrize(("floor", "orders"), [("100", "buy 4 @ 99"), ("99.99", "buy 4 @ 99, sell 4 @ 101")])
    def test_at_the_floor_there_are_no_sells(self, floor: str, orders: str) -> None:
        bench = play(f"""
            conf  price_floor {floor}
            book  99.5 | 100.5
            t=1   > {orders}
        """)
        expected = ["sell level 1: not created: price 100 at or below floor 100"] if floor == "100" else []
        assert said(bench) == expected

    def test_the_moving_band_is_set_again_only_by_a_plan_after_its_time(self) -> None:
        """Set at 1 around 100: 102 is beyond its 1 % until the plan at 46."""
        bench = play("""
            conf  moving_price_band_enabled True  price_band_refresh_time 45  order_refresh_tolerance_pct -1
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 101
            t=3   < book 101.5 | 102.5
            t=16  > cancel buy 4 @ 99, cancel sell 4 @ 101
            t=17  > sell 4 @ 103.02
            t=32  > cancel sell 4 @ 103.02
            t=33  > sell 4 @ 103.02
            t=48  > cancel sell 4 @ 103.02
            t=49  > buy 4 @ 100.98, sell 4 @ 103.02
        """)
        assert said(bench) == []

    def test_time_alone_can_end_the_moving_band_at_the_event_pace(self) -> None:
        bench = Bench(settings(moving_price_band_enabled="True", price_band_refresh_time="45", price_ceiling_pct="-1"))
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1) == "sell 4 @ 101"
        bench.tick(17)  # within tolerance, so that a plan is made at every tick from here on
        assert bench.strategy.next_due_s(bench.view()) == 46


class TestPingPong:
    def test_the_levels_nearest_the_market_wait_for_the_other_side(self) -> None:
        bench = play("""
            conf  ping_pong_enabled True  order_levels 3  filled_order_delay 2  order_refresh_tolerance_pct -1
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, buy 4 @ 98, buy 4 @ 97, sell 4 @ 101, sell 4 @ 102, sell 4 @ 103
            t=3   < filled buy 1
            t=5   > cancel buy 4 @ 98, cancel buy 4 @ 97, cancel sell 4 @ 101, cancel sell 4 @ 102, cancel sell 4 @ 103
            t=6   > buy 4 @ 98, buy 4 @ 97, sell 4 @ 101, sell 4 @ 102, sell 4 @ 103
        """)
        assert said(bench) == ["buy level 1: not created: ping pong: 1 buy orders have filled, 0 sell"]

    def test_a_side_that_waits_does_not_disturb_what_rests(self) -> None:
        """Without the filled buy the plan is just what rests, so the tolerance keeps it."""
        play("""
            conf  ping_pong_enabled True  filled_order_delay 2
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 101
            t=3   < filled buy 1
            t=30  > nothing
        """)

    def test_as_many_fills_on_both_sides_begin_anew(self) -> None:
        play("""
            conf  ping_pong_enabled True  filled_order_delay 2  order_refresh_tolerance_pct -1
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 101
            t=3   < filled buy 1
            t=5   > cancel sell 4 @ 101
            t=6   > sell 4 @ 101
            t=7   < filled sell 1
            t=10  > buy 4 @ 99, sell 4 @ 101
        """)


class TestOptimisation:
    ON = "conf  order_optimization_enabled True  order_levels 2  order_level_spread 1"

    def test_the_nearest_order_goes_one_tick_in_front_of_the_book(self) -> None:
        """A buy never goes up to it and a sell never down to it: only away from the market."""
        play(f"""
            {self.ON}
            book  98 | 102
            rows  98x5 97x5 | 102x5 103x5
            t=1   > buy 4 @ 98.01, buy 4 @ 97.02, sell 4 @ 101.99, sell 4 @ 103
        """)
        play(f"""
            {self.ON}
            book  99.5 | 100.5
            rows  99.5x5 | 100.5x5
            t=1   > buy 4 @ 99, buy 4 @ 98.01, sell 4 @ 101, sell 4 @ 102.01
        """)

    def test_a_depth_looks_past_what_rests_in_front_of_it(self) -> None:
        play(f"""
            {self.ON}  bid_order_optimization_depth 5.5  ask_order_optimization_depth 5
            book  98 | 102
            rows  98x5 97x5 | 102x5 103x5
            t=1   > buy 4 @ 97.01, buy 4 @ 96.03, sell 4 @ 101.99, sell 4 @ 103
        """)

    def test_split_levels_keep_their_distances(self) -> None:
        play("""
            conf  order_optimization_enabled True  split_order_levels_enabled True \
                  bid_order_level_spreads 1,3  bid_order_level_amounts 4,4 \
                  ask_order_level_spreads 1,3  ask_order_level_amounts 4,4
            book  98 | 102
            rows  98x5 | 102x5
            t=1   > buy 4 @ 98.01, buy 4 @ 96.03, sell 4 @ 101.99, sell 4 @ 104
        """)


class TestTransactionCosts:
    @pytest.mark.parametrize(("makes", "orders"), [
        (True, "buy 4 @ 98.9, sell 4 @ 101.1"),
        (False, "buy 4 @ 98.01, sell 4 @ 102.01"),
    ])  # fmt: skip
    def test_prices_move_outward_by_the_fee_of_the_order(self, makes: bool, orders: str) -> None:
        bench = Bench(settings(add_transaction_costs="True"), maker_fee=Decimal("0.001"), taker_fee=Decimal("0.01"))
        bench.more["post_only"] = makes
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1) == orders

    def test_an_order_that_may_take_pays_the_takers_fee(self) -> None:
        conf = settings(add_transaction_costs="True", take_if_crossed="True")
        bench = Bench(conf, maker_fee=Decimal("0.001"), taker_fee=Decimal("0.01"))
        bench.event("book 99.5 | 100.5")
        assert bench.tick(1) == "buy 4 @ 98.01, sell 4 @ 102.01"


class TestSkew:
    ON = "conf  inventory_skew_enabled True  inventory_range_multiplier 5"

    @pytest.mark.parametrize(("base", "orders"), [
        ("100", "buy 4 @ 99, sell 4 @ 101"),     # 10,000 of 20,000: at the target
        ("60", "buy 6 @ 99, sell 2 @ 101"),      # 6,000 of 16,000: 2,000 below, half of the range of 4,000
        ("80", "buy 5 @ 99, sell 3 @ 101"),      # 8,000 of 18,000: a quarter of it below
        ("180", "sell 8 @ 101"),                 # far above
        ("0", "buy 8 @ 99"),
    ])  # fmt: skip
    def test_sizes_lean_towards_the_target(self, base: str, orders: str) -> None:
        story = f"""
            {self.ON}
            book  99.5 | 100.5
            funds {base} DOGE  10000 USDT
            t=1   > {orders}
        """
        play(story)

    def test_an_account_with_nothing_quotes_nothing(self) -> None:
        bench = play(f"""
            {self.ON}
            book  99.5 | 100.5
            funds 0 DOGE  0 USDT
            t=1   > nothing
        """)
        assert said(bench) == [
            "buy level 1: not created: the inventory asks for 0 % of its amount",
            "sell level 1: not created: the inventory asks for 0 % of its amount",
        ]

    @pytest.mark.parametrize(("base", "target", "expected"), [
        (5.0, 0.5, (1.3333333333333335, 0.6666666666666665)), (12.0, 0.5, (0.875, 1.125)), (10.0, 0.5, (1.0, 1.0)),
        (0.0, 0.0, (1.0, 1.0)), (10.0, 1.0, (2.0, 0.0)), (10.0, 0.0, (0.0, 2.0)), (0.0, 1.0, (2.0, 0.0)),
    ])  # fmt: skip
    def test_the_curve(self, base: float, target: float, expected: tuple[float, float]) -> None:
        """10 M quote, a price of 1 M, a range of 8, of which half of everything is the most that counts."""
        assert ratios(base, 10_000_000.0, 1_000_000.0, target, 8.0) == expected


class TestTakeIfCrossed:
    def test_what_crosses_is_sent_and_may_trade_at_once(self) -> None:
        conf = settings(
            price_source="custom_api", price_type="custom", price_source_custom_api="x", take_if_crossed="True"
        )
        bench = Bench(conf)
        bench.event("book 99.5 | 100.5")
        bench.event("api 110")
        decision = bench.strategy.tick(bench.view())
        assert [(str(each.price), each.post_only) for each in decision.create] == [("108.90", False), ("111.10", False)]


class TestInventoryCost:
    ON = "conf  price_type inventory_cost  filled_order_delay 2"

    def test_sells_are_measured_from_the_cost_where_that_is_higher_and_buys_never(self) -> None:
        play(f"""
            {self.ON}  inventory_price 110
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 111.1
        """)
        play(f"""
            {self.ON}  inventory_price 90
            book  99.5 | 100.5
            t=1   > buy 4 @ 99, sell 4 @ 101
        """)

    def test_a_fill_moves_the_average(self) -> None:
        """10 at 110, and 10 more at 99: 104.5 on the average."""
        play(f"""
            {self.ON}  inventory_price 110  order_amount 10
            book  99.5 | 100.5
            funds 10 DOGE  100000 USDT
            t=1   > buy 10 @ 99, sell 10 @ 111.1
            t=3   < filled buy 1
            t=5   > cancel sell 10 @ 111.1
            t=6   > buy 10 @ 99, sell 10 @ 105.54
        """)

    def test_selling_a_part_leaves_the_average_and_takes_its_share_of_the_base(self) -> None:
        """20 at 110, 5 of them sold dear, 15 bought at 90: 100 on the average."""
        cost = InventoryCost(Market("DOGE", "USDT"))
        cost.begin(Decimal(110), Decimal(20))
        cost.traded(Side.SELL, Decimal(500), Decimal(5), [])
        assert (cost.price, cost.volumes) == (110, (15, 1650))
        cost.traded(Side.BUY, Decimal(90), Decimal(15), [])
        assert cost.price == 100

    def test_an_account_without_base_begins_with_what_comes_in_later(self) -> None:
        cost = InventoryCost(Market("DOGE", "USDT"))
        cost.begin(Decimal(110), Decimal(0))
        assert cost.volumes is None
        cost.begin(Decimal(110), Decimal(2))
        assert cost.volumes == (2, 220)

    def test_with_no_base_there_is_no_cost_to_know(self) -> None:
        play(f"""
            {self.ON}
            book  99.5 | 100.5
            funds 0 DOGE  1000 USDT
            t=1   > buy 4 @ 99
        """)
