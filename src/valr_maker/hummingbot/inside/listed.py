"""Whether Hummingbot itself lists VALR, as its last line of JSON. Run by the Python that runs Hummingbot.

`listed.py [FOLDER ...]`, as facts.py. Hummingbot leaves a connector that cannot be imported out without a word; here
the reason is told.
"""

import json
import sys

NAMES = ("valr", "valr_sandbox")


def main() -> None:
    """Ask its settings, which is what all of Hummingbot goes by."""
    sys.path[:1] = sys.argv[1:]
    from hummingbot.client.settings import AllConnectorSettings

    settings = AllConnectorSettings.get_connector_settings()
    found = {"all": len(settings), "listed": [name for name in NAMES if name in settings], "file": "", "why": ""}
    try:
        from hummingbot.connector.exchange.valr import valr_utils

        found["file"] = valr_utils.__file__ or ""
    except Exception as problem:  # house-ok: whatever it is, it is the answer
        found["why"] = f"{type(problem).__name__}: {problem}"
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
