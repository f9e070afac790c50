"""A hundred thousand malformed requests: always VALR's error shape, never an exception, never a change of anything.

VALR_MAKER_FUZZ=1000000 sends so many instead (make soak).
"""

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from kit.ground_truth import everything, money_and_books
from kit.malformed import OURS, Junk
from kit.sandbox_kit import AT_ONCE, PURSE, Heard, Visitor, signed, small_world

from valr_maker.sandbox.calls import Reply
from valr_maker.sandbox.rules import Rules
from valr_maker.wire import every_endpoint

if TYPE_CHECKING:
    from valr_maker.sandbox.accounts import Account
    from valr_maker.sandbox.exchange import Exchange

REQUESTS = int(os.environ.get("VALR_MAKER_FUZZ", "100000"))
MESSAGES = REQUESTS // 5
PARTS = 4
AFRESH = 500
"""After so many the world is made anew: sooner or later something cancels every order that there is to aim at."""
STATUSES = frozenset({200, 201, 202, 204, 400, 401, 403, 404})
FREE = Rules(latency=AT_ONCE, limits_enforced=False)
REFUSALS = frozenset({"ERROR", "UNSUPPORTED"})
MANAGER = ("View access", "Trade", "Internal Transfer")


def scene(seed: int) -> tuple[Visitor, Junk]:
    """A client with an order on both sides, one that waits, a simple one that is done, and a sub-account; somebody else is there too."""
    world = small_world(rules=FREE)
    account: Account = world.create_account("manager", PURSE, MANAGER)
    me = Visitor(world, account)
    friend = me.friend()
    friend.place("SELL", "50", "0.17")
    friend.place("BUY", "500", "0.115")
    sub = world.exchange.accounts.create_sub(account.id, "sub", me.now_s)
    stop = {"side": "SELL", "quantity": "9", "price": "0.12", "stopPrice": "0.125", "type": "STOP_LOSS_LIMIT"}
    waiting = me.ask("POST", "/v2/orders/stop/limit", stop | {"pair": "DOGEUSDT"})
    simple = me.ask("POST", "/v1/simple/DOGEUSDT/order", {"payInCurrency": "USDT", "payAmount": "1", "side": "BUY"})
    placed = [me.place("BUY", "50", "0.11", customerOrderId=OURS), me.place("SELL", "50", "0.2")]
    orders = (*placed, *(json.loads(reply.body)["id"] for reply in (waiting, simple)))
    return me, Junk(seed, account, orders, sub.id)


def expect_valrs_shape(reply: Reply) -> dict[str, Any]:
    """A good answer, or VALR's refusal; gives what it says."""
    assert reply.status in STATUSES, reply
    if reply.status < 400:
        return dict(json.loads(reply.body)) if reply.body[:1] == b"{" else {}
    assert reply.headers["content-type"] == "application/json"
    said: dict[str, Any] = json.loads(reply.body)
    assert said.keys() <= {"code", "message", "validationErrors", "orderId", "modifyOrderId"}, said
    assert isinstance(said["code"], int) and said["code"] < 0, said
    assert isinstance(said["message"], str) and said["message"], said
    for row in said.get("validationErrors", {}).get("errors", []):
        assert row.keys() == {"field", "message"} and row["field"] and row["message"], said
    return said


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_is_sent_the_answer_is_valrs_and_a_refusal_changes_nothing(part):
    for number in range(REQUESTS // PARTS):
        if number % AFRESH == 0:
            me, junk = scene(part * 1_000_000 + number)
            exchange = me.world.exchange
            before, untouched = everything(exchange), money_and_books(exchange)
        request, why = junk.request(me.now_s)
        replies: list[Reply] = []
        try:
            me.world.request(request, me.now_s, replies.append)
            (reply,) = replies
            said = expect_valrs_shape(reply)
            if request.verb == "GET" or (reply.status >= 400 and not said.keys() & {"orderId", "modifyOrderId"}):
                assert everything(exchange) == before
                continue
            if reply.status >= 400:  # the engine has looked at it: it stands in the history, and did nothing
                assert money_and_books(exchange) == untouched
        except Exception as problem:
            problem.add_note(f"{why}\n{request.verb} {request.target[:300]}\n{request.body[:300]!r}")
            raise
        before, untouched = everything(exchange), money_and_books(exchange)


def refused(frames: list[dict[str, Any]]) -> bool:
    """Whether these frames say no and nothing else."""
    return bool(frames) and all(frame["type"] in REFUSALS or "error" in frame for frame in frames)


@pytest.mark.parametrize("path", ["/ws/account", "/ws/trade"])
def test_whatever_a_socket_is_told_it_answers_stays_open_and_a_refusal_changes_nothing(path):
    for number in range(MESSAGES // 2):
        if number % AFRESH == 0:
            me, junk = scene(number)
            exchange: Exchange = me.world.exchange
            socket = Heard(me, path, signed(me.account, me.now_s, "GET", path))
            socket.heard()
            before = everything(exchange)
        raw, why = junk.message()
        try:
            socket.say(raw)
            frames = socket.heard()
            assert socket.ended is None
            assert all(isinstance(frame["type"], str) for frame in frames)
            if refused(frames) or path == "/ws/trade":
                assert everything(exchange) == before
                continue
        except Exception as problem:
            problem.add_note(f"{why}\n{raw[:300]!r}")
            raise
        before = everything(exchange)


def test_the_fuzzer_reaches_every_endpoint_and_the_engine_behind_it():
    """A fuzzer that is refused at the first gate proves nothing."""
    reached: dict[str, set[int]] = {}
    for number in range(10_000):
        if number % AFRESH == 0:
            me, junk = scene(number)
        request, why = junk.request(me.now_s)
        reply = me.send(request.verb, request.target, request.headers, request.body)[0]
        reached.setdefault(why.partition(":")[0], set()).add(reply.status)
    assert reached.keys() == {row.name for row in every_endpoint.EVERY}
    for row in every_endpoint.EVERY:
        statuses = reached[row.name]
        assert statuses & {200, 201, 202, 204}, f"{row.name}: nothing ever got through: {statuses}"
        assert statuses & {400, 401, 403, 404}, f"{row.name}: nothing was ever refused: {statuses}"
