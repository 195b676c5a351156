"""A node: one life of the service after another, on the same database."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextvars import Context

from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import StoreUnavailableError
from slovomat.simulation.bell import Bell
from slovomat.simulation.clock import SimEnv, WallClock
from slovomat.simulation.composition import Composition, Parts
from slovomat.simulation.counter import Counter
from slovomat.simulation.database import Database
from slovomat.simulation.dice import Dice
from slovomat.simulation.engine import SimEngine
from slovomat.simulation.history import History
from slovomat.simulation.loop import Life, VirtualLoop
from slovomat.simulation.provider import Provider
from slovomat.simulation.weather import Weather

OUTSIDE = Context()
"""Where what belongs to no node is scheduled from."""
_REFRESH_S, _SWEEP_S, _PRUNE_S, _DRAIN_S = 0.5, 2.0, 30.0, 3.0


class World:
    """What all nodes stand in."""

    def __init__(
        self,
        *,
        loop: VirtualLoop,
        dice: Dice,
        history: History,
        database: Database,
        weather: Weather,
        wall: WallClock,
        provider: Provider,
        modes: ModeCatalogue,
        composition: Composition,
        bell: Bell | None,
    ) -> None:
        self.loop = loop
        self.dice = dice
        self.history = history
        self.database = database
        self.weather = weather
        self.wall = wall
        """The clock of the database's machine."""
        self.walls = [wall]
        self.provider = provider
        self.modes = modes
        self.composition = composition
        self.bell = bell
        """None where one node has the database for itself."""
        self.owners: dict[str, Life] = {}
        """Every life that there ever was, by the name that its leases bear."""


class Node:
    """A place where the service runs. A life that ends is followed by another."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.open = False
        """Whether it takes calls."""
        self._world = world
        self._lives = 0
        self._starting = False
        self.wall = world.wall
        if world.bell:
            self.wall = WallClock(world.loop, world.dice.below(400) - 200)
            world.walls.append(self.wall)
        self.life = Life(name)
        self.life.die()
        self.counter: Counter | None = None
        self._parts: Parts | None = None
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """The next life begins."""
        self._starting = False
        if self.life.alive:
            return
        world = self._world
        self._lives += 1
        self.life = life = Life(f"{self.name}.{self._lives}")
        engine = SimEngine(
            world.loop,
            world.database,
            world.weather,
            life,
            history=world.history,
            bell=world.bell,
            kill=self.kill,
        )
        env = SimEnv(world.loop, self.wall, world.dice)
        self._parts = parts = world.composition.compose(engine, env, world.provider, world.modes)
        world.owners[parts.owner] = life
        self.counter = Counter(parts, world.modes)
        world.history.tell(life.name, "starts")
        world.loop.spawn(life, self._live(parts, env)).add_done_callback(self._ended, context=OUTSIDE)

    def kill(self) -> None:
        """Dies at once, and is started again."""
        if self.life.alive:
            self._world.history.tell(self.life.name, "dies")
            self._leave()

    def stop(self) -> None:
        """SIGSTOP."""
        self._world.history.tell(self.life.name, "stops")
        self.life.stop()

    def go_on(self) -> None:
        """SIGCONT."""
        self._world.history.tell(self.life.name, "goes on")
        self.life.go_on(self._world.loop)

    def drain(self) -> None:
        """SIGTERM: it takes nothing new, finishes what it can, and is started again."""
        if self.life.alive and self.open and not self.life.draining:
            self._world.history.tell(self.life.name, "drains")
            self.life.draining = True
            self._world.loop.spawn(self.life, self._drain())

    def _leave(self) -> None:
        self.open = False
        self.life.die()
        self._world.database.audit()
        if not self._starting:
            self._starting = True
            wait_s = self._world.dice.between(0.05, 3.0)
            self._world.loop.call_later(wait_s, self.start, context=OUTSIDE)

    def _ended(self, _task: "asyncio.Task[None]") -> None:
        """The process ends by itself: it could not start."""
        if self.life.alive:
            self._world.history.tell(self.life.name, "exits")
            self._leave()

    async def _live(self, parts: Parts, env: SimEnv) -> None:
        with contextlib.suppress(StoreUnavailableError):
            await parts.sweep.at_start()
            await self._world.composition.after_start(parts, env)
            await parts.callers.refresh()
            parts.store.on_wake(parts.worker.wake)
            self.open = True
        if not self.open:
            return
        async with asyncio.TaskGroup() as tasks:
            loops = [
                _every(_REFRESH_S, parts.callers.refresh),
                _every(_SWEEP_S, lambda: _sweep_up(parts)),
                _every(_PRUNE_S, lambda: _prune(parts)),
                parts.worker.heartbeat(),
            ]
            self._loops = [tasks.create_task(loop) for loop in loops]
            tasks.create_task(parts.worker.run(tasks))

    async def _drain(self) -> None:
        parts, counter = self._parts, self.counter
        if parts is None or counter is None:
            return
        counter.closed = True
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(parts.worker.stop(_DRAIN_S))
            await asyncio.sleep(_DRAIN_S)
            await counter.drain()
        for loop in self._loops:
            loop.cancel()
        with contextlib.suppress(StoreUnavailableError):
            await parts.settler.close_owed()
            await parts.store.leave(parts.owner)
        self._world.history.tell(self.life.name, "exits")
        self._leave()


async def _every(seconds: float, step: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        with contextlib.suppress(StoreUnavailableError):
            await step()


async def _sweep_up(parts: Parts) -> None:
    """As background.py does it."""
    await parts.settler.close_owed()
    await parts.sweep.holds()
    await parts.sweep.others()
    await parts.sweep.overdue()
    parts.worker.queued, _ = await parts.store.queue_depth()


async def _prune(parts: Parts) -> None:
    while await parts.sweep.prune():
        pass
    await parts.sweep.bury()
