"""Whatever a client sends, VALR's shape of an answer comes back; nothing ever fails in another way."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kit.sandbox_kit import Visitor, limit, signed

from valr_maker.chance import Chance
from valr_maker.domain import Side
from valr_maker.sandbox.facts import LevelChange
from valr_maker.sandbox.feeds import PairFeed
from valr_maker.sandbox.rules import Latency, Rules
from valr_maker.sandbox.world import World
from valr_maker.wire import endpoints, rest
from valr_maker.wire.text import l1_checksum

FREE = Rules(latency=Latency(0, 0), limits_enforced=False)
ROWS = [row for row in endpoints.ALL if row.verb != "GET"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["BUY", "DOGEUSDT", "0.16", "50", "1e400", "-0", "NaN", "Infinity", "GTC", "true"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
order_bodies = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("side", "quantity", "price", "pair", "postOnly", "customerOrderId", "timeInForce", "orderId"), json_values
    ),
)
messages = st.fixed_dictionaries(
    {"type": st.sampled_from(["PING", "SUBSCRIBE", "UNSUBSCRIBE", "PLACE_LIMIT_ORDER", "CANCEL_LIMIT_ORDER",
                              "CANCEL_ON_DISCONNECT", "x"])},
    optional={"payload": json_values | order_bodies, "subscriptions": json_values, "requests": json_values,
              "clientMsgId": json_values},
)  # fmt: skip


def expect_an_answer(reply):
    assert reply.status in {200, 201, 202, 400, 401, 403, 404}
    if reply.status >= 400:
        failure = rest.decode(reply.body, rest.Failure)
        assert failure.code < 0
        assert failure.message


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(ROWS), st.binary(max_size=60) | (json_values | order_bodies).map(lambda v: json.dumps(v).encode())
)
def test_any_signed_body_gets_an_answer_of_valrs(row, raw):
    me = Visitor(rules=FREE)
    target = row.target(pair="DOGEUSDT")
    headers = signed(me.account, me.now_s, row.verb, target, raw)
    (reply,) = me.send(row.verb, target, headers, raw)
    expect_an_answer(reply)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "", "\u20ac"]),
    st.text(max_size=30) | st.sampled_from([row.path for row in endpoints.ALL]),
    st.text(max_size=20),
    st.dictionaries(
        st.sampled_from(["X-VALR-API-KEY", "x-valr-signature", "X-VALR-TIMESTAMP", "Content-Type"]), st.text()
    ),
)
def test_any_target_and_any_headers_get_an_answer_of_valrs(verb, path, query, headers):
    me = Visitor(rules=FREE)
    expect_an_answer(me.send(verb, f"{path}?{query}", headers, b"{}")[0])
    if path.startswith("/") and path.isascii():
        expect_an_answer(me.ask("GET", f"{path}?{query.encode('ascii', 'ignore').decode()}"))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["/ws/account", "/ws/trade"]),
    st.binary(max_size=60) | messages.map(lambda m: json.dumps(m).encode()),
)
def test_any_frame_is_answered_with_frames_and_the_socket_stays_open(path, raw):
    socket = Visitor(rules=FREE).open(path)
    socket.frames.clear()
    socket.say(raw)
    assert socket.ended is None
    assert all("type" in frame for frame in socket.heard())


@given(
    st.lists(st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 60), st.integers(0, 3)), max_size=6), max_size=12)
)
def test_a_book_after_diffs_equals_the_book_of_a_snapshot(moments):
    """Applied in turn, each with the next sequence and the right checksum; nothing changed, nothing said."""
    feed = PairFeed("DOGEUSDT", 0.0)
    books: dict[str, dict[str, str]] = {"b": {}, "a": {}}
    sequence = feed.sequence
    for moment in moments:
        for side, price, total in moment:
            feed.apply(LevelChange("DOGEUSDT", side, Decimal(price) / 10, Decimal(total) / 2, 1.5))
        changed = feed.settle()
        if not changed:
            assert feed.sequence == sequence
            continue
        data = feed.diff(changed).data
        sequence += 1
        assert data.sequence == sequence
        for name, levels in (("b", data.bids), ("a", data.asks)):
            for price, total in levels:
                assert (price in books[name]) or total != "0", "only what was there can go"
                books[name][price] = total
                if total == "0":
                    del books[name][price]
        bids = sorted(books["b"].items(), key=lambda level: -float(level[0]))
        asks = sorted(books["a"].items(), key=lambda level: float(level[0]))
        whole = feed.snapshot().data
        assert (list(whole.bids), list(whole.asks)) == (bids, asks)
        assert data.checksum == whole.checksum == l1_checksum(bids, asks)


def half_an_hour(seed):
    """A client that subscribes, quotes and cancels on DOGEUSDT by its own dice."""
    world = World(seed, rules=Rules(limits_enforced=False))
    me, dice = Visitor(world), Chance("client")
    public, account = me.open("/ws/trade"), me.open("/ws/account")
    public.say({"type": "SUBSCRIBE", "subscriptions": [{"event": event, "pairs": ["DOGEUSDT", "BTCZAR"]}
               for event in ("OB_L1_DIFF", "AGGREGATED_ORDERBOOK_UPDATE", "NEW_TRADE")]})  # fmt: skip
    for number in range(60):
        me.wait(30 * dice.unit())
        side, price = ("BUY", "0.155") if dice.unit() < 0.5 else ("SELL", "0.165")
        account.say({"type": "PLACE_LIMIT_ORDER", "payload": limit(side, "50", price, customerOrderId=f"mm-{number}")})
        account.say({"type": "PING"})
        me.send("DELETE", "/v1/orders", signed(me.account, me.now_s, "DELETE", "/v1/orders"))
    return world.digest(), len(public.frames), len(account.frames)


def test_the_same_seed_and_the_same_calls_give_the_same_bytes():
    first, second, other = half_an_hour(7), half_an_hour(7), half_an_hour(8)
    assert first == second
    assert first[0] != other[0]
    assert first[1] > 100


@pytest.mark.parametrize("seed", [1, 2])
def test_every_currency_that_is_traded_is_there_to_quote_with(seed):
    world = World(seed)
    held = {balance.currency for balance in world.exchange.accounts.balances(world.account.id, exclude_zero=True)}
    for spec in world.exchange.pairs.values():
        if spec.active:
            assert {spec.base, spec.quote} <= held
            base = world.exchange.accounts.available(world.account.id, spec.base)
            assert base > 10 * spec.min_base, spec.symbol
