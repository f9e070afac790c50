"""One stream's life without its socket: subscriptions and their proof, heartbeat, silence, backoff."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.chance import Chance
from valr_maker.gateway.session import BACKOFF_MAX_S, Session, Verdict
from valr_maker.wire.frames import Authenticated, ErrorFrame, Ping, Pong, Subscribe, Subscribed
from valr_maker.wire.sign import Stream

PAIRS = {"OB_L1_DIFF": ["DOGEUSDT", "BTCZAR"], "NEW_TRADE": ["DOGEUSDT"]}
PROOFS = ["OB_L1_DIFF:DOGEUSDT", "OB_L1_DIFF:BTCZAR", "NEW_TRADE:DOGEUSDT"]


def trade() -> Session:
    return Session(Stream.TRADE, PAIRS, Chance(1))


def account() -> Session:
    return Session(Stream.ACCOUNT, {}, Chance(1))


def proved(session: Session, now_s: float = 0.0) -> Session:
    session.opened(now_s)
    session.received(Authenticated(), now_s)
    for proof in PROOFS:
        session.received(Subscribed(message=proof), now_s)
    assert session.proved
    return session


def test_one_subscribe_frame_names_every_pair_of_every_event() -> None:
    """A second frame for an event would replace its whole list."""
    (frame,) = trade().opened(0.0)
    assert isinstance(frame, Subscribe)
    assert {one.event: one.pairs for one in frame.subscriptions} == PAIRS


def test_the_account_stream_subscribes_to_nothing() -> None:
    """Everything is pushed."""
    assert account().opened(0.0) == []


def test_a_trade_stream_is_proved_by_the_last_acknowledgement() -> None:
    """Told once, at that moment."""
    session = trade()
    session.opened(0.0)
    assert [session.received(Subscribed(message=proof), 1.0) for proof in PROOFS] == [False, False, True]
    assert not session.received(Subscribed(message=PROOFS[0]), 2.0)


def test_an_account_stream_is_proved_by_its_login() -> None:
    """Whatever else is heard before."""
    session = account()
    session.opened(0.0)
    assert not session.received(Pong(), 0.5)
    assert session.received(Authenticated(), 1.0)
    assert session.proved


def test_a_new_connection_must_be_proved_anew() -> None:
    """What was proved on the old socket proves nothing."""
    session = proved(trade())
    session.closed(1.0)
    assert not session.proved
    session.opened(2.0)
    assert not session.proved


@pytest.mark.parametrize(
    ("session", "missing"), [(trade(), "NEW_TRADE:DOGEUSDT, OB_L1_DIFF:BTCZAR"), (account(), "AUTHENTICATED")]
)
def test_a_connection_without_proof_is_dead_after_eight_seconds(session: Session, missing: str) -> None:
    """However lively it is; the reason names what is missing."""
    session.opened(100.0)
    for second in range(101, 109):
        session.received(Subscribed(message=PROOFS[0]), float(second))
        session.received(ErrorFrame(message="Channel NEW_TRADE, pair DOGEUSDT combination invalid"), float(second))
        assert session.due(float(second)).dead == ""
    assert session.due(108.5) == Verdict(dead=f"no answer to {missing} within 8 s")


def test_a_lively_stream_is_pinged_every_twenty_seconds() -> None:
    """Each frame heard shows life, but VALR wants to hear from us too."""
    session, pings = proved(trade()), []
    for half in range(1, 241):
        session.received(Pong(), half / 2)
        verdict = session.due(half / 2)
        assert not verdict.dead
        pings += [half / 2] * len(verdict.send)
    assert pings == [20.0, 40.0, 60.0, 80.0, 100.0, 120.0]


def test_a_silent_stream_is_probed_and_then_given_up() -> None:
    """A PING after five seconds, another after ten, dead after twelve."""
    session, pings = proved(trade()), []
    now_s = 0.0
    while not (verdict := session.due(now_s)).dead:
        pings += [now_s for frame in verdict.send if isinstance(frame, Ping)]
        now_s += 0.5
    assert pings == [5.0, 10.0]
    assert (now_s, verdict.dead) == (12.5, "silent for 12 s")


def test_a_pong_to_the_probe_keeps_a_silent_stream_alive() -> None:
    """An account may be quiet for hours."""
    session = proved(account())
    for half in range(1, 7200):
        verdict = session.due(half / 2)
        assert not verdict.dead
        if verdict.send:
            session.received(Pong(), half / 2 + 0.2)


def test_waits_grow_with_each_failure_and_stay_within_their_bounds() -> None:
    """Half a second doubled up to thirty, each with a jitter of half."""
    session = trade()
    waits = [session.closed(0.0) for _ in range(2000)]
    for number, wait_s in enumerate(waits):
        ceiling_s = min(BACKOFF_MAX_S, 0.5 * 2 ** min(number, 10))
        assert ceiling_s / 2 <= wait_s <= ceiling_s
    assert len(set(waits)) > 1900


def test_a_connection_that_lived_long_starts_the_waits_anew() -> None:
    """One that lived briefly does not: it would be hammered."""
    session = trade()
    for _ in range(9):
        session.closed(0.0)
    proved(session, 100.0)
    assert session.closed(120.0) >= 15.0
    proved(session, 200.0)
    assert session.closed(231.0) <= 0.5


def test_a_connection_that_was_never_proved_does_not_count_as_long_lived() -> None:
    """However long its socket was open."""
    session = trade()
    for _ in range(9):
        session.closed(0.0)
    session.opened(100.0)
    assert session.closed(500.0) >= 15.0


@given(st.integers(0, 2**32))
def test_the_same_seed_waits_the_same(seed: int) -> None:
    """Simulation replays."""
    first, second = (Session(Stream.TRADE, PAIRS, Chance(seed)) for _ in range(2))
    assert [first.closed(0.0) for _ in range(5)] == [second.closed(0.0) for _ in range(5)]
