"""The port to the durable queue: its rows are the jobs themselves."""

from collections.abc import Awaitable, Collection
from typing import Protocol

import msgspec

from slovomat.domain.generation import ClaimedJob, Closing, JobView
from slovomat.domain.ids import AccountId, GenerationId


class ClaimOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Asks for up to `limit` jobs. `per_account`: jobs of one account running at once; 0 is no limit."""

    owner: str
    limit: int
    now_ms: int
    lease_ms: int
    per_account: int = 0


class JobRow(msgspec.Struct, frozen=True):
    """A job as the operator sees it."""

    id: int
    email: str
    dialect: str
    mode: str | None
    state: str
    attempts: int
    created_at_ms: int
    finished_at_ms: int | None
    error: str | None


class JobRecord(msgspec.Struct, frozen=True):
    """All that is known of one job, its texts among it until they are pruned."""

    row: JobRow
    mode_version: int | None
    mode_digest: str | None
    hold: str
    reason: str
    price_requests: int
    cut_chars: int
    upstream: str
    prompt_tokens: int
    completion_tokens: int
    pruned_at_ms: int | None
    text: str | None
    result: str | None


class Jobs(Protocol):
    """The durable queue."""

    async def claim(self, order: ClaimOrder) -> list[ClaimedJob]:
        """Leases waiting jobs to a worker, the oldest first."""

    async def take_over(self, owner: str, live: Collection[GenerationId], now_ms: int, limit: int) -> int:
        """Queues again what was not extended in time, but for what `owner` itself works on (`live`)."""

    async def hand_back(self, owner: str, now_ms: int) -> int:
        """Queues again what `owner` could not finish before it stops."""

    def complete(self, job: ClaimedJob, result: str, closing: Closing, now_ms: int) -> Awaitable[bool]:
        """Result and settlement in one; False when the lease was lost."""

    def fail(self, job: ClaimedJob, error: str, closing: Closing, now_ms: int) -> Awaitable[bool]:
        """Error and release in one; False when the lease was lost."""

    async def retry(self, job: ClaimedJob, now_ms: int, wait_ms: int) -> bool:
        """Queues the job again after a failed attempt; False when the lease was lost."""

    def find_job(self, account_id: AccountId, job_id: GenerationId) -> Awaitable[JobView | None]:
        """The account's job, or None: another's does not exist."""

    async def prune(self, results_before_ms: int, keys_before_ms: int, now_ms: int, limit: int) -> int:
        """Drops old texts and idempotency keys; returns how many rows it touched."""

    async def fail_overdue(self, before_ms: int, now_ms: int, limit: int) -> int:
        """Releases jobs queued before `before_ms` that no worker took; how many."""

    async def queue_depth(self) -> tuple[int, int | None]:
        """Waiting jobs, and when the oldest was created (ms)."""

    async def open_holds(self) -> int:
        """Generations under way."""

    async def list_jobs(self, state: str, limit: int, before: int = 0) -> list[JobRow]:
        """The newest jobs, of one state or of all (''); with `before`, those older than that job."""

    async def job_record(self, job_id: GenerationId) -> JobRecord | None:
        """Any account's job, in full."""
