"""What the chaos upstream says when it behaves: answers in the OpenAI form, made from the request alone."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.wire.chaos_order import Order
from tests.wire.chaos_schema import instance_of

CREATED = 1_700_000_000
USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
FINGERPRINT = "fp_chaos"
_ABSURD: dict[str, Any] = {
    "null": None,
    "negative": {"prompt_tokens": -7, "completion_tokens": -5, "total_tokens": -12},
    "huge": {"prompt_tokens": 10**30, "completion_tokens": 1 << 63, "total_tokens": 1e300},
    "text": {"prompt_tokens": "7", "completion_tokens": "many", "total_tokens": None},
    "fraction": {"prompt_tokens": 7.5, "completion_tokens": 0.1, "total_tokens": 7.6},
    "list": [7, 5, 12],
}
"""What `[[usage:KIND]]` says instead of USAGE; `absent` says nothing at all."""


def answer_text(order: Order) -> str:
    """`[[say:TEXT]]`, or JSON where the request wants it, or the last message as an echo."""
    wanted = order.body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return json.dumps(instance_of(wanted.get("json_schema", {}).get("schema", {})), ensure_ascii=False)
    if wanted.get("type") == "json_object":
        return json.dumps({"answer": 42})
    return order.markers.get("say") or "Ответ: " + order.words


def _tool_calls(order: Order) -> list[dict[str, Any]] | None:
    """The function that the request insists on, else the first; none after a tool has answered."""
    functions = [tool["function"] for tool in order.body.get("tools") or () if "function" in tool]
    choice = order.body.get("tool_choice")
    if not functions or choice == "none" or order.body["messages"][-1].get("role") == "tool":
        return None
    named = choice["function"]["name"] if isinstance(choice, dict) else functions[0]["name"]
    function = next(function for function in functions if function["name"] == named)
    arguments = json.dumps(instance_of(function.get("parameters", {"type": "object"})), ensure_ascii=False)
    call = {"name": function["name"], "arguments": arguments}
    return [{"id": "call_chaos_0", "type": "function", "function": call}]


def _logprobs(order: Order, text: str) -> dict[str, Any] | None:
    if not order.body.get("logprobs"):
        return None
    token = {"token": text[:3], "logprob": -0.5, "bytes": list(text[:3].encode()), "top_logprobs": []}
    return {"content": [token], "refusal": None}


def _usage(order: Order) -> dict[str, Any]:
    kind = order.markers.get("usage")
    return {} if kind == "absent" else {"usage": _ABSURD[kind] if kind else USAGE}


def completion(order: Order, content: str | None) -> dict[str, Any]:
    """A whole plain answer with `n` choices."""
    calls = _tool_calls(order)
    message: dict[str, Any] = {"role": "assistant", "content": None if calls else content, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {
        "message": message,
        "logprobs": _logprobs(order, content or ""),
        "finish_reason": "tool_calls" if calls else "stop",
    }
    choices = [{"index": index, **choice} for index in range(order.body.get("n") or 1)]
    head = {"id": "chatcmpl-chaos", "object": "chat.completion", "created": CREATED}
    answer = {**head, "model": order.body.get("model"), "choices": choices, **_usage(order)}
    return answer | {"system_fingerprint": FINGERPRINT}


def chunks(order: Order, content: str) -> Iterator[dict[str, Any]]:
    """The same, streamed: the role, the text word by word (or the tool call), the reason, the usage."""
    calls = _tool_calls(order)
    for index in range(order.body.get("n") or 1):
        for delta in _deltas(calls, content):
            yield chunk(order, [_streamed(index, delta, None)])
        yield chunk(order, [_streamed(index, {}, "tool_calls" if calls else "stop")])
    if (order.body.get("stream_options") or {}).get("include_usage") or "usage" in order.markers:
        yield {**chunk(order, []), **_usage(order)}


def _deltas(calls: list[dict[str, Any]] | None, content: str) -> Iterator[dict[str, Any]]:
    if calls:
        yield {"role": "assistant", "content": None}
        yield {"tool_calls": [{"index": 0, **calls[0]}]}
        return
    yield {"role": "assistant", "content": ""}
    for word in re.findall(r"\S+\s*|\s+", content):
        yield {"content": word}


def _streamed(index: int, delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def chunk(order: Order, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """One chunk."""
    head = {"id": "chatcmpl-chaos", "object": "chat.completion.chunk", "created": CREATED}
    return {**head, "model": order.body.get("model"), "system_fingerprint": FINGERPRINT, "choices": choices}


def error(status: int) -> dict[str, Any]:
    """An error body; that of 400 is a content policy's."""
    if status == 400:
        refused = {"type": "invalid_request_error", "param": "messages", "code": "content_policy_violation"}
        return {"error": {"message": "chaos: the prompt is refused", **refused}}
    kind = "rate_limit_error" if status == 429 else "server_error"
    return {"error": {"message": f"chaos {status}", "type": kind, "param": None, "code": None}}


def oddly(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer or a chunk as careless servers send it: nulls for absent fields, the last choice bare."""
    kept = ("message", "delta")
    choices = [*answer["choices"][:-1]]
    choices += [{name: last[name] for name in kept if name in last} for last in answer["choices"][-1:]]
    for choice in choices[-1:]:
        choice.get("message", {}).pop("refusal", None)
        choice["logprobs"] = None
    nulls = {"system_fingerprint": None, "id": None} | ({} if answer.get("usage") else {"usage": None})
    return {**answer, **nulls, "choices": choices}
