"""One request and its answer, without a framework: raw ASGI with the few conveniences needed here."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from slovomat.dialects.calls import Answer, Voice
from slovomat.domain.refusal import Code
from slovomat.usecases.departure import Departure
from slovomat.web.body_room import BodyRoom
from slovomat.web.protocol import DEPARTURE, FAULT

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header = tuple[bytes, bytes]


class ClientGoneError(Exception):
    """The client left before its request was read: there is nobody to answer."""


class BodyTooLargeError(Exception):
    """The body is over the limit; the rest of it was not read."""


class BodyUnreadableError(Exception):
    """The body breaks HTTP's rules, does not arrive in time, or finds no room; `code` says which."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Exchange:
    """What a handler needs of a request, and how it answers."""

    __slots__ = (
        "_send",
        "address",
        "client",
        "headers",
        "method",
        "path",
        "receive",
        "request_id",
        "scope",
        "started",
        "status",
    )

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, deadline_s: float
    ) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self.request_id = request_id
        self.status = 0
        self.started = False
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.address: str = scope["client"][0] if scope.get("client") else ""
        self.client = Departure(deadline_s)
        scope[DEPARTURE] = self.client

    def header(self, name: bytes) -> str | None:
        """A header's value; UTF-8 where it is, else Latin-1 as HTTP says."""
        value = self.headers.get(name)
        if value is None:
            return None
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("latin-1")

    def voice(self, site: str) -> Voice:
        """The language that the client prefers, Russian by default."""
        return Voice(preferred_language(self.headers.get(b"accept-language", b"")), site)

    async def body(self, max_bytes: int, room: BodyRoom) -> bytes:
        """The whole body. Raises BodyTooLargeError, BodyUnreadableError, ClientGoneError."""
        declared = self.headers.get(b"content-length", b"").lstrip(b"0")
        if len(declared) > 15 or int(declared or b"0") > max_bytes:
            raise BodyTooLargeError
        body, taken_bytes = bytearray(), 0
        try:
            while True:
                message = await self.receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                body += message["body"]
                if len(body) > max_bytes:
                    raise BodyTooLargeError
                if not message["more_body"]:
                    return bytes(body)
                if not room.take(len(body) - taken_bytes):
                    raise BodyUnreadableError(Code.OVERLOADED)
                taken_bytes = len(body)
                if (fault := self.scope.get(FAULT)) is not None:
                    raise BodyUnreadableError(fault)
        finally:
            room.give_back(taken_bytes)

    async def answer(self, answer: Answer, extra: list[Header]) -> None:
        """Sends a whole answer."""
        length = str(len(answer.body)).encode()
        headers = [(b"content-type", answer.content_type), (b"content-length", length), *extra]
        await self.start(answer.status, headers)
        body = b"" if self.method == "HEAD" else answer.body
        await self._send({"type": "http.response.body", "body": body})

    async def start(self, status: int, headers: list[Header]) -> None:
        """Begins an answer."""
        self.status, self.started = status, True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, data: bytes, more: bool) -> None:
        """Sends a piece; waits while the client is slow to read."""
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def send_noting_status(self, message: MutableMapping[str, Any]) -> None:
        """For applications that send by themselves."""
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
        await self._send(message)


@lru_cache(maxsize=512)
def preferred_language(accept: bytes) -> str:
    """`en` when the header prefers it to Russian, else `ru` (RFC 9110, 12.5.4)."""
    weights = {"ru": 0.0, "en": 0.0}
    for part in accept.decode("latin-1").lower().split(","):
        tag, _, quality = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(quality.strip().removeprefix("q=")))
    return "en" if weights["en"] > weights["ru"] else "ru"


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
