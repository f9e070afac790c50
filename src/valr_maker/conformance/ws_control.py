"""Sections 1.3 and 5.1: opening a socket, what is said on it, and how it ends."""

from typing import Any

from valr_maker.conformance.case import on_the_line, public, sandbox, with_key
from valr_maker.conformance.expect import holds, same
from valr_maker.conformance.guest import Ear
from valr_maker.conformance.rawline import CLOSE_OPCODE, COMPRESSED, DEFLATE, OPCODE, PONG_OPCODE
from valr_maker.conformance.stage import Stage

TRADE, ACCOUNT = "/ws/trade", "/ws/account"
L1, IMAGE, TRADES, MARK = "OB_L1_DIFF", "AGGREGATED_ORDERBOOK_UPDATE", "NEW_TRADE", "MARK_PRICE_UPDATE"
ABNORMAL = 1006
UNSIGNED_S, IDLE_S = 900, 60


def subscription(**events: list[str]) -> dict[str, object]:
    """One SUBSCRIBE for these events and their pairs."""
    return {"type": "SUBSCRIBE", "subscriptions": [{"event": event, "pairs": pairs} for event, pairs in events.items()]}


# ---- logins (1.3) ---------------------------------------------------------------------------------------------------
@with_key("WS-001", "1.3", "AUTHENTICATED", "GET /ws/trade", "GET /ws/account")
async def authenticated(at: Stage) -> None:
    """The first frame after a signed upgrade is AUTHENTICATED, on either socket."""
    for path in (ACCOUNT, TRADE):
        ear = await at.guest.open(path, at.guest.headers("GET", path))
        same(await ear.next(), {"type": "AUTHENTICATED"}, path)
        await ear.close()


@public("WS-002", "1.3", "GET /ws/trade", "AUTHENTICATED", "Rules.unsigned_trade_authenticated")
async def unsigned_trade(at: Stage) -> None:
    """The trade socket needs no key, and an unsigned one is not told AUTHENTICATED."""
    ear = await at.guest.open(TRADE)
    await ear.say({"type": "PING"})
    same((await ear.next())["type"], "PONG", "the first frame")
    await ear.close()


@sandbox("WS-003", "13", "Rules.unsigned_trade_authenticated", "AUTHENTICATED")
async def unsigned_and_authenticated(at: Stage) -> None:
    """As a setting an unsigned trade socket is told AUTHENTICATED too."""
    ear = await at.house(unsigned_trade_authenticated=True).me.open(TRADE)
    same(await ear.next(), {"type": "AUTHENTICATED"}, "the first frame")


@with_key("WS-004", "1.3", "close 1007", "-11252")
async def bad_signature(at: Stage) -> None:
    """A bad signature: the upgrade succeeds, then 1007, Request has an invalid signature."""
    headers = at.guest.headers("GET", ACCOUNT) | {"X-VALR-SIGNATURE": "0" * 128}
    ear = await at.guest.open(ACCOUNT, headers)
    same(await ear.end(5), (1007, "Request has an invalid signature"), "the end")


@sandbox("WS-005", "1.3", "close 1007")
async def other_bad_logins(at: Stage) -> None:
    """An unknown key, no key at all, or a timestamp far off end an account socket the same way."""
    me = at.house().me
    good = me.headers("GET", ACCOUNT)
    for headers in (good | {"X-VALR-API-KEY": "f" * 64}, {}, me.headers("GET", ACCOUNT, now_s=me.now_s - 31),
                    me.headers("GET", TRADE)):  # fmt: skip
        same((await (await me.open(ACCOUNT, headers)).end(5))[0], 1007, "the end")


@sandbox("WS-006", "1.3", "AUTHENTICATED", "X-VALR-SUB-ACCOUNT-ID")
async def empty_sub_account(at: Stage) -> None:
    """An empty sub-account header on the upgrade counts as absent."""
    me = at.house().me
    ear = await me.open(ACCOUNT, me.headers("GET", ACCOUNT) | {"X-VALR-SUB-ACCOUNT-ID": ""})
    same((await ear.next())["type"], "AUTHENTICATED", "the first frame")


# ---- the control protocol (5.1) -------------------------------------------------------------------------------------
@public("WS-101", "5.1", "PING", "PONG", "NO_SUBSCRIPTIONS")
async def lonely_ping(at: Stage) -> None:
    """PING on a trade socket without a subscription: PONG with NO_SUBSCRIPTIONS."""
    ear = await at.guest.open(TRADE)
    await ear.say({"type": "PING"})
    same(await ear.next(), {"type": "PONG", "message": "NO_SUBSCRIPTIONS"}, "answer")
    await ear.close()


@public("WS-102", "5.1", "PING", "PONG")
async def ping(at: Stage) -> None:
    """PING with a subscription: PONG alone."""
    ear = await at.guest.open(TRADE)
    await ear.subscribe(TRADES, await at.pair())
    await ear.until("SUBSCRIBED")
    await ear.say({"type": "PING"})
    same(await ear.until("PONG"), {"type": "PONG"}, "answer")
    await ear.close()


@with_key("WS-103", "5.1", "PING", "PONG")
async def account_ping(at: Stage) -> None:
    """PING on an account socket: PONG alone."""
    ear = await at.guest.open(ACCOUNT)
    await ear.say({"type": "PING"})
    same(await ear.until("PONG"), {"type": "PONG"}, "answer")
    await ear.close()


@public("WS-104", "5.1", "SUBSCRIBE", "SUBSCRIBED")
async def several_events(at: Stage) -> None:
    """One SUBSCRIBE may hold several events; each event and pair is acknowledged as EVENT:PAIR."""
    pair, other = await at.pair(), await at.other_pair()
    ear = await at.guest.open(TRADE)
    await ear.say(subscription(**{TRADES: [pair, other], MARK: [pair]}))
    found = {(await ear.until("SUBSCRIBED"))["message"] for _ in range(3)}
    same(found, {f"{TRADES}:{pair}", f"{TRADES}:{other}", f"{MARK}:{pair}"}, "acknowledged")
    await ear.close()


@public("WS-105", "5.1", "SUBSCRIBE", "UNSUBSCRIBED")
async def replaces(at: Stage) -> None:
    """A SUBSCRIBE replaces the event's whole list: what is no longer in it is UNSUBSCRIBED first."""
    pair, other = await at.pair(), await at.other_pair()
    ear = await at.guest.open(TRADE)
    await ear.subscribe(MARK, pair)
    await ear.until("SUBSCRIBED")
    await ear.subscribe(MARK, other)
    answers: list[Any] = []
    while len(answers) < 2:
        frame = await ear.next()
        if frame["type"] != MARK:
            answers.append(frame)
    wanted = [
        {"type": "UNSUBSCRIBED", "message": f"{MARK}:{pair}"},
        {"type": "SUBSCRIBED", "message": f"{MARK}:{other}"},
    ]
    same(answers, wanted, "answers")
    heard = {frame["currencyPairSymbol"] for frame in await ear.heard(7)}
    same(heard, {other}, "pairs heard after that")
    await ear.close()


@public("WS-106", "5.1", "SUBSCRIBE", "UNSUBSCRIBED")
async def empty_list(at: Stage) -> None:
    """An empty list of pairs ends an event, and PING says NO_SUBSCRIPTIONS again."""
    pair = await at.pair()
    ear = await at.guest.open(TRADE)
    await ear.subscribe(TRADES, pair)
    await ear.until("SUBSCRIBED")
    await ear.subscribe(TRADES)
    same((await ear.until("UNSUBSCRIBED"))["message"], f"{TRADES}:{pair}", "UNSUBSCRIBED")
    await ear.say({"type": "PING"})
    same((await ear.until("PONG")).get("message"), "NO_SUBSCRIPTIONS", "PONG")
    await ear.close()


@public("WS-107", "5.1", "ERROR")
async def invalid_combination(at: Stage) -> None:
    """An unknown pair or event, or an inactive pair: ERROR; other pairs of the same frame work."""
    pair, closed = await at.pair(), await at.inactive()
    ear = await at.guest.open(TRADE)
    await ear.say(subscription(**{TRADES: ["NOPENOPE", pair, closed], "NO_SUCH_EVENT": [pair]}))
    errors: set[str | None] = set()
    acks: set[str | None] = set()
    for _ in range(4):
        frame = await ear.next()
        (acks if frame["type"] == "SUBSCRIBED" else errors).add(frame.get("message"))
    wanted = [(TRADES, "NOPENOPE"), (TRADES, closed), ("NO_SUCH_EVENT", pair)]
    same(errors, {f"Channel {event}, pair {one} combination invalid" for event, one in wanted}, "errors")
    same(acks, {f"{TRADES}:{pair}"}, "acknowledged")
    await ear.close()


@public("WS-108", "5.1", "UNSUBSCRIBED", "ERROR")
async def replaced_by_an_invalid_one(at: Stage) -> None:
    """The old pairs are UNSUBSCRIBED even when the new one is invalid."""
    pair = await at.pair()
    ear = await at.guest.open(TRADE)
    await ear.subscribe(TRADES, pair)
    await ear.until("SUBSCRIBED")
    await ear.subscribe(TRADES, "NOPENOPE")
    kinds: list[str] = []
    while len(kinds) < 2:
        frame = await ear.next()
        if frame["type"] != TRADES:
            kinds.append(frame["type"])
    same(kinds, ["UNSUBSCRIBED", "ERROR"], "answers")
    await ear.close()


@public("WS-109", "5.1", "ERROR", "Invalid JSON")
async def invalid_json(at: Stage) -> None:
    """What is no JSON: ERROR, Invalid message - Invalid JSON; the socket stays open."""
    ear = await at.guest.open(TRADE)
    await ear.say(b"{this is no json")
    same(await ear.next(), {"type": "ERROR", "message": "Invalid message - Invalid JSON"}, "answer")
    await ear.say({"type": "PING"})
    same((await ear.next())["type"], "PONG", "after that")
    await ear.close()


@public("WS-110", "5.1", "SUBSCRIBED")
async def lower_case(at: Stage) -> None:
    """A pair in lower case is taken, and comes back in upper case."""
    pair = await at.pair()
    ear = await at.guest.open(TRADE)
    await ear.subscribe(IMAGE, pair.lower())
    same((await ear.until("SUBSCRIBED"))["message"], f"{IMAGE}:{pair}", "SUBSCRIBED")
    same((await ear.until(IMAGE))["currencyPairSymbol"], pair, "currencyPairSymbol")
    await ear.close()


@sandbox("WS-111", "13", "UNSUPPORTED", "Rules.unknown_frame_is_error")
async def unknown_type(at: Stage) -> None:
    """A type of message that is none: UNSUPPORTED, or ERROR as a setting; the socket stays open."""
    for is_error, kind in ((False, "UNSUPPORTED"), (True, "ERROR")):
        for path in (TRADE, ACCOUNT):
            ear = await at.house(unknown_frame_is_error=is_error).me.open(path)
            await ear.heard()
            await ear.say({"type": "ping"})
            same((await ear.next())["type"], kind, path)


@sandbox("WS-112", "5.1", "UNSUPPORTED", "SUBSCRIBE")
async def unsubscribe_on_the_trade_socket(at: Stage) -> None:
    """UNSUBSCRIBE is the account socket's: on a trade socket it is UNSUPPORTED, and nothing ends."""
    ear = await at.house().me.open(TRADE)
    await ear.subscribe(TRADES, "DOGEUSDT")
    await ear.until("SUBSCRIBED")
    await ear.say({"type": "UNSUBSCRIBE", "subscriptions": [{"event": TRADES}]})
    same((await ear.next())["type"], "UNSUPPORTED", "answer")
    await ear.say({"type": "PING"})
    same(await ear.next(), {"type": "PONG"}, "PONG")


@sandbox("WS-113", "13", "Rules.pairs_per_subscription", "ERROR")
async def many_pairs(at: Stage) -> None:
    """No number of pairs is too many; as a setting more than so many are an ERROR."""
    for most, kinds in ((None, ["SUBSCRIBED", "SUBSCRIBED"]), (1, ["ERROR"])):
        ear = await at.house(pairs_per_subscription=most).me.open(TRADE)
        await ear.subscribe(TRADES, "DOGEUSDT", "DOGEZAR")
        same(await ear.kinds(), kinds, f"pairs_per_subscription={most}")


# ---- how it ends ----------------------------------------------------------------------------------------------------
@public("WS-121", "5.1", "close 1006", wait_s=IDLE_S)
async def idle(at: Stage) -> None:
    """A socket that says nothing and listens to nothing ends after 60 s with 1006."""
    ear = await at.guest.open(TRADE)
    before_s = at.clock.monotonic_s()
    same((await ear.end(IDLE_S + 15))[0], ABNORMAL, "code")
    holds(abs(at.clock.monotonic_s() - before_s - IDLE_S) < 5, "the seconds", at.clock.monotonic_s() - before_s)


@public("WS-122", "5.1", "PING", wait_s=2 * IDLE_S)
async def kept_alive(at: Stage) -> None:
    """A PING every 30 s keeps it open."""
    ear = await at.guest.open(TRADE)
    for _ in range(4):
        await at.guest.wait(30)
        await ear.say({"type": "PING"})
        await ear.until("PONG")
    await ear.close()


@public("WS-123", "5.1", "SUBSCRIBE", wait_s=2 * IDLE_S)
async def subscribed_and_silent(at: Stage) -> None:
    """One that has subscribed stays open without saying anything."""
    ear = await at.guest.open(TRADE)
    await ear.subscribe(MARK, await at.pair())
    await ear.until("SUBSCRIBED")
    frames = await ear.heard(2 * IDLE_S - 10)
    holds(frames, "nothing was heard")
    await ear.say({"type": "PING"})
    await ear.until("PONG")
    await ear.close()


@sandbox("WS-124", "5.1", "close 1006", "PING")
async def idle_account(at: Stage) -> None:
    """An idle account socket ends after 60 s too; PINGs keep it open beyond the quarter of an hour."""
    house = at.house()
    ear = await house.me.open(ACCOUNT)
    same((await ear.end(61))[0], ABNORMAL, "an idle one")
    ear = await house.me.open(ACCOUNT)
    for _ in range(40):
        await house.me.wait(30)
        await ear.say({"type": "PING"})
    await ear.until("PONG")


@public("WS-125", "5.1", "close 1006", wait_s=UNSIGNED_S)
async def unsigned_quarter_hour(at: Stage) -> None:
    """An unsigned socket is closed after 15 minutes, whatever it does."""
    ear = await at.guest.open(TRADE)
    for _ in range(29):
        await ear.say({"type": "PING"})
        await at.guest.wait(30)
    await ear.say({"type": "PING"})
    same((await ear.end(60))[0], ABNORMAL, "code")


@sandbox("WS-126", "5.1", "AUTHENTICATED")
async def signed_quarter_hour(at: Stage) -> None:
    """A signed trade socket stays open beyond 15 minutes."""
    me = at.house().me
    ear = await me.open(TRADE, me.headers("GET", TRADE))
    for _ in range(40):
        await me.wait(30)
        await ear.say({"type": "PING"})
    await ear.until("PONG")


@sandbox("WS-127", "4.1", "RATE_LIMIT_EXCEEDED", "limit: connect", "Rules.connections_per_minute")
async def connections(at: Stage) -> None:
    """Sixty connections a minute from one address; the next hears RATE_LIMIT_EXCEEDED and is closed."""
    for most in (60, 3):
        house = at.house(connections_per_minute=None if most == 60 else most)
        await house.me.wait_for_window(60)
        ears = [await house.me.open(TRADE) for _ in range(most)]
        await _still_open(ears[-1])
        one_more = await house.me.open(TRADE)
        same(await one_more.next(), {"type": "RATE_LIMIT_EXCEEDED"}, "the first frame")
        await one_more.end(1)
        await house.me.wait_for_window(60)
        await _still_open(await house.me.open(TRADE))


@sandbox("WS-128", "13", "Rules.sockets_per_key", "RATE_LIMIT_EXCEEDED")
async def sockets_of_a_key(at: Stage) -> None:
    """A key may have any number of sockets; as a setting only so many at once."""
    house = at.house(sockets_per_key=2)
    first, _second = [await house.me.open(ACCOUNT) for _ in range(2)]
    same((await (await house.me.open(ACCOUNT)).next())["type"], "RATE_LIMIT_EXCEEDED", "the third")
    await first.close()
    same((await (await house.me.open(ACCOUNT)).next())["type"], "AUTHENTICATED", "after one has left")
    free = at.house()
    ears: list[Any] = [await free.me.open(ACCOUNT) for _ in range(10)]
    same([(await ear.next())["type"] for ear in ears], ["AUTHENTICATED"] * 10, "ten without the setting")


async def _still_open(ear: Ear) -> None:
    await ear.say({"type": "PING"})
    await ear.until("PONG")


# ---- on the line ----------------------------------------------------------------------------------------------------
@on_the_line("WS-131", "5.1", "permessage-deflate")
async def deflate(at: Stage) -> None:
    """permessage-deflate is agreed on when the client offers it, and used."""
    assert at.line is not None, "the suite asks for a line first"
    line = await at.line.upgrade(TRADE, {"Sec-WebSocket-Extensions": f"{DEFLATE}; client_max_window_bits"})
    same(line.status, 101, "status")
    holds(line.headers.get("sec-websocket-extensions", "").startswith(DEFLATE), "extensions", line.headers)
    line.say(b'{"type":"PING"}')
    frame = await line.frame()
    holds(frame and frame[0] & COMPRESSED, "the answer is not compressed", frame)
    line.close()


@on_the_line("WS-132", "5.1", "permessage-deflate", "PONG")
async def without_deflate(at: Stage) -> None:
    """Without the offer, frames are plain text."""
    assert at.line is not None, "the suite asks for a line first"
    line = await at.line.upgrade(TRADE, {})
    same((line.status, line.headers.get("sec-websocket-extensions")), (101, None), "status and extensions")
    line.say(b'{"type":"PING"}')
    same(await line.frame(), (0x81, b'{"type":"PONG","message":"NO_SUBSCRIPTIONS"}'), "the answer")
    line.close()


@on_the_line("WS-133", "5.1", "close 1006", wait_s=IDLE_S)
async def no_close_frame(at: Stage) -> None:
    """The idle end comes without a close frame: the line just ends."""
    assert at.line is not None, "the suite asks for a line first"
    line = await at.line.upgrade(TRADE, {})
    frame = await line.frame(IDLE_S + 15)
    holds(frame is None or frame[0] & OPCODE != CLOSE_OPCODE, "a close frame", frame)
    same(frame, None, "the end")
    line.close()


@on_the_line("WS-135", "5.1", "PING", wait_s=2 * IDLE_S)
async def protocol_pings(at: Stage) -> None:
    """Pings of the WebSocket protocol are answered, and keep a socket open that says nothing else."""
    assert at.line is not None, "the suite asks for a line first"
    line = await at.line.upgrade(TRADE, {})
    for _ in range(6):
        line.ping()
        frame = await line.frame()
        same(frame and frame[0] & OPCODE, PONG_OPCODE, "the answer to a ping")
        await at.clock.sleep(20 / at.pace)
    line.close()


@on_the_line("WS-134", "5", "HTTP 404")
async def no_such_socket(at: Stage) -> None:
    """There are two sockets: another path is no upgrade."""
    assert at.line is not None, "the suite asks for a line first"
    line = await at.line.upgrade("/ws/nothing", {})
    same(line.status, 404, "status")
    line.close()
