"""Standard streams that are closed, full, or that nobody reads any more: none of it may end in a traceback."""

import codecs
import errno
import io
import os
import sys

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What a write says when standard output cannot take more."""


SIMPLER = {"✓": "+", "✗": "x", "→": "->", "…": "...", "●": "*", "─": "-", "━": "="}
"""What stands for a sign where the output's encoding has none; the turning one of a wait becomes a dot."""


def mend_streams() -> None:
    """Give a closed standard stream (`>&-`) a place, or the first socket would take its number, and what is printed.

    An encoding without our signs (LANG=C, some Windows pipes) gets simpler ones.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            while os.open(os.devnull, os.O_RDWR) < number:
                pass
            setattr(sys, name, os.fdopen(number, mode))
    codecs.register_error("simpler", _simpler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.encoding.lower().startswith("utf"):
            stream.reconfigure(errors="simpler")


def _simpler(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    signs = problem.object[problem.start : problem.end]
    return "".join(SIMPLER.get(sign, "." if "⠀" <= sign <= "⣿" else "?") for sign in signs), problem.end


def lose_output() -> None:
    """From now on standard output goes nowhere, so that what is still held for it disturbs nobody at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def last_word(text: str) -> None:
    """Write what must be told: where standard output cannot take it, to standard error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        lose_output()
        sys.stderr.write(text)
