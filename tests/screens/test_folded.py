"""A sentence too long for the terminal goes on below its own beginning; in a pipe it stays one line."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from valr_maker.screens.folded import fold, say

SENTENCE = "the name api.valr.com is not known: name or service not known (0.01 s)"


def shown(width, *, terminal, **given):
    paper = io.StringIO()
    console = Console(file=paper, width=width, force_terminal=terminal, soft_wrap=True, highlight=False, no_color=True)
    say(console, SENTENCE, **given)
    return paper.getvalue()


def test_a_terminal_folds_below_the_beginning_and_keeps_a_number_with_its_unit():
    assert shown(50, terminal=True, lead=Text("✗ address: ")) == (
        "✗ address: the name api.valr.com is not known:\n"
        "           name or service not known (0.01 s)\n"
    )  # fmt: skip
    assert shown(79, terminal=True, lead="✗ address: ").splitlines()[1].strip() == "(0.01 s)"


def test_a_pipe_gets_one_line():
    assert shown(30, terminal=False, lead="✗ address: ") == f"✗ address: {SENTENCE}\n"


def test_where_there_is_no_room_beside_the_lead_nothing_is_folded():
    assert shown(30, terminal=True, lead="✗ address: ").count("\n") == 1


@given(st.text("ab 19%(s)", max_size=60), st.integers(10, 40))
def test_no_word_is_lost_and_none_goes_over_the_edge(text, width):
    lines = fold(text, width)
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    for line in lines:
        assert len(line) <= width or " " not in line.strip() or any(letter.isdigit() for letter in line)
