"""The way in: what the hook does, that it does no more, and that the wheel carries it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import hummingbot_valr
import pytest
from hummingbot.client.settings import AllConnectorSettings
from hummingbot_valr import _hook

from valr_maker import virtual

PLUGIN = Path(__file__).parent.parent
SOURCE = Path(hummingbot_valr.__file__).parent


def virtually(test):
    """A connector is made inside a loop."""

    def run():
        virtual.run(test())

    return run


def python(program, **more):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_hummingbot_lists_both_domains():
    settings = AllConnectorSettings.get_connector_settings()
    assert settings["valr"].class_name() == settings["valr_sandbox"].class_name() == "ValrExchange"
    assert settings["valr_sandbox"].module_path() == "hummingbot.connector.exchange.valr.valr_exchange"
    assert settings["valr_sandbox"].is_sub_domain and not settings["valr"].is_sub_domain


@virtually
async def test_hummingbot_makes_the_connectors_from_keys_of_its_own_naming():
    from hummingbot.connector.exchange.valr.valr_exchange import ValrExchange

    for name in ("valr", "valr_sandbox"):
        keys = {f"{name}_api_key": "k", f"{name}_api_secret": "s"}
        setting = AllConnectorSettings.get_connector_settings()[name]
        made = ValrExchange(**setting.conn_init_parameters(["DOGE-USDT"], trading_required=True, api_keys=keys))
        assert made.name == made.domain == name
        assert made.authenticator._key.key == "k"


@virtually
async def test_it_can_be_made_without_keys_as_paper_trading_does():
    from hummingbot.connector.exchange.valr.valr_exchange import ValrExchange

    made = ValrExchange(trading_pairs=["DOGE-USDT"], trading_required=False)
    assert made.status_dict["account_balance"] and made.status_dict["user_stream_initialized"]


def test_an_interpreter_starts_without_hummingbot_and_imports_nothing_of_it():
    assert python("import sys; print('hummingbot' in sys.modules, 'valr_maker' in sys.modules)") == "False False"


def test_installing_the_hook_twice_changes_nothing():
    finders = list(sys.meta_path)
    _hook.install()
    assert sys.meta_path == finders
    package = sys.modules["hummingbot.connector.exchange"]
    assert list(package.__path__).count(_hook.CONNECTORS) == 1


def test_a_folder_of_the_same_name_inside_hummingbot_comes_first(tmp_path):
    """A link, a copy, or one day a connector of Hummingbot's own: listed once, and that one."""
    exchanges = tmp_path / "hummingbot" / "connector" / "exchange"
    (exchanges / "valr").mkdir(parents=True)

    class Settings:
        scandir = staticmethod(__import__("os").scandir)

    _hook.extend_search(Settings)
    _hook.extend_search(Settings)
    assert [Path(entry.path).parent for entry in Settings.scandir(str(exchanges))] == [exchanges]
    assert [entry.name for entry in Settings.scandir(str(tmp_path))] == ["hummingbot"]


def test_a_hummingbot_without_its_scan_still_starts(capsys):
    """One day the settings may list their connectors in another way: then VALR is missing, and nothing else."""
    program = (
        "import types, sys, hummingbot_valr._hook as hook;"
        "hook.TARGETS['json.tool'] = hook.extend_search;"
        "import json.tool; print('started')"
    )
    assert python(program) == "started"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "-w", str(folder), str(PLUGIN)], check=True, capture_output=True)
    return next(folder.glob("hummingbot_valr-*.whl"))


def test_the_wheel_puts_the_hook_beside_the_packages(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("hummingbot_valr.pth").decode().strip() == "import hummingbot_valr._hook"
    ours = {str(path.relative_to(SOURCE.parent)) for path in SOURCE.rglob("*.py")}
    assert ours <= names


def test_an_installed_wheel_makes_valr_visible(wheel, tmp_path):
    """Unpacked where Python looks for packages, as pip does it, and without our source on the path."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = (
        f"import site, sys; sys.path = [p for p in sys.path if 'plugin' not in p]; sys.meta_path.pop(0);"
        f"[sys.modules.pop(n) for n in list(sys.modules) if n.startswith('hummingbot_valr')];"
        f"site.addsitedir({str(tmp_path)!r});"
        "from hummingbot.client.settings import AllConnectorSettings as A;"
        "print('valr_sandbox' in A.get_connector_settings());"
        "import hummingbot.connector.exchange.valr as v; print(v.__file__)"
    )
    listed, where = python(program).splitlines()
    assert listed == "True" and where.startswith(str(tmp_path))
