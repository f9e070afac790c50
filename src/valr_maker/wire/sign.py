"""The request signature: HMAC-SHA512 over timestamp, verb, raw path with query, body, sub-account (D, reference 1.1)."""

import hmac
from collections.abc import Mapping
from enum import StrEnum

KEY_HEADER = "X-VALR-API-KEY"
SIGNATURE_HEADER = "X-VALR-SIGNATURE"
TIMESTAMP_HEADER = "X-VALR-TIMESTAMP"
SUB_ACCOUNT_HEADER = "X-VALR-SUB-ACCOUNT-ID"

ACCOUNT_PATH = "/ws/account"
TRADE_PATH = "/ws/trade"


class Stream(StrEnum):
    """The two sockets."""

    TRADE = "trade"
    ACCOUNT = "account"

    @property
    def path(self) -> str:
        """Where it is, and what is signed."""
        return ACCOUNT_PATH if self is Stream.ACCOUNT else TRADE_PATH


def signature(  # noqa: PLR0913, PLR0917  # the six parts of the message, in the order in which they are signed
    secret: str, timestamp_ms: int | str, verb: str, target: str, body: bytes = b"", sub_account: str = ""
) -> str:
    """128 lowercase hex digits. `target` is path and query exactly as sent; the secret is used as text.

    >>> signature("s", 1, "GET", "/v1/account/balances")[:8]
    '8238b814'
    """
    message = f"{timestamp_ms}{verb.upper()}{target}".encode() + body + sub_account.encode()
    return hmac.new(secret.encode(), message, "sha512").hexdigest()


def headers(  # noqa: PLR0913, PLR0917  # as above, plus the key
    key: str, secret: str, timestamp_ms: int, verb: str, target: str, body: bytes = b"", sub_account: str = ""
) -> Mapping[str, str]:
    """The headers that sign one request, or the upgrade of a socket (`GET`, `/ws/account` or `/ws/trade`)."""
    signed = {
        KEY_HEADER: key,
        SIGNATURE_HEADER: signature(secret, timestamp_ms, verb, target, body, sub_account),
        TIMESTAMP_HEADER: str(timestamp_ms),
    }
    if sub_account:
        signed[SUB_ACCOUNT_HEADER] = sub_account
    return signed
