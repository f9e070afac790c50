"""Starts a part of an unmodified Hummingbot in a home of its own: `launch.py engine|hbot|client [arguments]`.

HB_HOME names the home. With HB_WINDOW=FILE the process writes a line there whenever its connectors' readiness changes:
Hummingbot shows it to nobody once a strategy runs. Nothing of Hummingbot is changed, and nothing reads the connector
but what its own status commands read.
"""

import asyncio
import importlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

HOME = Path(os.environ["HB_HOME"])
LOOK_EVERY_S = 0.1
PARTS = {"hbot": "hummingbot.cli.main", "engine": "hummingbot.cli.engine"}


def main():
    """Everything that Hummingbot keeps lies in the home; then the part asked for."""
    hummingbot: Any = importlib.import_module("hummingbot")
    hummingbot.root_path = lambda: HOME
    hummingbot.set_prefix_path(str(HOME))
    hummingbot.set_data_path(str(HOME / "data"))
    part = sys.argv.pop(1)
    if window := os.environ.get("HB_WINDOW"):
        threading.Thread(target=watch, args=(Path(window),), daemon=True).start()
    if part == "client":
        client(hummingbot)
    else:
        importlib.import_module(PARTS[part]).main()


def client(hummingbot):
    """The interactive client, as the starter in Hummingbot's repository does it: a pip install brings none."""
    from hummingbot.client.config.config_crypt import ETHKeyFileSecretManger
    from hummingbot.client.config.config_helpers import (
        create_yml_files_legacy,
        load_client_config_map_from_file,
        read_system_configs_from_yml,
    )
    from hummingbot.client.hummingbot_application import HummingbotApplication
    from hummingbot.client.settings import AllConnectorSettings
    from hummingbot.client.ui import login_prompt
    from hummingbot.client.ui.style import load_style

    async def run():
        await create_yml_files_legacy()
        hummingbot.init_logging("hummingbot_logs.yml", settings)
        await read_system_configs_from_yml()
        AllConnectorSettings.initialize_paper_trade_settings(settings.paper_trade.paper_trade_exchanges)
        await HummingbotApplication.main_application(settings).run()

    settings = load_client_config_map_from_file()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    if login_prompt(ETHKeyFileSecretManger, style=load_style(settings)):
        loop.run_until_complete(run())


def watch(window):
    """Write what the connectors' status says, when it changes."""
    last = None
    while True:
        time.sleep(LOOK_EVERY_S)
        application = sys.modules.get("hummingbot.client.hummingbot_application")
        running = getattr(getattr(application, "HummingbotApplication", None), "_main_app", None)
        if running is None:
            continue
        for connector in list(running.trading_core.connector_manager.connectors.values()):
            seen = {
                "started": connector.network_started,
                "status": connector.status_dict,
                "why": connector.not_ready_because(),
            }
            if seen != last:
                last = seen
                with window.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"at_s": time.time(), **seen}) + "\n")


if __name__ == "__main__":
    main()
