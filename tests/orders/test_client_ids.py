"""Client order ids: what is put in comes out again, and VALR takes every one of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valr_maker.domain import Market, Side, Slot
from valr_maker.orders.client_id import LENGTH_MAX, ClientId, bot_name, numbering, parse

hex_text = st.text("0123456789abcdef", min_size=1, max_size=8)
slots = st.builds(Slot, st.sampled_from(Side), st.integers(0, 9999), st.booleans())
VALR_TAKES = re.compile(r"[0-9a-zA-Z-]{1,50}")


@given(hex_text, hex_text, slots, st.integers(0, 10**12))
def test_an_id_round_trips_and_is_one_that_valr_takes(bot: str, session: str, slot: Slot, number: int) -> None:
    """Every slot and counter, within fifty letters, digits and hyphens."""
    made = ClientId(bot, session, slot, number)
    assert parse(str(made)) == made
    assert VALR_TAKES.fullmatch(str(made))
    assert len(str(made)) <= LENGTH_MAX == 50


@given(st.text(max_size=60) | st.none())
def test_any_text_is_one_of_ours_or_none(text: str | None) -> None:
    """Other people's ids are never an error."""
    found = parse(text)
    assert found is None or found.bot in str(text)


@pytest.mark.parametrize(
    "text",
    [None, "", "vm", "mm-1-a", "vm-a-b-x0-1", "vm-a-b-b0", "vm-a-b-b-1", "vm-a-b-b0-1-2", "vm-a-b-b0-x", "VM-a-b-b0-1",
     "vm-a-b-b²-1", "vm-a-b-b0-³", "vm-a-b-bh-1", "vm-a-b-b0-" + "9" * 5000, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"],
)  # fmt: skip
def test_what_is_not_ours_is_nobodys(text: str | None) -> None:
    """Nearly ours is not ours; digits mean 0 to 9."""
    assert parse(text) is None


def test_an_id_can_be_read_by_people_too() -> None:
    """As the module's first lines say."""
    assert str(ClientId("3f9a1c", "7b2e", Slot(Side.BUY, 0), 17)) == "vm-3f9a1c-7b2e-b0-17"
    assert str(ClientId("3f9a1c", "7b2e", Slot(Side.SELL, 2, hanging=True), 18)) == "vm-3f9a1c-7b2e-s2h-18"


def test_each_new_order_gets_the_next_number() -> None:
    """No id is ever given twice in a session, whatever the slot."""
    next_id = numbering("b", "s")
    slot = Slot(Side.BUY, 0)
    assert [next_id(slot), next_id(slot), next_id(Slot(Side.SELL, 1))] == ["vm-b-s-b0-1", "vm-b-s-b0-2", "vm-b-s-s1-3"]


def test_a_bot_keeps_its_name_and_shares_it_with_no_other_file_or_market() -> None:
    """So that a wiped disk recognises its own orders, and only those."""
    doge, btc = Market("DOGE", "USDT"), Market("BTC", "ZAR")
    name = bot_name(doge, "conf_pure_mm_2.yml")
    assert name == bot_name(doge, "conf_pure_mm_2.yml")
    assert len({name, bot_name(doge, "conf_pure_mm_3.yml"), bot_name(btc, "conf_pure_mm_2.yml")}) == 3
    assert re.fullmatch("[0-9a-f]{6}", name)
