"""What an upstream says while it generates: a closed union, read with an exhaustive match."""

from enum import StrEnum

import msgspec


class FailureKind(StrEnum):
    """How an upstream failed, as far as the next step depends on it."""

    REFUSED = "refused"
    """It refused the prompt itself (400, 413, 422): the client's matter, never retried."""
    ERROR = "error"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    """There is nothing to call at all (no engine, no weights, still loading)."""


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the upstream counted them; for reports only, the price never depends on it."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A generation that the upstream did not complete.

    `detail` is for the operator's log: our own words and the upstream's names, never its words, for those
    quote prompts.
    """

    kind: FailureKind
    detail: str
    retryable: bool = False
    retry_after_ms: int | None = None
    body: bytes | None = None
    """The upstream's own error body, kept for REFUSED alone."""


class Delta(msgspec.Struct, frozen=True):
    """One streamed chunk, as JSON in the OpenAI form, without its SSE framing."""

    data: bytes


class Done(msgspec.Struct, frozen=True):
    """The stream is whole: it had a finish reason or `[DONE]`, and text (or tool calls)."""

    usage: Usage


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """A whole plain answer: its JSON body, and the text of its first choice."""

    body: bytes
    text: str
    usage: Usage


Event = Delta | Done | Failure
"""A stream is any number of Delta, then exactly one Done or Failure."""
