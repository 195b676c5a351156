"""The desk's queue: jobs by state, one of them in full, tried again or ended by hand."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.days import Calendar
from slovomat.domain.generation import JobState
from slovomat.domain.ids import GenerationId
from slovomat.ports.journal import Done, Refused
from slovomat.ports.store import JobRecord
from slovomat.usecases.admit import hold_ms
from slovomat.usecases.journal import Operations
from slovomat.web.admin.desk import LARGEST_ID, Desk
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.pages.forms import Form, read_form
from slovomat.web.pages.visitor import see

PAGE_ROWS = 50
STATES = tuple(JobState)
_LEFT = {JobState.QUEUED, JobState.RUNNING}


def routes(desk: Desk) -> list[Route]:
    """The list, one job, and what may be done to it."""
    jobs = _Jobs(desk)
    return [
        Route("/admin/jobs", guarded(Right.JOBS, jobs.listing), methods=["GET"]),
        Route("/admin/jobs/{id:int}", guarded(Right.JOBS, jobs.one), methods=["GET"]),
        Route("/admin/jobs/{id:int}/retry", guarded(Right.JOBS, jobs.retry), methods=["POST"]),
        Route("/admin/jobs/{id:int}/release", guarded(Right.JOBS, jobs.release), methods=["POST"]),
    ]


class _Jobs:
    def __init__(self, desk: Desk) -> None:
        services, settings = desk.backstage.services, desk.settings
        self._desk = desk
        self._operations = Operations(
            desk.store,
            desk.env,
            Calendar(settings.time_zone),
            hold_ms(settings.request_timeout_s),
            services.queue.added if services else None,
        )

    async def listing(self, request: Request) -> Response:
        """The newest jobs, and what waits."""
        asked = Form(tuple(request.query_params.multi_items()))
        if number := asked.whole("id"):
            if not 0 < number < LARGEST_ID:
                raise HTTPException(404)
            return see(request, f"/admin/jobs/{number}")
        state = asked.text("state") if asked.text("state") in STATES else ""
        before = asked.whole("before") or 0
        rows = await self._desk.store.list_jobs(state, PAGE_ROWS + 1, max(before, 0))
        more = rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else None
        waiting, oldest_ms = await self._desk.store.queue_depth()
        counts = await self._desk.store.reports.job_counts()
        return self._desk.page(
            request,
            "admin/jobs.html",
            rows=rows[:PAGE_ROWS],
            state=state,
            states=STATES,
            waiting=waiting,
            running=counts.running,
            waits_s=None if oldest_ms is None else max(0, self._desk.env.now_ms() - oldest_ms) // 1000,
            oldest_ms=oldest_ms,
            newest=self._address(state) if before else "",
            older=self._address(state, more) if more else "",
        )

    async def one(self, request: Request) -> Response:
        """A job: its hold, its upstream, its texts for those who may read them."""
        return await self._page(request)

    async def retry(self, request: Request) -> Response:
        """A new job of a failed one, which holds the price again."""
        deed = self._desk.deed(request, await read_form(request))
        done = await self._operations.retry(deed, GenerationId(self._desk.number(request)))
        match done:
            case Refused(why):
                return await self._page(request, why, 409)
            case Done(generation_id=made):
                return see(request, f"/admin/jobs/{made}", "job_retried")

    async def release(self, request: Request) -> Response:
        """Ends a job that waits or runs; its price returns."""
        deed = self._desk.deed(request, await read_form(request))
        number = self._desk.number(request)
        await self._record(number)  # a direct call's hold is nothing that this page shows
        done = await self._operations.release(deed, GenerationId(number))
        if isinstance(done, Refused):
            return await self._page(request, done.why, 409)
        return see(request, f"/admin/jobs/{number}", "job_released")

    async def _record(self, number: int) -> JobRecord:
        found = await self._desk.store.job_record(GenerationId(number))
        if found is None:
            raise HTTPException(404)
        return found

    async def _page(self, request: Request, refused: str = "", status: int = 200) -> Response:
        job = await self._record(self._desk.number(request))
        return self._desk.page(
            request, "admin/job.html", status, job=job, row=job.row, refused=refused, left=_LEFT
        )

    def _address(self, state: str, before: int | None = None) -> str:
        facts = [f"state={state}"] if state else []
        facts += [f"before={before}"] if before else []
        return self._desk.frame.link("/admin/jobs" + ("?" + "&".join(facts) if facts else ""))
