"""The types of the chat request's known fields: a value of another type is the client's mistake.

What a value may be beyond its type is the upstream's to say; unknown fields pass unseen. Source:
OpenAI's published API description.
"""

from typing import Annotated, Any

import msgspec

from slovomat.dialects.json_body import bad_field
from slovomat.domain.refusal import Refusal

Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]


class _Known(msgspec.Struct):
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    temperature: Number | None = None
    top_p: Number | None = None
    presence_penalty: Number | None = None
    frequency_penalty: Number | None = None
    n: Annotated[int, msgspec.Meta(ge=1, le=128)] | None = None
    seed: Whole | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1, le=(1 << 31))] | None = None
    max_completion_tokens: Annotated[int, msgspec.Meta(ge=1, le=(1 << 31))] | None = None
    logprobs: bool | None = None
    top_logprobs: Whole | None = None
    logit_bias: dict[str, Any] | None = None
    stop: str | list[str] | None = None
    tools: list[dict[str, Any]] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: dict[str, Any] | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None


def field_fault(fields: dict[str, Any]) -> Refusal | None:
    """What is wrong with a known field: its name and what it may be, or None."""
    try:
        msgspec.convert(fields, _Known)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).rpartition(" - at `$.")
        return bad_field(path.rstrip("`").split("[")[0], reason)
    return None
