"""Links and copies in a source checkout: what is put there, what is left alone, what goes again."""

from pathlib import Path

import pytest
from hummingbot_way_in.pretended import files_in, put_hummingbot

from valr_maker.errors import UsageProblem
from valr_maker.hummingbot import checkout, wheels
from valr_maker.hummingbot.environment import EXCHANGES


@pytest.fixture
def root(tmp_path):
    return put_hummingbot(tmp_path / "hb")


def states(root):
    return [place.state for place in checkout.places(root)]


@pytest.mark.parametrize(("copy", "state"), [(False, "link"), (True, "copy")])
def test_in_and_out_again(root, copy, state):
    before = files_in(root)
    done = checkout.install(root, copy=copy)
    assert len(done.changed) == 2 and states(root) == [state] * 2
    assert (root / EXCHANGES / "valr" / "valr_exchange.py").is_file()
    assert (root / "valr_maker" / "wire" / "sign.py").is_file()
    assert checkout.install(root, copy=copy).changed == []
    assert len(checkout.uninstall(root).changed) == 2
    assert files_in(root) == before
    assert checkout.uninstall(root).left == ["nothing of ours is there"]


def test_a_link_becomes_a_copy_and_back(root):
    for copy in (False, True, False):
        assert len(checkout.install(root, copy=copy).changed) == 2
    assert states(root) == ["link"] * 2


def test_a_copy_of_another_version_is_renewed_and_a_changed_one_is_not(root, monkeypatch):
    checkout.install(root, copy=True)
    older = wheels.files_of(wheels.connector_folder()) | {"news.py": b""}
    really = wheels.files_of
    monkeypatch.setattr(
        wheels, "files_of", lambda folder: older if folder == wheels.connector_folder() else really(folder)
    )
    assert states(root) == ["old", "copy"]
    assert len(checkout.install(root, copy=True).changed) == 1
    (root / EXCHANGES / "valr" / "valr_utils.py").write_text("mine")
    assert states(root) == ["changed", "copy"]
    with pytest.raises(UsageProblem, match="somebody has changed"):
        checkout.install(root, copy=True)
    assert "stays" in checkout.uninstall(root).left[0]
    assert (root / EXCHANGES / "valr").is_dir() and not (root / "valr_maker").exists()


def test_what_is_not_ours_is_never_touched(root):
    mine = root / EXCHANGES / "valr"
    mine.mkdir()
    (mine / "valr_exchange.py").write_text("mine")
    with pytest.raises(UsageProblem, match="is not ours") as caught:
        checkout.install(root)
    assert "Move it away" in caught.value.remedy
    assert not (root / "valr_maker").exists(), "nothing half done"
    checkout.uninstall(root)
    assert (mine / "valr_exchange.py").read_text() == "mine"


def test_a_link_to_a_folder_that_is_gone_is_seen_and_mended(root, tmp_path):
    (root / EXCHANGES / "valr").symlink_to(tmp_path / "gone" / "valr")
    assert states(root) == ["dangling", "missing"]
    checkout.install(root)
    assert states(root) == ["link"] * 2


def test_a_folder_that_may_not_be_written_gives_one_line(root, monkeypatch):
    def refuse(*_arguments, **_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    with pytest.raises(UsageProblem, match="cannot be written: Permission denied") as caught:
        checkout.install(root)
    assert "--copy" in caught.value.remedy


def test_another_folder_is_no_checkout(tmp_path):
    with pytest.raises(UsageProblem, match="is not a source checkout") as caught:
        checkout.install(tmp_path)
    assert "--env DIR" in caught.value.remedy
