"""What this Python has, as one line of JSON. Run by the Python that runs Hummingbot; costs no import of it.

`facts.py [FOLDER ...]`: folders where it would look for packages as well, such as a source checkout.
"""

import importlib.metadata  # house-ok: this file is run by another Python, and asks what that one has
import importlib.util  # house-ok: likewise
import json
import os
import site
import sys
import sysconfig
from pathlib import Path


def main() -> None:
    """Everything at once: starting a Python costs more than asking it."""
    sys.path[:1] = sys.argv[1:]
    purelib = sysconfig.get_path("purelib")
    root = folder_of("hummingbot")
    own = sys.prefix != sys.base_prefix
    found = {
        "version": "{}.{}.{}".format(*sys.version_info[:3]),
        "prefix": sys.prefix,
        "purelib": purelib,
        "writable": os.access(purelib, os.W_OK),
        "managed": not own and (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists(),
        "has_pip": folder_of("pip") is not None,
        "hummingbot": root,
        "hummingbot_version": version_in(root),
        "plugin": folder_of("hummingbot_valr"),
        "core": folder_of("valr_maker"),
        "msgspec": folder_of("msgspec") is not None,
        "aiohttp": folder_of("aiohttp") is not None,
        "hooks": hooks(),
        "distributions": {
            one.metadata["Name"].lower().replace("_", "-"): one.version
            for one in importlib.metadata.distributions()  # house-ok: as above
            if one.metadata["Name"]
        },
    }
    sys.stdout.write(json.dumps(found) + "\n")


def folder_of(package: str) -> str | None:
    """Where a package lies; it is not imported. A mere folder of that name is none."""
    spec = importlib.util.find_spec(package)  # house-ok: as above
    if spec is None or not spec.origin:
        return None
    return str(Path(spec.origin).resolve().parent)


def version_in(folder: str | None) -> str:
    """What Hummingbot's own file VERSION says."""
    try:
        return (Path(folder or "") / "VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def hooks() -> list[str]:
    """The `.pth` files that bring our hook."""
    folders = {sysconfig.get_path("purelib"), *site.getsitepackages(), site.getusersitepackages()}
    files = [path for folder in folders for path in Path(folder).glob("*.pth")]
    return sorted(str(path) for path in files if "hummingbot_valr._hook" in path.read_text("utf-8", "replace"))


if __name__ == "__main__":
    main()
