"""Runs a command so that Ctrl-C reaches it once, and not the `make` that started it: its own exit code is what counts.

GNU make dies of the same Ctrl-C that its recipe handles well, and so turns a clean stop into an error. Here the command
gets a process group of its own in the terminal's foreground. What a shell would do for it is done here: SIGTERM and
SIGHUP are handed on, a closed terminal is told as SIGHUP, Ctrl-Z stops `make` as well, and `fg` and `bg` wake both. In
the background, or where there is no terminal, nobody presses Ctrl-C, and this process simply becomes the command.
"""

import contextlib
import os
import signal
import sys
from types import FrameType

# Python ignores these for itself, and we SIGTTOU; the command starts with the usual ones
USUAL = (signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ)
LOOK_EVERY_S = 1.0


def main() -> int:
    """Run the command of the arguments and return its exit code; 128 + n when signal n ended it."""
    command = sys.argv[1:]
    terminal = foreground_terminal()
    if terminal is None:
        os.execvp(command[0], command)
    return run(command, terminal)


def foreground_terminal() -> int | None:
    """The controlling terminal, open, if our process group is the one it listens to."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # there is none
        return None
    if os.tcgetpgrp(terminal) == os.getpgrp():
        return terminal
    os.close(terminal)
    return None


def run(command: list[str], terminal: int) -> int:
    """Give the terminal to the command until it ends, and take it back."""
    ours = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # only so may a background process give the terminal away
    child = os.posix_spawnp(command[0], command, os.environ, setpgroup=0, setsigdef=USUAL)

    def hand_on(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    def wake(_number: int = 0, _frame: FrameType | None = None) -> None:
        if os.tcgetpgrp(terminal) == ours:
            os.tcsetpgrp(terminal, child)
        os.killpg(child, signal.SIGCONT)

    def look(_number: int, _frame: FrameType | None) -> None:
        """The kernel tells only the first process of a session that its terminal was closed; that may be make."""
        try:
            os.tcgetpgrp(terminal)
        except OSError:
            signal.setitimer(signal.ITIMER_REAL, 0)
            os.kill(child, signal.SIGHUP)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, hand_on)
    os.tcsetpgrp(terminal, child)
    signal.signal(signal.SIGCONT, wake)
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY_S, LOOK_EVERY_S)
    while os.WIFSTOPPED(status := os.waitpid(child, os.WUNTRACED)[1]):
        os.tcsetpgrp(terminal, ours)
        os.killpg(ours, signal.SIGTSTP)  # here we stand still, and make with us, until fg or bg
        wake()  # where no shell can wake us the kernel does not stop us either: then Ctrl-Z has no effect
    with contextlib.suppress(OSError):  # the terminal may have gone away, and then nobody needs it back
        if os.tcgetpgrp(terminal) == child:
            os.tcsetpgrp(terminal, ours)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
