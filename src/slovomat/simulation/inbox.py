"""Where a customer's stream arrives: it reads quickly, slowly, or not at all."""

import asyncio
from collections.abc import Callable

from slovomat.domain.refusal import Refusal
from slovomat.domain.request import StoredAnswer
from slovomat.simulation.dice import Dice
from slovomat.simulation.loop import VirtualLoop
from slovomat.usecases.departure import Departure


class Inbox:
    """The Sink of one stream. `pieces`: how many left the node before it knew that the client was gone."""

    def __init__(self, loop: VirtualLoop, dice: Dice, client: Departure) -> None:
        self._loop = loop
        self._dice = dice
        self._client = client
        self._kept: list[bytes] = []
        self.pieces = 0
        self.ended: str | None = None
        self.waiting = False
        self.on_whole: Callable[[], None] = lambda: None

    async def piece(self, data: bytes) -> None:
        """One chunk; none of it leaves for a client that is gone."""
        self._kept.append(data)
        if self._client.left:
            return
        self.waiting = True
        await asyncio.sleep(self._dice.between(0, 20.0 if self._dice.happens(0.02) else 0.005))
        self.waiting = False
        if not self._client.left:
            self.pieces += 1

    async def whole(self) -> None:
        """The end of a whole stream."""
        self.ended = "whole"
        self.on_whole()

    async def broken(self, refusal: Refusal) -> None:
        """The end of one that failed."""
        self.ended = f"broken: {refusal.code}"

    def kept(self) -> StoredAnswer:
        """For repeats."""
        return StoredAnswer(200, "text/event-stream", self.body())

    def body(self) -> bytes:
        """All pieces."""
        return b"".join(self._kept)
