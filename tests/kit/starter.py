"""Starts commands by fork: what a command imports is loaded once, and each still is a process of its own.

Run by kit/commands.py, with a socket as its standard input. A request is the words, the environment and the folder,
together with the three streams and a pipe that hears the process' number and then its exit code.
"""

import gc
import importlib
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import valr_maker

LARGEST = 1 << 18
LATE = {"keyring"}  # reads the environment as it is imported


def load() -> None:
    """Everything of ours that a command might import, and with it what that imports."""
    root = Path(valr_maker.__file__).parent
    for folder in ("cli", "bot", "bench", "config", "doctor", "gateway", "sandbox", "screens", "conformance"):
        for file in sorted((root / folder).glob("[!_]*.py")):
            importlib.import_module(f"valr_maker.{folder}.{file.stem}")
    assert not LATE & set(sys.modules)
    gc.freeze()


def become(request: dict[str, Any], streams: list[int]) -> None:
    """This process is the command from here on."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    for stream in streams:
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = ["valr-maker", *request["words"]]


def serve() -> None:
    """Fork for each request. Returns in the command; in the server, ends with its requests."""
    asked = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, files, _, _ = socket.recv_fds(asked, LARGEST, 4)
        if not data:
            os._exit(0)
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    asked.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, told = files
    if child := os.fork():
        os.write(told, f"{child}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with suppress(BrokenPipeError):
            os.write(told, f"{status}\n".encode())
        os._exit(0)
    os.close(told)
    become(json.loads(data), streams)


if __name__ == "__main__":
    load()
    serve()
    from valr_maker.cli.main import main

    main()
