"""The processes that serve a database: each shows that it lives by a lease, by the database's clock."""

from collections.abc import Sequence

from slovomat.domain.generation import ClaimedJob
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.ports.store import OpenHold
from slovomat.storage.tx import Tx


async def clock_ms(tx: Tx, now_ms: int) -> int:
    """The database's own clock where nodes share it; else `now_ms`, the asking process's."""
    return int((await tx.rows("clock", now_ms=now_ms))[0][0])


async def beat(tx: Tx, owner: str, running: Sequence[ClaimedJob], now_ms: int, lease_ms: int) -> int:
    """The heartbeat: extends the node's lease and those of the jobs it works on; how many of these."""
    until_ms = await clock_ms(tx, now_ms) + lease_ms
    await tx.run("node_beat", owner=owner, lease_until_ms=until_ms)
    if not running:
        return 0
    rows = sorted((job.account_id, job.id, job.token, until_ms) for job in running)
    return sum(await tx.run_each("job_extend", ("account_id", "id", "token", "lease_until_ms"), rows))


async def leave(tx: Tx, owner: str) -> None:
    """The node is gone, and says so."""
    await tx.run("node_leave", owner=owner)


async def alone(tx: Tx, owner: str) -> None:
    """No other process serves this database: whatever others had, they are dead."""
    await tx.run("nodes_dead", owner=owner)
    await tx.run("jobs_dead", owner=owner)


async def bury(tx: Tx, now_ms: int, limit: int) -> int:
    """Forgets nodes that have long been silent, and what only their connections needed."""
    await tx.rows("commit_marks_bury")
    return await tx.run("nodes_bury", before_ms=await clock_ms(tx, now_ms), limit=limit)


async def expired_holds(tx: Tx, owner: str, now_ms: int, limit: int) -> list[OpenHold]:
    """The node's own holds without a job that are past their time."""
    found = await tx.rows("generations_expired", owner=owner, now_ms=now_ms, limit=limit)
    return [OpenHold(AccountId(account), GenerationId(hold)) for account, hold in found]


async def orphaned_holds(tx: Tx, now_ms: int, limit: int) -> list[OpenHold]:
    """Holds without a job whose node does not live."""
    now_ms = await clock_ms(tx, now_ms)
    found = await tx.rows("generations_orphaned", now_ms=now_ms, limit=limit)
    return [OpenHold(AccountId(account), GenerationId(hold)) for account, hold in found]
