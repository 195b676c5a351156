"""A replica of the PostgreSQL server: asked first where lagging does no harm, left alone while it is down."""

import asyncio
from typing import Any, TypeVar

import asyncpg

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.postgres_lane import Lane, Spawn
from slovomat.storage.postgres_transactions import Transactions
from slovomat.storage.tx import BatchRule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item
PATIENCE_S = 1.0
_REST_S = 5.0


class Replica:
    """Answers, or says nothing: then the server itself is asked."""

    def __init__(self, transactions: Transactions, spawn: Spawn) -> None:
        self._transactions = transactions
        self._spawn = spawn
        self._lanes: dict[BatchRule[Any, Any], Lane[Any, Any]] = {}
        self._rests_until_s = 0.0

    async def read(self, rule: BatchRule[I, T], item: I) -> T | None:
        """What the rule reads there, or None."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rests_until_s:
            return None
        try:
            lane = self._lanes.get(rule)
            if lane is None:
                lane = self._lanes[rule] = Lane(rule, self._transactions.read, self._spawn)
            found: T = await lane.submit(item)
            return found
        except (StoreUnavailableError, asyncpg.PostgresError):
            self._rests_until_s = loop.time() + _REST_S
            return None
