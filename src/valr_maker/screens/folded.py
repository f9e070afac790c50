"""Sentences in a terminal are folded at words, below where they began; in a pipe each stays one line, for grep."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

from valr_maker.screens.fold import NARROWEST, fold


def plain_console(*, stderr: bool = False) -> Console:
    """A console that prints what it is given and breaks no line by itself."""
    return Console(highlight=False, soft_wrap=True, stderr=stderr)


@contextmanager
def waiting(text: str) -> Iterator[Callable[[str], None]]:
    """Says on a terminal's standard error what is under way, or what it is told to say instead; nothing elsewhere."""
    console = plain_console(stderr=True)
    if not console.is_terminal:
        yield lambda _text: None
        return
    with console.status(f"{text} ...") as status:
        yield lambda other: status.update(f"{other} ...")


def say(console: Console, text: str, *, lead: str | Text = "", style: str = "") -> None:
    """Print `lead` and `text`; what does not fit beside the lead goes below the text's own beginning."""
    lead = Text(lead) if isinstance(lead, str) else lead
    indent = lead.cell_len
    room = console.width - indent
    lines = fold(text, room) if console.is_terminal and room >= NARROWEST else [text]
    for number, line in enumerate(lines):
        console.print((Text(" " * indent) if number else lead) + Text(line, style))
