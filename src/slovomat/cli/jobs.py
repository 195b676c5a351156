"""`slovomat jobs …`: the queue and what became of each job."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.output import moment
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.ports.store import JobRecord, JobRow

app = group("jobs", "Jobs: the queue and what became of each.")


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@command(app, "list")
async def list_all(
    session: Session,
    state: Annotated[State | None, typer.Option("--state", help="only those that stand so")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="at most so many")] = 50,
) -> None:
    """The newest jobs, and how many wait."""
    async with session.store() as store:
        jobs = [_row_shape(row) for row in await store.list_jobs(str(state or ""), limit)]
        waiting, oldest_ms = await store.queue_depth()
    columns = ("id", "email", "dialect", "mode", "state", "attempts", "created_at", "finished_at", "error")

    def people() -> None:
        session.out.table(columns, ([job[column] for column in columns] for job in jobs))
        session.out.line(session.out.say(f"waiting: {waiting}", f"ждут: {waiting}"))

    document = {"waiting": waiting, "oldest_waiting_since": moment(oldest_ms), "jobs": jobs}
    session.out.result(document, people)


@command(app, "show")
async def show(
    session: Session,
    job: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**53, help="the job's id")],
    texts: Annotated[bool, typer.Option("--texts", help="show the text and the result too")] = False,
) -> None:
    """One job: its hold, its upstream, its tokens; its texts only with --texts."""
    from slovomat.domain.ids import GenerationId

    async with session.store() as store:
        record = await store.job_record(GenerationId(job))
    if record is None:
        raise FaultError(Exit.NOT_FOUND, f"no job {job}", f"нет задания {job}")
    shape = _record_shape(record)
    if texts:
        shape |= {"text": record.text, "result": record.result}
    session.out.result(shape, lambda: session.out.facts(shape))


def _row_shape(row: "JobRow") -> dict[str, Any]:
    return {
        "id": row.id,
        "email": row.email,
        "dialect": row.dialect,
        "mode": row.mode,
        "state": row.state,
        "attempts": row.attempts,
        "created_at": moment(row.created_at_ms),
        "finished_at": moment(row.finished_at_ms),
        "error": row.error,
    }


def _record_shape(record: "JobRecord") -> dict[str, Any]:
    return {
        **_row_shape(record.row),
        "mode_version": record.mode_version,
        "mode_sha256": record.mode_digest,
        "hold": record.hold,
        "reason": record.reason,
        "price_requests": record.price_requests,
        "cut_chars": record.cut_chars,
        "upstream": record.upstream,
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
        "pruned_at": moment(record.pruned_at_ms),
    }
