"""Our own orders: at most one live one a slot, and every fill counted once."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from valr_maker.domain import Intent, Side, Slot
from valr_maker.orders.states import Event, State, step

ZERO = Decimal(0)
FINISHED_KEPT = 500
FILLS_KNOWN = 20_000


@dataclass(slots=True)
class OwnOrder:
    """One order of ours. Prices in quote per base; `remaining` in base; times monotonic seconds."""

    cid: str
    slot: Slot
    price: Decimal
    quantity: Decimal
    remaining: Decimal
    created_s: float
    changed_s: float
    state: State = State.PENDING_NEW
    order_id: str | None = None
    seen_resting: bool = False
    cancel_sent_s: float | None = None
    underway: bool = False
    """Its REST call has not returned: until then nobody can say that it never arrived."""
    traded: Decimal = ZERO
    """Sum of the fills counted so far; less than what is gone means that a fill is still to come."""
    why: str = ""
    """The exchange's words for its end."""

    @property
    def side(self) -> Side:
        """The side of its slot."""
        return self.slot.side

    @property
    def live(self) -> bool:
        """Whether it may rest on the exchange, as far as anyone knows."""
        return not self.state.final


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill of ours. A fee below zero is a reward."""

    trade_id: str
    cid: str | None
    order_id: str
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    fee_currency: str
    traded_at: str
    heard_s: float


class SlotTaken(Exception):  # it names what happened
    """A second live order for one slot: refused here, whoever asks."""


class OwnOrders:
    """All orders of this session, live and lately finished, by client id and by the exchange's id."""

    def __init__(self) -> None:
        self._live: dict[str, OwnOrder] = {}
        self._finished: dict[str, OwnOrder] = {}
        self._by_order_id: dict[str, str] = {}
        self._fills_seen: dict[str, None] = {}
        self.placed = self.cancels_confirmed = self.failed = 0

    def open(self, cid: str, intent: Intent, now_s: float) -> OwnOrder:
        """Note an order that is about to be sent. Raises SlotTaken."""
        if self.in_slot(intent.slot) is not None:
            raise SlotTaken(str(intent.slot))
        order = OwnOrder(cid, intent.slot, intent.price, intent.quantity, intent.quantity, now_s, now_s)
        self._live[cid] = order
        self.placed += 1
        return order

    def in_slot(self, slot: Slot) -> OwnOrder | None:
        """The live order of a slot."""
        return next((order for order in self._live.values() if order.slot == slot), None)

    def find(self, cid: str | None, order_id: str | None = None) -> OwnOrder | None:
        """An order by either id, live or lately finished."""
        key = cid or self._by_order_id.get(order_id or "", "")
        return self._live.get(key) or self._finished.get(key)

    def live(self) -> list[OwnOrder]:
        """Every order that may rest, oldest first."""
        return list(self._live.values())

    def __iter__(self) -> Iterator[OwnOrder]:
        return iter(self._live.values())

    def __len__(self) -> int:
        return len(self._live)

    def name(self, order: OwnOrder, order_id: str | None) -> None:
        """Learn the exchange's id of an order."""
        if order_id and order.order_id is None:
            order.order_id = order_id
            self._by_order_id[order_id] = order.cid

    def happened(self, order: OwnOrder, event: Event, now_s: float, why: str = "") -> bool:
        """Step an order. True when it is finished by this. Raises ImpossibleStep."""
        was_final = order.state.final
        order.state = step(order.state, event)
        order.changed_s = now_s
        order.seen_resting = order.seen_resting or event is Event.RESTS
        if why:
            order.why = why
        if order.state.final and not was_final:
            self._finish(order)
            return True
        return False

    def _finish(self, order: OwnOrder) -> None:
        del self._live[order.cid]
        self._finished[order.cid] = order
        self.cancels_confirmed += order.state is State.CANCELLED
        self.failed += order.state is State.FAILED
        if len(self._finished) > FINISHED_KEPT:
            oldest = self._finished.pop(next(iter(self._finished)))
            self._by_order_id.pop(oldest.order_id or "", None)

    def first_time(self, trade_id: str) -> bool:
        """Whether this fill has not been counted yet; from now on it has."""
        if trade_id in self._fills_seen:
            return False
        self._fills_seen[trade_id] = None
        if len(self._fills_seen) > FILLS_KNOWN:
            del self._fills_seen[next(iter(self._fills_seen))]
        return True
