"""An OpenAI-compatible upstream on loopback that behaves, or fails in the way that the prompt asks for.

It answers plain and streamed calls, `n`, tools, `response_format`, `logprobs`, usage (chaos_answers.py).
Markers in the text of any message steer one call:

- `[[id:NAME]]`: the call is recorded under NAME; see `calls`, `call`, and `count`
- `[[say:TEXT]]`: the answer's text; without it the last message comes back
- `[[gate]]`: nothing is answered before `open_gate(NAME)`; `[[gate:middle]]`: the first piece goes out,
  the rest waits
- `[[fault:KIND options]]`: see below; `times=N` lets only the first N calls of the id fail

| kind | what happens |
|---|---|
| `500`, `429`, any status | that status and an error body; `retry-after=S` adds the header |
| `hang-headers` | never an answer |
| `hang-first` | headers, then nothing |
| `hang-middle` | headers and the first piece, then nothing |
| `slow` | all is well, with `gap=S` seconds between the pieces |
| `empty`, `blank`, `null` | a whole answer with no text in it |
| `bad-json` | a body (or an event, after `after=N` good ones) that is no JSON |
| `no-done` | a stream with its `finish_reason` and without `[DONE]` |
| `cut` | a stream that ends, properly framed, with neither; a plain body that stops half-way |
| `error-event` | an error in the middle of a stream, after `after=N` pieces (1) |
| `close` | the connection is closed before a byte; after `after=N` pieces where it is given |
| `multiline` | a stream whose JSON is spread over several `data:` lines |
| `bare` | an answer with the text alone: no id, no time, no logprobs, no refusal |
| `odd` | an answer with nulls and gaps where others have values, in its last choice above all |
| `html` | 200 with a page |

From another process: `GET /control/calls/NAME`, `POST /control/gate/NAME`.
"""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.wire.chaos_answers import Fault, Order, answer_text, chunks, completion, error, oddly, read_order
from tests.wire.chaos_bytes import END, STREAM_HEAD, event, forever, framed, interruption, response, whole
from tests.wire.deadline import until

_TEXTLESS = {"empty": "", "blank": " \n\t ", "null": None}
Headers = dict[str, str]


@dataclass
class Call:
    """One generation that was asked for. `left`: the caller closed the connection before its end."""

    order: Order
    raw: bytes
    headers: Headers
    left: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def body(self) -> dict[str, Any]:
        """What was received."""
        return self.order.body

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages that were received."""
        return list(self.order.body["messages"])


class _Line(asyncio.StreamReaderProtocol):
    """A connection that knows at once when its peer is gone."""

    def __init__(self, reader: asyncio.StreamReader, serve: Any) -> None:
        super().__init__(reader, serve)
        self.gone = asyncio.Event()

    def eof_received(self) -> bool:
        self.gone.set()
        return bool(super().eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(exc)


class ChaosUpstream:
    """The server, in a thread of its own, and what it has seen."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chaos-upstream", daemon=True)
        self._calls: dict[str, list[Call]] = {}
        self._gates: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self.port}/v1"

    def calls(self, name: str) -> list[Call]:
        """All calls under this id, in their order."""
        return list(self._calls.get(name, ()))

    def count(self, name: str) -> int:
        """How many there were."""
        return len(self._calls.get(name, ()))

    def call(self, name: str, within_s: float = 10) -> Call:
        """The latest call under this id; waits for the first."""
        until(lambda: self.count(name) > 0, within_s, f"a call under {name}")
        return self._calls[name][-1]

    def open_gate(self, name: str) -> None:
        """Lets the calls under this id go on, those to come too."""
        self._loop.call_soon_threadsafe(lambda: self._gate(name).set())

    @contextlib.contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Whatever goes wrong within, the calls under this id do not wait for ever."""
        try:
            yield
        finally:
            self.open_gate(name)

    def start(self) -> None:
        """Listens on a free port."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        """Cuts every connection."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        def line() -> _Line:
            return _Line(asyncio.StreamReader(limit=1 << 24), self._accept)

        self._server = await self._loop.create_server(line, "127.0.0.1", 0, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)

    def _gate(self, name: str) -> asyncio.Event:
        return self._gates.setdefault(name, asyncio.Event())

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, path, _ = first.split(" ")
                await self._respond(method, path, headers, body, writer)
        writer.transport.abort()

    async def _respond(
        self, method: str, path: str, headers: Headers, body: bytes, writer: asyncio.StreamWriter
    ) -> None:
        if path.startswith("/control/"):
            _, _, what, name = path.split("/", 3)
            if what == "gate" and method == "POST":
                self._gate(name).set()
            seen = [{"body": call.body, "left": call.left.is_set()} for call in self.calls(name)]
            writer.write(response(200, seen))
        elif path == "/v1/chat/completions" and method == "POST":
            await self._generate(headers, body, writer)
        else:
            writer.write(response(404, error(404)))
        await writer.drain()

    async def _generate(self, headers: Headers, body: bytes, writer: asyncio.StreamWriter) -> None:
        call = Call(read_order(json.loads(body)), body, headers)
        seen = self._calls.setdefault(call.order.id, [])
        seen.append(call)
        fault = call.order.fault
        if fault and len(seen) > fault.number("times", 1 << 30):
            fault = None
        line = writer.transport.get_protocol()
        assert isinstance(line, _Line)
        answering = self._loop.create_task(self._answer(call.order, fault, writer))
        watching = self._loop.create_task(line.gone.wait())
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                call.left.set()
            elif answering.exception() is not None:
                writer.transport.abort()
        finally:
            for task in (answering, watching):
                task.cancel()
            await asyncio.gather(answering, watching, return_exceptions=True)
            call.done.set()

    async def _answer(self, order: Order, fault: Fault | None, writer: asyncio.StreamWriter) -> None:
        if order.markers.get("gate") == "":
            await self._gate(order.id).wait()
        kind = fault.kind if fault else ""
        if fault and kind == "hang-headers":
            await forever()
        elif fault and kind == "close" and "after" not in fault.options:
            writer.transport.abort()
        elif fault and kind.isdigit():
            wait = fault.options.get("retry-after")
            writer.write(response(int(kind), error(int(kind)), *([f"Retry-After: {wait}"] if wait else ())))
        elif kind == "html":
            writer.write(whole(200, b"<html>chaos</html>", "text/html"))
        elif order.stream:
            async for data in self._stream(order, fault):
                writer.write(data)
                await writer.drain()
        else:
            await self._plain(order, fault, writer)
        if kind in {"cut", "close"} and not order.stream:
            writer.close()

    async def _plain(self, order: Order, fault: Fault | None, writer: asyncio.StreamWriter) -> None:
        kind = fault.kind if fault else ""
        content = _TEXTLESS[kind] if kind in _TEXTLESS else answer_text(order)
        answer = response(200, completion(order, content))
        head, _, body = answer.partition(b"\r\n\r\n")
        if kind == "bare":
            answer = response(200, {"choices": [{"message": {"content": content}}]})
        elif kind == "odd":
            answer = response(200, oddly(completion(order, content)))
        elif kind == "bad-json":
            answer = whole(200, b'{"choices": [', "application/json")
        elif kind in {"hang-first", "hang-middle", "cut"}:
            part = 0 if kind == "hang-first" else len(body) // 2
            writer.write(head + b"\r\n\r\n" + body[:part])
            if kind != "cut":
                await forever()
            return
        writer.write(answer)

    async def _stream(self, order: Order, fault: Fault | None) -> AsyncIterator[bytes]:
        """Everything after the request's end, in the pieces in which it is to leave."""
        kind = fault.kind if fault else ""
        yield STREAM_HEAD
        if kind == "hang-first":
            await forever()
        content = _TEXTLESS[kind] if kind in _TEXTLESS else answer_text(order)
        for index, piece in enumerate(chunks(order, content or "")):
            if fault and (broken := await interruption(fault, index)) is not None:
                yield broken
                return
            if index == 1 and order.markers.get("gate") == "middle":
                await self._gate(order.id).wait()
            if fault and kind == "slow":
                await asyncio.sleep(fault.number("gap", 0.05))
            if kind == "cut" and any(choice["finish_reason"] for choice in piece["choices"]):
                yield END
                return
            yield event(piece, kind)
        yield (b"" if kind == "no-done" else framed(b"data: [DONE]\n\n")) + END


@contextlib.contextmanager
def chaos_upstream() -> Iterator[ChaosUpstream]:
    """A running one."""
    upstream = ChaosUpstream()
    upstream.start()
    try:
        yield upstream
    finally:
        upstream.stop()
