"""Run a program on the fastest event loop that installs here, with Ctrl-C and SIGTERM as calls, not exceptions."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")
ENDING = ((signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "a closed terminal"))


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # no wheel for this platform: the standard loop does the same, a little slower
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@contextmanager
def _signals_as_before() -> Iterator[None]:
    """What answered signals before answers them again: a closed uvloop keeps its own answer, and is deaf."""
    before = {number: signal.getsignal(number) for number, _ in ENDING}
    try:
        yield
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run to the end and return the result. Raises KeyboardInterrupt for Ctrl-C where `on_signals` was not called."""
    with _signals_as_before(), asyncio.Runner(loop_factory=_loop) as runner:
        try:
            return runner.run(main)
        except asyncio.CancelledError:
            # Nobody but Ctrl-C cancels the whole program; while the runner is setting itself up it forgets to say so.
            raise KeyboardInterrupt from None


def on_signals(call: Callable[[str], None]) -> None:
    """Call with the name of the signal that asks us to end. Inside a running loop only. `nohup` keeps its meaning."""
    loop = asyncio.get_running_loop()
    for number, name in ENDING:
        if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
            continue
        loop.add_signal_handler(number, call, name)
