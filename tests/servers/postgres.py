"""A real PostgreSQL of the test's own, that can be stopped, killed, frozen, followed and started again."""

import os
import shutil
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Literal

from tests.servers.folders import new_folder
from tests.servers.processes import children_of, send, wait_gone
from tests.servers.server import START_S, STOP_S, Server
from tests.servers.wheel import account, environment, give, programs, run

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
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "wal_level": "replica",
}
_QUICK = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer(Server):
    """One server with its own folder and port, which it keeps over restarts.

    `durable`: it waits for the disk; else it may stand in memory, and is quick.
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
        super().__init__("pg", in_memory=not durable)
        self.version: int = standby_of.version if standby_of else version
        self._data = self.folder / "data"
        self._settings = _SETTINGS | ({} if durable else _QUICK) | dict(settings or {})
        give(self.folder)
        if standby_of:
            self._follow(standby_of)
        else:
            shutil.copytree(_new_cluster(self.version), self._data, symlinks=True, copy_function=_copy_owned)
            _own(self._data)
        self._configure()

    def url(self, database: str = "postgres") -> str:
        """Where clients find a database of it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str = "postgres") -> str:
        """The same by its unix socket."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def stop(self, mode: StopMode = "fast") -> None:
        """Stops it; `immediate` is without a checkpoint, as after a crash."""
        self._end(_STOP_SIGNALS[mode])

    def kill(self) -> None:
        """Kills the postmaster and all its children by SIGKILL."""
        if self.running:
            send(signal.SIGSTOP, self.pid)
            children = children_of(self.pid)
            send(signal.SIGKILL, self.pid, *children)
            wait_gone(children, STOP_S)
        self._end(signal.SIGKILL)

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
        super().close()

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Executes statements, and returns the rows of the last as lines of values with | between."""
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]
        return run(self.version, "psql", options, sql).strip()

    def create_database(self, name: str, template: str | None = None) -> str:
        """Makes a database, as a copy of the template if there is one, and returns its URL."""
        copied = f'TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        self.execute(f'CREATE DATABASE "{name}" {copied}')
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

    def _launch(self) -> None:
        self._run([programs(self.version) / "postgres", "-D", self._data], environment(), **account())

    def _answers(self) -> bool:
        with suppress(FileNotFoundError):
            lines = (self._data / "postmaster.pid").read_text("utf-8").splitlines()
            return lines[:1] == [str(self.pid)] and lines[-1].strip() == "ready"
        return False


@cache
def _new_cluster(version: int) -> Path:
    """A data folder as initdb leaves it, made once: to copy it is quicker."""
    folder = new_folder("initdb", in_memory=True)
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
