"""What comes late, or comes back from the dead: never two orders in a slot unseen, never a fill lost."""

from kit.engine_kit import ACCOUNT, HELD, World, rows

from valr_maker.engine import messages as msg
from valr_maker.engine.messages import Ask, What
from valr_maker.orders.states import State
from valr_maker.wire import rest

QUIET = {"order_refresh_time": "1000"}


def given_up(world: World) -> None:
    """New orders go out, nobody answers for 9 s, and the exchange says that it has no such orders."""
    world.wait(16, until="cancel")
    for side in ("buy", "sell"):
        world.ends(side)
    world.wait(1)
    world.wait(9)
    assert world.states() == {}


def test_an_order_that_was_given_up_for_lost_and_then_acked_is_taken_away() -> None:
    """It may rest, in a slot that looks free: nothing new is placed until it is gone."""
    world = World().quoting()
    given_up(world)
    told = []
    for side in ("buy", "sell"):
        cid = world.cid(side)
        world.resting[cid] = f"x-{cid}"
        told += world.ack(side)
    told += world.wait(1)
    assert "cancel buy" in told
    assert "cancel sell" in told
    assert not any("@" in words for words in told + world.wait(20))
    assert not world.engine.nothing_rests


def test_an_order_that_was_given_up_for_lost_and_then_listed_is_taken_away() -> None:
    world = World().quoting()
    given_up(world)
    for side in ("buy", "sell"):
        world.resting[world.cid(side)] = f"x-{world.cid(side)}"
    told = world.hear(ACCOUNT, world.open_orders_frame())
    assert sorted(told) == ["cancel buy", "cancel sell"]


def test_an_order_whose_rest_call_is_under_way_cannot_be_not_found() -> None:
    """The exchange knows nothing of it yet; that is no answer while the request may still arrive."""
    world = World(conf=QUIET).quoting()
    order = world.engine.account.orders.find(world.cid("buy"))
    assert order is not None
    order.state, order.underway = State.PENDING_NEW, True
    world.engine.account.not_found(order.cid, world.now_s, world.now_s + 20)
    assert order.live
    order.underway = False
    world.engine.account.not_found(order.cid, world.now_s + 20, world.now_s + 20)
    assert not order.live


def test_partly_filled_is_an_answer_and_the_rest_is_looked_after_again() -> None:
    """An unclear order that turns out partly filled is quoted on: minimum spread and refresh count for it."""
    world = World(conf=QUIET | {"minimum_spread": "0.5"}).quoting()
    cid = world.cid("buy")
    world.engine.account.unclear(cid, world.now_s)
    world.answers[What.ORDER] = world.status_answer(cid, "Partially Filled", remaining="3")
    world.wait(2)
    assert world.states()["buy"] == "partially_filled"


def test_an_answer_about_an_older_book_proves_nothing() -> None:
    """Asked after 15 s of quiet, answered after the stream had moved: the stream is right."""
    world = World(conf=QUIET).quoting()
    world.answers[What.BOOK] = HELD
    old = world._image(Ask(What.BOOK))
    world.wait(15.5)
    world.move("0.991", "1.01")
    assert world.answer(What.BOOK, old) == []


def test_money_is_awaited_in_the_currency_that_the_order_gives_back() -> None:
    """The other currency's balance comes first: a plan made on it would leave a side out."""
    world = World()
    world.funds = {"DOGE": "4", "USDT": "1000"}
    world.start()
    world.accept("buy", "sell")
    world.funds = {"DOGE": "0", "USDT": "996.04"}
    world.hear(ACCOUNT, world._balance("DOGE"), world._balance("USDT"))
    world.move("1.00", "1.02")
    world.wait(16, until="cancel")
    told = []
    for side in ("buy", "sell"):
        told += world.hear(ACCOUNT, world.status_frame(side, "Cancelled"))
        world.now_s += 0.01
    world.resting.clear()
    world.funds = {"DOGE": "4", "USDT": "1000"}
    for currency in ("USDT", "DOGE"):
        told += world.hear(ACCOUNT, world._balance(currency))
        world.now_s += 0.01
    assert [words.split()[0] for words in told] == ["buy", "sell"]


def test_a_fill_that_the_history_tells_late_is_counted() -> None:
    """The status says filled; the trade history has the row only after some seconds."""
    world = World(conf=QUIET).quoting()
    world.answers[What.TRADES] = []
    world.hear(ACCOUNT, world.status_frame("buy", "Filled"))
    world.resting.pop(world.cid("buy"))
    world.hear(ACCOUNT, world.open_orders_frame())
    world.wait(2)
    assert world.fills() == []
    world.answers[What.TRADES] = rows(rest.OwnTrade, "rest_tradehistory", world.trade_row("buy"))
    world.wait(10)
    assert world.fills() == ["buy 4 @ 0.99"]


def test_a_stop_does_not_forget_what_was_given_up() -> None:
    world = World().quoting()
    given_up(world)
    world.resting[world.cid("buy")] = f"x-{world.cid('buy')}"
    told = world.feed(msg.Stop()) + world.hear(ACCOUNT, world.open_orders_frame()) + world.wait(1)
    assert "cancel buy" in told
    assert not world.engine.nothing_rests
