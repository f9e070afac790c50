"""Each feature through the whole bot on the sandbox, in virtual time: it trades, nobody complains, nothing is left."""

import re
from pathlib import Path

import pytest

from valr_maker.config.load import load
from valr_maker.engine.engine import Pace
from valr_maker.events import Note, Weight
from valr_maker.simulate import simulate

EXAMPLE = Path(__file__).parents[2] / "examples" / "conf_pure_mm_2.yml"
CLOSE = {
    "bid_spread": "0.05", "ask_spread": "0.05", "order_level_spread": "0.05", "order_levels": "3",
    "minimum_spread": "-100", "filled_order_delay": "5",
}  # fmt: skip
FEATURES = {
    "hanging orders": {"hanging_orders_enabled": "True", "hanging_orders_cancel_pct": "0.3", "max_order_age": "30"},
    "order optimisation": {"order_optimization_enabled": "True", "add_transaction_costs": "True"},
    "ping pong and skew": {"ping_pong_enabled": "True", "inventory_skew_enabled": "True"},
    "cost price in a moving band": {
        "price_type": "inventory_cost", "inventory_price": "0.1", "moving_price_band_enabled": "True",
    },
}  # fmt: skip


RUNS = [(feature, False) for feature in FEATURES] + [("hanging orders", True), ("order optimisation", True)]


@pytest.mark.parametrize(("feature", "strict"), RUNS)
def test_the_bot_trades_with_it(tmp_path: Path, feature: str, strict: bool) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    for key, value in (CLOSE | FEATURES[feature]).items():
        text, found = re.subn(rf"^{key}:.*$", f"{key}: {value}", text, flags=re.MULTILINE)
        assert found == 1, key
    conf = tmp_path / "conf_pure_mm_9.yml"
    conf.write_text(text, encoding="utf-8")
    notes: list[Note] = []
    pace = Pace.CLOCK if strict else Pace.EVENT
    outcome = simulate(
        load(conf), seed=1, duration_s=180.0, pace=pace, strict_parity=strict, watch=notes.append
    ).outcome  # fmt: skip
    assert outcome.error is None
    assert outcome.open_orders == 0
    assert outcome.fills > 0
    assert outcome.orders_placed > 6
    assert not [note.text for note in notes if note.weight is not Weight.INFO and "post only" not in note.text.lower()]
