"""A sentence too long for the terminal goes on below its own beginning; in a pipe it stays one line."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from valr_maker.screens.fold import fold, folded_for
from valr_maker.screens.folded import say, waiting

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


class Terminal(io.StringIO):
    """Something that says it is a terminal; how wide, COLUMNS says."""

    def isatty(self) -> bool:
        return True


def test_errors_and_last_words_fold_in_a_terminal_and_are_one_line_in_a_pipe(monkeypatch):
    """In a window of 50 columns, in one that nobody can measure, and through a pipe."""
    monkeypatch.setenv("COLUMNS", "50")
    assert folded_for(Terminal(), SENTENCE, lead="error: ") == (
        "error: the name api.valr.com is not known: name or\n"
        "       service not known (0.01 s)\n"
    )  # fmt: skip
    assert folded_for(io.StringIO(), SENTENCE, lead="error: ") == f"error: {SENTENCE}\n"
    monkeypatch.delenv("COLUMNS")
    assert folded_for(Terminal(), "x " * 60).splitlines() == [("x " * 40).strip(), ("x " * 20).strip()]


@given(st.text("ab 19%(s)", max_size=60), st.integers(10, 40))
def test_no_word_is_lost_and_none_goes_over_the_edge(text, width):
    lines = fold(text, width)
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    for line in lines:
        assert len(line) <= width or " " not in line.strip() or any(letter.isdigit() for letter in line)


def test_a_wait_is_seen_on_a_terminals_standard_error_and_nowhere_else(capsys, monkeypatch):
    """In a pipe nothing; in a terminal what it waits for, and what it waits for next."""
    with waiting("asking") as tell:
        tell("counting")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with waiting("asking") as tell:
        tell("counting")
    out, err = capsys.readouterr()
    assert out == ""
    assert "counting ..." in err
