"""`valr-maker keys`: keep the API key of live trading, try it, let go of it. Never on the command line, never shown."""

import getpass
import json
import os
import sys
from collections.abc import Mapping

from valr_maker.chance import Chance
from valr_maker.errors import Exit, KeyProblem
from valr_maker.keys import KEY_VARIABLE, LIVE_REMEDY, SECRET_VARIABLE, ApiKey, checked, from_environment
from valr_maker.screens.fold import tell
from valr_maker.vault import PASSPHRASE_VARIABLE, Vault, choose

KEEP_REMEDY = f"`valr-maker keys set` keeps one for good. {LIVE_REMEDY}"


def live_key(environment: Mapping[str, str]) -> ApiKey:
    """The key for live trading: from the environment, else from where `keys set` put it. Raises KeyProblem."""
    if environment.get(KEY_VARIABLE) or environment.get(SECRET_VARIABLE):
        return from_environment(environment)
    kept = vault(environment).load()
    if kept is None:
        return from_environment(environment, remedy=KEEP_REMEDY)
    return kept


def vault(environment: Mapping[str, str]) -> Vault:
    """Where keys are kept on this machine."""
    return choose(environment, lambda prompt: _passphrase(environment, prompt), Chance())


def _passphrase(environment: Mapping[str, str], prompt: str) -> str:
    given = environment.get(PASSPHRASE_VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        raise KeyProblem(
            "the key file needs its passphrase, and there is no terminal to ask in",
            remedy=f"Export {PASSPHRASE_VARIABLE}",
        )
    typed = getpass.getpass(prompt)
    if prompt.startswith("New") and typed != getpass.getpass("The same again: "):
        raise KeyProblem("the two passphrases differ", remedy="Try again")
    return typed


def set_command() -> Exit:
    """Read key and secret from the terminal, or from standard input as two lines or one JSON object, and keep them."""
    key, secret = _typed() if sys.stdin.isatty() else _piped(sys.stdin.read())
    where = vault(os.environ)
    where.save(checked(key, secret))
    _say(f"Kept in {where.name}. `valr-maker keys test` asks VALR what it may do.")
    return Exit.OK


def _typed() -> tuple[str, str]:
    _say("A key of VALR's with View access and Trade, and nothing else. Nothing you type is shown.")
    return getpass.getpass("API key: ").strip(), getpass.getpass("API secret: ").strip()


def _piped(text: str) -> tuple[str, str]:
    try:
        if text.lstrip().startswith("{"):
            parts = json.loads(text)
            return str(parts["key"]), str(parts["secret"])
        key, secret = text.split()
    except (ValueError, KeyError, TypeError):
        remedy = 'Pipe two lines, the key and the secret, or {"key": ..., "secret": ...}'
        raise KeyProblem("standard input holds no key and secret", remedy=remedy) from None
    return key, secret


def forget_command() -> Exit:
    """Let go of the key that is kept."""
    where = vault(os.environ)
    gone = where.forget()
    _say(f"Forgotten: {where.name}." if gone else f"There was none in {where.name}.")
    if os.environ.get(KEY_VARIABLE):
        _say(f"{KEY_VARIABLE} is still set in this environment.")
    return Exit.OK


def _say(text: str) -> None:
    tell(sys.stdout, text)
