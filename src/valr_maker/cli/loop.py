"""Run a program on the fastest event loop that installs here, with Ctrl-C and SIGTERM as calls, not exceptions."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # no wheel for this platform: the standard loop does the same, a little slower
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end and return the result. Raises KeyboardInterrupt for Ctrl-C where `on_signals` was not called."""
    with asyncio.Runner(loop_factory=_loop) as runner:
        try:
            return runner.run(main)
        except asyncio.CancelledError:
            # Nobody but Ctrl-C cancels the whole program; while the runner is setting itself up it forgets to say so.
            raise KeyboardInterrupt from None


def on_signals(call: Callable[[str], None]) -> None:
    """Call with the name of the signal that asks us to end. Inside a running loop only."""
    loop = asyncio.get_running_loop()
    wanted = ((signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "a closed terminal"))
    for number, name in wanted:
        loop.add_signal_handler(number, call, name)
