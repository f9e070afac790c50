"""The pairs of the simulated exchange: numbers, published figures, and that each can be traded sensibly."""

from decimal import ROUND_UP, Decimal

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import PairSpec
from valr_maker.sandbox.order import NewOrder, Status
from valr_maker.sandbox.universe import currencies, load_universe

D = Decimal
ACTIVE = [spec for spec in load_universe() if spec.active]
BY_SYMBOL = {spec.symbol: spec for spec in load_universe()}


def test_346_pairs_of_which_172_are_active():
    assert (len(load_universe()), len(BY_SYMBOL), len(ACTIVE)) == (346, 346, 172)
    assert all(spec.symbol == spec.base + spec.quote for spec in load_universe())


def test_dogeusdt_is_as_published():
    assert BY_SYMBOL["DOGEUSDT"] == PairSpec(
        "DOGEUSDT", "DOGE", "USDT", True, D(4), D(680000), D("0.5"), D(54000), D("0.00001"), 1, D("0.161")
    )


def test_figures_are_on_their_own_grid_and_in_order():
    for spec in load_universe():
        assert 0 <= spec.base_decimals <= 8 and spec.tick > 0, spec
        assert spec.reference_price % spec.tick == 0 and spec.reference_price > 0, spec
        assert spec.min_base % spec.lot == 0 and spec.max_base % spec.lot == 0, spec
        assert 0 < spec.min_base < spec.max_base and 0 < spec.min_quote < spec.max_quote, spec


def test_no_tick_of_an_active_pair_exceeds_half_a_percent_of_the_price():
    coarse = {spec.symbol for spec in ACTIVE if spec.tick / spec.reference_price > D("0.005")}
    assert coarse == set()


def test_the_smallest_order_of_an_active_pair_is_worth_cents_to_a_few_dollars():
    worth = {"ZAR": D(1) / D("17.3"), "BTC": D(86400), "USDT": D(1), "USDC": D(1)}
    for spec in ACTIVE:
        smallest = max(spec.min_base * spec.reference_price, spec.min_quote) * worth[spec.quote]
        assert D("0.4") < smallest < D(12), (spec.symbol, smallest)


def test_prices_of_one_coin_agree_across_quotes():
    rand = BY_SYMBOL["USDTZAR"].reference_price
    for spec in ACTIVE:
        other = BY_SYMBOL.get(spec.base + "USDT")
        if spec.quote == "ZAR" and other is not None:
            assert abs(spec.reference_price / rand / other.reference_price - 1) < D("0.005"), spec.symbol


def test_every_active_pair_takes_its_smallest_order():
    exchange = Exchange(load_universe(), Chance(1))
    account = exchange.accounts.create("rich", {held: D(10**9) for held in exchange.accounts.currencies}).id
    for spec in ACTIVE:
        least = max(spec.min_base, (spec.min_quote / spec.reference_price).quantize(spec.lot, ROUND_UP))
        new = exchange.check(account, NewOrder(spec.symbol, Side.BUY, spec.reference_price, least))
        order = exchange.execute(exchange.accept(account, new, 0.0).id, 0.0)
        assert order.status is Status.PLACED, spec


def test_every_currency_of_a_pair_is_described_and_the_rand_is_r_to_valr():
    by_name = {currency.short_name: currency for currency in currencies()}
    assert by_name.keys() == {name for spec in load_universe() for name in (spec.base, spec.quote)}
    assert (by_name["ZAR"].symbol, by_name["ZAR"].long_name, by_name["ZAR"].decimals) == ("R", "Rand", 2)
    assert all(currency.symbol == name for name, currency in by_name.items() if name != "ZAR")
