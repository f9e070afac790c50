"""A home for one bot: made, made again, held by one run at a time; the person's file is copied and not changed."""

from pathlib import Path

import pytest

from valr_maker.config.problems import FileProblems
from valr_maker.errors import ConfigProblem, UsageProblem
from valr_maker.hummingbot.home import Home, Lock, base, bot_name, forget_keys, home_of, make, with_exchange

EXAMPLE = Path(__file__).parents[2] / "examples" / "conf_pure_mm_2.yml"


@pytest.fixture
def package(tmp_path):
    (tmp_path / "site" / "hummingbot").mkdir(parents=True)
    return tmp_path / "site" / "hummingbot"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home", "conf_pure_mm_2")


def test_a_home_is_whole_and_private_and_the_file_is_a_copy(home, package):
    text = EXAMPLE.read_text(encoding="utf-8")
    make(home, EXAMPLE, "valr_sandbox", package)
    assert home.folder.stat().st_mode & 0o077 == 0
    assert (home.folder / "hummingbot").resolve() == package
    copied = home.strategy_file.read_text(encoding="utf-8")
    assert copied == text.replace("exchange: valr\n", "exchange: valr_sandbox\n")
    assert EXAMPLE.read_text(encoding="utf-8") == text


def test_made_again_it_follows_the_file_and_hummingbot_and_keeps_what_is_the_persons(home, package, tmp_path):
    make(home, EXAMPLE, "valr_sandbox", package)
    client = home.folder / "conf" / "conf_client.yml"
    client.write_text(client.read_text() + "tick_size: 0.5\n")
    home.strategy_file.write_text("spoilt by Hummingbot")
    newer = tmp_path / "newer" / "hummingbot"
    newer.mkdir(parents=True)
    make(home, EXAMPLE, "valr", newer)
    assert "tick_size: 0.5" in client.read_text()
    assert (home.folder / "hummingbot").resolve() == newer
    assert home.strategy_file.read_text() == EXAMPLE.read_text()


def test_a_key_that_hummingbot_cannot_read_again_is_taken_out(home, package):
    make(home, EXAMPLE, "valr", package)
    client = home.folder / "conf" / "conf_client.yml"
    saved = client.read_text() + "  api_key: 7b22\nother:\n  api_key: mine\n"
    client.write_text(saved)
    make(home, EXAMPLE, "valr", package)
    assert client.read_text() == saved.replace("  api_key: 7b22\n", "")


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("exchange: valr  # mine", "exchange: valr_sandbox  # mine"),
        ("exchange:    'valr'", "exchange:    valr_sandbox"),
        ('"exchange": "valr"', '"exchange": valr_sandbox'),
        ("exchange: valr_sandbox", "exchange: valr_sandbox"),
    ],
)
def test_only_the_exchange_changes(tmp_path, line, becomes):
    conf = tmp_path / "conf.yml"
    conf.write_text(f"strategy: pure_market_making\n{line}\nmarket: DOGE-USDT\n")
    assert with_exchange(conf, "valr_sandbox") == f"strategy: pure_market_making\n{becomes}\nmarket: DOGE-USDT\n"


def test_an_exchange_that_is_spelt_in_another_way_is_refused_rather_than_guessed(tmp_path):
    conf = tmp_path / "conf.yml"
    conf.write_text("exchange: >\n  valr\n")
    with pytest.raises(FileProblems, match="is not written as a plain line"):
        with_exchange(conf, "valr_sandbox")


def test_each_file_and_venue_has_a_home_and_always_the_same(tmp_path):
    within = base({}, tmp_path)
    assert within == tmp_path / ".local/share/valr-maker/hummingbot"
    assert base({"XDG_DATA_HOME": "/data"}, tmp_path) == Path("/data/valr-maker/hummingbot")
    homes = {
        home_of(Path(conf), venue, within).folder for conf in ("/a/c.yml", "/b/c.yml") for venue in ("sandbox", "live")
    }
    assert len(homes) == 4 and home_of(Path("/a/c.yml"), "live", within).folder in homes
    assert bot_name(Path("my.best conf.yml")) == "my_best_conf"


def test_prefixes_are_remembered_once_each(home, package):
    assert home.prefixes() == []
    make(home, EXAMPLE, "valr", package)
    for prefix in ("HBa", "HBb", "HBa"):
        home.remember(prefix)
    assert home.prefixes() == ["HBa", "HBb"]
    (home.folder / "valr-maker.json").write_text("cut o")
    assert home.prefixes() == []


def test_keys_of_an_earlier_password_are_forgotten(home, package):
    make(home, EXAMPLE, "valr", package)
    for name in ("conf/connectors/valr.yml", "conf/.password_verification"):
        (home.folder / name).touch()
    forget_keys(home)
    assert not list((home.folder / "conf").rglob("valr.yml")) + list((home.folder / "conf").glob(".pass*"))


def test_one_bot_a_home(home, package):
    make(home, EXAMPLE, "valr", package)
    first = Lock(home)
    with pytest.raises(UsageProblem, match="another run of this file has not ended"):
        Lock(home)
    first.release()
    Lock(home).release()


def test_a_folder_with_something_else_is_no_home(home, package):
    (home.folder / "hummingbot").mkdir(parents=True)
    with pytest.raises(ConfigProblem, match="is not a link"):
        make(home, EXAMPLE, "valr", package)


def test_a_home_that_cannot_be_made_gives_one_line(tmp_path, package):
    (tmp_path / "file").touch()
    with pytest.raises(UsageProblem, match="cannot be made") as caught:
        make(Home(tmp_path / "file" / "home", "x"), EXAMPLE, "valr", package)
    assert "--home DIR" in caught.value.remedy
