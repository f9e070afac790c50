"""From nothing to the first quotes: five components, each by its own road or by the other one."""

from decimal import Decimal

import pytest
from kit.engine_kit import ACCOUNT, GONE, HELD, PAIR, TRADE, No, World, book_frame, frame, rows

from valr_maker.engine import messages as msg
from valr_maker.engine import readiness as parts
from valr_maker.engine.engine import Pace, Phase
from valr_maker.engine.messages import What
from valr_maker.engine.readiness import Standing
from valr_maker.wire import codes, rest

QUOTES = ["buy 4 @ 0.99", "sell 4 @ 1.01"]


def standing(world: World, name: str) -> tuple[str, str]:
    part = world.engine.readiness[name]
    return part.standing.value, part.reason


def test_it_quotes_when_all_five_components_are_ready() -> None:
    """Not one event earlier: the book was the last thing missing."""
    world = World()
    told = world.feed(msg.Tick()) + world.feed(msg.StreamUp(TRADE)) + world.account_up()
    assert told == []
    assert not world.engine.readiness.ready
    assert world.engine.readiness.lacking().startswith(parts.BOOKS)
    assert world.book() == QUOTES
    assert (world.engine.phase, world.engine.why, world.engine.first_quotes_s) == (Phase.QUOTING, "", 0.0)
    assert world.engine.readiness.ever_ready


def test_at_the_clock_pace_it_waits_for_the_tick() -> None:
    """Decisions on ticks alone; what is heard between them is only noted."""
    world = World(Pace.CLOCK)
    assert world.start() == []
    assert world.feed(msg.Tick()) == QUOTES


@pytest.mark.parametrize("held", [What.PAIRS, What.ORDER_TYPES, What.BALANCES, What.OPEN_ORDERS, What.KEY_INFO])
def test_it_waits_for_each_answer(held: What) -> None:
    """Whatever is the last to come starts the quoting, except where the stream has told it already."""
    world = World()
    world.answers[held] = HELD
    told = world.start()
    if held in {What.BALANCES, What.OPEN_ORDERS}:  # the account stream lists both
        assert told == QUOTES
        return
    assert told == []
    del world.answers[held]
    world.answers = World().answers | world.answers
    assert world.answer(held) == QUOTES


def test_on_a_pair_that_is_post_only_every_order_is() -> None:
    """As VALR opens a new pair: quotes rest and fill when that ends, though the file would rather trade at once."""
    world = World(conf={"take_if_crossed": "True"})
    world.answers[What.ORDER_TYPES] = ["LIMIT_POST_ONLY"]
    assert world.start() == QUOTES
    assert [place.post_only for place in world.placed.values()] == [True, True]


def test_a_rules_request_that_fails_twice_is_asked_a_third_time() -> None:
    """With backoff: after 1 s, then after 2 s more; the error is shown meanwhile."""
    world = World()
    good = world.answers[What.PAIRS]
    world.answers[What.PAIRS] = No("HTTP 500: oops")
    assert world.start() + world.wait(2.5) == []
    assert standing(world, parts.RULES) == ("waiting", "trading rules request failed, asking again: HTTP 500: oops")
    world.answers[What.PAIRS] = good
    assert world.wait(2) == QUOTES
    assert sum("trading rules: HTTP 500" in text for text in world.said) == 1  # told once, not at every try
    assert world.engine.readiness[parts.SYMBOLS].last_error == "HTTP 500: oops"


def test_without_order_types_post_only_is_assumed_after_15_seconds() -> None:
    """Degraded, and it says so."""
    world = World()
    world.answers[What.ORDER_TYPES] = No()
    assert world.start() + world.wait(14.5) == []
    assert world.wait(2) == QUOTES
    assert standing(world, parts.RULES) == (
        "degraded",
        "order types are not to be had; post-only limit orders are assumed",
    )
    assert all(place.post_only for place in world.placed.values())


def test_a_pair_that_takes_no_post_only_orders_gets_plain_ones() -> None:
    """The post-only flag follows the pair's order types."""
    world = World()
    world.answers[What.ORDER_TYPES] = ["LIMIT"]
    assert world.start() == QUOTES
    assert not any(place.post_only for place in world.placed.values())


@pytest.mark.parametrize("what", [What.PAIRS, What.ORDER_TYPES])
def test_a_pair_that_cannot_be_traded_ends_the_run(what: What) -> None:
    """Not listed, or no limit orders: nothing can mend that while running."""
    world = World()
    world.answers[what] = rows(rest.Pair, "rest_pairs", {"symbol": "BTCZAR"}) if what is What.PAIRS else ["SIMPLE"]
    (told,) = set(world.start())
    assert told in {f"halt: {PAIR} is not listed", f"halt: {PAIR} takes no limit orders"}


def test_a_book_that_the_stream_never_sends_is_polled_after_15_seconds() -> None:
    """REST is the other road; a snapshot that verifies takes over again."""
    world = World()
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    assert world.account_up() + world.wait(14.5) == []
    told = world.wait(1.5)
    assert [one for one in told if "subscribe" not in one] == QUOTES
    assert standing(world, parts.BOOKS) == ("degraded", "polled over REST; no verified stream")
    world.accept("buy", "sell")
    assert "cancel buy" not in world.book()
    assert standing(world, parts.BOOKS) == ("ready", "verified")


def test_a_socket_that_is_refused_for_ever_leaves_a_polled_book_alone() -> None:
    """Each failed reconnect is told, and the quotes stay."""
    world = World()
    world.feed(msg.Tick())
    world.account_up()
    world.feed(msg.StreamDown(TRADE, "cannot connect: refused"))
    assert world.wait(16) == QUOTES
    world.accept("buy", "sell")
    for _ in range(3):
        told = world.wait(4) + world.feed(msg.StreamDown(TRADE, "cannot connect: refused"))
        assert not [one for one in told if one.startswith("cancel")]
    assert world.engine.readiness[parts.BOOKS].last_error == "cannot connect: refused"


def test_a_polled_book_that_is_no_longer_answered_is_not_quoted_on() -> None:
    """Neither verified nor fresh: cancel."""
    world = World()
    world.feed(msg.Tick())
    world.account_up()
    world.wait(16)
    world.accept("buy", "sell")
    world.answers[What.BOOK] = No()
    told = world.wait(14)
    assert told[:2] == ["cancel buy", "cancel sell"]
    assert standing(world, parts.BOOKS)[1].startswith("silent for")


def test_an_account_socket_that_is_refused_is_replaced_by_polling() -> None:
    """Degraded, quoting, and every failed reconnect leaves that as it is."""
    world = World()
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    world.feed(msg.StreamDown(ACCOUNT, "cannot connect: refused"))
    world.book()
    assert world.engine.readiness.lacking() == f"{parts.STREAM}: cannot connect: refused"
    told = world.wait(16)
    assert told == QUOTES
    assert standing(world, parts.STREAM) == (
        "degraded",
        "polled over REST every 3 s; no account stream: cannot connect: refused",
    )
    world.accept("buy", "sell")
    for _ in range(4):
        assert world.wait(5) + world.feed(msg.StreamDown(ACCOUNT, "cannot connect: refused")) == []
    assert world.engine.phase is Phase.QUOTING


def test_polling_that_fails_too_leaves_the_account_blind() -> None:
    """No stream and no answers: cancel, and say that neither road is open."""
    world = World()
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    world.book()
    world.wait(16)
    world.accept("buy", "sell")
    world.answers[What.OPEN_ORDERS] = No()
    told = world.wait(16)
    assert told == ["cancel buy", "cancel sell"]
    assert standing(world, parts.STREAM) == ("blind", "neither stream nor polling answers")


def test_balances_that_rest_refuses_come_from_the_stream_alone() -> None:
    """And the error stays on the screen."""
    world = World()
    world.answers[What.BALANCES] = No("HTTP 500: oops")
    assert world.start() == QUOTES
    assert standing(world, parts.BALANCE) == ("degraded", "from the stream alone; REST: HTTP 500: oops")


def test_an_empty_account_is_ready_and_says_why_nothing_is_quoted() -> None:
    """Zero is an answer; the budget has the reason."""
    world = World()
    world.funds = {}
    assert world.start() == []
    assert standing(world, parts.BALANCE)[0] == "ready"
    assert world.engine.phase is Phase.HOLDING
    assert "not created" in world.engine.why


def test_a_key_that_may_withdraw_halts() -> None:
    """A market maker never needs it: one line, with the remedy."""
    world = World()
    world.answers[What.KEY_INFO] = rest.KeyInfo(label="all", permissions=["View access", "Trade", "Withdraw"])
    (halt,) = [one for one in world.start() if one.startswith("halt")]
    assert halt == "halt: API key 'all' may do more than a market maker needs: Withdraw"
    assert world.placed == {}


def test_a_key_that_may_not_trade_halts() -> None:
    """Before any order, not after the first refusal."""
    world = World()
    world.answers[What.KEY_INFO] = rest.KeyInfo(label="look", permissions=["View access"])
    assert "halt: API key 'look' may not trade: it has View access" in world.start()
    assert world.placed == {}


def test_a_powerful_key_may_be_allowed() -> None:
    """By whoever starts the bot; then it is not even asked for."""
    world = World(allow_powerful_key=True)
    world.answers[What.KEY_INFO] = No()
    assert world.start() == QUOTES


@pytest.mark.parametrize("code", [codes.BAD_SIGNATURE, codes.KEY_MISSING, codes.IP_NOT_ALLOWED], ids=str)
def test_a_key_that_the_exchange_refuses_halts(code: codes.Code) -> None:
    """Asking again cannot help."""
    world = World()
    world.answers[What.BALANCES] = No(code.message, code.number)
    assert f"halt: the exchange refuses the API key: {code.message}" in world.start()


def test_a_socket_closed_for_its_signature_halts() -> None:
    """VALR accepts the upgrade and then closes with 1007."""
    world = World()
    told = world.feed(msg.StreamDown(ACCOUNT, "closed with 1007 (Request has an invalid signature)"))
    assert told[-1].startswith("halt: the exchange refuses the API key: closed with 1007")


def test_orders_of_an_earlier_session_are_cancelled_first() -> None:
    """Nothing is quoted while they rest; other people's orders are counted and left alone."""
    world = World()
    world.resting = {"vm-b-old-b0-1": "x-8", "vm-zz-old-b0-1": "x-9"}
    assert world.start() == ["cancel vm-b-old-b0-1 x-8"]
    assert world.engine.why == "1 orders of an earlier session still rest"
    assert world.engine.account.others_open == 1
    assert world.wait(3) == []
    del world.resting["vm-b-old-b0-1"]
    assert world.wait(2) == QUOTES


def test_a_lost_cancel_of_an_earlier_order_is_sent_again() -> None:
    """Otherwise one lost message would keep the bot waiting for ever."""
    world = World()
    world.resting = {"vm-b-old-b0-1": "x-8"}
    world.start()
    assert world.wait(8) == ["cancel vm-b-old-b0-1 x-8"]
    assert world.wait(13) == ["cancel vm-b-old-b0-1 x-8"] * 2


def test_an_unreadable_pair_is_told_and_spoils_nothing() -> None:
    """One bad row of the rules is a sentence."""
    world = World()
    world.answers[What.PAIRS] = rows(rest.Pair, "rest_pairs", {"symbol": "BADZAR", "tickSize": "0"}, {})
    assert world.start() == QUOTES
    assert any(text.startswith("rules of BADZAR cannot be used") for text in world.said)


def test_fees_are_kept_as_fractions() -> None:
    """Percent points on the wire; rows of other pairs and pairs without a book are passed over."""
    world = World()
    world.start()
    market = world.engine.market
    assert (market.maker_fee, market.taker_fee) == (Decimal("0.0008"), Decimal("0.001"))


def test_fees_that_cannot_be_had_do_not_hold_up_the_start() -> None:
    """They are a figure for the screen."""
    world = World()
    world.answers[What.FEES] = No()
    assert world.start() == QUOTES
    assert not world.engine.market.fees_known


def test_a_book_without_one_side_is_not_quoted_on() -> None:
    """There is no mid; the reason is told."""
    world = World()
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    world.account_up()
    assert world.hear(TRADE, book_frame([("0.99", "1")], [], 1)) == []
    assert world.engine.phase is Phase.HOLDING
    assert world.engine.market.mid is None
    assert world.engine.why


def test_the_standing_of_a_component_says_whether_it_may_be_relied_on() -> None:
    """Waiting and blind may not."""
    assert [one.value for one in Standing if one.usable] == ["ready", "degraded"]
    assert GONE in codes.GONE


def test_while_the_book_is_polled_a_snapshot_is_still_asked_for() -> None:
    """Polling serves only until the stream does again; what the stream sends meanwhile is not told every time."""
    world = World()
    world.feed(msg.Tick())
    world.feed(msg.StreamUp(TRADE))
    world.account_up()
    world.wait(16)
    world.accept("buy", "sell")
    assert world.wait(9.5) == ["resubscribe", "resubscribe", "reconnect"]
    before = len(world.said)
    for sequence in range(5):
        assert world.hear(TRADE, book_frame([("0.5", "1")], [("0.6", "1")], sequence, checksum=1)) == []
    assert len(world.said) == before
    assert standing(world, parts.BOOKS)[0] == "degraded"


def test_a_part_fill_of_an_earlier_order_does_not_make_it_gone() -> None:
    """Only its end does."""
    world = World()
    cid = "vm-b-old-b0-1"
    world.resting = {cid: "x-8"}
    world.start()
    ids = {"customerOrderId": cid, "orderId": "x-8"}
    assert world.hear(ACCOUNT, frame("order_status_update", **ids, orderStatusType="Partially Filled")) == []
    assert world.hear(ACCOUNT, frame("order_status_update", **ids, orderStatusType="Cancelled")) == QUOTES
