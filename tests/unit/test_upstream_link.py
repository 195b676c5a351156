"""One connection to the upstream on a clock that tests set: when a request may be sent again."""

import math
from typing import Any, cast

import pytest
from tests.direct_stand import PlayedTransport

from slovomat.domain.events import Failure
from slovomat.upstreams.http_link import HTTPLink
from slovomat.upstreams.http_pool import HTTPPool

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Transport(PlayedTransport):
    """All is sent at once."""

    def get_write_buffer_size(self) -> int:
        """Nothing waits."""
        return 0


class PlayedPool:
    """Keeps every connection, and is its own clock."""

    def __init__(self) -> None:
        self.loop = self
        self.now_s = 100.0

    def time(self) -> float:
        """As set."""
        return self.now_s

    def joined(self, _link: HTTPLink) -> None:
        """It was made."""

    def parted(self, _link: HTTPLink) -> None:
        """It is gone."""

    def remember(self, _transport: object) -> None:
        """It has answered."""

    def keep(self, _link: HTTPLink) -> bool:
        """For the next call."""
        return True


class Told:
    """A call that remembers what it was told."""

    paused = False

    def __init__(self) -> None:
        self.heard: list[str] = []

    def due_s(self) -> float:
        """It has time."""
        return math.inf

    def late(self) -> None:
        """Never."""

    def head(self, status: int, _headers: object) -> None:
        """The response begins."""
        self.heard.append(f"{status}")

    def body(self, _data: bytes) -> None:
        """There is none."""

    def moved(self) -> None:
        """It goes on."""

    def whole(self) -> None:
        """Its end."""
        self.heard.append("whole")

    def broken(self, failure: Failure) -> None:
        """A failure."""
        self.heard.append(failure.detail)

    def unheard(self) -> None:
        """To be repeated."""
        self.heard.append("again")


def ended(after_s: float, error: Exception | None, *, kept: bool = True) -> list[str]:
    """What a call hears whose connection ends so long after its request, without a byte."""
    pool: Any = PlayedPool()
    link = HTTPLink(cast("HTTPPool", pool))
    link.connection_made(Transport())
    if kept:
        before = Told()
        link.send(before, b"before", math.inf)
        link.data_received(GOOD)
        assert before.heard == ["200", "whole"]
        pool.now_s += 60  # idle: counts for nothing
    call = Told()
    link.send(call, b"request", math.inf)
    pool.now_s += after_s
    if error is None:
        link.eof_received()
    link.connection_lost(error)
    return call.heard


@pytest.mark.parametrize("error", [None, ConnectionResetError()])
def test_an_end_at_once_is_repeated(error: Exception | None) -> None:
    """A kept connection that the upstream had given up: once, however it says so."""
    assert ended(0.9, error) == ["again"]


@pytest.mark.parametrize("error", [None, ConnectionResetError()])
def test_a_late_end_is_a_failure(error: Exception | None) -> None:
    """The upstream may have begun to generate: to ask again is the caller's to decide."""
    [heard] = ended(1.1, error)
    assert heard != "again"


def test_a_new_connection_that_ends_at_once_is_a_failure() -> None:
    """Nobody had given it up."""
    assert ended(0, None, kept=False) == ["the connection was closed before the answer"]
