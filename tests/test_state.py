"""What a bot remembers from one run to the next."""

from decimal import Decimal

import pytest

from valr_maker.errors import UsageProblem
from valr_maker.state import CostFile, folder_of

D = Decimal


def test_what_was_kept_is_there_in_the_next_run_to_the_last_digit(tmp_path):
    folder = tmp_path / "state"
    CostFile(folder, "cost-live-x", "DOGE-USDT").save((D("12.5"), D("2.0150000000000000001")))
    assert CostFile(folder, "cost-live-x", "DOGE-USDT").load() == (D("12.5"), D("2.0150000000000000001"))
    assert [path.name for path in folder.iterdir()] == ["cost-live-x.json"]


def test_nothing_kept_is_nothing_known(tmp_path):
    kept = CostFile(tmp_path, "x", "DOGE-USDT")
    assert kept.load() is None
    kept.save(None)
    assert kept.load() is None


def test_the_same_is_not_written_twice(tmp_path):
    kept = CostFile(tmp_path, "x", "DOGE-USDT")
    kept.save((D(1), D(2)))
    kept.path.unlink()
    kept.save((D(1), D(2)))
    assert not kept.path.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"format":1}', '{"format":2,"market":"DOGE-USDT","base":"1","quote":"1"}',
     '{"format":1,"market":"BTC-USDT","base":"1","quote":"1"}',
     '{"format":1,"market":"DOGE-USDT","base":"NaN","quote":"1"}',
     '{"format":1,"market":"DOGE-USDT","base":"1","quote":"1","more":1}'],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_and_left_as_it_is(tmp_path, text):
    kept = CostFile(tmp_path, "x", "DOGE-USDT")
    kept.path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"x\.json") as caught:
        kept.load()
    assert caught.value.remedy
    assert kept.path.read_text(encoding="utf-8") == text


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "state").write_text("a file in the way", encoding="utf-8")
    with pytest.raises(UsageProblem, match="cannot be kept"):
        CostFile(tmp_path / "state", "x", "DOGE-USDT").save((D(1), D(1)))


def test_it_lies_where_the_environment_says(tmp_path):
    assert folder_of({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "valr-maker"
    assert folder_of({}).parts[-3:] == (".local", "state", "valr-maker")
