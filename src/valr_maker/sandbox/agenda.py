"""What is due, and when: answers on their way, orders on their way to the engine, timers of sockets.

Room rule: no clock of its own; `run_next` hands each action the second at which it was due. Whatever is not fleeting
must survive pickling, so that a world can be kept: methods and partials of them, no closures.
"""

from collections.abc import Callable
from heapq import heappop, heappush

Action = Callable[[float], object]
"""Something to do; called with the wall second at which it was due."""


class Agenda:
    """Actions in the order in which they fall due; those of the same second in the order of their entry."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Action, bool]] = []
        self._entries = 0

    def at(self, due_s: float, action: Action, *, fleeting: bool = False) -> None:
        """Do this then. There is no way to take it back: the action asks whether it still applies.

        `fleeting`: it concerns a connection, and a snapshot leaves it out.
        """
        self._entries += 1
        heappush(self._heap, (due_s, self._entries, action, fleeting))

    @property
    def next_due_s(self) -> float | None:
        """Wall second of the next action, None if there is none."""
        return self._heap[0][0] if self._heap else None

    def run_next(self) -> None:
        """Do the next action. Raises IndexError when there is none."""
        due_s, _, action, _ = heappop(self._heap)
        action(due_s)

    def __getstate__(self) -> dict[str, object]:
        kept = sorted((entry for entry in self._heap if not entry[3]), key=lambda entry: entry[:2])
        return {"_heap": kept, "_entries": self._entries}
