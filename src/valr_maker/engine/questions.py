"""Which questions are open: each is asked until it is answered, with backoff; one failed request ends nothing."""

from dataclasses import dataclass

from valr_maker.engine.messages import Ask

RETRY_FIRST_S, RETRY_MAX_S = 1.0, 8.0
DOUBLINGS_MAX = 16
"""Far past the ceiling already; hours of failures must not end in a number too large to compute."""


@dataclass(slots=True)
class _Open:
    due_s: float
    in_flight: bool = False
    failures: int = 0
    asked_s: float | None = None


class Questions:
    """A small register. `due` hands out what is to be asked now and marks it as under way."""

    def __init__(self) -> None:
        self._open: dict[Ask, _Open] = {}

    def want(self, ask: Ask, now_s: float, *, after_s: float = 0.0) -> None:
        """Have this asked once, `after_s` from now at the latest; no effect on one that is under way."""
        entry = self._open.get(ask)
        if entry is None:
            self._open[ask] = _Open(now_s + after_s)
        elif not entry.in_flight and not entry.failures:
            entry.due_s = min(entry.due_s, now_s + after_s)

    def wanted(self, ask: Ask) -> bool:
        """Whether it is waiting for an answer."""
        return ask in self._open

    def answered(self, ask: Ask) -> float | None:
        """It is settled. Returns when it was last put; None when it never was."""
        entry = self._open.pop(ask, None)
        return None if entry is None else entry.asked_s

    def failed(self, ask: Ask, now_s: float) -> int:
        """It is asked again, later each time. Returns how often it has failed."""
        entry = self._open.setdefault(ask, _Open(now_s))
        entry.in_flight = False
        entry.due_s = now_s + min(RETRY_MAX_S, RETRY_FIRST_S * 2.0 ** min(entry.failures, DOUBLINGS_MAX))
        entry.failures += 1
        return entry.failures

    def due(self, now_s: float) -> list[Ask]:
        """What to ask now."""
        if not self._open:
            return []
        asks = [ask for ask, entry in self._open.items() if not entry.in_flight and entry.due_s <= now_s]
        for ask in asks:
            self._open[ask].in_flight, self._open[ask].asked_s = True, now_s
        return asks
