"""What the base at hand has cost outlives a run: kept after every fill and at the end, and known in the next one."""

from decimal import Decimal
from pathlib import Path

from valr_maker.config.load import Loaded, load
from valr_maker.errors import UsageProblem
from valr_maker.simulate import Simulated, simulate
from valr_maker.state import CostFile

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
NEAR = {"bid_spread": "0.05", "ask_spread": "0.05", "minimum_spread": "-100", "filled_order_delay": "1.0", "price_type": "inventory_cost",
        "inventory_price": "0.1"}  # fmt: skip
"""Quotes that fill soon."""


def near(tmp_path: Path) -> Loaded:
    """The example, with its keys of NEAR."""
    lines = [
        f"{name}: {NEAR[name]}" if (name := line.partition(":")[0]) in NEAR else line
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
    ]
    conf = tmp_path / "conf_pure_mm_5.yml"
    conf.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load(conf)


def ran(loaded: Loaded, kept: CostFile, seconds: float = 60.0, said: list[str] | None = None) -> Simulated:
    """One run of the bot that keeps its cost in this file."""
    watch = (said if said is not None else []).append
    return simulate(
        loaded, seed=1, duration_s=seconds, cost=kept.load(), keep_cost=kept.save, watch=lambda note: watch(note.text)
    )  # fmt: skip


def test_the_next_run_begins_with_what_this_one_left(tmp_path):
    loaded, path = near(tmp_path), tmp_path / "state"
    first = ran(loaded, CostFile(path, "cost", "DOGE-USDT"))
    left = CostFile(path, "cost", "DOGE-USDT").load()
    assert first.outcome.fills > 0
    assert left is not None
    assert left[0] > 0
    ran(loaded, CostFile(path, "cost", "DOGE-USDT"), 0.5)
    assert CostFile(path, "cost", "DOGE-USDT").load() == left, "a run without a fill changes nothing"
    assert ran(loaded, CostFile(path, "cost", "DOGE-USDT")).outcome.fills > 0
    now = CostFile(path, "cost", "DOGE-USDT").load()
    assert now is not None
    assert abs(now[1] / now[0] - left[1] / left[0]) < Decimal("0.001"), "not begun anew with inventory_price"
    assert now != left


def test_a_run_without_a_fill_keeps_nothing(tmp_path):
    """What inventory_price says is the file's, and may be changed there until a fill tells more."""
    kept = CostFile(tmp_path, "cost", "DOGE-USDT")
    assert ran(near(tmp_path), kept, 0.5).outcome.fills == 0
    assert kept.load() is None


def test_when_it_cannot_be_kept_the_bot_goes_on_and_ends_with_an_error(tmp_path):
    blocked = tmp_path / "state"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    said: list[str] = []
    kept = CostFile(blocked, "cost", "DOGE-USDT")
    kept.load = lambda: None  # type: ignore[method-assign]  # the disk filled up after the start
    outcome = ran(near(tmp_path), kept, said=said).outcome
    assert outcome.fills > 1
    assert outcome.open_orders == 0
    assert isinstance(outcome.error, UsageProblem)
    assert "what the inventory has cost cannot be kept" in str(outcome.error)
    assert "DOGE-USDT" in outcome.error.remedy
    assert any("cannot be kept" in text for text in said)
