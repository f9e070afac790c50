"""Whether the API key may do what a market maker needs, and nothing more."""

from valr_maker.errors import KeyProblem, KeyRefused
from valr_maker.wire import codes, rest

TOO_MUCH = {"Withdraw", "Internal Transfer", "Link bank account", "Transfer"}
KEY_FAULTS = {code.number for code in (codes.BAD_SIGNATURE, codes.KEY_MISSING, codes.IP_NOT_ALLOWED)}
"""Answers that say that the exchange takes nothing that is signed with this key."""


def fault_of(info: rest.KeyInfo) -> KeyProblem | None:
    """Why this key is not to be used; None when it is well."""
    powers = sorted(TOO_MUCH.intersection(info.permissions))
    if powers:
        return KeyProblem(
            f"API key {info.label!r} may do more than a market maker needs: {', '.join(powers)}",
            remedy="Create a key with only View access and Trade",
        )
    if "Trade" not in info.permissions:
        return KeyProblem(
            f"API key {info.label!r} may not trade: it has {', '.join(info.permissions) or 'no permission'}",
            remedy="Create a key with View access and Trade",
        )
    return None


def refused(why: str) -> KeyRefused:
    """The exchange refuses the key."""
    return KeyRefused(
        f"the exchange refuses the API key: {why}",
        remedy="Check key and secret, the allowed addresses of the key, and this machine's clock",
    )
