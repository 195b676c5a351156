"""A real PostgreSQL of the test's own, that can be stopped, killed, frozen, followed and started again."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.servers.folders import PID_FILE, new_folder
from tests.servers.ports import free_port
from tests.servers.processes import children_of, send, wait_gone
from tests.servers.wheel import account, environment, give, programs, run

START_S, STOP_S = 60, 60
USER = "postgres"
StopMode = Literal["smart", "fast", "immediate"]
_STOP_SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}
_SETTINGS: dict[str, str | int] = {
    "autovacuum_naptime": "10s",
    "dynamic_shared_memory_type": "mmap",
    "hot_standby_feedback": "on",
    "listen_addresses": "127.0.0.1",
    "log_line_prefix": "%m [%p] ",
    "max_connections": 200,
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "wal_level": "replica",
}
_QUICK = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer:
    """One server with its own folder and port, which it keeps over restarts.

    `durable`: what it has committed survives the machine too (it waits for the disk).
    `settings`: further lines of postgresql.conf. `standby_of`: follows that server as a hot standby.
    """

    def __init__(
        self,
        version: int = 18,
        *,
        durable: bool = False,
        settings: Mapping[str, str | int] | None = None,
        standby_of: "PostgresServer | None" = None,
    ) -> None:
        self.version: int = standby_of.version if standby_of else version
        self.port = free_port()
        self.folder = new_folder("pg")
        self.log = self.folder / "log"
        self._data = self.folder / "data"
        self._settings = _SETTINGS | ({} if durable else _QUICK) | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        give(self.folder)
        if standby_of:
            self._follow(standby_of)
        else:
            shutil.copytree(_new_cluster(self.version), self._data, symlinks=True, copy_function=_copy_owned)
            _own(self._data)
        self._configure()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The postmaster's process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has been started, and has not ended since."""
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        """Where clients find a database of it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str = "postgres") -> str:
        """The same by its unix socket."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def start(self) -> None:
        """Starts it, and returns when it takes connections."""
        assert not self.running
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [programs(self.version) / "postgres", "-D", self._data],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(),
                start_new_session=True,
                **account(),
            )
        (self.folder / PID_FILE).write_text(str(self.pid), "ascii")
        self._wait_ready()

    def stop(self, mode: StopMode = "fast") -> None:
        """Stops it; `immediate` is without a checkpoint, as after a crash."""
        if self.running:
            send(_STOP_SIGNALS[mode], self.pid)
        self._wait_end()

    def kill(self) -> None:
        """Kills the postmaster and all its children by SIGKILL."""
        if self.running:
            send(signal.SIGSTOP, self.pid)
            children = children_of(self.pid)
            send(signal.SIGKILL, self.pid, *children)
            wait_gone(children, STOP_S)
        self._wait_end()

    def restart(self, mode: StopMode = "fast") -> None:
        """Stops and starts it, on the same port."""
        self.stop(mode)
        self.start()

    def freeze(self) -> None:
        """Stops all its processes where they are: connections stay open and nothing answers."""
        send(signal.SIGSTOP, self.pid)
        send(signal.SIGSTOP, *children_of(self.pid))

    def thaw(self) -> None:
        """Lets them go on."""
        send(signal.SIGCONT, *children_of(self.pid), self.pid)

    def close(self) -> None:
        """Stops it for good, and removes its folder."""
        if self.running:
            self.thaw()
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Executes statements, and returns the rows of the last as lines of values with | between."""
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]
        return run(self.version, "psql", options, sql).strip()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Makes a database, as a copy of the template if there is one, and returns its URL."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template1"}"')
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Removes a database, with whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def promote(self) -> None:
        """Makes a standby a server that writes."""
        self.execute("SELECT pg_promote()")

    def wait_for(self, primary: "PostgresServer") -> None:
        """Returns when this standby has replayed all that the primary has committed so far."""
        position = primary.execute("SELECT pg_current_wal_flush_lsn()")
        end = time.monotonic() + START_S
        while self.execute(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") != "t":
            assert time.monotonic() < end, "the standby does not catch up"
            time.sleep(0.01)

    def _follow(self, primary: "PostgresServer") -> None:
        options = ["-d", primary.url(), "-D", str(self._data), "-R", "-c", "fast", "-X", "stream", "-N"]
        run(self.version, "pg_basebackup", options)

    def _configure(self) -> None:
        lines = self._settings | {"port": self.port, "unix_socket_directories": str(self.folder)}
        text = "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        (self._data / "postgresql.conf").write_text(text, "utf-8")

    def _wait_ready(self) -> None:
        end = time.monotonic() + START_S
        while self.running and time.monotonic() < end:
            with suppress(FileNotFoundError):
                lines = (self._data / "postmaster.pid").read_text("utf-8").splitlines()
                if lines[:1] == [str(self.pid)] and lines[-1].strip() == "ready":
                    return
            time.sleep(0.01)
        self.kill()
        raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text('utf-8')[-3000:]}")

    def _wait_end(self) -> None:
        if self._process is not None:
            self._process.wait(STOP_S)
            (self.folder / PID_FILE).unlink(missing_ok=True)


@cache
def _new_cluster(version: int) -> Path:
    """A data folder as initdb leaves it, made once: to copy it is quicker."""
    folder = new_folder("initdb")
    give(folder)
    options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    run(version, "initdb", [*options, "-D", str(folder / "data")])
    return folder / "data"


def _copy_owned(source: str, target: str) -> None:
    shutil.copy2(source, target)
    _own_one(target)


def _own_one(path: str) -> None:
    if account():
        os.chown(path, account()["user"], account()["group"])


def _own(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        _own_one(path)
