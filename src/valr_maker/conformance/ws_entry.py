"""Section 5.6: order entry over the account socket."""

from typing import Any

from valr_maker.conformance.case import sandbox
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.guest import Ear
from valr_maker.conformance.rest_change import KEEP
from valr_maker.conformance.rest_place import TOO_SMALL, limit
from valr_maker.conformance.shapes import ACCOUNT_FRAMES
from valr_maker.conformance.stage import Stage
from valr_maker.conformance.ws_account import BALANCE, OPEN, OUTCOME, PROCESSED, STATUS, listening
from valr_maker.conformance.ws_control import ABNORMAL
from valr_maker.sandbox.rules import Latency

PLACED, MARKET, MODIFIED, CANCELLED, BATCH = (
    "PLACE_LIMIT_WS_RESPONSE", "PLACE_MARKET_WS_RESPONSE", "MODIFY_ORDER_WS_RESPONSE", "CANCEL_ORDER_WS_RESPONSE",
    "BATCH_ORDERS_WS_RESPONSE",
)  # fmt: skip
DISCONNECT = "CANCEL_ON_DISCONNECT_UPDATE"


async def _ask(at: Stage, ear: Ear, kind: str, payload: object, id_: str | None = "m-1") -> list[Any]:
    """Say it; everything that is told then. The answers have their keys."""
    message = {"type": kind, "payload": payload} | ({} if id_ is None else {"clientMsgId": id_})
    await ear.say(message)
    frames = await ear.heard()
    for frame in frames:
        if frame["type"] in ACCOUNT_FRAMES and "error" not in frame:
            at.fits(frame, ACCOUNT_FRAMES[frame["type"]], frame["type"])
    return frames


@sandbox("WS-401", "5.6", "PLACE_LIMIT_ORDER", PLACED, "clientMsgId", PROCESSED)
async def place(at: Stage) -> None:
    """PLACE_LIMIT_ORDER: the answer echoes clientMsgId and has the ids; then the events of an order that rests."""
    house = at.house()
    ear = await listening(house)
    frames = await _ask(at, ear, "PLACE_LIMIT_ORDER", limit(customerOrderId="c", postOnly=True), "m-17")
    same([frame["type"] for frame in frames], [PLACED, PROCESSED, BALANCE, OPEN], "order of frames")
    same((frames[0]["clientMsgId"], frames[0]["data"]["customerOrderId"]), ("m-17", "c"), "answer")
    same((await house.me.status(frames[0]["data"]["orderId"]))["orderStatusType"], "Placed", "status")


@sandbox("WS-402", "5.6", "clientMsgId")
async def without_an_id(at: Stage) -> None:
    """Without clientMsgId the answer has none."""
    ear = await listening(at.house())
    frames = await _ask(at, ear, "PLACE_LIMIT_ORDER", limit(), None)
    holds("clientMsgId" not in frames[0], "an id", frames[0])


@sandbox("WS-403", "5.6", "PLACE_MARKET_ORDER", MARKET)
async def market(at: Stage) -> None:
    """PLACE_MARKET_ORDER is answered with the ids, and taken."""
    house = at.house()
    await house.friend().place("SELL", "10", "0.16")
    ear = await listening(house)
    frames = await _ask(at, ear, "PLACE_MARKET_ORDER", {"side": "BUY", "pair": "DOGEUSDT", "baseAmount": "10"})
    same(frames[0]["type"], MARKET, "first")
    same((await house.me.status(frames[0]["data"]["orderId"]))["orderStatusType"], "Filled", "status")


@sandbox("WS-404", "5.6", "MODIFY_ORDER", MODIFIED, OUTCOME)
async def modify(at: Stage) -> None:
    """MODIFY_ORDER: requested, with the id of the request, which MODIFY_ORDER_OUTCOME repeats; by either id."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15", customerOrderId="c")
    ear = await listening(house)
    for ids, price in (({"orderId": order}, "0.14"), ({"customerOrderId": "c"}, "0.13")):
        frames = await _ask(at, ear, "MODIFY_ORDER", {**KEEP, **ids, "newPrice": price})
        same([frame["type"] for frame in frames], [MODIFIED, OUTCOME, STATUS, OPEN, BALANCE], "order of frames")
        data, outcome = frames[0]["data"], frames[1]["data"]
        same(data, {"modifyRequestId": outcome["modifyRequestId"], "requested": True, **ids}, "answer")
    same((await house.me.status(order))["originalPrice"], "0.13", "price")


@sandbox("WS-405", "5.6", "CANCEL_LIMIT_ORDER", CANCELLED, "Cancelled")
async def cancel(at: Stage) -> None:
    """CANCEL_LIMIT_ORDER: requested, with the id that was given, before it is done; by either id."""
    house = at.house()
    ear = await listening(house)
    for name in ("orderId", "customerOrderId"):
        order = await house.me.place("BUY", "10", "0.15", customerOrderId="c")
        await ear.heard()
        given = {name: order if name == "orderId" else "c"}
        frames = await _ask(at, ear, "CANCEL_LIMIT_ORDER", {**given, "pair": "DOGEUSDT"})
        same([frame["type"] for frame in frames], [CANCELLED, STATUS, BALANCE, OPEN], "order of frames")
        same(frames[0]["data"], {"requested": True, **given}, "answer")


@sandbox("WS-406", "5.6", CANCELLED, "FAILED_CANCEL_ORDER")
async def cancel_nothing(at: Stage) -> None:
    """A cancel of an order that is not there is answered as any, and then FAILED_CANCEL_ORDER."""
    ear = await listening(at.house())
    frames = await _ask(at, ear, "CANCEL_LIMIT_ORDER", {"orderId": "none", "pair": "DOGEUSDT"})
    same([frame["type"] for frame in frames], [CANCELLED, "FAILED_CANCEL_ORDER"], "order of frames")


@sandbox("WS-407", "5.6", "BATCH_ORDERS", BATCH)
async def batch(at: Stage) -> None:
    """BATCH_ORDERS: outcomes as by REST; four kinds, no stop orders."""
    house = at.house()
    resting = await house.me.place("BUY", "10", "0.14")
    ear = await listening(house)
    requests = [
        {"type": "PLACE_LIMIT", "data": limit()},
        {"type": "CANCEL_ORDER", "data": {"orderId": resting, "pair": "DOGEUSDT"}},
        {"type": "PLACE_STOP_LIMIT", "data": limit(stopPrice="0.17", type="STOP_LOSS_LIMIT")},
    ]
    frames = await _ask(at, ear, "BATCH_ORDERS", {"requests": requests})
    same((frames[0]["type"], frames[0]["clientMsgId"]), (BATCH, "m-1"), "first")
    same([row["accepted"] for row in frames[0]["data"]["outcomes"]], [True, True, False], "accepted")
    same(len((await house.me.get("/v1/orders/open")).good()), 1, "open orders")


REFUSED: tuple[tuple[str, str, dict[str, object], str, str], ...] = (
    ("PLACE_LIMIT_ORDER", PLACED, limit(pair="NOPE"), "Unsupported Currency Pair", "INVALID_PLACE_LIMIT_REQUEST"),
    ("PLACE_LIMIT_ORDER", PLACED, limit(quantity="1"), TOO_SMALL, "INVALID_PLACE_LIMIT_REQUEST"),
    ("CANCEL_LIMIT_ORDER", CANCELLED, {"pair": "NOPE", "orderId": "a"}, "Unsupported Currency Pair",
     "INVALID_CANCEL_ORDER_REQUEST"),
    ("MODIFY_ORDER", MODIFIED, KEEP | {"pair": "NOPE", "orderId": "a", "newPrice": "1"}, "Unsupported Currency Pair",
     "INVALID_MODIFY_WS_REQUEST"),
)  # fmt: skip


@sandbox("WS-408", "5.6", PLACED, "-21", "-12007")
async def refused(at: Stage) -> None:
    """What is refused at the door: the answer's own type with `error` instead of `data`, clientMsgId echoed."""
    ear = await listening(at.house())
    for kind, answer, payload, message, _ in REFUSED:
        (frame,) = await _ask(at, ear, kind, payload)
        same((frame["type"], frame["clientMsgId"], "data" in frame), (answer, "m-1", False), kind)
        same(frame["error"]["message"], message, kind)


@sandbox(
    "WS-409", "13", "INVALID_PLACE_LIMIT_REQUEST", "INVALID_CANCEL_ORDER_REQUEST", "INVALID_MODIFY_WS_REQUEST",
    "Rules.invalid_frames",
)  # fmt: skip
async def invalid_frames(at: Stage) -> None:
    """As a setting such refusals are frames of their own."""
    ear = await listening(at.house(invalid_frames=True))
    for kind, _, payload, message, invalid in REFUSED:
        (frame,) = await _ask(at, ear, kind, payload)
        same((frame["type"], frame["clientMsgId"], frame["error"]["message"]), (invalid, "m-1", message), kind)


@sandbox("WS-410", "5.6", PLACED, "validationErrors")
async def validation(at: Stage) -> None:
    """A payload that does not validate names its fields; so does one that is missing."""
    ear = await listening(at.house())
    (frame,) = await _ask(at, ear, "PLACE_LIMIT_ORDER", limit(price="0.1500001"))
    same([one["field"] for one in frame["error"]["validationErrors"]["errors"]], ["price"], "fields")
    await ear.say({"type": "PLACE_LIMIT_ORDER", "clientMsgId": "m-2"})
    frame = await ear.next()
    holds(frame["error"]["validationErrors"]["errors"], "no field is named", frame)


@sandbox("WS-411", "5.6", PROCESSED, STATUS, "reason: Insufficient Balance")
async def fails_later(at: Stage) -> None:
    """What fails in the engine is answered as received; the events say the rest."""
    ear = await listening(at.house())
    frames = await _ask(at, ear, "PLACE_LIMIT_ORDER", limit(quantity="100000"))
    same([frame["type"] for frame in frames], [PLACED, PROCESSED, STATUS], "order of frames")
    same(frames[1]["data"]["failureReason"], "Insufficient Balance", "failureReason")


@sandbox("WS-412", "5.6", "CANCEL_ON_DISCONNECT", DISCONNECT, "Cancelled")
async def on_disconnect(at: Stage) -> None:
    """CANCEL_ON_DISCONNECT: the answer is a text; when this socket drops, all orders of the account end."""
    house = at.house()
    ear, other = await listening(house), await listening(house)
    order = await house.me.place("BUY", "10", "0.15")
    await ear.heard()
    for switch, text in ((True, "true"), (False, "false"), (True, "true")):
        (frame,) = await _ask(at, ear, "CANCEL_ON_DISCONNECT", {"cancelOnDisconnect": switch})
        same((frame["type"], frame["data"]), (DISCONNECT, {"cancelOnDisconnect": text}), "answer")
        same(frame.get("clientMsgId"), "m-1", "clientMsgId")
    await other.close()
    same((await house.me.status(order))["orderStatusType"], "Placed", "after another socket has dropped")
    await ear.close()
    same((await house.me.status(order))["orderStatusType"], "Cancelled", "after this one has")


@sandbox("WS-413", "5.6", "CANCEL_ON_DISCONNECT", "close 1006")
async def on_idle_end(at: Stage) -> None:
    """It holds for the idle end too."""
    house = at.house()
    order = await house.me.place("BUY", "10", "0.15")
    ear = await listening(house)
    await _ask(at, ear, "CANCEL_ON_DISCONNECT", {"cancelOnDisconnect": "true"})
    same((await ear.end(61))[0], ABNORMAL, "the end")
    same((await house.me.status(order))["orderStatusType"], "Cancelled", "status")


@sandbox("WS-414", "5.6", "RATE_LIMIT_EXCEEDED", "limit: socket place", "limit: socket cancel", "limit: socket modify",
         "limit: socket batch")  # fmt: skip
async def limits(at: Stage) -> None:
    """So many messages a second: place, modify, batch 400, cancel 450; then RATE_LIMIT_EXCEEDED with the type and id."""
    for kind, payload, most in (
        ("PLACE_LIMIT_ORDER", limit(pair="NOPE"), 400), ("CANCEL_LIMIT_ORDER", {"pair": "NOPE", "orderId": "a"}, 450),
        ("MODIFY_ORDER", {"pair": "NOPE", "orderId": "a"}, 400), ("BATCH_ORDERS", {"requests": []}, 400),
    ):  # fmt: skip
        house = at.house(latency=Latency(0.0, 0.0))
        ear = await listening(house)
        await house.me.wait_for_window(1)
        for number in range(most + 1):
            await ear.say({"type": kind, "clientMsgId": str(number), "payload": payload})
        frames = await ear.heard(0.01)
        same(len(frames), most + 1, f"answers to {kind}")
        wanted = {"type": "RATE_LIMIT_EXCEEDED", "data": {"requestType": kind}, "clientMsgId": str(most)}
        same(frames[-1], wanted, f"the answer to number {most + 1}")
        holds(frames[-2]["type"] != "RATE_LIMIT_EXCEEDED", f"{kind}: limited too early")
        await house.me.wait_for_window(1)
        await ear.say({"type": kind, "payload": payload})
        holds((await ear.next())["type"] != "RATE_LIMIT_EXCEEDED", f"{kind}: limited in the next second")


@sandbox("WS-415", "8.3", "Rules.ack_after_events", PLACED, OPEN)
async def events_first(at: Stage) -> None:
    """As a setting the events overtake the answer, as clients have seen."""
    ear = await listening(at.house(ack_after_events=True))
    kinds = [frame["type"] for frame in await _ask(at, ear, "PLACE_LIMIT_ORDER", limit())]
    same(kinds, [PROCESSED, BALANCE, OPEN, PLACED], "order of frames")


@sandbox("WS-416", "5.6", "HTTP 403", PLACED)
async def view_only(at: Stage) -> None:
    """A key that may not trade is refused each message."""
    house = at.house()
    ear = await house.another_key(("View access",)).open("/ws/account")
    await ear.heard()
    (frame,) = await _ask(at, ear, "PLACE_LIMIT_ORDER", limit())
    same((frame["type"], "error" in frame), (PLACED, True), "answer")
    same((await house.me.get("/v1/orders/open")).good(), [], "open orders")


@sandbox("WS-417", "11.11", "latency.ack_s", "latency.outcome_s", PLACED, PROCESSED)
async def latency(at: Stage) -> None:
    """The answer takes 3 ms, the outcome 8 ms from the message."""
    house = at.house()
    ear = await listening(house)
    before_s = at.clock.monotonic_s()
    await ear.say({"type": "PLACE_LIMIT_ORDER", "payload": limit()})
    for kind, after_s in ((PLACED, 0.003), (PROCESSED, 0.008)):
        await ear.until(kind)
        same(round(at.clock.monotonic_s() - before_s, 6), after_s, f"seconds until {kind}")


@sandbox("WS-418", "5.6", "PLACE_LIMIT_ORDER", "UNSUPPORTED")
async def not_on_the_trade_socket(at: Stage) -> None:
    """Orders are for the account socket: a signed trade socket says UNSUPPORTED; nor are other names known."""
    house = at.house()
    ear = await house.me.open("/ws/trade", house.me.headers("GET", "/ws/trade"))
    await ear.heard()
    same(
        [frame["type"] for frame in await _ask(at, ear, "PLACE_LIMIT_ORDER", limit())], ["UNSUPPORTED"], "trade socket"
    )
    ear = await listening(house)
    for kind in ("CANCEL_ORDER", "PLACE_BATCH_ORDERS"):
        same([frame["type"] for frame in await _ask(at, ear, kind, {})], ["UNSUPPORTED"], kind)
