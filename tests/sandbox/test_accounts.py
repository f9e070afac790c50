"""Accounts, keys, balances and the fee table."""

from dataclasses import replace
from decimal import Decimal, Inexact
from itertools import pairwise

import pytest
from kit.trading import DOGEUSDT, DOGEZAR

from valr_maker.chance import Chance
from valr_maker.sandbox import fees, money
from valr_maker.sandbox.accounts import Accounts
from valr_maker.sandbox.facts import Balance, Rejected

D = Decimal


def bank() -> Accounts:
    return Accounts(["DOGE", "USDT", "DOGE", "ZAR"], Chance(7))


def test_an_account_is_found_by_its_key_and_its_secret_is_not_shown():
    accounts = bank()
    one, two = accounts.create("one"), accounts.create("two", permissions=["View access"])
    assert accounts.by_key(one.key) is one and accounts.by_key(one.secret) is None
    assert len(one.key) == len(one.secret) == 64 and len({one.key, one.secret, two.key, two.secret}) == 4
    assert int(one.key, 16) >= 0 and one.secret not in repr(one) and one.key not in repr(one)
    assert list(accounts) == [one, two] and two.permissions == ("View access",)


def test_every_currency_is_listed_once_unless_zeros_are_excluded():
    accounts = bank()
    one = accounts.create("one", {"USDT": D(5)}, now_s=3.0)
    assert accounts.balances(one.id) == [
        Balance("DOGE", D(0), D(0), None),
        Balance("USDT", D(5), D(0), 3.0),
        Balance("ZAR", D(0), D(0), None),
    ]
    assert [held.currency for held in accounts.balances(one.id, exclude_zero=True)] == ["USDT"]


def test_reserved_money_cannot_be_withdrawn():
    accounts = bank()
    one = accounts.create("one", {"USDT": D(5)})
    accounts.reserve(one.id, "USDT", D(4), 1.0)
    with pytest.raises(Rejected) as no:
        accounts.adjust(one.id, "USDT", D("-1.01"), 2.0)
    assert no.value.code == -6
    assert accounts.adjust(one.id, "USDT", D(-1), 2.0) == Balance("USDT", D(0), D(4), 2.0)


def test_reserving_more_than_there_is_is_our_own_mistake():
    accounts = bank()
    one = accounts.create("one", {"USDT": D(5)})
    with pytest.raises(AssertionError):
        accounts.reserve(one.id, "USDT", D("5.01"), 1.0)


def test_money_that_would_have_to_be_rounded_is_an_error():
    with pytest.raises(Inexact):
        money.multiply(D("1." + "1" * 40), D("1." + "1" * 40))
    assert D(10**30) + D("1E-20") == D(10**30)  # what the default context does to us
    assert money.subtract(money.add(D(10**30), D("1E-20")), D(10**30)) == D("1E-20")


@pytest.mark.parametrize(
    ("pair", "tier", "maker", "taker"),
    [
        (DOGEUSDT, 1, "0.08", "0.10"),
        (DOGEUSDT, 9, "0", "0.035"),
        (DOGEZAR, 1, "0.18", "0.35"),
        (DOGEZAR, 7, "-0.01", "0.08"),
        (replace(DOGEUSDT, base="USDC"), 1, "0.05", "0.10"),
        (replace(DOGEZAR, base="USDT"), 2, "0.10", "0.25"),
        (replace(DOGEUSDT, base="ETH", quote="BTC"), 3, "0.06", "0.08"),
    ],
)
def test_fees_by_tier_and_kind_of_quote(pair, tier, maker, taker):
    assert fees.rates(pair, tier) == (D(maker), D(taker))


@pytest.mark.parametrize("tier", [0, 10])
def test_a_tier_that_does_not_exist(tier):
    with pytest.raises(ValueError, match="between 1 and 9"):
        fees.rates(DOGEUSDT, tier)


def test_higher_tiers_never_pay_more():
    for column in fees.TIERS.values():
        assert len(column) == 9
        assert all(after <= before for rates in zip(*column, strict=True) for before, after in pairwise(rates))
