"""The engine as a child process, played by a Hummingbot that only pretends: secrets, window, every end."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hummingbot_way_in.pretended import put_hummingbot

from valr_maker.errors import ValrMakerError
from valr_maker.hummingbot.engine import Engine
from valr_maker.hummingbot.environment import examine
from valr_maker.hummingbot.home import Home, Lock, make
from valr_maker.keys import ApiKey

EXAMPLE = Path(__file__).parents[2] / "examples" / "conf_pure_mm_2.yml"
KEY = ApiKey("the-key", "sesame-1")
PATIENCE_S = 20.0


class Stage:
    """A home, an engine, and what it told."""

    def __init__(self, folder, name="bot"):
        root = put_hummingbot(folder / "checkout")
        self.home = Home(folder / "home", name)
        make(self.home, EXAMPLE, "valr", root / "hummingbot")
        self.engine = Engine(examine(Path(sys.executable), [root]), self.home, "valr", [root])
        self.told = []

    def play(self, story, password="sesame-2"):
        async def run():
            lock = Lock(self.home)
            async with asyncio.timeout(PATIENCE_S):
                await self.engine.start(KEY, password, address=None, lock=lock.number)
                lock.release()
                try:
                    return await story()
                finally:
                    hurry = asyncio.Event()
                    hurry.set()
                    await self.engine.finish(hurry)

        return asyncio.run(run())

    async def first_word(self):
        async for told in self.engine.told():
            self.told.append(told)
            return

    @property
    def process(self):
        return self.engine._process

    @property
    def output(self):
        return self.home.output.read_text()


def seen_by_others(pid):
    """Command line and environment of a process, where the system shows them."""
    return b"".join(
        path.read_bytes() for name in ("cmdline", "environ") if (path := Path(f"/proc/{pid}/{name}")).exists()
    )


def test_it_gets_its_secrets_and_stops_in_order(tmp_path, monkeypatch):
    monkeypatch.setenv("VALR_API_SECRET", "sesame-3")
    stage = Stage(tmp_path)

    async def story():
        await stage.first_word()
        with pytest.raises(ValrMakerError):
            Lock(stage.home)  # held by the engine, though its starter has let go
        shown = seen_by_others(stage.process.pid)
        assert b"sesame" not in shown
        return await stage.engine.finish(asyncio.Event())

    assert stage.play(story) == 0
    assert stage.told == [{"seen": {"running": True, "strategy": False}}]
    assert "password: sesame-2 ['--name', 'bot', '--config', 'bot.yml']" in stage.output
    assert "stopped in order" in stage.output
    assert "'valr_api_key': 'the-key'" in (stage.home.folder / "conf/connectors/keys.yml").read_text()


def test_it_stops_when_its_starter_is_gone(tmp_path):
    stage = Stage(tmp_path)

    async def story():
        await stage.first_word()
        stage.process.stdin.close()  # which is what its starter's end looks like
        return await stage.engine.ended()

    assert stage.play(story) == 0
    assert "stopped in order" in stage.output


def test_an_engine_that_breaks_is_quoted(tmp_path):
    stage = Stage(tmp_path, "breaks")

    async def story():
        return await stage.engine.ended()

    error = stage.engine.why_it_ended(stage.play(story))
    assert str(error) == "Hummingbot ended by itself with exit code 1: RuntimeError: it is broken"
    assert "logs_breaks.log" in error.remedy


def test_one_that_is_killed_is_said_to_be(tmp_path):
    stage = Stage(tmp_path)

    async def story():
        await stage.first_word()
        os.kill(stage.process.pid, 9)
        return await stage.engine.ended()

    assert "by signal 9" in str(stage.engine.why_it_ended(stage.play(story)))


def test_a_wrong_password_is_told_with_what_to_do(tmp_path):
    stage = Stage(tmp_path)
    (stage.home.folder / "conf" / ".password_verification").write_text("an earlier one")

    async def story():
        return await stage.engine.ended()

    error = stage.engine.why_it_ended(stage.play(story))
    assert "HBOT_PASSWORD is not the password" in str(error) and "Unset it" in error.remedy


def test_a_python_that_is_not_there_gives_one_line(tmp_path):
    stage = Stage(tmp_path)
    stage.engine._environment = replace(stage.engine._environment, python=tmp_path / "none")

    async def story():
        raise AssertionError

    with pytest.raises(ValrMakerError, match="cannot be started"):
        stage.play(story)
