"""A played upstream, sink and watch, around the real rules of generation and the real store."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar, cast

import anyio

from slovomat.domain.events import Completion, Delta, Done, Event, Failure, FailureKind, Usage
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import Accepted, ChatRequest, StoredAnswer
from slovomat.later import Strand
from slovomat.ports.store import Ledger
from slovomat.ports.upstream import Call, Deliver, Readiness
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.usecases.generate import Generator, Gone
from slovomat.usecases.retries import RetryRules
from slovomat.usecases.settle import Settler
from tests.books import MODE, Books, mark

T = TypeVar("T")
Step = Event | Completion | Callable[[], Awaitable[object] | None]
DONE = Done(Usage(3, 5))
WHOLE = Completion(body=b'{"whole": 1}', text="whole", usage=Usage(3, 5))
PASSING = Failure(kind=FailureKind.ERROR, detail="HTTP 500", retryable=True)
BROKEN_OFF = Failure(kind=FailureKind.ERROR, detail="ended early", retryable=True)
"""What an adapter makes of an answer that has no end: that it does is held by its own tests."""
FINAL = Failure(kind=FailureKind.ERROR, detail="HTTP 401")


def delta(text: str) -> Delta:
    """A piece."""
    return Delta(text.encode())


class PlayedCall(Call[T]):
    """One call: its script runs in a task of its own until the call has ended, or nobody wants it."""

    __slots__ = ("_ended", "_flowing", "_playing")

    def __init__(self, ended: Callable[[], None]) -> None:
        super().__init__()
        self._ended = ended
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._playing: asyncio.Future[None] | None = None

    @property
    def paused(self) -> bool:
        """Whether the reader is slow."""
        return not self._flowing.is_set()

    def play(self, script: list[Step], deliver: Deliver | None) -> None:
        """Begins."""
        self._playing = asyncio.ensure_future(self._play(script, deliver))

    async def _play(self, script: list[Step], deliver: Deliver | None) -> None:
        try:
            for step in script:
                await self._step(step, deliver)
        except Exception as error:
            self.fail(error)
        if not self.done():
            self.resolve(cast("T", BROKEN_OFF))

    async def _step(self, step: Step, deliver: Deliver | None) -> None:
        if isinstance(step, Delta):
            await self._flowing.wait()
            if deliver is not None and not self.done():
                deliver([step.data])
        elif isinstance(step, Done | Failure | Completion):
            assert isinstance(step, Failure) or isinstance(step, Done) == (deliver is not None)
            self.resolve(cast("T", step))
        elif inspect.isawaitable(waiting := step()):
            await waiting

    def resolve(self, result: T | None) -> None:
        """Its end, whichever."""
        if not self.done():
            self._ended()
        super().resolve(result)

    def fail(self, error: BaseException) -> None:
        """Its end, by a bug or a cancellation."""
        if not self.done():
            self._ended()
        super().fail(error)

    def _leave(self) -> None:
        """The script ends where it is."""
        if self._playing is not None:
            self._playing.cancel()

    def pause(self) -> None:
        """No piece goes out."""
        self._flowing.clear()

    def resume(self) -> None:
        """They go on."""
        self._flowing.set()


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

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """The script's first outcome that is no event of a stream."""
        call = PlayedCall[Completion | Failure](self._close)
        self._play(call, body_rest, None)
        return call

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """The script's pieces, and its first outcome."""
        call = PlayedCall[Done | Failure](self._close)
        self._play(call, body_rest, deliver)
        return call

    def _play(self, call: PlayedCall[Any], body_rest: bytes, deliver: Deliver | None) -> None:
        script = self.scripts[min(self.calls, len(self.scripts) - 1)]
        self.calls += 1
        self.bodies.append(body_rest)
        self._called.set()
        call.play(script, deliver)

    def _close(self) -> None:
        self.closed += 1

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""


class PlayedSink:
    """The Sink of a stream; `before` runs ahead of each piece, `at_end` of the end."""

    def __init__(
        self, before: Callable[[], None] | None = None, at_end: Callable[[], None] | None = None
    ) -> None:
        self.before = before
        self.at_end = at_end
        self.read: list[str] = []
        self.calls: list[Call[Done | Failure]] = []
        self.slow = False
        self.ends: list[str | Refusal] = []

    def flows_from(self, call: Call[Done | Failure]) -> None:
        """Whom a slow reader pauses."""
        self.calls.append(call)

    def pieces(self, chunks: list[bytes]) -> None:
        """Pieces that came together."""
        if self.before is not None:
            self.before()
        self.read += [chunk.decode() for chunk in chunks]

    def whole(self) -> None:
        """The good end."""
        if self.at_end is not None:
            self.at_end()
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
        return StoredAnswer(200, "text/event-stream", "".join(self.read).encode())


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
        *,
        strand: bool = False,
    ) -> None:
        self.books = books
        self.upstream = upstream
        self.watch = PlayedWatch()
        self.client = client or departure()
        self.strand = strand
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
        return await self._run(
            self.generator.plain(request, accepted, self.client, lambda body: b"[" + body + b"]")
        )

    async def stream(self, sink: PlayedSink, key: str | None = None) -> None:
        """A streamed call, from its hold to its end."""
        request, accepted = await self.ask(key)
        await self._run(self.generator.stream(request, accepted, self.client, sink))

    async def _run(self, generation: Coroutine[Any, Any, T]) -> T:
        """In this task, or as the direct way does it, in none."""
        return await (Strand(generation) if self.strand else generation)

    async def state(self) -> str:
        """How the hold stands: `held`, or what closed it with its reason."""
        await self.books.store.ping()
        entries = await self.books.store.account_entries(self.books.account, 1)
        return {"hold": "held", "settle": "settled", "release": "released", "expire": "expired"}[
            entries[0].kind
        ]


def departure(limit_s: float = 30) -> Departure:
    """A client, whose call may take so long."""
    return Departure(Deadlines(limit_s))


def steps(*events: Step) -> list[Step]:
    """A script."""
    return list(events)


async def for_ever() -> None:
    """The upstream says nothing more."""
    await anyio.sleep_forever()
