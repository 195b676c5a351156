"""The application behind both protocols: notes what reaches it, and answers in the manner it is told."""

import asyncio
import itertools
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from slovomat.dialects.calls import Answer
from slovomat.later import Later, Strand
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.web.asgi_exchange import ASGIExchange, Receive, Scope, Send
from slovomat.web.body_room import BodyRoom
from slovomat.web.direct import Connection, DirectExchange
from slovomat.web.exchange import BodyTooLargeError, BodyUnreadableError, ClientGoneError, Exchange
from slovomat.web.heads import Head
from slovomat.web.protocol import FAULT

HOT = {
    path: path
    for path in (
        *("/v1/chat/completions", "/api/generate_response", "/api/status", "/api/balance"),
        *("/api/gpt/create_request", "/api/gpt/get_response", "/api/gpt/units"),
    )
}
BODY_MAX_BYTES = 100_000
MANNERS = ("at once", "in turns", "later", "in pieces", "at length", "unread", "broken off")
_LONG = b"x" * 3_000


class Seen(NamedTuple):
    """A request as the application had it. `end`: how its reading ended."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    end: str


class Witness:
    """Both an ASGI application and a Door; the n-th request is answered in the n-th manner."""

    def __init__(self, manners: Sequence[str], delay_s: int) -> None:
        self.seen: list[Seen] = []
        self.waiting = 0
        self._manners = itertools.cycle(manners or MANNERS[:1])
        self._delay_s = delay_s
        self._room = BodyRoom(10 * BODY_MAX_BYTES)
        self._deadlines = Deadlines(600)

    # As a Door

    def hot(self, path: str) -> str | None:
        """The endpoint is its path."""
        return HOT.get(path)

    def take(self, connection: Connection, head: Head[Any], body: bytes) -> DirectExchange:
        """A request that came whole."""
        exchange = DirectExchange(connection, head, body, "r", Departure(self._deadlines))
        Strand(self._handle(exchange, head.listed, None))
        return exchange

    # As an application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request by ASGI."""
        exchange = ASGIExchange(scope, receive, "r", Departure(self._deadlines))
        await exchange.send_all(Strand(self._handle(exchange, scope["headers"], scope.get(FAULT))), send)

    async def _handle(self, exchange: Exchange, headers: Any, fault: Any) -> None:
        self.waiting += 1
        try:
            manner = next(self._manners)
            body, end = b"", "unread"
            if fault is not None:
                end, manner = "fault", "at once"
            elif manner != "unread":
                body, end = await self._body(exchange)
            if end in {"fault", "gone"}:
                manner = "at once"
            seen = Seen(exchange.method, exchange.path, _but_length(headers, end), body, end)
            self.seen.append(seen)
            await self._answer(
                exchange, manner, b"%d:%08x" % (len(self.seen), zlib.crc32(repr(seen).encode()))
            )
            exchange.let_go()
        finally:
            self.waiting -= 1

    async def _body(self, exchange: Exchange) -> tuple[bytes, str]:
        try:
            return await exchange.body(BODY_MAX_BYTES, self._room), "whole"
        except BodyTooLargeError:
            return b"", "too large"
        except BodyUnreadableError:
            return b"", "fault"
        except ClientGoneError:
            return b"", "gone"

    async def _answer(self, exchange: Exchange, manner: str, text: bytes) -> None:
        if manner == "in turns":
            for _ in range(self._delay_s + 1):
                await asyncio.sleep(0)
        elif manner == "later":
            await self._rest(self._delay_s)
        if manner == "in pieces":
            await self._pieces(exchange, text)
        elif manner == "broken off":
            exchange.start(200, b"")
            exchange.write(text)
        else:
            body = text + _LONG if manner == "at length" else text
            exchange.answer(Answer(200, body, b"text/plain"), b"x-known: 1\r\n")

    async def _pieces(self, exchange: Exchange, text: bytes) -> None:
        """As a stream is relayed: not on while the client is slow to read."""
        exchange.start(200, b"content-type: text/plain\r\n")
        for piece in (text, *([_LONG[:900]] * 4)):
            if exchange.full:
                await self._room_in(exchange)
            if exchange.client.left:
                return
            exchange.write(piece)
            await self._rest(self._delay_s)
        if not exchange.client.left:
            exchange.end()

    async def _room_in(self, exchange: Exchange) -> None:
        """Until the client reads, or a while has passed."""
        room = Later[None]()
        exchange.on_room = lambda: room.resolve(None)
        timer = asyncio.get_running_loop().call_later(2, room.resolve, None)
        await room
        timer.cancel()
        exchange.on_room = None

    async def _rest(self, seconds: int) -> None:
        rest = Later[None]()
        asyncio.get_running_loop().call_later(seconds, rest.resolve, None)
        await rest


def _but_length(headers: Any, end: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers; a remembered head has the length of the body that it came with first."""
    if end == "fault":
        return ()
    return tuple((name, b"=" if name == b"content-length" else value) for name, value in headers)
