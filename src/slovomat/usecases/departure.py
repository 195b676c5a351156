"""What may end a generation from outside, without ending the code that settles it."""

import asyncio
from types import TracebackType
from typing import Any, TypeVar

from slovomat.ports.upstream import Call

T = TypeVar("T")


class Deadlines:
    """Ends the waits that last longer than the limit. One timer for all: who began first is due first."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._due_s: dict[Departure, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self, client: "Departure") -> None:
        """The client's time runs from now."""
        loop = self._loop
        if loop is None:  # asked for once: to Python that is a call to the system
            loop = self._loop = asyncio.get_running_loop()
        due_s = self._due_s[client] = loop.time() + self._limit_s
        if self._timer is None:
            self._timer = loop.call_at(due_s, self._ring, loop)

    def end(self, client: "Departure") -> None:
        """It does not matter any more."""
        self._due_s.pop(client, None)

    def _ring(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now_s = loop.time()
        for client, due_s in tuple(self._due_s.items()):
            if due_s > now_s:
                self._timer = loop.call_at(due_s, self._ring, loop)
                return
            if self._due_s.pop(client, None) is not None:  # one that expired may have ended another
                client.expire()


class Departure:
    """The client's leaving, the service's stopping and the request's deadline, each told by whoever sees it.

    They abandon the one call that waits in `wait_for`, and nothing else. `with client:` holds the deadline.
    """

    __slots__ = ("_call", "_deadlines", "_expired", "drained", "left", "stays")

    def __init__(self, deadlines: Deadlines) -> None:
        self.left = False
        self.drained = False
        self.stays = False
        """The generation goes on without the client: what was paid for is kept for a repeat."""
        self._deadlines = deadlines
        self._expired = False
        self._call: Call[Any] | None = None

    def __enter__(self) -> None:
        self._deadlines.begin(self)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._deadlines.end(self)

    @property
    def over(self) -> bool:
        """Whether nothing is waited for any more."""
        return self._expired or self.drained or (self.left and not self.stays)

    def depart(self) -> None:
        """The client is gone; a wait under way ends now, unless the generation stays."""
        self.left = True
        self._told()

    def drain(self) -> None:
        """The service stops; a wait under way ends now."""
        self.drained = True
        self._told()

    def expire(self) -> None:
        """The deadline has passed; a wait under way ends now."""
        self._expired = True
        self._told()

    async def wait_for(self, call: Call[T]) -> T | None:
        """How the call ended; None when it was abandoned for one of these."""
        self._call = call
        self._told()
        try:
            return await call
        finally:
            self._call = None

    async def rest(self, seconds: float) -> None:
        """A pause that ends with the patience of whoever waits."""
        await self.wait_for(_Rest(seconds))

    def _told(self) -> None:
        if self._call is not None and self.over:
            self._call.abandon()


class _Rest(Call[None]):
    __slots__ = ("_timer",)

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.resolve, None)

    def _leave(self) -> None:
        self._timer.cancel()
