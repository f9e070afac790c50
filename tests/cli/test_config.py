"""`config check` and `config fix` as commands, against the embedded sandbox."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit.commands import Ended, ended
from kit.serving import Serving

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
    told = json.loads(ended("run", str(conf), "--json", "--duration", "2").stdout)
    assert (told["orders_placed"], told["open_orders"], told["exit_code"]) == (2, 0, 0), "it quotes"
    assert "nothing to repair" in config("fix", "--conservative", str(conf)).stdout


def test_fix_keeps_permissions_and_a_link_a_link(tmp_path):
    """The file is somewhere else, and only its owner may read it: both stay so."""
    real, link = tmp_path / "real.yml", tmp_path / "conf_pure_mm_2.yml"
    real.write_bytes(BROKEN.read_bytes())
    real.chmod(0o600)
    link.symlink_to(real)
    assert config("fix", str(link), "--offline").returncode == 0
    assert link.is_symlink()
    assert "order_refresh_time: 15.0" in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_is_diagnosed_and_not_repaired(tmp_path):
    conf = tmp_path / "conf.yml"
    conf.write_text("a: [1,\n b", encoding="utf-8")
    assert "error[PMM001]" in config("check", str(conf)).stdout
    refused = config("fix", str(conf))
    assert refused.returncode == 3
    assert "not YAML" in refused.stderr


def test_check_says_what_it_judged_by_and_what_it_did_not_know():
    """With the sandbox's account; with the file alone; a file that cannot be read is judged by nothing."""
    known = config("check", str(EXAMPLE)).stdout.splitlines()[-1]  # and nothing of repairs, as there is nothing to mend
    assert known.startswith("Judged by the rules of DOGE-USDT, the price 0.16")
    assert known.endswith("the maker fee 0.08 %, 620000 DOGE and 100000 USDT free.")
    assert "no pair, no price, no fees" in config("check", str(EXAMPLE), "--offline").stdout


@pytest.fixture
def served() -> Iterator[Serving]:
    serving = Serving()
    serving.start()
    assert serving.ready.wait(20)
    yield serving
    serving.end()


def test_check_without_a_key_or_with_a_wrong_one_says_so_and_judges_the_rest(served):
    """The rules and the price are public; fees and balances are named as missing, with the reason."""
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    without = ended("config", "check", str(EXAMPLE), "--address", served.url, env=bare)
    assert "Without fees and balances: no API key for that sandbox" in without.stdout
    keys = {"VALR_API_KEY": served.world.key, "VALR_API_SECRET": "0" * 64}
    refused = ended("config", "check", str(EXAMPLE), "--address", served.url, env=bare | keys)
    assert (without.returncode, refused.returncode) == (0, 0)
    assert "Without fees and balances: " in refused.stdout
    assert "signature" in refused.stdout
    with_it = ended(
        "config",
        "check",
        str(EXAMPLE),
        "--address",
        served.url,
        env=bare | keys | {"VALR_API_SECRET": served.world.secret},
    )
    assert "the maker fee 0.08 %" in with_it.stdout


def test_check_names_the_repair_where_there_is_one(tmp_path):
    """A described order that is too small is for its author to mend."""
    told = config("check", str(BROKEN)).stdout.splitlines()[-2:]
    assert told == [
        f"`valr-maker config fix {BROKEN}` mends PMM040.",
        f"`valr-maker config fix --conservative {BROKEN}` mends PMM021, PMM032.",
    ]
    conf = tmp_path / "conf_pure_mm_2.yml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("order_override:", "order_override: {a: [buy, 1, 1]}")
    conf.write_text(text, encoding="utf-8")
    told = config("check", str(conf)).stdout.splitlines()
    assert told[0].startswith("warning[PMM020]")
    assert told[-1].startswith("Judged by")


def test_check_names_a_price_band_that_leaves_the_market_out(tmp_path):
    """At the sandbox's price nothing would be bought."""
    conf = tmp_path / "conf_pure_mm_2.yml"
    conf.write_text(EXAMPLE.read_text(encoding="utf-8").replace("price_ceiling: -1.0", "price_ceiling: 0.1"), "utf-8")
    told = config("check", str(conf))
    assert told.returncode == 0
    assert "warning[PMM036]" in told.stdout
    assert "nothing is bought" in told.stdout
