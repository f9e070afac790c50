"""`config check` and `config fix` as commands, against the embedded sandbox."""

import json
from pathlib import Path

from kit.commands import Ended, ended

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "conf_pure_mm_2.yml"
BROKEN = ROOT / "examples" / "broken_conf_pure_mm_2.yml"


def config(*arguments: str) -> Ended:
    return ended("config", *arguments)


def test_the_example_is_clean_and_the_broken_file_is_not():
    assert config("check", str(EXAMPLE)).returncode == 0
    told = config("check", str(BROKEN), "--json")
    assert told.returncode == 3
    rows = {row["code"]: row for row in json.loads(told.stdout)}
    assert set(rows) == {"PMM021", "PMM032", "PMM040"}
    assert "USDT" in rows["PMM021"]["cost"]  # the sandbox's price is known


def test_a_diagnostic_shows_the_line_it_is_about():
    told = config("check", str(BROKEN), "--offline")
    assert "error[PMM040]" in told.stdout
    assert f"--> {BROKEN}:20" in told.stdout
    assert "   20 | order_refresh_time: 0.01" in told.stdout


def test_fix_shows_writes_and_leaves_a_backup(tmp_path):
    """Dry first: nothing is written. Then the file is mended, and a second fix finds nothing to do."""
    conf = tmp_path / "conf_pure_mm_2.yml"
    conf.write_bytes(BROKEN.read_bytes())
    dry = config("fix", "--conservative", "--dry-run", str(conf))
    assert "+order_refresh_time: 15.0" in dry.stdout
    assert conf.read_bytes() == BROKEN.read_bytes()
    assert config("fix", "--conservative", str(conf)).returncode == 0
    assert (tmp_path / "conf_pure_mm_2.yml.bak").read_bytes() == BROKEN.read_bytes()
    assert config("check", str(conf)).returncode == 0
    assert "nothing to repair" in config("fix", "--conservative", str(conf)).stdout


def test_a_file_that_cannot_be_read_is_diagnosed_and_not_repaired(tmp_path):
    conf = tmp_path / "conf.yml"
    conf.write_text("a: [1,\n b", encoding="utf-8")
    assert "error[PMM001]" in config("check", str(conf)).stdout
    refused = config("fix", str(conf))
    assert refused.returncode == 3
    assert "not YAML" in refused.stderr
