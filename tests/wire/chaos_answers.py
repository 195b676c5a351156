"""What the chaos upstream says when it behaves: answers in the OpenAI form, made from the request alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MARKER = re.compile(r"\[\[(?P<name>[a-z]+)(?::(?P<value>.*?))?\]\]", re.DOTALL)
CREATED = 1_700_000_000
USAGE = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
FINGERPRINT = "fp_chaos"


@dataclass(frozen=True)
class Fault:
    """A way to fail: `[[fault:KIND name=value …]]`. With `times=N` only the first N calls of an id fail."""

    kind: str
    options: dict[str, str]

    def number(self, name: str, default: float) -> float:
        """An option's figure."""
        return float(self.options.get(name, default))


@dataclass(frozen=True)
class Order:
    """A chat request with its markers read."""

    body: dict[str, Any]
    markers: dict[str, str]

    @property
    def id(self) -> str:
        """Under which name the call is counted."""
        return self.markers.get("id", "")

    @property
    def stream(self) -> bool:
        """Whether events are asked for."""
        return bool(self.body.get("stream"))

    @property
    def fault(self) -> Fault | None:
        """How the call shall fail, if at all."""
        if "fault" not in self.markers:
            return None
        kind, *options = self.markers["fault"].split()
        return Fault(kind, dict(option.split("=", 1) for option in options))


def read_order(body: dict[str, Any]) -> Order:
    """The markers may stand in any message; of two with one name the later counts."""
    texts = [text for message in body.get("messages", ()) for text in _texts(message)]
    markers = {found["name"]: found["value"] or "" for text in texts for found in _MARKER.finditer(text)}
    return Order(body, markers)


def _texts(message: dict[str, Any]) -> list[str]:
    content = message.get("content")
    if isinstance(content, list):
        return [part["text"] for part in content if isinstance(part.get("text"), str)]
    return [content] if isinstance(content, str) else []


def answer_text(order: Order) -> str:
    """`[[say:TEXT]]`, or JSON where the request wants it, or the last message as an echo."""
    kind = (order.body.get("response_format") or {}).get("type")
    if kind == "json_schema":
        return json.dumps(instance_of(order.body["response_format"]["json_schema"]["schema"]))
    if kind == "json_object":
        return json.dumps({"answer": 42})
    if "say" in order.markers:
        return order.markers["say"]
    last = "".join(_texts(order.body["messages"][-1]))
    return "Ответ: " + _MARKER.sub("", last).strip()


def instance_of(schema: dict[str, Any]) -> Any:
    """A smallest value that a plain JSON Schema accepts."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: instance_of(inner) for name, inner in schema.get("properties", {}).items()}
    simple: dict[str, Any] = {"string": "текст", "integer": 1, "number": 1.5, "boolean": True, "array": []}
    return simple.get(schema.get("type", ""))


def _tool_calls(order: Order) -> list[dict[str, Any]] | None:
    tools = order.body.get("tools")
    asked = order.body.get("tool_choice") != "none" and order.body["messages"][-1].get("role") != "tool"
    if not tools or not asked:
        return None
    function = tools[0]["function"]
    arguments = json.dumps(instance_of(function.get("parameters", {"type": "object"})))
    call = {"name": function["name"], "arguments": arguments}
    return [{"id": "call_chaos_0", "type": "function", "function": call}]


def _logprobs(order: Order, text: str) -> dict[str, Any] | None:
    if not order.body.get("logprobs"):
        return None
    token = {"token": text[:3], "logprob": -0.5, "bytes": list(text[:3].encode()), "top_logprobs": []}
    return {"content": [token], "refusal": None}


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
    return {**head, "model": order.body["model"], "choices": choices, "usage": USAGE} | {
        "system_fingerprint": FINGERPRINT
    }


def chunks(order: Order, content: str) -> Iterator[dict[str, Any]]:
    """The same, streamed: the role, the text word by word (or the tool call), the reason, the usage."""
    indices = range(order.body.get("n") or 1)
    calls = _tool_calls(order)
    deltas: list[dict[str, Any]]
    if calls:
        deltas = [{"tool_calls": [{"index": 0, **calls[0]}]}]
    else:
        deltas = [{"content": piece} for piece in re.findall(r"\S+\s*|\s+", content)]
    for index in indices:
        for delta in [{"role": "assistant", "content": "" if not calls else None}, *deltas]:
            yield chunk(order, [_streamed(index, delta, None)])
        yield chunk(order, [_streamed(index, {}, "tool_calls" if calls else "stop")])
    if (order.body.get("stream_options") or {}).get("include_usage"):
        yield {**chunk(order, []), "usage": USAGE}


def _streamed(index: int, delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def chunk(order: Order, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """One chunk."""
    head = {"id": "chatcmpl-chaos", "object": "chat.completion.chunk", "created": CREATED}
    return {**head, "model": order.body["model"], "system_fingerprint": FINGERPRINT, "choices": choices}


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
