"""The types of the chat request's known fields: a value of another type is the client's mistake.

What a value may be beyond its type is the upstream's to say; unknown fields pass unseen. Source:
OpenAI's published API description.
"""

import re
from typing import Annotated, Any

import msgspec

from slovomat.dialects.json_body import bad_field
from slovomat.domain.refusal import Refusal

Whole = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]


class Known(msgspec.Struct):
    """What the description knows, `model` and `messages` aside."""

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


_ALLOWED = {
    **dict.fromkeys(("stream", "logprobs", "parallel_tool_calls"), "boolean"),
    **dict.fromkeys(("temperature", "top_p", "presence_penalty", "frequency_penalty"), "number"),
    **dict.fromkeys(("n", "max_tokens", "max_completion_tokens"), "positive"),
    **dict.fromkeys(("seed", "top_logprobs"), "integer"),
    **dict.fromkeys(("stream_options", "logit_bias", "response_format", "metadata"), "object"),
    "stop": "string_or_list",
    "tools": "objects",
    "tool_choice": "string_or_object",
    "user": "string",
}
"""What each known field may be: a word of the texts."""


def field_fault(fields: dict[str, Any]) -> Refusal | None:
    """What is wrong with a known field: its name and what it may be, or None."""
    try:
        msgspec.convert(fields, Known)
    except msgspec.ValidationError as error:
        _, _, path = str(error).rpartition(" - at `$.")
        name = re.split(r"[.\[]", path.rstrip("`"))[0]
        return bad_field(name, _ALLOWED[name])
    return None
