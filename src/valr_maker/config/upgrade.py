"""A file of an older template in the layout of today: what Hummingbot's own migration does, with the file's text kept.

Hummingbot copies the values that it still knows into its newest template and throws the file away, comments and all.
Here every line stays where it is. Keys that are no more become comments; keys that have come to be are put where the
template has them, with its comment and Hummingbot's default.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from valr_maker.config.fix import Change, rewritten
from valr_maker.config.new import template_text
from valr_maker.config.read import Entry
from valr_maker.config.schema import BY_NAME, KEYS, RETIRED, TEMPLATE_VERSION

VERSION = "template_version"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The new text, and what has changed."""

    text: str
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def is_current(entries: Sequence[Entry]) -> bool:
    """Whether the file says that it is of the newest template. One that says nothing is old, as for Hummingbot."""
    return any(entry.key == VERSION and entry.text == str(TEMPLATE_VERSION) for entry in entries)


def upgraded(text: str, entries: Sequence[Entry]) -> Upgraded:
    """The file's text in today's template. Raises ValueError when its keys do not stand on lines of their own.

    `entries` are those of the same text, which `load` has accepted: no key is unknown, none is there twice.
    """
    lines, ends = text.splitlines(keepends=True), _last_lines(text, entries)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    dropped = [entry for entry in entries if entry.key not in BY_NAME and entry.key in RETIRED]
    for entry in dropped:
        for at in range(entry.line - 1, ends[entry.key]):
            lines[at] = f"# {lines[at]}" if lines[at].strip() else lines[at]
    for entry in entries:
        if entry.key == VERSION and entry.text:
            change = Change(entry.line, VERSION, entry.text, str(TEMPLATE_VERSION), "")
            lines = rewritten("".join(lines), [change]).splitlines(keepends=True)
        elif entry.key == VERSION:
            lines[entry.line - 1] = lines[entry.line - 1].replace(":", f": {TEMPLATE_VERSION}", 1)
    added = tuple(key.name for key in KEYS if key.name not in ends)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    for at, block in sorted(_blocks(ends).items(), reverse=True):
        apart = [""] if at < len(lines) and lines[at].strip() and "" in block else []
        lines[at:at] = [line + newline for line in (*block, *apart)]
    return Upgraded("".join(lines), added, tuple(entry.key for entry in dropped))


def _last_lines(text: str, entries: Sequence[Entry]) -> dict[str, int]:
    """By key the line on which its value ends, counted from 1: what follows it but blanks and comments is its own."""
    lines = text.splitlines()
    starts = [entry.line for entry in entries]
    if len(set(starts)) != len(starts):
        raise ValueError("two keys stand on one line")
    ends = {}
    for entry, following in zip(entries, [*starts[1:], len(lines) + 1], strict=True):
        end = following - 1
        while end > entry.line and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        ends[entry.key] = end
    return ends


def _blocks(ends: Mapping[str, int]) -> dict[int, list[str]]:
    """What is to be put after which line: new keys, with the template's comment where a whole group of them is new."""
    blocks: dict[int, list[str]] = {}
    at = 0
    for comment, rows in _groups():
        missing = [key for key in rows if key not in ends]
        if len(missing) == len(rows):
            blocks.setdefault(at, []).extend(["", *comment, *rows.values()])
            continue
        for key, row in rows.items():
            if key in ends:
                at = ends[key]
            else:
                blocks.setdefault(at, []).append(row)
    return blocks


def _groups() -> Iterator[tuple[list[str], dict[str, str]]]:
    """The paragraphs of the template: its comment, and its keys with their lines."""
    for paragraph in template_text().split("\n\n"):
        lines = paragraph.splitlines()
        rows = {line.partition(":")[0]: line for line in lines if not line.startswith("#")}
        if rows:
            yield [line for line in lines if line.startswith("#")], rows
