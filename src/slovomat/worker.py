"""The workers in the server's process: they claim queued jobs under a lease and run them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Protocol

import msgspec
import structlog

from slovomat.domain.generation import ClaimedJob
from slovomat.domain.ids import GenerationId
from slovomat.logs import subject
from slovomat.ports.env import Env
from slovomat.ports.store import ClaimOrder, Jobs, Nodes, StoreUnavailableError
from slovomat.ports.upstream import Upstream
from slovomat.usecases.jobs import JobRunner

_POLL_S = 0.5
"""How often the queue is asked without a wake-up: retries come due, other processes hand back."""


class JobsAndNodes(Jobs, Nodes, Protocol):
    """What a worker needs of the store."""


class WorkerRules(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` names this process in leases; see slovomat.settings for the rest."""

    owner: str
    concurrency: int
    lease_ms: int
    queue_max: int
    per_account: int


class Worker:
    """Claims as many jobs as it has free places. All its tasks belong to the group given to `run`."""

    def __init__(
        self, runner: JobRunner, store: JobsAndNodes, upstream: Upstream, env: Env, rules: WorkerRules
    ) -> None:
        self._runner = runner
        self._store = store
        self._upstream = upstream
        self._env = env
        self._rules = rules
        self._wake = asyncio.Event()
        self._running: dict[asyncio.Task[None], ClaimedJob] = {}
        self._claiming = asyncio.Lock()
        self._stopping = False
        self._log = structlog.get_logger("slovomat")
        self.queued = 0
        """Waiting jobs when last counted, and what was added and claimed since."""

    @property
    def full(self) -> bool:
        """Whether the queue takes no more."""
        return self._stopping or self.queued >= self._rules.queue_max

    @property
    def crowded(self) -> bool:
        """Whether the count should be exact, though other nodes add and claim too."""
        return 2 * self.queued >= self._rules.queue_max

    def added(self) -> None:
        """A job was queued by this process."""
        self.queued += 1
        self._wake.set()
        if self._stopping or len(self._running) >= self._rules.concurrency:
            self._store.wake_others()

    def wake(self) -> None:
        """There may be jobs in the queue."""
        self._wake.set()

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Claims until `stop`."""
        while not self._stopping:
            claimed = 0
            if self._upstream.readiness().ready:
                claimed = await self._claim(tasks)
            if not claimed:
                await self._rest()

    async def _claim(self, tasks: asyncio.TaskGroup) -> int:
        free = self._rules.concurrency - len(self._running)
        if free <= 0:
            return 0
        now_ms = self._env.now_ms()
        self._wake.clear()
        try:
            order = ClaimOrder(
                owner=self._rules.owner,
                limit=free,
                now_ms=now_ms,
                lease_ms=self._rules.lease_ms,
                per_account=self._rules.per_account,
            )
            async with self._claiming:
                jobs = await self._store.claim(order)
                if self._stopping:  # `stop` hands back what came too late
                    return 0
                self._begin(jobs, tasks)
        except StoreUnavailableError as error:
            self._log.error("cannot claim jobs", error=str(error))
            return 0
        self.queued = max(0, self.queued - len(jobs))
        return len(jobs)

    def _begin(self, jobs: list[ClaimedJob], tasks: asyncio.TaskGroup) -> None:
        for job in jobs:
            task = tasks.create_task(self._attempt(job))
            self._running[task] = job
            task.add_done_callback(self._ended)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_S):
                await self._wake.wait()
        self._wake.clear()

    async def _attempt(self, job: ClaimedJob) -> None:
        """One attempt, or what is left to do after a bug in it."""
        subject.set(("job", job.id))
        for step in (self._runner.run, self._runner.broke):
            try:
                await step(job)
                return
            except Exception as error:
                self._log.exception("a job failed by a bug", error=type(error).__name__)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[frozenset[GenerationId]]:
        """The jobs under way here; while this is asked none is claimed without being among them."""
        async with self._claiming:
            yield frozenset(job.id for job in self._running.values())

    async def heartbeat(self) -> None:
        """Extends the lease of this process and of what it works on, until cancelled."""
        while True:
            await asyncio.sleep(self._rules.lease_ms / 3000)
            jobs = tuple(self._running.values())
            try:
                await self._store.beat(self._rules.owner, jobs, self._env.now_ms(), self._rules.lease_ms)
            except StoreUnavailableError as error:
                self._log.warning("no heartbeat", error=str(error))

    async def stop(self, drain_s: float) -> None:
        """Claims no more; what is not finished in time is handed back for the next start."""
        self._stopping = True
        self._wake.set()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=drain_s)
        for task in tuple(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=5)
        try:
            async with self._claiming:  # what the last claim took is handed back too
                given = await self._store.hand_back(self._rules.owner, self._env.now_ms())
            if given:
                self._store.wake_others()
        except StoreUnavailableError as error:  # the next start takes them over
            self._log.error("jobs were not handed back", error=str(error))
