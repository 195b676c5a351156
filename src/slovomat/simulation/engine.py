"""The storage Engine of one life of a node: group commit as the real writer has it, with seeded fates."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeVar

from slovomat.ports.store import StoreUnavailableError
from slovomat.simulation.bell import Bell
from slovomat.simulation.database import Database, Write
from slovomat.simulation.history import History
from slovomat.simulation.loop import Life, VirtualLoop
from slovomat.simulation.weather import Fate, Weather
from slovomat.storage.tx import BatchRule, Rule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item
_AWAY = "the database is away"
_DEADLY = {Fate.DIES_BEFORE, Fate.DIES_AFTER}


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
        self._loop = loop
        self._database = database
        self._weather = weather
        self._life = life
        self._history = history
        self._kill = kill
        self._waiting: list[Write] = []
        self._busy = False
        self._bell = bell

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
        """Runs the rule in the next commit, even if the caller leaves."""
        done: T = await self._submit(rule, args, batched=False)
        return done

    async def batch(self, rule: BatchRule[I, T], item: I) -> T:
        """The same, in one run of the rule with all other items of that commit."""
        done: T = await self._submit(rule, (item,), batched=True)
        return done

    async def read(self, rule: Rule[T], *args: Any) -> T:
        """Runs a reading rule on what is committed at some instant on the way."""
        if (wait_s := self._weather.read_s()) > 0:
            await asyncio.sleep(wait_s)
        if self._weather.read_fails():
            raise StoreUnavailableError(_AWAY)
        return self._database.read(rule, *args)

    async def read_behind(self, rule: Rule[T], *args: Any) -> T | None:
        """Reads from the replica, where nodes share a database, if it answers."""
        if self._bell is None or self._weather.read_fails():
            return None
        if self._weather.replica_catches_up():
            self._database.copy()
        return self._database.read_behind(rule, *args)

    async def report(self, rule: Rule[T], *args: Any) -> T:
        """The same."""
        return await self.read(rule, *args)

    def _submit(self, rule: Rule[Any], args: tuple[Any, ...], *, batched: bool) -> "asyncio.Future[Any]":
        if not self._life.alive:  # the clean-up of coroutines after the run
            raise StoreUnavailableError("this process is dead")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append(Write(rule, args, batched, future))
        if not self._busy:
            self._begin()
        return future

    def _begin(self) -> None:
        self._busy = True
        self._loop.call_later(self._weather.commit_s(), self._commit)

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        fate = self._weather.fate()
        if self._kill is None and fate in _DEADLY:
            fate = Fate.DONE
        names = " ".join(write.rule.__name__ for write in batch)
        self._history.tell(self._life.name, f"{names} {fate}")
        if fate not in {Fate.REFUSED, Fate.DIES_BEFORE}:
            self._database.transact(batch, keep=fate is not Fate.UNDONE, by=self._life)
        if fate in _DEADLY and self._kill is not None:
            self._kill()
            return
        self._loop.call_later(self._weather.told_s(), self._tell, batch, fate is Fate.DONE)

    def _tell(self, batch: list[Write], done: bool) -> None:
        for write in batch:
            if write.future.done():
                continue
            if not done:
                write.future.set_exception(StoreUnavailableError(_AWAY))
            elif write.conflict is not None:
                write.future.set_exception(write.conflict)
            else:
                write.future.set_result(write.result)
        if self._waiting:
            self._begin()
        else:
            self._busy = False
