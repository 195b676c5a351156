"""The ports to rate limits and concurrency limits. No money depends on them."""

from typing import Literal, Protocol

import msgspec

Reach = Literal["local", "shared"]
"""Whether each node counts by itself now, or all of them together."""


class Window(msgspec.Struct, frozen=True):
    """Where a caller stands in a moving window of one minute. `limit` 0: there is none."""

    allowed: bool
    limit: int
    remaining: int
    reset_ms: int
    """Until the whole limit is there again; for a refused call, until the next one is allowed."""


NO_LIMIT = Window(allowed=True, limit=0, remaining=0, reset_ms=0)


class Limits(Protocol):
    """Counts calls in moving windows of a minute: in any 60 seconds at most `per_minute` pass."""

    async def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """Counts one call, if it is allowed."""


class Slots(Protocol):
    """Counts what is under way: of one owner at most `limit` at once."""

    async def enter(self, who: str, limit: int, token: str) -> bool:
        """Takes a slot under this token, never used before, unless `limit` (above 0) of them are taken."""

    def leave(self, who: str, token: str) -> None:
        """Gives the token's slot back, at once and without waiting; one that was not taken is no error."""
