"""Virtual time: an event loop whose clock jumps to the next timer, so a simulated hour takes seconds.

Everything in one thread; the same program and the same seed take the same steps in the same order.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

EPOCH_S = 1_700_000_000.0
"""Wall time at virtual second 0, unless a test says otherwise: 2023-11-14T22:13:20Z."""


class _Jump(selectors.DefaultSelector):
    """A selector that never waits: it moves the loop's clock by what it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("virtual time stands still: every task waits and no timer is set")
            self.now_s += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop in virtual time. It opens no sockets of its own accord but can serve them."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._jump.now_s


class VirtualClock:
    """The `Clock` of a running `VirtualLoop`."""

    def __init__(self, epoch_s: float = EPOCH_S) -> None:
        self._epoch_s = epoch_s

    def wall_s(self) -> float:
        """Seconds since 1970 in the simulated world."""
        return self._epoch_s + asyncio.get_running_loop().time()

    def monotonic_s(self) -> float:
        """Virtual seconds since the loop was made."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait in virtual time."""
        await asyncio.sleep(seconds)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run a program to its end in virtual time and return its result."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
