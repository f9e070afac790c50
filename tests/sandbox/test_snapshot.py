"""A world is kept in a file, and from there on goes the same way again (`valr-maker sandbox snapshot`, `restore`)."""

import os
import pickle
import subprocess
import sys
import zlib
from hashlib import blake2b
from pathlib import Path

import msgspec
import pytest
from kit.sandbox_kit import Visitor

from valr_maker import __version__
from valr_maker.errors import UsageProblem
from valr_maker.sandbox import snapshot
from valr_maker.sandbox.rules import Latency
from valr_maker.sandbox.snapshot import keep, restore
from valr_maker.sandbox.world import World


def an_afternoon(me: Visitor) -> tuple[list[bytes], str]:
    """What a client does and hears: market data, orders, fills of its own and of others'. Also the fingerprint."""
    market, own = me.open("/ws/trade", {}), me.open("/ws/account")
    events = ("OB_L1_DIFF", "FULL_ORDERBOOK_UPDATE", "NEW_TRADE", "AGGREGATED_ORDERBOOK_UPDATE", "MARK_PRICE_UPDATE")
    market.say({"type": "SUBSCRIBE", "subscriptions": [{"event": event, "pairs": ["DOGEUSDT"]} for event in events]})
    replies = []
    for number in range(20):
        body = {"side": "BUY" if number % 2 else "SELL", "quantity": "20", "pair": "DOGEUSDT"}
        own.say({"type": "PLACE_MARKET_ORDER", "payload": {**body, "baseAmount": "20"}})
        price = "0.15" if number % 2 else "0.18"
        own.say({"type": "PLACE_LIMIT_ORDER", "payload": {**body, "price": price}})
        me.wait(4.0)
        replies += me.send("GET", "/v1/public/DOGEUSDT/trades", {})
    return [*market.frames, *own.frames, *(reply.body for reply in replies)], me.world.digest()


def lively() -> Visitor:
    """A client of a full world that has lived for some minutes, with an order that the engine has not seen yet."""
    me = Visitor(World(7, latency=Latency(0.003, 0.5)))
    other = me.open("/ws/trade", {})
    other.say({"type": "SUBSCRIBE", "subscriptions": [{"event": "NEW_TRADE", "pairs": ["DOGEUSDT", "BTCZAR"]}]})
    for _ in range(60):
        me.wait(5.0)
    tied = me.open("/ws/account")
    tied.say(
        {"type": "PLACE_LIMIT_ORDER", "payload": {"side": "BUY", "quantity": "9", "price": "0.1", "pair": "DOGEUSDT"}}
    )
    me.wait(0.1)
    other.leave()
    tied.leave()
    return me


def test_a_restored_world_says_the_same_bytes_from_there_on():
    kept = lively()
    data = keep(kept.world)
    again = Visitor(restore(data))
    again.now_s = kept.now_s
    assert again.world.digest() == kept.world.digest()
    first, second = an_afternoon(kept), an_afternoon(again)
    assert len(first[0]) > 500
    assert first == second
    resting = [[order.quantity for order in one.world.exchange.open_orders(one.account.id)] for one in (kept, again)]
    assert resting[0] == resting[1]
    assert 9 in resting[0], "the order that was on its way has arrived"


ELSEWHERE = """
import sys
sys.path[:0] = sys.argv[3:]
from pathlib import Path
from kit.sandbox_kit import Visitor
from test_snapshot import an_afternoon
from valr_maker.sandbox.snapshot import restore
me = Visitor(restore(Path(sys.argv[1]).read_bytes()))
me.now_s = float(sys.argv[2])
said, digest = an_afternoon(me)
print(len(said), digest)
"""


def test_another_process_goes_the_same_way_from_the_file(tmp_path: Path):
    """Its sets and hashes are in another order."""
    kept, file, here = lively(), tmp_path / "world.bin", Path(__file__).parent
    file.write_bytes(keep(kept.world))
    words = [sys.executable, "-c", ELSEWHERE, str(file), repr(kept.now_s), str(here), str(here.parent)]
    said, digest = an_afternoon(kept)
    for seed in ("1", "2"):
        done = subprocess.run(
            words, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stdout.split() == [str(len(said)), digest], done.stderr


def test_a_world_can_go_another_way_from_the_same_snapshot():
    me = lively()
    data = keep(me.world)
    quiet, busy = Visitor(restore(data)), Visitor(restore(data))
    quiet.now_s = busy.now_s = me.now_s
    quiet.wait(30.0)
    busy.wait(30.0)
    assert quiet.world.digest() == busy.world.digest()
    busy.send("GET", "/v1/public/DOGEUSDT/trades", {})
    busy.wait(1.0)
    assert quiet.world.digest() != busy.world.digest()


def test_orders_tied_to_a_socket_are_gone_after_a_restore():
    me = Visitor()
    socket = me.open("/ws/account")
    me.place("BUY", "50", "0.15")
    socket.say({"type": "CANCEL_ON_DISCONNECT", "payload": {"cancelOnDisconnect": True}})
    again = restore(keep(me.world))
    assert again.exchange.open_orders(me.account.id) == []
    assert len(me.world.exchange.open_orders(me.account.id)) == 1, "the world that was kept goes on with its socket"


def test_nothing_is_written_down_for_listeners_that_a_restore_has_left_behind():
    me = Visitor()
    me.open("/ws/trade", {}).say(
        {"type": "SUBSCRIBE", "subscriptions": [{"event": "FULL_ORDERBOOK_UPDATE", "pairs": ["DOGEUSDT"]}]}
    )
    me.place("BUY", "50", "0.15")
    again = Visitor(restore(keep(me.world)))
    again.now_s = me.now_s
    for _ in range(3):
        again.place("BUY", "50", "0.14")
    book = again.world.exchange.books["DOGEUSDT"]
    assert (book.bids.journal, book.asks.journal, book.bids.changes) == (None, None, 4)


class Evil:
    """What a file from a stranger may hold."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("this must not be said",))


def file_of(thing: object) -> bytes:
    """A well-formed snapshot file around anything."""
    body = zlib.compress(pickle.dumps(thing))
    checksum = blake2b(body, digest_size=snapshot.CHECKSUM_BYTES).hexdigest()
    header = snapshot.Header(snapshot.FORMAT, __version__, snapshot._python(), checksum)
    return msgspec.json.encode(header) + b"\n" + body


@pytest.mark.parametrize(
    "thing", [Evil(), getattr, [1], World.create_account], ids=["call", "getattr", "list", "method"]
)
def test_a_file_that_is_no_world_does_nothing(thing: object, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(UsageProblem, match="snapshot") as caught:
        restore(file_of(thing))
    assert caught.value.remedy
    assert capsys.readouterr().out == ""


def test_a_damaged_or_foreign_file_is_named_as_such():
    data = keep(Visitor().world)
    for wrong in (b"", b"hello\n", data[:-9], data[:200] + b"x" + data[201:]):
        with pytest.raises(UsageProblem, match="mine"):
            restore(wrong, "mine")
    other = data.replace(__version__.encode(), b"0.0.7", 1)
    with pytest.raises(UsageProblem, match=r"was made with valr-maker 0\.0\.7"):
        restore(other)


def test_a_client_of_a_restored_world_starts_from_a_fresh_connection():
    me = Visitor()
    old = me.open("/ws/account")
    again = Visitor(restore(keep(me.world)))
    again.account = again.world.account
    fresh = again.open("/ws/account")
    assert fresh.kinds()[0] == "AUTHENTICATED"
    again.place("BUY", "50", "0.15")
    assert "ORDER_PROCESSED" in fresh.kinds()
    old.heard()
    assert old.kinds() == [], "the old world's socket hears nothing of the new one"
