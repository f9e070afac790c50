"""REST over a scripted transport: what leaves, and what each kind of answer means."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from kit.fake_transport import FakeReply, FakeTransport, never
from kit.messages import message

from valr_maker import virtual
from valr_maker.domain import Side
from valr_maker.gateway.client import NoAnswer, NotSent, Refused, RestClient, TimeOffset
from valr_maker.gateway.order_entry import cancel_order, limit_order
from valr_maker.gateway.rate import RateBudget
from valr_maker.keys import ApiKey
from valr_maker.virtual import EPOCH_S, VirtualClock
from valr_maker.wire import endpoints, sign
from valr_maker.wire.codes import WireError

KEY = ApiKey("k" * 64, "s" * 64)
ORDER = limit_order("DOGEUSDT", Side.BUY, Decimal("0.16120"), Decimal("50.0"), "vm-b-s-b0-1", post_only=True)
HTML = b"<html><title>Error 400 (Bad Request)!!1</title></html>"


def talk(
    transport: FakeTransport, story: Callable[[RestClient], Coroutine[Any, Any, Any]], key: ApiKey | None = KEY
) -> Any:
    """Run a story with a client over the transport, in virtual time."""

    async def main() -> Any:
        return await story(RestClient(transport, VirtualClock(), key, RateBudget()))

    return virtual.run(main())


def outcome(reply: Any, endpoint: endpoints.Endpoint, body: Any = None) -> Any:
    """What one call comes to: its answer, or its error."""

    async def story(client: RestClient) -> Any:
        try:
            return await client.call(endpoint, parts={"pair": "DOGEUSDT", "id": "x"}, body=body)
        except (Refused, NoAnswer, NotSent, WireError) as problem:
            return problem

    return talk(FakeTransport(reply), story)


def reply(name: str, status: int = 200) -> FakeReply:
    return FakeReply(status, json.dumps(message(name)).encode())


# ---- what leaves ----------------------------------------------------------------------------------------------------
def test_the_signature_covers_the_very_target_and_body_that_are_sent() -> None:
    """Query included, percent-encoded as it goes out; stamped with the exchange's time in ms."""
    transport = FakeTransport(reply("rest_tradehistory"), reply("rest_place_v2", 201))

    async def story(client: RestClient) -> None:
        client.offset = TimeOffset(2.5, EPOCH_S + 2.5, known=True)
        query = {"limit": "100", "statuses": "PLACED,FILLED"}
        await client.call(endpoints.PAIR_TRADE_HISTORY, parts={"pair": "DOGEUSDT"}, query=query)
        await client.call(endpoints.PLACE_LIMIT, body=ORDER)

    talk(transport, story)
    history, place = transport.requests
    assert history.target == "/v1/account/DOGEUSDT/tradehistory?limit=100&statuses=PLACED%2CFILLED"
    assert parse_qs(urlsplit(history.target).query)["statuses"] == ["PLACED,FILLED"]
    for sent in (history, place):
        stamp = sent.headers["X-VALR-TIMESTAMP"]
        assert stamp == str(int((EPOCH_S + 2.5) * 1000))
        expected = sign.signature(KEY.secret, stamp, sent.verb, sent.target, sent.body)
        assert sent.headers["X-VALR-SIGNATURE"] == expected
        assert sent.headers["X-VALR-API-KEY"] == KEY.key


def test_a_body_is_plain_json_with_its_content_type() -> None:
    """A missing content type would be a 403; a request without body has none."""
    transport = FakeTransport(reply("rest_place_v2", 201), reply("rest_time"))

    async def story(client: RestClient) -> None:
        await client.call(endpoints.PLACE_LIMIT, body=ORDER)
        await client.call(endpoints.SERVER_TIME)

    talk(transport, story)
    place, time = transport.requests
    assert place.headers["Content-Type"] == "application/json"
    assert json.loads(place.body) == {
        "side": "BUY", "quantity": "50", "price": "0.1612", "pair": "DOGEUSDT", "postOnly": True,
        "customerOrderId": "vm-b-s-b0-1", "timeInForce": "GTC",
    }  # fmt: skip
    assert (time.body, "Content-Type" in time.headers) == (b"", False)


@pytest.mark.parametrize("key", [KEY, None])
def test_public_calls_are_never_signed(key: ApiKey | None) -> None:
    """Nor is anything without a key."""
    transport = FakeTransport(reply("rest_pairs"), reply("rest_balances"))

    async def story(client: RestClient) -> None:
        await client.call(endpoints.PAIRS)
        await client.call(endpoints.BALANCES)

    talk(transport, story, key)
    assert ["X-VALR-SIGNATURE" in sent.headers for sent in transport.requests] == [False, key is not None]


# ---- what comes back ------------------------------------------------------------------------------------------------
def test_a_good_answer_is_typed() -> None:
    """By the table."""
    assert [row.currency for row in outcome(reply("rest_balances"), endpoints.BALANCES)] == ["USDT", "ETH"]
    assert outcome(reply("rest_place_v2", 201), endpoints.PLACE_LIMIT, ORDER).id == message("rest_place_v2")["id"]


@pytest.mark.parametrize("body", [b"", b"anything"])
def test_the_empty_202_of_a_v1_cancel_is_an_answer(body: bytes) -> None:
    """The client that parsed it as JSON raised."""
    cancel = cancel_order("DOGEUSDT", "vm-b-s-b0-1", None)
    assert outcome(FakeReply(202, body), endpoints.CANCEL_ORDER_V1, cancel) is None


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (400, "rest_place_v2_failed", -6),
        (400, "rest_failure", -21),
        (404, "rest_failure", -21),
        (401, "rest_failure", -21),
    ],
)
def test_an_error_of_valrs_is_a_clear_no(status: int, name: str, code: int) -> None:
    """With its code, its words, and the order's id when it had got one."""
    refused = outcome(reply(name, status), endpoints.PLACE_LIMIT, ORDER)
    assert isinstance(refused, Refused)
    assert (refused.status, refused.code, refused.order_id) == (status, code, message(name).get("orderId"))
    assert f"(code {code}, HTTP {status})" in str(refused)


@pytest.mark.parametrize(
    "answer",
    [
        FakeReply(400, HTML),
        FakeReply(403, HTML),
        FakeReply(500, b""),
        FakeReply(502, HTML),
        FakeReply(503, b'{"code":-1,"message":"read-only"}'),
        FakeReply(302, b""),
        FakeReply(201, HTML),
        FakeReply(201, b""),
        FakeReply(201, b'{"id":7}'),
        ConnectionError("reset by peer"),
        TimeoutError(),
        never,
    ],
    ids=[
        "html 400",
        "html 403",
        "500",
        "html 502",
        "503",
        "302",
        "html 201",
        "empty 201",
        "odd 201",
        "reset",
        "timeout",
        "silence",
    ],
)
def test_when_nobody_knows_whether_an_order_was_placed_it_says_so(answer: Any) -> None:
    """HTML even came with orders that were accepted: look before repeating."""
    assert isinstance(outcome(answer, endpoints.PLACE_LIMIT, ORDER), NoAnswer)


def test_silence_is_given_up_after_ten_seconds() -> None:
    """And says how long it waited."""

    async def story(client: RestClient) -> tuple[str, float]:
        with pytest.raises(NoAnswer) as caught:
            await client.call(endpoints.BALANCES)
        return str(caught.value), client.wall_s() - EPOCH_S

    assert talk(FakeTransport(never), story) == ("balances: no answer within 10 s", 10.0)


@pytest.mark.parametrize("body", [HTML, b"", b"{}", b'[{"currency":"USDT","available":"NaN"}]'])
def test_a_question_with_an_unreadable_answer_is_a_wire_error(body: bytes) -> None:
    """Nothing was changed by asking, so it need not be looked for."""
    assert isinstance(outcome(FakeReply(200, body), endpoints.BALANCES), WireError)


def test_a_429_was_certainly_not_carried_out() -> None:
    """And closes the budget until the next window: the next call waits by itself."""
    transport = FakeTransport(FakeReply(429, HTML), reply("rest_balances"))

    async def story(client: RestClient) -> float:
        with pytest.raises(NotSent, match=r"limits us \(429\)"):
            await client.call(endpoints.BALANCES)
        await client.call(endpoints.BALANCES)
        return client.wall_s()

    assert talk(transport, story) == (EPOCH_S // 60 + 1) * 60


@pytest.mark.parametrize(
    ("text", "wait_s"), [("7", 7.0), ("99999", 600.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("²", None)]
)
def test_a_429_with_retry_after_is_obeyed(text: str, wait_s: float | None) -> None:
    """In seconds and within reason; what is no number of seconds means the next window."""
    transport = FakeTransport(FakeReply(429, b"", {"retry-after": text}), reply("rest_balances"))

    async def story(client: RestClient) -> float:
        with pytest.raises(NotSent):
            await client.call(endpoints.BALANCES)
        await client.call(endpoints.BALANCES)
        return client.wall_s() - EPOCH_S

    assert talk(transport, story) == pytest.approx(60 - EPOCH_S % 60 if wait_s is None else wait_s)


def test_calls_wait_for_their_budget() -> None:
    """27 of 30 public calls a minute; the 28th leaves at the next clock minute."""
    transport = FakeTransport(reply("rest_pairs"))

    async def story(client: RestClient) -> None:
        for _ in range(28):
            await client.call(endpoints.PAIRS)

    talk(transport, story)
    assert [sent.at_s for sent in transport.requests[26:]] == [0.0, 60 - EPOCH_S % 60]


def test_cancels_may_use_what_is_kept_for_them() -> None:
    """405 of 450 are everybody's, the rest is theirs."""
    transport = FakeTransport(FakeReply(200, b"[]"))

    async def story(client: RestClient) -> None:
        for _ in range(451):
            await client.call(endpoints.CANCEL_ALL)

    talk(transport, story)
    assert [sent.at_s for sent in transport.requests[449:]] == [0.0, 1.0]


# ---- the exchange's clock -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("time", "expected_s"), [("2023-11-14T22:13:30.250000001Z", 10.25), ("no time", 12.0)])
def test_the_offset_to_the_exchanges_clock_is_learned(time: str, expected_s: float) -> None:
    """From `time`, or from whole seconds when that is unreadable; later stamps carry it."""
    body = json.dumps({"epochTime": int(EPOCH_S) + 12, "time": time}).encode()

    async def story(client: RestClient) -> tuple[float, float, bool]:
        return await client.synchronise(), client.wall_s() - EPOCH_S, client.offset.known

    assert talk(FakeTransport(FakeReply(200, body)), story) == pytest.approx((expected_s, expected_s, True), abs=1e-5)


def test_a_full_second_of_other_programs_is_waited_for() -> None:
    """The doctor and a bot beside this one may have asked 20 times this second; the time is learnt all the same."""
    body = json.dumps({"epochTime": int(EPOCH_S) + 60, "time": "no time"}).encode()
    limited = FakeReply(429, HTML)

    async def story(client: RestClient) -> float:
        return await client.synchronise()

    transport = FakeTransport(limited, limited, FakeReply(200, body))
    assert talk(transport, story) == pytest.approx(60 - 2.0, abs=1e-5)  # it was true two seconds later
    assert [sent.at_s for sent in transport.requests] == pytest.approx([0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    ("limited", "asked"), [(FakeReply(429, HTML), 4), (FakeReply(429, b"", {"retry-after": "60"}), 1)]
)
def test_but_not_for_ever(limited: FakeReply, asked: int) -> None:
    """Four seconds in a row, or a minute that the exchange asks for, are told."""

    async def story(client: RestClient) -> None:
        with pytest.raises(NotSent, match=r"limits us \(429\)"):
            await client.synchronise()

    transport = FakeTransport(limited)
    talk(transport, story)
    assert len(transport.requests) == asked


def test_a_good_key_is_not_taken_for_a_bad_one_because_the_time_could_not_be_asked_at_once() -> None:
    """This machine is 60 s behind, and others have spent the second in which that would have been learnt."""
    body = json.dumps({"epochTime": int(EPOCH_S) + 60, "time": "no time"}).encode()
    wrong = FakeReply(401, json.dumps({"code": -11252, "message": "Request has an invalid signature"}).encode())
    transport = FakeTransport(wrong, FakeReply(429, HTML), FakeReply(200, body), reply("rest_balances"))

    async def story(client: RestClient) -> Any:
        return await client.call(endpoints.BALANCES)

    assert talk(transport, story)


def test_half_of_the_way_there_and_back_is_allowed_for() -> None:
    """A slow answer was true in the middle."""

    async def slow() -> FakeReply:
        import asyncio

        await asyncio.sleep(4.0)
        return FakeReply(200, json.dumps({"epochTime": 0, "time": "2023-11-14T22:13:22Z"}).encode())

    async def story(client: RestClient) -> float:
        return await client.synchronise()

    assert talk(FakeTransport(slow), story) == pytest.approx(0.0, abs=1e-5)
