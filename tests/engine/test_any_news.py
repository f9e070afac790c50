"""Whatever arrives, in whatever order: the engine answers with commands, never with an exception, and keeps its rules."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from kit.engine_kit import ACCOUNT, GONE, TRADE, No, World
from kit.messages import examples

from valr_maker.engine import messages as msg
from valr_maker.engine.engine import Pace
from valr_maker.engine.messages import Cancel, What
from valr_maker.wire.codes import WireError
from valr_maker.wire.stream import Incoming, Reader

FRAMES = examples("incoming", "unknown")
STATUSES = ["Placed", "Partially Filled", "Filled", "Cancelled", "Failed", "Expired", "Order Modified", "Nonsense"]
words = st.sampled_from(
    ["buy", "sell", "hold", "", "0", "-1", "1e-30", "99999999999", "DOGEUSDT", "2026-01-02", *STATUSES]
)


def places(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = [place for key, one in keys for place in places(one, (*so_far, key))]
    return inner or [so_far]


def with_word(value: Any, place: tuple[Any, ...], word: Any) -> Any:
    if not place:
        return word
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = with_word(copy[place[0]], place[1:], word)
    return copy


@settings(max_examples=150)
@given(st.data())
def test_a_frame_with_any_word_in_any_place_is_taken_or_left(data: st.DataObject) -> None:
    """About our own orders, from either stream, whatever it says."""
    world = World().quoting()
    example = data.draw(st.sampled_from(FRAMES))
    text = json.dumps(example.message).replace("mm-1-a", world.cid("buy")).replace("m-17", world.cid("sell"))
    message = json.loads(text)
    for place in data.draw(st.lists(st.sampled_from(places(message)), max_size=2)):
        message = with_word(message, place, data.draw(words)) if place in places(message) else message
    which = data.draw(st.sampled_from([TRADE, ACCOUNT]))
    try:
        frame = Reader(Incoming).read(json.dumps(message).encode())
    except WireError as problem:
        world.feed(msg.Malformed(which, str(problem)))
    else:
        world.hear(which, frame)
    world.wait(2)
    slots = [order.slot for order in world.engine.account.orders]
    assert len(slots) == len(set(slots))


HAPPENINGS: dict[str, Callable[[World, str, str], object]] = {
    "accept": lambda w, side, _: w.accept(side),
    "status": lambda w, side, word: w.hear(ACCOUNT, w.status_frame(side, word)),
    "trade": lambda w, side, _: w.hear(ACCOUNT, w.trade(side, "1")),
    "unclear": lambda w, side, _: w.feed(msg.Unclear(w.placed[w.cid(side)], "no answer")),
    "declined": lambda w, side, _: w.feed(msg.Declined(w.placed[w.cid(side)], "no", -6)),
    "acked": lambda w, side, _: w.feed(msg.Acked(w.placed[w.cid(side)], f"x-{w.cid(side)}")),
    "cancel unclear": lambda w, side, _: w.feed(msg.Unclear(Cancel(w.cid(side)), "no answer")),
    "cancel declined": lambda w, side, _: w.feed(msg.Declined(Cancel(w.cid(side)), "gone", -16)),
    "snapshot": lambda w, _side, _: w.hear(ACCOUNT, w.open_orders_frame()),
    "gone": lambda w, side, _: w.resting.pop(w.cid(side), None),
    "not found": lambda w, _side, _: w.answers.update({What.ORDER: No("Invalid Order.", GONE)}),
    "move": lambda w, side, _: w.move(*(("0.98", "1.00") if side == "buy" else ("1.00", "1.02"))),
    "down": lambda w, side, _: w.feed(msg.StreamDown(ACCOUNT if side == "buy" else TRADE, "closed with 1006")),
    "up": lambda w, _side, _: (w.account_up(), w.feed(msg.StreamUp(TRADE)), w.book()),
    "wait": lambda w, _side, _: w.wait(4),
}
stories = st.lists(
    st.tuples(st.sampled_from(sorted(HAPPENINGS)), st.sampled_from(["buy", "sell"]), st.sampled_from(STATUSES)),
    max_size=15,
)


@settings(max_examples=150)
@given(stories, st.sampled_from(Pace))
def test_in_any_story_a_slot_holds_one_order_and_stopping_asks_for_every_one(
    story: list[tuple[str, str, str]], pace: Pace
) -> None:
    """No second order in a slot, nothing placed while something cannot be trusted, a cancel for whatever may rest."""
    world = World(pace)
    world.start()
    world.wait(0.25)
    for what, side, word in story:
        HAPPENINGS[what](world, side, word)
        slots = [order.slot for order in world.engine.account.orders]
        assert len(slots) == len(set(slots))
        assert all(fill.side in {"buy", "sell"} for fill in world.engine.account.fills)
        if not world.engine.readiness.ready:
            assert all(order.cancel_sent_s is not None for order in world.engine.account.orders)
            assert not [told for told in world.wait(0.25) if " @ " in told and not world.engine.readiness.ready]
    world.feed(msg.Stop())
    assert all(order.cancel_sent_s is not None for order in world.engine.account.orders)
