"""One real call to the upstream, at the operator's cost: no account, no hold, no ledger."""

import asyncio

import msgspec

from slovomat.domain.events import Completion, Failure, Usage
from slovomat.domain.mode import Prompt
from slovomat.ports.env import Env
from slovomat.ports.upstream import Upstream
from slovomat.usecases.jobs import chat_body

SMALLEST = Prompt(system="", user="Reply with one word: ready", temperature=0, max_tokens=16)
"""A few tokens that prove the upstream."""
_PATIENCE_S = 90.0
_BODY_MAX_CHARS = 1_000


class TriedCall(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a call; `fault` is empty when all is well. `said`: the upstream's own words of refusal."""

    text: str = ""
    fault: str = ""
    said: str = ""
    latency_ms: int
    usage: Usage = Usage()


async def try_call(
    upstream: Upstream, env: Env, prompt: Prompt = SMALLEST, patience_s: float = _PATIENCE_S
) -> TriedCall:
    """Asks once, and waits no longer than that."""
    began_s = env.monotonic_s()
    outcome: Completion | Failure | None
    try:
        async with asyncio.timeout(patience_s):
            outcome = await upstream.complete(chat_body(prompt))
        late = ""
    except TimeoutError:
        outcome, late = None, f"no answer within {patience_s:g} s"
    latency_ms = int((env.monotonic_s() - began_s) * 1000)
    match outcome:
        case Completion():
            return TriedCall(text=outcome.text, latency_ms=latency_ms, usage=outcome.usage)
        case Failure():
            said = (outcome.body or b"").decode("utf-8", "replace")[:_BODY_MAX_CHARS]
            return TriedCall(fault=f"{outcome.kind}: {outcome.detail}", said=said, latency_ms=latency_ms)
        case None:
            return TriedCall(fault=late or "abandoned", latency_ms=latency_ms)
