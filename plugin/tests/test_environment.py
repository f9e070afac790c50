"""`make hummingbot-env` where it cannot work: one line that says what is missing, and an exit code of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def run(tmp_path, **environment):
    variables = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache"), "VENV": str(tmp_path / "env")} | environment
    command = [sys._base_executable, "-m", "scripts.hummingbot_env"]
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def test_without_a_compiler_it_says_so_in_one_line(tmp_path):
    done = run(tmp_path, PATH=str(tmp_path), CXX="")
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: Hummingbot cannot be compiled here: no C++ compiler") and "apt install g++" in line
    assert not (tmp_path / "env").exists()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "precious").touch()
    done = run(tmp_path)
    assert done.returncode == 1 and "no Python environment" in done.stderr
    assert (tmp_path / "env" / "precious").exists()


def test_our_own_environment_is_never_used_for_it(tmp_path):
    done = run(tmp_path, VENV=".venv")
    assert done.returncode == 1 and "an environment of its own" in done.stderr
