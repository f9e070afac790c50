"""Why each level is as it is: what rests, what was withheld by which stage, and when it is looked at again."""

from dataclasses import dataclass
from decimal import Decimal

from valr_maker.domain import Side, Slot
from valr_maker.engine.engine import Engine
from valr_maker.orders.own import OwnOrder
from valr_maker.orders.states import State

RESTS, WAITS = "order", "engine"


@dataclass(frozen=True, slots=True)
class LevelWhy:
    """One side and level."""

    side: str
    level: int
    """1 is nearest the market."""
    rests: bool
    """Whether an order of this level is on the exchange or on its way there."""
    stage: str
    """What decided it: `order` when there is one, `engine` when nothing may be quoted at all, else a stage."""
    text: str
    price: Decimal | None = None
    quantity: Decimal | None = None
    again_in_s: float | None = None
    """When it is looked at again at the latest; None: when something changes."""


def levels(engine: Engine, now_s: float) -> tuple[LevelWhy, ...]:
    """Every level that the file asks for, buys first, and every other order of ours."""
    due_s = engine.next_due_s(now_s)
    again_in_s = None if due_s is None else max(due_s - now_s, 0.0)
    orders = {order.slot: order for order in engine.account.orders}
    because = {reason.slot: reason for reason in engine.reasons if reason.slot is not None}
    slots = sorted({*_asked_for(engine), *orders, *because}, key=lambda slot: (slot.side is Side.SELL, slot.level))
    general = [reason for reason in engine.reasons if reason.slot is None]
    rows = []
    for slot in slots:
        if slot in orders:
            rows.append(_order(orders[slot], again_in_s))
            continue
        if slot in because:
            stage, text = because[slot].stage, because[slot].text
        elif general:
            stage, text = general[0].stage, "; ".join(dict.fromkeys(reason.text for reason in general))
        else:
            stage, text = WAITS, engine.why or "waiting for the next round"
        rows.append(
            LevelWhy(slot.side.value, slot.level + 1, rests=False, stage=stage, text=text, again_in_s=again_in_s)
        )  # it does not rest
    return tuple(rows)


def _asked_for(engine: Engine) -> list[Slot]:
    settings = engine.settings
    if settings.overrides is None:
        return [Slot(side, level) for side in Side for level in range(settings.order_levels)]
    counts = {side: sum(row.side is side for row in settings.overrides) for side in Side}
    return [Slot(side, level) for side, count in counts.items() for level in range(count)]


def _order(order: OwnOrder, again_in_s: float | None) -> LevelWhy:
    if order.cancel_sent_s is not None:
        text = "is being cancelled"
    elif order.state is State.PENDING_NEW:
        text = "is on its way"
    else:
        text = "hangs" if order.slot.hanging else "rests"
    return LevelWhy(
        order.slot.side.value,
        order.slot.level + 1,
        rests=True,
        stage=RESTS,
        text=text,
        price=order.price,
        quantity=order.remaining,
        again_in_s=again_in_s,
    )
