"""The key as a person handles it. Where it must never show: test_secret.py."""

import json
import os
from pathlib import Path

from kit.commands import Ended, ended

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
NO_KEYRING = "keyring.backends.fail.Keyring"
SECRET = "5ec2e7" * 10 + "abcd"


def command(folder: Path, *arguments: str, given: str = "", **environment: str) -> Ended:
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    home = {"XDG_CONFIG_HOME": str(folder / "config"), "PYTHON_KEYRING_BACKEND": NO_KEYRING}
    return ended(*arguments, env=bare | home | environment, cwd=folder, given=given)


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
    report = json.loads(command(tmp_path, "keys", "test", "--venue", "sandbox", "--json").stdout)
    assert (report["verdict"], report["exit_code"]) == ("The key serves.", 0)
    assert "permissions" in {row["step"] for row in report["steps"]}


def test_where_nobody_answers_nothing_is_said_of_the_key(tmp_path):
    address = ("--venue", "sandbox", "--address", "http://127.0.0.1:9")
    tried = command(tmp_path, "keys", "test", *address, VALR_API_KEY="k" * 64, VALR_API_SECRET=SECRET)
    assert tried.returncode == 4
    assert "The key could not be tried: address and TLS" in tried.stdout
