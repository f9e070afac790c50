"""What holds for every market, account and setting, with every feature on or off."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from kit.quotes import Bench, Grid, settings

from valr_maker.domain import Side

YES = st.sampled_from(["True", "False"])
spreads = st.sampled_from(["0.1", "0.4", "1", "2.5", "60"])
FEATURES: dict[str, st.SearchStrategy[Any]] = {
    "order_levels": st.sampled_from(["1", "2", "3", "0"]),
    "bid_spread": spreads,
    "ask_spread": spreads,
    "order_amount": st.sampled_from(["4", "1", "17.5"]),
    "order_level_amount": st.sampled_from(["0", "2", "-3"]),
    "order_refresh_time": st.sampled_from(["7", "15", "5.5"]),
    "order_refresh_tolerance_pct": st.sampled_from(["-1", "0", "0.5"]),
    "filled_order_delay": st.sampled_from(["2", "6", "20"]),
    "max_order_age": st.sampled_from(["9", "30", "1800"]),
    "minimum_spread": st.sampled_from(["-100", "0.3"]),
    "price_ceiling": st.sampled_from(["-1", "101", "104"]),
    "moving_price_band_enabled": YES,
    "price_band_refresh_time": st.sampled_from(["10", "60"]),
    "ping_pong_enabled": YES,
    "inventory_skew_enabled": YES,
    "hanging_orders_enabled": YES,
    "hanging_orders_cancel_pct": st.sampled_from(["1", "10"]),
    "order_optimization_enabled": YES,
    "bid_order_optimization_depth": st.sampled_from(["0", "6", "1000"]),
    "add_transaction_costs": YES,
    "price_type": st.sampled_from(["mid_price", "last_price", "last_own_trade_price", "best_bid", "inventory_cost"]),
    "inventory_price": st.sampled_from(["90", "105"]),
    "order_override": st.sampled_from([None, {"a": ["buy", "1", 4], "b": ["sell", "0.5", 3], "c": ["buy", 2, 1]}]),
}
confs = st.fixed_dictionaries({}, optional=FEATURES)
HAPPENINGS = st.sampled_from([
    "quiet", "quiet", "quiet", "move", "move", "fill buy 1", "fill sell 1", "fill buy 1h", "fill sell 1h", "part sell 1 1",
    "empty", "trade",
])  # fmt: skip
days = st.lists(st.tuples(HAPPENINGS, st.integers(9400, 10600)), min_size=70, max_size=70)


def happen(bench: Bench, what: str, price: int) -> bool:
    """Let it happen; whether anything did."""
    middle = Decimal(price) / 100
    match what.split():
        case ["move"]:
            bench.event(f"book {middle - 1} | {middle + 1}")
            bench.event(f"rows {middle - 1}x5 {middle - 2}x9 | {middle + 1}x5 {middle + 2}x9")
        case ["empty"]:
            bench.event(f"book - | {middle + 1}")
        case ["trade"]:
            bench.event(f"trade {middle}")
        case ["fill", side, level] if rests(bench, side, level):
            bench.event(f"filled {side} {level}")
        case ["part", side, level, quantity] if rests(bench, side, level, more_than=Decimal(quantity)):
            bench.event(f"part {side} {level} {quantity}")
        case _:
            return False
    return True


def rests(bench: Bench, side: str, level: str, more_than: Decimal = Decimal(0)) -> bool:
    wanted = (Side(side), int(level.removesuffix("h")) - 1, level.endswith("h"))
    return any(order.slot == wanted and order.remaining > more_than for order in bench.own.values())


@effort(max_examples=50)
@given(confs, days)
def test_whatever_happens_orders_are_on_the_grid_paid_for_and_one_a_slot(conf: dict[str, Any], day: list[Any]) -> None:
    """And no decision both cancels and creates."""
    bench = Bench(settings(**conf), Grid(min_quote=Decimal(50)))
    happen(bench, "move", 10000)
    for second, (what, price) in enumerate(day, 1):
        happen(bench, what, price)
        before = set(bench.own)
        done = bench.tick(float(second))
        slots = [order.slot for order in bench.own.values()]
        assert len(set(slots)) == len(slots)
        words = {entry.split()[0] for entry in done.split(", ") if entry}
        assert "cancel" not in words or not words & {"buy", "sell"}
        for key in set(bench.own) - before:
            order = bench.own[key]
            assert order.price > 0
            assert order.price % bench.grid.tick == 0
            assert order.quantity % bench.grid.lot == 0
            assert order.price * order.quantity >= 50
            assert order.slot.hanging or all(bench.own[one].slot.hanging for one in before & set(bench.own))
        assert bench.base >= 0
        assert bench.quote >= 0


odd = st.fixed_dictionaries({}, optional=FEATURES | {
    "order_override": st.sampled_from([None, {"a": ["buy", "100", 4], "b": ["sell", "-100", 3], "c": ["buy", 2, 1], "d": ["buy", "150", "-4"]}]),
    "order_level_spread": st.sampled_from(["1", "30", "99"]),
    "inventory_target_base_pct": st.sampled_from(["0", "100"]),
    "inventory_price": st.sampled_from(["0", "90"]),
    "take_if_crossed": YES,
})  # fmt: skip
cheap = st.lists(st.tuples(HAPPENINGS, st.integers(101, 600)), min_size=40, max_size=40)
money = st.sampled_from([Decimal(-5), Decimal(0), Decimal(3), Decimal(1000)])


@effort(max_examples=100)
@given(odd, cheap, money, money, st.sampled_from(["1", "0.01", "3"]), st.sampled_from(["0.001", "0.9"]))
def test_no_price_tick_fee_or_debt_ends_the_bot_or_makes_an_order_of_nothing(
    conf: dict[str, Any], day: list[Any], base: Decimal, quote: Decimal, tick: str, fee: str
) -> None:
    """Prices of a tick or two, pairs without minimums, balances below zero."""
    grid = Grid(tick=Decimal(tick), min_base=Decimal(0))
    bench = Bench(settings(**conf), grid, base=base, quote=quote, maker_fee=Decimal(fee), taker_fee=Decimal(fee))
    happen(bench, "move", 300)
    for second, (what, price) in enumerate(day, 1):
        happen(bench, what, price)
        before = set(bench.own)
        bench.tick(float(second))
        assert all(bench.own[key].price > 0 and bench.own[key].quantity > 0 for key in set(bench.own) - before)


@effort(max_examples=50)
@given(confs, days)
def test_time_alone_never_decides_before_it_was_announced(conf: dict[str, Any], day: list[Any]) -> None:
    """`next_due_s` is true for every feature: between it and the last tick no quiet moment decides anything."""
    bench = Bench(settings(**conf))
    happen(bench, "move", 10000)
    done = bench.tick(0.25)
    for quarter, (what, price) in enumerate(day, 2):
        happened = happen(bench, what, price)
        due_s = bench.strategy.next_due_s(bench.view())
        answered = bool(bench.due) or bool(done)  # the exchange's answers to what was asked of it are news
        done = bench.tick(quarter / 4)
        if done and not happened and not answered:
            assert due_s is not None, done
            assert due_s <= quarter / 4, done


@effort(max_examples=50)
@given(confs, days)
def test_strict_parity_ends_a_tick_where_hummingbot_does_and_never_its_own(
    conf: dict[str, Any], day: list[Any]
) -> None:
    """Prices of zero, none at all, thin books: no exception leaves a tick."""
    bench = Bench(settings(**conf), strict=True)
    for second, (what, price) in enumerate(day, 1):
        happen(bench, what, price)
        bench.tick(float(second))


calm = st.fixed_dictionaries(
    {"order_refresh_time": st.sampled_from(["3", "5.5", "15", "7.25"])},
    optional={
        name: FEATURES[name]
        for name in ("order_levels", "bid_spread", "ask_spread", "order_level_amount", "order_refresh_tolerance_pct", "minimum_spread",
                     "price_ceiling", "ping_pong_enabled", "inventory_skew_enabled", "hanging_orders_enabled", "order_optimization_enabled",
                     "bid_order_optimization_depth", "add_transaction_costs", "price_type", "inventory_price", "order_override")
    },
)  # fmt: skip


@effort(max_examples=200)
@given(calm, st.integers(2, 6), st.integers(9900, 10100))
def test_what_the_clock_pace_rests_at_a_whole_second_the_event_pace_rests_too(
    conf: dict[str, Any], moves_at: int, price: int
) -> None:
    """A market that moves once, before the first refresh, and is quiet, with whatever feature: it is never behind."""
    refresh_s = float(conf["order_refresh_time"])
    clock, event = Bench(settings(**conf)), Bench(settings(**conf))
    rested = False
    for second in range(1, 60):
        moves = second == 1 or (second == moves_at and second < 1 + refresh_s)
        if moves:
            for bench in (clock, event):
                happen(bench, "move", 10000 if second == 1 else price)
        while (due_s := event.strategy.next_due_s(event.view())) is not None and due_s <= second:
            heard(event, due_s)
        if moves:
            heard(event, second)
        clock.tick(second)
        assert resting(clock) <= resting(event), second
        rested = rested or bool(resting(clock))
    expect_orders(conf, rested=rested)


def expect_orders(conf: dict[str, Any], *, rested: bool) -> None:
    """That the comparison was of something: a plain file rests orders."""
    if not conf.keys() - {"order_refresh_time", "order_refresh_tolerance_pct", "ask_spread"}:
        assert rested


def heard(bench: Bench, now_s: float) -> None:
    """A tick, and one at every confirmation, which comes at once."""
    bench.tick(now_s)
    while bench.due:
        bench.tick(now_s)


def resting(bench: Bench) -> set[tuple[Side, Decimal, Decimal]]:
    return {(order.side, order.price, order.quantity) for order in bench.own.values() if not order.cancelling}
