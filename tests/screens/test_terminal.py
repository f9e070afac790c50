"""What the live view says, and that it says it in any window."""

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.engine_kit import HELD, No, World
from rich.console import Console

from valr_maker.domain import Side
from valr_maker.engine.engine import Phase
from valr_maker.engine.messages import What
from valr_maker.engine.status import BudgetStatus, OrderStatus, Status, picture
from valr_maker.engine.why import LevelWhy
from valr_maker.events import Note, Weight
from valr_maker.orders.own import Fill
from valr_maker.screens.terminal import LiveView, render

D = Decimal


def shown(status: Status, *, width: int = 100, height: int | None = None) -> str:
    """The picture as text."""
    console = Console(width=width, file=io.StringIO(), record=True, color_system=None)
    options = console.options.update(width=width, height=height) if height else console.options
    return "\n".join("".join(part.text for part in row) for row in console.render_lines(render(status), options))


def status_of(world: World, venue: str = "sandbox", **changes: Any) -> Status:
    """The picture of an engine in a story, with other figures where told."""
    return replace(picture(world.engine, world.now_s, venue), **changes)


def quoting(**changes: Any) -> Status:
    world = World()
    world.start()
    world.accept("buy", "sell")
    world.wait(4)
    return status_of(world, **changes)


def fill(number: int, heard_s: float, fee: str = "0.0006") -> Fill:
    return Fill(f"t{number}", None, "o", Side.SELL, D("0.1629"), D(number), D(fee), "USDT", "", heard_s)


def order(side: str, level: int, price: str, distance_pct: float, state: str = "open") -> OrderStatus:
    return OrderStatus(side, level, D(price), D(4), distance_pct, 3.0, state)


def row(text: str, *words: str) -> str:
    """The one row that has all these words."""
    (found,) = [line for line in text.splitlines() if all(word in line for word in words)]
    return found


# ---- what it says ----------------------------------------------------------------------------------------------------
def test_at_the_start_it_says_what_it_waits_for():
    text = shown(status_of(World()))
    assert "starting, not quoting yet" in text
    assert "the trade stream is not connected yet" in row(text, "order_books_initialized")
    assert "0 of 5 usable" in text
    assert "none yet" in text
    assert "bid -" in text


def test_a_quoting_bot_shows_its_orders_and_its_money():
    status = quoting()
    text = shown(status)
    assert row(text, "● quoting", "next action in", "up 4.0 s")
    for side, price, distance in (("sell", "1.01", "1.00 %"), ("buy", "0.99", "1.00 %")):
        assert row(text, f"{side} ", price, distance, "4 s", "open")
    assert "2 placed, 0 cancelled, 0 failed" in text
    assert "bids 1 % below mid, asks 1 % above" in text
    assert "5 of 5 usable" in text
    for currency in ("DOGE ", "USDT "):
        assert row(text, f"{currency}           1000         16.12")


def test_fills_are_told_newest_first_with_their_age_and_fee():
    status = quoting(fills=(fill(1, 1.0), fill(2, 2.0, "-0.0001")), fill_count=2)
    text = shown(replace(status, now_s=62.0))
    newest, older = row(text, "reward 0.0001 USDT"), row(text, "fee 0.0006 USDT")
    assert newest.startswith("1 min ago")
    assert older.startswith("1 min ago")
    assert text.index(newest) < text.index(older)
    assert "sell            2 @ 0.1629" in newest


def test_only_the_last_five_fills_are_shown():
    text = shown(quoting(fills=tuple(fill(number, 1.0) for number in range(1, 9)), fill_count=8))
    assert "last 5 of 8" in text
    assert text.count("@ 0.1629") == 5
    assert row(text, "8 @ 0.1629")
    assert not [line for line in text.splitlines() if " 3 @ 0.1629" in line]


def test_a_held_bot_says_why_in_words():
    text = shown(quoting(phase=Phase.HOLDING.value, why="account_balance: no answer yet", orders=()))
    assert row(text, "not quoting: account_balance: no answer yet")
    assert "none" in text


def test_a_component_on_its_other_road_says_so_with_its_last_error():
    world = World()
    world.answers[What.BALANCES] = No("HTTP 500: oops")
    world.answers[What.ORDER_TYPES] = HELD
    world.start()
    world.wait(16)
    text = shown(status_of(world))
    assert "order types are not to be had" in row(text, "trading_rule_initialized  ", "degraded")
    assert "HTTP 500: oops" in row(text, "account_balance   ")


def test_what_is_not_usable_is_listed_first():
    status = quoting()
    blind = replace(status.components[3], standing="blind", usable=False, reason="silent for 31 s")
    text = shown(replace(status, components=(*status.components[:3], blind, *status.components[4:])))
    assert "4 of 5 usable" in text
    assert text.index(blind.name) < text.index(status.components[0].name)


def test_real_money_is_spoken_out_loud_in_any_window():
    for width in (20, 40, 80, 200):
        assert "LIVE: real money" in shown(quoting(venue="live"), width=width, height=10)
    file = io.StringIO()
    Console(width=100, file=file, force_terminal=True, color_system="standard").print(render(quoting(venue="live")))
    assert "41m LIVE: real money " in file.getvalue()  # a red ground
    assert "play money" not in shown(quoting(venue="live"))


def test_rate_budgets_show_what_is_used():
    text = shown(quoting(budgets=(BudgetStatus("public", 27, 30, 60), BudgetStatus("place", 1, 400, 1))))
    assert "━━━━" in row(text, "public", "27/30 a min")
    assert "━─" in row(text, "place", "1/400 a s")


def test_an_order_on_its_way_out_is_called_so():
    text = shown(quoting(orders=(order("sell", 1, "1.01", 1.0, "cancelling"), order("buy", 1, "0.99", 1.0, "unknown"))))
    assert row(text, "sell ", "cancelling")
    assert row(text, "buy ", "unclear")


def test_of_many_levels_those_nearest_the_market_are_shown():
    sells = [order("sell", n, f"1.{n:02d}", float(n)) for n in range(20, 0, -1)]
    buys = [order("buy", n, f"0.{100 - n}", float(n)) for n in range(1, 21)]
    text = shown(quoting(orders=(*sells, *buys)))
    assert "and 28 further from mid" in text
    assert row(text, "sell ", " 1.06 ")
    assert "1.07" not in text
    ladder = [line.split()[2] for line in text.splitlines() if line.startswith(("sell ", "buy "))]
    assert ladder == ["1.06", "1.05", "1.04", "1.03", "1.02", "1.01", "0.99", "0.98", "0.97", "0.96", "0.95", "0.94"]


def test_what_the_exchange_says_cannot_play_with_the_terminal():
    text = shown(quoting(notes=(Note(1.0, "bad\x1b[2J\nnews", Weight.ERROR),)))
    assert "\x1b" not in text
    assert row(text, "bad [2J news")


def test_a_terminal_of_another_alphabet_gets_plain_signs():
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"), width=100)
    console.print(render(quoting()))
    console.file.seek(0)
    assert "* quoting" in console.file.read()


# ---- any window ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("width", "height"), [(100, 30), (80, 24), (160, 50), (120, 40)])
def test_the_usual_windows_hold_what_matters(width, height):
    notes = tuple(Note(float(n), f"note {n}") for n in range(8))
    budgets = tuple(BudgetStatus(f"budget {n}", n, 30, 60) for n in range(7))
    fills = tuple(fill(n, 1.0) for n in range(1, 6))
    text = shown(quoting(notes=notes, budgets=budgets, fills=fills, fill_count=5), width=width, height=height)
    assert len(text.splitlines()) == height
    for words in ("quoting", "bid 0.99", "1.01", "DOGE", "USDT", "5 @ 0.1629", "user_stream_initialized", "note 7"):
        assert words in text, words


WHY = "order_books_initialized: " + "the feed froze and shows another price; " * 20


@given(width=st.integers(1, 200), height=st.integers(1, 70), long=st.booleans())
def test_it_never_spills_over_any_window(width, height, long):
    status = quoting(phase=Phase.HOLDING.value, why=WHY) if long else quoting()
    rows = shown(status, width=width, height=height).splitlines()
    assert len(rows) <= height
    assert all(len(line) <= width for line in rows)


def test_a_low_window_keeps_the_state_and_the_orders():
    text = shown(quoting(), width=80, height=9)
    assert "quoting" in text
    assert "1.01" in text
    assert "0.99" in text


@pytest.mark.parametrize("width", [80, 100])
def test_no_heading_stands_alone(width):
    status = quoting(notes=(Note(1.0, "a note"),), budgets=(BudgetStatus("public", 1, 30, 60),) * 3)
    for height in range(12, 40):
        lines = [line.rstrip() for line in shown(status, width=width, height=height).rstrip().splitlines()]
        for heading, below in zip(lines, [*lines[1:], ""], strict=True):
            if heading.startswith("── ") and "readiness" not in heading:
                assert below, (height, heading)
                assert not below.startswith("── "), (height, heading)


def test_what_is_cut_shows_that_it_is():
    text = shown(quoting(notes=(Note(1.0, "a long story " * 20),)), width=80)
    assert row(text, "a long story").endswith("…")
    assert not [line for line in shown(quoting(), width=100).splitlines() if line.endswith("…")]


# ---- colours ---------------------------------------------------------------------------------------------------------
def style_of(status: Status, words: str) -> str:
    """The style in which these words are drawn."""
    console = Console(width=100, file=io.StringIO())
    (part,) = [part for part in console.render(render(status)) if part.text == words]
    return str(part.style)


def withheld(level: int, again_in_s: float | None = 9.9) -> LevelWhy:
    text = "not created: price 0.161005 at or above ceiling 0.1"
    return LevelWhy("buy", level, rests=False, stage="price_band", text=text, again_in_s=again_in_s)


def test_what_keeps_a_level_from_resting_stands_below_the_orders_with_when_it_is_looked_at_again():
    """The stage and its reason, a line a level; a screen of them is enough."""
    resting = LevelWhy("sell", 1, rests=True, stage="order", text="rests")
    text = shown(quoting(levels=(withheld(1), resting)))
    assert "why not: looked at again in 9.9 s" in text
    assert row(text, "buy", "price_band").split() == [
        "buy", "1", "price_band", "not", "created:", "price", "0.161005", "at", "or", "above", "ceiling", "0.1",
    ]  # fmt: skip
    many = shown(quoting(levels=tuple(withheld(level, None) for level in range(1, 20))))
    assert "why not: looked at again when something changes" in many
    assert "  and 7 more" in many


def test_nobody_asks_why_not_when_all_rest_or_before_and_after_all_decisions():
    resting = LevelWhy("sell", 1, rests=True, stage="order", text="rests")
    assert "why not" not in shown(quoting(levels=(resting,)))
    for phase in (Phase.STARTING, Phase.STOPPED):
        assert "why not" not in shown(replace(quoting(levels=(withheld(1),)), phase=phase.value))
    assert "why not" in shown(replace(quoting(levels=(withheld(1),)), phase=Phase.HOLDING.value))


def test_the_state_has_its_colour():
    status = quoting()
    assert style_of(status, "quoting") == "bold green"
    held = replace(status, phase=Phase.HOLDING.value, why="a fill")
    assert style_of(held, "not quoting: a fill") == "bold yellow"
    blind = replace(status.components[0], standing="blind", usable=False)
    assert style_of(replace(held, components=(blind,)), "not quoting: a fill") == "bold red"


@pytest.mark.parametrize(("used", "style"), [(1, "green"), (14, "green"), (15, "yellow"), (27, "bold red")])
def test_a_rate_budget_warns_before_it_is_used_up(used, style):
    status = quoting(budgets=(BudgetStatus("public", used, 30, 60),))
    assert style_of(status, "━" * max(1, round(used / 30 * 5))) == style


# ---- the live view ---------------------------------------------------------------------------------------------------
def test_the_last_picture_stays_when_the_view_is_left():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100, height=30, color_system=None)
    now = [quoting()]
    with LiveView(lambda: now[0], console) as view:
        now[0] = replace(now[0], phase=Phase.STOPPING.value, why="stopping: taking every order away")
        view.refresh()
        assert "stopping: taking every order away" in file.getvalue()
        now[0] = replace(now[0], phase=Phase.STOPPED.value, why="0 open orders, proved by the exchange", orders=())
    left = file.getvalue().rpartition("\x1b[?1049l")[2]  # what comes after the screen of its own is given back
    assert "stopped: 0 open orders, proved by the exchange" in left
    assert left.endswith("\n")  # so that what is printed next starts on a line of its own
    assert file.getvalue().count("\x1b[?1049h") == 1


def test_the_screen_is_given_back_when_the_view_ends_in_an_error():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100, height=30)
    with pytest.raises(RuntimeError, match="oops"), LiveView(quoting, console):
        raise RuntimeError("oops")
    assert "\x1b[?1049l" in file.getvalue()
