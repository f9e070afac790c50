"""The words that options take."""

from enum import StrEnum


class Venue(StrEnum):
    """Where to trade."""

    SANDBOX = "sandbox"
    LIVE = "live"


class PaceName(StrEnum):
    """When to decide."""

    EVENT = "event"
    CLOCK = "clock"
