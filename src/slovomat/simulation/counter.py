"""The doors of a node, as the web layer has them, without bytes: who calls, may they, what is answered."""

import asyncio
from collections.abc import Callable

import msgspec

from slovomat.domain.caller import Caller
from slovomat.domain.generation import JobView
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, ChatRequest, JobRequest, StoredAnswer
from slovomat.ports.modes import ModeCatalogue
from slovomat.simulation.composition import DEADLINE_S, Parts
from slovomat.usecases.admit import opens
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.usecases.generate import Gone, Sink
from slovomat.usecases.retries import unavailable

_ADDRESS = "192.0.2.1"
UNKNOWN = Refusal(code=Code.REQUEST_UNKNOWN)


class Direct(msgspec.Struct, frozen=True):
    """How a direct call ended at its node: the hold that was its own, if any, and what was answered."""

    hold: Accepted | None
    told: StoredAnswer | Refusal | Gone | None
    """None: all that is told went into the sink."""


class Counter:
    """The calls of customers on one life of a node."""

    def __init__(self, parts: Parts, modes: ModeCatalogue) -> None:
        self.parts = parts
        self.closed = False
        self._modes = modes
        self._inside: dict[int, Departure] = {}
        self._visits = 0
        self._left = asyncio.Event()

    async def create(self, key: str, request: JobRequest) -> Accepted | Refusal:
        """A job."""
        caller = await self._caller(key, request.dialect)
        if isinstance(caller, Refusal):
            return caller
        closed = self._closed(self.parts.worker.full)
        admitted = await self.parts.admission.hold(caller, request, closed)
        if isinstance(admitted.result, StoredAnswer):
            raise AssertionError("a job's answer is its id: none is stored")
        if isinstance(admitted.result, Accepted) and not admitted.result.replayed:
            self.parts.worker.added()
        return admitted.result

    async def poll(self, key: str, dialect: str, job: GenerationId) -> JobView | Refusal:
        """How a job stands."""
        caller = await self._caller(key, dialect)
        if isinstance(caller, Refusal):
            return caller
        if refusal := await self.parts.admission.poll(caller):
            return refusal
        return await self.parts.store.find_job(caller.account_id, job) or UNKNOWN

    async def balance(self, key: str) -> int | Refusal:
        """What the key can spend."""
        caller = await self._caller(key, "textbot")
        if isinstance(caller, Refusal):
            return caller
        if refusal := await self.parts.admission.asks_balance(caller):
            return refusal
        return await self.parts.admission.balance(caller)

    async def chat(
        self,
        key: str,
        request: ChatRequest,
        client: Departure,
        sink: Callable[[Accepted], Sink],
    ) -> Direct:
        """A direct call, plain or streamed."""
        caller = await self._caller(key, request.dialect)
        if isinstance(caller, Refusal):
            return Direct(None, caller)
        closed = self._closed(False)
        self._visits += 1
        visit = self._visits
        self._inside[visit] = client
        try:
            result = (await self.parts.admission.hold(caller, request, closed)).result
            if not isinstance(result, Accepted):
                return Direct(None, result)
            if request.stream:
                await self.parts.generator.stream(request, result, client, sink(result))
                return Direct(result, None)
            return Direct(result, await self.parts.generator.plain(request, result, client, _same))
        finally:
            del self._inside[visit]
            self._left.set()

    async def drain(self) -> None:
        """Ends what is inside, and waits until it has ended."""
        for client in tuple(self._inside.values()):
            client.drain()
        while self._inside:
            self._left.clear()
            await self._left.wait()

    def _closed(self, full: bool) -> Refusal | None:
        readiness = self.parts.upstream.readiness()
        if not readiness.ready:
            return unavailable(readiness)
        return Refusal(code=Code.OVERLOADED) if full or self.closed else None

    async def _caller(self, key: str, dialect: str) -> Caller | Refusal:
        caller = await self.parts.callers.find(key, _ADDRESS)
        if isinstance(caller, Refusal):
            return caller
        return caller if opens(caller, dialect) else await self.parts.admission.closed(caller, dialect)


def departure() -> Departure:
    """A client's connection."""
    return Departure(Deadlines(DEADLINE_S))


def _same(body: bytes) -> bytes:
    return body
