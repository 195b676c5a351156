"""An upstream for tests: it answers with the last user message, word by word, always alike."""

import asyncio
import re
from typing import Any

import msgspec

from slovomat.domain.events import Completion, Done, Failure, Usage
from slovomat.ports.upstream import Call, Deliver, Readiness
from slovomat.upstreams import openai_form
from slovomat.upstreams.tasked import Tasked

_ID = "chatcmpl-echo"


class _Message(msgspec.Struct):
    role: str
    content: str | list[dict[str, Any]] | None = None


class _StreamOptions(msgspec.Struct):
    include_usage: bool = False


class _Request(msgspec.Struct):
    messages: list[_Message]
    stream_options: _StreamOptions | None = None


class Echo:
    """The port Upstream without a model. An empty message gives an empty answer, which is a failure."""

    def __init__(self, name: str = "echo", model: str = "echo", concurrency: int = 0) -> None:
        self.name = name
        self.model = model
        self.concurrency = concurrency

    def readiness(self) -> Readiness:
        """Always ready."""
        return Readiness(ready=True)

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to close."""

    def complete(self, body_rest: bytes) -> Call[Completion | Failure]:
        """The last user message as a plain answer."""
        request = _request(body_rest)
        text = _last_user_text(request)
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = self._json("chat.completion", [choice], {"usage": _usage(request, text)})
        return Call.ended(openai_form.read_plain(body))

    def stream(self, body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """The last user message, a word a chunk."""
        reading = asyncio.Event()
        reading.set()
        return Tasked(self._recite(_request(body_rest), deliver, reading), reading)

    async def _recite(self, request: _Request, deliver: Deliver, reading: asyncio.Event) -> Done | Failure:
        text = _last_user_text(request)
        if not text.strip():
            return openai_form.failed("empty answer")
        for word in re.findall(r"\s*\S+|\s+", text):
            deliver([self._chunk({"content": word}, None)])
            await asyncio.sleep(0)
            await reading.wait()
        last = [self._chunk({}, "stop")]
        usage = _usage(request, text)
        if request.stream_options is not None and request.stream_options.include_usage:
            last.append(self._json("chat.completion.chunk", [], {"usage": usage}))
        deliver(last)
        return Done(Usage(usage["prompt_tokens"], usage["completion_tokens"]))

    def _chunk(self, delta: dict[str, str], finish_reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return self._json("chat.completion.chunk", [choice], {})

    def _json(self, kind: str, choices: list[dict[str, Any]], more: dict[str, Any]) -> bytes:
        head = {"id": _ID, "object": kind, "created": 0, "model": self.model}
        return msgspec.json.encode({**head, "choices": choices, **more})


def _request(body_rest: bytes) -> _Request:
    return msgspec.json.decode(b'{"model": "echo", ' + body_rest, type=_Request)


def _last_user_text(request: _Request) -> str:
    for message in reversed(request.messages):
        if message.role == "user":
            return _text(message)
    return ""


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(part.get("text", "") for part in message.content)
    return message.content or ""


def _usage(request: _Request, answer: str) -> dict[str, int]:
    """Words stand for tokens."""
    asked = sum(len(_text(message).split()) for message in request.messages)
    told = len(answer.split())
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
