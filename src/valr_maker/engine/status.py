"""One picture of the bot for every screen: terminal, JSON, dashboard. Values only; ages in seconds, distances in %."""

from dataclasses import dataclass
from decimal import Decimal

from valr_maker.engine.engine import Engine
from valr_maker.engine.why import LevelWhy, levels
from valr_maker.events import Note
from valr_maker.orders.own import Fill

NOTES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """One of the five components."""

    name: str
    standing: str
    usable: bool
    for_s: float
    reason: str
    last_error: str
    ready_after_s: float | None


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """One live order of ours. `distance_pct` is from the mid, positive away from the market."""

    side: str
    level: int
    price: Decimal
    remaining: Decimal
    distance_pct: float | None
    age_s: float
    state: str


@dataclass(frozen=True, slots=True)
class HoldingStatus:
    """One of the pair's two currencies."""

    currency: str
    available: Decimal
    reserved: Decimal


@dataclass(frozen=True, slots=True)
class BudgetStatus:
    """One rate budget of VALR's and how much of its present window is spent."""

    name: str
    used: int
    calls: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything a screen shows."""

    market: str
    venue: str
    phase: str
    why: str
    uptime_s: float
    components: tuple[ComponentStatus, ...]
    best_bid: Decimal | None
    best_ask: Decimal | None
    mid: Decimal | None
    book_spread_pct: float | None
    book_age_s: float | None
    book_state: str
    bid_spread_pct: float
    ask_spread_pct: float
    orders: tuple[OrderStatus, ...]
    holdings: tuple[HoldingStatus, ...]
    fills: tuple[Fill, ...]
    fill_count: int
    orders_placed: int
    orders_cancelled: int
    orders_failed: int
    other_open_orders: int
    next_action_s: float | None
    notes: tuple[Note, ...]
    now_s: float
    budgets: tuple[BudgetStatus, ...] = ()
    levels: tuple[LevelWhy, ...] = ()
    """Every level that the file asks for, and why it is as it is."""


def picture(engine: Engine, now_s: float, venue: str, budgets: tuple[BudgetStatus, ...] = ()) -> Status:
    """The present moment of an engine."""
    market, account, settings = engine.market, engine.account, engine.settings
    bid, ask, mid = market.feed.book.best_bid, market.feed.book.best_ask, market.mid
    due_s = engine.next_due_s(now_s)
    return Status(
        market=str(settings.market),
        venue=venue,
        phase=engine.phase.value,
        why=engine.why,
        uptime_s=now_s - engine.readiness.start_s,
        components=_components(engine, now_s),
        best_bid=bid,
        best_ask=ask,
        mid=mid,
        book_spread_pct=float((ask - bid) / mid * 100) if bid and ask and mid else None,
        book_age_s=market.feed.age_s(now_s),
        book_state=market.feed.state.value,
        bid_spread_pct=float(settings.bid_spread * 100),
        ask_spread_pct=float(settings.ask_spread * 100),
        orders=_orders(engine, now_s, mid),
        holdings=tuple(
            HoldingStatus(currency, account.balances[currency].available, account.balances[currency].reserved)
            for currency in settings.market
        ),
        fills=tuple(account.fills),
        fill_count=account.fill_count,
        orders_placed=account.orders.placed,
        orders_cancelled=account.orders.cancels_confirmed,
        orders_failed=account.orders.failed,
        other_open_orders=account.others_open,
        next_action_s=None if due_s is None else max(due_s - now_s, 0.0),
        notes=tuple(engine.notes)[-NOTES_SHOWN:],
        now_s=now_s,
        budgets=budgets,
        levels=levels(engine, now_s),
    )


def _components(engine: Engine, now_s: float) -> tuple[ComponentStatus, ...]:
    return tuple(
        ComponentStatus(
            name=part.name,
            standing=part.standing.value,
            usable=part.standing.usable,
            for_s=now_s - part.since_s,
            reason=part.reason,
            last_error=part.last_error,
            ready_after_s=part.ready_after_s,
        )
        for part in engine.readiness.components.values()
    )


def _orders(engine: Engine, now_s: float, mid: Decimal | None) -> tuple[OrderStatus, ...]:
    rows = [
        OrderStatus(
            side=order.side.value,
            level=order.slot.level + 1,
            price=order.price,
            remaining=order.remaining,
            distance_pct=float(abs(order.price / mid - 1) * 100) if mid else None,
            age_s=now_s - order.created_s,
            state="cancelling" if order.cancel_sent_s is not None else order.state.value,
        )
        for order in engine.account.orders
    ]
    return tuple(sorted(rows, key=lambda row: -row.price))
