"""The service on a set-up: its nodes, and the real servers behind them."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from tests.servers.ports import free_port
from tests.servers.postgres import PostgresServer
from tests.servers.valkey import ValkeyServer
from tests.wire.service import Service

from faults.row import ONE, CannotRunError
from slovomat.settings import Settings

POSTGRES, FOUR, NODES = "postgres", "4 processes", "2 nodes"
ENGINES = (ONE, POSTGRES)
ALL = (ONE, POSTGRES, FOUR, NODES)
_COUNTS = {ONE: 1, POSTGRES: 1, FOUR: 4, NODES: 2}
PLAN = "Bank"
_SUPERVISED_S = 60
Route = Callable[[str, int, int], int]
"""(between what, which node, port) → the port to use instead: where proxies are put in."""


class Node(Service):
    """One process of the service."""

    @property
    def environment(self) -> dict[str, str]:
        """For another way to start the same."""
        return dict(self._env)

    @property
    def port(self) -> int:
        """Where it listens, in every start."""
        return int(self._env["SLOVOMAT_PORT"])

    def start(self) -> None:
        """Again and again, as its supervisor would: while its database is away, a start fails."""
        end = time.monotonic() + _SUPERVISED_S
        while True:
            try:
                super().start()
                return
            except AssertionError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.5)

    def set(self, **variables: str) -> None:
        """Further variables of its environment, from the next start on."""
        self._env.update(variables)


@dataclass
class Stand:
    """What runs. `doors`: the URLs that clients use, one a node."""

    nodes: list[Node]
    doors: list[str]
    database: PostgresServer | None = None
    valkey: ValkeyServer | None = None
    _accounts: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Starts every node."""
        for node in self.nodes:
            node.start()

    def stop(self) -> None:
        """Stops every node."""
        for node in self.nodes:
            node.stop()

    def restart(self) -> None:
        """kill −9 and a new start, of every node."""
        for node in self.nodes:
            node.kill()
        self.start()

    def command(self, *words: str) -> Any:
        """An operator's command; its JSON."""
        return self.nodes[0].command(*words)

    def account(self, requests: int) -> str:
        """A new account that only spends from a pack, and has no limit on calls; its key."""
        if not self._accounts:
            self.command(
                "plan", "set", PLAN, "--daily", "0", "--rpm", "0", "--dialects", "textbot,chatinfo,openai"
            )
        self._accounts.append(f"customer-{len(self._accounts)}@example.org")
        return self.nodes[0].account(self._accounts[-1], PLAN, requests)

    def settled(self, within_s: float) -> Any:
        """The audit once nothing is held any more, or at the end of the time."""
        end = time.monotonic() + within_s
        while True:
            audit = self.command("audit")
            if audit["held"] == 0 or time.monotonic() > end:
                return audit
            time.sleep(0.2)

    def open_jobs(self) -> int:
        """Jobs that are not final."""
        return int(self.ask("SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')")[0][0])

    def ask(self, question: str) -> list[list[str]]:
        """The rows that the database itself answers."""
        if self.database:
            return [line.split("|") for line in self.database.execute(question, "slovomat").splitlines()]
        with closing(sqlite3.connect(self.nodes[0].data / "slovomat.db")) as connection:
            return [[str(value) for value in row] for row in connection.execute(question)]

    @property
    def log(self) -> str:
        """What all nodes have logged."""
        return "".join(node.log for node in self.nodes)


@contextmanager
def stand(
    set_up: str, folder: Path, upstream_port: int, route: Route | None = None, **settings: object
) -> Iterator[Stand]:
    """The set-up, its nodes not started yet, ended with all that belongs to it when the block ends."""
    via = route or _direct
    with ExitStack() as stack:
        database = valkey = None
        if set_up != ONE:
            _needs("database_url", "postgresql://127.0.0.1/x")
            database = stack.enter_context(PostgresServer())
            database.create_database("slovomat")
        if set_up == NODES:
            _needs("valkey_url", "valkey://127.0.0.1:1")
            valkey = stack.enter_context(ValkeyServer())
        made = Stand([], [], database, valkey)
        for number in range(_COUNTS[set_up]):
            own: dict[str, object] = {"port": free_port(), **settings}
            if database:
                own["database_url"] = (
                    f"postgresql://postgres@127.0.0.1:{via('database', number, database.port)}/slovomat"
                )
            if valkey:
                own["valkey_url"] = f"valkey://127.0.0.1:{via('valkey', number, valkey.port)}"
            own["upstream_url"] = f"http://127.0.0.1:{via('upstream', number, upstream_port)}/v1"
            node = _node(folder / f"node{0 if set_up == FOUR else number}", own)
            made.nodes.append(node)
            made.doors.append(f"http://127.0.0.1:{via('client', number, int(str(own['port'])))}")
            stack.callback(_end, node)
        yield made


def _direct(between: str, node: int, port: int) -> int:
    """Without proxies."""
    del between, node
    return port


def _node(folder: Path, settings: dict[str, object]) -> Node:
    """Processes of one machine share its data folder; nodes have their own, with the same secret in it."""
    place = folder / "data"
    place.mkdir(parents=True, exist_ok=True)
    (place / "secret.key").write_text("5eed" * 16 + "\n", "ascii")
    (place / "secret.key").chmod(0o600)
    return Node(place, str(settings.pop("upstream_url")), **settings)


def _needs(name: str, value: str) -> None:
    try:
        Settings.model_validate({name: value})
    except ValidationError:
        raise CannotRunError(f"this version has no {name}={value.partition(':')[0]}:…") from None


def _end(node: Node) -> None:
    """Whatever state it is in."""
    node.kill()
