"""The search for the key: every command that is given one, and everything that it prints, writes, or dies with.

One sandbox is served; the commands are processes of their own, as a person starts them. The right key, a wrong secret
for it, a kept key with its passphrase, a crash in the middle, an abort with core dumps switched on: afterwards no output
and no file may hold any of it, in any spelling.
"""

import base64
import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from kit.commands import ended

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"
COMMAND = [sys.executable, "-m", "valr_maker.cli"]
WRONG = "5ec2e7" * 10 + "abcd"
PASSPHRASE = "a-passphrase-of-some-length"
CRASH = """
import valr_maker.strategy.pipeline as pipeline
def crash(*_):
    raise RuntimeError("a mistake of ours")
pipeline.Strategy.tick = crash
from valr_maker.cli.main import main
main()
"""
AT_HAND = ("--exchange", "valr", "--pair", "DOGE-USDT", "--bid-spread", "1", "--ask-spread", "1",
           "--order-refresh-time", "15", "--order-amount", "4")  # fmt: skip


class Served(NamedTuple):
    """A sandbox, its key, and a folder in which everything happens."""

    folder: Path
    url: str
    key: str
    secret: str

    @property
    def right(self) -> dict[str, str]:
        return {"VALR_API_KEY": self.key, "VALR_API_SECRET": self.secret}

    @property
    def wrong(self) -> dict[str, str]:
        return {"VALR_API_KEY": self.key, "VALR_API_SECRET": WRONG}

    @property
    def kept(self) -> dict[str, str]:
        return {"VALR_PASSPHRASE": PASSPHRASE}


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    serving = subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert serving.stdout is not None
    try:
        ready = json.loads(serving.stdout.readline())
        yield Served(tmp_path, ready["rest_url"], ready["api_key"], ready["api_secret"])
    finally:
        serving.terminate()
        said = "".join(serving.communicate(timeout=30))
        assert not found_in(said.encode(), [ready["api_secret"]]), "the sandbox told its secret only once, when asked"


def environment(served: Served, key: dict[str, str]) -> dict[str, str]:
    bare = {name: text for name, text in os.environ.items() if not name.startswith("VALR_")}
    home = {
        name: str(served.folder / name) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "TMPDIR")
    }
    Path(home["TMPDIR"]).mkdir(exist_ok=True)
    return bare | home | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "PYTHONASYNCIODEBUG": "1"} | key


class Ended(NamedTuple):
    """How a command ended, and all that it said."""

    words: str
    code: int
    said: str


def told(served: Served, key: dict[str, str], *words: str, given: str = "") -> Ended:
    done = ended(*words, env=environment(served, key), cwd=served.folder, given=given)
    return Ended(" ".join(words), done.returncode, done.stdout + done.stderr)


def spellings(secret: str) -> list[bytes]:
    """As it is, cut in half, in base64, and in the two bytes a letter of some systems."""
    raw = secret.encode()
    forms = [raw, raw[: len(raw) // 2], raw[len(raw) // 2 :], secret.encode("utf-16-le")]
    return [*forms, *(base64.b64encode(raw[shift:])[4:-4] for shift in range(3))]


def found_in(data: bytes, secrets: list[str]) -> bool:
    return any(form in data for secret in secrets for form in spellings(secret))


def assert_clean(served: Served, ended: list[Ended]) -> None:
    secrets = [served.secret, served.key, WRONG, PASSPHRASE]
    for one in ended:
        assert not found_in(one.said.encode(), secrets), one.words
    files = [path for path in served.folder.rglob("*") if path.is_file()]
    for path in files:
        assert not found_in(path.read_bytes(), secrets), path


def test_the_search_would_find_it(tmp_path):
    """In a file of bytes, in base64 within something longer, and cut off in the middle."""
    for data in (b"\x00" + WRONG.encode(), base64.b64encode(b"x" + WRONG.encode()), WRONG[:40].encode()):
        assert found_in(data, [WRONG])
    assert not found_in(WRONG[:20].encode(), [WRONG])


def test_no_command_shows_or_leaves_the_key(served):
    """Every command that takes a key, with one that works, one that does not, and one from the sealed file."""
    conf, at = str(EXAMPLE), ("--address", served.url)
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, old, new in (
        ("old", "template_version: 24", "template_version: 12"),
        ("fast", "time: 15.0", "time: 0.01"),
    ):
        (served.folder / f"{name}.yml").write_text(text.replace(old, new), encoding="utf-8")
    pair = json.dumps({"key": served.key, "secret": served.secret})
    first = [  # one after the other: two bots on one pair would be another story
        told(served, served.right, "run", conf, *at, "--headless", "--duration", "2"),
        told(served, served.right, "run", conf, *at, "--json", "--duration", "2"),
        told(served, served.kept, "keys", "set", given=pair),
    ]
    assert [one.code for one in first] == [0, 0, 0], first
    doctor = told(served, served.right, "doctor", conf, *at, "--save", "doctor.json")
    rest: list[tuple[int, dict[str, str], tuple[str, ...]]] = [
        (0, served.right, ("doctor", conf, *at, "--json", "--compare", "doctor.json")),
        (5, served.wrong, ("run", conf, *at, "--headless", "--duration", "2")),
        (5, served.wrong, ("doctor", conf, *at, "--save", "wrong.json")),
        (0, served.right, ("bench", *at, "--rounds", "2", "--save", "bench.json")),
        (5, served.wrong, ("bench", *at, "--rounds", "2", "--json")),
        (0, served.right, ("why", conf, *at)),
        (0, served.right, ("config", "check", conf, *at)),
        (0, served.right, ("config", "explain", conf, *at)),
        (0, served.right, ("config", "new", "made.yml", *AT_HAND, *at)),
        (0, served.right, ("config", "fix", "fast.yml", *at)),
        (0, served.right, ("config", "upgrade", "old.yml")),
        (0, served.right, ("keys", "test", "--venue", "sandbox", *at)),
        (5, served.wrong, ("keys", "test", "--venue", "sandbox", *at)),
        (5, {"VALR_PASSPHRASE": "another"}, ("run", conf, "--venue", "live")),
    ]
    ended: list[Ended] = []
    for group in (rest[:4], rest[4:]):  # each in a minute of its own: VALR answers 30 public requests a minute
        advanced = told(served, {}, "sandbox", "time", "advance", "60", "--url", served.url)
        assert advanced.code == 0, advanced
        with ThreadPoolExecutor(2) as pool:
            ended += pool.map(lambda one: told(served, one[1], *one[2]), group)
    wrong = [one for one, (code, _, _) in zip(ended, rest, strict=True) if one.code != code]
    assert (doctor.code, wrong) == (0, [])
    last = told(served, served.kept, "keys", "forget")
    for name in ("doctor.json", "bench.json", "made.yml", "old.yml.bak", "fast.yml.bak"):
        assert (served.folder / name).is_file(), "there was something to look into"
    assert_clean(served, [*first, doctor, *ended, last])


def test_nor_does_the_live_view(served):
    """In a terminal, with its own screen and all."""
    seen = in_a_terminal(served, served.right, "run", str(EXAMPLE), "--address", served.url, "--duration", "3")
    assert seen.code == 0, seen.said
    assert "DOGE" in seen.said
    assert_clean(served, [seen])


def test_nor_does_the_terminal_in_which_it_is_typed(served):
    """Key, secret and passphrase are typed as a person does; none comes back on the screen, and the file is sealed."""
    typed = (served.key, served.secret, PASSPHRASE, PASSPHRASE)
    seen = in_a_terminal(served, {}, "keys", "set", typed=typed)
    assert seen.code == 0, seen.said
    assert "Kept in the encrypted file" in seen.said
    assert list(served.folder.rglob("key.json"))
    assert_clean(served, [seen])


def in_a_terminal(served: Served, key: dict[str, str], *words: str, typed: tuple[str, ...] = ()) -> Ended:
    """A command with a terminal of its own. Each line is typed when it is asked for: what stands last ends in a colon."""
    there, here = pty.openpty()
    environs = environment(served, key) | {"TERM": "xterm"}
    running = subprocess.Popen(  # in a session of its own, or it would ask in the terminal of the tests
        [*COMMAND, *words], cwd=served.folder, env=environs, stdin=here, stdout=here, stderr=here,
        start_new_session=True,
    )  # fmt: skip
    os.close(here)
    seen, left = b"", list(typed)
    with contextlib.suppress(OSError):  # how Linux says that the other side has gone
        while chunk := os.read(there, 65536):
            seen += chunk
            if left and seen.endswith(b": "):  # what follows an answer is a line end, so that no question counts twice
                os.write(there, f"{left.pop(0)}\n".encode())
    os.close(there)
    return Ended(" ".join(words), running.wait(timeout=60), seen.decode(errors="replace"))


def test_nor_does_a_crash_or_an_abort(served):
    """A mistake of ours ends in a trace of lines, without what was in them; an abort leaves no core, however large it may be."""
    run = ("run", str(EXAMPLE), "--address", served.url, "--headless", "--duration", "5")
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", CRASH, *run], env=environment(served, served.right), cwd=served.folder,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    crashed = Ended("crashed", done.returncode, done.stdout + done.stderr)
    assert crashed.code != 0
    assert "a mistake of ours" in crashed.said
    aborted = subprocess.Popen(
        ["sh", "-c", 'ulimit -c unlimited 2>/dev/null; exec "$@"', "sh", *COMMAND, *run[:-1], "60"],
        cwd=served.folder, env=environment(served, served.right) | {"PYTHONFAULTHANDLER": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert aborted.stdout is not None
    before = []
    for line in aborted.stdout:  # on a busy machine asyncio remarks first that something was slow
        before.append(line)
        if "2 placed" in line:
            break
    aborted.send_signal(signal.SIGABRT)
    said = "".join(before) + aborted.communicate(timeout=30)[0]
    assert "2 placed" in said, "it was under way: the key had been used"
    assert aborted.returncode == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in said
    assert not list(served.folder.glob("core*"))
    assert_clean(served, [crashed, Ended("aborted", aborted.returncode, said)])
