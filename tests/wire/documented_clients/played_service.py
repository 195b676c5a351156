"""The service that both documented clients were written for, played on loopback after the contract.

It knows one key, and does what `faults` says with the next calls: first in, first done.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal, TypeAlias

KEY = "the-good-key"
TOO_LOW = (
    "Недостаточно запросов для генерации. Баланс: {}. Нужно: 2. Оплатить запросы: https://x.example/price"
)
NO_UNITS = "Недостаточно API Units для создания запроса. Купить еще: https://x.example/prices"
BAD_KEY = "Некорректный API ключ. Получить можно на https://x.example/account"
CLOSED = "Использовать API можно только на тарифе Престиж. Ваш тариф: Бесплатный."
NO_SUCH = "Запрос с таким ID не найден"

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """One call as the service saw it."""

    path: str
    headers: Mapping[str, str]
    fields: Fields


@dataclass(frozen=True)
class Canned:
    """Answer this instead of acting."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Fault: TypeAlias = Canned | Literal["act, then hang up", "act, then send half", "act, then say nothing"]


@dataclass
class PlayedService:
    """State of the play; tests read and set it."""

    balance: int = 596
    plan_open: bool = True
    polls_at_work: int = 1
    fails_with: str | None = None
    knows_idempotency: bool = True
    faults: deque[Fault] = field(default_factory=deque)
    heard: list[Heard] = field(default_factory=list)
    url: str = ""
    jobs: dict[int, list[Any]] = field(default_factory=dict)
    accepted: dict[str, tuple[int, Fields]] = field(default_factory=dict)
    over: Event = field(default_factory=Event)

    def act(self, call: Heard) -> tuple[int, Fields]:
        """The documented answer to a call: HTTP status and body."""
        error = "error" if call.path.startswith("/api/gpt/") else "error_message"
        no = {"success": False} if error == "error" else {"status": "failed"}
        if call.fields.get("key") != KEY:
            return 403, {**no, error: BAD_KEY}
        if error == "error" and not self.plan_open:
            return 403, {**no, error: CLOSED}
        match call.path:
            case "/api/generate_response" | "/api/gpt/create_request":
                return self._once(call, no)
            case "/api/status":
                return self._textbot_status(call.fields["request_id"])
            case "/api/gpt/get_response":
                return self._chatinfo_status(call.fields["id"])
            case "/api/balance":
                return 200, {"balance": self.balance}
            case "/api/gpt/units":
                return 200, {"success": True, "units": self.balance // 2}
        return 404, {**no, error: "?"}

    def _once(self, call: Heard, no: Fields) -> tuple[int, Fields]:
        name = call.headers.get("idempotency-key", "") if self.knows_idempotency else ""
        if name in self.accepted:
            return self.accepted[name]
        answer = self._create(call.fields, no)
        if name and answer[0] == 200:
            self.accepted[name] = answer
        return answer

    def _create(self, fields: Fields, no: Fields) -> tuple[int, Fields]:
        textbot = "input_text" in fields
        if self.balance < 2:
            low = {"error_message": TOO_LOW.format(self.balance), "balance": self.balance}
            return 403, {**no, **(low if textbot else {"units": self.balance // 2, "error": NO_UNITS})}
        self.balance -= 2
        id = 1000 + len(self.jobs)
        self.jobs[id] = [
            self.polls_at_work,
            f"{fields['mode']}: {fields.get('input_text', fields.get('content'))}",
        ]
        if textbot:
            return 200, {"request_id": id, "status": "processing", "balance": self.balance}
        return 200, {"success": True, "units": self.balance // 2, "id": id}

    def _textbot_status(self, id: int) -> tuple[int, Fields]:
        if id not in self.jobs:
            return 404, {"status": "failed", "error_message": NO_SUCH}
        if self._at_work(id):
            return 200, {"request_id": id, "status": "processing"}
        if self.fails_with:
            return 200, {"request_id": id, "status": "failed", "error_message": self.fails_with}
        return 200, {"request_id": id, "status": "completed", "result": self.jobs[id][1]}

    def _chatinfo_status(self, id: int) -> tuple[int, Fields]:
        if id not in self.jobs:
            return 404, {"success": False, "solving": False, "error": NO_SUCH}
        if self._at_work(id):
            return 202, {"success": False, "solving": True}
        if self.fails_with:
            return 200, {"success": False, "solving": False, "error": self.fails_with}
        return 200, {"success": True, "solving": False, "result": self.jobs[id][1]}

    def _at_work(self, id: int) -> bool:
        self.jobs[id][0] -= 1
        return bool(self.jobs[id][0] >= 0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    played: PlayedService

    def do_POST(self) -> None:
        fields = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, fields)
        self.played.heard.append(call)
        fault = self.played.faults.popleft() if self.played.faults else None
        if isinstance(fault, Canned):
            self._reply(fault.status, fault.body, fault.headers)
            return
        status, answer = self.played.act(call)
        body = json.dumps(answer).encode()
        if fault is None:
            self._reply(status, body, {"Content-Type": "application/json"})
            return
        self.close_connection = True
        if fault == "act, then send half":
            self._reply(status, body[: len(body) // 2], {"Content-Length": str(len(body))})
        elif fault == "act, then say nothing":
            self.played.over.wait(30)

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def playing() -> Iterator[PlayedService]:
    """A played service on a free port of loopback."""
    played = PlayedService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"played": played}))
    played.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield played
    finally:
        played.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
