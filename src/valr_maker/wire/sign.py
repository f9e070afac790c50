"""The request signature: HMAC-SHA512 over timestamp, verb, raw path with query, body, sub-account (D, reference 1.1)."""

import hmac
from collections.abc import Mapping
from enum import StrEnum

KEY_HEADER = "X-VALR-API-KEY"
SIGNATURE_HEADER = "X-VALR-SIGNATURE"
TIMESTAMP_HEADER = "X-VALR-TIMESTAMP"
SUB_ACCOUNT_HEADER = "X-VALR-SUB-ACCOUNT-ID"

_BYTES = "surrogateescape"
"""What is no UTF-8 in a request line or a header comes as lone surrogates, and is signed as the bytes it was."""

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
    before, after = f"{timestamp_ms}{verb.upper()}{target}", sub_account
    message = before.encode("utf-8", _BYTES) + body + after.encode("utf-8", _BYTES)
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
