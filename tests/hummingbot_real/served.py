"""Sandboxes to run against: the served one, as a person starts it, and one of the same make on which things go wrong."""

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from aiohttp import WSMsgType, web

from valr_maker.clock import RealClock
from valr_maker.sandbox.faults import Faults, FaultyTransport
from valr_maker.sandbox.inprocess import InProcessTransport
from valr_maker.sandbox.world import World
from valr_maker.wire import sign
from valr_maker.wire.closed import SocketClosed
from valr_maker.wire.text import plain

SYMBOL = "DOGEUSDT"
HOST = "127.0.0.1"
NAMES = ("side", "price", "remainingQuantity", "orderId", "customerOrderId")


class Own(NamedTuple):
    """One order that rests. Amounts as VALR spells them, the time in wall seconds."""

    side: str
    price: str
    quantity: str
    order_id: str
    customer_id: str
    born_s: float


class Served:
    """`valr-maker sandbox serve`, and the truth that only its own account can ask for."""

    def __init__(self, seed=1):
        command = [sys.executable, "-m", "valr_maker.cli", "sandbox", "serve", "--port", "0", "--json", "--seed"]
        self.process = subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self._output = self.process.stdout
        ready = json.loads(self._output.readline())
        self.rest_url, self.key, self.secret = ready["rest_url"], ready["api_key"], ready["api_secret"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self._output.close()

    def ask(self, target):
        """One signed question."""
        headers = dict(sign.headers(self.key, self.secret, int(time.time() * 1000), "GET", target))
        with urllib.request.urlopen(urllib.request.Request(self.rest_url + target, headers=headers)) as answer:
            return json.load(answer)

    def open_orders(self):
        """What rests, by the exchange's own list."""
        return [Own(*(row[name] for name in NAMES), _at_s(row["createdAt"])) for row in self.ask("/v1/orders/open")]  # type: ignore[call-arg]  # as many as there are names

    def trades(self):
        """The account's own trades, oldest first."""
        return self.ask(f"/v1/account/{SYMBOL}/tradehistory?limit=100")[::-1]


class Faulty:
    """A sandbox in a thread of this process; `faults` is the script of what goes wrong on its wire."""

    def __init__(self, seed=1):
        self.faults, self._loop = Faults(), asyncio.new_event_loop()
        self.world = World(seed)
        self.key, self.secret = self.world.key, self.world.secret
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.rest_url = self._in_loop(self._start())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._in_loop(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _in_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _start(self):
        clock = RealClock()
        self._transport = FaultyTransport(InProcessTransport(self.world, clock), clock, self.faults)
        self._runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        return f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def _end(self):
        await self._transport.aclose()
        await self._runner.cleanup()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _handle(self, request):
        headers = request.headers
        try:
            if headers.get("Upgrade", "").lower() == "websocket":
                return await self._pump(request, await self._transport.connect(request.raw_path, headers))
            body = await request.read()
            reply = await self._transport.request(request.method, request.raw_path, headers, body)
        except (ConnectionError, TimeoutError):
            request.transport.abort()
            return web.Response(status=503)
        return web.Response(status=reply.status, headers=reply.headers, body=reply.body)

    async def _pump(self, request, inner):
        outer = web.WebSocketResponse(autoping=True)
        await outer.prepare(request)

        async def outwards():
            with suppress(SocketClosed, ConnectionError):
                while True:
                    await outer.send_str((await inner.receive()).decode())
            request.transport.abort()

        speaking = asyncio.create_task(outwards())
        try:
            with suppress(SocketClosed):
                async for message in outer:
                    if message.type is WSMsgType.TEXT:
                        await inner.send(message.data.encode())
        finally:
            speaking.cancel()
            await inner.close()
        return outer

    # ---- what a test does and sees ----------------------------------------------------------------------------------
    def now(self, act):
        """Call this where the sandbox runs, such as `lambda: faults.kill("/ws/trade")`."""

        async def there():
            return act()

        return self._in_loop(there())

    def open_orders(self):
        """What rests in its book."""
        found = self.now(lambda: self.world.exchange.open_orders(self.world.account.id))
        return [
            Own(row.side.value, plain(row.price), plain(row.remaining), row.id, row.customer_id, row.created_s)
            for row in found
        ]


def _at_s(text):
    return datetime.fromisoformat(text).timestamp()
