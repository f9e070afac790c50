"""Whether a file can trade on the pair as the exchange has it: one exact line for each obstacle."""

from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from kit.quotes import Grid

from valr_maker.config.load import Loaded, load
from valr_maker.config.problems import FileProblems
from valr_maker.config.rules import check_against_pair, require_pair

TEXT = """\
strategy: pure_market_making
exchange: valr
market: DOGE-USDT
bid_spread: 1.0
ask_spread: 1.0
order_refresh_time: 15.0
order_amount: {}
"""


@dataclass(frozen=True)
class Pair(Grid):
    """DOGE-USDT, about as VALR lists it."""

    tick: Decimal = Decimal("0.00001")
    lot: Decimal = Decimal("0.01")
    min_base: Decimal = Decimal(4)
    min_quote: Decimal = Decimal("0.5")
    max_base: Decimal = Decimal(1_000_000)
    active: bool = True
    takes_limit_orders: bool = True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def file(folder: Path, amount: str = "4.0") -> Loaded:
    path = folder / "conf.yml"
    path.write_text(TEXT.format(amount), encoding="utf-8")
    return load(path)


def lines(loaded: Loaded, pair: Pair | None, **more: object) -> list[str]:
    problems = check_against_pair(loaded, pair, **more)  # type: ignore[arg-type]
    return [str(problem).replace(str(loaded.path.parent) + "/", "") for problem in problems]


def test_the_users_file_can_trade(folder: Path) -> None:
    """4 is exactly the smallest order, which is allowed."""
    assert lines(file(folder), Pair(), price=Decimal("0.125")) == []
    assert require_pair(file(folder), Pair()) == []


@pytest.mark.parametrize(
    ("amount", "line"),
    [
        ("3.99", "3.99 is below the smallest order of this pair, 4 DOGE. Set it to 5.06 or more."),
        (
            "3.999",
            "3.999 is below the smallest order of this pair, 4 DOGE (it is floored to 3.99 on the lot 0.01). "
            "Set it to 5.06 or more.",
        ),
        ("1e7", "1e7 is above the largest order of this pair, 1000000 DOGE. Set it to 1000000 or less."),
        (
            "4.0",
            "4.0 is worth 0.4 USDT at the price 0.1, below the smallest order of this pair, 0.5 USDT. "
            "Set it to 5.06 or more.",
        ),
        ("5.005", "5.005 is not a multiple of the lot 0.01: orders will be for 5 DOGE. Set it to 5 to say so."),
    ],
)
def test_an_amount_that_does_not_fit_the_pair_gives_one_exact_line(folder: Path, amount: str, line: str) -> None:
    """Base minimum and maximum, quote minimum, grid. A remedy meets both minimums for the buy too: 0.5 / 0.099."""
    assert lines(file(folder, amount), Pair(), price=Decimal("0.1")) == [f"conf.yml:7: order_amount: {line}"]


def test_an_amount_exactly_at_the_largest_order_can_trade(folder: Path) -> None:
    """The bound belongs to the allowed."""
    assert lines(file(folder, "1000000"), Pair()) == []


def test_an_amount_off_the_grid_only_warns(folder: Path) -> None:
    """Hummingbot floors it too, so the file still means the same."""
    (warning,) = require_pair(file(folder, "5.005"), Pair())
    assert not warning.blocks


def test_a_smallest_amount_is_always_on_the_grid(folder: Path) -> None:
    """The minimum value divided by the price is rounded up to a lot, never down."""
    pair = replace(Pair(), min_quote=Decimal(1), lot=Decimal(1))
    (line,) = lines(file(folder), pair, price=Decimal("0.15"))
    assert line.endswith("Set it to 7 or more.")


def test_an_inactive_pair_is_refused(folder: Path) -> None:
    """The exchange lists it but takes no orders."""
    assert lines(file(folder), replace(Pair(), active=False)) == [
        "conf.yml:3: market: DOGE-USDT is not active: the exchange takes no orders for it. "
        "Choose an active pair; `valr-maker pairs` lists them."
    ]


def test_a_pair_without_limit_orders_is_refused(folder: Path) -> None:
    """Some pairs trade by simple orders only."""
    (line,) = lines(file(folder), replace(Pair(), takes_limit_orders=False))
    assert line.startswith("conf.yml:3: market: DOGE-USDT takes no limit orders on the exchange. Choose ")


@pytest.mark.parametrize(
    ("known", "remedy"),
    [
        (["BTC-ZAR", "DOGE-USDC", "ETH-ZAR"], "Did you mean DOGE-USDC?"),
        (["DOGE-ZARCOIN", "BTC-ZAR"], "Did you mean DOGE-ZARCOIN?"),
        (["BTC-ZAR"], "`valr-maker pairs` lists what the exchange trades."),
        ([], "`valr-maker pairs` lists what the exchange trades."),
    ],
)
def test_an_unknown_pair_is_refused_with_the_nearest_names(folder: Path, known: list[str], remedy: str) -> None:
    """Near in spelling, else of the same base currency."""
    assert lines(file(folder), None, known=known) == [
        f"conf.yml:3: market: DOGE-USDT is not a pair of the exchange. {remedy}"
    ]
    with pytest.raises(FileProblems, match="is not a pair of the exchange"):
        require_pair(file(folder), None, known=known)
