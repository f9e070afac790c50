"""Every example message of the reference is read, understood whole, and written back as VALR spells it."""

from typing import Any

import msgspec
import pytest
from kit.messages import ORIGINS, Example, examples, message
from msgspec import NODEFAULT, UNSET

from valr_maker.wire import rest, stream
from valr_maker.wire.frames import Frame
from valr_maker.wire.rest import Body
from valr_maker.wire.stream import Incoming, Outgoing, Reader, Unknown, unknown_fields
from valr_maker.wire.text import Amount

READERS: dict[str, Any] = {"incoming": Incoming, "outgoing": Outgoing}
FRAMES = examples("incoming", "outgoing")


def name(example: Example) -> str:
    return example.name


def every_struct(base: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    children: list[type[msgspec.Struct]] = base.__subclasses__()
    return [*children, *(deeper for child in children for deeper in every_struct(child))]


@pytest.mark.parametrize("example", examples("incoming", "outgoing", "unknown", "rest"), ids=name)
def test_every_example_says_where_it_comes_from(example: Example) -> None:
    """Documented, seen live, or inferred; and in which section."""
    assert example.origin in ORIGINS
    assert example.where


@pytest.mark.parametrize("example", FRAMES, ids=name)
def test_every_frame_is_read_with_no_field_left_over(example: Example) -> None:
    """The type names every field of its example."""
    reader = Reader(READERS[example.kind])
    frame = reader.read(example.raw)
    assert frame.__struct_config__.tag == example.message["type"]
    assert reader.unknown_fields == {}


@pytest.mark.parametrize("example", FRAMES, ids=name)
def test_every_frame_is_written_as_it_was_read(example: Example) -> None:
    """Aliases, omitted fields and plain numbers: the same JSON again."""
    frame = amounts_wrapped(Reader(READERS[example.kind]).read(example.raw))
    assert msgspec.json.decode(stream.write(frame)) == example.message


@pytest.mark.parametrize("example", examples("rest"), ids=name)
def test_every_rest_body_is_read_whole_and_written_as_it_was_read(example: Example) -> None:
    """The same for REST, in both directions."""
    body = rest.decode(example.raw, example.type)
    assert unknown_fields(example.message, body) == []
    written = msgspec.json.decode(rest.encode(amounts_wrapped(body)))
    assert written == stripped(example.message)


def test_every_frame_type_and_every_answer_has_an_example() -> None:
    """A type without an example would be a type nobody has looked at."""
    shown = {example.message["type"] for example in FRAMES}
    known = {member.__struct_config__.tag for union in READERS.values() for member in union.__args__}
    assert known == shown
    from valr_maker.wire import endpoints  # only here

    answers = {row.answer for row in endpoints.ALL} - {None, list[str], list[rest.RawRow]}  # read row by row
    assert answers <= {example.type for example in examples("rest")}


@pytest.mark.parametrize("example", examples("unknown"), ids=name)
def test_a_frame_without_a_name_of_ours_is_kept_as_unknown(example: Example) -> None:
    """Known to VALR, not needed here: never an error."""
    frame = stream.read(example.raw)
    assert isinstance(frame, Unknown)
    assert frame.type == example.message["type"]
    assert frame.raw == example.raw
    assert repr(frame) == f"Unknown({frame.type!r})"


@pytest.mark.parametrize("kind", every_struct(Body) + every_struct(Frame), ids=lambda kind: kind.__name__)
def test_a_default_means_absent(kind: type[msgspec.Struct]) -> None:
    """Defaults are not written, so any default but None (or UNSET, for bodies not looked into) would lose a value."""
    for field in msgspec.structs.fields(kind):
        assert field.default in (NODEFAULT, None, UNSET), field.name
        assert field.default_factory is NODEFAULT, field.name
    assert kind.__struct_config__.omit_defaults


@pytest.mark.parametrize(
    ("written", "read"), [("1E-8", "0.00000001"), ("5E+3", "5000"), ("84.60", "84.6"), ("-0", "0")]
)
def test_amounts_go_out_plainly(written: str, read: str) -> None:
    """No exponent, no trailing zero, always as text."""
    order = rest.LimitOrder(side="BUY", quantity=Amount(written), price=Amount("1"), pair="DOGEUSDT")
    assert rest.encode(order) == f'{{"side":"BUY","quantity":"{read}","price":"1","pair":"DOGEUSDT"}}'.encode()


def test_numbers_for_amounts_and_text_for_booleans_are_read() -> None:
    """What older clients really send."""
    raw = b'{"side":"buy","quantity":50,"price":0.1612,"pair":"dogeusdt","postOnly":"false","customerOrderId":null}'
    order = rest.decode(raw, rest.LimitOrder)
    assert (str(order.quantity), str(order.price), order.post_only, order.customer_order_id) == (
        "50", "0.1612", "false", None,
    )  # fmt: skip


def test_a_sequence_beyond_53_bits_keeps_every_digit() -> None:
    """VALR's ids pass what a double can hold."""
    (trade,) = rest.decode(msgspec.json.encode(message("rest_trades")), list[rest.PublicTrade])
    assert trade.sequence_id == 1370000000000000123


def test_our_names_stand_for_valrs_letters() -> None:
    """The one-letter family and the rand, by the names the rest of the program uses."""
    diff = stream.read(example_raw("ob_l1_diff"))
    assert (diff.pair, diff.data.asks[1], diff.data.bids, diff.data.sequence) == (
        "DOGEUSDT",
        ("0.16145", "300"),
        (),
        5002,
    )
    rand = stream.read(example_raw("balance_update_rand")).data
    assert (rand.currency.symbol, rand.currency.short_name) == ("R", "ZAR")
    assert str(rand.available) == "1500.000000000000000001"


def example_raw(wanted: str) -> bytes:
    return msgspec.json.encode(message(wanted))


def amounts_wrapped(value: Any) -> Any:
    """The message with every Decimal as an Amount: what the sandbox does when it builds one."""
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            setattr(value, field, amounts_wrapped(getattr(value, field)))
        return value
    if isinstance(value, list):
        return [amounts_wrapped(one) for one in value]
    return Amount(value) if value.__class__.__name__ == "Decimal" else value


def stripped(value: Any) -> Any:
    """The one example with trailing zeros (a sample of VALR's own) as it is written today."""
    if isinstance(value, dict):
        return {key: stripped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [stripped(one) for one in value]
    return "0.05" if value == "0.05000000" else value
