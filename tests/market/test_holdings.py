"""Balances from two roads: the newest word on a currency wins, whichever road brought it."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.messages import message

from valr_maker.market.balances import Balances, Holding
from valr_maker.wire import rest, stream
from valr_maker.wire.account_frames import BalanceData


def row(currency: str, available: str, second: int | None = None, reserved: str = "0") -> rest.Balance:
    stamp = None if second is None else f"2026-01-02T03:04:{second:02d}.000Z"
    return rest.Balance(
        currency=currency, available=Decimal(available), reserved=Decimal(reserved), total=Decimal(0), updated_at=stamp
    )


def event(currency: str, available: str, second: int, symbol: str = "") -> BalanceData:
    plain = message("balance_update")
    plain["data"] |= {"available": available, "reserved": "0", "updatedAt": f"2026-01-02T03:04:{second:02d}.000Z"}
    plain["data"]["currency"] |= {"shortName": currency, "symbol": symbol or currency}
    data: BalanceData = stream.read(json.dumps(plain).encode()).data
    return data


def test_nothing_is_known_before_a_whole_picture() -> None:
    """One currency by the stream is not yet the account."""
    balances = Balances()
    assert not balances.known
    balances.take_one(event("USDT", "5", 1), 10.0)
    assert not balances.known
    assert balances.heard_s == 10.0


def test_the_burst_of_the_stream_is_a_whole_picture() -> None:
    """When the open orders follow, every held currency has been named: the others are zero."""
    balances = Balances()
    balances.take_one(event("USDT", "5", 1), 10.0)
    balances.burst_complete(11.0)
    assert (balances.known, balances.source) == (True, "stream")
    assert balances["USDT"].available == 5
    assert balances["DOGE"] == Holding()


def test_an_empty_account_is_an_answer_too() -> None:
    """Known, and zero."""
    balances = Balances()
    balances.take_all([row("USDT", "0")], 1.0)
    assert (balances.known, balances.source, balances["USDT"]) == (True, "REST", Holding())


def test_a_burst_after_rest_keeps_rest_as_the_source() -> None:
    """The first whole picture is the one that made it ready."""
    balances = Balances()
    balances.take_all([], 1.0)
    balances.burst_complete(2.0)
    assert balances.source == "REST"


def test_an_older_word_that_arrives_late_changes_nothing() -> None:
    """The REST answer left the exchange before the fill that the stream has told of already."""
    balances = Balances()
    balances.take_one(event("USDT", "90", 30), 1.0)
    balances.take_all([row("USDT", "100", 29), row("DOGE", "7", 29)], 2.0)
    assert (balances["USDT"].available, balances["DOGE"].available) == (Decimal(90), Decimal(7))


@given(st.permutations([(second, str(second * 10)) for second in range(1, 8)]))
def test_in_whatever_order_words_arrive_the_newest_wins(words: list[tuple[int, str]]) -> None:
    """By VALR's own time stamps."""
    balances = Balances()
    for second, available in words:
        if second % 2:
            balances.take_one(event("USDT", available, second), 0)
        else:
            balances.take_all([row("USDT", available, second)], 0)
    assert balances["USDT"].available == 70


@pytest.mark.parametrize("stamp", [None, "not a time"])
def test_a_word_without_a_time_gives_way_to_any_dated_one(stamp: str | None) -> None:
    """Currencies never used have no time."""
    balances = Balances()
    undated = row("USDT", "1")
    undated.updated_at = stamp
    balances.take_all([undated], 0)
    assert balances["USDT"].available == 1
    balances.take_one(event("USDT", "2", 1), 0)
    assert balances["USDT"].available == 2


def test_the_rand_is_called_zar_on_both_roads() -> None:
    """Its symbol on the stream is R."""
    balances = Balances()
    balances.take_one(event("ZAR", "12.5", 1, symbol="R"), 0)
    assert balances["ZAR"].available == Decimal("12.5")
    assert balances["R"] == Holding()


def test_reserved_money_counts_to_the_total() -> None:
    """Free and held by orders."""
    balances = Balances()
    balances.take_all([row("USDT", "310.4412", 1, reserved="16.12")], 0)
    assert balances["USDT"].total == Decimal("326.5612")
