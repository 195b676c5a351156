"""Who is inside: direct generations under way, per account and in all, and the streams to tend."""

import asyncio

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


class Visit:
    """One generation inside, or one that may not begin: `refusal` says why."""

    __slots__ = ("client", "refusal", "size_bytes", "slot")

    def __init__(self, client: Departure, size_bytes: int, refusal: Refusal | None) -> None:
        self.client = client
        self.size_bytes = size_bytes
        self.refusal = refusal
        self.slot: tuple[str, str] | None = None


class Gate:
    """Refuses before anything is charged; on shutdown it closes, and can end what is inside."""

    def __init__(self, slots: Slots, env: Env, rules: GateRules) -> None:
        self._slots = slots
        self._env = env
        self._rules = rules
        self._inside: set[Departure] = set()
        self._bytes = 0
        self._left = asyncio.Event()
        self.has_slots = rules.per_account_max > 0
        self.streams: set[EventStream] = set()
        self.closed = False

    def enter(self, client: Departure, size_bytes: int) -> Visit:
        """Counts one generation and its body, until it leaves."""
        visit = Visit(client, size_bytes, self._refusal(size_bytes))
        self._inside.add(client)
        self._bytes += size_bytes
        return visit

    async def take_slot(self, visit: Visit, account_id: AccountId) -> None:
        """Takes one of the account's places, unless all are taken; not for who may not begin anyway."""
        if visit.refusal is not None:
            return
        who, token = str(account_id), self._env.random_bytes(_TOKEN_BYTES).hex()
        if await self._slots.enter(who, self._rules.per_account_max, token):
            visit.slot = (who, token)
        else:
            visit.refusal = Refusal(code=Code.TOO_OFTEN, retry_after_ms=1000)

    def leave(self, visit: Visit) -> None:
        """It has ended, or never began."""
        self._inside.discard(visit.client)
        self._bytes -= visit.size_bytes
        if visit.slot is not None:
            self._slots.leave(*visit.slot)
        if not self._inside:
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

    async def empty(self) -> None:
        """Returns once nothing is inside."""
        while self._inside:
            self._left.clear()
            await self._left.wait()

    def drain(self) -> None:
        """Ends everything inside: what is not whole is released."""
        for client in tuple(self._inside):
            client.drain()
