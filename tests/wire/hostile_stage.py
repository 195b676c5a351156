"""What the hostile tests share: a service with an upstream that counts, raw connections, and the routes."""

import contextlib
import json
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.wire.chaos_upstream import ChaosUpstream, chaos_upstream
from tests.wire.service import Service

CANARY = "канарейка-3f9a"
"""The text of every prompt here: it may stand in no log."""
MEMORY_MB = 100
QUICK_S = 1.0
_NO_LIMITS = dict.fromkeys(("creates_per_minute", "polls_per_minute", "balances_per_minute"), 0)


@dataclass(frozen=True)
class Reply:
    """One answer, and how long it was waited for."""

    status: int
    headers: dict[str, str]
    body: bytes
    took_s: float

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


class Wire:
    """One raw connection: sends any bytes, reads answers exactly."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def send(self, data: bytes) -> Self:
        """As much as the server takes: it may close before the end."""
        with contextlib.suppress(OSError):
            self._socket.sendall(data)
        return self

    def half_close(self) -> None:
        """Nothing more will be sent."""
        self._socket.shutdown(socket.SHUT_WR)

    def reply(self, method: str = "POST") -> Reply:
        """The next final answer. Raises EOFError when the connection ends before it."""
        began = time.monotonic()
        status, headers = self._head()
        while status == 100:
            status, headers = self._head()
        body = b"" if method == "HEAD" or status == 204 else self._body(headers)
        return Reply(status, headers, body, time.monotonic() - began)

    def peek(self) -> bytes:
        """What has arrived so far; it stays to be read."""
        while select.select([self._socket], [], [], 0)[0] and len(self._read) < 1 << 16:
            self._more()
        return self._read

    def read_all(self) -> bytes:
        """Everything until the server closes."""
        with contextlib.suppress(ConnectionError):
            while piece := self._receive():
                self._read += piece
        return self._read

    def push(self, piece: bytes, at_most: int) -> int:
        """Sends the piece again and again until the server stops it; how many bytes it took."""
        sent = 0
        with contextlib.suppress(OSError):
            while sent < at_most:
                sent += self._socket.send(piece)
        return sent

    def ended(self) -> bool:
        """Whether the server closes, with nothing more to say."""
        try:
            return not self._read and not self._receive()
        except ConnectionError:
            return True

    def _head(self) -> tuple[int, dict[str, str]]:
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        assert first.startswith("HTTP/1.1 "), first
        return int(first[9:12]), {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}

    def _body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return self._take(int(headers["content-length"]))
        body = b""
        while True:
            while b"\r\n" not in self._read:
                self._more()
            size, _, self._read = self._read.partition(b"\r\n")
            piece = self._take(int(size, 16) + 2)[:-2]
            if not piece:
                return body
            body += piece

    def _take(self, size: int) -> bytes:
        while len(self._read) < size:
            self._more()
        taken, self._read = self._read[:size], self._read[size:]
        return taken

    def _more(self) -> None:
        piece = self._receive()
        if not piece:
            raise EOFError(self._read)
        self._read += piece

    def _receive(self) -> bytes:
        return self._socket.recv(1 << 16)


@dataclass(frozen=True)
class Route:
    """A POST route of a dialect, and a body that it takes (but for the key)."""

    dialect: str
    path: str
    fields: dict[str, Any]
    paid: bool = False
    text: str | None = None
    id: str | None = None

    def body(self, key: str, /, **changes: Any) -> dict[str, Any]:
        """A good body with these fields changed."""
        own = {} if self.dialect == "openai" else {"key": key}
        return {**self.fields, **own, **changes}

    def request(self, key: str, body: bytes, *headers: str) -> bytes:
        """A good request but for the body."""
        lines = [f"POST {self.path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers]
        if self.dialect == "openai":
            lines.append(f"Authorization: Bearer {key}")
        return "\r\n".join([*lines, "", ""]).encode() + body


ROUTES = (
    Route("textbot", "/api/generate_response", {"input_text": CANARY, "mode": "chat"}, True, "input_text"),
    Route("textbot", "/api/status", {"request_id": 1}, id="request_id"),
    Route("textbot", "/api/balance", {}),
    Route("chatinfo", "/api/gpt/create_request", {"content": CANARY, "mode": "chat"}, True, "content"),
    Route("chatinfo", "/api/gpt/get_response", {"id": 1}, id="id"),
    Route("chatinfo", "/api/gpt/units", {}),
    Route("openai", "/v1/chat/completions", {"messages": [{"role": "user", "content": CANARY}]}, True),
)
JOBS = tuple(route for route in ROUTES if route.dialect != "openai")
CHAT = ROUTES[-1]
CREATES = tuple(route for route in JOBS if route.paid)
POLLS = tuple(route for route in JOBS if route.id)


def no(reply: Reply, dialect: str, *statuses: int) -> str:
    """Holds that the answer is a refusal in the dialect's own form, and quick; its message."""
    assert reply.status in statuses, (reply.status, reply.body[:500])
    assert reply.took_s < QUICK_S
    assert reply.headers["x-request-id"]
    assert reply.headers["content-type"].startswith("application/json")
    for secret in (b"Traceback", b"slv_", CANARY.encode(), b"sqlite", b"site-packages", b".py"):
        assert secret not in reply.body, reply.body
    body = reply.json
    if dialect == "openai":
        assert set(body) == {"error"}
        assert set(body["error"]) == {"message", "type", "param", "code"}
        return str(body["error"]["message"])
    assert not {"request_id", "id", "result"} & set(body)
    if dialect == "chatinfo":
        assert body["success"] is False
        return str(body["error"])
    assert body.get("status", "failed") == "failed"
    return str(body["error_message"])


@dataclass
class Stage:
    """The service under attack. `key` is of an account with 100 requests."""

    service: Service
    upstream: ChaosUpstream
    key: str = ""
    keys: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.service.url.rpartition(":")[2])

    def wire(self) -> Wire:
        """A new connection."""
        return Wire(self.port)

    def ask(self, data: bytes, method: str = "POST") -> Reply:
        """One request on a connection of its own."""
        with self.wire() as wire:
            return wire.send(data).reply(method)

    def post(self, route: Route, body: Any, *headers: str) -> Reply:
        """One good request with this body: bytes, or what becomes JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.ask(route.request(self.key, raw, *headers))

    def generate(self, route: Route, body: Any, *headers: str) -> Reply:
        """A call that is accepted; returns once its generation is over."""
        reply = self.post(route, body, *headers)
        assert reply.status == 200, reply
        self.finish(route, reply)
        return reply

    def finish(self, route: Route, accepted: Reply) -> None:
        """Waits for an accepted job."""
        if route.dialect == "openai":
            return
        poll = next(poll for poll in POLLS if poll.dialect == route.dialect)
        job = accepted.json["request_id" if route.dialect == "textbot" else "id"]
        deadline = time.monotonic() + 10
        while b"done" not in self.post(poll, poll.body(self.key, **{str(poll.id): job})).body:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def balance(self, key: str = "") -> int:
        """What the key can spend."""
        reply = self.ask(ROUTES[2].request("", json.dumps({"key": key or self.key}).encode()))
        assert reply.status == 200, reply
        return int(reply.json["balance"])

    def account(self, requests: int = 0, plan: str = "Престиж") -> str:
        """The key of a new account."""
        key = self.service.account(f"a{len(self.keys)}@example.org", plan, requests)
        self.keys.append(key)
        return key

    def memory_mb(self) -> float:
        """What the server holds in memory now."""
        status = Path(f"/proc/{self.service.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def log_is_clean(self) -> None:
        """Holds that the log has no key, no prompt, no traceback."""
        log = self.service.log
        for secret in ("Traceback", "a bug", CANARY, *self.keys):
            assert secret not in log, log[max(0, log.index(secret) - 1000) :][:4000]

    def teach(self) -> None:
        """Sends each route once: from now on such heads are known, and what comes under them goes direct."""
        for route in ROUTES:
            assert self.post(route, b"{").status == 400

    def books(self) -> Any:
        """`slovomat audit`, which must hold."""
        audit = self.service.command("audit")
        assert audit["ok"], audit
        return audit


@contextlib.contextmanager
def stage(folder: Path, **settings: object) -> Iterator[Stage]:
    """A service of its own. On leaving, the log is clean and the books balance."""
    with (
        chaos_upstream(say="done") as upstream,
        Service(folder / "data", upstream.url, **{**_NO_LIMITS, **settings}) as service,
    ):
        made = Stage(service, upstream)
        made.key = service.key
        made.keys.append(made.key)
        made.teach()
        yield made
        made.log_is_clean()
        made.books()


@contextlib.contextmanager
def harmless(stage: Stage) -> Iterator[Stage]:
    """Holds that what happens inside costs nothing, calls no upstream, and leaves the server well."""
    balance, calls, memory_mb = stage.balance(), len(stage.upstream.seen), stage.memory_mb()
    yield stage
    assert stage.balance() == balance
    assert len(stage.upstream.seen) == calls
    assert stage.memory_mb() < memory_mb + MEMORY_MB
    stage.log_is_clean()
