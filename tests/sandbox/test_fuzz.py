"""A hundred thousand refused requests: always VALR's error shape, never an exception, never a change of anything.

Damage that a lenient exchange does not mind (a parameter that nobody knows) is sent too, and not counted.

VALR_MAKER_FUZZ=1000000 sends so many instead (make soak). test_fuzz_http.py does the same to the bytes of connections.
"""

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from kit.fuzzing import REQUESTS, STATUSES, scene
from kit.ground_truth import everything, money_and_books
from kit.sandbox_kit import Heard, signed

from valr_maker.sandbox.calls import Reply
from valr_maker.wire import every_endpoint

if TYPE_CHECKING:
    from valr_maker.sandbox.exchange import Exchange

MESSAGES = REQUESTS // 5
PARTS = 4
AFRESH = 500
"""After so many the world is made anew: sooner or later something cancels every order that there is to aim at."""
REFUSALS = frozenset({"ERROR", "UNSUPPORTED"})


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
    told_no = 0
    for number in count():
        if told_no == REQUESTS // PARTS:
            break
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
            told_no += reply.status >= 400
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
    told_no = 0
    for number in count():
        if told_no == MESSAGES // 2:
            break
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
            told_no += refused(frames)
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
