"""The demo's upstream: it speaks the OpenAI wire format on this machine, and writes from a drawer."""

import asyncio
import re
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from slovomat.demo.texts import WRITTEN
from slovomat.ports.modes import ModeCatalogue

if TYPE_CHECKING:
    from aiohttp import web

MODEL = "demo"
HOST = "127.0.0.1"
_FIRST_WORD_S, _WORD_S = 0.35, 0.045
"""Pauses as a model's: long enough to see it write."""
_OPENING_WORDS = 4
"""So many words of its system prompt tell a mode from all others."""
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_BODY_MAX_BYTES = 4 << 20


class Drawer:
    """Finds a text for a request: by the mode that its system prompt begins like, and by its language."""

    def __init__(self, modes: ModeCatalogue) -> None:
        self._modes = {_opening(modes.system(mode_id)): mode_id for mode_id in modes.ids()}
        self._turn = count()

    def answer(self, messages: list[dict[str, Any]]) -> str:
        """Another text of the same kind each time, where there are several."""
        said = {str(one.get("role")): _text(one.get("content")) for one in messages}
        mode_id = self._modes.get(_opening(said.get("system", "")), "chat")
        language = "ru" if _CYRILLIC.search(said.get("user", "")) else "en"
        texts = WRITTEN[mode_id][language]
        return texts[next(self._turn) % len(texts)]


def _opening(text: str) -> str:
    return " ".join(text.split()[:_OPENING_WORDS])


def _text(content: object) -> str:
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return str(content or "")


@dataclass
class _Running:
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    port: int


class DemoUpstream:
    """Listens in a thread of its own, from `start` to `stop`."""

    def __init__(self, modes: ModeCatalogue, word_s: float = _WORD_S) -> None:
        self._drawer = Drawer(modes)
        self._word_s = word_s
        self._running: _Running | None = None
        self._thread: Thread | None = None

    def start(self) -> Self:
        """Listens on a free port."""
        begun: Future[_Running] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(begun)), name="demo", daemon=True)
        self._thread.start()
        self._running = begun.result()
        return self

    def stop(self) -> None:
        """Listens no more."""
        if self._running and self._thread:
            self._running.loop.call_soon_threadsafe(self._running.stop.set)
            self._thread.join()
            self._running = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What `upstream_url` is set to."""
        if self._running is None:
            raise RuntimeError("the demo's upstream does not run")
        return f"http://{HOST}:{self._running.port}/v1"

    async def _serve(self, begun: "Future[_Running]") -> None:
        from aiohttp import web

        app = web.Application(client_max_size=_BODY_MAX_BYTES)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/v1/models", self._models)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, 0).start()
            stop = asyncio.Event()
            begun.set_result(_Running(asyncio.get_running_loop(), stop, runner.addresses[0][1]))
            await stop.wait()
        except OSError as fault:
            begun.set_exception(fault)
        finally:
            await runner.cleanup()

    async def _models(self, request: "web.Request") -> "web.StreamResponse":  # noqa: ARG002
        from aiohttp import web

        return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model"}]})

    async def _chat(self, request: "web.Request") -> "web.StreamResponse":
        from aiohttp import web

        asked = msgspec.json.decode(await request.read())
        text = self._drawer.answer(asked["messages"])
        usage = _usage(asked["messages"], text)
        await asyncio.sleep(_FIRST_WORD_S)
        if asked.get("stream"):
            with_usage = (asked.get("stream_options") or {}).get("include_usage", False)
            return await self._stream(request, text, usage if with_usage else None)
        await asyncio.sleep(self._word_s * len(text.split()))
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return web.json_response(_form("chat.completion", [choice], usage))

    async def _stream(
        self, request: "web.Request", text: str, usage: dict[str, int] | None
    ) -> "web.StreamResponse":
        from aiohttp import web

        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        for word in re.findall(r"\s*\S+|\s+$", text):
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            await answer.write(_event(_form("chat.completion.chunk", [choice])))
            await asyncio.sleep(self._word_s)
        last = {"index": 0, "delta": {}, "finish_reason": "stop"}
        await answer.write(_event(_form("chat.completion.chunk", [last])))
        if usage:
            await answer.write(_event(_form("chat.completion.chunk", [], usage)))
        await answer.write(b"data: [DONE]\n\n")
        return answer


def _form(kind: str, choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> dict[str, Any]:
    form = {"id": "chatcmpl-demo", "object": kind, "created": 0, "model": MODEL, "choices": choices}
    return form | ({"usage": usage} if usage else {})


def _event(form: dict[str, Any]) -> bytes:
    return b"data: " + msgspec.json.encode(form) + b"\n\n"


def _usage(messages: list[dict[str, Any]], text: str) -> dict[str, int]:
    """Three characters a token, or so."""
    asked, told = sum(len(_text(one.get("content"))) for one in messages) // 3, len(text) // 3
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
