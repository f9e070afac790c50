"""VALR's limits as fixed windows of the clock, counted on our side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.gateway.rate import RateBudget, limits_of
from valr_maker.wire import endpoints
from valr_maker.wire.endpoints import CANCEL, IP_MINUTE, KEY_MINUTE, PLACE, PUBLIC, Limit

MINUTE_S = 60
NOON_S = 1_700_000_040.0  # the first second of a clock minute
TEN = (Limit("ten", 10, 60),)


def spend(budget: RateBudget, limits: tuple[Limit, ...], calls: int, wall_s: float) -> None:
    for _ in range(calls):
        budget.spend(limits, wall_s)


def test_a_full_minute_window_opens_again_at_the_next_clock_minute() -> None:
    """Not sixty seconds after the first call."""
    budget = RateBudget()
    spend(budget, TEN, 10, NOON_S + 50)
    assert budget.wait_s(TEN, NOON_S + 50, urgent=True) == 10.0
    assert budget.wait_s(TEN, NOON_S + 59.5, urgent=True) == 0.5
    assert budget.wait_s(TEN, NOON_S + 60, urgent=True) == 0.0


def test_a_full_second_window_opens_again_at_the_next_clock_second() -> None:
    """400 orders a second."""
    budget = RateBudget()
    spend(budget, (PLACE,), 400, NOON_S + 0.75)
    assert budget.wait_s((PLACE,), NOON_S + 0.75, urgent=True) == 0.25
    assert budget.wait_s((PLACE,), NOON_S + 1, urgent=True) == 0.0


def test_a_tenth_of_each_window_is_kept_for_cancels() -> None:
    """The ninth call is the last for anything else; a cancel may have the tenth."""
    budget = RateBudget()
    spend(budget, TEN, 9, NOON_S)
    assert budget.wait_s(TEN, NOON_S) == MINUTE_S
    assert budget.wait_s(TEN, NOON_S, urgent=True) == 0.0
    spend(budget, TEN, 1, NOON_S)
    assert budget.wait_s(TEN, NOON_S, urgent=True) == MINUTE_S


def test_a_call_under_two_limits_waits_for_the_later() -> None:
    """Key and address."""
    budget = RateBudget()
    second = Limit("second", 10, 1)
    spend(budget, (*TEN, second), 9, NOON_S + 30.5)
    assert budget.wait_s((second,), NOON_S + 30.5) == 0.5
    assert budget.wait_s((*TEN, second), NOON_S + 30.5) == 29.5


@given(st.lists(st.tuples(st.floats(0, 40), st.booleans()), max_size=80))
def test_whoever_waits_as_told_never_passes_the_limit_in_any_clock_minute(calls: list[tuple[float, bool]]) -> None:
    """And others than cancels never pass nine tenths of it."""
    budget, now_s, counts = RateBudget(), NOON_S, dict[int, list[bool]]()
    for gap_s, urgent in calls:
        now_s += gap_s / 10
        now_s += budget.wait_s(TEN, now_s, urgent=urgent)
        assert budget.wait_s(TEN, now_s, urgent=urgent) == 0.0
        budget.spend(TEN, now_s)
        counts.setdefault(int(now_s // MINUTE_S), []).append(urgent)
    assert all(len(minute) <= 10 for minute in counts.values())
    assert all(minute.count(False) <= 9 for minute in counts.values())


@pytest.mark.parametrize(("retry_after_s", "wait_s"), [(None, 15.0), (3.0, 3.0), (90.0, 90.0), (0.0, 0.0), (-5.0, 0.0)])
def test_a_429_closes_the_budget_as_long_as_it_asks_or_until_the_next_window(
    retry_after_s: float | None, wait_s: float
) -> None:
    """Cancels too: the exchange has spoken."""
    budget = RateBudget()
    now_s = NOON_S + 45
    assert budget.refused((KEY_MINUTE, IP_MINUTE), now_s, retry_after_s) == wait_s
    assert budget.wait_s((KEY_MINUTE,), now_s, urgent=True) == wait_s
    assert budget.wait_s((KEY_MINUTE,), now_s + wait_s, urgent=True) == 0.0
    assert budget.wait_s((PUBLIC,), now_s) == 0.0
    assert budget.refusals == 1


def test_routes_with_a_limit_a_second_spare_the_minutes() -> None:
    """Orders, cancels, time and status count nowhere else; signed reads count for key and address."""
    assert limits_of(endpoints.PLACE_LIMIT) == (PLACE,)
    assert limits_of(endpoints.CANCEL_ORDER) == limits_of(endpoints.CANCEL_ALL) == (CANCEL,)
    assert limits_of(endpoints.SERVER_TIME) == (endpoints.TIME,)
    assert limits_of(endpoints.BALANCES) == (KEY_MINUTE, IP_MINUTE)
    assert limits_of(endpoints.PAIRS) == (PUBLIC,)
    budget = RateBudget()
    spend(budget, limits_of(endpoints.PLACE_LIMIT), 400, NOON_S)
    assert [(row.budget, row.used, row.calls, row.window_s) for row in budget.usage(NOON_S)] == [("place", 400, 400, 1)]


def test_usage_is_that_of_the_present_window() -> None:
    """For the screen: what was spent in the last minute is over."""
    budget = RateBudget()
    spend(budget, TEN, 3, NOON_S)
    assert [row.used for row in budget.usage(NOON_S + 59)] == [3]
    assert [row.used for row in budget.usage(NOON_S + 60)] == [0]
