"""Who is asking: key, signature over the raw request target and body, timestamp (reference 1)."""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

from valr_maker.sandbox.accounts import PRIMARY, Account, Accounts, Key
from valr_maker.sandbox.facts import Rejected
from valr_maker.sandbox.refusals import FORBIDDEN, UNAUTHORISED, Invalid, no
from valr_maker.sandbox.rules import Rules
from valr_maker.wire import codes, sign

KEY = sign.KEY_HEADER.lower()
SIGNATURE = sign.SIGNATURE_HEADER.lower()
TIMESTAMP = sign.TIMESTAMP_HEADER.lower()
SUB_ACCOUNT = sign.SUB_ACCOUNT_HEADER.lower()

VIEW = "View access"
TRADE = "Trade"
TRANSFER = "Internal Transfer"

LOCAL = "127.0.0.1"
"""Where clients of a local sandbox call from."""

DIGITS_MAX = 16
"""Milliseconds have thirteen; one client sends microseconds, which are a time far away."""


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Header names in lower case: their case means nothing."""
    return {name.lower(): value for name, value in headers.items()}


class Signed(NamedTuple):
    """What a signature covers. Header names in lower case."""

    headers: Mapping[str, str]
    verb: str
    target: str
    body: bytes = b""


class Login(NamedTuple):
    """Who asks: the account that is acted for, and the key that it is done with."""

    account: Account
    key: Key


def signed_by(accounts: Accounts, signed: Signed, now_s: float, rules: Rules, address: str = LOCAL) -> Login:
    """Who signed this, and for which account. Raises Rejected as section 1.6 has it.

    The window of the timestamp is inferred; an empty sub-account header counts as absent (C).
    """
    headers, verb, target, body = signed
    given_key = headers.get(KEY, "")
    if not given_key:
        raise no(codes.KEY_MISSING)
    key = accounts.key(given_key)
    stamp, sub_account = headers.get(TIMESTAMP, ""), headers.get(SUB_ACCOUNT, "")
    if key is None or not _fresh(stamp, now_s, rules.timestamp_window_s):
        raise no(codes.BAD_SIGNATURE, rules.bad_signature_status)
    expected = sign.signature(key.secret, stamp, verb, target, body, sub_account)
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(expected.encode(), given):
        raise no(codes.BAD_SIGNATURE, rules.bad_signature_status)
    if not key.admits(address):
        raise no(codes.IP_NOT_ALLOWED, UNAUTHORISED)
    return Login(_acted_for(accounts, key, sub_account), key)


def _acted_for(accounts: Accounts, key: Key, sub_account: str) -> Account:
    own = accounts.get(key.account)
    if sub_account in ("", PRIMARY, own.id):
        return own
    for sub in accounts.subs(own.id):
        if sub.id == sub_account:
            return sub
    raise Invalid.of(sign.SUB_ACCOUNT_HEADER, "the sandbox has no such sub-account")


def permission_for(verb: str, path: str) -> str:
    """What a key needs for a signed call (D): a quote is a read, although it is asked for by POST."""
    if path.endswith("/transfer"):
        return TRANSFER
    return VIEW if verb == "GET" or path.endswith("/quote") else TRADE


def demand(key: Key, permission: str) -> None:
    """Raises Rejected (403; code and text are known of transfers alone) unless the key may do this."""
    if permission not in key.permissions:
        if permission == TRANSFER:
            raise no(codes.TRANSFER_NOT_PERMITTED, FORBIDDEN)
        code = codes.INVALID_REQUEST.number
        raise Rejected(code, f"The API key does not have the permission {permission}", FORBIDDEN)


def _fresh(stamp: str, now_s: float, window_s: float) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= DIGITS_MAX):
        return False
    return abs(int(stamp) / 1000 - now_s) <= window_s
