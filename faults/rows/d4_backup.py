"""D4: a backup under load, restored elsewhere: it serves, and has all that was there before it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.customers import Customer
from tests.wire.deadline import until

from faults.reckoned import Load
from faults.row import ONE, Order, Outcome, Row
from faults.stand import POSTGRES, Node, Stand, stand

_REQUESTS = 1_000_000
_PRICE = 2
_UNDER_LOAD_S = 1.5
_SETTINGS: dict[str, Any] = {"polls_per_minute": 0, "balances_per_minute": 0}


@contextmanager
def _restored(
    built: Stand, upstream: ChaosUpstream, folder: Path, backup: Path
) -> Iterator[tuple[Node, Any]]:
    """Another instance, on a database of its own, started from the copy; and what `restore` said."""
    settings = dict(_SETTINGS)
    if built.database:
        settings["database_url"] = built.database.create_database("copy")
    (folder / "data").mkdir(parents=True)
    node = Node(folder / "data", upstream.url, **settings)
    told = node.command("restore", str(backup))
    with node:
        yield node, told


def _jobs(customer: Customer, accepted: dict[str, int]) -> dict[str, str]:
    """How each of the jobs has ended."""
    states: dict[str, str] = {}
    for text, job in accepted.items():
        ended = customer.ended(job)
        states[text] = str(ended.get("result", ended["status"]))
    return states


def _play(order: Order, folder: Path, outcome: Outcome) -> None:
    with ExitStack() as opened:
        upstream = opened.enter_context(chaos_upstream())
        built = opened.enter_context(stand(order.set_up, folder, upstream.port, **_SETTINGS))
        built.start()
        key = built.account(_REQUESTS)
        load, backup = Load(Customer(built.doors[0], "", key)), folder / "backup.tar"
        with load.running():
            time.sleep(_UNDER_LOAD_S)
            before = {text: job for notes in load.notes for text, job in dict(notes.accepted).items()}
            told = built.command("backup", str(backup), "--with-secret")
        after = {text: job for notes in load.notes for text, job in notes.accepted.items()}
        outcome.check(told["audit"]["ok"], f"the copy's books: {told['audit']}")
        outcome.check(len(after) > len(before), "nothing was written while the copy was made")
        node, said = opened.enter_context(_restored(built, upstream, folder / "copy", backup))
        outcome.check(said["audit"]["ok"], f"the restored books: {said['audit']}")
        _compare(node, Customer(node.url, "", key), before, after, outcome)
        outcome.also = {"jobs in the copy": outcome.also.get("jobs in the copy", 0) + len(before)}


def _compare(
    node: Node, customer: Customer, before: dict[str, int], after: dict[str, int], outcome: Outcome
) -> None:
    """The key opens it; what was accepted before it is there, and ends; no id is given out again."""
    states = _jobs(customer, before)
    wrong = {text: state for text, state in states.items() if state != f"Ответ: {text}"}
    outcome.check(not wrong, f"accepted before the copy, and not in it as told: {wrong}")
    new = customer.job("new")
    outcome.check(new not in after.values(), f"id {new} is given out twice")
    outcome.check(customer.ended(new)["status"] == "completed", "the copy does not serve")
    audit = until(lambda: _closed(node), 20, "the end of every hold")
    outcome.check(audit["ok"], f"the books of the copy: {audit}")
    balance, spent = customer.balance(), _REQUESTS - customer.balance()
    outcome.check(spent >= _PRICE * (len(before) + 1), f"the copy's balance is {balance}")


def _closed(node: Node) -> Any:
    audit = node.command("audit")
    return None if audit["held"] else audit


def _run(order: Order) -> Outcome:
    outcome = Outcome(0)
    while outcome.volume < order.volume and order.in_time:
        _play(order, order.folder / str(outcome.volume), outcome)
        outcome.volume += 1
    return outcome


ROWS = [
    Row(
        name="D4",
        fault="backup and restore under load",
        passes="the copy serves, its books balance, what was accepted before it is there",
        unit="copies",
        c=1,
        r=40,
        run=_run,
        set_ups=(ONE, POSTGRES),
    )
]
