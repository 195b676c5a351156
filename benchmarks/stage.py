"""What a measurement runs on: a folder, the upstream, a PostgreSQL, and nodes of the service among them."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.servers.postgres import PostgresServer

from benchmarks.loads import make_loads
from benchmarks.processes import Cores
from benchmarks.rounds import Server
from benchmarks.service import Service, customer, environment, serving


class Stage:
    """`upstream_port`: the mock upstream's; `postgres`: durable, empty."""

    def __init__(self, folder: Path, upstream_port: int, postgres: PostgresServer, cores: Cores) -> None:
        self.folder = folder
        self.upstream_port = upstream_port
        self.postgres = postgres
        self.cores = cores

    @contextlib.contextmanager
    def nodes(self, name: str, count: int, database_url: str = "") -> Iterator[list[Service]]:
        """So many nodes with one customer, on SQLite or one PostgreSQL database."""
        with contextlib.ExitStack() as started:
            nodes: list[Service] = []
            for number in range(count):
                folder = self.folder / f"{name}-{number}"
                env = environment(folder, self.upstream_port, database_url)
                key = nodes[0].key if nodes else customer(env)
                nodes.append(started.enter_context(serving(folder, env, key, self.cores.tested)))
            yield nodes

    def on_postgres(self, name: str, nodes: Sequence[Service]) -> Server:
        """Nodes to be measured together with the PostgreSQL beside them."""
        places = [(node.pid, node.port) for node in nodes]
        return Server(name, places, make_loads(nodes[0]), self.postgres.pid)
