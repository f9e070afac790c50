"""The API key of the account: where it comes from, and that it never shows.

Secrets come from the environment, the vault (vault.py) or standard input; never from the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from valr_maker.errors import KeyProblem

KEY_VARIABLE = "VALR_API_KEY"
SECRET_VARIABLE = "VALR_API_SECRET"  # noqa: S105  # the name of a variable, not a secret
LIVE_REMEDY = (
    f"Export {KEY_VARIABLE} and {SECRET_VARIABLE} of a key with View access and Trade, "
    "or try it without a key: --venue sandbox"
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key and its secret; neither is ever printed whole."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    label: str = "key"

    @property
    def masked(self) -> str:
        """Enough to tell two keys apart."""
        return f"{self.key[:4]}…" if len(self.key) > len("abcd") * 4 else "…"

    def __str__(self) -> str:
        return f"{self.label} {self.masked}"


def from_environment(
    environment: Mapping[str, str], *, purpose: str = "live trading", remedy: str = LIVE_REMEDY
) -> ApiKey:
    """The key of an account. Raises KeyProblem naming the variable that is missing or holds what no key can be.

    `purpose` and `remedy` go into that error: a served sandbox has keys too, and they come from elsewhere.
    """
    missing = [name for name in (KEY_VARIABLE, SECRET_VARIABLE) if not environment.get(name, "").strip()]
    if missing:
        raise KeyProblem(f"no API key for {purpose}: {' and '.join(missing)} not set", remedy=remedy)
    return checked(environment[KEY_VARIABLE].strip(), environment[SECRET_VARIABLE].strip())


def checked(key: str, secret: str) -> ApiKey:
    """A key whose letters can be a key's. Raises KeyProblem, which shows no letter of it."""
    for name, text in ((KEY_VARIABLE, key), (SECRET_VARIABLE, secret)):
        if not text:
            raise KeyProblem(f"{name} is empty", remedy="Copy it again, whole and without blanks or line breaks")
        for place, letter in enumerate(text, start=1):
            if not "!" <= letter <= "~":  # which one is not said: it may be part of a secret
                raise KeyProblem(
                    f"{name} is not a key of VALR's: character {place} of {len(text)} is a blank, a control character or not ASCII",
                    remedy="Copy it again, whole and without blanks or line breaks",
                )
    return ApiKey(key, secret, "live key")
