"""`config upgrade` as a command: shown, written, kept; and what it will not touch."""

from pathlib import Path

from kit.commands import Ended, ended

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "conf_pure_mm_2.yml"


def upgrade(*arguments: str) -> Ended:
    return ended("config", "upgrade", *arguments)


def test_shown_dry_then_written_with_a_backup_and_then_there_is_nothing_to_do(tmp_path):
    conf = tmp_path / "conf_pure_mm_2.yml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("template_version: 24", "template_version: 12")
    old = text.replace("price_ceiling: -1.0\n", "cancel_order_wait_time: 45  # as ever\n")
    conf.write_text(old, encoding="utf-8")
    dry = upgrade(str(conf), "--dry-run")
    assert dry.returncode == 0, dry.stderr
    for line in ("-template_version: 12", "+template_version: 24", "+price_ceiling: -1.0",
                 "-cancel_order_wait_time: 45  # as ever", "+# cancel_order_wait_time: 45  # as ever"):  # fmt: skip
        assert f"\n{line}\n" in dry.stdout
    assert "today it is order_refresh_time" in dry.stdout
    assert "Nothing was written" in dry.stdout
    assert conf.read_text(encoding="utf-8") == old

    assert upgrade(str(conf)).returncode == 0
    assert (tmp_path / "conf_pure_mm_2.yml.bak").read_text(encoding="utf-8") == old
    upgraded = conf.read_text(encoding="utf-8")
    assert "price_ceiling: -1.0\n" in upgraded and "# cancel_order_wait_time: 45  # as ever\n" in upgraded
    again = upgrade(str(conf))
    assert "nothing to upgrade" in again.stdout
    assert conf.read_text(encoding="utf-8") == upgraded


def test_what_cannot_be_read_or_rewritten_stays_as_it_is(tmp_path):
    """A misspelt key is never dropped in silence; a layout that is not line by line is left to its owner."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("template_version: 24", "template_version: 12")
    cases = {
        text.replace("max_order_age:", "max_ordr_age:"): "Did you mean max_order_age",
        text.replace("price_ceiling: -1.0\n", "").replace("\n", "\n  ").replace("#", " #"): "line by line",
    }
    for number, (broken, says) in enumerate(cases.items()):
        conf = tmp_path / f"{number}.yml"
        conf.write_text(broken, encoding="utf-8")
        refused = upgrade(str(conf))
        assert refused.returncode == 3, refused.stdout
        assert says in refused.stderr
        assert "Traceback" not in refused.stderr
        assert conf.read_text(encoding="utf-8") == broken
        assert not (tmp_path / f"{number}.yml.bak").exists()
