"""Any bytes are a message, an Unknown or a WireError; and no amount that arithmetic chokes on gets through."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import example as by_hand
from hypothesis import given
from hypothesis import strategies as st
from kit.messages import Example, examples, message

from valr_maker.wire import rest, stream
from valr_maker.wire.codes import WireError
from valr_maker.wire.frames import Frame
from valr_maker.wire.stream import Incoming, Outgoing, Reader, Unknown

FRAMES = examples("incoming", "outgoing", "unknown")
BODIES = examples("rest")
ABSURD = ["NaN", "-NaN", "sNaN", "nan123", "Infinity", "-Infinity", "inf", "1E+999999", "1E-999999", "0E-99999", "1e40"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(ABSURD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def read_either_way(raw: bytes) -> list[Any]:
    """What a fresh reader of each direction makes of it; fresh, so that unknown fields are looked for too."""
    outcomes: list[Any] = []
    for union in (Incoming, Outgoing):
        try:
            outcomes.append(Reader(union).read(raw))
        except WireError as problem:
            outcomes.append(problem)
    return outcomes


def paths(value: Any, so_far: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a message."""
    keys: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [so_far, *(path for key, inner in keys for path in paths(inner, (*so_far, key)))]


def changed(value: Any, path: tuple[Any, ...], to: Any) -> Any:
    """The message with another value in one place."""
    if not path:
        return to
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(copy[path[0]], path[1:], to)
    return copy


def amounts_in(value: Any) -> list[Decimal]:
    """Every Decimal of a message."""
    if isinstance(value, msgspec.Struct):
        return [amount for field in value.__struct_fields__ for amount in amounts_in(getattr(value, field))]
    if isinstance(value, (list, tuple)):
        return [amount for one in value for amount in amounts_in(one)]
    return [value] if isinstance(value, Decimal) else []


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode) | anything.map(lambda x: json.dumps(x).encode()))
@by_hand(b'{"type":"PONG","x":"\xff"}')  # a field nobody reads need not be text
@by_hand(b'{"type":"PONG","x":' + b"[" * 5000)
@by_hand(b'{"type":{"type":"PONG"}}')
@by_hand(b"")
def test_random_bytes_are_never_a_crash(raw: bytes) -> None:
    """A frame, an Unknown or a WireError, whatever they are."""
    for outcome in read_either_way(raw):
        assert isinstance(outcome, (Frame, Unknown, WireError))
        assert not isinstance(outcome, WireError) or outcome.line()  # it can be told to people


@given(st.data())
def test_a_frame_with_anything_in_any_place_is_never_a_crash(data: st.DataObject) -> None:
    """And if it is still a message, all its amounts are sane."""
    example: Example = data.draw(st.sampled_from(FRAMES))
    place = data.draw(st.sampled_from(paths(example.message)))
    mutant = changed(example.message, place, data.draw(anything))
    for outcome in read_either_way(json.dumps(mutant).encode()):
        assert isinstance(outcome, (Frame, Unknown, WireError))
        assert all(amount.is_finite() and abs(amount.adjusted()) < 40 for amount in amounts_in(outcome))


@given(st.data())
def test_a_frame_with_any_byte_changed_is_never_a_crash(data: st.DataObject) -> None:
    """Cut short, or one byte another."""
    example: Example = data.draw(st.sampled_from(FRAMES))
    at = data.draw(st.integers(0, len(example.raw)))
    mutant = example.raw[:at] + data.draw(st.binary(max_size=2)) + example.raw[at + 1 :]
    for outcome in (*read_either_way(mutant), *read_either_way(example.raw[:at])):
        assert isinstance(outcome, (Frame, Unknown, WireError))


@given(st.data())
def test_a_rest_answer_with_anything_in_any_place_is_an_answer_or_a_wire_error(data: st.DataObject) -> None:
    """The same for REST."""
    example: Example = data.draw(st.sampled_from(BODIES))
    place = data.draw(st.sampled_from(paths(example.message)))
    mutant = changed(example.message, place, data.draw(anything))
    try:
        answer = rest.decode(json.dumps(mutant).encode(), example.type)
    except WireError:
        return
    assert all(amount.is_finite() and abs(amount.adjusted()) < 40 for amount in amounts_in(answer))


@pytest.mark.parametrize("amount", ABSURD)
def test_an_absurd_amount_is_a_wire_error_in_a_frame_and_in_an_answer(amount: str) -> None:
    """Decimal would read each of these, and the first comparison far away would raise."""
    frame = message("balance_update")
    frame["data"]["available"] = amount
    with pytest.raises(WireError, match="malformed BALANCE_UPDATE frame"):
        stream.read(json.dumps(frame).encode())
    answer = message("rest_balances")
    answer[1]["total"] = amount
    with pytest.raises(WireError, match="not the answer we know"):
        rest.decode(json.dumps(answer).encode(), list[rest.Balance])


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body>Your client has issued a malformed or illegal request.</body></html>",
        b"",
        b"[]",
        b'{"code":"words","message":"x"}',
        b'{"message":"no code"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_error_of_valrs_is_a_wire_error_that_shows_its_beginning(raw: bytes) -> None:
    """HTML from the front end above all."""
    with pytest.raises(WireError) as caught:
        rest.decode(raw, rest.Failure)
    assert raw[:20].decode("utf-8", "replace") in str(caught.value)
    assert caught.value.remedy


def test_a_known_type_with_a_broken_body_is_malformed_and_not_unknown() -> None:
    """Otherwise a broken order event would be left alone as something new."""
    with pytest.raises(WireError, match="malformed OB_L1_DIFF frame"):
        stream.read(b'{"type":"OB_L1_DIFF","ps":"DOGEUSDT","d":{"a":[["1"]],"b":[],"sq":1,"cs":2,"lc":3}}')


def test_unknown_fields_are_counted_where_they_were_met() -> None:
    """In the first frame of a type and then in every 256th, by type and path; the frame is read all the same."""
    reader = Reader(Incoming)
    frame = message("open_orders_update")
    for row in frame["data"]:
        row["iceberg"] = True
    frame["extra"] = 1
    raw = json.dumps(frame).encode()
    for _ in range(256):
        assert len(reader.read(raw).data) == 2
    assert reader.unknown_fields == {"OPEN_ORDERS_UPDATE.extra": 1, "OPEN_ORDERS_UPDATE.data.iceberg": 1}
    reader.read(raw)
    assert reader.unknown_fields["OPEN_ORDERS_UPDATE.extra"] == 2


def test_a_long_frame_is_shown_by_its_beginning() -> None:
    """An error line for people, not a screenful."""
    with pytest.raises(WireError) as caught:
        stream.read(b'{"type":"PONG"' + b" " * 5000)
    assert len(str(caught.value)) < 300
