"""Whom the response on a connection is for."""

from typing import Protocol

from slovomat.domain.events import Failure

Headers = dict[bytes, bytes]
"""By their names in lower case; of several with one name the values are joined by commas (RFC 9110, 5.3)."""


class Recipient(Protocol):
    """Whom a response is for. It may leave its link, or close it, from within each of these."""

    paused: bool

    def due_s(self) -> float:
        """When its next limit is reached."""

    def late(self) -> None:
        """It is."""

    def head(self, status: int, headers: Headers, /) -> None:
        """The response begins."""

    def body(self, data: bytes, /) -> None:
        """What came of the body in one read."""

    def moved(self) -> None:
        """Something of the body came, and it goes on."""

    def whole(self) -> None:
        """All has come; the link is not its own any more."""

    def broken(self, failure: Failure, /) -> None:
        """The response ends before its end, and so did the link."""

    def unheard(self) -> None:
        """A kept connection was closed before a byte came back: the upstream had let go of it already."""


class Remainder:
    """Nobody: takes what is left of a response."""

    __slots__ = ("_due_s", "paused")

    def __init__(self, due_s: float) -> None:
        self._due_s = due_s
        self.paused = False

    def due_s(self) -> float:
        """Until then it may take."""
        return self._due_s

    def late(self) -> None:
        """It is closed, and nobody minds."""

    def head(self, _status: int, _headers: Headers) -> None:
        """There was one."""

    def body(self, _data: bytes) -> None:
        """Nobody reads it."""

    def moved(self) -> None:
        """Its time stays the same."""

    def whole(self) -> None:
        """The connection is kept."""

    def broken(self, _failure: Failure) -> None:
        """Nobody minds."""

    def unheard(self) -> None:
        """Nobody called."""
