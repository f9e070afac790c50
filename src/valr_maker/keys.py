"""The API key of the account: where it comes from, and that it never shows.

Secrets come from the environment (later issues add the keyring and stdin); never from the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from valr_maker.errors import KeyProblem

KEY_VARIABLE = "VALR_API_KEY"
SECRET_VARIABLE = "VALR_API_SECRET"  # noqa: S105  # the name of a variable, not a secret


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


def from_environment(environment: Mapping[str, str]) -> ApiKey:
    """The key of a live account. Raises KeyProblem naming the variable that is missing."""
    missing = [name for name in (KEY_VARIABLE, SECRET_VARIABLE) if not environment.get(name, "").strip()]
    if missing:
        raise KeyProblem(
            f"no API key for live trading: {' and '.join(missing)} not set",
            remedy=f"Export {KEY_VARIABLE} and {SECRET_VARIABLE} of a key with View access and Trade, "
            "or try it without a key: --venue sandbox",
        )
    return ApiKey(environment[KEY_VARIABLE].strip(), environment[SECRET_VARIABLE].strip(), "live key")
