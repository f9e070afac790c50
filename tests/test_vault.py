"""The key at rest: sealed, readable by its owner only, and never lost to a wrong passphrase."""

import json
import stat
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest

from valr_maker.chance import Chance
from valr_maker.errors import KeyProblem
from valr_maker.keys import ApiKey
from valr_maker.vault import SealedFile, SystemKeyring, key_file

KEY = ApiKey("k" * 64, "s" * 64, "live key")


def sealed(path: Path, passphrase: str) -> SealedFile:
    return SealedFile(path, lambda _prompt: passphrase, Chance())


def test_what_was_sealed_is_opened_by_its_passphrase_only(tmp_path):
    path = tmp_path / "valr-maker" / "key.json"
    sealed(path, "correct horse").save(KEY)
    assert sealed(path, "correct horse").load() == KEY
    with pytest.raises(KeyProblem, match="wrong passphrase"):
        sealed(path, "wrong horse").load()


def test_the_file_shows_nothing_and_belongs_to_its_owner(tmp_path):
    path = tmp_path / "key.json"
    sealed(path, "p").save(KEY)
    text = path.read_text(encoding="utf-8")
    assert KEY.key not in text
    assert KEY.secret not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_key_sealed_twice_looks_different(tmp_path):
    """A new salt and nonce each time."""
    texts = set()
    for _ in range(2):
        sealed(tmp_path / "key.json", "p").save(KEY)
        texts.add((tmp_path / "key.json").read_text(encoding="utf-8"))
    assert len(texts) == 2


def test_a_file_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "key.json"
    sealed(path, "p").save(KEY)
    parts = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(parts | {"data": "AAAA" + parts["data"][4:]}), encoding="utf-8")
    with pytest.raises(KeyProblem, match="the file was changed"):
        sealed(path, "p").load()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"salt": 1}', "\x00"])
def test_a_file_that_is_none_of_ours_is_refused(tmp_path, text):
    path = tmp_path / "key.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KeyProblem, match="cannot be read"):
        sealed(path, "p").load()


def test_no_file_is_no_key_and_forgetting_says_whether_there_was_one(tmp_path):
    store = sealed(tmp_path / "key.json", "p")
    assert store.load() is None
    assert not store.forget()
    store.save(KEY)
    assert store.forget()
    assert store.load() is None


def test_an_empty_passphrase_is_refused(tmp_path):
    with pytest.raises(KeyProblem, match="empty passphrase"):
        sealed(tmp_path / "key.json", "").save(KEY)
    assert not (tmp_path / "key.json").exists()


class Pocket(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


def test_the_keyring_keeps_gives_back_and_forgets():
    pocket = Pocket()
    store = SystemKeyring(pocket)
    assert store.load() is None
    store.save(KEY)
    assert store.load() == KEY
    assert store.forget()
    assert not store.forget()


def test_a_locked_keyring_says_so():
    pocket = Pocket()
    pocket.locked = True
    with pytest.raises(KeyProblem, match="does not open: locked"):
        SystemKeyring(pocket).load()


def test_the_file_lies_below_the_configuration_folder(tmp_path):
    assert key_file({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "valr-maker" / "key.json"
