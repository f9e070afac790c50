"""Client order ids that say whose order it is: bot, session, slot and a counter.

Letters, digits and hyphens, at most 50 (reference 3.2). `vm-3f9a1c-7b2e90d4-b0-17`: bot 3f9a1c (market and file), session
7b2e90d4, buy level 0, the seventeenth order. A wiped disk still recognises its own orders by the first two parts.
"""

from collections.abc import Callable
from hashlib import blake2s
from typing import NamedTuple

from valr_maker.domain import Market, Side, Slot

PREFIX = "vm"
LENGTH_MAX = 50


class ClientId(NamedTuple):
    """The parts of an id of ours."""

    bot: str
    session: str
    slot: Slot
    number: int

    def __str__(self) -> str:
        side = "b" if self.slot.side is Side.BUY else "s"
        hanging = "h" if self.slot.hanging else ""
        return f"{PREFIX}-{self.bot}-{self.session}-{side}{self.slot.level}{hanging}-{self.number}"


def bot_name(market: Market, file_name: str) -> str:
    """Six hex digits that are the same in every session of one file on one market."""
    return blake2s(f"{market}/{file_name}".encode(), digest_size=3).hexdigest()


def parse(text: str | None) -> ClientId | None:
    """The parts of an id, or None when it is not one of ours."""
    if text is None or len(text) > LENGTH_MAX or not text.isascii():
        return None
    parts = text.split("-")
    if len(parts) != len(ClientId._fields) + 1 or parts[0] != PREFIX:
        return None
    _, bot, session, slot, number = parts
    hanging = slot.endswith("h")
    level = slot[1:].removesuffix("h")
    if slot[:1] not in ("b", "s") or not (level.isdigit() and number.isdigit()):
        return None
    side = Side.BUY if slot[0] == "b" else Side.SELL
    return ClientId(bot, session, Slot(side, int(level), hanging), int(number))


def numbering(bot: str, session: str) -> Callable[[Slot], str]:
    """A function that gives each new order its id."""
    count = 0

    def next_id(slot: Slot) -> str:
        nonlocal count
        count += 1
        return str(ClientId(bot, session, slot, count))

    return next_id
