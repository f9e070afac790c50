"""`config explain` and `why`: what a file means on the embedded sandbox, with nothing sent."""

import json
import os
from pathlib import Path

import pytest
from kit.commands import Ended, ended
from kit.serving import Serving

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "conf_pure_mm_2.yml"


def told(*arguments: str, columns: int = 80) -> Ended:
    return ended(*arguments, env=os.environ | {"COLUMNS": str(columns)})


def edited(tmp_path: Path, **keys: str) -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    lines = [
        f"{name}: {keys[name]}" if (name := line.partition(":")[0]) in keys else line for line in text.splitlines()
    ]
    conf = tmp_path / "conf_pure_mm_5.yml"
    conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(conf)


@pytest.mark.parametrize("columns", [80, 120])
def test_explain_names_every_key_and_shows_the_orders_without_colour_in_any_width(columns):
    done = told("config", "explain", str(EXAMPLE), columns=columns)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert "\x1b" not in done.stdout
    heads = [line.split()[0] for line in lines if line[:1].isalpha()]
    assert {"bid_spread", "order_amount", "should_wait_order_cancel_confirmation"} <= set(heads)
    assert any(line.startswith("buy ") and "0.159" in line for line in lines), "the table"
    ladder = [line.split(None, 2)[1:] for line in lines[-5:]]
    assert [mark[0] for mark in ladder] == ["sell", "----", "----", "----", "buy"], "highest price first"


def test_explain_in_json_has_each_key_with_value_origin_unit_and_effect(tmp_path):
    conf = edited(tmp_path, bid_spread="2.0", order_levels="3", ping_pong_enabled="True")
    body = json.loads(told("config", "explain", conf, "--json").stdout)
    rows = {row["key"]: row for row in body["keys"]}
    assert len(rows) == 46
    assert rows["bid_spread"]["value"] == "2.0"
    assert rows["bid_spread"]["origin"] == "line 13"
    assert rows["bid_spread"]["unit"] == "%"
    price = float(body["price"])
    assert f"{price * 0.02:.5g}"[:6] in rows["bid_spread"]["effect"]
    assert [(row["side"], row["level"]) for row in body["orders"]] == [
        (side, level) for side in ("buy", "sell") for level in (1, 2, 3)
    ]
    assert abs(float(body["orders"][0]["price"]) / price - 0.98) < 0.0001


def test_a_price_of_ones_own_asks_no_exchange(tmp_path):
    done = told("config", "explain", edited(tmp_path, order_amount="100"), "--price", "0.2", "--venue", "live")
    assert done.returncode == 0, done.stderr
    assert "worth 20 USDT" in done.stdout
    assert "nothing was sent" not in done.stdout


def test_offline_says_that_money_cannot_be_shown():
    done = told("config", "explain", str(EXAMPLE), "--offline")
    assert done.returncode == 0
    assert "give a --price to see money" in done.stdout


def test_a_key_that_is_not_in_the_file_has_hummingbots_default(tmp_path):
    text = EXAMPLE.read_text(encoding="utf-8").replace("filled_order_delay: 60.0\n", "")
    conf = tmp_path / "conf_pure_mm_5.yml"
    conf.write_text(text, encoding="utf-8")
    row = next(
        row for row in json.loads(told("config", "explain", str(conf), "--json", "--price", "1").stdout)["keys"]
        if row["key"] == "filled_order_delay"
    )  # fmt: skip
    assert row["origin"] == "Hummingbot's default"
    assert row["value"] == "60.0"


def test_why_says_of_each_level_what_would_be_sent():
    done = told("why", str(EXAMPLE))
    assert done.returncode == 0, done.stderr
    assert "buy  level 1: would be sent: 4 at 0.159" in done.stdout
    assert "nothing was sent" in done.stdout


@pytest.mark.parametrize(
    ("keys", "stage", "says"),
    [
        ({"price_ceiling": "0.1"}, "price_band", "price"),
        ({"order_amount": "300000", "order_levels": "5"}, "budget", "available"),
        ({"price_floor": "5"}, "price_band", "price"),
    ],
)
def test_why_names_the_stage_that_withheld_a_level(tmp_path, keys, stage, says):
    body = json.loads(told("why", edited(tmp_path, **keys), "--json").stdout)
    withheld = [row for row in body["orders"] if not row["rests"]]
    assert withheld
    assert {row["stage"] for row in withheld} == {stage}
    assert all(says in row["text"] for row in withheld)


def test_a_file_without_levels_has_no_empty_table(tmp_path):
    for command in (("config", "explain"), ("why",)):
        done = told(*command, edited(tmp_path, order_levels="0"))
        assert done.returncode == 0, done.stderr
        assert "the file asks for no orders" in done.stdout.splitlines()
        assert "side level" not in done.stdout


def test_a_level_that_is_not_created_says_why_once_and_within_the_width(tmp_path):
    keys = {"order_levels": "2", "inventory_skew_enabled": "True", "inventory_target_base_pct": "100"}
    done = told("config", "explain", edited(tmp_path, **keys, order_amount="4.123456"), columns=60)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first = next(index for index, line in enumerate(lines) if line.startswith("sell     1"))
    said = " ".join(" ".join(lines[first : first + 2]).split())
    assert said.startswith("sell 1 not created: the inventory asks for 0 % of its amount (skew)")
    assert max(map(len, lines)) <= 80, "the table has one width"


def test_why_says_that_the_exchange_takes_no_orders_now():
    """Maintenance: everything can be read, and nothing placed."""
    serving = Serving()
    serving.start()
    assert serving.ready.wait(20)
    serving.world.desk.read_only = True
    key = {"VALR_API_KEY": serving.world.key, "VALR_API_SECRET": serving.world.secret}
    words = ("why", str(EXAMPLE), "--address", serving.url)
    done = ended(*words, env=os.environ | key)
    body = json.loads(ended(*words, "--json", env=os.environ | key).stdout)
    serving.end()
    assert done.returncode == 0, done.stderr
    assert "the exchange is read-only: it takes no orders now" in done.stdout
    assert body["exchange"] == "read-only"


def test_bad_input_is_one_line_and_a_code():
    for arguments, code in (
        (("why", "missing.yml"), 3),
        (("config", "explain", str(EXAMPLE), "--price", "soon"), 2),
        (("why", str(EXAMPLE), "--venue", "live"), 5),
    ):
        done = told(*arguments)
        assert done.returncode == code, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert done.stdout == ""
