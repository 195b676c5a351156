"""The composition root: settings → App. The only module that names concrete engines."""

import asyncio
import contextlib
import fcntl
import functools
import ipaddress
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from slovomat import garbage
from slovomat.app import App, Tasks
from slovomat.env import SystemEnv
from slovomat.instance import load_secret
from slovomat.logs import configure_logs
from slovomat.modes import BrokenMode, load_modes
from slovomat.ports.env import Env
from slovomat.ports.modes import ModeWorkshop
from slovomat.ports.store import Store, StoreUnavailableError
from slovomat.ports.upstream import Upstream
from slovomat.processes import Parent
from slovomat.seat import Seat
from slovomat.settings import LoadedSettings, Settings
from slovomat.storage.open import make_store
from slovomat.usecases import first_start
from slovomat.web.server import listen, share

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
    return _told(lambda: _serve_all(loaded, env or SystemEnv()))


def _told(start: Callable[[], int]) -> int:
    try:
        return start()
    except CannotStartError as error:
        print(f"slovomat: {error}", file=sys.stderr)  # noqa: T201 - an answer to the person who started it
        return error.exit_code


def _serve_all(loaded: LoadedSettings, env: Env) -> int:
    with _only_one(loaded.settings):
        if loaded.settings.processes == 1:
            return _run(_serve(loaded, env, Seat()))
        with _port(loaded.settings) as port:
            here = loaded.on_port(port)
            _import_for_all()
            garbage.begin()
            work = functools.partial(_work, here, env)
            return Parent(loaded.settings.processes, work, env).run()


def _import_for_all() -> None:
    """What each process would import for itself: so it is in memory once, and a new one starts at once."""
    import slovomat.storage.postgres
    import slovomat.upstreams.openai_http  # noqa: F401


def _work(loaded: LoadedSettings, env: Env, seat: Seat) -> int:
    """One of several processes."""
    return _told(lambda: _run(_serve(loaded, env, seat)))


@contextlib.contextmanager
def _port(settings: Settings) -> Iterator[int]:
    """A port that is ours alone to share, and stays it while processes come and go."""
    with _listen(settings, listen) as alone:  # else processes of another service might be there already
        port: int = alone.getsockname()[1]
    with _listen(settings.model_copy(update={"port": port}), share):
        yield port


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
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if isinstance(settings.database, str):
            yield
            return
        if not settings.database.parent.is_dir():
            raise CannotStartError(f"there is no folder {settings.database.parent} for the database")
        file = settings.database.with_name(settings.database.name + ".lock").open("a")
    except OSError as error:
        raise CannotStartError(f"the data folder cannot be used: {error}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(f"another `slovomat serve` runs on {settings.database}", FAILED) from None
        yield


async def _serve(loaded: LoadedSettings, env: Env, seat: Seat) -> int:
    settings = loaded.settings
    modes = load_mode_files(settings)
    tasks = Tasks()
    upstream = make_upstream(settings, env, tasks)
    listener = _listen(
        settings, share if seat.count > 1 else listen
    )  # before the store: the first key must not be made for nobody
    store = make_store(
        settings.database,
        replica_url=settings.database_replica_url,
        connections=settings.database_connections,
        patience_s=settings.database_patience_s,
    )
    try:
        await store.open()
    except StoreUnavailableError as error:
        raise CannotStartError(f"the database cannot be opened: {error}", DATABASE) from None
    try:
        async with contextlib.AsyncExitStack() as starting:
            await starting.enter_async_context(store.starting())
            secret, first = await _first_start(settings, store, env)
            app = App(loaded, env, store, modes, secret=secret, listener=listener, seat=seat)
            await app.run(first, upstream, tasks, starting)
        return OK
    except StoreUnavailableError as error:
        raise CannotStartError(f"the database does not answer: {error}", DATABASE) from None
    except BaseExceptionGroup as group:  # from the App's tasks
        away, others = group.split(StoreUnavailableError)
        if away is None or others is not None:
            raise
        raise CannotStartError(f"the database does not answer: {away.exceptions[0]}", DATABASE) from None
    finally:
        await store.close_store()
        listener.close()


async def _first_start(settings: Settings, store: Store, env: Env) -> tuple[bytes, first_start.FirstStart]:
    """The secret that all nodes share, and what a new instance needs."""
    secret = load_secret(settings.data, env, settings.secret.get_secret_value())
    if not await first_start.knows_secret(store, secret):
        raise CannotStartError(
            "the keys in this database were made with another secret. Give every node the same: copy"
            f" secret.key of the first one to {settings.data}, or set SLOVOMAT_SECRET_FILE"
        )
    where = f" --data '{settings.data}'"
    first = await first_start.prepare(store, env, secret, not _loopback(settings.host), where)
    if isinstance(first, str):
        raise CannotStartError(first)
    return secret, first


def _listen(settings: Settings, bind: Callable[[str, int], socket.socket]) -> socket.socket:
    try:
        return bind(settings.host, settings.port)
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
        from slovomat.upstreams.local import Local, LocalConfig

        config = LocalConfig(
            folder=settings.data / "models",
            model=settings.local_model,
            slots=settings.local_slots,
            gap_timeout_s=settings.upstream_gap_timeout_s,
            total_timeout_s=settings.upstream_total_timeout_s,
            max_response_bytes=settings.upstream_max_response_bytes,
        )
        return Local(config, env, spawn)
    from slovomat.upstreams.openai_http import OpenAIHTTP, UpstreamConfig

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


def load_mode_files(settings: Settings) -> ModeWorkshop:
    """The prompt modes; a broken file stops the start, with its line."""
    try:
        return load_modes(settings.modes_dir)
    except BrokenMode as error:
        raise CannotStartError(str(error)) from None
