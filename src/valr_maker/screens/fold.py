"""Sentences folded at words for a terminal, without the library that draws screens: errors have to come quickly."""

import os
import re
import textwrap
from typing import Protocol, TextIO

NARROWEST = 20
"""With fewer columns than this beside the lead nothing is gained by folding."""
USUAL = 80
BEFORE_UNIT = re.compile(r"(?<=\d) (?=[^\W\d]|%)")
HELD = "\N{NO-BREAK SPACE}"


def fold(text: str, width: int) -> list[str]:
    """The lines of `text`, at most `width` columns each unless one word alone is longer. A number keeps its unit.

    >>> fold("one two three", 8), fold("in all 15 s", 9), fold("", 8)
    (['one two', 'three'], ['in all', '15 s'], [''])
    """
    held = BEFORE_UNIT.sub(HELD, text)
    lines = textwrap.wrap(held, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(HELD, " ") for line in lines] or [""]


class Outward(Protocol):
    """Where text goes, as far as folding it asks."""

    def isatty(self) -> bool:
        """Whether it ends in a terminal."""

    def fileno(self) -> int:
        """What the terminal's size is asked of."""


def tell(stream: TextIO, text: str, *, lead: str = "") -> None:
    """Write `lead` and `text` to `stream`, as `folded_for` has them."""
    stream.write(folded_for(stream, text, lead=lead))


def folded_for(stream: Outward, text: str, *, lead: str = "") -> str:
    """`lead` and `text` as lines for `stream`: folded below the text's own beginning in a terminal, one line in a pipe."""
    width = columns_of(stream) - len(lead) if stream.isatty() else 0
    lines = fold(text, width) if width >= NARROWEST else [text]
    below = "\n" + " " * len(lead)
    return f"{lead}{below.join(lines)}\n"


def columns_of(stream: Outward) -> int:
    """How wide the terminal behind `stream` is; COLUMNS overrules it."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except (OSError, ValueError):  # no terminal, or no descriptor at all
        return USUAL
