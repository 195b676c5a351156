"""A replica of the PostgreSQL server: asked first where lagging does no harm, left alone while it is down."""

import asyncio
from typing import TypeVar

import asyncpg

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.postgres_lane import Lanes, Spawn
from slovomat.storage.postgres_transactions import Transactions
from slovomat.storage.tx import BatchRule

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - an item
PATIENCE_S = 1.0
_REST_S = 5.0


class Replica:
    """Answers, or says nothing: then the server itself is asked."""

    def __init__(self, transactions: Transactions, spawn: Spawn) -> None:
        self._lanes = Lanes(transactions.read, spawn)
        self._rests_until_s = 0.0

    async def read(self, rule: BatchRule[I, T], item: I) -> T | None:
        """What the rule reads there, or None."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._rests_until_s:
            return None
        try:
            return await self._lanes.submit(rule, item)
        except (StoreUnavailableError, asyncpg.PostgresError):
            self._rests_until_s = loop.time() + _REST_S
            return None
