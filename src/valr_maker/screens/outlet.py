"""Text on its way to a terminal or pipe that may stand still: whoever writes never waits.

A terminal stopped with Ctrl-S, or a pager that nobody scrolls, blocks the program that writes to it. A bot that is
blocked neither quotes nor cancels. So a thread of its own does the waiting, and what it cannot get rid of is dropped.
"""

import io
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import TextIO

HELD_MAX = 500
"""Pieces of text that may wait; more are dropped. The newest picture and the final word are what matters."""


class Outlet(io.TextIOBase):
    """A text file that takes everything at once. `on_gone` is called once, from its thread, when nobody can read."""

    def __init__(self, stream: TextIO, on_gone: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._stream, self._on_gone = stream, on_gone
        self._held: SimpleQueue[str | None] = SimpleQueue()
        self._writing = False
        self.dropped = 0
        self._thread = Thread(target=self._write_on, name="outlet", daemon=True)
        self._thread.start()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute in TextIOBase
        """That of the stream."""
        return self._stream.encoding

    @property
    def busy(self) -> bool:
        """Whether something given earlier has not got out yet."""
        return self._writing or not self._held.empty()

    def isatty(self) -> bool:
        """Whether it ends in a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """That of the stream."""
        return self._stream.fileno()

    def write(self, text: str, /) -> int:
        """Take text; it goes out as soon as it can."""
        if self._held.qsize() >= HELD_MAX or not self._thread.is_alive():
            self.dropped += 1
        elif text:
            self._held.put(text)
        return len(text)

    def finish(self, patience_s: float) -> bool:
        """Let out what is held, for so long at most. Whether all of it got out."""
        self._held.put(None)
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def _write_on(self) -> None:
        while (text := self._held.get()) is not None:
            self._writing = True
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):  # the terminal or pipe is gone, or the stream is closed
                self._on_gone()
                return
            finally:
                self._writing = False
