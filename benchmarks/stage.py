"""What a measurement runs on: a folder, the upstream, nginx, PostgreSQL, started when first asked for."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Self

from tests.servers.postgres import PostgresServer

from benchmarks import proxy
from benchmarks.loads import CHUNKS
from benchmarks.native import build
from benchmarks.processes import Cores, first_line, running
from benchmarks.service import Service, customer, environment, serving

Place = tuple[int, int]
"""The process id and the port of a server."""


class Stage:
    """`folder`: for everything that is written; `tell`: for progress."""

    def __init__(self, cores: Cores, tell: Callable[[str], None]) -> None:
        self._started = contextlib.ExitStack()
        self._numbers = count(1)
        self.cores = cores
        self.tell = tell
        self.folder = Path(self._started.enter_context(tempfile.TemporaryDirectory(prefix="slovomat-bench-")))

    def __enter__(self) -> Self:
        os.sched_setaffinity(0, self.cores.others)
        return self

    def __exit__(self, *_: object) -> None:
        self._started.close()

    @cached_property
    def upstream(self) -> Place:
        """The mock upstream, on the cores of everything but what is measured."""
        command: list[str | Path] = [build("mock_upstream"), str(CHUNKS)]
        mock = self._started.enter_context(running(command, self.cores.others, self.folder / "mock.log"))
        return mock.pid, int(first_line(mock))

    @cached_property
    def postgres(self) -> PostgresServer:
        """A PostgreSQL that waits for the disk, with the memory of a small server."""
        settings = {"shared_buffers": "512MB", "max_wal_size": "4GB"}
        return self._started.enter_context(PostgresServer(durable=True, settings=settings))

    @cached_property
    def nginx(self) -> Place | None:
        """The reference before the same upstream; None where it is not installed."""
        program = proxy.installed()
        if program is None:
            self.tell(
                "nginx is not installed: no reference in this run (Debian: apt-get install nginx-light)"
            )
            return None
        place = proxy.proxying(program, self.folder, self.upstream[1], self.cores.tested)
        return self._started.enter_context(place)

    def new_database(self) -> str:
        """The URL of an empty PostgreSQL database."""
        return self.postgres.create_database(f"bench{next(self._numbers)}")

    def settings(self, database_url: str = "") -> Mapping[str, str]:
        """The environment of a new node, on SQLite or on a PostgreSQL database."""
        return environment(self.folder / f"node{next(self._numbers)}", self.upstream[1], database_url)

    @staticmethod
    def database_file(env: Mapping[str, str]) -> Path:
        """Where a node on SQLite keeps its books."""
        return Path(env["SLOVOMAT_DATA"]) / "slovomat.db"

    @contextlib.contextmanager
    def node(self, env: Mapping[str, str], key: str, *words: str) -> Iterator[Service]:
        """A node in that environment; `words` are flags of `serve`."""
        with serving(env, key, self.cores.tested, words) as service:
            yield service

    @contextlib.contextmanager
    def nodes(self, number: int, database_url: str = "") -> Iterator[Sequence[Service]]:
        """So many nodes with one customer, on SQLite or one PostgreSQL database."""
        with contextlib.ExitStack() as started:
            nodes: list[Service] = []
            for _ in range(number):
                env = self.settings(database_url)
                key = nodes[0].key if nodes else customer(env)
                nodes.append(started.enter_context(self.node(env, key)))
            yield nodes
