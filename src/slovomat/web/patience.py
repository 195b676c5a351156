"""How long a connection waits: for a body that hardly comes, for a peer that does not read."""

import asyncio
import socket
import struct
from typing import cast

from uvicorn.protocols.http.flow_control import FlowControl

_WINDOW_S = 5.0
_LEAST_BYTES_S = 1024
_AHEAD_MAX = 16
_AHEAD_MAX_BYTES = 65_536
_NO_LINGER = struct.pack("ii", 1, 0)


class Pace:
    """Whether a body comes fast enough: a kilobyte a second, in every window of a few seconds."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._before_bytes = 0

    def restart(self) -> None:
        """A body begins, or it is not its sender who keeps it."""
        self._since_s = None

    def too_slow(self, now_s: float, read_bytes: int) -> bool:
        """Called about once a second; `read_bytes` of the body are here."""
        if self._since_s is None:
            self._since_s, self._before_bytes = now_s, read_bytes
        taken_s = now_s - self._since_s
        if taken_s < _WINDOW_S:
            return False
        slow = read_bytes - self._before_bytes < _LEAST_BYTES_S * taken_s
        self._since_s, self._before_bytes = now_s, read_bytes
        return slow


class Outlet:
    """Whether a peer takes what was written for it."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._unsent_bytes = 0

    def stuck_s(self, transport: asyncio.Transport, paused: bool, now_s: float) -> float:
        """For how long nothing has left while a writer, or the connection's end, waits for it."""
        if not (paused or transport.is_closing()):
            self._since_s = None
            return 0
        unsent_bytes = transport.get_write_buffer_size()
        if self._since_s is None or unsent_bytes < self._unsent_bytes:
            self._since_s = now_s
        self._unsent_bytes = unsent_bytes
        return now_s - self._since_s


def cut(transport: asyncio.Transport) -> None:
    """Ends a connection with what is still on its way: the system must not go on trying for minutes."""
    line = cast("socket.socket | None", transport.get_extra_info("socket"))
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


class Inlet(FlowControl):
    """Reads ahead while an answer is under way, or a peer's leaving would not be seen; within bounds."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__(transport)
        self._ahead_bytes = 0
        self._full = False

    def read_ahead(self, requests: int, more_bytes: int) -> None:
        """So many requests wait for their turn, with more of them here than before."""
        self._ahead_bytes += more_bytes
        self._full = self._full or requests > _AHEAD_MAX or self._ahead_bytes > _AHEAD_MAX_BYTES
        if self._full:
            self.pause_reading()
        else:
            self.resume_reading()

    def caught_up(self) -> None:
        """Nothing waits any more."""
        self._ahead_bytes, self._full = 0, False
        self.resume_reading()

    def resume_reading(self) -> None:
        """Not before what was read is answered."""
        if not self._full:
            super().resume_reading()
