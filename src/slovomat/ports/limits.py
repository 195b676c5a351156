"""The port to rate limits. No money depends on them."""

from typing import Protocol

import msgspec


class Window(msgspec.Struct, frozen=True):
    """Where a caller stands in a moving window of one minute. `limit` 0: there is none."""

    allowed: bool
    limit: int
    remaining: int
    reset_ms: int
    """Until the whole limit is there again; for a refused call, until the next one is allowed."""


class Limits(Protocol):
    """Counts calls in moving windows of a minute: in any 60 seconds at most `per_minute` pass."""

    def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """Counts one call, if it is allowed."""
