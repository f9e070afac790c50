"""One order's life as a table.

`unknown` means: it may be live, ask the exchange. It blocks its slot and is only left by the exchange's word.
"""

from enum import StrEnum


class State(StrEnum):
    """Where an order of ours stands."""

    PENDING_NEW = "pending_new"
    OPEN = "open"
    PARTIALLY_FILLED = "partially_filled"
    PENDING_CANCEL = "pending_cancel"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def final(self) -> bool:
        """Whether the order is gone for certain."""
        return self in FINAL


class Event(StrEnum):
    """What can happen to an order."""

    ACK = "ack"
    """Received: 202, 201 or a reply on the socket."""
    RESTS = "rests"
    """Seen among the open orders, or processed with success."""
    FILL_PART = "fill_part"
    FILL_ALL = "fill_all"
    CANCEL_ASKED = "cancel_asked"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    """A clear no before it reached the engine, or it was certainly never sent."""
    FAILED = "failed"
    """The engine's no: post-only would have matched, balance, self-trade."""
    EXPIRED = "expired"
    NO_ANSWER = "no_answer"
    """A time-out, a broken line, or it is missing where it should be."""
    NOT_FOUND = "not_found"
    """The exchange's own word, to a question asked late enough, that there is no such order."""


FINAL = frozenset({State.FILLED, State.CANCELLED, State.FAILED, State.EXPIRED})

_S, _E = State, Event
NEXT: dict[tuple[State, Event], State] = {
    (_S.PENDING_NEW, _E.ACK): _S.PENDING_NEW,  # received is not resting
    (_S.PENDING_NEW, _E.RESTS): _S.OPEN,
    (_S.PENDING_NEW, _E.FILL_PART): _S.PARTIALLY_FILLED,  # fills may come before the ack
    (_S.PENDING_NEW, _E.FILL_ALL): _S.FILLED,
    (_S.PENDING_NEW, _E.CANCEL_ASKED): _S.PENDING_CANCEL,
    (_S.PENDING_NEW, _E.CANCELLED): _S.CANCELLED,
    (_S.PENDING_NEW, _E.REFUSED): _S.FAILED,
    (_S.PENDING_NEW, _E.FAILED): _S.FAILED,
    (_S.PENDING_NEW, _E.EXPIRED): _S.EXPIRED,
    (_S.PENDING_NEW, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.OPEN, _E.ACK): _S.OPEN,  # the open orders may arrive before the ack
    (_S.OPEN, _E.RESTS): _S.OPEN,
    (_S.OPEN, _E.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.OPEN, _E.FILL_ALL): _S.FILLED,
    (_S.OPEN, _E.CANCEL_ASKED): _S.PENDING_CANCEL,
    (_S.OPEN, _E.CANCELLED): _S.CANCELLED,
    (_S.OPEN, _E.FAILED): _S.FAILED,
    (_S.OPEN, _E.EXPIRED): _S.EXPIRED,
    (_S.OPEN, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.PARTIALLY_FILLED, _E.ACK): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.RESTS): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.FILL_PART): _S.PARTIALLY_FILLED,
    (_S.PARTIALLY_FILLED, _E.FILL_ALL): _S.FILLED,
    (_S.PARTIALLY_FILLED, _E.CANCEL_ASKED): _S.PENDING_CANCEL,
    (_S.PARTIALLY_FILLED, _E.CANCELLED): _S.CANCELLED,
    (_S.PARTIALLY_FILLED, _E.FAILED): _S.FAILED,
    (_S.PARTIALLY_FILLED, _E.EXPIRED): _S.EXPIRED,
    (_S.PARTIALLY_FILLED, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.PENDING_CANCEL, _E.ACK): _S.PENDING_CANCEL,
    (_S.PENDING_CANCEL, _E.RESTS): _S.PENDING_CANCEL,  # the ack of a cancel precedes the cancel
    (_S.PENDING_CANCEL, _E.FILL_PART): _S.PENDING_CANCEL,  # the cancel is still travelling
    (_S.PENDING_CANCEL, _E.FILL_ALL): _S.FILLED,
    (_S.PENDING_CANCEL, _E.CANCEL_ASKED): _S.PENDING_CANCEL,
    (_S.PENDING_CANCEL, _E.CANCELLED): _S.CANCELLED,
    (_S.PENDING_CANCEL, _E.REFUSED): _S.FAILED,
    (_S.PENDING_CANCEL, _E.FAILED): _S.FAILED,
    (_S.PENDING_CANCEL, _E.EXPIRED): _S.EXPIRED,
    (_S.PENDING_CANCEL, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.UNKNOWN, _E.ACK): _S.UNKNOWN,  # it was received; where it stands now is still to be asked
    (_S.UNKNOWN, _E.RESTS): _S.OPEN,
    (_S.UNKNOWN, _E.FILL_PART): _S.UNKNOWN,
    (_S.UNKNOWN, _E.FILL_ALL): _S.FILLED,
    (_S.UNKNOWN, _E.CANCEL_ASKED): _S.UNKNOWN,  # taking it away is right even while we do not know it
    (_S.UNKNOWN, _E.CANCELLED): _S.CANCELLED,
    (_S.UNKNOWN, _E.REFUSED): _S.FAILED,
    (_S.UNKNOWN, _E.FAILED): _S.FAILED,
    (_S.UNKNOWN, _E.EXPIRED): _S.EXPIRED,
    (_S.UNKNOWN, _E.NO_ANSWER): _S.UNKNOWN,
    (_S.UNKNOWN, _E.NOT_FOUND): _S.FAILED,  # it never arrived
    (_S.CANCELLED, _E.FILL_PART): _S.CANCELLED,  # money is counted, the slot stays closed
    (_S.CANCELLED, _E.FILL_ALL): _S.FILLED,  # the cancel was too late
}


class ImpossibleStep(Exception):  # it names what happened
    """An event that this state cannot have: the exchange and we disagree, so the order must be asked for."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"an order that is {state} cannot have {event}")
        self.state, self.event = state, event


def step(state: State, event: Event) -> State:
    """The state after `event`. Raises ImpossibleStep for a pair NEXT does not list; it never guesses."""
    if (then := NEXT.get((state, event))) is None:
        raise ImpossibleStep(state, event)
    return then
