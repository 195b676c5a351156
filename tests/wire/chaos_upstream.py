"""An OpenAI-compatible upstream on loopback that behaves, or fails in the way that the prompt asks for.

It answers plain and streamed calls, `n`, tools, `response_format`, `logprobs`, usage (chaos_answers.py), and
counts them. Markers in the text of any message steer one call:

- `[[id:NAME]]`: the call is recorded under NAME; see `calls`, `call`, and `count`
- `[[say:TEXT]]`: the answer's text; without it the last message comes back
- `[[usage:absent]]`, `null`, `negative`, `huge`, `text`, `fraction`, `list`: the usage that it tells
- `[[sse:STYLES]]`: how a stream is written, all of them right: `crlf`, `cr`, `bom`, `comments`, `multiline`,
  `short` (the fields that count), `bare` (the text alone), `odd` (nulls and gaps where others have values)
- `[[gate]]`: nothing is answered before `open_gate(NAME)`; `[[gate:middle]]`: the first piece goes out,
  the rest waits
- `[[fault:KIND options]]`: see below; `times=N` lets only the first N calls of the id fail

| kind | what happens |
|---|---|
| `500`, `429`, any status | it, and an error body; `retry-after=` a number, `date`, `past`, or any junk |
| `hang-headers` | never an answer |
| `hang-first` | headers, then nothing |
| `hang-middle` | headers and the first piece, then nothing |
| `slow` | all is well, with `gap=S` seconds between the pieces |
| `drip` | all is well, a byte every `gap=S` seconds (1) |
| `endless` | after the first piece more and more, every `gap=S` seconds; never an end |
| `huge` | an answer of `mb=N` megabytes (64); a stream in events of one, or in `events=N` |
| `nothing` | 200 without a body |
| `empty`, `blank`, `null` | a whole answer with no text in it |
| `html` | 200 with a page |
| `bad-json` | a body (or an event, after `after=N` good ones) that is no JSON |
| `half-char` | the same with half a UTF-8 character |
| `no-done` | a stream with its `finish_reason` and without `[DONE]` |
| `cut` | a stream that ends, properly framed, with neither; a plain body that stops half-way |
| `cut-at` | a stream's first `at=N` bytes, then the connection ends |
| `cut-chunk`, `bad-chunk` | a chunk shorter than its size; a size that is no number |
| `error-event` | an error in the middle of a stream, after `after=N` pieces (1) |
| `close` | the connection is closed before a byte; after `after=N` pieces where it is given |
| `split` | a stream in two packets that meet at byte `at=N`; without it, each byte in its own |
| `raw` | a stream of the very bytes `data=BASE64`, in packets that end at `cuts=N,N`; `cut=1`: no end |
| a style | as `[[sse:…]]`, for plain answers too where it means something |

What no prompt can steer, as it comes before HTTP, is in chaos_lines.py: nobody listens, TLS fails.

As a program: `python -m tests.wire.chaos_upstream [PORT]`. From another process: `GET /control/calls/NAME`,
`GET /control/calls` (how many of each), `POST /control/gate/NAME`.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.wire.chaos_answers import error
from tests.wire.chaos_bytes import response
from tests.wire.chaos_faults import play, unknown
from tests.wire.chaos_lines import bad_lines
from tests.wire.chaos_order import Order, read_order
from tests.wire.chaos_turn import Turn
from tests.wire.deadline import until

Headers = dict[str, str]


@dataclass
class Call:
    """One generation that was asked for. `left`: the caller closed the connection before its end."""

    order: Order
    raw: bytes
    headers: Headers
    at_s: float
    """When it came, on the clock of `time.monotonic`."""
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
    """The server, in a thread of its own, and what it has seen. `say`: its text where the prompt has none."""

    def __init__(self, port: int = 0, say: str = "") -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chaos-upstream", daemon=True)
        self._calls: dict[str, list[Call]] = {}
        self._gates: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._say = say
        self.port = port
        self.seen: list[Call] = []
        """Every call."""

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
        """Listens."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        """Cuts every connection."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def forget(self) -> None:
        """Drops what was seen: hours of calls would fill the memory."""
        self.seen.clear()
        self._calls.clear()

    async def _listen(self) -> None:
        def line() -> _Line:
            return _Line(asyncio.StreamReader(limit=1 << 24), self._accept)

        self._server = await self._loop.create_server(line, "127.0.0.1", self.port, backlog=1024)
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
            writer.write(response(200, self._control(method, path)))
        elif path == "/v1/chat/completions" and method == "POST":
            await self._generate(headers, body, writer)
        else:
            writer.write(response(404, error(404)))
        await writer.drain()

    def _control(self, method: str, path: str) -> Any:
        _, _, what, *names = path.split("/", 3)
        if not names:
            return {name: len(calls) for name, calls in self._calls.items()}
        if what == "gate" and method == "POST":
            self._gate(names[0]).set()
        return [{"body": call.body, "left": call.left.is_set()} for call in self.calls(names[0])]

    async def _generate(self, headers: Headers, body: bytes, writer: asyncio.StreamWriter) -> None:
        order = self._read(body)
        if order is None:
            writer.write(response(400, error(400)))
            return
        call = Call(order, body, headers, time.monotonic())
        calls = self._calls.setdefault(order.id, [])
        calls.append(call)
        self.seen.append(call)
        fault = order.fault if order.fault and len(calls) <= order.fault.number("times", 1 << 30) else None
        await self._until_left(call, Turn(order, fault, writer, self._gate(order.id).wait))

    def _read(self, body: bytes) -> Order | None:
        """The order, or None for what is none, which is told as OpenAI tells it."""
        try:
            order = read_order(json.loads(body))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        if wrong := unknown(order):
            sys.stderr.write(f"chaos upstream: nobody plays {', '.join(wrong)}\n")
            return None
        say = {"say": self._say} if self._say else {}
        return Order(order.body, {**say, **order.markers})

    async def _until_left(self, call: Call, turn: Turn) -> None:
        line = turn.writer.transport.get_protocol()
        assert isinstance(line, _Line)
        answering = self._loop.create_task(play(turn))
        watching = self._loop.create_task(line.gone.wait())
        try:
            await asyncio.wait({answering, watching}, return_when=asyncio.FIRST_COMPLETED)
            failed = answering.exception() if answering.done() else None
            if not answering.done() or isinstance(failed, ConnectionError):
                call.left.set()
            if failed is not None:
                turn.writer.transport.abort()
        finally:
            for task in (answering, watching):
                task.cancel()
            await asyncio.gather(answering, watching, return_exceptions=True)
            call.done.set()


@contextlib.contextmanager
def chaos_upstream(port: int = 0, say: str = "") -> Iterator[ChaosUpstream]:
    """A running one."""
    upstream = ChaosUpstream(port, say)
    upstream.start()
    try:
        yield upstream
    finally:
        upstream.stop()


def main() -> int:
    """Runs until interrupted."""
    with (
        tempfile.TemporaryDirectory() as folder,
        chaos_upstream(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as upstream,
        bad_lines(Path(folder)) as lines,
        contextlib.suppress(KeyboardInterrupt),
    ):
        sys.stdout.write(f"chaos upstream: {upstream.url}\n")
        for kind, url in lines.items():
            sys.stdout.write(f"  {kind}: {url}\n")
        sys.stdout.flush()
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
