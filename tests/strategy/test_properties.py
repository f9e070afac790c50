"""What holds for every market, account and setting."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from kit.quotes import Bench, Grid, settings

from valr_maker.domain import Market, Side
from valr_maker.strategy.pipeline import Decision, Strategy
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import Quotes, View


def numbers(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


steps = st.sampled_from([Decimal(text) for text in ("1", "0.5", "0.01", "0.00001", "25")])
grids = st.builds(
    Grid, tick=steps, lot=steps, min_base=numbers("0", "20", 2), min_quote=numbers("0", "1000", 0)
)  # fmt: skip
spreads = numbers("0.0001", "0.9999", 4)
confs = st.builds(
    Settings,
    exchange=st.just("valr"),
    market=st.just(Market("DOGE", "USDT")),
    bid_spread=spreads,
    ask_spread=spreads,
    order_amount=numbers("0.01", "50", 3),
    order_refresh_s=st.just(15.0),
    order_levels=st.integers(0, 6),
    order_level_amount=numbers("-10", "10", 2),
    order_level_spread=numbers("0.0001", "0.2", 4),
)
prices = st.none() | numbers("0.01", "5000", 5)
money = numbers("-10", "20000", 4)
views = st.builds(
    View,
    now_s=st.just(1000.0),
    rules=grids,
    best_bid=prices,
    best_ask=prices,
    base_available=money,
    quote_available=money,
    own=st.just(()),
    taker_fee=numbers("0", "0.01", 4),
    maker_fee=st.just(Decimal(0)),
    last_trade=prices,
    base_total=money,
    bids=st.just(()),
    asks=st.just(()),
    other=st.just(Quotes()),
    custom_price=st.none(),
    seed_price=st.none(),
    post_only=st.booleans(),
)


def first_orders(conf: Settings, view: View) -> Decision:
    return Strategy(conf).tick(view)


@given(confs, views)
def test_never_more_than_one_order_a_slot_buys_first_nearest_first(conf: Settings, view: View) -> None:
    """Slots are unique, and in the order in which they are sent."""
    slots = [intent.slot for intent in first_orders(conf, view).create]
    assert len(set(slots)) == len(slots)
    assert slots == sorted(slots, key=lambda slot: (slot.side is Side.SELL, slot.level))


@given(confs, views)
def test_every_order_is_on_the_grid_and_above_the_minimums(conf: Settings, view: View) -> None:
    """Price and quantity are multiples of their steps, positive, and large enough to be taken."""
    for intent in first_orders(conf, view).create:
        assert intent.price > 0
        assert intent.price % view.rules.tick == 0
        assert intent.quantity > 0
        assert intent.quantity % view.rules.lot == 0
        assert intent.quantity >= view.rules.min_base
        assert intent.price * intent.quantity >= view.rules.min_quote


@given(confs, views)
def test_no_order_reaches_the_other_side_of_the_book(conf: Settings, view: View) -> None:
    """A maker rests."""
    for intent in first_orders(conf, view).create:
        if intent.side is Side.BUY:
            assert view.best_ask is not None
            assert intent.price < view.best_ask
        else:
            assert view.best_bid is not None
            assert intent.price > view.rules.floor_price(view.best_bid)


@given(confs, views)
def test_the_orders_together_never_cost_more_than_the_account_has(conf: Settings, view: View) -> None:
    """Quote for the buys, base for the sells."""
    create = first_orders(conf, view).create
    cost = sum((each.price * each.quantity for each in create if each.side is Side.BUY), Decimal(0))
    sold = sum((each.quantity for each in create if each.side is Side.SELL), Decimal(0))
    assert cost <= max(view.quote_available, Decimal(0))
    assert sold <= max(view.base_available, Decimal(0))


@given(confs, views)
def test_prices_are_within_a_tick_below_their_spread_and_sizes_no_larger_than_asked(conf: Settings, view: View) -> None:
    """Level i stands where the file says, floored; its size is what the file says or what the budget allows."""
    for intent in first_orders(conf, view).create:
        assert view.best_bid is not None
        assert view.best_ask is not None
        floor = view.rules.floor_price
        mid = (floor(view.best_bid) + floor(view.best_ask)) / 2
        level = intent.slot.level
        sign, spread = (-1, conf.bid_spread) if intent.side is Side.BUY else (1, conf.ask_spread)
        exact = mid * (1 + sign * (spread + level * conf.order_level_spread))
        assert intent.price <= exact < intent.price + view.rules.tick
        assert intent.quantity <= conf.order_amount + level * conf.order_level_amount


@given(confs, views)
def test_every_wanted_level_is_created_or_has_its_reason(conf: Settings, view: View) -> None:
    """Nothing is missing in silence."""
    decision = first_orders(conf, view)
    explained = {reason.slot for reason in decision.reasons}
    if None in explained:  # a reason for the whole plan
        assert not decision.create
        return
    created = {intent.slot for intent in decision.create}
    wanted = {(side, level, False) for side in Side for level in range(conf.order_levels)}
    assert created | explained == wanted


moves = st.lists(st.tuples(st.integers(9000, 11000), st.integers(1, 60), st.booleans()), min_size=60, max_size=60)


@given(moves, st.sampled_from(["-1", "0", "0.5"]), st.sampled_from(["7", "15"]), st.sampled_from(["-100", "0.6"]))
def test_rounds_never_overlap_and_never_both_cancel_and_create(
    moves: list[tuple[int, int, bool]], tolerance: str, refresh: str, minimum: str
) -> None:
    """Whatever the market does and whichever orders fill: creation finds no own order, a decision does one thing."""
    conf = settings(
        order_refresh_tolerance_pct=tolerance, order_refresh_time=refresh, minimum_spread=minimum, order_levels="2",
        filled_order_delay="3",
    )  # fmt: skip
    bench = Bench(conf)
    for second, (mid, half, filled) in enumerate(moves, 1):
        bench.event(f"book {Decimal(mid - half) / 100} | {Decimal(mid + half) / 100}")
        before = len(bench.own) - sum(ticks <= 1 for ticks in bench.due.values())
        done = bench.tick(float(second))
        if done and not done.startswith("cancel"):
            assert before == 0
            assert "cancel" not in done
        if filled and bench.own:
            slot = next(iter(bench.own.values())).slot
            bench.event(f"filled {slot.side} {slot.level + 1}")


@given(moves, st.sampled_from(["-1", "0"]), st.sampled_from(["5.5", "15"]), st.sampled_from(["4", "1800"]))
def test_ticking_only_when_due_or_when_something_happens_misses_nothing(
    moves: list[tuple[int, int, bool]], tolerance: str, refresh: str, age: str
) -> None:
    """`next_due_s` is true: between it and the last tick no quiet moment would have decided anything."""
    conf = settings(order_refresh_tolerance_pct=tolerance, order_refresh_time=refresh, max_order_age=age)
    bench = Bench(conf)
    bench.event("book 99.5 | 100.5")
    for second, (mid, half, moved) in enumerate(moves, 1):
        if moved:
            bench.event(f"book {Decimal(mid - half) / 100} | {Decimal(mid + half) / 100}")
        due_s = None if second == 1 else bench.strategy.next_due_s(bench.view())
        confirmed = bool(bench.due)
        happened = bench.tick(second / 4)
        if happened and not moved and not confirmed and second > 1:
            assert due_s is not None
            assert due_s <= second / 4
