"""What is due, and when: answers on their way, orders on their way to the engine, timers of sockets.

Room rule: no clock of its own; `run_next` hands each action the second at which it was due.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

Action = Callable[[float], None]
"""Something to do; called with the wall second at which it was due."""


class Agenda:
    """Actions in the order in which they fall due; those of the same second in the order of their entry."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Action]] = []
        self._entries = count()

    def at(self, due_s: float, action: Action) -> None:
        """Do this then. There is no way to take it back: the action asks whether it still applies."""
        heappush(self._heap, (due_s, next(self._entries), action))

    @property
    def next_due_s(self) -> float | None:
        """Wall second of the next action, None if there is none."""
        return self._heap[0][0] if self._heap else None

    def run_next(self) -> None:
        """Do the next action. Raises IndexError when there is none."""
        due_s, _, action = heappop(self._heap)
        action(due_s)
