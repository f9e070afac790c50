"""VALR's error codes: what each means, whose fault it is, and whether asking again can help (reference 3.8)."""

from enum import StrEnum
from typing import NamedTuple

from valr_maker.errors import ValrMakerError


class WireError(ValrMakerError):
    """Bytes that are no message of VALR's. Carries the beginning of what arrived."""

    SHOWN = 120

    def __init__(self, problem: str, raw: bytes | str = b"") -> None:
        shown = raw[: self.SHOWN].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[: self.SHOWN]
        super().__init__(
            f"{problem}: {shown!r}" if shown else problem,
            remedy="Nothing was taken from it; if it recurs, VALR has changed its protocol: report it",
        )


class Fault(StrEnum):
    """Whose fault an error is."""

    REQUEST = "request"
    ACCOUNT = "account"
    KEY = "key"
    EXCHANGE = "exchange"
    ORDER_GONE = "order gone"


class Code(NamedTuple):
    """One row of the catalogue."""

    number: int
    message: str
    fault: Fault
    repeat_helps: bool = False


INVALID_ORDER = Code(-1, "Invalid Order. ", Fault.ORDER_GONE)
INSUFFICIENT_BALANCE = Code(-6, "Insufficient Balance", Fault.ACCOUNT)
INVALID_REQUEST = Code(-11, "Invalid Request, please check your request and try again", Fault.REQUEST)
ORDER_NOT_FOUND = Code(-16, "Could not find the order to cancel", Fault.ORDER_GONE)
UNSUPPORTED_PAIR = Code(-21, "Unsupported Currency Pair", Fault.REQUEST)
PAIR_INACTIVE = Code(-32, "The given currency pair is not active", Fault.REQUEST)
SIMPLE_BELOW_MINIMUM = Code(-38, "Please increase your amount. The minimum is", Fault.REQUEST)
SIMPLE_ABOVE_MAXIMUM = Code(-39, "Please decrease your amount.  The maximum is", Fault.REQUEST)
SUMMARY_NOT_FOUND = Code(-111, "Market summary not found", Fault.REQUEST)
INVALID_JSON = Code(-113, "Invalid JSON payload", Fault.REQUEST)
LABEL_IN_USE = Code(-11132, "A subaccount with that label already exists", Fault.REQUEST)
TRANSFER_NOT_PERMITTED = Code(-11133, "Internal transfer not permitted for this key", Fault.REQUEST)
TOO_MANY_SUB_ACCOUNTS = Code(-11136, "The limit of 2000 sub-accounts has been reached", Fault.REQUEST)
BALANCES_NOT_ZERO = Code(-11163, "Cannot disable sub account with balances", Fault.REQUEST)
BAD_SIGNATURE = Code(-11252, "Request has an invalid signature", Fault.KEY)
KEY_MISSING = Code(-11268, "API key header missing: X-VALR-API-KEY", Fault.KEY)
IP_NOT_ALLOWED = Code(-11272, "The originating IP Address has not been whitelisted.", Fault.KEY)
MARGIN_NOT_ENABLED = Code(-19213, "Margin not enabled for account", Fault.ACCOUNT)
SELF_TRADE = Code(
    -11500,
    "We did not execute this order since it would have matched with your own order on the Exchange",
    Fault.REQUEST,
)
ORDER_TYPE_NOT_ALLOWED = Code(-12005, "Selected order type is not allowed for the currency pair.", Fault.REQUEST)
BELOW_MINIMUM = Code(-12007, "Minimum order size not met", Fault.REQUEST)
MODIFY_NO_CHANGE = Code(-21303, "Modify order would not have modified anything and was cancelled", Fault.REQUEST)
MODIFY_WITH_PLACE = Code(-21311, "Modify and place requests cannot be in one batch", Fault.REQUEST)

CATALOGUE = {code.number: code for code in globals().copy().values() if isinstance(code, Code)}

GONE = frozenset({INVALID_ORDER.number, ORDER_NOT_FOUND.number})
"""The only codes that say an order is not there. No other error proves that (reference 3.4, 3.5)."""

POST_ONLY_FAILED = "Post only cancelled as it would have matched"


def meaning(number: int) -> str:
    """VALR's own words for a code, or that it is not in the catalogue."""
    known = CATALOGUE.get(number)
    return known.message.strip() if known else f"code {number} is not in the catalogue"
