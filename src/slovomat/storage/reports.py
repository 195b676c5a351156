"""The operator's figures, of the sums by day."""

from slovomat.ports.reports import DurationSum, JobCounts, TopAccount, UsageSum
from slovomat.storage.history_looking import BOUNDS_MS
from slovomat.storage.tx import Tx


async def usage(tx: Tx, from_day: str) -> list[UsageSum]:
    """The sums since that day."""
    columns = UsageSum.__struct_fields__
    rows = await tx.rows("usage_sums", from_day=from_day)
    return [UsageSum(**dict(zip(columns, row, strict=True))) for row in rows]


async def durations(tx: Tx, from_day: str) -> list[DurationSum]:
    """How many settled generations took how long, since that day."""
    bounds = (0, *BOUNDS_MS, 2 * BOUNDS_MS[-1])
    return [
        DurationSum(
            day=day,
            upstream=upstream,
            from_ms=bounds[slot],
            to_ms=bounds[slot + 1],
            generations=count,
        )
        for day, upstream, slot, count in await tx.rows("duration_sums", from_day=from_day)
    ]


async def new_accounts(tx: Tx, since_ms: int) -> list[int]:
    """When each account since then was made."""
    return [made_at_ms for (made_at_ms,) in await tx.rows("accounts_made", since_ms=since_ms)]


async def job_counts(tx: Tx) -> JobCounts:
    """The queue now."""
    waiting, running, oldest = (await tx.rows("jobs_now"))[0]
    return JobCounts(waiting=waiting, running=running, oldest_at_ms=oldest)


async def top_accounts(tx: Tx, from_day: str, limit: int) -> list[TopAccount]:
    """Who spent most since that day: reads the generations since then, and no older ones."""
    since = (await tx.rows("usage_since", from_day=from_day))[0][0]
    found = await tx.rows("accounts_top", since=since, from_day=from_day, limit=limit)
    return [
        TopAccount(account_id=account, email=email, generations=count, requests=int(requests))
        for account, email, count, requests in found
    ]
