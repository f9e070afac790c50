"""The connector put into a real Hummingbot's environment and checkout, listed by Hummingbot itself, and taken out again.

The environment has nothing of its own but a path file that leads to this one's packages; path files are not read there,
so that the link which makes VALR visible in this one has no effect in it.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import hummingbot
import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "valr_maker.cli", "hummingbot"]
PACKAGES = Path(hummingbot.__file__).parents[1]
BOTH = ["valr", "valr_sandbox"]
PLUGIN = ROOT / "plugin"


def say(*arguments, code=0):
    done = subprocess.run([*COMMAND, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout else done.stderr


def files_in(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if "__pycache__" not in path.parts}


@pytest.fixture
def environment(tmp_path):
    folder = tmp_path / "env"
    venv.create(folder, with_pip=True, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (packages / "hummingbot.pth").write_text(f"{PACKAGES}\n")
    return folder, packages


def test_into_an_environment_and_out_again(environment):
    folder, packages = environment
    before = files_in(packages)
    assert say("status", "--env", folder, code=1)["mechanism"] == "none"
    first = say("install", "--env", folder)
    assert first["listed"] == BOTH
    assert any("added hummingbot-valr" in text for text in first["changed"])
    assert (packages / "hummingbot_valr.pth").is_file()
    again = say("install", "--env", folder)
    assert (again["changed"], again["listed"]) == ([], BOTH), "idempotent"
    status = say("status", "--env", folder)
    assert (status["mechanism"], status["listed"]) == ("hook", BOTH)
    assert status["hummingbot_valr"] and status["valr_maker"] == status["valr_maker_here"]
    pip = subprocess.run([folder / "bin/python", "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert not [line for line in pip.stdout.splitlines() if line.startswith(("valr-maker ", "hummingbot-valr "))]
    say("uninstall", "--env", folder)
    assert files_in(packages) == before, "not a file is left"
    assert say("status", "--env", folder, code=1)["mechanism"] == "none"
    assert say("uninstall", "--env", folder)["changed"] == []


def test_a_wheel_of_ours_holds_what_the_build_backend_would_put_there(tmp_path):
    from valr_maker.hummingbot import wheels

    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "-w", str(tmp_path), str(PLUGIN)], check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    shutil.unpack_archive(built, tmp_path / "theirs", "zip")
    (tmp_path / "own").mkdir()
    shutil.unpack_archive(wheels.write(wheels.plugin(), tmp_path / "own"), tmp_path / "ours", "zip")
    ours, theirs = (
        {path.relative_to(tmp_path / one).as_posix(): path.read_bytes() for path in (tmp_path / one).rglob("*.p*")
         if path.is_file() and "__pycache__" not in path.parts}
        for one in ("ours", "theirs")
    )  # fmt: skip
    assert ours == theirs


@pytest.mark.parametrize("copy", [False, True], ids=["links", "copies"])
def test_into_a_checkout_and_out_again(environment, tmp_path, copy):
    """The checkout is this Hummingbot's package in a folder of its own, as `conda develop` would make it known."""
    folder, packages = environment
    checkout = tmp_path / "checkout"
    shutil.copytree(PACKAGES / "hummingbot", checkout / "hummingbot", copy_function=os.link)
    (packages / "hummingbot.pth").write_text(f"{checkout}\n{PACKAGES}\n")
    more = ["--copy"] if copy else []
    first = say("install", "--source", checkout, "--env", folder, *more)
    assert first["listed"] == BOTH and len(first["changed"]) == 2
    assert say("install", "--source", checkout, "--env", folder, *more)["changed"] == []
    status = say("status", "--source", checkout, "--env", folder)
    assert (status["mechanism"], status["listed"]) == ("copy" if copy else "link", BOTH)
    say("uninstall", "--source", checkout)
    assert not (checkout / "valr_maker").exists()
    assert say("status", "--source", checkout, "--env", folder, code=1)["listed"] == []
