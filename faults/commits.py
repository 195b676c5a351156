"""A proxy before PostgreSQL that loses a connection at its very commit: before, during, or after it."""

import asyncio
import contextlib
from collections.abc import Coroutine
from enum import StrEnum

from tests.servers.ports import free_port

from faults.loop_thread import LoopThread

_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
_PIECE_BYTES = 65_536
_LATE_S = 0.7


class Loss(StrEnum):
    """What becomes of a commit. The caller hears of none of them, only that its connection is gone."""

    UNSENT = "unsent"
    """It never reaches the server."""
    LATE = "late"
    """It reaches the server long after the caller has begun to ask what became of it."""
    UNHEARD = "unheard"
    """It is carried out, and the answer is lost."""


class CommitProxy(LoopThread):
    """Forwards to `target_port`, which may be changed for the connections to come."""

    def __init__(self, target_port: int) -> None:
        super().__init__("commit-proxy")
        self.target_port = target_port
        self.port = free_port()
        self.lost = 0
        """How many commits were."""
        self._armed: list[Loss] = []

    def lose(self, loss: Loss, commits: int) -> None:
        """So many of the next commits are lost so."""
        self._loop.call_soon_threadsafe(self._armed.extend, [loss] * commits)

    @property
    def armed(self) -> bool:
        """Whether there are still some to lose."""
        return bool(self._armed)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, backlog=512)

    async def _close(self) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            answers, target = await asyncio.open_connection("127.0.0.1", self.target_port)
            await _first_of(self._forward(reader, caller, target), _carry(answers, caller))
            target.transport.abort()
        caller.transport.abort()
        self._tasks.discard(task)

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        caller: asyncio.StreamWriter,
        target: asyncio.StreamWriter,
    ) -> None:
        """The caller's side, to its end or to a commit that is lost."""
        while piece := await reader.read(_PIECE_BYTES):
            if piece.endswith(_COMMIT) and self._armed:
                self.lost += 1
                await _lose(self._armed.pop(), piece, caller, target)
                return
            target.write(piece)
            await target.drain()


async def _lose(loss: Loss, piece: bytes, caller: asyncio.StreamWriter, target: asyncio.StreamWriter) -> None:
    caller.transport.abort()
    if loss is Loss.LATE:
        await asyncio.sleep(_LATE_S)
    if loss is not Loss.UNSENT:
        target.write(piece)
        await target.drain()
        await asyncio.sleep(0.1)  # the server reads it before it sees that the line is gone


async def _carry(answers: asyncio.StreamReader, caller: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await answers.read(_PIECE_BYTES):
            caller.write(piece)
            await caller.drain()


async def _first_of(*sides: Coroutine[object, object, None]) -> None:
    """Until the caller's side has ended, or the server's."""
    carried = [asyncio.ensure_future(side) for side in sides]
    try:
        await asyncio.wait(carried, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for side in carried:
            side.cancel()
        await asyncio.gather(*carried, return_exceptions=True)
