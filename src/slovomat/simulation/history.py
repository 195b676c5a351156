"""What happened in a run, line by line: the same seed gives the same lines, byte for byte."""

import hashlib
from collections.abc import Callable


class History:
    """The lines of one run, with the virtual seconds at which they were told."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.lines: list[str] = []

    def tell(self, who: str, what: str) -> None:
        """One line."""
        self.lines.append(f"{self._clock():11.6f} {who:<8} {what}")

    def digest(self) -> str:
        """SHA-256 of all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
