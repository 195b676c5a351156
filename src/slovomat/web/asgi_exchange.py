"""An exchange over ASGI: what is written waits in a queue until the server has sent it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from slovomat.dialects.calls import Answer
from slovomat.domain.refusal import Code
from slovomat.later import Later
from slovomat.usecases.departure import Departure
from slovomat.web.body_room import BodyRoom
from slovomat.web.exchange import BodyTooLargeError, BodyUnreadableError, ClientGoneError, Exchange
from slovomat.web.protocol import DEPARTURE, FAULT

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ASGIExchange(Exchange):
    """The server's task sends what the handler, which waits for nobody, puts into the queue."""

    __slots__ = ("_messages", "_over", "_receive", "_sending", "_wake", "scope")

    def __init__(self, scope: Scope, receive: Receive, request_id: str, client: Departure) -> None:
        path = scope["raw_path"].decode("latin-1")
        super().__init__(scope["method"], path, dict(scope["headers"]), request_id, client)
        self.decoded_path = scope["path"]
        self.address = scope["client"][0] if scope.get("client") else ""
        self.scope = scope
        self._receive = receive
        self._messages: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._sending = self._over = False
        scope[DEPARTURE] = client

    @property
    def full(self) -> bool:
        """Whether the server waits for the client to read."""
        return self._sending

    async def body(self, max_bytes: int, room: BodyRoom) -> bytes:
        """The whole body."""
        declared = self.headers.get(b"content-length", b"").strip().lstrip(b"0")
        if len(declared) > 15 or int(declared or b"0") > max_bytes:
            raise BodyTooLargeError
        body, taken_bytes = bytearray(), 0
        try:
            while True:
                message = await self._receive()
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

    def answer(self, answer: Answer, block: bytes) -> None:
        """Sends a whole answer."""
        length = b"content-type: %b\r\ncontent-length: %d\r\n" % (answer.content_type, len(answer.body))
        self.start(answer.status, length + block)
        if self.method != "HEAD":
            self.write(answer.body)
        self.end()

    def start(self, status: int, block: bytes) -> None:
        """Begins an answer."""
        self.status, self.started = status, True
        headers = [tuple(line.split(b": ", 1)) for line in block.split(b"\r\n")[:-1]]
        self._put({"type": "http.response.start", "status": status, "headers": headers})

    def write(self, data: bytes) -> None:
        """Sends a piece."""
        self._put({"type": "http.response.body", "body": data, "more_body": True})

    def end(self) -> None:
        """Ends the answer."""
        self._put({"type": "http.response.body", "body": b"", "more_body": False})

    def let_go(self) -> None:
        """The server breaks off by itself."""

    def _put(self, message: Message) -> None:
        self._messages.append(message)
        self._wake.set()

    async def send_all(self, handling: Later[None], send: Send) -> None:
        """Sends whatever the handler writes, until it has ended and all is sent."""
        handling.then(self._ended)
        while self._messages or not self._over:
            self._wake.clear()
            await self.send_waiting(send)
            if self.on_room is not None:
                self.on_room()
            if not self._over and not self._messages:
                await self._wake.wait()
        handling.result()

    async def send_waiting(self, send: Send) -> None:
        """Sends what was written so far."""
        while self._messages:
            self._sending = True
            await send(self._messages.popleft())
            self._sending = False

    def _ended(self, _handling: object) -> None:
        self._over = True
        self._wake.set()
