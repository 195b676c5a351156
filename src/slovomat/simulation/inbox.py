"""Where a customer's stream arrives: it reads quickly, slowly, or not at all."""

from collections.abc import Callable

from slovomat.domain.events import Done, Failure
from slovomat.domain.refusal import Refusal
from slovomat.domain.request import StoredAnswer
from slovomat.ports.upstream import Call
from slovomat.simulation.dice import Dice
from slovomat.simulation.loop import VirtualLoop
from slovomat.usecases.departure import Departure


class Inbox:
    """The Sink of one stream. `delivered`: pieces that left before the node knew of the client's leaving."""

    def __init__(self, loop: VirtualLoop, dice: Dice, client: Departure) -> None:
        self._loop = loop
        self._dice = dice
        self._client = client
        self._kept: list[bytes] = []
        self._call: Call[Done | Failure] | None = None
        self.delivered = 0
        self.ended: str | None = None
        self.waiting = False
        self.on_whole: Callable[[], None] = lambda: None

    def flows_from(self, call: Call[Done | Failure]) -> None:
        """Who waits while the client is slow to read."""
        self._call = call

    def pieces(self, chunks: list[bytes]) -> None:
        """Chunks; none of them leaves for a client that is gone."""
        self._kept += chunks
        if self._client.left:
            return
        self.delivered += len(chunks)
        if self._call is not None and not self.waiting and self._dice.happens(0.1):
            self.waiting = True
            self._call.pause()
            seconds = self._dice.between(0, 20.0 if self._dice.happens(0.2) else 0.05)
            self._loop.call_later(seconds, self._read, self._call)

    def _read(self, call: Call[Done | Failure]) -> None:
        self.waiting = False
        call.resume()

    def whole(self) -> None:
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
