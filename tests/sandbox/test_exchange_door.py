"""What is refused before an order gets an id, and what the engine is then given."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.trading import Venue, wish

from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.order import NewOrder
from valr_maker.sandbox.refusals import Invalid

D = Decimal
VENUE = Venue()
ALICE = VENUE.id("alice")


def test_digits_beyond_the_pairs_decimals_are_cut_not_rounded():
    assert VENUE.exchange.check(ALICE, wish("buy 10.99 @ 0.16")).quantity == D("10.9")


def test_the_minimum_counts_after_the_cut():
    with pytest.raises(Rejected) as no:
        VENUE.exchange.check(ALICE, wish("buy 3.99999 @ 0.16"))
    assert no.value.message == "Minimum order size not met . Minimum amount: 4 DOGE, minimum total: 0.5 USDT"
    assert (no.value.code, no.value.status) == (-12007, 400)


def test_exactly_the_minimum_passes_and_a_cent_less_does_not():
    assert VENUE.exchange.check(ALICE, wish("buy 5 @ 0.1")).quantity == 5
    with pytest.raises(Rejected, match=r"minimum total: 0\.5 USDT"):
        VENUE.exchange.check(ALICE, wish("buy 4.9 @ 0.1"))


@pytest.mark.parametrize(
    ("what", "more", "code", "field"),
    [
        ("buy 10 @ 0.16", {"pair": "NOPE"}, -21, ""),
        ("buy 10 @ 0.16", {"pair": "ADAUSDT"}, -32, ""),
        ("buy 10 @ 0.160001", {}, -11, "price"),
        ("buy 10 @ 0", {}, -11, "price"),
        ("buy 10 @ -0.16", {}, -11, "price"),
        ("buy 10 @ NaN", {}, -11, "price"),
        ("buy 10 @ 1E+999", {}, -11, "price"),
        ("buy -10 @ 0.16", {}, -11, "quantity"),
        ("buy Infinity @ 0.16", {}, -11, "quantity"),
        ("buy 1E-30 @ 0.16", {}, -11, "quantity"),
        ("buy 680000.1 @ 0.01", {}, -11, "quantity"),
        ("buy 600000 @ 0.1", {}, -11, "quantity"),
        ("buy 10 @ 0.16", {"customer_id": "under_score"}, -11, "customerOrderId"),
        ("buy 10 @ 0.16", {"customer_id": "x" * 51}, -11, "customerOrderId"),
        ("buy 10 @ 0.16", {"customer_id": "line\n"}, -11, "customerOrderId"),
    ],
)
def test_a_refusal_has_its_code_and_names_the_field(what, more, code, field):
    with pytest.raises(Rejected) as no:
        VENUE.exchange.check(ALICE, wish(what, **more))
    assert no.value.code == code
    named = [error.field for error in no.value.errors] if isinstance(no.value, Invalid) else []
    assert named == ([field] if field else [])


@pytest.mark.parametrize(("given_id", "kept"), [("mm-1-a", "mm-1-a"), ("x" * 50, "x" * 50), ("", None), (None, None)])
def test_customer_ids_that_pass(given_id, kept):
    assert VENUE.exchange.check(ALICE, wish("buy 10 @ 0.16", customer_id=given_id)).customer_id == kept


@given(st.decimals(), st.decimals(), st.text(max_size=60))
def test_any_number_and_any_id_is_refused_or_can_be_executed(price, quantity, customer_id):
    """No input breaks the arithmetic: it is Rejected, or the order that comes out is on the pair's grid."""
    venue = Venue()
    asked = NewOrder("DOGEUSDT", wish("buy 4 @ 1").side, price, quantity, customer_id=customer_id)
    try:
        new = venue.exchange.check(venue.id("alice"), asked)
    except Rejected:
        return
    spec = venue.exchange.pairs[new.pair]
    assert new.price % spec.tick == 0 and new.quantity % spec.lot == 0 and new.quantity <= quantity
    venue.exchange.execute(venue.exchange.accept(venue.id("alice"), new, 0.0).id, 0.0)


@given(st.integers(1, 5400), st.integers(0, 700_000_0))
def test_an_order_within_every_limit_passes_and_any_other_does_not(ticks, tenths):
    spec = VENUE.exchange.pairs["DOGEUSDT"]
    price, quantity = ticks * D("0.00010"), tenths * D("0.1")
    fits = spec.min_base <= quantity <= spec.max_base and spec.min_quote <= price * quantity <= spec.max_quote
    try:
        VENUE.exchange.check(ALICE, NewOrder("DOGEUSDT", wish("buy 4 @ 1").side, price, quantity))
    except Rejected:
        assert not fits
    else:
        assert fits
