"""What the operator's door is asked: typed bodies, and the mistakes in them.

Room rule: pure. Whatever is wrong with a request is a Mistake, before anything of the world has changed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from valr_maker.sandbox.accounts import TRADER
from valr_maker.sandbox.core import ORDER_TYPES
from valr_maker.sandbox.crowd import POST_ONLY

BAD, FORBIDDEN, NOT_FOUND = 400, 403, 404
TIER_MAX = 9
DIGITS_MAX = 18
PERMISSIONS = ("View access", "Trade", "Withdraw", "Internal Transfer", "Transfer", "Link bank account")
"""What a key can be allowed, in VALR's words (D)."""
SIMPLE_ONLY = ("SIMPLE",)
"""What a pair takes that has no book for others: it looks active and refuses limit orders (reference 8.21)."""
HOSTS = frozenset({"127.0.0.1", "localhost", "::1", "api.valr.com"})
"""Names under which the door answers: this machine's, and the one that a hosts file may point at it."""


class Mistake(Exception):
    """Something asked for cannot be done: what was found, and what to do."""

    def __init__(self, found: str, remedy: str, status: int = BAD) -> None:
        super().__init__(found)
        self.remedy, self.status = remedy, status


# ---- bodies ---------------------------------------------------------------------------------------------------------
class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """An account to be; with `parent` a sub-account of that one, which has no key of its own."""

    label: str
    funds: dict[str, Decimal] = {}
    permissions: tuple[str, ...] = TRADER
    tier: int = 1
    parent: str | None = None


class Money(msgspec.Struct, forbid_unknown_fields=True):
    """A deposit; below zero a withdrawal."""

    currency: str
    amount: Decimal


class NewKey(msgspec.Struct, forbid_unknown_fields=True):
    """One more key for an account. `addresses` are networks (CIDR) that may use it; none means all."""

    label: str = "key"
    permissions: tuple[str, ...] = TRADER
    addresses: tuple[str, ...] = ()


class Tier(msgspec.Struct, forbid_unknown_fields=True):
    """A fee tier, 1 to 9."""

    tier: int


class PairState(msgspec.Struct, forbid_unknown_fields=True):
    """What changes about a pair. `order_types`: "all", "post-only", "simple-only", or a list of VALR's names."""

    active: bool | None = None
    order_types: str | list[str] | None = None


class Platform(msgspec.Struct, forbid_unknown_fields=True):
    """Maintenance on or off."""

    read_only: bool


class Seconds(msgspec.Struct, forbid_unknown_fields=True):
    """How far to move on."""

    seconds: float


class Speed(msgspec.Struct, forbid_unknown_fields=True):
    """How many times as fast."""

    factor: float


class CrowdOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A limit order of somebody else, who has unlimited money."""

    pair: str
    side: str
    price: Decimal
    quantity: Decimal
    time_in_force: str = "GTC"
    post_only: bool = False
    trader: str = "script"


Body = TypeVar("Body", bound=msgspec.Struct)


def refuse_pages(headers: Mapping[str, str], body: bytes) -> None:
    """A browser says where a page comes from, and cannot send JSON to another origin unasked. Raises Mistake.

    A page whose own name was pointed at this machine looks like one of ours, but for the name it asks.
    """
    if (host := headers.get("host")) is not None and _name_of(host) not in HOSTS:
        raise Mistake(f"{host} is not this machine", "Ask at 127.0.0.1", FORBIDDEN)
    if "origin" in headers or "sec-fetch-site" in headers:
        raise Mistake("a web page may not steer the sandbox", "Use `valr-maker sandbox`, or a program", FORBIDDEN)
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if body and kind not in ("application/json", "application/octet-stream"):
        raise Mistake(f"the content type is {kind or 'missing'}", "Send application/json", BAD)


def read(body: bytes, kind: type[Body]) -> Body:
    """The body, typed. Raises Mistake."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Mistake(
            f"the body cannot be read: {problem}", f"It needs {', '.join(kind.__struct_fields__)}"
        ) from problem


def _name_of(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # half an IPv6 address
        return None


def expect_permissions(wanted: Sequence[str]) -> None:
    """Raises Mistake for a permission that VALR does not know: a key with it could do nothing."""
    if unknown := [name for name in wanted if name not in PERMISSIONS]:
        raise Mistake(f"{', '.join(unknown)} is no permission", f"They are {', '.join(PERMISSIONS)}")


def expect_tier(tier: int) -> None:
    """Raises Mistake unless it is one of VALR's."""
    if not 1 <= tier <= TIER_MAX:
        raise Mistake(f"{tier} is not a fee tier", f"Give 1 to {TIER_MAX}")


def order_types(wanted: str | list[str]) -> tuple[str, ...] | None:
    """What a pair shall take; None is everything. Raises Mistake for a type that VALR does not know."""
    if wanted == "all":
        return None
    if wanted == "post-only":
        return POST_ONLY
    if wanted == "simple-only":
        return SIMPLE_ONLY
    names = [wanted] if isinstance(wanted, str) else wanted
    if unknown := [name for name in names if name not in ORDER_TYPES]:
        raise Mistake(
            f"{', '.join(unknown)} is no order type", f"They are all, post-only, simple-only, {', '.join(ORDER_TYPES)}"
        )
    return tuple(names)
