"""One running service: what it is made of, its start, its drain."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import Coroutine
from typing import Any

import structlog

from slovomat import garbage, rules
from slovomat.background import Background
from slovomat.domain.days import Calendar
from slovomat.greeting import FirstSteps, greet, say
from slovomat.identity.config import make_issuer
from slovomat.limits.open import Counting, make_counting
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits
from slovomat.ports.modes import ModeWorkshop
from slovomat.ports.store import Store, StoreUnavailableError
from slovomat.ports.upstream import Upstream
from slovomat.post_office import PostOffice
from slovomat.seat import Seat
from slovomat.settings import LoadedSettings
from slovomat.siblings import Siblings
from slovomat.till import Till
from slovomat.upstreams.limited import limited
from slovomat.usecases import first_start
from slovomat.usecases.admit import Admission
from slovomat.usecases.callers import Callers
from slovomat.usecases.generate import Generator
from slovomat.usecases.jobs import JobRunner
from slovomat.usecases.mode_desk import ActiveModes
from slovomat.usecases.pulse import Pulse
from slovomat.usecases.settle import Settler
from slovomat.usecases.sweep import Sweep
from slovomat.web.asgi import Entry
from slovomat.web.desk import Desk
from slovomat.web.gate import Gate
from slovomat.web.health import Health
from slovomat.web.metrics import Metrics
from slovomat.web.pages.backstage import Backstage
from slovomat.web.pages.first_use import PagesAtFirstUse
from slovomat.web.server import EmbeddedServer
from slovomat.web.services import Services
from slovomat.worker import Worker


class Tasks:
    """Spawns into the App's task group, which comes to be after those who will spawn."""

    def __init__(self) -> None:
        self.group: asyncio.TaskGroup | None = None

    def __call__(self, work: Coroutine[Any, Any, None]) -> object:
        if self.group is None:
            raise RuntimeError("the App does not run yet")
        return self.group.create_task(work)


class App:
    """One running service."""

    def __init__(
        self,
        loaded: LoadedSettings,
        env: Env,
        store: Store,
        modes: ModeWorkshop,
        *,
        secret: bytes,
        listener: socket.socket,
        seat: Seat,
    ) -> None:
        self._loaded = loaded
        self._settings = loaded.settings
        self._env = env
        self._store = store
        self._modes = modes
        self._secret = secret
        self._listener = listener
        self._seat = seat
        self._bound: tuple[str, int] = listener.getsockname()[:2]  # while it is open: requests outlive it
        self._owner = env.random_bytes(8).hex()
        self._stop = asyncio.Event()

    @property
    def site(self) -> str:
        """The public URL."""
        return self._settings.site.rstrip("/") or self.address

    @property
    def address(self) -> str:
        """Where it listens, as a URL of this machine."""
        host, port = self._bound
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{shown}:{port}"

    async def run(
        self,
        first: first_start.FirstStart,
        upstream: Upstream,
        started: Tasks,
        starting: contextlib.AsyncExitStack,
    ) -> None:
        """Serves until told to stop, then drains. `starting` is closed once the first key has been shown."""
        async with asyncio.TaskGroup() as tasks:
            started.group = tasks
            counting = make_counting(self._settings.valkey_url, self._env, started)
            await counting.start()
            services, worker = self._compose(limited(upstream), counting)
            sweep = self._sweep(services.settler, worker)
            await sweep.at_start()
            desk = Desk(services, lambda: self.site)
            siblings = Siblings(self._seat, services.metrics.text)
            till = Till(self._settings, self._env, self._store, lambda: self.site)
            entry = Entry(desk, self._pages(services, counting.limits, till), _health(desk, siblings))
            server = EmbeddedServer(entry, self._settings)
            await services.callers.refresh()
            modes = ActiveModes(self._store, self._modes)
            post = PostOffice(self._settings, self._env, self._store, lambda: self.site)
            rounds = [*post.rounds(), *till.rounds()]
            background = Background(services, sweep, server, worker, self._env, modes=modes, rounds=rounds)
            await background.adopt_modes()
            await upstream.start()
            await siblings.start()
            self._store.on_wake(worker.wake)
            loops = background.start(tasks)
            loops.append(tasks.create_task(worker.heartbeat()))
            working = tasks.create_task(worker.run(tasks))
            serving = tasks.create_task(server.serve([self._listener]))
            self._listen_to_signals()
            await server.ready.wait()
            if self._seat.greets:
                greet(self._loaded, upstream, counting.reach, self._steps(first))
            if first.key:
                await first_start.shown(self._store)
            await starting.aclose()
            garbage.begin()
            self._seat.tell_ready()
            if not self._settings.upstream_url:
                loops.append(tasks.create_task(_show_progress(upstream)))
            await self._stop.wait()
            await self._drain(services.gate, worker)
            server.should_exit = True
            await serving
            await working
            await upstream.stop()
            await counting.stop()
            await siblings.stop()
            for loop in loops:
                loop.cancel()
            await till.close()
            await self._leave(services.settler)

    async def _leave(self, settler: Settler) -> None:
        """Nothing of this process is under way any more: what it left open is nobody's."""
        try:
            await settler.close_owed()
            await self._store.leave(self._owner)
        except StoreUnavailableError as error:  # its lease will lapse
            structlog.get_logger("slovomat").warning("the node could not sign off", error=str(error))

    def _compose(self, upstream: Upstream, counting: Counting) -> tuple[Services, Worker]:
        settings, env, store = self._settings, self._env, self._store
        metrics = Metrics(settings.log_texts)
        limits = counting.limits
        settler = Settler(store, env, metrics)
        generator = Generator(upstream, settler, env, metrics, rules.retry_rules(settings))
        runner = JobRunner(upstream, store, env, metrics, modes=self._modes, rules=rules.job_rules(settings))
        worker = Worker(
            runner, store, upstream, env, rules.worker_rules(settings, self._owner, upstream.concurrency)
        )
        services = Services(
            settings=settings,
            env=env,
            store=store,
            modes=self._modes,
            callers=Callers(store, env, limits, self._secret, settings.bad_keys_per_minute),
            admission=Admission(
                store, env, limits, Calendar(settings.time_zone), rules.admission_rules(settings, self._owner)
            ),
            generator=generator,
            settler=settler,
            upstream=upstream,
            queue=worker,
            gate=Gate(counting.slots, env, rules.gate_rules(settings)),
            pulse=Pulse(store, env),
            metrics=metrics,
        )
        _show(services)
        return services, worker

    def _sweep(self, settler: Settler, worker: Worker) -> Sweep:
        told = rules.sweep_rules(self._settings, self._owner)
        return Sweep(self._store, self._env, told, settler.live, worker.running)

    def _pages(self, services: Services, limits: Limits, till: Till) -> Any:
        return PagesAtFirstUse(
            Backstage(
                site=lambda: self.site,
                settings=self._settings,
                env=self._env,
                store=self._store,
                modes=self._modes,
                limits=limits,
                secret=self._secret,
                identity=make_issuer(self._settings, self._env),
                services=services,
                origins=self._loaded.origins,
                till=till,
            )
        )

    def _steps(self, first: first_start.FirstStart) -> FirstSteps:
        login = f"{self.site}/admin/login?token={first.login_token}" if first.login_token else None
        return FirstSteps(
            address=self.address,
            site=self.site,
            everywhere=ipaddress.ip_address(self._bound[0]).is_unspecified,
            key=first.key,
            login_url=login,
            email=first_start.OPERATOR_EMAIL,
        )

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        self._seat.outlive_nobody(self._stop.set)

    async def _drain(self, gate: Gate, worker: Worker) -> None:
        """Takes nothing new; what is inside may finish within the drain time, then it is ended."""
        gate.closed = True
        if self._seat.number == 0:
            say(f"  stopping: what is under way has {self._settings.drain_s:g} s to finish")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.stop(self._settings.drain_s))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.drain_s):
                    await gate.empty()
            gate.drain()


async def _show_progress(upstream: Upstream) -> None:
    """How the embedded model comes up, should it be the upstream."""
    from slovomat.model_progress import show_model_progress
    from slovomat.upstreams.local import Local

    if isinstance(upstream, Local):
        await show_model_progress(upstream)


def _show(services: Services) -> None:
    """What the metrics say of this moment."""
    pulse, gate, admission = services.pulse, services.gate, services.admission
    show = services.metrics.show
    show("slovomat_database_answers", "1 while the database takes writes", lambda: float(pulse.beats))
    show("slovomat_direct_calls", "Chat calls under way", lambda: gate.inside)
    show("slovomat_holds_waiting", "Calls that wait for their commit", lambda: admission.waiting)


def _health(desk: Desk, siblings: Siblings) -> dict[str, Any]:
    health = Health(desk, siblings.exposition)
    return {
        "/health": health.alive,
        "/healthz": health.alive,
        "/readyz": health.ready,
        "/metrics": health.metrics,
    }
