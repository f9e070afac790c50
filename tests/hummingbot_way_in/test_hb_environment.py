"""Which Python runs Hummingbot: what is said of an environment, and of one that will not do."""

import sys
from pathlib import Path

import pytest
from hummingbot_way_in.pretended import make_env, packages_of, put_hummingbot

from valr_maker.errors import Exit, UsageProblem, ValrMakerError
from valr_maker.hummingbot.environment import examine, find, listing, python_of


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    return make_env(tmp_path_factory.mktemp("env") / "hb")


def test_an_environment_says_what_it_has(env):
    found = find(env, [])
    assert (found.hummingbot, found.hummingbot_version) == (packages_of(env) / "hummingbot", "dev-2.18.0")
    assert found.version == "{}.{}.{}".format(*sys.version_info)
    assert found.purelib == packages_of(env) and found.writable and not found.managed and not found.has_pip
    assert (found.plugin, found.core, found.hooks) == (None, None, ())
    assert found.distributions["msgspec"] == "0.22.0"


def test_our_own_python_path_never_reaches_it(env, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "src"))
    assert find(env, []).core is None


def test_hummingbot_is_asked_itself(env):
    found = listing(find(env, []))
    assert (found.listed, found.complete) == ((), False)
    assert "No module named" in found.why


def test_the_first_candidate_with_a_hummingbot_is_taken(env, tmp_path):
    bare = make_env(tmp_path / "bare", hummingbot=False, has=())
    assert find(None, [tmp_path / "missing", bare, env]).prefix == env
    with pytest.raises(UsageProblem, match=r"no Hummingbot found; looked in .*bare") as caught:
        find(None, [bare])
    assert "--env DIR" in caught.value.remedy


def python_that(folder, does):
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin" / "python"
    python.write_text(f"#!/bin/sh\n{does}\n")
    python.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("make", "found", "remedy"),
    [
        (lambda folder: folder / "none", "there is no such folder", "with bin/python in it"),
        (lambda folder: folder, "is not a Python environment", "with bin/python in it"),
        (put_hummingbot, "is a source checkout", "--source"),
        (lambda folder: make_env(folder / "bare", hummingbot=False, has=()), "there is no Hummingbot in", "--source DIR"),
        (lambda folder: python_that(folder, "echo 3.10.4"), "is Python 3.10.4; the connector needs 3.11", "with that Python"),
    ],
    ids=["no folder", "no environment", "a checkout", "no Hummingbot", "an old Python"],
)  # fmt: skip
def test_one_that_will_not_do_is_refused_with_the_next_step(make, found, remedy, tmp_path):
    with pytest.raises(UsageProblem, match=found) as caught:
        find(make(tmp_path), [])
    assert remedy in caught.value.remedy and caught.value.exit_code is Exit.USAGE


def test_an_old_hummingbot_is_refused(tmp_path):
    env = make_env(tmp_path / "old")
    (packages_of(env) / "hummingbot" / "VERSION").write_text("2.9.0")
    with pytest.raises(UsageProblem, match=r"Hummingbot 2.9.0 in .* is too old"):
        find(env, [])


def test_a_python_that_fails_is_quoted(tmp_path):
    folder = python_that(tmp_path / "broken", "echo 'no such library' >&2; exit 3")
    with pytest.raises(ValrMakerError, match="failed: no such library"):
        examine(python_of(folder))
