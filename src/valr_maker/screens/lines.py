"""The building blocks of the terminal view: lines of fixed columns, sections of lines, and how they share a screen.

Lines are laid out by hand, since the view is drawn four times a second in the process that trades: see docs/decisions.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.text import Text

GAP = 2
"""Columns between two sections side by side."""
DIM, GOOD, WARN, BAD = "bright_black", "green", "yellow", "bold red"
TO_ASCII = str.maketrans({"─": "-", "━": "#", "●": "*", "…": "~", "·": "|"})


class Cell(NamedTuple):
    """A piece of a line: cut with an ellipsis or padded to `width` columns; width 0 takes what there is."""

    text: str
    width: int = 0
    style: str = ""
    right: bool = False


def line(cells: Iterable[Cell]) -> Text:
    """One line of cells."""
    made = Text(no_wrap=True)
    for text, width, style, right in cells:
        shown = text if not width or len(text) <= width else f"{text[: width - 1]}…"
        made.append(shown.rjust(width) if right else shown.ljust(width), style or None)
    return made


def heading(title: str, detail: str, width: int) -> Text:
    """A rule across the section with its name, and what holds for all of it."""
    made = Text(no_wrap=True).append("── ", DIM)
    made.append(f"{title}{': ' if detail else ' '}", "bold")
    if detail:
        made.append(f"{detail} ", "default")
    return made.append("─" * max(width - made.cell_len, 0), DIM)


@dataclass(slots=True)
class Section:
    """Some lines that belong together, and how far they may shrink from below on a low screen."""

    lines: list[Text] = field(default_factory=list)
    least: int = 0
    """So many lines stay while others can still give up some."""
    last: int = 0
    """So many stay when all others are at their least; 0: it goes as a whole."""

    def shrink(self, to: int, excess: int) -> int:
        """Give up `excess` lines, but keep `to`. Returns what is still too much. A heading alone says nothing: it goes."""
        given = min(max(len(self.lines) - to, 0), excess)
        if given == len(self.lines) - 1 and not self.last:
            given += 1
        del self.lines[len(self.lines) - given :]
        return max(excess - given, 0)

    def vanish(self, excess: int) -> int:
        """Give up the rest. Returns what is still too much."""
        if self.last:
            return self.shrink(self.last, excess)
        given = len(self.lines)
        self.lines.clear()
        return max(excess - given, 0)


def beside(left: Section, right: Section, left_width: int) -> Section:
    """Two sections next to each other."""
    rows = max(len(left.lines), len(right.lines))
    lines = []
    for index in range(rows):
        made = left.lines[index].copy() if index < len(left.lines) else Text(no_wrap=True)
        made.truncate(left_width, overflow="ellipsis", pad=True)
        made.append(" " * GAP)
        if index < len(right.lines):
            made.append_text(right.lines[index])
        lines.append(made)
    return Section(lines, max(left.least, right.least), max(left.last, right.last))


def stacked(sections: list[Section], order: list[Section], height: int | None) -> list[Text]:
    """All sections below each other, with blank lines between if there is room; `order` is who shrinks first."""
    excess = 0 if height is None else sum(len(one.lines) for one in sections) - height
    for one in order:
        excess = one.shrink(one.least, max(excess, 0))
    for one in order:
        excess = one.vanish(excess) if excess > 0 else 0
    shown = [one for one in sections if one.lines]
    spare = len(shown) if height is None else height - sum(len(one.lines) for one in shown)
    lines: list[Text] = []
    for index, one in enumerate(shown):
        if index and index <= spare:
            lines.append(Text())
        lines += one.lines
    return lines[:height]
