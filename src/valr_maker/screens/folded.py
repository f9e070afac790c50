"""Sentences in a terminal are folded at words, below where they began; in a pipe each stays one line, for grep."""

import re
import textwrap

from rich.console import Console
from rich.text import Text

NARROWEST = 20
"""With fewer columns than this beside the lead nothing is gained by folding."""
BEFORE_UNIT = re.compile(r"(?<=\d) (?=[^\W\d]|%)")
HELD = "\N{NO-BREAK SPACE}"


def plain_console(*, stderr: bool = False) -> Console:
    """A console that prints what it is given and breaks no line by itself."""
    return Console(highlight=False, soft_wrap=True, stderr=stderr)


def fold(text: str, width: int) -> list[str]:
    """The lines of `text`, at most `width` columns each unless one word alone is longer. A number keeps its unit.

    >>> fold("one two three", 8), fold("in all 15 s", 9), fold("", 8)
    (['one two', 'three'], ['in all', '15 s'], [''])
    """
    held = BEFORE_UNIT.sub(HELD, text)
    lines = textwrap.wrap(held, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(HELD, " ") for line in lines] or [""]


def say(console: Console, text: str, *, lead: str | Text = "", style: str = "") -> None:
    """Print `lead` and `text`; what does not fit beside the lead goes below the text's own beginning."""
    lead = Text(lead) if isinstance(lead, str) else lead
    indent = lead.cell_len
    room = console.width - indent
    lines = fold(text, room) if console.is_terminal and room >= NARROWEST else [text]
    for number, line in enumerate(lines):
        console.print((Text(" " * indent) if number else lead) + Text(line, style))
