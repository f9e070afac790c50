"""A clock that can be steered: stopped, sped up, moved on. The sandbox's time; clients keep their own.

Room rule: it asks the clock that it wraps, and nobody else.
"""

from valr_maker.clock import Clock

SPEED_MAX = 1_000.0
WAIT_MIN_S = 1e-6
"""Shorter waits may not be seen by the clock below."""


class SteeredClock:
    """Fits Clock by shape. Until it is steered it shows the time of the clock below."""

    def __init__(self, below: Clock) -> None:
        self._below = below
        self._since_s = self._shown_s = below.wall_s()
        self._is_steered = False
        self._speed, self._is_paused = 1.0, False

    @property
    def speed(self) -> float:
        """How many seconds pass here in one of the clock below, when it is not paused."""
        return self._speed

    @property
    def is_paused(self) -> bool:
        """Whether time stands still."""
        return self._is_paused

    def wall_s(self) -> float:
        """Seconds since 1970, as the sandbox has them; to the last digit the clock below until it is steered."""
        if not self._is_steered:
            return self._below.wall_s()
        if self._is_paused:
            return self._shown_s
        return self._shown_s + (self._below.wall_s() - self._since_s) * self._speed

    def monotonic_s(self) -> float:
        """Of the clock below: it measures how long something takes."""
        return self._below.monotonic_s()

    async def sleep(self, seconds: float) -> None:
        """Of the clock below."""
        await self._below.sleep(seconds)

    def wait_s(self, seconds: float) -> float | None:
        """How long to wait on the clock below for so much time to pass here; None while it stands still."""
        if self._is_paused:
            return None
        return max(seconds / self._speed, WAIT_MIN_S) if seconds > 0 else 0.0

    def pause(self) -> None:
        """Time stands still."""
        self._mark()
        self._is_paused = True

    def resume(self) -> None:
        """Time goes on from where it stands."""
        self._mark()
        self._is_paused = False

    def run_at(self, speed: float) -> None:
        """Time passes so many times as fast. Raises ValueError unless it is above 0 and at most SPEED_MAX."""
        if not 0 < speed <= SPEED_MAX:
            raise ValueError(f"a speed must be above 0 and at most {SPEED_MAX:g}")
        self._mark()
        self._speed = speed

    def jump(self, seconds: float) -> None:
        """Move on at once. Raises ValueError for less than nothing: time never goes back."""
        if not seconds >= 0:
            raise ValueError("time never goes back")
        self._mark()
        self._shown_s += seconds

    def show(self, wall_s: float) -> None:
        """Go on from this time, as after a restore."""
        self._mark()
        self._shown_s = wall_s

    def _mark(self) -> None:
        self._shown_s, self._since_s = self.wall_s(), self._below.wall_s()
        self._is_steered = True
