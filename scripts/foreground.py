"""Runs a command so that Ctrl-C reaches it and not the `make` that started it: then its own exit code is what counts.

GNU make dies of the same Ctrl-C that its recipe handles well, and so turns a clean stop into an error. Here the command
gets a process group of its own in the terminal's foreground. Without a terminal it is simply run.
"""

import os
import signal
import subprocess
import sys


def main() -> int:
    """Run the command of the arguments and return its exit code."""
    command = sys.argv[1:]
    if not sys.stdin.isatty():
        return handed_on(command)
    terminal = sys.stdin.fileno()
    ours = os.getpgrp()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # a background process may set the foreground group only so
    child = subprocess.Popen(command, process_group=0)
    os.tcsetpgrp(terminal, child.pid)
    try:
        code = child.wait()
    finally:
        os.tcsetpgrp(terminal, ours)
    return code if code >= 0 else 128 - code


def handed_on(command: list[str]) -> int:
    """Run it; a SIGTERM or SIGINT to us goes on to it, and its end is waited for."""
    child = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda got, _frame: child.send_signal(got))
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
