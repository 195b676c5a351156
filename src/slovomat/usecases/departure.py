"""What may end a generation from outside, without cancelling the code that settles it."""

from collections.abc import Iterator
from contextlib import contextmanager

import anyio


class Departure:
    """The client's leaving and the service's stopping, each told once by whoever sees it.

    They end only the waits that opted in with `ends_here`, which also has the request's deadline.
    """

    __slots__ = ("_deadline_s", "_scope", "drained", "left", "stays")

    def __init__(self, deadline_s: float) -> None:
        self.left = False
        self.drained = False
        self.stays = False
        """The generation goes on without the client: what was paid for is kept for a repeat."""
        self._deadline_s = deadline_s
        self._scope: anyio.CancelScope | None = None

    def depart(self) -> None:
        """The client is gone; a wait under way ends now, unless the generation stays."""
        self.left = True
        if self._scope is not None and not self.stays:
            self._scope.cancel()

    def drain(self) -> None:
        """The service stops; a wait under way ends now."""
        self.drained = True
        if self._scope is not None:
            self._scope.cancel()

    @contextmanager
    def ends_here(self) -> Iterator[None]:
        """Within this block a departure cancels what is awaited, and nothing beyond it."""
        with anyio.CancelScope(deadline=anyio.current_time() + self._deadline_s) as scope:
            self._scope = scope
            if self.drained or (self.left and not self.stays):
                scope.cancel()
            try:
                yield
            finally:
                self._scope = None
