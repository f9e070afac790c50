"""What one strategy did in one scenario, tick by tick, and where two of them part."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class Run:
    """`asked`: (tick, what was asked of the exchange in that tick, in order), only ticks in which something was.

    `B3 99.5 x 1` is order 3, a buy; `X3` cancels it; `H 3 7` says that from this tick on orders 3 and 7 hang.
    `errors` are the ticks that an exception ended, which Hummingbot logs and forgets; its name is for people.
    """

    asked: list[tuple[int, list[str]]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    ticks: int = 0

    @property
    def ended(self) -> list[int]:
        """The ticks that an exception ended."""
        return [tick for tick, _ in self.errors]


class Difference(NamedTuple):
    """The first tick in which two runs ask for different things, or which an exception ends in only one of them."""

    tick: int
    theirs: Sequence[str]
    ours: Sequence[str]
    error: str
    our_error: str = ""

    def __str__(self) -> str:
        theirs, ours = ("; ".join(asked) or "nothing" for asked in (self.theirs, self.ours))
        error = f" (an exception ended its tick: {self.error})" if self.error else ""
        our_error = f" ({self.our_error})" if self.our_error else ""
        return f"tick {self.tick}: Hummingbot asked {theirs}{error}; ours asked {ours}{our_error}"


def difference(theirs: Run, ours: Run) -> Difference | None:
    """Where the two part; None when they are the same from the first tick to the last."""
    if theirs.asked == ours.asked and theirs.ended == ours.ended:
        return None
    wanted, found = dict(theirs.asked), dict(ours.asked)
    apart = {tick for tick in wanted.keys() | found.keys() if wanted.get(tick) != found.get(tick)}
    tick = min(apart | set(theirs.ended) ^ set(ours.ended))
    errors = (dict(run.errors).get(tick, "") for run in (theirs, ours))
    return Difference(tick, wanted.get(tick, ()), found.get(tick, ()), *errors)
