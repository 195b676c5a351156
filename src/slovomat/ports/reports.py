"""The port to the operator's figures: sums by day, which lag a little behind."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class UsageSum(msgspec.Struct, frozen=True, kw_only=True):
    """Closed generations of one day, dialect, upstream, state and reason; `jobs` of them were jobs."""

    day: str
    dialect: str
    upstream: str
    state: str
    reason: str
    generations: int
    jobs: int
    requests: int
    prompt_tokens: int
    completion_tokens: int


class DurationSum(msgspec.Struct, frozen=True, kw_only=True):
    """Settled generations of one day and upstream that took from `from_ms` up to `to_ms` (not included)."""

    day: str
    upstream: str
    from_ms: int
    to_ms: int
    generations: int


class JobCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs waiting and running now; `oldest_at_ms`: when the one that waits longest was created."""

    waiting: int
    running: int
    oldest_at_ms: int | None


class TopAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account among those that spend most: its generations, and requests spent."""

    account_id: int
    email: str
    generations: int
    requests: int


class Reports(Protocol):
    """Sums for the operator. `slovomat.usecases.reports` makes a dashboard of them."""

    async def usage(self, from_day: str) -> Sequence[UsageSum]:
        """The sums since that day."""

    async def durations(self, from_day: str) -> Sequence[DurationSum]:
        """How long settled generations took, since that day."""

    async def new_accounts(self, since_ms: int) -> Sequence[int]:
        """When each account since then was made (ms)."""

    async def job_counts(self) -> JobCounts:
        """The queue now."""

    async def top_accounts(self, from_day: str, limit: int) -> Sequence[TopAccount]:
        """Who spent most since that day."""
