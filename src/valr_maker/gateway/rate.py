"""VALR's rate limits as fixed windows, kept on our side so that the exchange never has to say 429.

Windows start at each clock minute or second (reference 4.1), so this counts on wall time of the exchange. Sans I/O.
"""

from dataclasses import dataclass

from valr_maker.wire.endpoints import IP_MINUTE, KEY_MINUTE, Endpoint, Limit

RESERVE = 0.1
"""This share of a window is left for cancels: taking orders away must always be possible."""


@dataclass(slots=True)
class _Window:
    limit: Limit
    number: int = -1
    used: int = 0
    closed_until_s: float = 0.0

    def roll(self, wall_s: float) -> None:
        number = int(wall_s // self.limit.window_s)
        if number != self.number:
            self.number, self.used = number, 0

    def wait_s(self, wall_s: float, *, urgent: bool) -> float:
        self.roll(wall_s)
        if wall_s < self.closed_until_s:
            return self.closed_until_s - wall_s
        room = self.limit.calls if urgent else int(self.limit.calls * (1 - RESERVE))
        return 0.0 if self.used < room else (self.number + 1) * self.limit.window_s - wall_s


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of one budget the present window has spent."""

    budget: str
    used: int
    calls: int
    window_s: int


class RateBudget:
    """Counts calls by budget. Ask `wait_s` first, then `spend`; report a 429 with `refused`."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        self.refusals = 0

    def wait_s(self, limits: tuple[Limit, ...], wall_s: float, *, urgent: bool = False) -> float:
        """Seconds until a call under these limits is within every one of them; 0 is now."""
        return max(self._window(limit).wait_s(wall_s, urgent=urgent) for limit in limits)

    def spend(self, limits: tuple[Limit, ...], wall_s: float) -> None:
        """Count one call."""
        for limit in limits:
            window = self._window(limit)
            window.roll(wall_s)
            window.used += 1

    def refused(self, limits: tuple[Limit, ...], wall_s: float, retry_after_s: float | None) -> float:
        """The exchange said 429: close the tightest budget until its next window, or as long as it asked. Returns s."""
        self.refusals += 1
        window = self._window(limits[0])
        window.roll(wall_s)
        rest_s = (window.number + 1) * window.limit.window_s - wall_s
        wait_s = rest_s if retry_after_s is None else max(retry_after_s, 0.0)
        window.closed_until_s = wall_s + wait_s
        return wait_s

    def usage(self, wall_s: float) -> list[Usage]:
        """Every budget that was ever used, with what the present window has spent."""
        rows = []
        for name, window in self._windows.items():
            window.roll(wall_s)
            rows.append(Usage(name, window.used, window.limit.calls, window.limit.window_s))
        return rows

    def _window(self, limit: Limit) -> _Window:
        window = self._windows.get(limit.budget)
        if window is None:
            window = self._windows[limit.budget] = _Window(limit)
        return window


def limits_of(endpoint: Endpoint) -> tuple[Limit, ...]:
    """Which budgets one call of this endpoint spends; routes with a per-second limit spare the minutes (D)."""
    if endpoint.per_second:
        return (endpoint.limit,)
    return (endpoint.limit, IP_MINUTE) if endpoint.limit is KEY_MINUTE else (endpoint.limit,)
