"""These tests start whole Hummingbots: `.hummingbot-env/bin/python -m pytest tests/hummingbot_real` after `make hummingbot-env`.

Every other environment leaves them out. Those that can run at once do: one fixture starts all Hummingbots of a module.
"""

import importlib.util

if importlib.util.find_spec("hummingbot") is None:
    collect_ignore_glob = ["test_*.py"]
