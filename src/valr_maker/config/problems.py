"""What is wrong with a strategy file, one line each: file and line, key, value, and what to write instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from valr_maker.errors import ConfigProblem


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `found` continues the sentence `key: value ...`. `blocks` is False for a mere warning."""

    path: Path
    found: str
    remedy: str
    line: int | None = None
    """Counted from 1; None when the problem has no line, such as a missing key."""
    key: str | None = None
    value: str | None = None
    """As written in the file; None when there is none."""
    blocks: bool = True

    def what(self) -> str:
        """Where and what, without the remedy: `conf.yml:7: bid_spread: 0 is not more than 0`."""
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        subject = "" if self.key is None else f"{self.key}: "
        value = "" if self.value is None else f"{self.value} "
        return f"{place}: {subject}{value}{self.found}"

    def __str__(self) -> str:
        return f"{self.what()}. {self.remedy}"


class FileProblems(ConfigProblem):
    """The file cannot be run as it is. The message is the first problem and a count, `problems` has them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first, *others = problems
        count = f" (the first of {len(problems)} problems)" if others else ""
        super().__init__(first.what() + count, remedy=first.remedy)
        self.problems = tuple(problems)
