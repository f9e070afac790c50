"""The only place that asks a real machine for the time or sleeps.

Wall time signs and stamps; monotonic time measures silence and age. Both in seconds.
"""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the outer rooms know of time. `virtual.VirtualClock` is the other version."""

    def wall_s(self) -> float:
        """Seconds since 1970, UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never go back; the zero point means nothing."""

    async def sleep(self, seconds: float) -> None:
        """Wait; other tasks run meanwhile."""


class RealClock:
    """The machine's own clock."""

    def wall_s(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; other tasks run meanwhile."""
        await asyncio.sleep(seconds)
