"""The queue's rules: claim, heartbeat, finish. A result and its settlement are one transaction."""

from collections import Counter
from collections.abc import Collection, Sequence

import msgspec

from slovomat.domain.generation import ClaimedJob, Closing, HoldState, JobState, JobView
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.mode import ModeRef
from slovomat.domain.refusal import Code
from slovomat.ports.store import ClaimOrder, JobRecord, JobRow
from slovomat.storage import closings
from slovomat.storage.closings import Ending
from slovomat.storage.nodes import clock_ms
from slovomat.storage.tx import Row, Tx

_PLACE = ("account_id", "id")
_UNLIMITED = 1 << 31
_ANY = 1 << 62
_LONGEST_WAIT_MS = 90_000
"""No retry waits so long: a job that seems to was queued before the clock was set back."""


class Finish(msgspec.Struct, frozen=True):
    """The end of a job: `text` is its result, or its error, as the closing says."""

    job: ClaimedJob
    text: str
    closing: Closing
    now_ms: int


async def claim(tx: Tx, order: ClaimOrder) -> list[ClaimedJob]:
    """Leases waiting jobs, the oldest first; each lease has a new token."""
    if order.per_account:
        await tx.rows("claim_turn")
    now_ms = await clock_ms(tx, order.now_ms)
    claimed = await tx.rows(
        "jobs_claim",
        owner=order.owner,
        limit=order.limit,
        now_ms=now_ms,
        absurd_ms=now_ms + _LONGEST_WAIT_MS,
        lease_until_ms=now_ms + order.lease_ms,
        per_account=order.per_account or _UNLIMITED,
    )
    if order.per_account:
        claimed = await _within_accounts(tx, claimed, order.per_account)
    claimed = sorted(claimed)
    places = [(row[1], row[0]) for row in claimed]
    records = await tx.rows_each("job_generation", _PLACE, places) if places else []
    return [_claimed(row, record[0]) for row, record in zip(claimed, records, strict=True)]


async def _within_accounts(tx: Tx, claimed: list[Row], per_account: int) -> list[Row]:
    """Gives back what one batch claimed over an account's share; the next claim passes it over."""
    running = Counter(account_id for _, account_id in await tx.rows("jobs_running"))
    kept = []
    for row in sorted(claimed, reverse=True):
        if running[row[1]] > per_account:
            running[row[1]] -= 1
            await tx.run("job_unclaim", account_id=row[1], id=row[0], token=row[4])
        else:
            kept.append(row)
    return kept


def _claimed(row: Row, record: Row) -> ClaimedJob:
    job_id, account_id, text, attempts, token = row
    dialect, mode_id, version, digest = record
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
    rows = [(account_id, job_id, Code.OVERLOADED.value, now_ms) for account_id, job_id in sorted(overdue)]
    if not rows:
        return 0
    failed = await tx.run_each("job_overdue_fail", (*_PLACE, "error", "now_ms"), rows)
    endings = [
        Ending(_closing(AccountId(account_id), GenerationId(job_id)), now_ms)
        for (account_id, job_id, *_), done in zip(rows, failed, strict=True)
        if done
    ]
    await closings.close(tx, endings)
    return len(endings)


def _closing(account_id: AccountId, job_id: GenerationId) -> Closing:
    return Closing(id=job_id, account_id=account_id, state=HoldState.EXPIRED, reason="overdue")


async def take_over(tx: Tx, owner: str, live: Collection[GenerationId], now_ms: int, limit: int) -> int:
    """Queues again what was not extended in time, but for what `owner` itself works on (`live`)."""
    now_ms = await clock_ms(tx, now_ms)
    lapsed = [
        (account_id, job_id, token, now_ms)
        for account_id, job_id, token, holder in sorted(
            await tx.rows("jobs_lapsed", now_ms=now_ms, limit=limit)
        )
        if holder != owner or job_id not in live
    ]
    return await _requeue(tx, lapsed)


async def hand_back(tx: Tx, owner: str, now_ms: int) -> int:
    """Queues again all that the worker still has."""
    now_ms = await clock_ms(tx, now_ms)
    return await _requeue(tx, [(*row, now_ms) for row in sorted(await tx.rows("jobs_of_owner", owner=owner))])


async def _requeue(tx: Tx, rows: list[Row]) -> int:
    return sum(await tx.run_each("job_requeue", (*_PLACE, "token", "now_ms"), rows)) if rows else 0


async def complete(tx: Tx, finishes: Sequence[Finish]) -> list[bool]:
    """Result and settlement of each; False, and nothing written, where the lease was lost."""
    return await _finish(tx, "job_complete", finishes)


async def fail(tx: Tx, finishes: Sequence[Finish]) -> list[bool]:
    """Error and release of each; False, and nothing written, where the lease was lost."""
    return await _finish(tx, "job_fail", finishes)


async def _finish(tx: Tx, query: str, finishes: Sequence[Finish]) -> list[bool]:
    first = {finish.job.id: n for n, finish in reversed(list(enumerate(finishes)))}
    numbers = sorted(first.values(), key=lambda n: (finishes[n].job.account_id, finishes[n].job.id))
    asked = [finishes[n] for n in numbers]  # rows are locked in one order by everybody
    rows = [(one.job.account_id, one.job.id, one.job.token, one.text, one.now_ms) for one in asked]
    finished = await tx.run_each(query, (*_PLACE, "token", "text", "now_ms"), rows)
    done = [finish for finish, touched in zip(asked, finished, strict=True) if touched]
    if not all(await closings.close(tx, [Ending(finish.closing, finish.now_ms) for finish in done])):
        raise AssertionError(
            f"one of the jobs {[f.job.id for f in done]} was not final, but its hold was closed"
        )
    ended = {finish.job.id for finish in done}
    return [finish.job.id in ended and first[finish.job.id] == n for n, finish in enumerate(finishes)]


async def retry(tx: Tx, job: ClaimedJob, now_ms: int, wait_ms: int) -> bool:
    """Queues the job again, later."""
    due_ms = await clock_ms(tx, now_ms) + wait_ms
    place = {"account_id": job.account_id, "id": job.id, "token": job.token}
    return bool(await tx.run("job_retry", **place, run_after_ms=due_ms))


async def find(tx: Tx, asked: Sequence[tuple[AccountId, GenerationId]]) -> list[JobView | None]:
    """For each account its own job."""
    found = await tx.rows_each("job_find", _PLACE, asked)
    return [_view(job_id, rows[0]) if rows else None for (_, job_id), rows in zip(asked, found, strict=True)]


def _view(job_id: GenerationId, row: Row) -> JobView:
    state, result, error, pruned_at_ms = row
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


async def listing(tx: Tx, state: str, limit: int, before: int = 0) -> list[JobRow]:
    """The newest jobs, for the operator; `before`: those older than that one."""
    rows = await tx.rows("jobs_list", state=state, limit=limit, before=before or _ANY)
    return [JobRow(*row) for row in rows]


async def record(tx: Tx, job_id: GenerationId) -> JobRecord | None:
    """One job in full, for the operator."""
    found = await tx.rows("job_record", id=job_id)
    if not found:
        return None
    columns = len(JobRow.__struct_fields__)
    return JobRecord(JobRow(*found[0][:columns]), *found[0][columns:])
