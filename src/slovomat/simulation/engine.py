"""The storage Engine of one life of a node, on the simulation's database.

Alone, it has SQLite's ways: one queue of writes, and reads that do not wait. Where nodes share the
database it has PostgreSQL's: each write goes its own way, hot rules have a queue each, reads are waited for.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any, TypeVar

from slovomat.later import Later, Strand
from slovomat.ports.store import StoreUnavailableError
from slovomat.simulation.bell import Bell
from slovomat.simulation.database import Database
from slovomat.simulation.history import History
from slovomat.simulation.lane import AWAY, Lane
from slovomat.simulation.loop import Life, VirtualLoop
from slovomat.simulation.weather import Weather
from slovomat.storage.sqlite_writer import Submitted
from slovomat.storage.tx import BatchRule, Rule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item


class SimEngine:
    """Speaks the Engine protocol for one life.

    `bell`: reaches the other nodes, where they share the database. `kill`: ends the life; None: it is
    nobody's to end.
    """

    def __init__(
        self,
        loop: VirtualLoop,
        database: Database,
        weather: Weather,
        life: Life,
        *,
        history: History,
        bell: Bell | None,
        kill: Callable[[], None] | None,
    ) -> None:
        self._database = database
        self._weather = weather
        self._life = life
        self._bell = bell
        self._make_lane = partial(Lane, loop, database, weather, life, history=history, kill=kill)
        self._lanes: dict[Rule[Any] | None, Lane] = {None: self._make_lane()}

    @property
    def shared(self) -> bool:
        """Whether other nodes serve the same database."""
        return self._bell is not None

    def starting(self) -> AbstractAsyncContextManager[None]:
        """First keys are made elsewhere."""
        return nullcontext()

    def wake_others(self) -> None:
        """Rings, where there are others."""
        if self._bell is not None:
            self._bell.ring(self._life)

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Listens, where there are others."""
        if self._bell is not None:
            self._bell.listen(self._life, callback)

    async def open(self) -> None:
        """The world has opened it."""

    async def close(self) -> None:
        """The world closes it."""

    def applied_migrations(self) -> list[str]:
        """Nobody asks."""
        return []

    async def write(self, rule: Rule[T], *args: Any) -> T:
        """Runs the rule and commits, even if the caller leaves."""
        lane = self._make_lane() if self.shared else self._lanes[None]
        made: T = await lane.submit(Submitted(rule, args, batched=False))
        return made

    def batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """The same, in one run of the rule with all other items of that commit."""
        name = rule if self.shared else None
        if name not in self._lanes:
            self._lanes[name] = self._make_lane()
        return self._lanes[name].submit(Submitted(rule, (item,), batched=True))

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a reading rule on what is committed at some instant on the way."""
        await self._travel()
        if self._weather.read_fails():
            raise StoreUnavailableError(AWAY)
        found = self._database.read(rule, *args)
        await self._travel()
        return found

    def read_batch(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """The same, for an item of its own."""
        return Strand(self._read_item(rule, item))

    async def _read_item(self, rule: BatchRule[I, T], item: I) -> T:
        return (await self.read(rule, [item]))[0]

    @property
    def has_replica(self) -> bool:
        """Where nodes share the database there is one."""
        return self.shared

    async def read_behind(self, rule: BatchRule[I, T], item: I) -> T | None:
        """Reads from the replica, where nodes share a database, if it answers."""
        if not self.shared or self._weather.read_fails():
            return None
        if self._weather.replica_catches_up():
            self._database.copy()
        return self._database.read_behind(rule, [item])[0]

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """The same."""
        return await self.read(rule, *args)

    async def _travel(self) -> None:
        if self.shared and (wait_s := self._weather.read_s()) > 0:
            await asyncio.sleep(wait_s)
