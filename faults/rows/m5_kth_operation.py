"""M5: death at every point of a generation's life."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.customers import Customer
from tests.wire.deadline import until

from faults.points.lives import EVERY_CHANGE, LIVES, PRICE, Life, Living
from faults.points.points import AFTER, BEFORE, FAIL, NEVER, WAYS
from faults.points.process import PointedServer
from faults.row import Order, Outcome, Row
from faults.stand import ENGINES, Stand, stand

_CREDIT = 10_000
_LEASE_S = 0.3
_SETTINGS: dict[str, Any] = {
    "lease_s": _LEASE_S,
    "job_retry_wait_s": 0.05,
    "upstream_retry_wait_max_s": 0.05,
    "drain_s": 1,
}
_HELD_S = 30
_DYING_S = 0.05
_SINGLES = 0.3


@dataclass
class _Scene:
    """One engine's server with points. `least`, `most`: what may have been charged to the customer so far."""

    stand: Stand
    server: PointedServer
    upstream: ChaosUpstream
    outcome: Outcome
    customer: Customer
    least: int = 0
    most: int = 0
    lived: list[str] = field(default_factory=list)

    def living(self, life: Life) -> Living:
        """A new life."""
        self.lived.append(f"life-{len(self.lived)}")
        return Living(life, self.customer, self.server, self.lived[-1])


def run(order: Order) -> Outcome:
    """On every change each point of a few lives, each way; for a release points of all lives, and pairs
    of deaths, the second while the server recovers from the first."""
    outcome = Outcome(0)
    with _scene(order, outcome) as scene:
        if order.release:
            _pairs(scene, order)
        else:
            for life in LIVES[:EVERY_CHANGE]:
                _each_point(scene, life)
        _look_back(scene)
    return outcome


@contextmanager
def _scene(order: Order, outcome: Outcome) -> Iterator[_Scene]:
    with ExitStack() as stack:
        upstream = stack.enter_context(chaos_upstream())
        built = stack.enter_context(stand(order.set_up, order.folder, upstream.port, **_SETTINGS))
        key = built.account(_CREDIT)
        node = built.nodes[0]
        server = PointedServer(order.folder, node.environment, node.port)
        stack.callback(server.kill)
        server.start()
        customer = Customer(built.doors[0], "", key)
        yield _Scene(built, server, upstream, outcome, customer)


def _each_point(scene: _Scene, life: Life) -> None:
    names = _rehearse(scene, life)
    for at, name in enumerate(names, 1):
        for way in (BEFORE, AFTER, FAIL) if name.startswith("store.") else (BEFORE, AFTER):
            _live(scene, life, at, way)
    scene.outcome.notes.append(f"{life.name}: {len(names)} points")


def _rehearse(scene: _Scene, life: Life) -> list[str]:
    """The operations of a life in which nothing happens."""
    living = scene.living(life)
    scene.server.points.arm(NEVER)
    living.begin()
    scene.server.points.disarm()
    scene.outcome.check(living.told == (life.paid or life.kind == "job"), f"{life.name}: told {living.told}")
    _charge(scene, life.paid, life.paid)
    return scene.server.points.names


def _live(scene: _Scene, life: Life, at: int, way: int) -> None:
    """One life with one fault at one point, and what it may cost by then."""
    living = scene.living(life)
    scene.server.points.arm(at, way)
    living.begin()
    struck = scene.server.points.reached
    done = scene.server.points.names[:at]
    where = f"{life.name}, {WAYS[way]} {done[-1] if done else 'nothing'} ({at})"
    if way != FAIL and struck:
        scene.outcome.check(scene.server.died(5), f"{where}: it did not die")
    _recover(scene)
    living.go_on()
    _ended(scene, living, life, where)
    if struck and way != AFTER:
        done.pop()
    _charge(scene, *_bounds(life, living, done, way))
    until(lambda: not scene.stand.open_jobs(), _HELD_S, "the end of every job")
    if not scene.stand.database:  # whose dead owners are known to be dead at once
        _charged(scene, where)
    scene.outcome.volume += struck


def _bounds(life: Life, living: Living, done: list[str], way: int) -> tuple[int, int]:
    """How often the life may have been charged: exactly known where one operation decides it."""
    if not life.paid:
        return 0, 0
    if living.told or life.kept:
        return 1, 1
    charged = int(life.charged_at in done)
    least = 0 if life.kind == "stream" and way != FAIL else charged  # its sends go on beside its closing
    return least, max(charged, int(way == FAIL))


def _pairs(scene: _Scene, order: Order) -> None:
    chance = random.Random(order.seed)
    names = {life.name: _rehearse(scene, life) for life in LIVES}
    while scene.outcome.volume < order.volume and order.in_time and not scene.outcome.violations:
        life = chance.choice(LIVES)
        first, second = chance.randint(1, len(names[life.name])), chance.randint(1, 8)
        ways = chance.choice((BEFORE, AFTER)), chance.choice((BEFORE, AFTER))
        if chance.random() < _SINGLES:
            _live(scene, life, first, chance.choice((BEFORE, AFTER, FAIL)))
        else:
            _live_twice(scene, life, (first, ways[0]), (second, ways[1]))


def _live_twice(scene: _Scene, life: Life, first: tuple[int, int], second: tuple[int, int]) -> None:
    living, where = scene.living(life), f"{life.name}, deaths at {first}, then {second}"
    scene.server.points.arm(*first)
    living.begin()
    if scene.server.points.reached and scene.server.died(5):
        scene.server.points.arm(*second)
        _start(scene)
        living.go_on()
    _recover(scene)
    living.go_on()
    _ended(scene, living, life, where)
    until(lambda: not scene.stand.open_jobs(), _HELD_S, "the end of every job")
    certain = life.paid and (living.told or life.kept)
    _charge(scene, certain, life.paid)
    scene.outcome.volume += 1


def _recover(scene: _Scene) -> None:
    """Nothing strikes any more; whoever was struck at the last moment is started too."""
    scene.server.points.disarm()
    if scene.server.died(_DYING_S):
        _start(scene)


def _start(scene: _Scene) -> None:
    """Others take over what the dead one had once its lease has lapsed: so long nobody starts."""
    if scene.stand.database:
        time.sleep(2 * _LEASE_S)
    scene.server.start()


def _ended(scene: _Scene, living: Living, life: Life, where: str) -> None:
    final = living.final()
    if final is not None:
        wanted = "completed" if life.paid else "failed"
        scene.outcome.check(final["status"] == wanted, f"{where}: the job ended as {final}")


def _charge(scene: _Scene, least: int, most: int) -> None:
    scene.least += PRICE * least
    scene.most += PRICE * most


def _charged(scene: _Scene, where: str) -> None:
    """What was charged is what was expected; from here on, exactly this."""
    spent = _CREDIT - scene.customer.balance()
    right = scene.least <= spent <= scene.most
    scene.outcome.check(right, f"{where}: {spent} spent, not {scene.least} to {scene.most}")
    scene.least = scene.most = spent


def _look_back(scene: _Scene) -> None:
    """Nothing is held, every invariant holds, and what was charged is what was expected."""
    held = scene.stand.settled(_HELD_S)
    scene.outcome.check(held["held"] == 0, f"{held['held']} requests stay held")
    scene.outcome.check(held["ok"], f"the audit: {held['violations'][:5]}")
    spent = _CREDIT - scene.customer.balance()
    scene.outcome.check(
        scene.least <= spent <= scene.most, f"{spent} spent, not {scene.least} to {scene.most}"
    )
    calls = {name: scene.upstream.count(name) for name in scene.lived}
    often = {name: count for name, count in calls.items() if count > 3 + 2}
    scene.outcome.check(not often, f"more upstream calls than attempts and deaths: {often}")
    told = scene.server.log.read_text("utf-8")
    scene.outcome.check("Traceback" not in told, f"a bug in the log: {told[told.find('Traceback') :][:5000]}")
    scene.outcome.also["starts"] = scene.server.starts


ROWS = [
    Row(
        name="M5",
        fault="death at every point of a generation's life: *fail the k-th operation*, for every k",
        passes="invariants 1–5, nothing held after the sweep",
        unit="points",
        c=70,
        r=10_000,
        step=60,
        run=run,
        set_ups=ENGINES,
    )
]
