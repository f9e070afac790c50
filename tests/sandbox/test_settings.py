"""`sandbox serve --set NAME=VALUE`: every setting can be given as text, and nothing that a sandbox could not live with."""

from decimal import Decimal
from typing import Any

import pytest

from valr_maker.errors import UsageProblem
from valr_maker.sandbox.rules import DEFAULT, Latency, Rules
from valr_maker.sandbox.settings import changed, names, settings

GIVEN: dict[str, tuple[str, Any]] = {
    "edge_cache": ("true", True),
    "limits_enforced": ("false", False),
    "retry_after_s": ("7", 7),
    "history_window_days": ("30", 30),
    "sockets_per_key": ("none", None),
    "slippage_band_pct": ("2.5", Decimal("2.5")),
    "html_400_chance": ("0.25", 0.25),
    "post_only_code": ("-99", -99),
    "fok_status": ("Cancelled", "Cancelled"),
    "bad_signature_status": ("403", 403),
}


@pytest.mark.parametrize("name", GIVEN)
def test_a_setting_is_read_by_the_type_of_its_field(name: str):
    text, value = GIVEN[name]
    assert settings([f"{name}={text}"]) == Rules(**{name: value})


def test_several_are_taken_together_and_the_last_of_a_name_counts():
    rules = settings(["latency.ack_s=0.5", "placed_frame=true", "latency.ack_s=0", "latency.outcome_s=1"])
    assert rules == Rules(latency=Latency(0.0, 1.0), placed_frame=True)
    assert changed(rules) == {"placed_frame": "True", "latency.ack_s": "0.0", "latency.outcome_s": "1.0"}
    assert changed(DEFAULT) == {}


def test_every_setting_can_be_set_to_its_default():
    for name in names():
        kept = getattr(DEFAULT.latency, name.removeprefix("latency.")) if "." in name else getattr(DEFAULT, name)
        assert settings([f"{name}={kept}"]) == DEFAULT, name


@pytest.mark.parametrize(
    "text",
    [
        "edge_cache", "nonsense=1", "latency=1", "=", "", "edge_cache=maybe", "retry_after_s=soon", "retry_after_s=-1",
        "html_400_chance=1.5", "html_400_chance=nan", "timestamp_window_s=inf", "slippage_band_pct=NaN",
        "slippage_band_pct=-1", "fok_status=Placed", "bad_signature_status=200", "post_only_code=6",
        "latency.ack_s=-0.1", "edge_cache=none", "latency.nothing=1",
    ],
)  # fmt: skip
def test_what_a_sandbox_could_not_live_with_is_refused_with_a_remedy(text: str):
    with pytest.raises(UsageProblem, match="--set") as caught:
        settings([text])
    assert caught.value.remedy
