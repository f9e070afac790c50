"""The commands as a person types them: processes of their own, that end by themselves."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

STARTER = Path(__file__).parent / "starter.py"
TIMEOUT_S = 120.0


class Ended(NamedTuple):
    """How a command ended, and all that it said."""

    returncode: int
    stdout: str
    stderr: str


class Starter:
    """The process that forks them, one for each process of tests."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen([sys.executable, str(STARTER)], stdin=theirs.fileno())
        theirs.close()
        atexit.register(self._end)

    def start(self, words: tuple[str, ...], environment: Mapping[str, str], folder: str, streams: list[int]) -> int:
        """The end of the pipe that tells the process' number and its exit code."""
        heard, told = os.pipe()
        request = {"words": words, "environment": dict(environment), "folder": folder}
        socket.send_fds(self._socket, [json.dumps(request).encode()], [*streams, told])
        os.close(told)
        return heard

    def _end(self) -> None:
        self._socket.close()
        self._process.wait(10)


@cache
def starter() -> Starter:
    """Started by the first command."""
    return Starter()


def ended(*words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, given: str = "") -> Ended:
    """`valr-maker` with these words, to its end. No terminal anywhere. Not for what is read as a library is imported."""
    environment = os.environ if env is None else env
    with tempfile.TemporaryFile() as given_file, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given_file.write(given.encode())
        given_file.seek(0)
        streams = [file.fileno() for file in (given_file, out, err)]
        heard = starter().start(words, environment, str(cwd or Path.cwd()), streams)
        code = _code(heard, words)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
    return Ended(code, *said)


def _code(heard: int, words: tuple[str, ...]) -> int:
    with open(heard, encoding="ascii", buffering=1) as told:
        number = int(told.readline())
        if not select.select([told], [], [], TIMEOUT_S)[0]:
            os.kill(number, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(words), TIMEOUT_S)
        return int(told.readline())
