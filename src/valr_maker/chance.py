"""The only place that makes random numbers and ids. Seeded, the same run again is the same run."""

import random
from typing import Any
from uuid import UUID


class Chance:
    """Random numbers and ids. `Chance()` takes the system's entropy, `Chance(seed)` repeats itself."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311  # seeded on purpose
        self.seed = seed

    def fork(self, label: str) -> "Chance":
        """A stream of its own for one purpose, so that one user's draws do not shift another's."""
        return Chance() if self.seed is None else Chance(f"{self.seed}/{label}")

    def unit(self) -> float:
        """Uniform in [0, 1)."""
        return self._random.random()

    def uniform(self, low: float, high: float) -> float:
        """Uniform in [low, high]."""
        return self._random.uniform(low, high)

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """One draw from a normal distribution."""
        return self._random.gauss(mean, deviation)

    def wait_s(self, mean_s: float) -> float:
        """One exponential waiting time with this mean: the gaps of a Poisson process."""
        return self._random.expovariate(1.0 / mean_s)

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high], both ends included."""
        return self._random.randint(low, high)

    def token(self, length: int, alphabet: str = "0123456789abcdef") -> str:
        """Random text: session names, keys of the sandbox."""
        return "".join(self._random.choices(alphabet, k=length))

    def noise(self, length: int) -> bytes:
        """Random bytes; fit for cryptography only from `Chance()`."""
        return self._random.randbytes(length)

    def uuid7(self, wall_s: float) -> str:
        """A version 7 UUID: time-ordered, as VALR's ids are (RFC 9562 section 5.7)."""
        value = int(wall_s * 1000) << 80 | 0x7 << 76 | self._random.getrandbits(12) << 64
        return str(UUID(int=value | 0b10 << 62 | self._random.getrandbits(62)))

    def __getstate__(self) -> dict[str, object]:
        """For a snapshot of a seeded run. Raises NotImplementedError for the system's entropy, which has no state."""
        return {"seed": self.seed, "state": self._random.getstate()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """The stream goes on where it was."""
        self.seed, self._random = state["seed"], random.Random()  # noqa: S311  # its state is set at once
        self._random.setstate(state["state"])
