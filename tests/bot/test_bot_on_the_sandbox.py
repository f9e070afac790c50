"""The real bot against the real sandbox, in one process and in virtual time: a minute takes a moment."""

from pathlib import Path

import pytest

from valr_maker.bot.bot import Outcome
from valr_maker.config.load import load
from valr_maker.simulate import simulate

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"


def quote(conf: Path, seed: int, duration_s: float) -> tuple[Outcome, str]:
    """Run a file for a while; how it went, and the digest of every frame and answer of the world."""
    simulated = simulate(load(conf), seed=seed, duration_s=duration_s)
    return simulated.outcome, simulated.digest


def test_the_example_file_quotes_gets_fills_and_leaves_nothing_behind():
    outcome, _ = quote(EXAMPLE, seed=1, duration_s=180.0)
    assert outcome.error is None
    assert outcome.open_orders == 0
    assert outcome.fills > 0
    assert outcome.seconds_to_first_quotes is not None
    assert outcome.seconds_to_first_quotes < 2.0


def test_the_same_seed_gives_the_same_bytes():
    assert quote(EXAMPLE, seed=7, duration_s=60.0) == quote(EXAMPLE, seed=7, duration_s=60.0)


def test_another_seed_gives_other_bytes():
    assert quote(EXAMPLE, seed=7, duration_s=60.0)[1] != quote(EXAMPLE, seed=8, duration_s=60.0)[1]


@pytest.mark.parametrize(
    ("market", "amount"),
    [
        ("BTC-ZAR", "0.0001"),
        ("BTC-USDT", "0.0001"),
        ("ETH-USDT", "0.01"),
        ("ETH-BTC", "0.01"),
        ("XRP-ZAR", "20"),
        ("SOL-USDT", "0.1"),
        ("DOGE-ZAR", "100"),
        ("USDT-ZAR", "50"),
        ("SHIB-USDC", "2000000"),
        ("AVAX-ZAR", "1"),
    ],
)
def test_other_pairs_quote_too(tmp_path, market, amount):
    text = EXAMPLE.read_text(encoding="utf-8").replace("DOGE-USDT", market)
    conf = tmp_path / "conf_pure_mm_3.yml"
    conf.write_text(text.replace("order_amount: 4.0", f"order_amount: {amount}"), encoding="utf-8")
    outcome, _ = quote(conf, seed=1, duration_s=20.0)
    assert outcome.error is None
    assert outcome.orders_placed >= 2
    assert outcome.open_orders == 0
