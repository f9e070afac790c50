"""Orders tell the truth: what is lost, late, refused or doubtful, and how each is settled."""

from decimal import Decimal

import pytest
from kit.engine_kit import ACCOUNT, GONE, HELD, TRADE, No, World, frame, rows

from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Phase
from valr_maker.engine.messages import Cancel, Place, What
from valr_maker.engine.replies import cancel_message_id
from valr_maker.orders.states import State
from valr_maker.wire import rest, stream

LONG = {"order_refresh_time": "100000", "max_order_age": "100000"}


def sent(world: World, side: str) -> Place:
    return world.placed[world.cid(side)]


def reply(kind: str, message_id: str, **rest_of_it: object) -> object:
    return stream.read(rest.encode({"type": kind, "clientMsgId": message_id, **rest_of_it}))


def lost_ack() -> World:
    """The sell rests; nobody has ever answered the buy. Questions about it are held."""
    world = World(conf=LONG)
    world.start()
    world.accept("sell")
    world.answers[What.ORDER] = HELD
    world.wait(5.5)
    assert world.states() == {"buy": "unknown", "sell": "open"}
    return world


# ---- placing --------------------------------------------------------------------------------------------------------
def test_an_acknowledged_order_is_not_yet_resting() -> None:
    """202 and the socket's reply mean received; the open orders mean resting."""
    world = World()
    world.start()
    world.ack("buy")
    assert world.states()["buy"] == "pending_new"
    assert world.engine.account.orders.find(world.cid("buy")).order_id == f"x-{world.cid('buy')}"  # type: ignore[union-attr]
    world.accept("buy")
    assert world.states()["buy"] == "open"


def test_the_open_orders_may_come_before_the_ack() -> None:
    """Both orders of arrival end the same."""
    world = World()
    world.start()
    world.resting = {world.cid("buy"): f"x-{world.cid('buy')}"}
    world.hear(ACCOUNT, world.open_orders_frame())
    world.ack("buy")
    assert world.states()["buy"] == "open"


@pytest.mark.parametrize("kind", ["PLACE_LIMIT_WS_RESPONSE", "INVALID_PLACE_LIMIT_REQUEST", "RATE_LIMIT_EXCEEDED"])
def test_an_order_that_the_socket_refuses_has_failed_and_frees_its_slot(kind: str) -> None:
    """A clear no, with the exchange's words told."""
    world = World(conf=LONG)
    world.start()
    why = {"error": {"message": "Insufficient Balance"}} if kind == "PLACE_LIMIT_WS_RESPONSE" else {}
    world.hear(ACCOUNT, reply(kind, world.cid("buy"), **why))
    order = world.engine.account.orders.find(world.cid("buy"))
    assert order is not None
    assert (order.state, world.engine.account.orders.in_slot(order.slot)) == (State.FAILED, None)
    assert any("buy level 1" in text and order.why in text for text in world.said)
    assert order.why


def test_an_order_that_the_engine_fails_is_told_with_the_exchanges_words() -> None:
    """Post-only that would have matched: ORDER_PROCESSED first, ORDER_STATUS_UPDATE after, one end."""
    world = World(conf=LONG)
    world.start()
    world.ack("buy")
    cid, why = world.cid("buy"), "Post only cancelled as it would have matched"
    ids = {"customerOrderId": cid, "orderId": f"x-{cid}"}
    world.hear(ACCOUNT, frame("order_processed_failed", **ids, failureReason=why))
    world.hear(ACCOUNT, world.status_frame("buy", "Failed", failedReason=why))
    assert world.states() == {"sell": "pending_new"}
    assert sum(why in text for text in world.said) == 1
    assert world.engine.account.orders.failed == 1


def test_an_order_refused_over_rest_has_failed() -> None:
    """HTTP 400 with a code; told once."""
    world = World(conf=LONG)
    world.start()
    world.feed(msg.Declined(sent(world, "buy"), "place: Insufficient Balance (code -6, HTTP 400)", -6))
    assert world.states() == {"sell": "pending_new"}
    assert "order refused: place: Insufficient Balance (code -6, HTTP 400)" in world.said


def test_an_order_accepted_over_rest_is_asked_after_when_there_is_no_stream() -> None:
    """Nobody else would tell what became of it."""
    world = World(conf=LONG)
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    world.book()
    world.wait(16)
    cid = world.cid("buy")
    world.resting = {cid: f"x-{cid}"}
    world.answers[What.OPEN_ORDERS] = HELD
    world.feed(msg.Acked(sent(world, "buy"), f"x-{cid}"))
    world.wait(0.75)
    assert world.states()["buy"] == "open"


# ---- no answer ------------------------------------------------------------------------------------------------------
def test_an_order_that_nobody_answers_becomes_unknown_and_blocks_its_slot() -> None:
    """It may be live: neither failed nor placed a second time."""
    world = lost_ack()
    assert [ask.key for ask in world.held] == [world.cid("buy")]
    assert world.wait(60) == []
    assert world.states()["buy"] == "unknown"


@pytest.mark.parametrize(
    ("status", "state", "live"),
    [
        ("Placed", State.OPEN, True),
        ("Filled", State.FILLED, False),
        ("Cancelled", State.CANCELLED, False),
        ("Failed", State.FAILED, False),
        ("Expired", State.EXPIRED, False),
        ("Partially Filled", State.PARTIALLY_FILLED, True),
    ],
)
def test_each_answer_to_the_targeted_question_settles_it(status: str, state: State, live: bool) -> None:
    """The exchange's word: of an order that it calls partly filled the rest still rests."""
    world = lost_ack()
    cid = world.cid("buy")
    world.answer(What.ORDER, world.status_answer(cid, status, remaining="1" if status == "Partially Filled" else None))
    order = world.engine.account.orders.find(cid)
    assert order is not None
    assert (order.state, order.live) == (state, live)


def test_a_not_found_that_comes_late_enough_frees_the_slot() -> None:
    """It never arrived: failed, and told."""
    world = lost_ack()
    world.answer(What.ORDER, No("Invalid Order.", GONE))
    assert world.states() == {"sell": "open"}
    assert any("the exchange has no such order" in text for text in world.said)


def test_a_not_found_that_comes_too_early_is_not_believed() -> None:
    """An order half a second old may still be on its way: asked again three seconds later."""
    world = World(conf=LONG)
    world.start()
    world.accept("sell")
    world.feed(msg.Unclear(sent(world, "buy"), "no answer within 10 s"))
    world.wait(1.25)
    assert world.states()["buy"] == "unknown"
    cid = world.cid("buy")
    world.resting[cid] = f"x-{cid}"
    world.wait(3.5)
    assert world.states()["buy"] == "open"


@pytest.mark.parametrize("answer", [No("HTTP 500: oops"), No("Unsupported Currency Pair", -21)], ids=["5xx", "-21"])
def test_no_other_error_proves_that_an_order_is_gone(answer: No) -> None:
    """It stays unknown and is asked for again."""
    world = lost_ack()
    world.answer(What.ORDER, answer)
    assert world.wait(30) == []
    assert world.states()["buy"] == "unknown"
    assert len(world.held) == 1


def test_a_status_word_in_no_list_is_told_and_asked_again() -> None:
    """Never a guess."""
    world = lost_ack()
    world.answer(What.ORDER, world.status_answer(world.cid("buy"), "Frozen In Carbonite"))
    assert any("'Frozen In Carbonite' is not known; asking again" in text for text in world.said)
    world.wait(3.5)
    assert len(world.held) == 1
    assert world.states()["buy"] == "unknown"


def test_an_order_missing_from_the_open_orders_is_asked_for() -> None:
    """A list may be old: the slot is only freed by the answer."""
    world = World(conf=LONG).quoting()
    cid = world.cid("buy")
    del world.resting[cid]
    world.answers[What.ORDER] = world.status_answer(cid, "Cancelled")
    world.hear(ACCOUNT, world.open_orders_frame())
    assert world.states()["buy"] == "open"
    world.wait(0.5)
    assert "buy" not in world.states()


def test_an_order_that_rested_and_is_not_found_is_looked_for_among_the_trades() -> None:
    """It may have been filled and forgotten: the money is asked for, not guessed."""
    world = World(conf=LONG).quoting()
    world.wait(5)
    world.answers[What.TRADES] = rows(rest.OwnTrade, "rest_tradehistory", world.trade_row("buy"))
    world.answers[What.ORDER] = No("Invalid Order.", GONE)
    del world.resting[world.cid("buy")]
    world.hear(ACCOUNT, world.open_orders_frame())
    world.wait(1)
    assert world.fills() == ["buy 4 @ 0.99"]


# ---- cancelling -----------------------------------------------------------------------------------------------------
def cancelling() -> World:
    """Both orders are due for replacement; cancels have just been sent. Questions are held."""
    world = World().quoting()
    world.move("1.00", "1.02")
    assert world.wait(15, until="cancel") == ["cancel buy", "cancel sell"]
    world.answers[What.ORDER] = HELD
    return world


def test_orders_are_replaced_when_every_cancel_is_confirmed() -> None:
    """Nothing is created while one of them may still rest."""
    world = cancelling()
    assert world.ends("buy") + world.wait(1) == []
    assert world.ends("sell") + world.wait(1) == ["buy 4 @ 0.9999", "sell 4 @ 1.0201"]


def test_the_reply_to_a_cancel_is_not_the_cancel() -> None:
    """It was received; the order still counts as resting."""
    world = cancelling()
    for side in ("buy", "sell"):
        answer = reply("CANCEL_ORDER_WS_RESPONSE", cancel_message_id(world.cid(side)), data={"requested": True})
        assert world.hear(ACCOUNT, answer) == []
    assert world.states() == {"buy": "pending_cancel", "sell": "pending_cancel"}
    assert world.wait(2) == []


def test_a_cancel_that_is_lost_is_asked_after_and_sent_again() -> None:
    """After five seconds; not before the exchange has said that the order still rests."""
    world = cancelling()
    world.ends("sell")
    assert world.wait(5.25) == []
    (ask,) = world.held
    assert ask.key == world.cid("buy")
    assert world.wait(5) == []
    assert world.answer(What.ORDER, world.status_answer(world.cid("buy"), "Placed")) == ["cancel buy"]


REFUSED_CANCELS = {
    "reply": lambda w: w.hear(
        ACCOUNT, reply("CANCEL_ORDER_WS_RESPONSE", cancel_message_id(w.cid("buy")), error={"message": "no"})
    ),
    "invalid": lambda w: w.hear(ACCOUNT, reply("INVALID_CANCEL_ORDER_REQUEST", cancel_message_id(w.cid("buy")))),
    "too fast": lambda w: w.hear(ACCOUNT, reply("RATE_LIMIT_EXCEEDED", cancel_message_id(w.cid("buy")))),
    "failed": lambda w: w.hear(
        ACCOUNT, frame("failed_cancel_order", orderId=f"x-{w.cid('buy')}", customerOrderId=w.cid("buy"))
    ),
    "rest": lambda w: w.feed(msg.Declined(Cancel(w.cid("buy")), "cancel: not found", -16)),
}


@pytest.mark.parametrize("road", REFUSED_CANCELS)
def test_a_cancel_that_is_refused_is_asked_after_before_it_is_sent_again(road: str) -> None:
    """However often it is refused: one question, then the truth. No storm of cancels."""
    world = cancelling()
    assert [told for _ in range(5) for told in REFUSED_CANCELS[road](world)] == []
    assert world.wait(0.5) == []
    assert [ask.key for ask in world.held] == [world.cid("buy")]
    assert world.answer(What.ORDER, world.status_answer(world.cid("buy"), "Placed")) == ["cancel buy"]


def test_a_cancel_refused_because_the_order_was_filled_ends_with_the_fill() -> None:
    """The question tells; the money comes from the trade history."""
    world = cancelling()
    REFUSED_CANCELS["failed"](world)
    world.answers[What.TRADES] = rows(rest.OwnTrade, "rest_tradehistory", world.trade_row("buy"))
    world.wait(0.5)
    world.answer(What.ORDER, world.status_answer(world.cid("buy"), "Filled"))
    world.wait(1.5)
    assert world.states() == {"sell": "pending_cancel"}
    assert world.fills() == ["buy 4 @ 0.99"]


@pytest.mark.parametrize("kind", [msg.Acked, msg.Unclear])
def test_the_order_is_asked_after_whenever_a_cancel_went_over_rest(kind: type) -> None:
    """Done, or nobody knows: the order's own word counts."""
    world = cancelling()
    command = Cancel(world.cid("buy"))
    world.feed(msg.Acked(command) if kind is msg.Acked else msg.Unclear(command, "HTTP 502"))
    world.answer(What.ORDER, world.status_answer(world.cid("buy"), "Cancelled"))
    assert world.states() == {"sell": "pending_cancel"}


def test_a_fill_while_the_cancel_travels_is_counted() -> None:
    """And the strategy is told of the complete fill: new orders wait for the delay."""
    world = cancelling()
    world.hear(ACCOUNT, world.trade("buy"), world.status_frame("buy", "Filled"))
    world.ends("sell")
    assert world.fills() == ["buy 4 @ 0.99"]
    assert world.wait(30) == []
    assert world.wait(31) == ["buy 4 @ 0.9999", "sell 4 @ 1.0201"]


# ---- fills ----------------------------------------------------------------------------------------------------------
def test_a_complete_fill_delays_the_next_round() -> None:
    """filled_order_delay: 60 s of the template; the other side is still taken away on time."""
    world = World().quoting()
    world.wait(5)
    world.hear(ACCOUNT, world.trade("buy"))
    world.resting.pop(world.cid("buy"))
    world.hear(ACCOUNT, world.status_frame("buy", "Filled"), world.open_orders_frame())
    assert world.fills() == ["buy 4 @ 0.99"]
    assert "filled: buy 4 at 0.99" in world.said
    assert world.wait(11) == ["cancel sell"]
    world.ends("sell")
    assert world.wait(48) == []
    assert world.wait(2) == ["buy 4 @ 0.99", "sell 4 @ 1.01"]


def test_a_fill_told_twice_and_again_by_rest_counts_once() -> None:
    """By the exchange's trade id, whichever road."""
    world = World(conf=LONG).quoting()
    trade = world.trade("buy", "1.5", id="t-7")
    world.hear(ACCOUNT, trade, trade)
    world.answers[What.TRADES] = rows(rest.OwnTrade, "rest_tradehistory", world.trade_row("buy", "1.5", "t-7"))
    world.feed(msg.Malformed(ACCOUNT, "x"))
    assert world.fills() == ["buy 1.5 @ 0.99"]
    order = world.engine.account.orders.find(world.cid("buy"))
    assert order is not None
    assert (order.remaining, order.state, order.traded) == (Decimal("2.5"), State.PARTIALLY_FILLED, Decimal("1.5"))


@pytest.mark.parametrize("status_first", [True, False])
def test_trade_and_status_may_come_in_either_order(status_first: bool) -> None:
    """The order ends once and the fill counts once."""
    world = World(conf=LONG).quoting()
    told = [world.status_frame("buy", "Filled"), world.trade("buy")]
    world.hear(ACCOUNT, *(told if status_first else told[::-1]))
    world.wait(2)
    assert world.fills() == ["buy 4 @ 0.99"]
    assert sum(text.startswith("filled") for text in world.said) == 1
    assert world.states() == {"sell": "open"}


def test_fills_missed_on_the_stream_are_recovered_once_each() -> None:
    """A status says that more is gone than was counted: the history has it, also when it is asked twice."""
    world = World(conf=LONG).quoting()
    history = [world.trade_row("buy", "1", "t-2"), world.trade_row("buy", "2", "t-1")]
    world.answers[What.TRADES] = rows(rest.OwnTrade, "rest_tradehistory", *history)
    status = world.status_frame("buy", "Partially Filled", remaining="1")
    world.hear(ACCOUNT, status)
    assert world.fills() == []
    world.wait(1.25)
    assert world.fills() == ["buy 2 @ 0.99", "buy 1 @ 0.99"]
    world.hear(ACCOUNT, status, world.trade("buy", "1", id="t-2"))
    world.wait(1.25)
    assert world.engine.account.fill_count == 2


def test_fills_of_the_time_without_a_stream_are_asked_for_when_it_is_back() -> None:
    """Reconnecting is not enough: what happened meanwhile was never sent."""
    world = World(conf=LONG).quoting()
    world.feed(msg.StreamDown(ACCOUNT, "closed with 1006"))
    world.answers[What.TRADES] = rows(rest.OwnTrade, "rest_tradehistory", world.trade_row("sell"))
    world.resting = {}
    world.account_up()
    assert world.fills() == ["sell 4 @ 1.01"]


def test_a_maker_reward_is_a_fee_below_zero() -> None:
    """In the currency that it was paid in."""
    world = World(conf=LONG).quoting()
    world.hear(ACCOUNT, world.trade("buy", fee=None, feeCurrency=None, makerReward="0.01", makerRewardCurrency="USDT"))
    (fill,) = world.engine.account.fills
    assert (fill.fee, fill.fee_currency) == (Decimal("-0.01"), "USDT")


def test_other_peoples_fills_are_not_ours() -> None:
    """By hand, another program, another file of ours on the same pair; an earlier session of this file is."""
    world = World(conf=LONG).quoting()
    for number, cid in enumerate([None, "mm-1-a", "vm-zz-s-b0-1", "vm-b-old-s0-1"]):
        world.hear(ACCOUNT, frame("new_account_trade", customerOrderId=cid, orderId="y", id=f"u-{number}"))
    (fill,) = world.engine.account.fills
    assert (fill.cid, fill.side.value) == ("vm-b-old-s0-1", "sell")


def test_nothing_new_is_planned_before_the_money_is_back() -> None:
    """After the last order ended: a plan now would see too little. The screen says so; REST is asked after 2 s."""
    world = World(conf={"order_refresh_time": "2"}).quoting()
    world.wait(1)
    world.hear(ACCOUNT, world.status_frame("buy", "Cancelled"), world.status_frame("sell", "Cancelled"))
    world.resting = {}
    assert world.wait(1.75) == []
    assert (world.engine.phase, world.engine.why) == (
        Phase.HOLDING,
        "the money of the last orders has not been reported back yet",
    )
    assert world.wait(0.75) == ["buy 4 @ 0.99", "sell 4 @ 1.01"]


# ---- stopping -------------------------------------------------------------------------------------------------------
def test_stop_cancels_everything_and_waits_for_the_proof() -> None:
    """Nothing rests only when the exchange has said so of each."""
    world = World().quoting()
    assert world.feed(msg.Stop()) == ["cancel buy", "cancel sell"]
    assert not world.engine.nothing_rests
    world.ends("buy")
    assert not world.engine.nothing_rests
    world.ends("sell")
    assert world.engine.nothing_rests
    assert world.wait(30) == []
    assert world.engine.phase is Phase.STOPPING


def test_stop_cancels_an_order_that_was_never_answered() -> None:
    """Taking it away is right even while nobody knows of it; not found settles it."""
    world = lost_ack()
    assert world.feed(msg.Stop()) == ["cancel buy", "cancel sell"]
    world.answer(What.ORDER, No("Invalid Order.", GONE))
    world.ends("sell")
    assert world.engine.nothing_rests


def test_risk_has_the_last_look() -> None:
    """An order above the pair's maximum is not sent, and the reason is told."""
    world = World(conf={"order_amount": "700000"})
    world.funds = {"DOGE": "9000000", "USDT": "9000000"}
    assert world.start() == []
    assert any("700000.0 DOGE is above the pair's maximum of 680000" in text for text in world.said)
