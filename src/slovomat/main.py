"""The composition root: settings → App. The only module that names concrete engines."""

import asyncio
import contextlib
import fcntl
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Container, Coroutine, Iterator
from typing import Any

from slovomat import rules
from slovomat.background import Background
from slovomat.domain.days import Calendar
from slovomat.domain.ids import GenerationId
from slovomat.env import SystemEnv
from slovomat.greeting import FirstSteps, greet, say
from slovomat.instance import load_secret
from slovomat.limits.open import Counting, make_counting
from slovomat.logs import configure_logs
from slovomat.model_progress import show_model_progress
from slovomat.modes import BrokenMode, load_modes
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Store, StoreUnavailableError
from slovomat.ports.upstream import Upstream
from slovomat.settings import LoadedSettings, Settings
from slovomat.storage.open import make_store
from slovomat.upstreams.limited import limited
from slovomat.upstreams.local import Local, LocalConfig
from slovomat.upstreams.openai_http import OpenAIHTTP, UpstreamConfig
from slovomat.usecases import first_start
from slovomat.usecases.admit import Admission
from slovomat.usecases.callers import Callers
from slovomat.usecases.generate import Generator
from slovomat.usecases.jobs import JobRunner
from slovomat.usecases.settle import Settler
from slovomat.usecases.sweep import Sweep
from slovomat.web.asgi import Entry
from slovomat.web.desk import Desk
from slovomat.web.gate import Gate
from slovomat.web.health import Health
from slovomat.web.metrics import Metrics
from slovomat.web.pages.app import make_pages
from slovomat.web.server import EmbeddedServer, listen
from slovomat.web.services import Services
from slovomat.worker import Worker

OK, FAILED, CONFIGURATION, DATABASE = 0, 1, 3, 5
_SWITCH_S = 0.0005
"""A commit that is done waits no longer than this for a busy event loop to hear of it."""
Spawn = Callable[[Coroutine[Any, Any, None]], object]


class CannotStartError(Exception):
    """The service cannot start; the message says what to do. `exit_code` is the command's."""

    def __init__(self, message: str, exit_code: int = CONFIGURATION) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def serve(loaded: LoadedSettings, env: Env | None = None) -> int:
    """Runs the service until SIGTERM or SIGINT; the exit code. `env`: the machine's, unless given."""
    configure_logs(loaded.settings.log_level)
    try:
        with _only_one(loaded.settings):
            return _run(_serve(loaded, env or SystemEnv()))
    except CannotStartError as error:
        print(f"slovomat: {error}", file=sys.stderr)  # noqa: T201 - an answer to the person who started it
        return error.exit_code


def _run(main: Coroutine[Any, Any, int]) -> int:
    sys.setswitchinterval(_SWITCH_S)
    factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with contextlib.suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


@contextlib.contextmanager
def _only_one(settings: Settings) -> Iterator[None]:
    """SQLite is served by one process: a second one would take the first one's holds for dead."""
    database = settings.database_path
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        database.parent.mkdir(parents=True, exist_ok=True)
        file = database.with_name(database.name + ".lock").open("a")
    except OSError as error:
        raise CannotStartError(f"the data folder cannot be used: {error}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(f"another `slovomat serve` runs on {database}", FAILED) from None
        yield


async def _serve(loaded: LoadedSettings, env: Env) -> int:
    settings = loaded.settings
    modes = load_mode_files(settings)
    tasks = _Tasks()
    upstream = make_upstream(settings, env, tasks)
    listener = _listen(settings)  # before the store: the first key must not be made for nobody
    store = make_store(settings.database_path)
    try:
        await store.open()
    except StoreUnavailableError as error:
        raise CannotStartError(f"the database cannot be opened: {error}", DATABASE) from None
    try:
        secret = load_secret(settings.data, env)
        where = f" --data '{settings.data}'"
        first = await first_start.prepare(store, env, secret, not _loopback(settings.host), where)
        if isinstance(first, str):
            raise CannotStartError(first)
        app = App(loaded, env, store, modes, secret=secret, listener=listener)
        return await app.run(first, upstream, tasks)
    except StoreUnavailableError as error:
        raise CannotStartError(f"the database does not answer: {error}", DATABASE) from None
    finally:
        await store.close_store()
        listener.close()


def _listen(settings: Settings) -> socket.socket:
    try:
        return listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise CannotStartError(f"cannot listen on {where}: {error.strerror or error}", FAILED) from None


def _loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def make_upstream(settings: Settings, env: Env, spawn: Spawn) -> Upstream:
    """The upstream that the settings name: an HTTP one, else the embedded model."""
    if not settings.upstream_url:
        config = LocalConfig(
            folder=settings.data / "models",
            model=settings.local_model,
            slots=settings.local_slots,
            gap_timeout_s=settings.upstream_gap_timeout_s,
            total_timeout_s=settings.upstream_total_timeout_s,
            max_response_bytes=settings.upstream_max_response_bytes,
        )
        return Local(config, env, spawn)
    try:
        return OpenAIHTTP(
            UpstreamConfig(
                name="openai",
                base_url=settings.upstream_url,
                key=settings.upstream_key.get_secret_value(),
                model=settings.upstream_model,
                connect_timeout_s=settings.upstream_connect_timeout_s,
                first_byte_timeout_s=settings.upstream_first_byte_timeout_s,
                gap_timeout_s=settings.upstream_gap_timeout_s,
                total_timeout_s=settings.upstream_total_timeout_s,
                max_response_bytes=settings.upstream_max_response_bytes,
                concurrency=settings.upstream_concurrency,
            ),
            env,
        )
    except ValueError as error:
        raise CannotStartError(f"upstream_url, upstream_key: {error}") from None


def load_mode_files(settings: Settings) -> ModeCatalogue:
    """The prompt modes; a broken file stops the start, with its line."""
    try:
        return load_modes(settings.modes_dir)
    except BrokenMode as error:
        raise CannotStartError(str(error)) from None


class _Tasks:
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
        modes: ModeCatalogue,
        *,
        secret: bytes,
        listener: socket.socket,
    ) -> None:
        self._loaded = loaded
        self._settings = loaded.settings
        self._env = env
        self._store = store
        self._modes = modes
        self._secret = secret
        self._listener = listener
        self._owner = env.random_bytes(8).hex()
        self._stop = asyncio.Event()

    @property
    def site(self) -> str:
        """The public URL."""
        return self._settings.site.rstrip("/") or self.address

    @property
    def address(self) -> str:
        """Where it listens, as a URL of this machine."""
        host, port = self._listener.getsockname()[:2]
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{shown}:{port}"

    async def run(self, first: first_start.FirstStart, upstream: Upstream, started: "_Tasks") -> int:
        """Serves until told to stop, then drains."""
        async with asyncio.TaskGroup() as tasks:
            started.group = tasks
            counting = make_counting(self._settings.valkey_url, self._env, started)
            await counting.start()
            services, worker = self._compose(limited(upstream), counting)
            sweep = self._sweep(services.settler, worker)
            await sweep.at_start()
            desk = Desk(services, lambda: self.site)
            entry = Entry(desk, self._pages(services), _health(desk))
            server = EmbeddedServer(entry, self._settings)
            await services.callers.refresh()
            await upstream.start()
            loops = Background(services, sweep, server, worker, self._env).start(tasks)
            loops.append(tasks.create_task(worker.heartbeat()))
            working = tasks.create_task(worker.run(tasks))
            serving = tasks.create_task(server.serve([self._listener]))
            self._listen_to_signals()
            await server.ready.wait()
            greet(self._loaded, upstream, counting.reach, self._steps(first))
            if first.key:
                await first_start.shown(self._store)
            if isinstance(upstream, Local):
                loops.append(tasks.create_task(show_model_progress(upstream)))
            await self._stop.wait()
            await self._drain(services.gate, worker)
            server.should_exit = True
            await serving
            await working
            await upstream.stop()
            await counting.stop()
            for loop in loops:
                loop.cancel()
        return OK

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
            gate=Gate(counting.slots, env, settings.concurrent_direct, settings.concurrent_per_account),
            metrics=metrics,
        )
        return services, worker

    def _sweep(self, settler: Settler, worker: Worker) -> Sweep:
        told = rules.sweep_rules(self._settings, self._owner)
        return Sweep(self._store, self._env, told, settler.live, worker.running)

    def _pages(self, services: Services) -> Any:
        return make_pages(lambda: self.site, self._store, services.modes, self._settings)

    def _steps(self, first: first_start.FirstStart) -> FirstSteps:
        login = f"{self.site}/admin/login?token={first.login_token}" if first.login_token else None
        return FirstSteps(
            address=self.address,
            site=self.site,
            everywhere=ipaddress.ip_address(self._listener.getsockname()[0]).is_unspecified,
            key=first.key,
            login_url=login,
            email=first_start.OPERATOR_EMAIL,
        )

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

    async def _drain(self, gate: Gate, worker: Worker) -> None:
        """Takes nothing new; what is inside may finish within the drain time, then it is ended."""
        gate.closed = True
        say(f"  stopping: what is under way has {self._settings.drain_s:g} s to finish")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.stop(self._settings.drain_s))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.drain_s):
                    await gate.empty()
            gate.drain()


def _health(desk: Desk) -> dict[str, Any]:
    health = Health(desk)
    return {
        "/health": health.alive,
        "/healthz": health.alive,
        "/readyz": health.ready,
        "/metrics": health.metrics,
    }
