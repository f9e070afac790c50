"""The trading floor: tells every listener what the exchange says, in its order, and keeps watched pairs alive.

Room rule: pure; time is handed in. What is public stands on the board; what is an account's goes to its sockets.
"""

from functools import partial

from valr_maker.chance import Chance
from valr_maker.sandbox import render, render_history
from valr_maker.sandbox.agenda import Action, Agenda
from valr_maker.sandbox.board import Board, Listener, tell
from valr_maker.sandbox.crowd import Crowd
from valr_maker.sandbox.event_log import EventLog
from valr_maker.sandbox.exchange import Exchange
from valr_maker.sandbox.facts import (
    AccountTrade,
    BalanceChange,
    CancelFailed,
    InstantDone,
    LevelChange,
    ModifyOutcome,
    OpenOrdersChange,
    OwnTrade,
    Processed,
    Recorded,
    Traded,
    TypesChange,
)
from valr_maker.sandbox.order import StatusChange
from valr_maker.sandbox.rules import Latency
from valr_maker.wire.frames import Frame

AccountFact = (
    AccountTrade
    | StatusChange
    | BalanceChange
    | OpenOrdersChange
    | Processed
    | CancelFailed
    | ModifyOutcome
    | Recorded
    | InstantDone
)
QUIET_S = 60.0
"""A pair that nobody asked about for this long, listens to or has orders in, goes to sleep."""


class Floor:
    """Where the exchange meets those who watch it."""

    def __init__(
        self, exchange: Exchange, agenda: Agenda, crowd: Crowd | None, latency: Latency, chance: Chance
    ) -> None:
        self.exchange, self.agenda, self.latency = exchange, agenda, latency
        self._chance = chance
        self.board = Board(exchange, agenda)
        self.log = EventLog()
        self.read_only = False
        """Maintenance: whoever asks for a change is refused (D)."""
        self.reckoning = render.Reckoning(tuple(exchange.pairs.values()), said=exchange.rules.reference_totals)
        self._crowd = crowd
        self._holders: dict[str, dict[Listener, None]] = {}
        self._tied: dict[Listener, str] = {}
        """Sockets that take the orders of their account with them."""
        self._lost: list[str] = []
        """Accounts whose tied sockets a snapshot has left behind."""
        self._asked_s: dict[str, float] = {}
        self._records: dict[str, list[OwnTrade]] = {}

    def ack_s(self) -> float:
        """How long an answer takes this time."""
        return self.latency.ack_s + self._jitter_s()

    def outcome_s(self) -> float:
        """How long the engine takes this time."""
        return self.latency.outcome_s + self._jitter_s()

    def _jitter_s(self) -> float:
        return self.latency.jitter_s * self._chance.unit() if self.latency.jitter_s > 0 else 0.0

    def later(self, delay_s: float, now_s: float, action: Action, *, fleeting: bool = False) -> None:
        """Do it after so long; without delay at once. `fleeting`: it concerns a connection, and ends with it."""
        if delay_s > 0:
            self.agenda.at(now_s + delay_s, action, fleeting=fleeting)
        else:
            action(now_s)

    def engine(self, work: Action, now_s: float) -> None:
        """The engine gets to it after its latency, and tells what it did."""
        self.later(self.outcome_s(), now_s, partial(self._work, work))

    def _work(self, work: Action, due_s: float) -> None:
        work(due_s)
        self.settle(due_s)

    # ---- which pairs live ---------------------------------------------------------------------------------------
    def watch(self, pair: str, now_s: float) -> None:
        """Somebody is interested: when this returns the pair's book is full. Cheap for a pair that lives already."""
        if self._crowd is None:
            return
        known = pair in self._asked_s
        self._asked_s[pair] = now_s
        if not known:
            self._crowd.watch(pair, now_s)
            self.agenda.at(now_s + QUIET_S, partial(self._let_sleep, pair))
            self.settle(now_s)

    def watched(self) -> tuple[str, ...]:
        """The pairs that live."""
        return tuple(self._asked_s)

    def doze(self, now_s: float) -> None:
        """The machine slept: pairs start anew from now, instead of living through what nobody saw."""
        if self._crowd is not None:
            for pair in self._asked_s:
                self._crowd.unwatch(pair, now_s)
                self._crowd.watch(pair, now_s)

    def revive(self, pair: str, now_s: float) -> None:
        """The pair may be traded again: its crowd comes back, if it is wanted."""
        if self._crowd is not None and pair in self._asked_s:
            self._crowd.unwatch(pair, now_s)
            self._crowd.watch(pair, now_s)

    def _let_sleep(self, pair: str, now_s: float) -> None:
        assert self._crowd is not None
        if self._asked_s[pair] + QUIET_S > now_s or self._wanted(pair):
            self.agenda.at(now_s + QUIET_S, partial(self._let_sleep, pair))
            return
        del self._asked_s[pair]
        self._crowd.unwatch(pair, now_s)
        self.settle(now_s)

    def _wanted(self, pair: str) -> bool:
        return self.board.is_heard(pair) or any(
            order.pair == pair for account in self.exchange.accounts for order in self.exchange.open_orders(account.id)
        )

    # ---- who listens --------------------------------------------------------------------------------------------
    def join(self, account: str, listener: Listener) -> None:
        """From now on this socket hears all account events."""
        self._holders.setdefault(account, {})[listener] = None

    def leave(self, account: str, listener: Listener) -> None:
        """No longer."""
        self._holders.get(account, {}).pop(listener, None)

    def tie(self, account: str, listener: Listener, *, tied: bool) -> None:
        """Whether the account's orders end with this socket (CANCEL_ON_DISCONNECT)."""
        if tied:
            self._tied[listener] = account
        else:
            self._tied.pop(listener, None)

    def drop(self, listener: Listener, now_s: float) -> None:
        """The socket is gone, and with it the orders that are tied to it."""
        account = self._tied.pop(listener, None)
        if account is not None:
            self.exchange.cancel_all(account, None, now_s)
            self.settle(now_s)

    def drop_all(self, now_s: float) -> None:
        """Every socket is gone, as after a restore."""
        for account in dict.fromkeys(self._lost):
            self.exchange.cancel_all(account, None, now_s)
        self._lost = []
        self.settle(now_s)

    # ---- what they are told -------------------------------------------------------------------------------------
    def settle(self, now_s: float) -> None:
        """Tell what has happened since the last time. To be called after everything that touches the exchange."""
        facts = self.exchange.drain()
        if not facts:
            return
        self.log.take(facts, now_s)
        for fact in facts:
            if isinstance(fact, LevelChange | Traded | TypesChange):
                self.board.take(fact)
            else:
                self._tell_account(fact)
        for account in tuple(self._records):
            self._tell_records(account)
        self.board.settle(now_s)

    def _tell_account(self, fact: AccountFact) -> None:
        """Account events, the history record of a match after the balances it changed (reference 5.5)."""
        account = _account_of(fact)
        holders = self._holders.get(account)
        if not holders:
            return
        if isinstance(fact, AccountTrade | OpenOrdersChange):
            self._tell_records(account)
        if isinstance(fact, AccountTrade):
            self._records.setdefault(account, []).append(fact.own)
        tell(holders, self._frame_of(fact))

    def _tell_records(self, account: str) -> None:
        for own in self._records.pop(account, ()):
            record = render_history.history_record(render_history.line(own, self.exchange.pairs))
            tell(self._holders.get(account, {}), record)

    def _frame_of(self, fact: AccountFact) -> Frame:  # one row a fact
        match fact:
            case AccountTrade(own):
                return render_history.account_trade(own)
            case StatusChange():
                return render.status_update(fact)
            case BalanceChange(_, balance):
                return render.balance_update(balance, self.reckoning.worth(balance))
            case OpenOrdersChange(_, orders):
                return render.open_orders_update(orders)
            case Processed():
                return render.processed(fact)
            case ModifyOutcome():
                return render.modify_outcome(fact)
            case Recorded(movement):
                return render_history.history_record(render_history.line(movement, self.exchange.pairs))
            case InstantDone(result):
                return render_history.instant_completed(result)
        return render.cancel_failed(fact)

    def __getstate__(self) -> dict[str, object]:
        """Sockets do not outlive a snapshot."""
        return self.__dict__ | {"_holders": {}, "_tied": {}, "_lost": [*self._tied.values()]}


def _account_of(fact: AccountFact) -> str:
    match fact:
        case AccountTrade(own):
            return own.account
        case StatusChange(order) | Processed(order):
            return order.account
        case Recorded(movement):
            return movement.account
        case InstantDone(result):
            return result.order.account
    return fact.account
