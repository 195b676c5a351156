"""LISTEN and NOTIFY: nodes tell each other that jobs wait. Whoever misses it finds them by polling."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import asyncpg

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.postgres_start import connect
from slovomat.storage.postgres_transactions import GONE, Transactions
from slovomat.storage.postgres_tx import PostgresTx, Statements

_CHANNEL = "slovomat_jobs"
_AGAIN_S = 1.0
_LOOK_S = 15.0
Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class Wakeups:
    """One listening connection, renewed when it is lost; one notice at a time, however many ask for it."""

    def __init__(self, url: str, statements: Statements, transactions: Transactions, spawn: Spawn) -> None:
        self._url = url
        self._statements = statements
        self._transactions = transactions
        self._spawn = spawn
        self._telling = False
        self._again = False
        self._listener: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Notifies the others; while a notice is under way the next one waits for it."""
        self._again = True
        if not self._telling:
            self._telling = True
            self._spawn(self._tell())

    def listen(self, callback: Callable[[], None]) -> None:
        """Calls back on every notice, until closed."""
        self._listener = self._spawn(self._listen(callback))

    async def close(self) -> None:
        """Listens no more."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait((self._listener,))

    async def _tell(self) -> None:
        try:
            while self._again:
                self._again = False
                with suppress(StoreUnavailableError, asyncpg.PostgresError):
                    await self._transactions.read(lambda tx: tx.rows("notify"))
        finally:
            self._telling = False

    async def _listen(self, callback: Callable[[], None]) -> None:
        while True:
            with suppress(StoreUnavailableError, asyncpg.PostgresError, *GONE):
                connection = await connect(self._url)
                try:
                    gone = asyncio.Event()
                    connection.add_termination_listener(lambda _, gone=gone: gone.set())
                    await connection.add_listener(_CHANNEL, lambda *_: callback())
                    callback()  # what was told while nobody listened
                    await self._until_gone(connection, gone)
                finally:
                    connection.terminate()
            await asyncio.sleep(_AGAIN_S)

    async def _until_gone(self, connection: asyncpg.Connection, gone: asyncio.Event) -> None:
        """A way that has died in silence is found by a question now and then."""
        while not gone.is_set():
            try:
                async with asyncio.timeout(_LOOK_S):
                    await gone.wait()
            except TimeoutError:
                await PostgresTx(connection, self._statements, _LOOK_S).rows("session_pid")
