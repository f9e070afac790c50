"""A YAML file as a list of keys with their lines and their text. The only place that opens a file or knows YAML."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valr_maker.config.problems import FileProblems, Problem

_COMPARE = "Compare it with examples/conf_pure_mm_2.yml."


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of the file: the line counts from 1, `text` is the value as written.

    `value` is None for a blank, the text for anything simple, a dict or list for the rest.
    """

    key: str
    line: int
    text: str
    value: Any


def read(path: Path) -> list[Entry]:
    """All entries of the file, repeated keys included. Raises FileProblems when it is no YAML mapping."""
    text = _text_of(path)
    # here and not above: this import takes 0.1 s, and only a command that reads a file should wait for it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return list(_entries(path, text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        found = f"not YAML: {_one_line(error.problem or error.context)}"
        raise FileProblems([Problem(path, found, f"Mend that line. {_COMPARE}", line)]) from error
    except YAMLError as error:
        raise FileProblems([Problem(path, f"not YAML: {_one_line(error)}", _COMPARE)]) from error


def _entries(path: Path, text: str) -> Iterator[Entry]:
    """YAML 1.2 as nodes, which know their lines and their text. Raises FileProblems and YAMLError."""
    from ruamel.yaml import YAML  # late, as above
    from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

    top = YAML(typ="safe", pure=True).compose(text)
    if top is None:
        raise FileProblems([Problem(path, "the file is empty", _COMPARE)])
    if not isinstance(top, MappingNode):
        kind = "a list" if isinstance(top, SequenceNode) else "plain text"
        raise FileProblems([Problem(path, f"the file holds {kind}, not lines of `key: value`", _COMPARE)])
    constructor = YAML(typ="safe", pure=True).constructor
    for key, value in top.value:
        name = key.value if isinstance(key, ScalarNode) else "?"
        line = key.start_mark.line + 1
        if isinstance(value, ScalarNode):
            blank = value.tag == "tag:yaml.org,2002:null"
            yield Entry(name, line, value.value, None if blank else value.value)
        else:
            text = "{...}" if isinstance(value, MappingNode) else "[...]"
            yield Entry(name, line, text, constructor.construct_object(value, deep=True))


def _one_line(words: object) -> str:
    return " ".join(str(words).split())


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Give the path of a Hummingbot strategy file, such as examples/conf_pure_mm_2.yml."
        raise FileProblems([Problem(path, _why_unreadable(error), remedy)]) from error


def _why_unreadable(error: OSError | UnicodeDecodeError) -> str:
    match error:
        case FileNotFoundError():
            return "there is no such file"
        case IsADirectoryError():
            return "this is a directory, not a file"
        case UnicodeDecodeError():
            return f"not a text file (byte {error.start} is not UTF-8)"
        case _:
            return f"the file cannot be read ({(error.strerror or type(error).__name__).lower()})"
