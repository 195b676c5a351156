"""Heads of requests that were read before: what the strict parser accepted once is not parsed again.

A client that keeps its connection sends the same head with every request, but for the body's length. So a
head is remembered, byte for byte, without the digits of its Content-Length, and only after the parser and all
checks of the protocol have accepted it as a plain HTTP/1.1 request with a body of that length, and nothing
unusual.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from slovomat.web.exchange import bearer_of

E = TypeVar("E")
_MOST_BYTES = 4 << 20
"""Of all heads together, as reckoned; what is made of one takes a few times that."""
_LINE_BYTES = 100
_LONGEST = 4096
_MOST_LINES = 32
_MOST_DIGITS = 9
_SPELLINGS = (b"\r\nContent-Length: ", b"\r\ncontent-length: ")
_UNUSUAL = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"trailer", b"idempotency-key"})
"""What frames a body otherwise, or changes with every call."""
Listed = list[tuple[bytes, bytes]]


class Head(Generic[E]):
    """A head that may come again, and the endpoint that it is for. `listed`: its headers in their order."""

    __slots__ = ("bearer", "endpoint", "headers", "listed", "path")

    def __init__(self, path: str, listed: Listed, endpoint: E) -> None:
        self.path = path
        self.listed = listed
        self.headers = dict(listed)
        self.bearer = bearer_of(self.headers)
        self.endpoint = endpoint


class Heads(Generic[E]):
    """The heads that were seen, of all connections. `hot`: the endpoint of a POST to this path, if any."""

    def __init__(self, hot: Callable[[str], E | None]) -> None:
        self._hot = hot
        self._known: dict[bytes, Head[E]] = {}
        self._bytes = 0

    def find(self, data: bytes) -> tuple[Head[E], bytes] | None:
        """The head and body of one whole request whose head is known; None for anything else."""
        place = _place(data)
        if place is None:
            return None
        start, stop, end = place
        head = self._known.get(data[:start] + data[stop:end])
        if head is None or len(data) != end + 4 + int(data[start:stop]):
            return None
        return head, data[end + 4 :]

    def learn(self, data: bytes, path: bytes, listed: Listed) -> None:
        """Remembers the head of a request that was read from `data`, alone and whole, and found good."""
        place = _place(data)
        endpoint = self._hot(path.decode("latin-1"))
        if place is None or endpoint is None or not _usual(listed):
            return
        start, stop, end = place
        if end > _LONGEST or len(data) != end + 4 + int(data[start:stop]):
            return
        self._keep(data[:start] + data[stop:end], Head(path.decode("latin-1"), listed, endpoint))

    def _keep(self, key: bytes, head: Head[E]) -> None:
        if key not in self._known:
            self._bytes += len(key) + _LINE_BYTES * len(head.listed)
        if self._bytes > _MOST_BYTES:
            self._known.clear()
            self._bytes = len(key) + _LINE_BYTES * len(head.listed)
        self._known[key] = head


def _place(data: bytes) -> tuple[int, int, int] | None:
    """Where the digits of the length begin and end, and where the head ends."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    start = data.find(_SPELLINGS[0], 0, end)
    if start < 0:
        start = data.find(_SPELLINGS[1], 0, end)
        if start < 0:
            return None
    start += len(_SPELLINGS[0])
    stop = data.find(b"\r\n", start)
    return (start, stop, end) if data[start:stop].isdigit() and stop - start <= _MOST_DIGITS else None


def _usual(listed: Listed) -> bool:
    names = [name for name, _ in listed]
    if len(names) > _MOST_LINES or names.count(b"content-length") != 1 or not _UNUSUAL.isdisjoint(names):
        return False
    return all(value.lower() == b"keep-alive" for name, value in listed if name == b"connection")
