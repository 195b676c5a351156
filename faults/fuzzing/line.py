"""A transport that leads nowhere: keeps what is written, and tells the protocol what a real one would."""

import asyncio
from typing import Any

HIGH_WATER_BYTES = 2_048
_INFO = {"peername": ("192.0.2.7", 50_000), "sockname": ("192.0.2.1", 80)}


class Line(asyncio.Transport):
    """One connection, as its server sees it. `unsent_bytes`: what the peer has not read."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(_INFO)
        self._loop = loop
        self._protocol: asyncio.Protocol | None = None
        self.sent = bytearray()
        self.unsent_bytes = self.most_unsent_bytes = 0
        self.peer_reads = True
        self.paused = self.closing = self.lost = self.said_goodbye = False
        self.faults: list[str] = []

    def join(self, protocol: asyncio.Protocol) -> None:
        """The connection is made."""
        self._protocol = protocol
        protocol.connection_made(self)

    @property
    def protocol(self) -> asyncio.Protocol:
        """Whom it tells."""
        assert self._protocol is not None
        return self._protocol

    @property
    def ended(self) -> bool:
        """Whether the server will send nothing more."""
        return self.closing or self.said_goodbye

    def read(self, reads: bool) -> None:
        """The peer begins to read, or stops."""
        self.peer_reads = reads
        if reads and self.unsent_bytes:
            paused, self.unsent_bytes = self.unsent_bytes > HIGH_WATER_BYTES, 0
            if paused and self._protocol is not None and not self.lost:
                self._protocol.resume_writing()
            self._lose_if_done()

    # As a transport

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keeps it."""
        if self.ended:
            self.faults.append("written after the end")
            return
        self.sent += data
        if self.peer_reads:
            return
        was_full = self.unsent_bytes > HIGH_WATER_BYTES
        self.unsent_bytes += len(data)
        self.most_unsent_bytes = max(self.most_unsent_bytes, self.unsent_bytes)
        if self.unsent_bytes > HIGH_WATER_BYTES and not was_full and self._protocol is not None:
            self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        """What the peer has not read."""
        return self.unsent_bytes

    def can_write_eof(self) -> bool:
        """It can."""
        return True

    def write_eof(self) -> None:
        """The server says goodbye."""
        self.said_goodbye = True

    def pause_reading(self) -> None:
        """What comes now waits."""
        self.paused = True

    def resume_reading(self) -> None:
        """It comes again."""
        self.paused = False

    def is_closing(self) -> bool:
        """Whether the server has closed it."""
        return self.closing

    def close(self) -> None:
        """Closed once all is sent."""
        self.closing = True
        self._lose_if_done()

    def abort(self) -> None:
        """Closed now."""
        self.closing, self.unsent_bytes = True, 0
        self._lose_if_done()

    def lose(self, error: Exception | None) -> None:
        """The connection is gone."""
        if not self.lost and self._protocol is not None:
            self.lost = self.closing = True
            self._protocol.connection_lost(error)

    def _lose_if_done(self) -> None:
        if self.closing and not self.unsent_bytes:
            self._loop.call_soon(self.lose, None)


class Journal:
    """What stands for uvicorn's loggers: keeps what went wrong."""

    level = 0

    def __init__(self) -> None:
        self.lines: list[str] = []

    def error(self, text: str, *values: Any, exc_info: Any = None) -> None:
        """Something that should not be."""
        self.lines.append(f"{text} {values} {exc_info!r}")

    def log(self, _level: int, _text: str, *_values: Any) -> None:
        """Of no matter."""
