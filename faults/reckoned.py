"""A stand on PostgreSQL under load: what clients were told is held against what the database has."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from tests.servers.postgres import PostgresServer
from tests.wire.chaos_upstream import chaos_upstream
from tests.wire.customers import Customer
from tests.wire.deadline import until

from faults.commits import CommitProxy
from faults.row import Order, Outcome
from faults.stand import POSTGRES, Stand, stand

_CLIENTS = 6
_CALM_S, _BACK_S = 0.5, 5
_REQUESTS = 1_000_000
_PRICE = 2
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

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.notes = [Notes() for _ in range(_CLIENTS)]
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._client, args=(number,)) for number in range(_CLIENTS)]

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

    def refused(self) -> int:
        """How many were told 503."""
        return sum(len(notes.refused) for notes in self.notes)

    def _client(self, number: int) -> None:
        notes, call = self.notes[number], 0
        while not self._over.is_set():
            call += 1
            text = f"text {number}-{call}"
            try:
                self._one(notes, text, chat=call % 3 == 0)
            except requests.RequestException as error:
                notes.unheard.append(f"{text}: {error}")

    def _one(self, notes: Notes, text: str, *, chat: bool) -> None:
        if chat:
            answer = self.customer.chat(text)
            notes.answered += answer.status_code == 200
        else:
            answer = self.customer.textbot("generate_response", input_text=text, mode="chat")
            if answer.status_code == 200:
                notes.accepted[text] = int(answer.json()["request_id"])
        if answer.status_code != 200:
            notes.refused.append(text)
            if answer.status_code != 503:
                notes.unheard.append(f"{text}: {answer.status_code} {answer.text}")


@dataclass
class Scene:
    """A stand on PostgreSQL with a proxy before it. `database` is the server that counts now."""

    built: Stand
    proxy: CommitProxy
    database: PostgresServer
    load: Load
    outcome: Outcome
    standbys: list[PostgresServer] = field(default_factory=list)


Fault = Callable[[Scene], None]


def play(order: Order, faults: Mapping[str, Fault]) -> Outcome:
    """So many of the faults, one after another, under load; after each it is soon well again."""
    outcome, names = Outcome(0), list(faults)
    with _scene(order, outcome) as scene:
        with scene.load.running():
            while outcome.volume < order.volume and order.in_time:
                name = names[(order.seed - 1 + outcome.volume) % len(names)]
                time.sleep(_CALM_S)
                faults[name](scene)
                _back(name, scene)
                outcome.volume += 1
        _reckon(scene)
    return outcome


def _back(name: str, scene: Scene) -> None:
    """Calls are accepted again."""
    before, began = scene.load.accepted(), time.monotonic()
    until(lambda: scene.load.accepted() > before + _CLIENTS, 30, f"calls after: {name}")
    back_s = time.monotonic() - began
    scene.outcome.check(back_s < _BACK_S, f"{name}: back after {back_s:.1f} s")
    scene.outcome.notes.append(f"{name}: back after {back_s:.1f} s")


@contextmanager
def _scene(order: Order, outcome: Outcome) -> Iterator[Scene]:
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
            load = Load(Customer(built.doors[0], "", built.account(_REQUESTS)))
            scene = Scene(built, proxies[0], built.database, load, outcome)
            try:
                yield scene
            finally:
                built.stop()
                for standby in scene.standbys:
                    standby.close()


def _reckon(scene: Scene) -> None:
    """What was told and what is there are the same, to the last job and request."""
    load, outcome = scene.load, scene.outcome
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
    balance, wanted = load.customer.balance(), _REQUESTS - _PRICE * (len(accepted) + answered)
    outcome.check(balance == wanted, f"the balance is {balance} instead of {wanted}")
    outcome.violations += [line for line in scene.built.log.splitlines() if _tells_of_a_bug(line)]
    outcome.also = {
        "accepted": len(accepted) + answered,
        "refused": load.refused(),
        "commits lost": scene.proxy.lost,
    }


def _tells_of_a_bug(line: str) -> bool:
    """asyncpg warns with a traceback of what it tries again by itself; ours is an error."""
    return "Traceback" in line and '"level": "error"' in line
