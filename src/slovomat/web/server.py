"""uvicorn, embedded: on our socket, with our protocol, leaving signals to the App."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from slovomat.settings import Settings
from slovomat.web.descriptors import room_for
from slovomat.web.direct_protocol import direct_protocol
from slovomat.web.protocol import GuardedProtocol, HTTPLimits, guarded_protocol

_BACKLOG = 2048
_CHUNKED_COSTS_AT_MOST = 8
"""A chunk of one byte travels as six; what is more is padding."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that the port is known before anything is printed. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def share(host: str, port: int) -> socket.socket:
    """A socket on a port that other processes of this user may share; it does not listen yet.

    Connections come to those that listen alone. Raises OSError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    shared = socket.socket(family, socket.SOCK_STREAM)
    try:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        shared.bind((host, port))
    except OSError:
        shared.close()
        raise
    return shared


class EmbeddedServer(uvicorn.Server):
    """A server that says when it has started."""

    def __init__(self, app: Any, settings: Settings) -> None:
        limits = HTTPLimits(
            headers_max=settings.headers_max,
            headers_max_bytes=settings.headers_max_bytes,
            message_max_bytes=settings.body_max_bytes * _CHUNKED_COSTS_AT_MOST,
            header_timeout_s=settings.header_timeout_s,
            body_timeout_s=settings.body_timeout_s,
            client_stall_s=settings.client_stall_s,
            connections_max=room_for(settings.connections_max),
        )
        config = uvicorn.Config(
            app,
            http=direct_protocol(limits, app) if settings.direct else guarded_protocol(limits),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=settings.idle_timeout_s,
            timeout_graceful_shutdown=5,
        )
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts to accept."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The App handles signals: it drains before the server stops."""
        yield

    def cut_off_slow_senders(self, now_s: float) -> None:
        """Called about once a second."""
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, GuardedProtocol):
                connection.check_slowness(now_s)
