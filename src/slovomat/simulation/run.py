"""One run of a seed: so many steps, each checked, then rest, then the last account."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import cache

import msgspec
import structlog

from slovomat.modes import load_modes
from slovomat.ports.modes import ModeCatalogue
from slovomat.simulation.bell import Bell
from slovomat.simulation.clock import WallClock
from slovomat.simulation.composition import Composition
from slovomat.simulation.customers import Customers
from slovomat.simulation.database import Database
from slovomat.simulation.dice import Dice
from slovomat.simulation.engine import SimEngine
from slovomat.simulation.history import History
from slovomat.simulation.loop import Life, StuckError, VirtualLoop
from slovomat.simulation.nemesis import Nemesis
from slovomat.simulation.node import Node, World
from slovomat.simulation.operator import Operator
from slovomat.simulation.promises import Promises
from slovomat.simulation.provider import Provider
from slovomat.simulation.weather import Weather
from slovomat.storage.store import SQLStore

_REST_S = 240.0
"""All is final this long after the last mischief."""
_AUDIT_EVERY = 100
_Moves = list[tuple[int, Callable[[], None]]]


class Violation(msgspec.Struct, frozen=True):
    """A broken invariant, and in which step."""

    invariant: str
    detail: str
    step: int


class Verdict(msgspec.Struct, frozen=True):
    """What a run came to. `digest`: SHA-256 of its history."""

    seed: int
    steps: int
    violation: Violation | None
    digest: str
    history: list[str]


class Run:
    """The world of one seed."""

    def __init__(self, seed: int, composition: Composition) -> None:
        self.seed = seed
        self.step = 0
        self.violation: Violation | None = None
        self._loop = VirtualLoop(Dice(seed, "loop"))
        self._dice = Dice(seed, "world")
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._loop.set_exception_handler(self._bug)
        self._loop.on_bug = self._task_failed
        self.history = History(self._loop.time)
        calm = self._dice.happens(0.15)
        storm = 0.0 if calm else self._dice.pick((0.0, 0.3, 1.0, 2.0))
        shared = self._dice.happens(0.5)
        self._world = self._make_world(composition, storm, shared)
        self._nodes = [
            Node(self._world, f"n{n + 1}") for n in range(1 + shared + (shared and self._dice.below(2)))
        ]
        self._promises = Promises(
            self._world.database.mirror,
            self._fail,
            loop=self._loop,
            walls=self._world.walls,
            weather=self._world.weather,
            owners=self._world.owners,
        )
        self._customers = Customers(self._world, self._nodes, self._promises)
        self._operator = Operator(self._world, self._store(), self._customers, self._promises)
        self._nemesis = Nemesis(self._world, self._nodes)
        self._moves = self._make_moves(calm)

    def go(self, steps: int) -> Verdict:
        """Runs it, once."""
        with _logs_to(self._logged):
            main = self._loop.create_task(self._main(steps))
            main.add_done_callback(self._finish)
            try:
                self._loop.run_until_complete(self._over)
            except StuckError as error:
                self._fail("stuck", str(error))
            self._loop.bury()
        self._world.database.close()
        return Verdict(self.seed, steps, self.violation, self.history.digest(), self.history.lines)

    async def _main(self, steps: int) -> None:
        await self._set_up()
        for step in range(1, steps + 1):
            self.step = step
            self._dice_move()
            await asyncio.sleep(self._pause_s())
            if step % _AUDIT_EVERY == 0:
                self._world.database.audit()
        await self._rest()
        self._world.database.audit()
        self._promises.at_last(self._world.provider)

    async def _set_up(self) -> None:
        weather = self._world.weather
        weather.fair = True
        await self._operator.set_up(accounts=3)
        for node in self._nodes:
            node.start()
        await asyncio.sleep(0.5)
        weather.fair = False

    def _dice_move(self) -> None:
        self._dice.weighted(self._moves)()

    def _pause_s(self) -> float:
        mark = self._dice.throw()
        if mark < 0.65:
            return self._dice.between(0, 0.05)
        if mark < 0.95:
            return self._dice.between(0, 0.6)
        return self._dice.between(0, 5.0) if mark < 0.9999 else 700.0

    async def _rest(self) -> None:
        """Lets all that is under way come to its end, which it must in bounded time."""
        self._nemesis.rests()
        until_s = self._loop.now_s + _REST_S
        while self._customers.busy or self._promises.at_rest():
            if self._loop.now_s > until_s:
                self._fail("never_final", ", ".join(self._promises.at_rest()) or "a customer waits")
                return
            await asyncio.sleep(1.0)

    def _fail(self, invariant: str, detail: str) -> None:
        if self.violation is None:
            self.violation = Violation(invariant, detail, self.step)
            self.history.tell("VIOLATION", f"{invariant}: {detail}")
            self.history.end()
            if not self._over.done():
                self._over.set_result(None)

    def _finish(self, _main: "asyncio.Task[None]") -> None:
        if not self._over.done():
            self._over.set_result(None)

    def _task_failed(self, error: BaseException) -> None:
        self._fail("bug", f"{type(error).__name__}: {error}")

    def _bug(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        self._fail("bug", f"{type(error).__name__}: {error}" if error else str(context["message"]))

    def _logged(self, event: structlog.typing.EventDict) -> None:
        if event.get("exc_info"):
            self._fail("bug", f"{event.get('event')}: {event.get('error')}")

    def _store(self) -> SQLStore:
        world = self._world
        engine = SimEngine(
            world.loop,
            world.database,
            world.weather,
            Life("operator"),
            history=world.history,
            bell=None,
            kill=None,
        )
        return SQLStore(engine)

    def _make_world(self, composition: Composition, storm: float, shared: bool) -> World:
        loop, dice = self._loop, self._dice
        wall = WallClock(loop)
        weather = Weather(Dice(self.seed, "weather"), loop.time, storm)
        return World(
            loop=loop,
            dice=dice,
            history=self.history,
            database=Database(composition.queries(), self._fail, wall.now_ms if shared else None),
            weather=weather,
            wall=wall,
            provider=Provider(Dice(self.seed, "provider"), dice.pick((0, 0, 3))),
            modes=_modes(),
            composition=composition,
            bell=Bell(loop, weather) if shared else None,
        )

    def _make_moves(self, calm: bool) -> _Moves:
        """What may happen in a step, and how often of a thousand. Seeds differ in their mischief."""
        customers, operator, nemesis = self._customers, self._operator, self._nemesis
        mischief = (nemesis.kills, nemesis.stops, nemesis.drains, nemesis.takes_database, nemesis.sets_clock)
        return [
            (280, customers.submits),
            (140, customers.chats),
            (140, customers.streams),
            (120, customers.repeats),
            (140, customers.polls),
            (30, customers.asks_balance),
            (50, operator.credits),
            (15, operator.changes_plan),
            (10, operator.moves_account),
            (20, operator.replaces_key),
            (5, operator.blocks),
            (20, nemesis.upsets_upstream),
            *((0 if calm else self._dice.pick((0, 0, 8, 30)), move) for move in mischief),
        ]


@cache
def _modes() -> ModeCatalogue:
    return load_modes()


@contextlib.contextmanager
def _logs_to(hear: Callable[[structlog.typing.EventDict], None]) -> Iterator[None]:
    """What the product logs is heard here, and goes no further."""

    def processor(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        hear(event)
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[processor], wrapper_class=structlog.BoundLogger, cache_logger_on_first_use=False
    )
    try:
        yield
    finally:
        structlog.configure(**before)


def simulate(seed: int, steps: int, composition: Composition | None = None) -> Verdict:
    """One run; the same arguments give the same verdict, byte for byte."""
    return Run(seed, composition or Composition()).go(steps)
