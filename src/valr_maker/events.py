"""What happened, as values: a line for people, a line of JSON.

Room rule: imports nothing of ours.
"""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a note matters to whoever watches."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence about what happened. `at_s` is monotonic."""

    at_s: float
    text: str
    weight: Weight = Weight.INFO
    topic: str = "bot"
