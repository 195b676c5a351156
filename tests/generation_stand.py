"""A played upstream, sink and watch, around the real rules of generation and the real store."""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import anyio

from slovomat.domain.events import Completion, Delta, Done, Event, Failure, FailureKind, Usage
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import Accepted, ChatRequest, StoredAnswer
from slovomat.ports.store import Ledger
from slovomat.ports.upstream import Readiness
from slovomat.usecases.departure import Departure
from slovomat.usecases.generate import Generator, Gone
from slovomat.usecases.retries import RetryRules
from slovomat.usecases.settle import Settler
from tests.books import MODE, Books, mark

Step = Event | Completion | Callable[[], Awaitable[None] | None]
DONE = Done(Usage(3, 5))
WHOLE = Completion(body=b'{"whole": 1}', text="whole", usage=Usage(3, 5))
PASSING = Failure(kind=FailureKind.ERROR, detail="HTTP 500", retryable=True)
FINAL = Failure(kind=FailureKind.ERROR, detail="HTTP 401")


def delta(text: str) -> Delta:
    """A piece."""
    return Delta(text.encode())


class PlayedUpstream:
    """The Upstream port: each call plays the next script, and the last script again and again."""

    def __init__(self, *scripts: list[Step], concurrency: int = 0, state: Readiness | None = None) -> None:
        self.name, self.model, self.concurrency = "played", "model", concurrency
        self.state = state or Readiness(ready=True)
        self.scripts = scripts
        self.calls = 0
        self.closed = 0
        self.bodies: list[bytes] = []
        self._called = anyio.Event()

    async def reaches(self, calls: int) -> None:
        """Waits for so many calls."""
        while self.calls < calls:
            self._called = anyio.Event()
            await self._called.wait()

    def readiness(self) -> Readiness:
        """As set."""
        return self.state

    async def complete(self, body_rest: bytes) -> Completion | Failure:
        """The script's first outcome that is no event of a stream."""
        try:
            async for event in self._play(body_rest):
                if isinstance(event, Completion | Failure):
                    return event
        finally:
            self.closed += 1
        raise AssertionError("the script has no outcome")

    async def stream(self, body_rest: bytes) -> AsyncGenerator[Event, None]:
        """The script's events."""
        try:
            async for event in self._play(body_rest):
                assert not isinstance(event, Completion)
                yield event
        finally:
            self.closed += 1

    async def _play(self, body_rest: bytes) -> AsyncGenerator[Event | Completion, None]:
        script = self.scripts[min(self.calls, len(self.scripts) - 1)]
        self.calls += 1
        self.bodies.append(body_rest)
        self._called.set()
        for step in script:
            if isinstance(step, Delta | Done | Failure | Completion):
                yield step
            elif inspect.isawaitable(waiting := step()):
                await waiting

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""


class PlayedSink:
    """The Sink of a stream; `before` runs ahead of each piece, `at_end` of the end."""

    def __init__(
        self,
        before: Callable[[], Awaitable[None]] | None = None,
        at_end: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.before = before
        self.at_end = at_end
        self.pieces: list[str] = []
        self.slow = False
        self.ends: list[str | Refusal] = []

    async def piece(self, data: bytes) -> None:
        """One piece."""
        if self.before is not None:
            await self.before()
        self.pieces.append(data.decode())

    async def whole(self) -> None:
        """The good end."""
        if self.at_end is not None:
            await self.at_end()
        self.ends.append("whole")

    async def broken(self, refusal: Refusal) -> None:
        """The bad end."""
        self.ends.append(refusal)

    @property
    def waiting(self) -> bool:
        """Whether the client is slow to read."""
        return self.slow

    def kept(self) -> StoredAnswer:
        """All that was sent."""
        return StoredAnswer(200, "text/event-stream", "".join(self.pieces).encode())


class PlayedWatch:
    """The Watch port, remembering."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.outcomes: list[str] = []

    def upstream_failed(self, upstream: str, failure: Failure) -> None:
        """One call failed."""
        self.failures.append(f"{upstream}: {failure.detail}")

    def store_failed(self, detail: str) -> None:
        """The database was away."""
        self.failures.append(f"store: {detail}")

    def generation_ended(self, dialect: str, outcome: str, usage: Usage, seconds: float) -> None:  # noqa: ARG002 - the port's
        """One ended."""
        self.outcomes.append(f"{dialect} {outcome} {usage.completion_tokens}")

    def said(self, generation: int, prompt: str | bytes, answer: str) -> None:
        """Nobody asked for texts."""


class Stage:
    """One generation after another, on played surroundings and real books."""

    def __init__(
        self,
        books: Books,
        upstream: PlayedUpstream,
        client: Departure | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.books = books
        self.upstream = upstream
        self.watch = PlayedWatch()
        self.client = client or Departure(30)
        self.rules = RetryRules(retries=2, wait_max_ms=5)
        self.settler = Settler(ledger or books.store, books.env, self.watch, patience_s=0)
        self.generator = Generator(upstream, self.settler, books.env, self.watch, self.rules)
        self.accepted: Accepted | None = None

    async def ask(self, key: str | None = None, **more: Any) -> tuple[ChatRequest, Accepted]:
        """An accepted call, perhaps under an idempotency key."""
        idempotency = mark(key) if key else None
        request = ChatRequest(
            dialect="openai",
            price_requests=2,
            body_rest=b'"messages": []}',
            stream=True,
            mode=MODE,
            cut_chars=0,
            idempotency=idempotency,
        )
        result = await self.books.hold(2, idempotency=idempotency, dialect="openai", **more)
        assert isinstance(result, Accepted), result
        self.accepted = result
        return request, result

    async def plain(self, key: str | None = None) -> StoredAnswer | Refusal | Gone:
        """A plain call, from its hold to its end."""
        request, accepted = await self.ask(key)
        return await self.generator.plain(request, accepted, self.client, lambda body: b"[" + body + b"]")

    async def stream(self, sink: PlayedSink, key: str | None = None) -> None:
        """A streamed call, from its hold to its end."""
        request, accepted = await self.ask(key)
        await self.generator.stream(request, accepted, self.client, sink)

    async def state(self) -> str:
        """How the hold stands: `held`, or what closed it with its reason."""
        await self.books.store.ping()
        entries = await self.books.store.account_entries(self.books.account, 1)
        return {"hold": "held", "settle": "settled", "release": "released", "expire": "expired"}[
            entries[0].kind
        ]


def steps(*events: Step) -> list[Step]:
    """A script."""
    return list(events)


async def for_ever() -> None:
    """The upstream says nothing more."""
    await anyio.sleep_forever()
