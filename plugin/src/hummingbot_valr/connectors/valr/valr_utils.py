"""What Hummingbot's settings ask of a connector: fees, an example, the keys to be prompted for, and the sandbox."""

from decimal import Decimal
from typing import Any

from hummingbot.client.config.config_data_types import BaseConnectorConfigMap
from hummingbot.core.data_type.trade_fee import TradeFeeSchema
from pydantic import ConfigDict, Field, SecretStr

from .valr_constants import SANDBOX, VALR

CENTRALIZED = True
EXAMPLE_PAIR = "BTC-ZAR"
DEFAULT_FEES = TradeFeeSchema(
    maker_percent_fee_decimal=Decimal("0.0018"),
    taker_percent_fee_decimal=Decimal("0.0035"),
    buy_percent_fee_deducted_from_returns=True,
)
"""The dearest of VALR's tiers (pairs against the rand, tier 1), until the account's own rates have been asked for."""


def _secret(prompt: str) -> SecretStr:
    extra: dict[str, Any] = {
        "prompt": lambda _map: prompt,
        "is_secure": True,
        "is_connect_key": True,
        "prompt_on_new": True,
    }
    key: SecretStr = Field(default=..., json_schema_extra=extra)
    return key


class ValrConfigMap(BaseConnectorConfigMap):
    """Keys of a live account."""

    connector: str = VALR
    valr_api_key: SecretStr = _secret("Enter your VALR API key (View access and Trade are enough)")
    valr_api_secret: SecretStr = _secret("Enter your VALR API secret")
    model_config = ConfigDict(title=VALR)


class ValrSandboxConfigMap(BaseConnectorConfigMap):
    """Keys that `valr-maker sandbox serve` printed."""

    connector: str = SANDBOX
    valr_sandbox_api_key: SecretStr = _secret("Enter the API key that `valr-maker sandbox serve` printed")
    valr_sandbox_api_secret: SecretStr = _secret("Enter the API secret that it printed")
    model_config = ConfigDict(title=SANDBOX)


KEYS = ValrConfigMap.model_construct()
OTHER_DOMAINS = [SANDBOX]
OTHER_DOMAINS_PARAMETER = {SANDBOX: SANDBOX}
OTHER_DOMAINS_EXAMPLE_PAIR = {SANDBOX: "DOGE-USDT"}
OTHER_DOMAINS_DEFAULT_FEES = {SANDBOX: DEFAULT_FEES}
OTHER_DOMAINS_KEYS = {SANDBOX: ValrSandboxConfigMap.model_construct()}
