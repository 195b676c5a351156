"""D2: PostgreSQL restarts, crashes, fails over, or the connection is lost at the very commit."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from tests.servers.postgres import PostgresServer
from tests.wire.chaos_upstream import chaos_upstream
from tests.wire.customers import Customer
from tests.wire.deadline import until

from faults.commits import CommitProxy, Loss
from faults.row import Order, Outcome, Row
from faults.stand import POSTGRES, Stand, stand

_CLIENTS = 6
_REQUESTS = 1_000_000
_PRICE = 2
_BACK_S = 5
_CALM_S = 0.5
_LOST_COMMITS = 5
_SETTINGS: dict[str, Any] = {"polls_per_minute": 0, "balances_per_minute": 0, "lease_s": 3}


@dataclass
class Notes:
    """What one client was told, by the texts that it sent."""

    accepted: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    answered: int = 0
    unheard: list[str] = field(default_factory=list)
    """Calls of which the client learned nothing: the service stays up, so there may be none."""


class Load:
    """Clients that create jobs and chat without a pause."""

    def __init__(self, url: str, key: str) -> None:
        self.notes = [Notes() for _ in range(_CLIENTS)]
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._client, args=(Customer(url, "", key), number))
            for number in range(_CLIENTS)
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block runs."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join()

    def accepted(self) -> int:
        """How many calls so far."""
        return sum(len(notes.accepted) + notes.answered for notes in self.notes)

    def _client(self, customer: Customer, number: int) -> None:
        notes, call = self.notes[number], 0
        while not self._over.is_set():
            call += 1
            text = f"text {number}-{call}"
            try:
                self._one(customer, notes, text, chat=call % 3 == 0)
            except requests.RequestException as error:
                notes.unheard.append(f"{text}: {error}")

    def _one(self, customer: Customer, notes: Notes, text: str, *, chat: bool) -> None:
        if chat:
            answer = customer.chat(text)
            notes.answered += answer.status_code == 200
        else:
            answer = customer.textbot("generate_response", input_text=text, mode="chat")
            if answer.status_code == 200:
                notes.accepted[text] = int(answer.json()["request_id"])
        if answer.status_code != 200:
            notes.refused.append(text)
            if answer.status_code != 503:
                notes.unheard.append(f"{text}: {answer.status_code} {answer.text}")


@dataclass
class Scene:
    """A stand on PostgreSQL with the proxy before it; `database` is the server that counts now."""

    built: Stand
    proxy: CommitProxy
    database: PostgresServer
    standbys: list[PostgresServer] = field(default_factory=list)


def _restart(scene: Scene) -> None:
    scene.database.restart("fast")


def _crash(scene: Scene) -> None:
    scene.database.restart("immediate")


def _backends_end(scene: Scene) -> None:
    scene.database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'slovomat'"
    )


def _fail_over(scene: Scene) -> None:
    """The primary dies, its synchronous standby takes over."""
    standby = PostgresServer(standby_of=scene.database)
    scene.standbys.append(standby)
    standby.start()
    scene.database.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    scene.database.execute("SELECT pg_reload_conf()")
    in_sync = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    until(lambda: scene.database.execute(in_sync) == "1", 10, "the standby's sync")
    time.sleep(_CALM_S)
    scene.database.kill()
    standby.execute("ALTER SYSTEM SET synchronous_standby_names = ''")
    standby.promote()
    scene.proxy.target_port = standby.port
    scene.database = standby


def _losing(loss: Loss) -> Callable[[Scene], None]:
    def play(scene: Scene) -> None:
        for _ in range(_LOST_COMMITS):
            scene.proxy.lose(loss, 1)
            until(lambda: not scene.proxy.armed, 10, "a commit to lose")

    return play


FAULTS: dict[str, Callable[[Scene], None]] = {
    "restarted": _restart,
    "crashed": _crash,
    "failed over": _fail_over,
    "connections ended": _backends_end,
    **{f"commits {loss}": _losing(loss) for loss in Loss},
}


@contextmanager
def _scene(order: Order) -> Iterator[Scene]:
    with chaos_upstream() as upstream, ExitStack() as opened:
        proxies: list[CommitProxy] = []

        def route(between: str, _node: int, port: int) -> int:
            if between != "database":
                return port
            proxies.append(opened.enter_context(CommitProxy(port)))
            return proxies[-1].port

        with stand(POSTGRES, order.folder, upstream.port, route, **_SETTINGS) as built:
            assert built.database is not None
            built.start()
            scene = Scene(built, proxies[0], built.database)
            try:
                yield scene
            finally:
                built.stop()
                for standby in scene.standbys:
                    standby.close()


def _faults(order: Order, scene: Scene, load: Load, outcome: Outcome) -> None:
    """One after another, under load; after each it must soon be well again."""
    names = list(FAULTS)
    while outcome.volume < order.volume and order.in_time:
        name = names[(order.seed - 1 + outcome.volume) % len(names)]
        time.sleep(_CALM_S)
        FAULTS[name](scene)
        before, began = load.accepted(), time.monotonic()
        until(lambda: load.accepted() > before + _CLIENTS, 30, f"calls after: {name}")  # noqa: B023
        back_s = time.monotonic() - began
        outcome.check(back_s < _BACK_S, f"{name}: back after {back_s:.1f} s")
        outcome.notes.append(f"{name}: back after {back_s:.1f} s")
        outcome.volume += 1


def _reckon(scene: Scene, load: Load, customer: Customer, outcome: Outcome) -> None:
    """What was told and what is there are the same, to the last job and request."""
    audit = scene.built.settled(20)
    outcome.check(audit["ok"] and not audit["held"], f"the audit says {audit}")
    accepted = {text: job for notes in load.notes for text, job in notes.accepted.items()}
    answered = sum(notes.answered for notes in load.notes)
    lines = scene.database.execute("SELECT id, text FROM jobs", "slovomat").splitlines()
    there = {text: int(job) for job, _, text in (line.partition("|") for line in lines)}
    outcome.violations += [what for notes in load.notes for what in notes.unheard][:5]
    outcome.check(there.items() >= accepted.items(), f"accepted and lost: {set(accepted) - set(there)}")
    outcome.check(accepted.keys() >= there.keys(), f"refused and there: {set(there) - set(accepted)}")
    states = scene.database.execute("SELECT DISTINCT state FROM jobs", "slovomat").split()
    outcome.check(states == ["completed"], f"the jobs are {states}")
    balance, wanted = customer.balance(), _REQUESTS - _PRICE * (len(accepted) + answered)
    outcome.check(balance == wanted, f"the balance is {balance} instead of {wanted}")
    outcome.violations += [line for line in scene.built.log.splitlines() if _tells_of_a_bug(line)]
    outcome.also = {
        "accepted": len(accepted) + answered,
        "refused": sum(len(notes.refused) for notes in load.notes),
        "commits lost": scene.proxy.lost,
    }


def _tells_of_a_bug(line: str) -> bool:
    """asyncpg warns with a traceback of what it tries again by itself; ours is an error."""
    return "Traceback" in line and '"level": "error"' in line


def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    with _scene(order) as scene:
        key, door = scene.built.account(_REQUESTS), scene.built.doors[0]
        load = Load(door, key)
        with load.running():
            _faults(order, scene, load, outcome)
        _reckon(scene, load, Customer(door, "", key), outcome)
    return outcome


ROWS = [
    Row(
        name="D2",
        fault="PostgreSQL restarts, crashes, fails over, loses the connection at the very commit",
        passes="indeterminate commits are found out, never guessed; back within 5 s",
        unit="faults",
        c=len(FAULTS),
        r=100,
        run=_run,
        set_ups=(POSTGRES,),
    )
]
