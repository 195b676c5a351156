"""Direct generations: choose nothing, pass everything, settle exactly once.

The rule for a stream that breaks: nothing delivered, or the upstream broke it: released. The client
left after the first delivered piece: charged. A plain answer that was complete is charged.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from slovomat.domain.events import Completion, Done, Failure, Usage
from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, ChatRequest, StoredAnswer
from slovomat.later import Later
from slovomat.ports.env import Env
from slovomat.ports.upstream import Call, Upstream
from slovomat.ports.watch import Watch
from slovomat.usecases.departure import Departure
from slovomat.usecases.retries import RetryRules, refusal_of, wait_before_retry_ms
from slovomat.usecases.settle import Settler

_CLIENT_LEFT = "client_left"
_UNWRITTEN = Refusal(code=Code.OVERLOADED)
"""The answer is there, but the charge could not be written: the price goes back."""


class Sink(Protocol):
    """Where a stream goes."""

    def flows_from(self, call: Call[Done | Failure]) -> None:
        """Whom to ask for a pause when the client is slow to read."""

    def pieces(self, chunks: list[bytes]) -> None:
        """Chunks, as JSON, on their way to the client."""

    def whole(self) -> None:
        """The end of a whole stream."""

    async def broken(self, refusal: Refusal) -> None:
        """The end of a stream that failed, before or after its first piece."""

    @property
    def waiting(self) -> bool:
        """Whether a piece waits for the client to read."""

    def kept(self) -> StoredAnswer:
        """All that is sent of a whole stream, for repeats of the call."""


class Gone(msgspec.Struct, frozen=True):
    """The client left before its answer: nobody is there to be told."""


class Generator:
    """Runs direct generations on one upstream."""

    def __init__(
        self, upstream: Upstream, settler: Settler, env: Env, watch: Watch, rules: RetryRules
    ) -> None:
        self._upstream = upstream
        self._settler = settler
        self._env = env
        self._watch = watch
        self._rules = rules

    async def plain(
        self, request: ChatRequest, accepted: Accepted, client: Departure, render: Callable[[bytes], bytes]
    ) -> StoredAnswer | Refusal | Gone:
        """One whole answer, as `render` makes it; settled or released when this returns."""
        run = _Run(self, request, accepted)
        try:
            with client:
                outcome = await self._complete(request.body_rest, client)
            if outcome is None and client.left and not client.drained:
                await run.release(_CLIENT_LEFT)
                return Gone()
            if not isinstance(outcome, Completion):
                return await run.fail(outcome, client)
            answer = StoredAnswer(200, "application/json", render(outcome.body))
            if not await run.settle("", outcome.usage, answer if request.idempotency else None):
                return _UNWRITTEN
            self._watch.said(accepted.id, request.body_rest, outcome.text)
            return answer
        finally:
            await run.end()

    async def stream(self, request: ChatRequest, accepted: Accepted, client: Departure, sink: Sink) -> None:
        """One stream into the sink, settled or released when this returns."""
        run = _Run(self, request, accepted)
        try:
            with client:
                ended = await self._pour(request, client, sink, run)
            if ended is None and not client.drained and (client.left or sink.waiting):
                await self._left(request, run)
                return
            if not isinstance(ended, Done):
                await sink.broken(await run.fail(ended, client))
                return
            if not await run.settle("", ended.usage, sink.kept() if request.idempotency else None):
                await sink.broken(_UNWRITTEN)
                return
            self._watch.said(accepted.id, request.body_rest, "(streamed)")
            sink.whole()
        finally:
            await run.end()

    async def _left(self, request: ChatRequest, run: "_Run") -> None:
        """Charged for what was delivered; not under an idempotency key, whose repeat would find nothing."""
        if run.delivered and request.idempotency is None:
            await run.settle(_CLIENT_LEFT, Usage(), None)
        else:
            await run.release(_CLIENT_LEFT)

    async def _complete(self, body_rest: bytes, client: Departure) -> Completion | Failure | None:
        """Calls until an answer is there; None when nobody waits for it any more."""
        retry = 0
        while True:
            outcome = await client.wait_for(self._upstream.complete(body_rest))
            if not isinstance(outcome, Failure) or not await self._again(outcome, retry, client):
                return None if isinstance(outcome, Failure) and client.over else outcome
            retry += 1

    async def _pour(
        self, request: ChatRequest, client: Departure, sink: Sink, run: "_Run"
    ) -> Done | Failure | None:
        """Calls until a stream ends well or something was delivered."""

        def deliver(chunks: list[bytes]) -> None:
            sink.pieces(chunks)
            if not run.delivered and not client.left:
                run.delivered = True
                client.stays = request.idempotency is not None

        retry = 0
        while True:
            call = self._upstream.stream(request.body_rest, deliver)
            sink.flows_from(call)
            ended = await client.wait_for(call)
            if not isinstance(ended, Failure) or run.delivered:
                return ended
            if not await self._again(ended, retry, client):
                return None if client.over else ended
            retry += 1

    async def _again(self, failure: Failure, retry: int, client: Departure) -> bool:
        """Whether to call once more, after a pause."""
        self._watch.upstream_failed(self._upstream.name, failure)
        wait_ms = wait_before_retry_ms(failure, retry, self._rules, self._env.chance())
        if wait_ms is None:
            return False
        await client.rest(wait_ms / 1000)
        return not client.over

    def refuse(self, failure: Failure | None, client: Departure) -> Refusal:
        """What the client is told of the upstream's failure; None: the wait for it was ended."""
        if failure is not None:
            return refusal_of(failure, self._upstream.readiness())
        return Refusal(code=Code.DRAINING if client.drained else Code.UPSTREAM_TIMEOUT)

    def close(self, closing: Closing, answer: StoredAnswer | None) -> Later[bool]:
        """Whether the hold is closed as told."""
        return self._settler.close(closing, answer)

    def enter(self, generation: GenerationId) -> None:
        """The generation is under way here."""
        self._settler.live.add(generation)

    def leave(self, generation: GenerationId) -> None:
        """It is no more."""
        self._settler.live.discard(generation)

    def ended(self, dialect: str, outcome: str, usage: Usage, began_s: float) -> None:
        """Tells the watch."""
        self._watch.generation_ended(dialect, outcome, usage, self._env.monotonic_s() - began_s)

    def now_s(self) -> float:
        """For durations."""
        return self._env.monotonic_s()

    @property
    def upstream_name(self) -> str:
        """For the generation's record."""
        return self._upstream.name


class _Run:
    """One generation from its hold to its close."""

    def __init__(self, generator: Generator, request: ChatRequest, accepted: Accepted) -> None:
        self._generator = generator
        self._dialect = request.dialect
        self._accepted = accepted
        self._began_s = generator.now_s()
        self._closed = False
        self.delivered = False
        generator.enter(accepted.id)

    async def end(self) -> None:
        """Whatever happened, a cancellation from above or a bug too, no hold stays open."""
        try:
            if not self._closed:
                await self.release("interrupted")
        finally:
            self._generator.leave(self._accepted.id)

    async def settle(self, reason: str, usage: Usage, answer: StoredAnswer | None) -> bool:
        return await self._close(HoldState.SETTLED, reason, usage, answer)

    async def release(self, reason: str) -> None:
        await self._close(HoldState.RELEASED, reason, Usage(), None)

    async def fail(self, failure: Failure | None, client: Departure) -> Refusal:
        refusal = self._generator.refuse(failure, client)
        await self.release(refusal.code)
        return refusal

    async def _close(self, state: HoldState, reason: str, usage: Usage, answer: StoredAnswer | None) -> bool:
        generator = self._generator
        closing = Closing(
            id=self._accepted.id,
            account_id=self._accepted.account_id,
            state=state,
            reason=reason,
            upstream=generator.upstream_name,
            usage=usage,
            held=self._accepted.held,
        )
        written = await generator.close(closing, answer)
        self._closed = True
        if written:
            generator.ended(self._dialect, f"{state}:{reason}" if reason else state, usage, self._began_s)
        return written
