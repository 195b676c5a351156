"""The queue's rules: claim, heartbeat, finish. A result and its settlement are one transaction."""

from collections import Counter

from slovomat.domain.generation import ClaimedJob, Closing, HoldState, JobState, JobView
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.mode import ModeRef
from slovomat.domain.refusal import Code
from slovomat.ports.store import ClaimOrder, JobRecord, JobRow
from slovomat.storage import ledger
from slovomat.storage.tx import Row, Tx

_UNLIMITED = 1 << 31
_LONGEST_WAIT_MS = 90_000
"""No retry waits so long: a job that seems to was queued before the clock was set back."""


async def claim(tx: Tx, order: ClaimOrder) -> list[ClaimedJob]:
    """Leases waiting jobs, the oldest first; each lease has a new token."""
    claimed = await tx.rows(
        "jobs_claim",
        owner=order.owner,
        limit=order.limit,
        now_ms=order.now_ms,
        absurd_ms=order.now_ms + _LONGEST_WAIT_MS,
        lease_until_ms=order.lease_until_ms,
        per_account=order.per_account or _UNLIMITED,
    )
    if order.per_account:
        claimed = await _within_accounts(tx, claimed, order.per_account)
    return [await _claimed(tx, row) for row in sorted(claimed)]


async def _within_accounts(tx: Tx, claimed: list[Row], per_account: int) -> list[Row]:
    """Gives back what one batch claimed over an account's share; the next claim passes it over."""
    running = Counter(account_id for _, account_id in await tx.rows("jobs_running"))
    kept = []
    for row in sorted(claimed, reverse=True):
        if running[row[1]] > per_account:
            running[row[1]] -= 1
            await tx.run("job_unclaim", id=row[0], token=row[4])
        else:
            kept.append(row)
    return kept


async def _claimed(tx: Tx, row: Row) -> ClaimedJob:
    job_id, account_id, text, attempts, token = row
    (dialect, mode_id, version, digest), *_ = await tx.rows("job_generation", id=job_id)
    return ClaimedJob(
        id=GenerationId(job_id),
        account_id=AccountId(account_id),
        dialect=dialect,
        mode=ModeRef(mode_id, version, digest),
        text=text,
        attempt=attempts + 1,
        token=token,
    )


async def fail_overdue(tx: Tx, before_ms: int, now_ms: int, limit: int) -> int:
    """Releases jobs that have waited too long for any worker; how many."""
    overdue = await tx.rows("jobs_overdue", before_ms=before_ms, limit=limit)
    for (job_id,) in overdue:
        await tx.run("job_overdue_fail", id=job_id, error=Code.OVERLOADED.value, now_ms=now_ms)
        closing = Closing(id=GenerationId(job_id), state=HoldState.EXPIRED, reason="overdue")
        await ledger.close(tx, closing, now_ms)
    return len(overdue)


async def extend(tx: Tx, owner: str, lease_until_ms: int) -> int:
    """The heartbeat of all running jobs of one worker."""
    return await tx.run("jobs_extend", owner=owner, lease_until_ms=lease_until_ms)


async def take_over(tx: Tx, owner: str, now_ms: int, lease_before_ms: int) -> int:
    """Queues again what others let lapse."""
    return await tx.run("jobs_take_over", owner=owner, now_ms=now_ms, lease_before_ms=lease_before_ms)


async def hand_back(tx: Tx, owner: str, now_ms: int) -> int:
    """Queues again all that the worker still has."""
    return await tx.run("jobs_hand_back", owner=owner, now_ms=now_ms)


async def complete(tx: Tx, job: ClaimedJob, result: str, closing: Closing, now_ms: int) -> bool:
    """Result and settlement; False, and nothing written, when the lease was lost."""
    if not await tx.run("job_complete", id=job.id, token=job.token, result=result, now_ms=now_ms):
        return False
    if not await ledger.close(tx, closing, now_ms):
        raise AssertionError(f"job {job.id} was not final, but its hold was closed")
    return True


async def fail(tx: Tx, job: ClaimedJob, error: str, closing: Closing, now_ms: int) -> bool:
    """Error and release; False, and nothing written, when the lease was lost."""
    if not await tx.run("job_fail", id=job.id, token=job.token, error=error, now_ms=now_ms):
        return False
    if not await ledger.close(tx, closing, now_ms):
        raise AssertionError(f"job {job.id} was not final, but its hold was closed")
    return True


async def retry(tx: Tx, job: ClaimedJob, run_after_ms: int) -> bool:
    """Queues the job again, later."""
    return bool(await tx.run("job_retry", id=job.id, token=job.token, run_after_ms=run_after_ms))


async def find(tx: Tx, account_id: AccountId, job_id: GenerationId) -> JobView | None:
    """The account's own job."""
    found = await tx.rows("job_find", id=job_id, account_id=account_id)
    if not found:
        return None
    state, result, error, pruned_at_ms = found[0]
    pruned = pruned_at_ms is not None and state == JobState.COMPLETED
    return JobView(id=job_id, state=JobState(state), result=result, error=error, pruned=pruned)


async def prune(tx: Tx, results_before_ms: int, keys_before_ms: int, now_ms: int, limit: int) -> int:
    """Drops the texts of old jobs and old idempotency keys; the records stay."""
    jobs = await tx.run("jobs_prune", before_ms=results_before_ms, now_ms=now_ms, limit=limit)
    return jobs + await tx.run("idempotency_prune", before_ms=keys_before_ms, limit=limit)


async def depth(tx: Tx) -> tuple[int, int | None]:
    """Waiting jobs, and when the oldest was created."""
    count, oldest_ms = (await tx.rows("queue_depth"))[0]
    return count, oldest_ms


async def open_holds(tx: Tx) -> int:
    """Generations under way."""
    return int((await tx.rows("holds_open"))[0][0])


async def listing(tx: Tx, state: str, limit: int) -> list[JobRow]:
    """The newest jobs, for the operator."""
    return [JobRow(*row) for row in await tx.rows("jobs_list", state=state, limit=limit)]


async def record(tx: Tx, job_id: GenerationId) -> JobRecord | None:
    """One job in full, for the operator."""
    found = await tx.rows("job_record", id=job_id)
    if not found:
        return None
    columns = len(JobRow.__struct_fields__)
    return JobRecord(JobRow(*found[0][:columns]), *found[0][columns:])
