"""A scripted VALR for the reaction benchmark: it sends a book update and times the order frame that answers it.

Plain blocking sockets, a thread a connection, so that it adds to a reaction no more than the blocking echo adds to
its own. The bot under test runs in another process. Only as much HTTP and protocol as the bot needs.
"""

import base64
import contextlib
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Self

import msgspec

from valr_maker.wire.text import l1_checksum

PAIR = "DOGEUSDT"
TICK_S = 0.001
FAR_BIDS = [(f"0.{14000 - step * 7:05d}", "1200.5") for step in range(30)]
FAR_ASKS = [(f"0.{17000 + step * 7:05d}", "980.5") for step in range(30)]
TOPS = [("0.16", "0.16003"), ("0.1588", "0.15883")]
"""Best prices: where the orders are made, and 0.75 % lower, where the own bid, 1 % below, is within minimum_spread."""

PAIRS = [
    {
        "symbol": PAIR, "baseCurrency": "DOGE", "quoteCurrency": "USDT", "shortName": "DOGE/USDT", "active": True,
        "minBaseAmount": "4", "maxBaseAmount": "680000", "minQuoteAmount": "0.5", "maxQuoteAmount": "54000",
        "tickSize": "0.00001", "baseDecimalPlaces": "1", "marginTradingAllowed": False, "currencyPairType": "SPOT",
    }
]  # fmt: skip
FUNDS = {"DOGE": "1000", "USDT": "1000"}
ANSWERS: dict[str, Any] = {
    "/v1/public/pairs": PAIRS,
    f"/v1/public/{PAIR}/ordertypes": ["LIMIT", "LIMIT_POST_ONLY"],
    "/v1/account/balances": [
        {"currency": name, "available": amount, "reserved": "0", "total": amount} for name, amount in FUNDS.items()
    ],
    "/v1/account/fees/trade": [{"currencyPair": PAIR, "makerPercentage": "0.08", "takerPercentage": "0.1"}],
    "/v1/account/api-keys/current": {"label": "bench", "permissions": ["View access", "Trade"]},
    "/v1/orders/open": [],
    f"/v1/account/{PAIR}/tradehistory": [],
}
WS_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE = 1, 8


class Venue:
    """One bot's exchange. `samples_us` fills with the time from a book frame out to the cancel frame in."""

    def __init__(self) -> None:
        self.samples_us: list[float] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._trade: Peer | None = None
        self._sequence = 0
        self._open: dict[str, str] = {}
        self._sent_ns = 0
        self._step = 0
        self._falling = False
        self._closed = False
        self._lock = threading.Lock()
        """A sequence number and its frame go out together, whichever thread moves the book."""

    def __enter__(self) -> Self:
        self._thread(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._listener.close()

    def _thread(self, work: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=work, args=arguments, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: over
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._thread(self._serve, Peer(connection))

    def _serve(self, peer: "Peer") -> None:
        with contextlib.suppress(ConnectionError, OSError):
            while True:
                verb_line, headers = peer.head()
                path = verb_line.split()[1].split("?")[0]
                if path.startswith("/ws/"):
                    peer.upgrade(headers)
                    (self._account_socket if path == "/ws/account" else self._trade_socket)(peer)
                    return
                peer.answer(_time() if path == "/v1/public/time" else ANSWERS[path])

    def _trade_socket(self, peer: "Peer") -> None:
        self._trade = peer
        for frame in peer.frames():
            if frame["type"] == "PING":
                peer.say({"type": "PONG"})
            elif frame["type"] == "SUBSCRIBE":
                for row in frame["subscriptions"]:
                    for pair in row["pairs"]:
                        peer.say({"type": "SUBSCRIBED", "message": f"{row['event']}:{pair}"})
                top_bid, top_ask = TOPS[0]
                self._send_book("OB_L1_SNAPSHOT", [(top_bid, "500"), *FAR_BIDS], [(top_ask, "400"), *FAR_ASKS])
                self._thread(self._market)

    def _market(self) -> None:
        """A book update every millisecond: mostly a far level, now and then the fall that an order must answer."""
        far = 0
        while not self._closed:
            time.sleep(TICK_S)
            if self._falling and self._step == 0:
                self._move(1)
                continue
            far += 1
            changed = (FAR_BIDS[-1][0], f"{1000 + far % 500}.5")
            with self._lock, contextlib.suppress(OSError):
                FAR_BIDS[-1] = changed
                self._send_book("OB_L1_DIFF", [changed], [])

    def _move(self, step: int) -> None:
        """The old top goes, the new one comes, in one diff. The clock starts when the frame goes to the kernel."""
        with self._lock:
            (old_bid, old_ask), (bid, ask) = TOPS[self._step], TOPS[step]
            self._step = step
            self._send_book(
                "OB_L1_DIFF", [(old_bid, "0"), (bid, "500")], [(old_ask, "0"), (ask, "400")], timed=step > 0
            )

    def _send_book(
        self, kind: str, bids: list[tuple[str, str]], asks: list[tuple[str, str]], *, timed: bool = False
    ) -> None:
        assert self._trade is not None
        self._sequence += 1
        top_bid, top_ask = TOPS[self._step]
        checksum = l1_checksum([(top_bid, "500"), *FAR_BIDS], [(top_ask, "400"), *FAR_ASKS])
        frame = framed(
            {"type": kind, "ps": PAIR, "d": {"lc": 0, "a": asks, "b": bids, "sq": self._sequence, "cs": checksum}}
        )
        if timed:
            self._sent_ns = time.perf_counter_ns()
        self._trade.write(frame)

    def _account_socket(self, peer: "Peer") -> None:
        peer.say({"type": "AUTHENTICATED"})
        for name in FUNDS:
            peer.say(_balance(name))
        peer.say({"type": "OPEN_ORDERS_UPDATE", "data": []})
        for frame in peer.frames():
            self._order_frame(peer, frame)

    def _order_frame(self, peer: "Peer", frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "PING":
            peer.say({"type": "PONG"})
            return
        cid = str(frame["payload"]["customerOrderId"])
        if kind == "PLACE_LIMIT_ORDER":
            self._open[cid] = str(frame["payload"]["side"])
            peer.say({"type": "PLACE_LIMIT_WS_RESPONSE", "clientMsgId": cid, "data": {"orderId": f"o-{cid}"}})
            done = {"orderId": f"o-{cid}", "success": True, "failureReason": "", "customerOrderId": cid}
            peer.say({"type": "ORDER_PROCESSED", "data": done})
            self._falling = len(self._open) == 2  # both sides rest: now move the market
        elif kind == "CANCEL_LIMIT_ORDER":
            if self._sent_ns and self._open.get(cid) == "BUY":
                self.samples_us.append((peer.heard_ns - self._sent_ns) / 1000)
            self._sent_ns = 0
            self._cancelled(peer, cid)

    def _cancelled(self, peer: "Peer", cid: str) -> None:
        side = self._open.pop(cid, "BUY")
        status = {
            "orderId": f"o-{cid}", "orderStatusType": "Cancelled", "currencyPair": PAIR, "originalPrice": "1",
            "remainingQuantity": "4", "originalQuantity": "4", "orderSide": side.lower(), "orderType": "limit",
            "failedReason": "", "orderUpdatedAt": "2026-01-01T00:00:00.000Z",
            "orderCreatedAt": "2026-01-01T00:00:00.000Z", "customerOrderId": cid,
        }  # fmt: skip
        if not self._open:
            self._falling = False
            self._move(0)  # before the bot hears of it: its new orders belong to the high book
        peer.say({"type": "ORDER_STATUS_UPDATE", "data": status})
        peer.say(_balance("USDT" if side == "BUY" else "DOGE"))


class Peer:
    """One connection: HTTP first, then perhaps WebSocket frames, all blocking."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held = b""
        self._lock = threading.Lock()
        self.heard_ns = 0
        """When the newest bytes came out of the kernel."""

    def head(self) -> tuple[str, dict[str, str]]:
        """The next request line and its headers; requests here have no bodies."""
        while b"\r\n\r\n" not in self._held:
            self._more()
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        line, *rows = head.decode().split("\r\n")
        return line, {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}

    def answer(self, body: object) -> None:
        """One JSON answer."""
        raw = msgspec.json.encode(body)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        self.write(head.encode() + raw)

    def upgrade(self, headers: dict[str, str]) -> None:
        """Become a WebSocket (RFC 6455, section 4.2.2)."""
        digest = hashlib.sha1(headers["sec-websocket-key"].encode() + WS_MAGIC).digest()
        accept = base64.b64encode(digest).decode()
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.write(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())

    def say(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.write(framed(message))

    def write(self, raw: bytes) -> None:
        """Send ready bytes."""
        with self._lock:
            self._connection.sendall(raw)

    def frames(self) -> Iterator[dict[str, Any]]:
        """The client's messages until it closes."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                return
            if opcode == TEXT:
                yield msgspec.json.decode(payload)

    def frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame."""
        first, second = self._take(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", self._take(2))
        mask = self._take(4)
        payload = self._take(length)
        stretched = (mask * (length // 4 + 1))[:length]
        clear = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
        return first & 0x0F, clear.to_bytes(length, "big")

    def _take(self, count: int) -> bytes:
        while len(self._held) < count:
            self._more()
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def _more(self) -> None:
        data = self._connection.recv(65536)
        self.heard_ns = time.perf_counter_ns()
        if not data:
            raise ConnectionError("closed")
        self._held += data


def framed(message: dict[str, Any]) -> bytes:
    """A server's text frame."""
    raw = msgspec.json.encode(message)
    length = bytes([len(raw)]) if len(raw) < 126 else b"\x7e" + struct.pack("!H", len(raw))
    return b"\x81" + length + raw


def _balance(name: str) -> dict[str, Any]:
    currency = {"symbol": name, "shortName": name, "longName": name, "decimalPlaces": 8, "isActive": True}
    data = {"currency": currency, "available": FUNDS[name], "reserved": "0", "total": FUNDS[name]}
    return {"type": "BALANCE_UPDATE", "data": data}


def _time() -> dict[str, Any]:
    now_s = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now_s)) + f".{int(now_s % 1 * 1e9):09d}Z"
    return {"epochTime": int(now_s), "time": stamp}
