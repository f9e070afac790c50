"""`Engine.handle(event, now_s) -> commands`: the one function that the live bot, simulation and replay all feed.

Nothing here waits, sends or reads a clock. The order of a round: what was heard changes the watches; the watches say
what can be trusted; only then the strategy is asked; risk has the last look; orders get their ids.
"""

from collections import deque
from collections.abc import Callable  # noqa: TC003  # imported as everywhere else
from dataclasses import replace
from decimal import Decimal  # likewise
from enum import StrEnum
from typing import Any

from valr_maker.domain import Intent, Reason
from valr_maker.engine import messages as msg
from valr_maker.engine.account_watch import AccountWatch
from valr_maker.engine.elsewhere import Elsewhere, readiness_for
from valr_maker.engine.key_check import KEY_FAULTS, fault_of, refused
from valr_maker.engine.market_watch import MarketWatch, RulesCheck
from valr_maker.engine.messages import Ask, Cancel, Command, Halt, Place, Say, What
from valr_maker.engine.questions import Questions
from valr_maker.engine.readiness import Standing
from valr_maker.engine.replies import Replies, SocketReply
from valr_maker.engine.sight import view_of
from valr_maker.events import Note, Weight
from valr_maker.orders import client_id
from valr_maker.orders.own import OwnOrder
from valr_maker.orders.states import State
from valr_maker.risk import limits
from valr_maker.strategy.inventory_cost import Volumes  # likewise
from valr_maker.strategy.pipeline import Strategy
from valr_maker.strategy.settings import Settings
from valr_maker.strategy.view import View
from valr_maker.wire import codes, rest
from valr_maker.wire.frames import ErrorFrame, RateLimited, Unsupported
from valr_maker.wire.market_frames import L1Diff, L1Snapshot, NewTrade
from valr_maker.wire.sign import Stream
from valr_maker.wire.stream import Unknown
from valr_maker.wire.text import plain

NOTES_KEPT = 200
TOLD_EVERY = 20
"""A question that keeps failing is told at the first failure and then every so many."""


class Pace(StrEnum):
    """When the strategy is asked: on whole seconds as Hummingbot, or whenever something it looks at changes."""

    CLOCK = "clock"
    EVENT = "event"


class Phase(StrEnum):
    """Where the bot is in its life."""

    STARTING = "starting"
    QUOTING = "quoting"
    HOLDING = "not quoting"
    STOPPING = "stopping"
    STOPPED = "stopped"


class Engine:
    """One strategy file on one pair."""

    def __init__(  # noqa: PLR0913  # what a run consists of, each named
        self,
        settings: Settings,
        *,
        bot: str,
        session: str,
        now_s: float,
        check_rules: RulesCheck,
        pace: Pace = Pace.EVENT,
        allow_powerful_key: bool = False,
        strict_parity: bool = False,
        seed_price: Decimal | None = None,
        seed_last: bool = False,
        cost: Volumes | None = None,
    ) -> None:
        """`seed_price` is a price to quote around while the market shows none; `seed_last` takes the last trade for it.

        `cost` is what is known of the inventory from before.
        """
        self.settings, self.pace, self.strict_parity = settings, pace, strict_parity
        self.strategy = Strategy(settings, strict_parity=strict_parity, cost=cost)
        self._given_seed, self._seed_last, self._on_seed = seed_price, seed_last, ""
        self._fills_told = 0
        self.readiness = readiness_for(settings.reference, now_s, strict=strict_parity)
        self.questions = Questions()
        self.elsewhere = Elsewhere(settings.reference, self.readiness, self.questions, strict=strict_parity)
        symbol = settings.market.symbol
        self.market = MarketWatch(symbol, self.readiness, self.questions, check_rules)
        self.account = AccountWatch(settings.market, bot, session, self.readiness, self.questions)
        self.replies = Replies(self.account, self.questions)
        self.phase = Phase.STARTING
        self.why = "starting"
        self.reasons: tuple[Reason, ...] = ()
        self.notes: deque[Note] = deque(maxlen=NOTES_KEPT)
        self.first_quotes_s: float | None = None
        self._now_s = now_s
        self.cancels_sent = 0
        self.unknown_frames: set[str] = set()
        self._key_checked = allow_powerful_key
        self._next_id = client_id.numbering(bot, session)
        self._handlers: dict[type, Callable[[Any, float], list[Command]]] = {
            msg.Frame: self._frame,
            msg.Tick: self._tick,
            msg.Answered: self._answered,
            msg.Unanswered: self._unanswered,
            msg.Underway: self.replies.underway,
            msg.Acked: self.replies.acked,
            msg.Declined: self.replies.declined,
            msg.Unclear: self.replies.unclear,
            msg.StreamUp: self._stream_up,
            msg.StreamDown: self._stream_down,
            msg.Malformed: self._malformed,
            msg.ElsewherePrice: self.elsewhere.heard,
            msg.ElsewhereFailed: self.elsewhere.failed,
            msg.Stop: self._stop,
        }
        self._begin(now_s)

    def _begin(self, now_s: float) -> None:
        """Ask for everything at once: no answer needs another."""
        self.market.start(now_s)
        self.elsewhere.start(now_s)
        self.account.start(now_s)
        if not self._key_checked:
            self.questions.want(Ask(What.KEY_INFO), now_s)
        if self._seed_last:
            self.questions.want(Ask(What.LAST_TRADE), now_s)

    def handle(self, event: msg.Event, now_s: float) -> list[Command]:
        """Take one event and return what is to be done, in order. `now_s` is monotonic and never goes back."""
        self._now_s = now_s
        commands = self._handlers[type(event)](event, now_s)
        self._tell_ends(now_s, commands)
        if self.readiness.changes:
            self._tell_standings(now_s, commands)
        if self.pace is Pace.EVENT or isinstance(event, (msg.Tick, msg.Stop)) or self.phase is Phase.STOPPING:
            at_s = event.at_s if isinstance(event, msg.Tick) else None
            self._decide(now_s if at_s is None else at_s, commands)
        elif self._lacking():  # what cannot be trusted is not waited for until the whole second
            self._cancel_all(now_s, commands)
        commands += self.questions.due(now_s)
        self.notes.extend([command.note for command in commands if isinstance(command, Say)])
        return commands

    # ---- what was heard ---------------------------------------------------------------------------------------------
    def _frame(self, event: msg.Frame, now_s: float) -> list[Command]:
        message = event.message
        if isinstance(message, (L1Diff, L1Snapshot)):
            watch = self.market if message.pair == self.market.symbol else self.elsewhere
            return watch.book_frame(message, now_s)
        if event.stream is Stream.ACCOUNT and isinstance(message, SocketReply):
            return self.replies.on_socket(message, now_s)
        match message:
            case NewTrade(pair=self.market.symbol, data=data):
                self.market.last_trade = data.price
            case NewTrade():
                self.elsewhere.traded(message)
            case RateLimited(client_msg_id=str()):
                return self.replies.too_fast(message, now_s)
            case ErrorFrame() | RateLimited() | Unsupported():
                return [self._say(now_s, f"{event.stream} stream: the exchange says {message}", Weight.WARNING)]
            case Unknown(type=kind) if kind not in self.unknown_frames:
                self.unknown_frames.add(kind)
                return [self._say(now_s, f"{event.stream} stream: frame type {kind!r} is not known; left alone")]
            case _ if event.stream is Stream.ACCOUNT:
                return self.account.frame(message, now_s)
        return []

    def _stream_up(self, event: msg.StreamUp, now_s: float) -> list[Command]:
        if event.stream is Stream.TRADE:
            self.market.book.stream_up()
            self.elsewhere.stream_up()
            return []
        return self.account.stream_up(now_s)

    def _stream_down(self, event: msg.StreamDown, now_s: float) -> list[Command]:
        if event.stream is Stream.TRADE:
            self.elsewhere.stream_down(event.why, now_s)
            return self.market.book.stream_down(event.why, now_s)
        if "invalid signature" in event.why:
            return [Halt(refused(event.why))]
        return self.account.stream_down(event.why, now_s)

    def _malformed(self, event: msg.Malformed, now_s: float) -> list[Command]:
        if event.stream is Stream.TRADE:
            self.elsewhere.malformed(event.problem, now_s)
            return self.market.book.malformed(event.problem, now_s)
        for what in (What.OPEN_ORDERS, What.BALANCES, What.TRADES):  # whatever it said, ask for it
            self.questions.want(Ask(what), now_s)
        return [self._say(now_s, f"account stream: {event.problem}; asking over REST", Weight.WARNING)]

    # ---- answers ----------------------------------------------------------------------------------------------------
    def _answered(self, event: msg.Answered, now_s: float) -> list[Command]:  # noqa: C901  # a row a question
        self.questions.answered(event.ask)
        answer = event.answer
        match event.ask.what:
            case What.PAIRS:
                return self.market.pairs(answer, now_s)
            case What.ORDER_TYPES:
                return self.market.order_types(answer, now_s)
            case What.BOOK:
                return self.market.image(answer, now_s)
            case What.OTHER_BOOK:
                return self.elsewhere.image(answer, now_s)
            case What.FEES:
                self.market.fees(answer)
            case What.KEY_INFO:
                return self._key_info(answer)
            case What.BALANCES:
                return self.account.all_balances(answer, now_s)
            case What.OPEN_ORDERS:
                return self.account.open_orders(answer, now_s)
            case What.LAST_TRADE:
                if answer and self.market.last_trade is None:
                    self.market.last_trade = answer[0].price
            case What.TRADES:
                self.account.trades(answer, now_s)
            case What.ORDER:
                return self.account.status(answer, now_s)
        return []

    def _unanswered(self, event: msg.Unanswered, now_s: float) -> list[Command]:
        if event.code in KEY_FAULTS:
            return [Halt(refused(event.why))]
        if event.ask.what is What.ORDER and event.code in codes.GONE:
            asked_s = self.questions.answered(event.ask)
            self.account.not_found(event.ask.key, now_s if asked_s is None else asked_s, now_s)
            return []
        failures = self.questions.failed(event.ask, now_s)
        self.market.failed(event.ask.what, event.why)
        self.elsewhere.unanswered(event.ask.what, event.why)
        self.account.failed(event.ask.what, event.why)
        if failures % TOLD_EVERY != 1:
            return []
        again = "asking again" if failures == 1 else f"{failures} times now; asking on"
        return [self._say(now_s, f"{event.ask.what}: {event.why}; {again}", Weight.WARNING)]

    def _key_info(self, info: rest.KeyInfo) -> list[Command]:
        problem = fault_of(info)
        self._key_checked = problem is None
        return [] if problem is None else [Halt(problem)]

    # ---- time and the end -------------------------------------------------------------------------------------------
    def _tick(self, _event: msg.Tick, now_s: float) -> list[Command]:
        return [*self.market.tick(now_s), *self.elsewhere.tick(now_s), *self.account.tick(now_s)]

    def _stop(self, _event: msg.Stop, now_s: float) -> list[Command]:
        self.phase, self.why = Phase.STOPPING, "stopping: taking every order away"
        self.questions.want(Ask(What.OPEN_ORDERS), now_s)
        return []

    @property
    def nothing_rests(self) -> bool:
        """Whether the exchange has confirmed that no order of this bot rests."""
        return self.account.orders_known and not self.account.leftovers and not len(self.account.orders)

    # ---- deciding ---------------------------------------------------------------------------------------------------
    def _decide(self, now_s: float, commands: list[Command]) -> None:
        """Ask the strategy if everything can be trusted; otherwise take every order away."""
        if self.phase in (Phase.STOPPING, Phase.STOPPED):
            self._cancel_all(now_s, commands)
            return
        lacking = self._lacking()
        if lacking:
            if self.phase is not Phase.STARTING:
                self.phase = Phase.HOLDING
            self.why = lacking
            self._cancel_all(now_s, commands)
            return
        in_a_round = any(not order.slot.hanging for order in self.account.orders)
        if self.account.awaiting_balance_since_s is not None and not in_a_round:
            self.phase, self.why = Phase.HOLDING, "the money of the last orders has not been reported back yet"
            return  # a plan now would be too small
        view = self._view(now_s)
        decision = self.strategy.tick(view)
        self.reasons = decision.reasons
        self._tell_seed(now_s, commands)
        for cid, slot in decision.hang:
            order = self.account.orders.find(cid)
            if order is not None:
                order.slot = slot
        for cid in decision.cancel:
            self._cancel(self.account.orders.find(cid), now_s, commands)
        for intent in decision.create:
            self._create(intent, now_s, commands)
        self._name_phase()

    def _lacking(self) -> str:
        if not self.readiness.ready:
            return self.readiness.lacking()
        if not self._key_checked:
            return "the key's permissions are not confirmed yet"
        if not self.account.orders_known:
            return "the open orders are not known yet"
        if self.account.leftovers:
            return f"{len(self.account.leftovers)} orders of an earlier session still rest"
        return ""

    def _name_phase(self) -> None:
        if len(self.account.orders):
            self.phase, self.why = Phase.QUOTING, self._on_seed
        else:
            self.phase = Phase.HOLDING
            self.why = "; ".join(dict.fromkeys(map(str, self.reasons))) or "waiting for the next round"

    @property
    def _seed_price(self) -> Decimal | None:
        return self.market.last_trade if self._seed_last else self._given_seed

    def _view(self, now_s: float) -> View:
        return view_of(self.settings, self.market, self.account, self.elsewhere, self._seed_price, now_s)

    def _create(self, intent: Intent, now_s: float, commands: list[Command]) -> None:
        rules = self.market.rules
        assert rules is not None
        asked = intent
        if self.strict_parity:  # Hummingbot compares with prices off the grid, and its connector floors them
            intent = replace(intent, price=rules.floor_price(intent.price))
        refusal = limits.refuse(intent, rules, self.account.orders, self.market.mid)
        if refusal is not None:
            self.reasons = (*self.reasons, refusal)
            commands.append(self._say(now_s, str(refusal), Weight.WARNING))
            return
        cid = self._next_id(intent.slot)
        self.account.orders.open(cid, intent, now_s)
        self.strategy.order_placed(cid, asked, now_s)
        post_only = rules.takes_post_only and (intent.post_only or not rules.takes_taking)
        commands.append(Place(cid, intent.side, intent.price, intent.quantity, post_only))
        if self.first_quotes_s is None:
            self.first_quotes_s = self._now_s

    def _cancel(self, order: OwnOrder | None, now_s: float, commands: list[Command]) -> None:
        if order is None or not order.live or order.cancel_sent_s is not None:
            return
        self.account.cancel_sent(order, now_s)
        self.cancels_sent += 1
        commands.append(Cancel(order.cid, order.order_id))

    def _cancel_all(self, now_s: float, commands: list[Command]) -> None:
        for order in self.account.orders.live():
            self._cancel(order, now_s, commands)

    def _tell_ends(self, now_s: float, commands: list[Command]) -> None:
        """Tell the strategy of fills and ends, and people of every end that is not a plain cancel."""
        account, at_s = self.account, now_s
        if not account.ended and account.fill_count == self._fills_told:
            return
        if self.pace is Pace.CLOCK and self.strategy.last_tick_s is not None:
            at_s = self.strategy.last_tick_s
        new, self._fills_told = account.fill_count - self._fills_told, account.fill_count
        for fill in list(account.fills)[-new:] if new else ():
            self.strategy.order_traded(fill.side, fill.price, fill.quantity, [(fill.fee_currency, fill.fee)])
        for order, state in account.ended:
            if state is State.FILLED:
                self.strategy.order_filled(order.cid, order.slot, order.price, at_s)
                commands.append(
                    self._say(now_s, f"filled: {order.side} {plain(order.quantity)} at {plain(order.price)}")
                )
            elif state in (State.FAILED, State.EXPIRED):
                self.strategy.order_gone(order.cid)
                order_text = f"{order.slot}: {plain(order.quantity)} at {plain(order.price)}"
                text = f"{order_text} {state}: {order.why or 'no reason given'}"
                commands.append(self._say(now_s, text, Weight.WARNING))
            else:
                again = self.strategy.order_cancelled(order.cid, at_s, order.remaining)
                if self.phase in (Phase.QUOTING, Phase.HOLDING) and not self._lacking():
                    for intent in again:
                        self._create(intent, now_s, commands)
        account.ended.clear()

    def _tell_standings(self, now_s: float, commands: list[Command]) -> None:
        """A component that is had by its other road, cannot be trusted, or is well again is said once."""
        for name, standing, reason in self.readiness.changes:
            weight = Weight.INFO if standing is Standing.READY else Weight.WARNING
            commands.append(self._say(now_s, f"{name} is {standing}: {reason}", weight))
        self.readiness.changes.clear()

    def _tell_seed(self, now_s: float, commands: list[Command]) -> None:
        """Quoting by a person's price instead of the market's is said once, and when it ends."""
        if self.strategy.on_seed_price is bool(self._on_seed) or self._seed_price is None:
            return
        if self.strategy.on_seed_price:
            source = "of the last trade" if self._seed_last else "that was given"
            self._on_seed = f"around the reference price {plain(self._seed_price)} {source}: the market shows none"
            commands.append(self._say(now_s, f"quoting {self._on_seed}", Weight.WARNING))
        else:
            self._on_seed = ""
            commands.append(self._say(now_s, "the market shows a price again; the reference price is put away"))

    def next_due_s(self, now_s: float) -> float | None:
        """When time alone could next change a decision; None when only events can, or nothing is being decided."""
        if self.phase not in (Phase.QUOTING, Phase.HOLDING) or self._lacking():
            return None
        return self.strategy.next_due_s(self._view(now_s))

    def _say(self, now_s: float, text: str, weight: Weight = Weight.INFO) -> Say:
        return Say(Note(now_s, text, weight))
