"""Where the API key is kept between runs: the system's keyring, or an encrypted file where there is none.

The file is sealed with AES-256-GCM under a key made of the passphrase by scrypt (RFC 7914). Only key and secret are in
it; neither is ever written in the open, given on a command line, or shown.
"""

import base64
import contextlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from valr_maker.chance import Chance
from valr_maker.errors import KeyProblem
from valr_maker.keys import ApiKey

SERVICE, ACCOUNT = "valr-maker", "live"
PASSPHRASE_VARIABLE = "VALR_PASSPHRASE"  # noqa: S105  # the name of a variable, not a secret
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**16, 8, 1
SALT_BYTES, NONCE_BYTES, KEY_BYTES = 16, 12, 32
ONLY_MINE = 0o600

Ask = Callable[[str], str]
"""Puts a question whose answer does not show; raises KeyProblem where nobody can be asked."""


class Vault(Protocol):
    """One place where a key can be kept."""

    @property
    def name(self) -> str:
        """Where that is, for people."""

    def load(self) -> ApiKey | None:
        """The key kept here; None when there is none. Raises KeyProblem when it is there and cannot be read."""

    def save(self, key: ApiKey) -> None:
        """Keep this one, in place of any other. Raises KeyProblem."""

    def forget(self) -> bool:
        """Let go of it. Whether there was one. Raises KeyProblem."""


class SystemKeyring:
    """The keyring of the desktop: Keychain, Credential Locker, Secret Service."""

    name = "the system's keyring"

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def load(self) -> ApiKey | None:
        """From the keyring."""
        text = self._tried(lambda: self._backend.get_password(SERVICE, ACCOUNT))
        return None if text is None else _key(text, self.name)

    def save(self, key: ApiKey) -> None:
        """Into the keyring."""
        self._tried(lambda: self._backend.set_password(SERVICE, ACCOUNT, _text(key)))

    def forget(self) -> bool:
        """Out of the keyring."""
        if self.load() is None:
            return False
        self._tried(lambda: self._backend.delete_password(SERVICE, ACCOUNT))
        return True

    def _tried(self, call: Callable[[], Any]) -> Any:
        from keyring.errors import KeyringError

        try:
            return call()
        except KeyringError as problem:
            remedy = "Unlock it, or use the environment: VALR_API_KEY and VALR_API_SECRET"
            raise KeyProblem(f"{self.name} does not open: {problem}", remedy=remedy) from problem


class SealedFile:
    """A file that only its passphrase opens."""

    def __init__(self, path: Path, ask: Ask, chance: Chance) -> None:
        self.path, self._ask, self._chance = path, ask, chance

    @property
    def name(self) -> str:
        """The file."""
        return f"the encrypted file {self.path}"

    def load(self) -> ApiKey | None:
        """Open it. Asks for the passphrase."""
        try:
            sealed = json.loads(self.path.read_text(encoding="utf-8"))
            salt, nonce, data = (base64.b64decode(sealed[part]) for part in ("salt", "nonce", "data"))
            costs = int(sealed["n"]), int(sealed["r"]), int(sealed["p"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise KeyProblem(
                f"{self.name} cannot be read: {problem}", remedy="`valr-maker keys set` makes a new one"
            ) from problem
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            opened = AESGCM(_stretched(self._ask("Passphrase: "), salt, costs)).decrypt(nonce, data, None)
        except InvalidTag:
            remedy = "Try again; a forgotten one cannot be had back: `valr-maker keys set` makes a new file"
            raise KeyProblem(f"{self.name}: wrong passphrase, or the file was changed", remedy=remedy) from None
        return _key(opened.decode(), self.name)

    def save(self, key: ApiKey) -> None:
        """Seal it anew, with a new salt, readable by its owner only."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        passphrase = self._ask("New passphrase: ")
        if not passphrase:
            raise KeyProblem("an empty passphrase protects nothing", remedy="Choose one")
        salt, nonce = self._chance.noise(SALT_BYTES), self._chance.noise(NONCE_BYTES)
        costs = SCRYPT_N, SCRYPT_R, SCRYPT_P
        data = AESGCM(_stretched(passphrase, salt, costs)).encrypt(nonce, _text(key).encode(), None)
        parts = {
            name: base64.b64encode(raw).decode() for name, raw in (("salt", salt), ("nonce", nonce), ("data", data))
        }
        text = json.dumps(
            {"kdf": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P, "cipher": "aes-256-gcm"} | parts
        )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".new")
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_MINE), "w") as file:
                file.write(text + "\n")
            beside.replace(self.path)  # all of the new one or all of the old one
        except OSError as problem:
            raise KeyProblem(
                f"{self.name} cannot be written: {problem.strerror}", remedy="Mend that, or use the environment"
            ) from problem

    def forget(self) -> bool:
        """Remove the file."""
        try:
            self.path.unlink()
        except FileNotFoundError:
            return False
        except OSError as problem:
            raise KeyProblem(
                f"{self.name} cannot be removed: {problem.strerror}", remedy="Remove it by hand"
            ) from problem
        return True


def choose(environment: Mapping[str, str], ask: Ask, chance: Chance) -> Vault:
    """The keyring where this machine has one, else the file below the configuration folder."""
    file = SealedFile(key_file(environment), ask, chance)
    try:
        import keyring
        from keyring.backends import fail, null
    except ImportError:  # installed as a library into somebody's environment, without the command's packages
        return file
    backend = keyring.get_keyring()
    return file if isinstance(backend, (fail.Keyring, null.Keyring)) else SystemKeyring(backend)


def key_file(environment: Mapping[str, str]) -> Path:
    """Below $XDG_CONFIG_HOME, or ~/.config."""
    folder = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(folder) / "valr-maker" / "key.json"


def _stretched(passphrase: str, salt: bytes, costs: tuple[int, int, int]) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    n, r, p = costs
    return Scrypt(salt=salt, length=KEY_BYTES, n=n, r=r, p=p).derive(passphrase.encode())


def _text(key: ApiKey) -> str:
    return json.dumps({"key": key.key, "secret": key.secret})


def _key(text: str, where: str) -> ApiKey:
    try:
        parts = json.loads(text)
        return ApiKey(str(parts["key"]), str(parts["secret"]), "live key")
    except (ValueError, KeyError, TypeError) as problem:
        raise KeyProblem(f"{where} holds no key of ours", remedy="`valr-maker keys set` replaces it") from problem
