"""Natural batching: what was submitted to a rule while its last transaction ran makes the next one."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from slovomat.later import Later
from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.postgres_tx import PostgresTx
from slovomat.storage.tx import BatchRule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item
Spawn = Callable[[Coroutine[Any, Any, None]], object]
_BATCH_MAX = 256


CarryOut = Callable[[Callable[[PostgresTx], Awaitable[Any]]], Awaitable[Any]]
"""Runs work in a transaction: one that writes, or one that only reads."""


class Lanes:
    """A lane for each rule, made when the rule is first asked for."""

    def __init__(self, carry_out: CarryOut, spawn: Spawn) -> None:
        self._carry_out = carry_out
        self._spawn = spawn
        self._lanes: dict[BatchRule[Any, Any], Lane[Any, Any]] = {}

    def submit(self, rule: BatchRule[I, T], item: I) -> Later[T]:
        """The item's result, once its transaction has ended."""
        lane = self._lanes.get(rule)
        if lane is None:
            lane = self._lanes[rule] = Lane(rule, self._carry_out, self._spawn)
        return lane.submit(item)


class Lane(Generic[I, T]):
    """One rule's items, one transaction at a time. What was submitted is carried out, whoever leaves."""

    def __init__(self, rule: BatchRule[I, T], carry_out: CarryOut, spawn: Spawn) -> None:
        self._rule = rule
        self._carry_out = carry_out
        self._spawn = spawn
        self._waiting: list[tuple[I, Later[T]]] = []
        self._busy = False

    def submit(self, item: I) -> Later[T]:
        """The item's result, once it is committed."""
        later: Later[T] = Later()
        self._waiting.append((item, later))
        if not self._busy:
            self._busy = True
            self._spawn(self._work())
        return later

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH_MAX], self._waiting[_BATCH_MAX:]
                await self._run(batch)
        finally:
            self._busy = False

    async def _run(self, batch: list[tuple[I, Later[T]]]) -> bool:
        """All in one; should the rule fail, each runs again alone, so that none spoils it for the others.

        False: the database fails, and those who wait behind have heard of it too, whose time passes.
        """
        try:
            results = await self._carry_out(lambda tx: self._rule(tx, [item for item, _ in batch]))
        except StoreUnavailableError as error:
            waiting, self._waiting = self._waiting, []
            _fail([*batch, *waiting], error)
            return False
        except Exception as error:
            if len(batch) > 1:
                return await self._run_apart(batch)
            _fail(batch, error)
            return True
        for (_, later), result in zip(batch, results, strict=True):
            later.resolve(result)  # who waits goes on at once, and may have submitted more when this returns
        return True

    async def _run_apart(self, batch: list[tuple[I, Later[T]]]) -> bool:
        for n, one in enumerate(batch):
            if not await self._run([one]):
                _fail(batch[n:], StoreUnavailableError("the database went away"))
                return False
        return True


def _fail(items: Sequence[tuple[I, Later[T]]], error: Exception) -> None:
    for _, later in items:
        later.fail(error)
