"""Memory against open streams: each has had its first event, and waits."""

import contextlib
import resource
import socket
import time
from collections.abc import Iterator, Sequence

from benchmarks.loads import chat
from benchmarks.native import CannotMeasureError
from benchmarks.processes import resident_bytes
from benchmarks.rounds import OURS
from benchmarks.section import Column, Effort, Row, Section
from benchmarks.service import Service
from benchmarks.stage import Stage

MOST = 10_000
_COUNTS = (0, 1_000, 3_000, MOST)
_AT_ONCE = 50
_SETTLE_S = 1.5
_OWN_DESCRIPTORS = 256
_PATIENCE_S = 30
_FIRST = b"data: "
# Ten minutes between two events: nothing moves while the memory is read.
_WAITING = "drip-2-600000 "


def _measure(stage: Stage, _: Effort) -> list[Row]:
    return measured(stage, _COUNTS)


def measured(stage: Stage, counts: Sequence[int]) -> list[Row]:
    """Memory of one node at each number of open streams, in rising order."""
    found: list[Row] = []
    with stage.nodes(1) as (node,), contextlib.ExitStack() as streams:
        held = 0
        for count in _possible(counts):
            stage.tell(f"{count} open streams")
            streams.enter_context(_open(node, count - held))
            held = count
            time.sleep(_SETTLE_S)
            rss = resident_bytes(node.pid)
            found.append({"streams": count, "server": OURS, "rss_mb": rss / 1e6})
    idle_mb = found[0]["rss_mb"]
    return [row | _each(row, idle_mb) for row in found]


def _possible(counts: Sequence[int]) -> list[int]:
    """The numbers that the process may have descriptors for: two a stream, and some of its own."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = MOST if most == resource.RLIM_INFINITY else (most - _OWN_DESCRIPTORS) // 2
    return sorted({min(count, room) for count in counts})


def _each(row: Row, idle_mb: float) -> Row:
    return {"stream_kb": (row["rss_mb"] - idle_mb) * 1000 / row["streams"]} if row["streams"] else {}


@contextlib.contextmanager
def _open(node: Service, count: int) -> Iterator[None]:
    """So many streams more, each past its first event, some asked for at once."""
    request = chat(node.key, _WAITING, stream=True)
    with contextlib.ExitStack() as open_streams:
        for begin in range(0, count, _AT_ONCE):
            batch = []
            for _ in range(min(_AT_ONCE, count - begin)):
                stream = socket.create_connection(("127.0.0.1", node.port), _PATIENCE_S)
                batch.append(open_streams.enter_context(stream))
                stream.sendall(request)
            for stream in batch:
                _read_first(stream)
        yield


def _read_first(stream: socket.socket) -> None:
    text = b""
    while _FIRST not in text:
        piece = stream.recv(4096)
        text += piece
        if not piece or not text.startswith(b"HTTP/1.1 200"):
            raise CannotMeasureError(f"a stream did not open: {text[:300]!r}")


SECTION = Section(
    name="memory",
    title="Memory against open streams",
    columns=(
        Column("streams", "open streams", ",d"),
        Column("rss_mb", "memory MB", ".0f"),
        Column("stream_kb", "KB a stream", ".1f"),
    ),
    measure=_measure,
    notes="""Resident memory of the service's processes. Each stream is a client's connection, one to the
upstream, and a hold in the books; its first event has arrived.""",
)
