"""Who is inside: direct generations under way, per account and in all, and the streams to tend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.domain.refusal import Code, Refusal
from slovomat.ports.env import Env
from slovomat.ports.limits import Slots
from slovomat.usecases.departure import Departure
from slovomat.web.sse import EventStream

_TOKEN_BYTES = 12


class GateRules(msgspec.Struct, frozen=True, kw_only=True):
    """How much may be inside: calls, their bodies' bytes, and calls of one account (0: no limit)."""

    direct_max: int
    bytes_max: int
    per_account_max: int


class Gate:
    """Refuses before anything is charged; on shutdown it closes, and can end what is inside."""

    def __init__(self, slots: Slots, env: Env, rules: GateRules) -> None:
        self._slots = slots
        self._env = env
        self._rules = rules
        self._inside: set[Departure] = set()
        self._bytes = 0
        self._left = asyncio.Event()
        self.streams: set[EventStream] = set()
        self.closed = False

    @asynccontextmanager
    async def pass_through(
        self, account_id: AccountId, client: Departure, size_bytes: int
    ) -> AsyncIterator[Refusal | None]:
        """Counts one generation and its body while it lasts; says why it may not begin, if so."""
        refusal = self._refusal(size_bytes)
        self._inside.add(client)
        self._bytes += size_bytes
        try:
            if refusal or not self._rules.per_account_max:
                yield refusal
            else:
                async with self._slot(str(account_id)) as refusal:
                    yield refusal
        finally:
            self._inside.discard(client)
            self._bytes -= size_bytes
            self._left.set()

    @property
    def inside(self) -> int:
        """Generations under way."""
        return len(self._inside)

    def _refusal(self, size_bytes: int) -> Refusal | None:
        if self.closed:
            return Refusal(code=Code.DRAINING)
        rules = self._rules
        full = self.inside >= rules.direct_max or self._bytes + size_bytes > rules.bytes_max
        return Refusal(code=Code.OVERLOADED) if full else None

    @asynccontextmanager
    async def _slot(self, who: str) -> AsyncIterator[Refusal | None]:
        token = self._env.random_bytes(_TOKEN_BYTES).hex()
        if not await self._slots.enter(who, self._rules.per_account_max, token):
            yield Refusal(code=Code.TOO_OFTEN, retry_after_ms=1000)
            return
        try:
            yield None
        finally:
            self._slots.leave(who, token)

    async def empty(self) -> None:
        """Returns once nothing is inside."""
        while self._inside:
            self._left.clear()
            await self._left.wait()

    def drain(self) -> None:
        """Ends everything inside: what is not whole is released."""
        for client in tuple(self._inside):
            client.drain()
