"""Where malformed requests are sent to, and how many of them.

VALR_MAKER_FUZZ=1000000 sends so many instead (make soak).
"""

import json
import os
from typing import TYPE_CHECKING

from kit.malformed import OURS, Junk
from kit.sandbox_kit import AT_ONCE, PURSE, Visitor, small_world

from valr_maker.sandbox.rules import Rules

if TYPE_CHECKING:
    from valr_maker.sandbox.accounts import Account

REQUESTS = int(os.environ.get("VALR_MAKER_FUZZ", "100000"))
STATUSES = frozenset({200, 201, 202, 204, 400, 401, 403, 404})
FREE = Rules(latency=AT_ONCE, limits_enforced=False)
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
