"""Who is inside: direct generations under way, per account and in all, and the streams to tend."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from slovomat.domain.ids import AccountId
from slovomat.domain.refusal import Code, Refusal
from slovomat.usecases.departure import Departure
from slovomat.web.sse import EventStream


class Gate:
    """Refuses before anything is charged; on shutdown it closes, and can end what is inside."""

    def __init__(self, direct_max: int, per_account_max: int) -> None:
        self._direct_max = direct_max
        self._per_account_max = per_account_max
        self._of_account: Counter[AccountId] = Counter()
        self._inside: set[Departure] = set()
        self._left = asyncio.Event()
        self.streams: set[EventStream] = set()
        self.closed = False

    def refusal(self, account_id: AccountId) -> Refusal | None:
        """Why one more may not come in."""
        if self.closed or len(self._inside) >= self._direct_max:
            return Refusal(code=Code.OVERLOADED)
        if 0 < self._per_account_max <= self._of_account[account_id]:
            return Refusal(code=Code.TOO_OFTEN, retry_after_ms=1000)
        return None

    @contextmanager
    def pass_through(self, account_id: AccountId, client: Departure) -> Iterator[None]:
        """Counts one generation while it lasts."""
        self._inside.add(client)
        self._of_account[account_id] += 1
        try:
            yield
        finally:
            self._inside.discard(client)
            self._left.set()
            self._of_account[account_id] -= 1
            if not self._of_account[account_id]:
                del self._of_account[account_id]

    async def empty(self) -> None:
        """Returns once nothing is inside."""
        while self._inside:
            self._left.clear()
            await self._left.wait()

    def drain(self) -> None:
        """Ends everything inside: what is not whole is released."""
        for client in tuple(self._inside):
            client.drain()
