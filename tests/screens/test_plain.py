"""Lines for where there is no terminal."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.engine_kit import World

from valr_maker.engine.engine import Phase
from valr_maker.engine.status import OrderStatus, Status, picture
from valr_maker.events import Note, Weight
from valr_maker.screens.plain import note_line, summary_line
from valr_maker.screens.words import number, one_line, span, state_words

D = Decimal


def quoting(**changes: Any) -> Status:
    world = World()
    world.start()
    world.accept("buy", "sell")
    return replace(picture(world.engine, world.now_s, "sandbox"), **changes)


def test_a_summary_is_one_line_with_all_that_matters():
    line = summary_line(quoting())
    assert line.startswith("DOGE-USDT on sandbox: play money | quoting | bid 0.99 ask 1.01 (verified) | ")
    assert "orders: sell 4 @ 1.01, buy 4 @ 0.99 | 2 placed, 0 cancelled, 0 failed, 0 fills" in line
    assert "DOGE 1000 free and 16.12 in orders" in line
    assert line.endswith("next action in 15 s")
    assert "\n" not in line


def test_a_summary_of_a_bot_that_starts_or_holds_says_so():
    assert "starting, not quoting yet" in summary_line(picture(World().engine, 0.0, "sandbox"))
    assert "| not quoting: silent for 31 s |" in summary_line(
        quoting(phase=Phase.HOLDING.value, why="silent\nfor 31 s")
    )
    assert "on LIVE: real money" in summary_line(quoting(venue="live"))


def test_a_summary_of_many_orders_stays_readable():
    many = tuple(OrderStatus("buy", n, D(1), D(4), None, 1.0, "pending_new") for n in range(1, 11))
    line = summary_line(quoting(orders=many))
    assert line.count("buy 4 @ 1 (on its way)") == 6
    assert "4 more" in line


def test_a_note_has_its_time_and_weight():
    line = note_line(Note(12.5, "trade stream lost:\r\nreconnecting", Weight.WARNING), io.StringIO(), start_s=10.0)
    assert line.split() == ["2.50", "s", "warning", "trade", "stream", "lost:", "reconnecting"]


@pytest.mark.parametrize(
    ("phase", "why", "words"),
    [
        (Phase.QUOTING, "", "quoting"),
        (Phase.STARTING, "starting", "starting, not quoting yet"),
        (Phase.STARTING, "no snapshot yet", "starting, not quoting yet: no snapshot yet"),
        (Phase.HOLDING, "refresh due", "not quoting: refresh due"),
        (Phase.STOPPING, "stopping: taking every order away", "stopping: taking every order away"),
        (Phase.STOPPED, "0 open orders", "stopped: 0 open orders"),
    ],
)
def test_a_phase_in_words(phase, why, words):
    assert state_words(quoting(phase=phase.value, why=why)) == words


@given(st.decimals(min_value=0, max_value=10**12, places=8))
def test_a_number_is_the_same_number_without_exponent(value):
    assert D(number(value)) == value
    assert "E" not in number(value)


@given(st.decimals(min_value=0, max_value=10**6, places=18))
def test_a_number_is_never_shown_as_more_than_it_is(value):
    assert 0 <= value - D(number(value)) < D("1E-8")


@given(st.text())
def test_anything_becomes_one_printable_line(text):
    assert one_line(text).isprintable()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-1, "0.0 s"), (0.04, "0.0 s"), (9.96, "10.0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"),
     (3600, "1 h 0 min"), (86_399, "23 h 59 min"), (86_400, "1 d 0 h")],
)  # fmt: skip
def test_a_span_of_time(seconds, words):
    assert span(seconds) == words
