"""A TCP proxy on loopback that plays a bad network between any two parties, from a thread of its own."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from tests.servers.ports import free_port

from faults.loop_thread import LoopThread

_PIECE_BYTES = 65_536
_LINGER_NOT = struct.pack("ii", 1, 0)
"""So that a close is a reset."""


class _Link:
    """One connection through the proxy: the caller's side and the target's."""

    def __init__(self, caller: asyncio.StreamWriter, target: asyncio.StreamWriter) -> None:
        self.caller = caller
        self.target = target
        self.cut = False

    def reset(self) -> None:
        """Both sides get a reset."""
        for side in (self.caller, self.target):
            _reset(side)

    def half(self) -> None:
        """The target's side is gone, and the caller is not told."""
        self.cut = True
        _reset(self.target)


class Proxy(LoopThread):
    """Forwards to a port. The faults last until `heal`, but for `reset`, which is over at once."""

    def __init__(self, target_port: int) -> None:
        super().__init__("faults-proxy")
        self.port = free_port()
        self._target_port = target_port
        self._links: set[_Link] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._delay_s = 0.0
        self._refuses = False

    def delay(self, seconds: float) -> None:
        """Every piece comes later by so much, in both directions."""
        self._soon(lambda: setattr(self, "_delay_s", seconds))

    def black_hole(self) -> None:
        """Nothing arrives any more, and nobody is told; after `heal` it does, as if sent again."""
        self._soon(self._flowing.clear)

    def half_open(self) -> None:
        """All connections of now lose their far side for ever, and their near side is not told."""
        self._soon(self._halve_all)

    def reset(self) -> None:
        """All connections of now are reset."""
        self._soon(self._reset_all)

    def refuse(self) -> None:
        """All connections are reset, new ones at once."""
        self._soon(lambda: setattr(self, "_refuses", True))
        self._soon(self._reset_all)

    def heal(self) -> None:
        """All is well again; the connections that lost their far side are reset."""
        self._soon(self._heal)

    def _heal(self) -> None:
        self._delay_s, self._refuses = 0.0, False
        self._flowing.set()
        for link in tuple(self._links):
            if link.cut:
                link.reset()

    def _reset_all(self) -> None:
        for link in tuple(self._links):
            link.reset()

    def _halve_all(self) -> None:
        for link in tuple(self._links):
            link.half()

    def _soon(self, act: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(act)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, backlog=512)

    async def _close(self) -> None:
        self._server.close()
        self._reset_all()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        if self._refuses:
            _reset(caller)
            return
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._connect(reader, caller)
        except asyncio.CancelledError:  # the proxy is closed; asyncio would log it
            pass
        finally:
            self._tasks.discard(task)

    async def _connect(self, reader: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        try:
            await self._flowing.wait()
            answers, target = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError:
            _reset(caller)
            return
        link = _Link(caller, target)
        self._links.add(link)
        try:
            await asyncio.gather(self._pump(reader, target, link), self._pump(answers, caller, link))
        finally:
            link.reset()
            self._links.discard(link)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, link: _Link) -> None:
        """Carries one direction to its end, half-close included; a reset goes over too."""
        try:
            while piece := await source.read(_PIECE_BYTES):
                if self._delay_s:
                    await asyncio.sleep(self._delay_s)
                await self._flowing.wait()
                if not link.cut:
                    sink.write(piece)
                    await sink.drain()
            await self._flowing.wait()
            if not link.cut:
                sink.write_eof()
        except OSError:
            if not link.cut:
                link.reset()


def _reset(side: asyncio.StreamWriter) -> None:
    held = side.get_extra_info("socket")
    with suppress(OSError):
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    side.transport.abort()
