"""`valr-maker config new`: asks what Hummingbot's `create` asks, with the pair's rules at hand, and writes the file."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import count
from pathlib import Path

from rich.console import Console

from valr_maker.cli.config import _backup, _write
from valr_maker.cli.facts import ask
from valr_maker.cli.options import Venue
from valr_maker.config.diagnostic import Diagnostic, Facts, Severity
from valr_maker.config.new import FIXED, QUESTIONS, Judged, Question, filled, judge, pair_line, said_of, taken
from valr_maker.config.schema import BY_NAME
from valr_maker.domain import Market
from valr_maker.errors import ConfigProblem, Exit, UsageProblem, ValrMakerError
from valr_maker.screens.folded import plain_console, say

SUFFIX = ".yml"


class _Ended(ValrMakerError):
    """Ctrl-D in the middle of the questions."""

    exit_code = Exit.USAGE

    def __init__(self) -> None:
        super().__init__("the input ended before the last answer", remedy="Nothing was written; begin again")


@dataclass(frozen=True, slots=True)
class NewOptions:
    """What the command line asked for. `given` are the answers by key, `others` keys that are never asked."""

    path: Path | None
    venue: Venue
    address: str | None
    offline: bool
    force: bool
    given: Mapping[str, str]
    others: Mapping[str, str] = field(default_factory=dict)


def new_command(options: NewOptions) -> Exit:
    """Ask what was not given, write the file, say what it will do. Raises UsageProblem and ConfigProblem."""
    path = _place(options)
    interactive = sys.stdin.isatty()
    if not interactive:
        _need_all(options.given)
    console = plain_console()
    interview = _Interview(options, console, _typed if interactive else _nobody)
    interview.hold()
    answers = interview.answers
    answers |= {key: taken(key, text) for key, text in options.others.items()}
    advice = said_of(path, answers, interview.facts)
    for one in advice:
        if one.severity is Severity.ERROR:
            raise ConfigProblem(one.message, remedy=one.help)
    _save(path, filled(answers), force=options.force)
    console.print(f"Written: {path}", markup=False)
    if _backup(path).exists() and options.force:
        console.print(f"The file that was there: {_backup(path)}", markup=False)
    for one in advice:
        if one.code not in interview.told:
            _tell(console, one)
    console.print(f"Try it with play money: valr-maker run {path}", markup=False)
    return Exit.OK


def pairs_of(texts: Sequence[str]) -> dict[str, str]:
    """`KEY=VALUE` as it stands behind --set. Raises UsageProblem."""
    asked = {question.key: question.flag for question in QUESTIONS}
    pairs = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or key not in BY_NAME or key in FIXED:
            raise UsageProblem(f"--set {text} is not KEY=VALUE with a key of the file", remedy=_nearest(key))
        if key in asked:
            raise UsageProblem(f"--set {key} has an option of its own", remedy=f"Use {asked[key]}")
        pairs[key] = value
    return pairs


def _nearest(key: str) -> str:
    near = get_close_matches(key, BY_NAME, n=1)
    return f"Did you mean {near[0]}?" if near else "Such as --set minimum_spread=0.1"


class _Interview:
    """The questions in their order. An answer that is refused is asked for again, if somebody is there to ask."""

    def __init__(self, options: NewOptions, console: Console, put: Callable[[Question, str], str]) -> None:
        self._options, self._console, self._put = options, console, put
        self.facts, self.answers, self.told = Facts(), dict[str, str](), set[str]()

    def hold(self) -> None:
        """Ask them all. Raises UsageProblem or ConfigProblem for an option that is refused, and ExchangeUnreachable."""
        for question in QUESTIONS:
            judged = self._answer(question)
            self.answers[question.key] = judged.text
            for one in judged.advice:
                if one.code not in self.told:
                    self.told.add(one.code)
                    _tell(self._console, one)
            if question.key == "market" and (line := pair_line(self.facts, judged.text)):
                say(self._console, line)

    def _answer(self, question: Question) -> Judged:
        given = self._options.given.get(question.key)
        if given is not None:
            try:
                return self._judge(question, given)
            except (UsageProblem, ConfigProblem) as problem:
                raise type(problem)(f"{question.flag}: {problem}", remedy=problem.remedy) from problem
        while True:
            hint = question.hint(self.facts, self.answers)
            words = question.words(self.answers) + (f"\n  ({hint})" if hint else "")
            try:
                return self._judge(question, self._put(question, words))
            except (UsageProblem, ConfigProblem) as problem:
                say(self._console, problem.line(), lead="  ", style="red")

    def _judge(self, question: Question, text: str) -> Judged:
        if question.key != "market":
            return judge(question.key, text or question.otherwise, self.answers, self.facts)
        judged = judge("market", text, self.answers, Facts())
        if self._options.offline:
            return judged
        self.facts = self._facts(Market.parse(judged.text))
        return judge("market", text, self.answers, self.facts)

    def _facts(self, market: Market) -> Facts:
        return ask(market, self._options.venue, self._options.address).facts


def _typed(_question: Question, words: str) -> str:
    """One line from the terminal. Raises UsageProblem when the input ends."""
    sys.stdout.write(f"{words}\n> ")
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stdout.write("\n")
        raise _Ended
    return line.strip()


def _nobody(question: Question, _words: str) -> str:
    """Without a terminal only a question that has a default comes here."""
    return question.otherwise


def _need_all(given: Mapping[str, str]) -> None:
    missing = [one for one in QUESTIONS if one.key not in given and not one.otherwise]
    if missing:
        flags = ", ".join(one.flag for one in missing)
        raise UsageProblem(f"there is no terminal to ask in, and no {flags}", remedy="Give each with a value")


def _tell(console: Console, one: Diagnostic) -> None:
    cost = f" ({one.cost})" if one.cost else ""
    say(console, f"{one.message}{cost}. {one.help}.", lead=f"  {one.severity} {one.code}: ")


def _place(options: NewOptions) -> Path:
    """Where the file goes, as Hummingbot names it: conf_pure_mm_1.yml, or the next number that is free."""
    path = options.path
    if path is None:
        return next(one for one in (Path(f"conf_pure_mm_{number}{SUFFIX}") for number in count(1)) if not one.exists())
    if path.suffix != SUFFIX:
        path = path.with_name(path.name + SUFFIX)
    if path.exists() and not options.force:
        raise UsageProblem(f"{path} is there already", remedy="Name another file, or add --force; a backup is kept")
    if not path.parent.is_dir():
        raise UsageProblem(f"{path.parent} is no directory", remedy="Make it first, or name another place")
    return path


def _save(path: Path, text: str, *, force: bool) -> None:
    """Never over a file that is there, unless `force`; then that one is kept beside it."""
    try:
        if force and path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                before = file.read()
            _write(path, before, text)
        else:
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
    except FileExistsError as problem:
        raise UsageProblem(f"{path} has come to be meanwhile", remedy="Name another file") from problem
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "what is there is no text file"
        raise UsageProblem(f"{path}: cannot be written: {why}", remedy="Name another file") from problem
