"""A scripted VALR for the reaction benchmark: it sends a book update and times the order frame that answers it.

Runs in the measuring process; the bot under test runs in another one. Only as much protocol as the bot needs.
"""

import asyncio
import time

import msgspec
from aiohttp import WSMsgType, web

from valr_maker.wire.text import l1_checksum

PAIR = "DOGEUSDT"
TICK_S = 0.001
FAR_BIDS = [(f"0.{14000 - step * 7:05d}", "1200.5") for step in range(30)]
FAR_ASKS = [(f"0.{17000 + step * 7:05d}", "980.5") for step in range(30)]
HIGH_BID, HIGH_ASK = ("0.16", "500"), ("0.16003", "400")
LOW_BID, LOW_ASK = ("0.1588", "300"), ("0.15883", "350")
HIGH = ([HIGH_BID, LOW_BID, *FAR_BIDS], [HIGH_ASK, *FAR_ASKS])
LOW = ([LOW_BID, *FAR_BIDS], [LOW_ASK, HIGH_ASK, *FAR_ASKS])
"""From the high book to the low one the mid falls by 0.75 %: the own bid, 1 % below, comes within minimum_spread."""

PAIRS = [
    {
        "symbol": PAIR, "baseCurrency": "DOGE", "quoteCurrency": "USDT", "shortName": "DOGE/USDT", "active": True,
        "minBaseAmount": "4", "maxBaseAmount": "680000", "minQuoteAmount": "0.5", "maxQuoteAmount": "54000",
        "tickSize": "0.00001", "baseDecimalPlaces": "1", "marginTradingAllowed": False, "currencyPairType": "SPOT",
    }
]  # fmt: skip
FUNDS = {"DOGE": "1000", "USDT": "1000"}


class Venue:
    """One bot's exchange. `samples_us` fills with the time from a book frame out to the cancel frame in."""

    def __init__(self) -> None:
        self.samples_us: list[float] = []
        self._trade: web.WebSocketResponse | None = None
        self._account: web.WebSocketResponse | None = None
        self._sequence = 0
        self._open: dict[str, str] = {}
        self._sent_ns = 0
        self._low = False
        self._wanted_low = False
        self._market: asyncio.Task[None] | None = None

    def app(self) -> web.Application:
        """The routes the bot asks for."""
        app = web.Application()
        replies: dict[str, object] = {
            "/v1/public/pairs": PAIRS,
            f"/v1/public/{PAIR}/ordertypes": ["LIMIT", "LIMIT_POST_ONLY"],
            "/v1/account/balances": [
                {"currency": name, "available": amount, "reserved": "0", "total": amount}
                for name, amount in FUNDS.items()
            ],
            "/v1/account/fees/trade": [{"currencyPair": PAIR, "makerPercentage": "0.08", "takerPercentage": "0.1"}],
            "/v1/account/api-keys/current": {"label": "bench", "permissions": ["View access", "Trade"]},
            "/v1/orders/open": [],
            f"/v1/account/{PAIR}/tradehistory": [],
        }
        for path, body in replies.items():
            app.router.add_get(path, _answer(body))
        app.router.add_get("/v1/public/time", _time)
        app.router.add_get("/ws/trade", self._trade_socket)
        app.router.add_get("/ws/account", self._account_socket)
        return app

    async def _trade_socket(self, request: web.Request) -> web.WebSocketResponse:
        self._trade = socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            frame = msgspec.json.decode(message.data)
            if frame["type"] == "PING":
                await socket.send_str('{"type":"PONG"}')
            elif frame["type"] == "SUBSCRIBE":
                for row in frame["subscriptions"]:
                    for pair in row["pairs"]:
                        await socket.send_json({"type": "SUBSCRIBED", "message": f"{row['event']}:{pair}"})
                await self._book("OB_L1_SNAPSHOT", *HIGH, *HIGH)
                self._market = asyncio.create_task(self._tick())
        if self._market:
            self._market.cancel()
        return socket

    async def _tick(self) -> None:
        """A book update every millisecond: mostly a far level, now and then the move that an order must answer."""
        far = 0
        while True:
            await asyncio.sleep(TICK_S)
            if self._low != self._wanted_low:
                await self._move(low=self._wanted_low)
                continue
            far += 1
            bids, asks = LOW if self._low else HIGH
            changed = (bids[-1][0], f"{1000 + far % 500}.5")
            LOW[0][-1] = HIGH[0][-1] = changed
            await self._book("OB_L1_DIFF", [changed], [], bids, asks, timed=False)

    async def _account_socket(self, request: web.Request) -> web.WebSocketResponse:
        self._account = socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('{"type":"AUTHENTICATED"}')
        for name in FUNDS:
            await self._balance(name)
        await self._open_orders()
        async for message in socket:
            now_ns = time.perf_counter_ns()
            if message.type is not WSMsgType.TEXT:
                continue
            frame = msgspec.json.decode(message.data)
            await self._order_frame(frame, now_ns)
        return socket

    async def _order_frame(self, frame: dict[str, object], now_ns: int) -> None:
        assert self._account is not None
        kind, payload = frame["type"], frame.get("payload")
        if kind == "PING":
            await self._account.send_str('{"type":"PONG"}')
            return
        assert isinstance(payload, dict)
        cid = str(payload["customerOrderId"])
        if kind == "PLACE_LIMIT_ORDER":
            self._open[cid] = str(payload["side"])
            reply = {"type": "PLACE_LIMIT_WS_RESPONSE", "clientMsgId": cid, "data": {"orderId": f"o-{cid}"}}
            await self._account.send_json(reply)
            done = {"orderId": f"o-{cid}", "success": True, "failureReason": "", "customerOrderId": cid}
            await self._account.send_json({"type": "ORDER_PROCESSED", "data": done})
            self._wanted_low = len(self._open) == 2  # both sides rest: now move the market
        elif kind == "CANCEL_LIMIT_ORDER":
            if self._sent_ns and self._open.get(cid) == "BUY":
                self.samples_us.append((now_ns - self._sent_ns) / 1000)
            self._sent_ns = 0
            await self._cancelled(cid)

    async def _cancelled(self, cid: str) -> None:
        assert self._account is not None
        side = self._open.pop(cid, "BUY")
        status = {
            "orderId": f"o-{cid}", "orderStatusType": "Cancelled", "currencyPair": PAIR, "originalPrice": "1",
            "remainingQuantity": "4", "originalQuantity": "4", "orderSide": side.lower(), "orderType": "limit",
            "failedReason": "", "orderUpdatedAt": "2026-01-01T00:00:00.000Z",
            "orderCreatedAt": "2026-01-01T00:00:00.000Z", "customerOrderId": cid,
        }  # fmt: skip
        if not self._open:
            self._wanted_low = False
            await self._move(low=False)
        await self._account.send_json({"type": "ORDER_STATUS_UPDATE", "data": status})
        await self._balance("USDT" if side == "BUY" else "DOGE")

    async def _move(self, *, low: bool) -> None:
        """One diff of three levels; the clock starts when it is handed to the socket."""
        self._low = low
        bids, asks = LOW if low else HIGH
        changed_bids = [(HIGH_BID[0], "0" if low else HIGH_BID[1])]
        changed_asks = [(LOW_ASK[0], LOW_ASK[1] if low else "0")]
        await self._book("OB_L1_DIFF", changed_bids, changed_asks, bids, asks)

    async def _book(
        self,
        kind: str,
        changed_bids: list[tuple[str, str]],
        changed_asks: list[tuple[str, str]],
        bids: list[tuple[str, str]],
        asks: list[tuple[str, str]],
        *,
        timed: bool = True,
    ) -> None:
        assert self._trade is not None
        self._sequence += 1
        levels = {"lc": 0, "a": changed_asks, "b": changed_bids, "sq": self._sequence, "cs": l1_checksum(bids, asks)}
        frame = msgspec.json.encode({"type": kind, "ps": PAIR, "d": levels}).decode()
        if timed:
            self._sent_ns = time.perf_counter_ns() if self._low else 0
        await self._trade.send_str(frame)

    async def _balance(self, name: str) -> None:
        assert self._account is not None
        currency = {"symbol": name, "shortName": name, "longName": name, "decimalPlaces": 8, "isActive": True}
        data = {"currency": currency, "available": FUNDS[name], "reserved": "0", "total": FUNDS[name]}
        await self._account.send_json({"type": "BALANCE_UPDATE", "data": data})

    async def _open_orders(self) -> None:
        assert self._account is not None
        await self._account.send_json({"type": "OPEN_ORDERS_UPDATE", "data": []})


def _answer(body: object) -> "web.Handler":  # type: ignore[name-defined]
    raw = msgspec.json.encode(body)

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=raw, content_type="application/json")

    return handler


async def _time(_request: web.Request) -> web.Response:
    now_s = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_s)) + f".{int(now_s % 1 * 1e9):09d}Z"
    return web.json_response({"epochTime": int(now_s), "time": stamp})
