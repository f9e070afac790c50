"""Open questions and the five components: the two small registers under the engine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.engine import readiness as parts
from valr_maker.engine.messages import Ask, What
from valr_maker.engine.questions import RETRY_MAX_S, Questions
from valr_maker.engine.readiness import FORCE_AFTER_S, NAMES, Readiness, Standing

BOOK, BALANCES = Ask(What.BOOK), Ask(What.BALANCES)


def test_a_question_is_handed_out_once_until_it_is_answered() -> None:
    """Wanting it again while it is under way changes nothing."""
    questions = Questions()
    questions.want(BOOK, 0.0)
    assert questions.due(0.0) == [BOOK]
    questions.want(BOOK, 1.0)
    assert questions.due(99.0) == []
    assert questions.wanted(BOOK)
    questions.answered(BOOK)
    assert not questions.wanted(BOOK)
    questions.want(BOOK, 100.0)
    assert questions.due(100.0) == [BOOK]


def test_a_question_may_wait_and_the_most_urgent_wish_counts() -> None:
    """Three seconds from now at the latest, then half a second."""
    questions = Questions()
    questions.want(BOOK, 0.0, after_s=3.0)
    questions.want(BOOK, 0.0, after_s=0.5)
    questions.want(BOOK, 0.0, after_s=9.0)
    assert questions.due(0.4) == []
    assert questions.due(0.5) == [BOOK]


def test_two_orders_are_two_questions() -> None:
    """The key tells them apart."""
    questions = Questions()
    questions.want(Ask(What.ORDER, "a"), 0.0)
    questions.want(Ask(What.ORDER, "b"), 0.0)
    assert questions.due(0.0) == [Ask(What.ORDER, "a"), Ask(What.ORDER, "b")]


def test_a_failed_question_is_asked_later_each_time_up_to_eight_seconds() -> None:
    """1, 2, 4, 8, 8, ...: impatience does not shorten it."""
    questions, now_s, waits = Questions(), 0.0, []
    questions.want(BOOK, now_s)
    for _ in range(6):
        questions.due(now_s)
        questions.failed(BOOK, now_s)
        questions.want(BOOK, now_s)
        failed_s = now_s
        while not questions.due(now_s):
            now_s += 0.5
        waits.append(now_s - failed_s)
    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_hours_of_failures_still_end_in_another_question() -> None:
    """The backoff never becomes a number too large to compute."""
    questions = Questions()
    for hour in range(3000):
        questions.failed(BALANCES, float(hour))
    assert questions.due(2999 + RETRY_MAX_S) == [BALANCES]


@given(st.lists(st.sampled_from(["want", "failed", "answered", "due"]), max_size=30))
def test_whatever_happens_a_wanted_question_is_asked_within_the_longest_wait(steps: list[str]) -> None:
    """Unless it is under way: then it is the asker's turn to answer."""
    questions, under_way = Questions(), False
    for second, step in enumerate(steps):
        if step == "due":
            under_way = under_way or bool(questions.due(float(second)))
        else:
            under_way = under_way and step == "want"
            getattr(questions, step)(BOOK, *([] if step == "answered" else [float(second)]))
    expected = [BOOK] if questions.wanted(BOOK) and not under_way else []
    assert questions.due(len(steps) + RETRY_MAX_S) == expected


def test_the_five_components_have_hummingbots_names() -> None:
    """And start out waiting."""
    assert NAMES == (
        "symbols_mapping_initialized", "order_books_initialized", "account_balance", "trading_rule_initialized",
        "user_stream_initialized",
    )  # fmt: skip
    readiness = Readiness(5.0)
    assert not readiness.ready
    assert all(readiness[name].standing is Standing.WAITING and readiness[name].since_s == 5.0 for name in NAMES)


def test_it_is_ready_when_each_is_usable_and_says_what_lacks() -> None:
    """Degraded is usable; the reason names the component."""
    readiness = Readiness(0.0)
    for name in NAMES[:4]:
        readiness.set(name, Standing.READY, 2.0)
    readiness.set(parts.STREAM, Standing.WAITING, 2.0, "not connected yet")
    assert (readiness.ready, readiness.lacking()) == (False, "user_stream_initialized: not connected yet")
    readiness.set(parts.STREAM, Standing.DEGRADED, 20.0, "polled")
    assert (readiness.ready, readiness.ever_ready, readiness.lacking()) == (True, True, "")
    assert readiness[parts.STREAM].ready_after_s == 20.0


def test_a_change_of_standing_is_told_once_and_since_stays() -> None:
    """A new reason alone is no change; what was ready once keeps the time it took."""
    readiness = Readiness(0.0)
    assert readiness.set(parts.BOOKS, Standing.READY, 3.0)
    assert not readiness.set(parts.BOOKS, Standing.READY, 9.0, "verified")
    assert (readiness[parts.BOOKS].since_s, readiness[parts.BOOKS].reason) == (3.0, "verified")
    assert readiness.set(parts.BOOKS, Standing.BLIND, 10.0, "gap")
    assert readiness.set(parts.BOOKS, Standing.READY, 30.0)
    assert readiness[parts.BOOKS].ready_after_s == 3.0
    assert not readiness.ready


@pytest.mark.parametrize(
    ("standing", "overdue"), [(Standing.WAITING, True), (Standing.BLIND, True), (Standing.DEGRADED, False)]
)
def test_a_component_is_forced_after_fifteen_seconds_of_uselessness(standing: Standing, overdue: bool) -> None:
    """Counted from when it became so."""
    readiness = Readiness(0.0)
    readiness.set(parts.BOOKS, Standing.READY, 1.0)
    readiness.set(parts.BOOKS, standing, 10.0)
    assert not readiness.overdue(parts.BOOKS, 10.0 + FORCE_AFTER_S - 0.1)
    assert readiness.overdue(parts.BOOKS, 10.0 + FORCE_AFTER_S) is overdue
