"""What happened in a run, line by line: the same seed gives the same lines, byte for byte."""

import hashlib
from collections.abc import Callable


class History:
    """The lines of one run, with the virtual seconds at which they were told."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._over = False
        self.lines: list[str] = []

    def tell(self, who: str, what: str) -> None:
        """One line, unless the last has been told."""
        if not self._over:
            self.lines.append(f"{self._clock():11.6f} {who:<8} {what}")

    def end(self) -> None:
        """Nothing that comes now matters."""
        self._over = True

    def digest(self) -> str:
        """SHA-256 of all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
