"""One attempt at one job: prompt, generation, and its outcome written in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from slovomat.domain.events import Completion, Failure, FailureKind, Usage
from slovomat.domain.generation import ClaimedJob, Closing, HoldState
from slovomat.domain.mode import ModeRef, Prompt
from slovomat.domain.refusal import Code
from slovomat.ports.env import Env
from slovomat.ports.modes import ModeCatalogue
from slovomat.ports.store import Jobs, StoreUnavailableError
from slovomat.ports.upstream import Upstream
from slovomat.ports.watch import Watch

_LONGEST_WAIT_MS = 60_000
_WRITE_AGAIN_S, _WRITE_AGAIN_MAX_S = 0.05, 5.0
_CLAIMS_MAX = 20
"""A job that was claimed so often without an outcome kills its workers: it is given up."""


class JobRules(msgspec.Struct, frozen=True, kw_only=True):
    """How often a job is tried, and the pause before the second attempt, doubled for each further."""

    attempts: int
    retry_wait_ms: int


def chat_body(prompt: Prompt) -> bytes:
    """A rendered prompt as the rest of a chat request (without `model` and the opening brace)."""
    messages = [{"role": "user", "content": prompt.user}]
    if prompt.system:
        messages.insert(0, {"role": "system", "content": prompt.system})
    fields = {"messages": messages, "temperature": prompt.temperature, "max_tokens": prompt.max_tokens}
    return msgspec.json.encode(fields)[1:]


class JobRunner:
    """Runs claimed jobs on one upstream."""

    def __init__(
        self, upstream: Upstream, jobs: Jobs, env: Env, watch: Watch, *, modes: ModeCatalogue, rules: JobRules
    ) -> None:
        self._upstream = upstream
        self._jobs = jobs
        self._env = env
        self._watch = watch
        self._modes = modes
        self._rules = rules

    async def run(self, job: ClaimedJob) -> None:
        """One attempt. A lease that was lost meanwhile changes nothing: the new holder decides."""
        began_s = self._env.monotonic_s()
        if job.token > _CLAIMS_MAX:
            await self._give_up(job, Code.UPSTREAM_ERROR, Code.UPSTREAM_ERROR, began_s)
            return
        used = self._modes.ref(job.mode.id)  # a mode may be edited while the upstream writes
        outcome = await self._upstream.complete(chat_body(self._modes.render(job.mode.id, job.text)))
        if outcome is None:
            raise AssertionError("nobody but this attempt could have abandoned its call")
        if isinstance(outcome, Completion):
            await self._complete(job, used, outcome, began_s)
            return
        self._watch.upstream_failed(self._upstream.name, outcome)
        wait_ms = self._wait_ms(job, outcome)
        if wait_ms is not None:
            await self._retry(job, wait_ms)
            return
        code = _CODES[outcome.kind]
        await self._give_up(job, code, _words(outcome) or code, began_s)

    async def broke(self, job: ClaimedJob) -> None:
        """An attempt that ended by a bug counts as one that failed."""
        if job.attempt < self._rules.attempts:
            await self._retry(job, self._pause_ms(job))
        else:
            await self._give_up(job, Code.INTERNAL, Code.INTERNAL, self._env.monotonic_s())

    async def _complete(
        self, job: ClaimedJob, used: ModeRef | None, completion: Completion, began_s: float
    ) -> None:
        closing = self._closing(job, HoldState.SETTLED, "", completion.usage, used)
        text = completion.text.strip()
        if await self._written(lambda: self._jobs.complete(job, text, closing, self._env.now_ms())):
            self._ended(job, HoldState.SETTLED, completion.usage, began_s)
            self._watch.said(job.id, job.text, completion.text)

    async def _give_up(self, job: ClaimedJob, reason: str, error: str, began_s: float) -> None:
        closing = self._closing(job, HoldState.RELEASED, reason, Usage(), self._modes.ref(job.mode.id))
        if await self._written(lambda: self._jobs.fail(job, error, closing, self._env.now_ms())):
            self._ended(job, f"{HoldState.RELEASED}:{reason}", Usage(), began_s)

    async def _retry(self, job: ClaimedJob, wait_ms: int) -> None:
        await self._written(lambda: self._jobs.retry(job, self._env.now_ms(), wait_ms))

    async def _written(self, write: Callable[[], Awaitable[bool]]) -> bool:
        """Writes an outcome, however long the database is away: what was generated is not thrown away."""
        wait_s = _WRITE_AGAIN_S
        while True:
            try:
                return await write()
            except StoreUnavailableError as error:
                self._watch.store_failed(str(error))
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, _WRITE_AGAIN_MAX_S)

    def _closing(
        self, job: ClaimedJob, state: HoldState, reason: str, usage: Usage, mode: ModeRef | None
    ) -> Closing:
        return Closing(
            id=job.id,
            account_id=job.account_id,
            state=state,
            reason=reason,
            upstream=self._upstream.name,
            usage=usage,
            mode=mode,
        )

    def _ended(self, job: ClaimedJob, outcome: str, usage: Usage, began_s: float) -> None:
        self._watch.generation_ended(job.dialect, outcome, usage, self._env.monotonic_s() - began_s)

    def _wait_ms(self, job: ClaimedJob, failure: Failure) -> int | None:
        """The pause before the next attempt, or None when there shall be none."""
        if job.attempt >= self._rules.attempts:
            return None
        if not failure.retryable and failure.kind is not FailureKind.UNAVAILABLE:
            return None
        if failure.retry_after_ms is not None:
            return min(failure.retry_after_ms, _LONGEST_WAIT_MS)
        return self._pause_ms(job)

    def _pause_ms(self, job: ClaimedJob) -> int:
        doubled = self._rules.retry_wait_ms << (job.attempt - 1)
        return min(_LONGEST_WAIT_MS, int(doubled * (0.5 + self._env.chance())))


_CODES = {
    FailureKind.ERROR: Code.UPSTREAM_ERROR,
    FailureKind.TIMEOUT: Code.UPSTREAM_TIMEOUT,
    FailureKind.UNAVAILABLE: Code.UPSTREAM_ERROR,
    FailureKind.REFUSED: Code.UPSTREAM_REFUSED,
}


class _ErrorText(msgspec.Struct):
    message: str


class _ErrorBody(msgspec.Struct):
    error: _ErrorText


def _words(failure: Failure) -> str | None:
    """The upstream's own sentence about a prompt that it refused."""
    if failure.kind is not FailureKind.REFUSED or failure.body is None:
        return None
    return msgspec.json.decode(failure.body, type=_ErrorBody).error.message or None
