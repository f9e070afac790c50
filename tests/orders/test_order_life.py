"""The life of an order, as the table in words; everything the table does not list is refused."""

from itertools import product

import pytest

from valr_maker.orders.states import NEXT, Event, ImpossibleStep, State, step

TABLE = """
    pending_new       ack           pending_new       received is not resting
    pending_new       rests         open              the open orders show it
    pending_new       fill_part     partially_filled  fills may come before the ack
    pending_new       fill_all      filled            so may the last fill
    pending_new       cancel_asked  pending_cancel    it is taken away before it was seen to rest
    pending_new       cancelled     cancelled         by somebody else, before its ack
    pending_new       refused       failed            a clear no
    pending_new       failed        failed            the engine's no: post-only, balance, self-trade
    pending_new       expired       expired           VALR says so
    pending_new       no_answer     unknown           it may be live: ask, do not guess
    open              ack           open              the open orders may arrive before the ack
    open              rests         open              told again
    open              fill_part     partially_filled  some of it
    open              fill_all      filled            all of it
    open              cancel_asked  pending_cancel    asked for is not done
    open              cancelled     cancelled         VALR says so
    open              failed        failed            VALR says so
    open              expired       expired           VALR says so
    open              no_answer     unknown           it is missing where it should be
    partially_filled  ack           partially_filled  a late ack
    partially_filled  rests         partially_filled  the rest of it still rests
    partially_filled  fill_part     partially_filled  some more
    partially_filled  fill_all      filled            the last of it
    partially_filled  cancel_asked  pending_cancel    asked for is not done
    partially_filled  cancelled     cancelled         what was filled stays filled
    partially_filled  failed        failed            VALR says so
    partially_filled  expired       expired           VALR says so
    partially_filled  no_answer     unknown           it is missing where it should be
    pending_cancel    ack           pending_cancel    a late ack
    pending_cancel    rests         pending_cancel    the ack of a cancel precedes the cancel
    pending_cancel    fill_part     pending_cancel    the cancel is still travelling
    pending_cancel    fill_all      filled            the cancel came too late
    pending_cancel    cancel_asked  pending_cancel    asked again
    pending_cancel    cancelled     cancelled         done
    pending_cancel    refused       failed            it was never placed
    pending_cancel    failed        failed            it was never placed
    pending_cancel    expired       expired           VALR says so
    pending_cancel    no_answer     unknown           neither seen to rest nor seen to go
    unknown           ack           unknown           received once; where it stands now is still to be asked
    unknown           rests         open              found
    unknown           fill_part     unknown           it lived; the rest of it may rest
    unknown           fill_all      filled            found, and gone
    unknown           cancel_asked  unknown           taking it away is right even while we do not know it
    unknown           cancelled     cancelled         VALR says so
    unknown           refused       failed            a late but clear no
    unknown           failed        failed            VALR says so
    unknown           expired       expired           VALR says so
    unknown           no_answer     unknown           still nothing
    unknown           not_found     failed            VALR's word, asked late enough: it never arrived
    cancelled         fill_part     cancelled         money is counted, the slot stays closed
    cancelled         fill_all      filled            the cancel was too late
"""
ROWS = TABLE.strip().splitlines()
UNLISTED = sorted(set(product(State, Event)) - NEXT.keys())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.split()[:2]))
def test_a_listed_step(row: str) -> None:
    """Each row of the table above."""
    state, event, then, why = row.split(maxsplit=3)
    assert step(State(state), Event(event)) is State(then), why


def test_the_words_are_the_whole_table() -> None:
    """No step is in the code that is not in the words."""
    assert {(State(row.split()[0]), Event(row.split()[1])) for row in ROWS} == NEXT.keys()
    assert len(ROWS) == len(NEXT)


@pytest.mark.parametrize(("state", "event"), UNLISTED)
def test_an_unlisted_step_is_refused(state: State, event: Event) -> None:
    """It never guesses; the error says what could not be."""
    with pytest.raises(ImpossibleStep, match=f"that is {state} cannot have {event}") as caught:
        step(state, event)
    assert (caught.value.state, caught.value.event) == (state, event)


def test_only_the_exchange_ends_an_unknown_order() -> None:
    """None of our own doings (asking again, cancelling, waiting) leads out of unknown."""
    ours = {Event.ACK, Event.NO_ANSWER, Event.CANCEL_ASKED}
    assert {step(State.UNKNOWN, event) for event in ours} == {State.UNKNOWN}
    assert {state for (state, event) in NEXT if event is Event.NOT_FOUND} == {State.UNKNOWN}


def test_no_finished_order_comes_back_to_life() -> None:
    """From a final state only final states can be reached."""
    assert all(then.final for (state, _), then in NEXT.items() if state.final)
    assert {state for state in State if state.final} == {State.FILLED, State.CANCELLED, State.FAILED, State.EXPIRED}
