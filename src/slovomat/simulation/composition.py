"""How one life of a node is put together, as main.py puts the service together, on simulated ports.

A planted bug overrides one of these methods (plants.py): product code knows nothing of it.
"""

import asyncio

import msgspec

from slovomat.domain.days import Calendar
from slovomat.domain.events import Failure, Usage
from slovomat.limits.memory import MemoryLimits
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Store
from slovomat.ports.upstream import Upstream
from slovomat.ports.watch import Watch
from slovomat.storage.queries import load_queries
from slovomat.storage.store import SQLStore
from slovomat.storage.tx import Engine
from slovomat.upstreams.limited import limited
from slovomat.usecases.admit import Admission, AdmissionRules
from slovomat.usecases.callers import Callers
from slovomat.usecases.departure import Departure
from slovomat.usecases.generate import Generator
from slovomat.usecases.jobs import JobRules, JobRunner
from slovomat.usecases.retries import RetryRules
from slovomat.usecases.settle import Settler
from slovomat.usecases.sweep import Sweep, SweepRules
from slovomat.worker import Worker, WorkerRules

RETRIES, ATTEMPTS, CLAIMS_MAX = 2, 3, 20
PRICE_REQUESTS = 2
DEADLINE_S = 15.0
LEASE_MS = 4_000
IDEMPOTENCY_MS = 24 * 3_600_000
_HOLD_MS = 100_000
JOB_WAIT_MS = 24 * 3_600_000
_RESULTS_MS = 30 * 24 * 3_600_000
SECRET = b"of the simulation"


class Blind:
    """A Watch that looks away."""

    def upstream_failed(self, upstream: str, failure: Failure) -> None:
        """Seen by the provider."""

    def store_failed(self, detail: str) -> None:
        """Seen by the weather."""

    def generation_ended(self, dialect: str, outcome: str, usage: Usage, seconds: float) -> None:
        """Seen by the mirror."""

    def said(self, generation: int, prompt: str | bytes, answer: str) -> None:
        """Seen by the customers."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a life of a node consists of."""

    owner: str
    store: Store
    admission: Admission
    callers: Callers
    generator: Generator
    settler: Settler
    worker: Worker
    sweep: Sweep
    upstream: Upstream


class Composition:
    """The service as it is."""

    def queries(self) -> dict[str, str]:
        """The named queries."""
        return load_queries()

    def store(self, engine: Engine) -> Store:
        """The store."""
        return SQLStore(engine)

    def compose(self, engine: Engine, env: Env, upstream: Upstream, modes: ModeCatalogue) -> Parts:
        """All parts, for a process with a name of its own."""
        owner = env.random_bytes(4).hex()
        store, watch = self.store(engine), Blind()
        upstream = limited(upstream)
        settler = self.settler(store, env, watch)
        limits = MemoryLimits(env)
        job_rules = JobRules(attempts=ATTEMPTS, retry_wait_ms=300)
        runner = JobRunner(upstream, store, env, watch, modes=modes, rules=job_rules)
        worker = self.worker(runner, store, upstream, env, owner)
        return Parts(
            owner=owner,
            store=store,
            admission=self.admission(store, env, limits, owner),
            callers=self.callers(store, env, limits),
            generator=self.generator(upstream, settler, env, watch),
            settler=settler,
            worker=worker,
            sweep=self.sweep(store, env, settler, worker, owner),
            upstream=upstream,
        )

    def settler(self, store: Store, env: Env, watch: Watch) -> Settler:
        """Who closes holds."""
        return Settler(store, env, watch, patience_s=2.0)

    def generator(self, upstream: Upstream, settler: Settler, env: Env, watch: Watch) -> Generator:
        """Who runs direct calls."""
        return Generator(upstream, settler, env, watch, RetryRules(retries=RETRIES, wait_max_ms=2_000))

    def worker(self, runner: JobRunner, store: Store, upstream: Upstream, env: Env, owner: str) -> Worker:
        """Who runs jobs."""
        return Worker(runner, store, upstream, env, self.worker_rules(owner))

    def worker_rules(self, owner: str) -> WorkerRules:
        """What the worker is told."""
        return WorkerRules(owner=owner, concurrency=4, lease_ms=LEASE_MS, queue_max=50, per_account=3)

    def callers(self, store: Store, env: Env, limits: Limits) -> Callers:
        """Who knows the keys."""
        return Callers(store, env, limits, SECRET, 300)

    def admission(self, store: Store, env: Env, limits: Limits, owner: str) -> Admission:
        """Who lets calls in."""
        rules = AdmissionRules(
            creates_per_minute=600,
            polls_per_minute=600,
            balances_per_minute=600,
            hold_ms=_HOLD_MS,
            idempotency_ms=IDEMPOTENCY_MS,
            owner=owner,
        )
        return Admission(store, env, limits, Calendar("Europe/Moscow"), rules)

    def sweep(self, store: Store, env: Env, settler: Settler, worker: Worker, owner: str) -> Sweep:
        """Who closes what nobody else will."""
        return Sweep(store, env, self.sweep_rules(owner), settler.live, worker.running)

    def sweep_rules(self, owner: str) -> SweepRules:
        """What the sweep is told."""
        return SweepRules(
            owner=owner,
            lease_ms=LEASE_MS,
            hold_ms=_HOLD_MS,
            results_ms=_RESULTS_MS,
            job_wait_ms=JOB_WAIT_MS,
            idempotency_ms=IDEMPOTENCY_MS,
        )

    def leave(self, client: Departure, _handler: asyncio.Task[None]) -> None:
        """What a connection does when its client leaves."""
        client.depart()

    async def after_start(self, parts: Parts, env: Env) -> None:
        """What a start does beyond the sweep: nothing."""
