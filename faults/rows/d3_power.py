"""D3: the power goes. The service's writes and syncs are recorded, and played back up to a cut."""

import random
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.wire.chaos_upstream import chaos_upstream
from tests.wire.customers import Customer
from tests.wire.service import Service

from faults.disk import books, strace
from faults.disk.history import CALLS, Disk, Step, Told, read_steps
from faults.row import Order, Outcome, Row

_DATABASE = "slovomat.db"
_FILES = (_DATABASE, f"{_DATABASE}-wal")
_CLIENTS, _CALLS_EACH = 6, 24
_CREATED = re.compile(rb'\{"request_id":(\d+),"status":"processing","balance"')
_ENDED = re.compile(rb'\{"request_id":(\d+),"status":"completed","result":"([^"]*)"\}')
_ANSWERED = re.compile(rb'"content": ?"\xd0\x9e\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82: chat')


@dataclass
class Promises:
    """What the clients had been told."""

    created: set[int] = field(default_factory=set)
    ended: dict[int, str] = field(default_factory=dict)
    answered: int = 0

    def take(self, told: Told) -> None:
        """One more piece of bytes that went out."""
        self.created.update(int(found[1]) for found in _CREATED.finditer(told.data))
        self.ended.update({int(found[1]): found[2].decode() for found in _ENDED.finditer(told.data)})
        self.answered += len(_ANSWERED.findall(told.data)) if told.data.startswith((b"HTTP", b"{")) else 0

    def broken_in(self, database: Path) -> Iterator[str]:
        """The promises that the database does not keep."""
        found: dict[Any, Any] = {
            row[0]: row[1] for row in books.rows(database, "SELECT id, result FROM jobs")
        }
        for job in self.created - found.keys():
            yield f"job {job} was accepted and is lost"
        for job, text in self.ended.items():
            if found.get(job) != text:
                yield f"job {job} was told as {text!r} and is {found.get(job)!r}"
        settled = "SELECT count(*) FROM generations WHERE dialect = 'openai' AND state = 'settled'"
        (count,) = books.rows(database, settled)[0]
        assert isinstance(count, int)
        if count < self.answered:
            yield f"{self.answered} answers were given and {count} are charged"


def _customer(customer: Customer, number: int) -> None:
    """Jobs and chats in turn, each job asked for until it is done."""
    for call in range(_CALLS_EACH):
        if call % 3:
            customer.ended(customer.job(f"job {number} {call}"))
        else:
            assert customer.chat(f"chat {number} {call}").status_code == 200


def _recorded(folder: Path) -> tuple[dict[str, bytes], list[Step]]:
    """The files before, and everything that was written, synced and told since."""
    strace.required()
    with chaos_upstream() as upstream, Service(folder / "data", upstream.url) as service:
        keys = [
            service.account(f"c{number}@example.org", requests=10 * _CALLS_EACH) for number in range(_CLIENTS)
        ]
        files = {name: (folder / "data" / name).read_bytes() for name in _FILES}
        trace = folder / "trace"
        with strace.recording(service.pid, CALLS, trace):
            clients = [
                threading.Thread(target=_customer, args=(Customer(service.url, "", key), number))
                for number, key in enumerate(keys)
            ]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
        steps = read_steps(trace, folder / "data")
        trace.unlink()
        return files, steps


def _cuts(steps: Sequence[Step], volume: int, chance: random.Random) -> list[int]:
    """Where the power goes: half of them anywhere, half at once after a client was told something."""
    told = [index + 1 for index, step in enumerate(steps) if isinstance(step, Told)]
    anywhere = [chance.randint(0, len(steps)) for _ in range(volume - volume // 2)]
    return sorted(anywhere + [chance.choice(told) for _ in range(volume // 2)])


def _run(order: Order) -> Outcome:
    chance = random.Random(order.seed)
    files, steps = _recorded(order.folder)
    disk, promises, outcome = Disk(files), Promises(), Outcome(0)
    done = 0
    for cut in _cuts(steps, order.volume, chance):
        for step in steps[done:cut]:
            disk.take(step)
            if isinstance(step, Told):
                promises.take(step)
        done = cut
        outcome.violations += _look(order.folder / f"cut-{outcome.volume}", disk, promises, chance)
        outcome.volume += 1
    outcome.also = {"system calls": len(steps)}
    if not promises.created or not promises.ended or not promises.answered:
        outcome.violations.append("nothing was promised in the recorded time: the row shows nothing")
    return outcome


def _look(folder: Path, disk: Disk, promises: Promises, chance: random.Random) -> list[str]:
    """The next start's view of what the cut has left."""
    folder.mkdir()
    for name, file in disk.files.items():
        (folder / name).write_bytes(file.after_cut(chance))
    database = folder / _DATABASE
    return books.faults_of(database) or list(promises.broken_in(database))


ROWS = [
    Row(
        name="D3",
        fault="power loss: only what was synced survives, and of the rest what chance wants",
        passes="every acknowledged charge and every result that was told is there, the books balance",
        unit="cuts",
        c=50,
        r=2_000,
        step=200,
        run=_run,
    )
]
