"""Into an environment and out again, with pip as it is and a Hummingbot that only looks like one."""

import json
import shutil
from dataclasses import replace

import pytest
from hummingbot_way_in.pretended import files_in, make_env, packages_of

from valr_maker.errors import UsageProblem, ValrMakerError
from valr_maker.hummingbot import packages, wheels
from valr_maker.hummingbot.environment import examine, find, listing, python_of

pytest.importorskip("pip", reason="the environments here have no pip of their own")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setenv("PIP_NO_COMPILE", "1")


@pytest.fixture
def env(tmp_path):
    return make_env(tmp_path / "hb")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_COMPILE", "1")
        folder = make_env(tmp_path_factory.mktemp("made") / "hb")
        packages.install(the(folder))
    return folder


@pytest.fixture
def installed(made_once, tmp_path):
    return shutil.copytree(made_once, tmp_path / "hb", symlinks=True)


def the(env):
    return examine(python_of(env))


def test_install_makes_it_visible_and_uninstall_leaves_not_a_file(env):
    site = packages_of(env)
    before = files_in(site)
    done = packages.install(the(env))
    assert listing(the(env)).listed == ("valr", "valr_sandbox")
    assert [text.split(":")[0].rsplit(" ", 1)[0] for text in done.changed[:2]] == [
        "added hummingbot-valr",
        "added valr-maker",
    ]
    assert {one for one in files_in(site) - before if "/" not in one} == {
        "hummingbot_valr", "hummingbot_valr.pth", packages.RECEIPT, "valr_maker",
        *(f"{name}-{the(env).distributions[name.replace('_', '-')]}.dist-info" for name in ("hummingbot_valr", "valr_maker")),
    }  # fmt: skip
    assert {one: the(env).distributions[one] for one in ("aiohttp", "msgspec")} == {
        "aiohttp": "3.13.5",
        "msgspec": "0.22.0",
    }
    again = packages.install(the(env))
    assert again.changed == [] and len(again.left) == 2
    gone = packages.uninstall(the(env))
    assert len(gone.changed) == 3 and files_in(site) == before
    assert packages.uninstall(the(env)).changed == []


def test_other_files_of_the_same_version_are_renewed(installed, monkeypatch):
    changed = wheels.plugin()
    changed.files["hummingbot_valr/new.py"] = b""
    monkeypatch.setattr(wheels, "plugin", lambda: changed)
    done = packages.install(the(installed))
    assert done.changed[0].startswith("renewed hummingbot-valr")
    assert (packages_of(installed) / "hummingbot_valr" / "new.py").is_file()
    assert packages.uninstall(the(installed)).changed[0].startswith("removed hummingbot-valr")


def test_what_is_missing_comes_from_a_folder_and_goes_again(tmp_path):
    env = make_env(tmp_path / "hb", has=("aiohttp 3.15.0",))
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheels.write(wheels.Parts("msgspec", "0.22.0", [], {"msgspec/__init__.py": b""}), folder)
    done = packages.install(the(env), [folder])
    assert any(text.startswith("added msgspec 0.22.0") for text in done.changed)
    assert the(env).distributions["aiohttp"] == "3.15.0"
    assert done.notes == ["aiohttp 3.15.0 stays; valr-maker asks for aiohttp>=3.11,<3.14"]
    packages.uninstall(the(env))
    assert set(the(env).distributions) == {"aiohttp"}


def test_without_a_network_it_says_how_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    env = make_env(tmp_path / "hb", has=("aiohttp 3.13.5",))
    with pytest.raises(ValrMakerError, match="msgspec cannot be installed: pip install failed") as caught:
        packages.install(the(env))
    assert "--wheels FOLDER" in caught.value.remedy
    assert set(the(env).distributions) == {"aiohttp"}, "nothing half done"


def test_what_others_need_by_now_stays(installed):
    info = packages_of(installed) / "sqlalchemy-2.0.0.dist-info" / "METADATA"
    info.write_text(info.read_text() + "Requires-Dist: valr-maker\n")
    done = packages.uninstall(the(installed))
    assert done.left == ["valr-maker: sqlalchemy needs it by now"]
    assert "valr-maker" in the(installed).distributions and "hummingbot-valr" not in the(installed).distributions


def test_what_was_there_before_us_stays(installed):
    receipt = packages_of(installed) / packages.RECEIPT
    told = json.loads(receipt.read_text())
    receipt.write_text(json.dumps(told | {"added": ["hummingbot-valr"]}))
    packages.uninstall(the(installed))
    assert "valr-maker" in the(installed).distributions


def test_a_developers_link_is_left_alone(env):
    link = packages_of(env) / "hummingbot_valr_source.pth"
    link.write_text("# import hummingbot_valr._hook\n")
    for act in (packages.install, packages.uninstall):
        done = act(the(env))
        assert done.changed == [] and str(link) in done.left[0]


def test_no_right_to_write_and_a_system_python_are_refused(env):
    with pytest.raises(UsageProblem, match="no right to write") as caught:
        packages.install(replace(the(env), writable=False))
    assert "owner" in caught.value.remedy
    with pytest.raises(UsageProblem, match="belongs to the operating system"):
        packages.install(replace(the(env), managed=True))


def test_an_upgrade_of_hummingbot_leaves_it_visible(installed):
    """Hummingbot's own files are replaced, ours lie beside them."""
    (packages_of(installed) / "hummingbot" / "VERSION").write_text("2.19.0")
    assert listing(find(installed, [])).complete


def test_a_wheel_is_the_same_every_time_and_lists_what_it_holds(tmp_path):
    first = wheels.write(wheels.core(), tmp_path).read_bytes()
    assert wheels.write(wheels.core(), tmp_path).read_bytes() == first
    assert wheels.core().requires and all(wheels.name_of(one) in wheels.LIBRARY for one in wheels.core().requires)
