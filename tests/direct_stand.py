"""A connection without a network: what its protocol takes the direct way, and what it parses."""

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from slovomat.usecases.departure import Deadlines, Departure
from slovomat.web.direct import Connection, DirectExchange
from slovomat.web.direct_protocol import DirectProtocol
from slovomat.web.heads import Head, Heads, Listed
from slovomat.web.protocol import FAULT, GuardedProtocol, HTTPLimits

HOT = "/v1/chat/completions"
LIMITS = HTTPLimits(
    headers_max=100,
    headers_max_bytes=32_768,
    message_max_bytes=1_000_000,
    header_timeout_s=10,
    body_timeout_s=10,
    client_stall_s=10,
    connections_max=100,
)


class PlayedTransport(asyncio.Transport):
    """Remembers what was written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 1234), "sockname": ("192.0.2.2", 80)})
        self.written = b""
        self.closed = self.paused = False

    def write(self, data: Any) -> None:
        """One more piece."""
        self.written += data

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self.closed

    def close(self) -> None:
        """The end."""
        self.closed = True

    def pause_reading(self) -> None:
        """Nothing more is to come."""
        self.paused = True

    def resume_reading(self) -> None:
        """It may come again."""
        self.paused = False


class PlayedDoor:
    """Takes requests for the hot path, and answers them when it is told."""

    def __init__(self) -> None:
        self.taken: list[tuple[Head[str], bytes]] = []
        self.clients: list[Departure] = []

    def hot(self, path: str) -> str | None:
        """Whether this is it."""
        return "chat" if path == HOT else None

    def take(self, connection: Connection, head: Head[str], body: bytes) -> DirectExchange:
        """One more, under way until `answered`."""
        self.taken.append((head, body))
        self.clients.append(Departure(Deadlines(60)))
        return DirectExchange(connection, head, body, "req_1", self.clients[-1])


class Line(DirectProtocol):
    """A connection whose ASGI requests are kept, and never answered but by `answer_all`."""

    limits = LIMITS
    asked: list[RequestResponseCycle]

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ARG002 - uvicorn's
        self.asked = [*getattr(self, "asked", []), cycle]

    def answer_all(self) -> None:
        """All that went through the parser is answered."""
        for cycle in self.asked:
            cycle.response_complete = True


class _Strict(GuardedProtocol):
    """The protocol as it is without the direct way."""

    limits = LIMITS
    asked: list[RequestResponseCycle]
    _start_asgi_task = Line._start_asgi_task


def connect(protocol: type[Any], loop: asyncio.AbstractEventLoop) -> Any:
    """A new connection of this kind."""
    made = protocol(config=_CONFIG, server_state=ServerState(), app_state={}, _loop=loop)
    made.connection_made(PlayedTransport())
    made.asked = []
    return made


def lines(door: PlayedDoor) -> type[Line]:
    """A kind of connections that share what they have learnt."""
    return type("Line", (Line,), {"door": door, "heads": Heads(door.hot)})


def strictly(data: bytes, loop: asyncio.AbstractEventLoop) -> tuple[str, Listed, bytes] | None:
    """Path, headers and body of a POST that `data` is, alone and whole, as the parser reads it; else None."""
    protocol = connect(_Strict, loop)
    protocol.data_received(data)
    if len(protocol.asked) != 1 or protocol.pipeline or protocol._deaf or not protocol._completed:
        return None
    [cycle] = protocol.asked
    scope = cycle.scope
    if scope is not protocol.scope or scope["method"] != "POST" or FAULT in scope:
        return None
    return scope["raw_path"].decode("latin-1"), scope["headers"], bytes(cycle.body)


async def _nobody(_scope: Any, _receive: Any, _send: Any) -> None:
    raise AssertionError("nothing is run here")


_CONFIG = uvicorn.Config(_nobody, ws="none", lifespan="off", log_config=None)
_CONFIG.load()
