"""The key as a person handles it, and the search for it in everything a run leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
NO_KEYRING = "keyring.backends.fail.Keyring"
SECRET = "5ec2e7" * 10 + "abcd"


def command(folder: Path, *arguments: str, given: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "PYTHON_KEYRING_BACKEND": NO_KEYRING}
    return subprocess.run(
        [sys.executable, "-m", "valr_maker.cli", *arguments], env=bare | home | environment, cwd=folder,
        input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_set_from_a_pipe_and_forget(tmp_path):
    """Kept sealed; a second forget says that there was none."""
    pair = json.dumps({"key": "k" * 64, "secret": SECRET})
    kept = command(tmp_path, "keys", "set", given=pair, VALR_PASSPHRASE="p")
    assert kept.returncode == 0, kept.stderr
    assert "Kept in the encrypted file" in kept.stdout
    assert command(tmp_path, "keys", "forget").stdout.startswith("Forgotten")
    assert command(tmp_path, "keys", "forget").stdout.startswith("There was none")


def test_what_is_no_pair_of_keys_is_refused_without_being_shown(tmp_path):
    for given in ("", "only-one-line", f"a {SECRET} c", '{"key": "x"}', f"ké\n{SECRET}"):
        refused = command(tmp_path, "keys", "set", given=given, VALR_PASSPHRASE="p")
        assert refused.returncode == 5, refused.stdout
        assert SECRET not in refused.stdout + refused.stderr
        assert "Traceback" not in refused.stderr


def test_live_asks_for_the_kept_key_and_no_terminal_says_how(tmp_path):
    command(tmp_path, "keys", "set", given=f"{'k' * 64}\n{SECRET}", VALR_PASSPHRASE="p")
    asked = command(tmp_path, "run", str(EXAMPLE), "--venue", "live")
    assert asked.returncode == 5
    assert "Export VALR_PASSPHRASE" in asked.stderr


def test_keys_test_says_what_a_key_may_do(tmp_path):
    tested = command(tmp_path, "keys", "test", "--venue", "sandbox")
    assert tested.returncode == 0, tested.stderr
    assert "View access, Trade" in tested.stdout
    assert "The key serves." in tested.stdout


def test_nothing_that_a_run_or_a_doctor_leaves_behind_holds_the_secret(tmp_path):
    """Every line of output and every file, for a key that works and one that does not."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "valr_maker.cli", "sandbox", "serve", "--port", "0", "--json"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert serving.stdout is not None
        ready = json.loads(serving.stdout.readline())
        wrong = {"VALR_API_KEY": ready["api_key"], "VALR_API_SECRET": SECRET}
        right = {"VALR_API_KEY": ready["api_key"], "VALR_API_SECRET": ready["api_secret"]}
        at = ("--address", ready["rest_url"])
        runs = [
            command(tmp_path, "run", str(EXAMPLE), *at, "--headless", "--duration", "2", **right),
            command(tmp_path, "run", str(EXAMPLE), *at, "--json", "--duration", "2", **right),
            command(tmp_path, "run", str(EXAMPLE), *at, "--headless", "--duration", "2", **wrong),
            command(tmp_path, "doctor", str(EXAMPLE), *at, "--save", "report.json", **right),
            command(tmp_path, "doctor", str(EXAMPLE), *at, "--save", "wrong.json", **wrong),
        ]
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    assert [one.returncode for one in runs] == [0, 0, 5, 0, 5]
    left = [one.stdout + one.stderr for one in runs]
    left += [path.read_text(encoding="utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) >= len(runs) + 2
    for text in left:
        for held in (SECRET, ready["api_secret"], ready["api_key"]):
            assert held not in text
