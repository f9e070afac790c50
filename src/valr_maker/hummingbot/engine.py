"""Hummingbot's engine as a child process: started with its secrets on standard input, watched, stopped as `hbot stop` does."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from valr_maker.errors import ValrMakerError
from valr_maker.events import Weight
from valr_maker.hummingbot.environment import INSIDE, Environment, clean_environment, last_line
from valr_maker.hummingbot.home import Home
from valr_maker.keys import ApiKey

STOP_WITHIN_S = 50.0
"""Hummingbot gives its cancels 20 s, and closes down in a few more."""
LINE_MAX = 2**20
LOG_LINE = re.compile(r"^\S+ \S+ - \d+ - (?P<logger>\S+) - (?P<level>WARNING|ERROR|CRITICAL) - (?P<text>.*)$")
WEIGHTS = {"WARNING": Weight.WARNING, "ERROR": Weight.ERROR, "CRITICAL": Weight.ERROR}
PASSWORD_WRONG = 4
SANDBOX_VARIABLE = "VALR_SANDBOX_URL"


class Engine:
    """One engine. Start it once; stop it in any case."""

    def __init__(self, environment: Environment, home: Home, connector: str, extra: Sequence[Path] = ()) -> None:
        self._environment, self._home, self._connector = environment, home, connector
        self._extra = extra
        self._process: asyncio.subprocess.Process | None = None
        self._window: asyncio.StreamReader | None = None
        self._transport: asyncio.BaseTransport | None = None

    async def start(self, key: ApiKey, password: str, *, address: str | None, lock: int) -> None:
        """Start it. `address` is the sandbox's; `lock` is handed on, so that the home is held while it lives."""
        read_end, write_end = os.pipe()
        loop = asyncio.get_running_loop()
        self._window = asyncio.StreamReader(LINE_MAX)
        reader = self._window
        self._transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb")
        )
        variables = clean_environment() | ({SANDBOX_VARIABLE: address} if address else {})
        for name in ("VALR_API_KEY", "VALR_API_SECRET", "HBOT_PASSWORD", "CONFIG_PASSWORD"):
            variables.pop(name, None)  # it gets them below, where no other process can read them
        python = str(self._environment.python)
        try:
            with self._home.output.open("wb") as output:
                self._process = await asyncio.create_subprocess_exec(
                    python, str(INSIDE / "launch.py"),
                    stdin=asyncio.subprocess.PIPE, stdout=output, stderr=output, cwd=self._home.folder, env=variables,
                    pass_fds=(write_end, lock),
                    start_new_session=True,  # Ctrl-C is for us; we stop it in order
                )  # fmt: skip
        except OSError as problem:
            self._transport.close()
            raise ValrMakerError(
                f"{python} cannot be started: {problem.strerror}", remedy="See `valr-maker hummingbot status`"
            ) from problem
        finally:
            os.close(write_end)
        told = {
            "home": str(self._home.folder.resolve()),
            "name": self._home.name,
            "connector": self._connector,
            "keys": {f"{self._connector}_api_key": key.key, f"{self._connector}_api_secret": key.secret},
            "password": password,
            "window": write_end,
            "path": [str(folder) for folder in self._extra],
        }
        assert self._process.stdin is not None
        with suppress(ConnectionError):  # it has ended already, which is noticed elsewhere
            self._process.stdin.write((json.dumps(told) + "\n").encode())
            await self._process.stdin.drain()

    async def told(self) -> AsyncIterator[dict[str, Any]]:
        """What it tells, until it ends."""
        assert self._window is not None
        while line := await self._window.readline():
            with suppress(ValueError):  # cut off when it ended
                yield json.loads(line)

    async def ended(self) -> int:
        """Wait for its end. Gives the exit code, negative for a signal."""
        assert self._process is not None
        return await self._process.wait()

    def stop(self) -> None:
        """Ask it to stop."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    async def finish(self, hurry: asyncio.Event) -> int | None:
        """Stop it and wait; it is killed when it takes too long or somebody hurries. Gives the exit code."""
        if self._process is None:
            return None
        self.stop()
        waiting = [asyncio.ensure_future(self._process.wait()), asyncio.ensure_future(hurry.wait())]
        await asyncio.wait(waiting, timeout=STOP_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if self._process.returncode is None and not waiting[0].done():
            self._process.kill()
        code = int(await waiting[0])
        waiting[1].cancel()
        if self._transport is not None:
            self._transport.close()
        return code

    def why_it_ended(self, code: int) -> ValrMakerError:
        """An error for an engine that ended by itself."""
        said = self._home.output.read_text(encoding="utf-8", errors="replace")
        if code == PASSWORD_WRONG:
            return ValrMakerError(
                "HBOT_PASSWORD is not the password of this home",
                remedy=f"Unset it (a new one is then made for every run), or remove {self._home.folder}",
            )
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return ValrMakerError(
            f"Hummingbot ended by itself {how}: {last_line(said)}", remedy=f"Its log may say more: {self._home.log}"
        )


class Log:
    """New lines of Hummingbot's log that matter: warnings and worse."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = path.stat().st_size if path.exists() else 0

    def new(self) -> list[tuple[Weight, str]]:
        """What has been added since the last call. It begins anew at midnight, in a file of the same name."""
        try:
            size = self._path.stat().st_size
            if size < self._at:
                self._at = 0
            with self._path.open("rb") as file:
                file.seek(self._at)
                added = file.read()
        except FileNotFoundError:  # not yet
            return []
        whole = added[: added.rfind(b"\n") + 1]
        self._at += len(whole)
        rows = (LOG_LINE.match(line) for line in whole.decode("utf-8", "replace").splitlines())
        return [(WEIGHTS[row["level"]], f"{row['logger']}: {row['text']}") for row in rows if row]
