"""Who is asking: key, signature over the raw request target and body, timestamp (reference 1)."""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from valr_maker.sandbox.accounts import Account, Accounts
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.refusals import FORBIDDEN, UNAUTHORISED, Invalid, no
from valr_maker.wire import codes, sign

KEY = sign.KEY_HEADER.lower()
SIGNATURE = sign.SIGNATURE_HEADER.lower()
TIMESTAMP = sign.TIMESTAMP_HEADER.lower()
SUB_ACCOUNT = sign.SUB_ACCOUNT_HEADER.lower()

VIEW = "View access"
TRADE = "Trade"

DIGITS_MAX = 16
"""Milliseconds have thirteen; one client sends microseconds, which are a time far away."""
PRIMARY = "0"
"""The primary account's id among the sub-accounts."""


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Header names in lower case: their case means nothing."""
    return {name.lower(): value for name, value in headers.items()}


class Signed(NamedTuple):
    """What a signature covers. Header names in lower case."""

    headers: Mapping[str, str]
    verb: str
    target: str
    body: bytes = b""


def signed_by(accounts: Accounts, signed: Signed, now_s: float, window_s: float) -> Account:
    """The account that signed this. Raises Rejected as section 1.6 has it.

    The window of the timestamp is inferred; an empty sub-account header counts as absent (C).
    """
    headers, verb, target, body = signed
    key = headers.get(KEY, "")
    if not key:
        raise no(codes.KEY_MISSING)
    account = accounts.by_key(key)
    stamp, sub_account = headers.get(TIMESTAMP, ""), headers.get(SUB_ACCOUNT, "")
    if account is None or not _fresh(stamp, now_s, window_s):
        raise no(codes.BAD_SIGNATURE, UNAUTHORISED)
    expected = sign.signature(account.secret, stamp, verb, target, body, sub_account)
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(expected.encode(), given):
        raise no(codes.BAD_SIGNATURE, UNAUTHORISED)
    if sub_account not in ("", PRIMARY):
        raise Invalid.of(sign.SUB_ACCOUNT_HEADER, "the sandbox has no such sub-account")
    return account


def demand(account: Account, permission: str) -> None:
    """Raises Rejected (403; code and text inferred) unless the key may do this."""
    if permission not in account.permissions:
        code = codes.INVALID_REQUEST.number
        raise Rejected(code, f"The API key does not have the permission {permission}", FORBIDDEN)


def _fresh(stamp: str, now_s: float, window_s: float) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= DIGITS_MAX):
        return False
    return abs(int(stamp) / 1000 - now_s) <= window_s
