"""A new file: what an answer must be, and that the file says what was answered."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from valr_maker.config.diagnose import diagnose
from valr_maker.config.diagnostic import Facts, Severity
from valr_maker.config.load import load
from valr_maker.config.new import FIXED, QUESTIONS, filled, judge, pair_line, said_of, taken
from valr_maker.config.problems import FileProblems
from valr_maker.config.read import read
from valr_maker.config.schema import KEYS
from valr_maker.errors import ConfigProblem, UsageProblem
from valr_maker.market.pair import PairRules

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "conf_pure_mm_2.yml"
DOGE = PairRules(
    "DOGEUSDT", "DOGE", "USDT", True, Decimal("0.00001"), Decimal("0.1"), Decimal(4), Decimal(680000),
    Decimal("0.5"), Decimal(54000), frozenset({"LIMIT", "LIMIT_POST_ONLY"}),
)  # fmt: skip
FACTS = Facts(
    DOGE, ("DOGE-USDT", "BTC-ZAR"), Decimal("0.16"), Decimal("0.0008"), {"DOGE": Decimal(100), "USDT": Decimal(100)}
)
ANSWERS = {
    "exchange": "valr", "market": "DOGE-USDT", "bid_spread": "1.0", "ask_spread": "1.0", "order_refresh_time": "15.0",
    "order_amount": "4.0", "ping_pong_enabled": "False",
}  # fmt: skip


def test_the_questions_are_those_of_hummingbot_in_its_order():
    """Those with prompt_on_new in Hummingbot's config map of pure_market_making."""
    assert [question.key for question in QUESTIONS] == list(ANSWERS)


def test_the_example_is_what_comes_out_with_its_answers():
    """One layout for both; only the guard of the example is not Hummingbot's default."""
    assert filled(ANSWERS | {"minimum_spread": "0.1"}) == EXAMPLE.read_text(encoding="utf-8")


def test_every_key_is_there_in_the_templates_order_with_hummingbots_default(tmp_path):
    conf = tmp_path / "conf.yml"
    conf.write_text(filled(ANSWERS), encoding="utf-8")
    assert [entry.key for entry in read(conf)] == [key.name for key in KEYS]
    values = load(conf).values
    not_asked = {key.name: key.default for key in KEYS if key.name not in ANSWERS and key.name not in FIXED}
    assert {name: values[name] for name in not_asked} == not_asked


def test_what_is_said_of_an_answer_is_what_check_says_of_the_file(tmp_path):
    """Line for line the same diagnostics, before the file is there and when it is."""
    conf = tmp_path / "conf.yml"
    answers = ANSWERS | {"bid_spread": "0.04", "order_amount": "5000.0", "order_refresh_time": "0.5"}
    conf.write_text(filled(answers), encoding="utf-8")
    checked = [(one.code, one.message) for one in diagnose(load(conf), FACTS)]
    assert sorted((one.code, one.message) for one in said_of(conf, answers, FACTS)) == sorted(checked)
    assert {"PMM032", "PMM041", "PMM050"} <= {code for code, _ in checked}


@pytest.mark.parametrize(
    ("key", "answer", "says", "remedy"),
    [
        ("order_amount", "1", "below the smallest order of this pair, 4 DOGE", "Set it to 4 or more"),
        ("order_amount", "1000000", "above the largest order", "Set it to 680000 or less"),
        ("market", "DOGEX-USDT", "is not a pair of the exchange", "Did you mean DOGE-USDT"),
        ("order_refresh_time", "0.01", "24,000 order messages a minute", "Set it to 1.0 or more"),
    ],
)
def test_what_the_pair_does_not_take_is_refused_at_once(key, answer, says, remedy):
    before = {name: text for name, text in ANSWERS.items() if name != key}
    facts = Facts(None, FACTS.listed) if key == "market" else FACTS
    with pytest.raises(ConfigProblem, match=says) as refused:
        judge(key, answer, before, facts)
    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    ("key", "answer", "says"),
    [
        ("exchange", "binance", "is not valr or valr_sandbox"), ("market", "DOGE", "is not BASE-QUOTE"),
        ("bid_spread", "0", "is not more than 0"), ("ask_spread", "100", "less than 100"),
        ("bid_spread", "wide", "is not a number"), ("bid_spread", "nan", "is not a number"),
        ("order_refresh_time", "-1", "is not more than 0"), ("order_amount", "", "needs an answer"),
        ("ping_pong_enabled", "maybe", "is not True or False"), ("exchange", "", "needs an answer"),
    ],
)  # fmt: skip
def test_what_no_file_may_have_is_refused_with_an_example(key, answer, says):
    with pytest.raises(UsageProblem, match=says) as refused:
        judge(key, answer, {}, Facts())
    assert refused.value.remedy.startswith("It must be ")


def test_spreads_below_the_fees_are_told_with_the_second_of_them():
    """The first alone says nothing yet: the other may make up for it."""
    both = judge("ask_spread", "0.04", ANSWERS | {"bid_spread": "0.1"}, FACTS)
    assert ("PMM030", Severity.WARNING) in {(one.code, one.severity) for one in both.advice}
    assert "do not pay the fees" in both.advice[0].message


def test_the_pair_and_the_hints_carry_its_rules_price_and_fee():
    line = pair_line(FACTS, "DOGE-USDT")
    assert line == (
        "DOGE-USDT: price 0.16 USDT, tick 0.00001 USDT, orders of 4 DOGE and 0.5 USDT or more, maker fee 0.08 %"
    )
    hints = {question.key: question.hint(FACTS, ANSWERS) for question in QUESTIONS}
    assert hints["order_amount"] == "at least 4 DOGE, worth 0.64 USDT, in steps of 0.1"
    assert "one tick is 0.0063 %" in hints["bid_spread"] and "maker fee is 0.08 %" in hints["bid_spread"]


def test_answers_are_written_as_hummingbot_writes_them():
    texts = [taken(key, text) for key, text in (
        ("bid_spread", "1"), ("order_amount", "1e3"), ("market", "doge-usdt"), ("ping_pong_enabled", "yes"),
        ("order_levels", "3.0"), ("price_source_exchange", " "), ("order_refresh_time", "15"), ("take_if_crossed", ""),
    )]  # fmt: skip
    assert texts == ["1.0", "1000.0", "DOGE-USDT", "True", "3", "", "15.0", ""]


def test_keys_that_do_not_go_together_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(FileProblems, match="price_source_exchange: is missing, and price_source is external_market"):
        said_of(tmp_path / "conf.yml", ANSWERS | {"price_source": "external_market"}, FACTS)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60))
@example("NULL")
def test_any_text_comes_back_from_the_file_as_it_was_given(tmp_path_factory, text):
    """An address with a colon, a hash or quotes in it adds no key and loses no letter."""
    conf = tmp_path_factory.mktemp("new") / "conf.yml"
    conf.write_text(filled(ANSWERS | {"price_source_custom_api": text}), encoding="utf-8", newline="")
    entries = {entry.key: entry.value for entry in read(conf)}
    assert entries["price_source_custom_api"] == text
    assert len(entries) == len(KEYS)


@given(
    st.decimals(Decimal("0.001"), Decimal(99), places=3), st.decimals(Decimal("0.001"), Decimal(10**9), places=3),
    st.booleans(),
)  # fmt: skip
def test_any_answers_mean_in_the_file_what_they_were(tmp_path_factory, spread, amount, ping_pong):
    conf = tmp_path_factory.mktemp("new") / "conf.yml"
    answers = dict(ANSWERS)
    for key, value in (("bid_spread", spread), ("order_amount", amount), ("ping_pong_enabled", ping_pong)):
        answers[key] = taken(key, str(value))
    conf.write_text(filled(answers), encoding="utf-8")
    values = load(conf).values
    assert (values["bid_spread"], values["order_amount"], values["ping_pong_enabled"]) == (spread, amount, ping_pong)
