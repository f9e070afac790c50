"""Requests and socket messages that are almost right, by the hundred thousand: a valid one, damaged at random.

junk = Junk(1, account, order_ids, sub_id)
request, why = junk.request(now_s)         # `why` names the damage, so that a failing test says what it sent

Values are JSON text, not objects: most of what goes wrong cannot be written by a JSON encoder.
"""

import json
import random
from collections.abc import Callable

from kit.sandbox_kit import signed

from valr_maker.sandbox.accounts import Account
from valr_maker.sandbox.calls import Request
from valr_maker.wire import endpoints, every_endpoint
from valr_maker.wire.endpoints import Endpoint

DEEP = "[" * 4_000 + "]" * 4_000
VALUES = (
    *(
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "-1",
        "1.5",
        "1e400",
        "-1e400",
        "1e-400",
        "NaN",
        "Infinity",
        "-Infinity",
    ),
    *("12345678901234567890", "9" * 400, "-" + "9" * 400, "0." + "1" * 400, "01", "0x10", "1_000", ".5", "5.", "+5"),
    *('""', '" "', '"NaN"', '"sNaN"', '"-NaN123"', '"Infinity"', '"-Infinity"', '"1e400"', '"1e-400"', '"-1"', '"-0"'),
    *(
        '"1_000"',
        '" 5 "',
        '"0x10"',
        '"1,5"',
        '"٣"',
        '"\uff15"',
        '"\\u0000"',
        '"\\ud800"',
        '"\U0001f4a5"',
        '"%s"' % ("9" * 400),
    ),
    *(
        '"0.%s"' % ("1" * 60),
        '"1e20"',
        '"1e-20"',
        '"%s"' % ("x" * 5_000),
        "[]",
        "{}",
        "[[]]",
        '["DOGEUSDT"]',
        '{"a":{"b":[1]}}',
    ),
    *('"DOGEZAR"', '"ADAUSDT"', '"NOPE"', '"dogeusdt"', '"BUY"', '"sell"', '"GTC"', '"FOK"', '"truE"', '"yes"', DEEP),
    *('"STOP_LOSS_LIMIT"', '"REPRICE"', '"CANCEL_ORIGINAL"', '"0"', '"USDT"', "undefined", "'x'", '"unclosed', "\\"),
)
"""What stands in the place of a field's value; some are no JSON."""
TEXTS = (
    *("", "0", "-1", "1", "1.5", "1e9", "9" * 30, "NaN", "true", "TRUE", "maybe", "\u20ac", "%", "%zz", "%00", "%ff"),
    *("%F0%9F%92%A5", "..", "%2e%2e", "%2F", "a b", "+", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+14:00"),
    *(
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-13-01",
        "1700000000",
        "0000000000",
        "x" * 3_000,
        "\x7f",
        "\\",
        "\udcff",
    ),
    *("DOGEUSDT", "dogezar", "ADAUSDT", "NOPE", "ZAR", "R", "FILLED,CANCELLED", ",,,", "60", "86400", "61", "null"),
)
"""What stands in the place of a part of the path, a parameter, or a header."""
QUERY_NAMES = (
    *("skip", "limit", "startTime", "endTime", "beforeId", "periodSeconds", "includeEmpty", "excludeZeroBalances"),
    *("transactionTypes", "currency", "statuses", "currencyPair", "excludeFailures", "showZeroVolumeCancels"),
    *("includeInactivePairs", "nonsense", "", "skip[]"),
)
HEADERS = ("X-VALR-API-KEY", "X-VALR-SIGNATURE", "X-VALR-TIMESTAMP", "X-VALR-SUB-ACCOUNT-ID", "Content-Type", "X-Junk")
CHARGE = (b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xc3\x28", b"\xed\xa0\x80", b"{", b"}", b'"', b",", b":", b"\n", b"\\")
NOBODYS = "0190aaaa-0000-7000-8000-000000000001"
OURS = "ours-1"
"""The customer id of an order that exists."""

Fields = dict[str, str]
"""A JSON object: name to the text of its value."""


def _fields(**values: object) -> Fields:
    return {name: json.dumps(value) for name, value in values.items()}


LIMIT = _fields(side="BUY", quantity="5", price="0.12", pair="DOGEUSDT", postOnly=False, timeInForce="GTC")
REPRICED = _fields(
    side="BUY", quantity="5", price="0.12", pair="DOGEUSDT", postOnlyReprice=True, postOnlyRepriceTicks=2
)
MARKET = _fields(side="SELL", pair="DOGEUSDT", baseAmount="5", customerOrderId="junk-1")
STOP = _fields(
    side="SELL", quantity="5", price="0.1", pair="DOGEUSDT", stopPrice="0.11", type="STOP_LOSS_LIMIT", timeInForce="GTC"
)
CANCEL = _fields(orderId=NOBODYS, pair="DOGEUSDT")
MODIFY = CANCEL | _fields(modifyMatchStrategy="RETAIN_ORIGINAL", newPrice="0.13", newRemainingQuantity="6")
SIMPLE = _fields(payInCurrency="USDT", payAmount="1", side="BUY")
TRANSFER = _fields(fromId="0", toId="123", currencyCode="USDT", amount="1")


def _batch(*requests: tuple[str, Fields]) -> Fields:
    rows = [as_object({"type": f'"{kind}"', "data": as_object(data)}) for kind, data in requests]
    return {"requests": f"[{','.join(rows)}]", "customerBatchId": '"b-1"'}


def as_object(fields: Fields) -> str:
    """JSON text of an object."""
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in fields.items()) + "}"


BODIES: dict[Endpoint, tuple[Fields, ...]] = {
    endpoints.PLACE_LIMIT: (LIMIT, REPRICED),
    endpoints.PLACE_LIMIT_V1: (LIMIT, REPRICED),
    every_endpoint.PLACE_MARKET: (MARKET,),
    every_endpoint.PLACE_MARKET_V1: (MARKET,),
    every_endpoint.PLACE_STOP: (STOP,),
    every_endpoint.PLACE_STOP_V1: (STOP,),
    every_endpoint.MODIFY_ORDER: (MODIFY,),
    every_endpoint.MODIFY_ORDER_V1: (MODIFY,),
    endpoints.CANCEL_ORDER: (CANCEL,),
    endpoints.CANCEL_ORDER_V1: (CANCEL,),
    every_endpoint.BATCH_ORDERS: (
        _batch(("PLACE_LIMIT", LIMIT), ("CANCEL_ORDER", CANCEL)),
        _batch(("MODIFY_ORDER", MODIFY), ("CANCEL_ORDER", CANCEL)),
        _batch(("PLACE_STOP_LIMIT", STOP), ("PLACE_MARKET", MARKET)),
    ),
    every_endpoint.SIMPLE_QUOTE: (SIMPLE,),
    every_endpoint.SIMPLE_ORDER: (SIMPLE,),
    every_endpoint.NEW_SUB: (_fields(label="one"),),
    every_endpoint.RENAME_SUB: (_fields(label="two", id="123"),),
    every_endpoint.REMOVE_SUB: (_fields(id="123"),),
    every_endpoint.TRANSFER_FUNDS: (TRANSFER,),
}
MESSAGES: tuple[tuple[str, Fields], ...] = (
    ("PLACE_LIMIT_ORDER", LIMIT),
    ("PLACE_MARKET_ORDER", MARKET),
    ("MODIFY_ORDER", MODIFY),
    ("CANCEL_LIMIT_ORDER", CANCEL),
    ("BATCH_ORDERS", _batch(("PLACE_LIMIT", LIMIT), ("CANCEL_ORDER", CANCEL))),
    ("CANCEL_ON_DISCONNECT", _fields(cancelOnDisconnect=True)),
    ("PING", {}),
)
SUBSCRIPTIONS = (
    '[{"event":"OB_L1_DIFF","pairs":["DOGEUSDT"]}]',
    '[{"event":"FULL_ORDERBOOK_UPDATE","pairs":["DOGEUSDT","NOPE"]},{"event":"NEW_TRADE","pairs":[]}]',
    '[{"event":"BALANCE_UPDATE"}]',
    '[{"event":"MARK_PRICE_UPDATE","pairs":null}]',
)


class Junk:
    """A source of damage: the same seed gives the same."""

    def __init__(self, seed: int, account: Account, order_ids: tuple[str, ...], sub_id: str) -> None:
        self._draw = random.Random(seed)
        self._account, self._order_ids, self._sub_id = account, order_ids, sub_id

    def request(self, now_s: float) -> tuple[Request, str]:
        """One request to some endpoint, damaged, and how."""
        draw = self._draw
        row = draw.choice(every_endpoint.EVERY)
        known = self._sub_id if "/subaccount" in row.path else draw.choice(self._order_ids)
        known = OURS if "customerorderid" in row.path else known
        target = row.target(pair="DOGEUSDT", id=known, type="SPOT")
        bodies = BODIES.get(row)
        body = self._aimed(as_object(draw.choice(bodies))).encode() if bodies else b""
        damage = draw.choice((self._bad_body, self._bad_body, self._bad_target, self._bad_headers) if bodies else (
            self._bad_target, self._bad_headers, self._bad_target, self._stray_body
        ))  # fmt: skip
        request, why = damage(row, target, body, now_s)
        return request, f"{row.name}: {why}"

    def _aimed(self, text: str) -> str:
        """Half of the time at an order and an account that exist."""
        draw = self._draw
        if draw.random() < 0.5:
            return text
        return text.replace(NOBODYS, draw.choice(self._order_ids)).replace('"123"', f'"{self._sub_id}"')

    def message(self) -> tuple[bytes, str]:
        """One socket message, damaged, and how."""
        draw = self._draw
        if draw.random() < 0.3:
            said = draw.choice(("SUBSCRIBE", "UNSUBSCRIBE"))
            fields = {"type": f'"{said}"', draw.choice(("subscriptions", "requests")): draw.choice(SUBSCRIPTIONS)}
        else:
            said, payload = draw.choice(MESSAGES)
            if draw.random() < 0.6:
                text, why = self._damaged(payload)
                if not _is_text(text):
                    return b'{"type":"%s","payload":%s}' % (said.encode(), text), f"{said}: {why}"
                fields = {"type": f'"{said}"', "clientMsgId": '"1"', "payload": text.decode()}
                return as_object(fields).encode("utf-8", "surrogatepass"), f"{said}: {why}"
            fields = {"type": f'"{said}"', "clientMsgId": '"1"', "payload": as_object(payload)}
        text, why = self._damaged(fields)
        return text, f"{said}: {why}"

    # ---- what can go wrong --------------------------------------------------------------------------------------
    def _bad_body(self, row: Endpoint, target: str, body: bytes, now_s: float) -> tuple[Request, str]:
        text, why = self._damaged(self._draw.choice(BODIES[row]))
        return Request(row.verb, target, signed(self._account, now_s, row.verb, target, text), text), why

    def _stray_body(self, row: Endpoint, target: str, _body: bytes, now_s: float) -> tuple[Request, str]:
        text = self._draw.choice((b"{}", b"null", b"\xff", b'{"pair":"DOGEUSDT"}', b"[1]", DEEP.encode()))
        return Request(row.verb, target, signed(self._account, now_s, row.verb, target, text), text), "a stray body"

    def _bad_target(self, row: Endpoint, target: str, body: bytes, now_s: float) -> tuple[Request, str]:
        draw = self._draw
        path, verb = target.split("/"), row.verb
        chance = draw.random()
        if chance < 0.35:
            path[draw.randrange(1, len(path))] = draw.choice(TEXTS)
        elif chance < 0.45:
            path.append(draw.choice(TEXTS))
        elif chance < 0.5:
            path.pop()
        elif chance < 0.6:
            verb = draw.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "get", "", "\u20ac"))
        damaged = "/".join(path) + self._query()
        headers = signed(self._account, now_s, verb, damaged, body)
        return Request(verb, damaged, headers, body), f"{verb} {damaged[:200]}"

    def _query(self) -> str:
        draw = self._draw
        if draw.random() < 0.3:
            return draw.choice(("", "?", "??", "?&&&", "?=", "?%", "?a=b=c", "?skip", "?limit=1;skip=2", "#x"))
        return "?" + "&".join(f"{draw.choice(QUERY_NAMES)}={draw.choice(TEXTS)}" for _ in range(draw.randint(1, 3)))

    def _bad_headers(self, row: Endpoint, target: str, body: bytes, now_s: float) -> tuple[Request, str]:
        draw = self._draw
        chance = draw.random()
        headers = signed(self._account, now_s, row.verb, target, body)
        if chance < 0.2:
            other = body + draw.choice((b" ", b"\n", b"{}", b"\xff"))
            return Request(row.verb, target, headers, other), "signed over another body"
        if chance < 0.3:
            late_s = draw.choice((-1e9, -31.0, 31.0, 1e9, 1e12))
            return Request(
                row.verb, target, signed(self._account, now_s + late_s, row.verb, target, body), body
            ), "stale"
        name = draw.choice(HEADERS)
        if chance < 0.5:
            headers.pop(name, None)
            why = f"without {name}"
        else:
            headers[name] = draw.choice(TEXTS)
            why = f"{name}: {headers[name][:80]!r}"
        if draw.random() < 0.3:
            headers = {draw.choice((name.lower(), name.upper())): value for name, value in headers.items()}
        return Request(row.verb, target, headers, body), why

    # ---- objects ------------------------------------------------------------------------------------------------
    def _damaged(self, fields: Fields) -> tuple[bytes, str]:
        draw = self._draw
        chance = draw.random()
        if chance < 0.15:
            text = draw.choice(VALUES)
            return text.encode("utf-8", "surrogatepass"), f"instead: {text[:80]}"
        if chance < 0.3:
            return self._broken(as_object(fields).encode("utf-8", "surrogatepass"))
        changed, said = dict(fields), []
        said += [draw.choice(_CHANGES)(self, changed) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
        text = self._aimed(as_object(changed))
        if chance > 0.9 and changed:
            name = draw.choice(tuple(changed))
            text = f"{{{json.dumps(name)}:{draw.choice(VALUES)},{text[1:]}"
            said.append(f"twice {name}")
        return text.encode("utf-8", "surrogatepass"), ", ".join(said)

    def _broken(self, text: bytes) -> tuple[bytes, str]:
        draw = self._draw
        place = draw.randrange(len(text))
        if draw.random() < 0.4:
            return text[:place], f"cut at {place}"
        charge = draw.choice(CHARGE)
        keep = draw.choice((0, 1))
        return text[:place] + charge + text[place + 1 - keep :], f"{charge!r} at {place}"

    def replace(self, fields: Fields) -> str:
        """Another value."""
        if not fields:
            return self.add(fields)
        name = self._draw.choice(tuple(fields))
        fields[name] = self._draw.choice(VALUES)
        return f"{name}={fields[name][:60]}"

    def drop(self, fields: Fields) -> str:
        """A field less."""
        if not fields:
            return "nothing"
        name = self._draw.choice(tuple(fields))
        del fields[name]
        return f"no {name}"

    def add(self, fields: Fields) -> str:
        """A field more, known or not."""
        known = ("orderId", "customerOrderId", "quoteAmount", "newTotalQuantity", "postOnly", "postOnlyReprice")
        name = self._draw.choice((*known, "timeInForce", "allowMargin", "reduceOnly", "x", "", "\u20ac"))
        fields[name] = self._draw.choice(VALUES)
        return f"more {name}={fields[name][:60]}"

    def aim(self, fields: Fields) -> str:
        """An order that exists."""
        fields["orderId"] = json.dumps(self._draw.choice(self._order_ids))
        return "a real order"


_CHANGES: tuple[Callable[[Junk, Fields], str], ...] = (Junk.replace, Junk.replace, Junk.drop, Junk.add, Junk.aim)


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
