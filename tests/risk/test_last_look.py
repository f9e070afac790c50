"""The last look at an order: every rule refuses with its figures, and a good order passes."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.domain import Intent, Side, Slot
from valr_maker.market.pair import PairRules
from valr_maker.risk.limits import refuse

RULES = PairRules(
    symbol="DOGEUSDT", base="DOGE", quote="USDT", active=True, tick=Decimal("0.00001"), lot=Decimal("0.1"),
    min_base=Decimal(4), max_base=Decimal(680000), min_quote=Decimal("0.5"), max_quote=Decimal(54000),
)  # fmt: skip


@dataclass
class Resting:
    """An own order, as far as risk looks at it."""

    side: Side
    price: Decimal


def verdict(text: str, *own: str, mid: str | None = "0.16") -> str:
    """`buy 4 @ 0.16` -> why it is refused, or the empty string. `own` are like `sell @ 0.17`."""
    side, quantity, _, price = text.split()
    intent = Intent(Slot(Side(side), 0), Decimal(price), Decimal(quantity))
    resting = [Resting(Side(one.split()[0]), Decimal(one.split()[2])) for one in own]
    reason = refuse(intent, RULES, resting, None if mid is None else Decimal(mid))
    if reason is None:
        return ""
    assert (reason.stage, reason.slot) == ("risk", intent.slot)
    return reason.text


@pytest.mark.parametrize("mid", ["0.16", "0", None])
def test_a_good_order_passes(mid: str | None) -> None:
    """On the grid, within the maxima, beside the own orders; without a mid nothing can be far from it."""
    assert verdict("buy 4 @ 0.16", "buy @ 0.2", "sell @ 0.16001", mid=mid) == ""
    assert verdict("sell 4 @ 0.16", "sell @ 0.1", "buy @ 0.15999", mid=mid) == ""


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("buy 0 @ 0.16", "price 0.16 and quantity 0 must be above zero"),
        ("buy -4 @ 0.16", "price 0.16 and quantity -4 must be above zero"),
        ("sell 4 @ 0", "price 0 and quantity 4 must be above zero"),
        ("sell 4 @ -0.16", "price -0.16 and quantity 4 must be above zero"),
        ("buy 4 @ 0.160001", "4 at 0.160001 is not on the grid (tick 0.00001, lot 0.1)"),
        ("buy 4.01 @ 0.16", "4.01 at 0.16 is not on the grid (tick 0.00001, lot 0.1)"),
        ("sell 680000.1 @ 0.01", "680000.1 DOGE is above the pair's maximum of 680000"),
        ("sell 600000 @ 0.1", "60000.0 USDT is above the pair's maximum of 54000"),
        ("sell 4 @ 0.32", "0.32 is 100% from the mid 0.16"),
        ("buy 4 @ 0.00001", "0.00001 is 100% from the mid 0.16"),
    ],
)
def test_a_bad_order_is_refused_with_its_figures(order: str, why: str) -> None:
    """One row a rule."""
    assert verdict(order) == why


def test_the_pairs_maxima_are_allowed_themselves() -> None:
    """The bound belongs to what may be sent."""
    assert verdict("sell 680000 @ 0.01") == ""
    assert verdict("sell 540000 @ 0.1") == ""


@pytest.mark.parametrize(
    ("order", "own", "refused"),
    [
        ("buy 4 @ 0.17", "sell @ 0.17", True),
        ("buy 4 @ 0.18", "sell @ 0.17", True),
        ("buy 4 @ 0.16999", "sell @ 0.17", False),
        ("sell 4 @ 0.15", "buy @ 0.15", True),
        ("sell 4 @ 0.14", "buy @ 0.15", True),
        ("sell 4 @ 0.15001", "buy @ 0.15", False),
        ("buy 4 @ 0.18", "buy @ 0.17", False),
    ],
)
def test_the_product_never_trades_with_itself(order: str, own: str, *, refused: bool) -> None:
    """Equal prices match too; the same side never does."""
    why = verdict(order, own)
    assert bool(why) is refused
    assert not refused or "would trade with the own" in why


steps = st.integers(1, 30)


@given(st.sampled_from(Side), steps, st.lists(st.tuples(st.sampled_from(Side), steps), max_size=4))
def test_what_passes_never_crosses_an_own_order(side: Side, step: int, own: list[tuple[Side, int]]) -> None:
    """For any set of own orders."""
    lines = [f"{other} @ {Decimal(at) / 100}" for other, at in own]
    passed = not verdict(f"{side} 4 @ {Decimal(step) / 100}", *lines, mid=None)
    among = [at for other, at in own if other is not side]
    crosses = any(step >= at if side is Side.BUY else step <= at for at in among)
    assert passed is not crosses
