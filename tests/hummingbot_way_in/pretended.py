"""Something that looks like a Hummingbot from outside: an environment or a checkout, without anything that trades."""

import sysconfig
import venv
from pathlib import Path

SETTINGS = """
from os import scandir
from pathlib import Path


class AllConnectorSettings:
    @staticmethod
    def get_connector_settings():
        place = Path(__file__).parents[1] / "connector" / "exchange"
        return {name: None for entry in scandir(place) if entry.is_dir() for name in (entry.name, entry.name + "_sandbox")}
"""
CONFIG_CRYPT = """
import os
from hummingbot import root_path
FILE = root_path() / "conf" / ".password_verification"


class ETHKeyFileSecretManger:
    def __init__(self, password):
        self.password = password


def store_password_verification(manager):
    FILE.write_text(manager.password)
"""
SECURITY = """
from hummingbot import root_path
from hummingbot.client.config.config_crypt import FILE


class Security:
    @staticmethod
    def new_password_required():
        return not FILE.exists()

    @staticmethod
    def login(manager):
        return FILE.read_text() == manager.password

    @staticmethod
    def update_secure_config(settings):
        (root_path() / "conf" / "connectors" / "keys.yml").write_text(repr(vars(settings)))
"""
ENGINE = """
import asyncio, os, signal, sys
from hummingbot.client.hummingbot_application import HummingbotApplication


def main():
    print("password:", os.environ.pop("HBOT_PASSWORD"), sys.argv[1:], flush=True)
    if "breaks" in sys.argv[2]:
        raise RuntimeError("it is broken")
    asyncio.run(run())


async def run():
    HummingbotApplication._main_app = app = HummingbotApplication()
    app.ev_loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    app.ev_loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    print("stopped in order", flush=True)
"""
APPLICATION = """
class Core:
    strategy = None
    class connector_manager:
        connectors = {}

    @staticmethod
    def get_status():
        return {"strategy_running": True}


class HummingbotApplication:
    _main_app = None
    trading_core = Core
"""
PACKAGE = {
    "__init__.py": "def set_prefix_path(path): pass\ndef set_data_path(path): pass\n",
    "VERSION": "dev-2.18.0\n",
    "client/settings.py": SETTINGS + "    get_connector_config_keys = staticmethod(lambda name: name)\n",
    "client/config/config_crypt.py": CONFIG_CRYPT,
    "client/config/config_helpers.py": "class ClientConfigAdapter:\n    def __init__(self, of): pass\n",
    "client/config/security.py": SECURITY,
    "client/hummingbot_application.py": APPLICATION,
    "cli/engine.py": ENGINE,
    "connector/exchange/__init__.py": "",
    "connector/exchange/other/__init__.py": "",
}


def put_hummingbot(root):
    """The package `hummingbot` in a folder."""
    for name, text in PACKAGE.items():
        path = root / "hummingbot" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for folder in path.parents:
            if folder.name == "hummingbot":
                break
            if not (folder / "__init__.py").exists():
                (folder / "__init__.py").touch()
    return root


def make_env(folder, *, hummingbot=True, has=("aiohttp 3.13.5", "msgspec 0.22.0", "sqlalchemy 2.0.0")):
    """A venv without pip, which takes no time; `has` are packages that pretend to be there."""
    venv.create(folder, with_pip=False, symlinks=True)
    packages = packages_of(folder)
    if hummingbot:
        put_hummingbot(packages)
    for one in has:
        name, version = one.split()
        (packages / name).mkdir()
        (packages / name / "__init__.py").touch()
        info = packages / f"{name}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "RECORD").write_text(f"{name}/__init__.py,,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
        (info / "INSTALLER").write_text("pip\n")
    return folder


def packages_of(folder):
    return Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if "__pycache__" not in path.parts}
