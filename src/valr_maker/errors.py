"""The error tree: each error says what was found and what to do next, and has an exit code.

    ValrMakerError            1
    +-- UsageProblem          2  the command line is wrong, a port is taken
    +-- ConfigProblem         3  the strategy file, or a pair that cannot be traded with it
    +-- ExchangeUnreachable   4  no network, no answer, or never ready
    +-- KeyProblem            5  no key, or one that may do too much or too little
    |   +-- KeyRefused        5  one that the exchange does not take
    +-- RiskHalt              6  a risk limit stopped the bot
    +-- OrdersUnresolved      7  stopped without proof that nothing rests

Room rule: imports nothing of ours. Errors are for the world; `assert` is for our own mistakes.
"""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command: a promise to scripts."""

    OK = 0
    OTHER = 1
    USAGE = 2
    CONFIG = 3
    EXCHANGE = 4
    KEY = 5
    RISK = 6
    UNRESOLVED = 7
    INTERRUPTED = 130


class ValrMakerError(Exception):
    """Something a person can mend. `str(error)` is one line: what was found. `remedy` is the next step."""

    exit_code = Exit.OTHER

    def __init__(self, found: str, *, remedy: str = "") -> None:
        super().__init__(found)
        self.remedy = remedy

    def line(self) -> str:
        """Everything in one line, as the command prints it."""
        found = str(self).rstrip(".")
        return f"{found}. {self.remedy}" if self.remedy else f"{found}."


class UsageProblem(ValrMakerError):
    """The command line is wrong, or the machine cannot do what it asks (a taken port)."""

    exit_code = Exit.USAGE


class ConfigProblem(ValrMakerError):
    """The strategy file cannot be run as it is, or not on this pair."""

    exit_code = Exit.CONFIG


class ExchangeUnreachable(ValrMakerError):
    """The exchange does not answer, or a component never became ready."""

    exit_code = Exit.EXCHANGE


class KeyProblem(ValrMakerError):
    """The API key is missing, wrong, or may do more than a market maker needs."""

    exit_code = Exit.KEY


class KeyRefused(KeyProblem):
    """The exchange takes nothing that is signed with this key, so that it cannot even be asked what rests."""


class RiskHalt(ValrMakerError):
    """A risk limit stopped the bot."""

    exit_code = Exit.RISK


class OrdersUnresolved(ValrMakerError):
    """The bot stopped without the exchange's word that nothing rests."""

    exit_code = Exit.UNRESOLVED
