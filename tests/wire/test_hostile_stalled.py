"""Peers that stop in the middle of a body, an answer, a pipeline: little is kept for them, and not long."""

import errno
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.wire.chaos_upstream import ChaosUpstream
from tests.wire.customers import Office
from tests.wire.deadline import until
from tests.wire.hostile_stage import CANARY, CHAT, JOBS, ROUTES, Route, Stage, Wire, harmless, no, stage
from tests.wire.service import Service
from tests.wire.test_openai_departures import closed_at

MEGABYTE = 1 << 20
ROOM = 8 * MEGABYTE
STALL_S = 1.5


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with little room for bodies, and little patience with those who do not read."""
    limits = {"bodies_max_bytes": ROOM, "client_stall_s": STALL_S, "idle_timeout_s": 2}
    with stage(tmp_path_factory.mktemp("stalled"), **limits) as made:
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


def _peak_mb(service: Service) -> float:
    status = Path(f"/proc/{service.pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _sockets(service: Service) -> int:
    """How many the server has open now."""
    count = 0
    for entry in Path(f"/proc/{service.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            count += entry.readlink().name.startswith("socket:")
    return count


def _unended(route: Route, key: str = "", sent: int = MEGABYTE - 1) -> bytes:
    """A request whose last bytes never come."""
    whole = route.request(key, b" " * MEGABYTE)
    return whole[: len(whole) - MEGABYTE + sent]


def _answered(wires: list[Wire]) -> list[Wire]:
    return select.select(wires, [], [], 0)[0]


@pytest.mark.parametrize("route", [*JOBS, CHAT], ids=lambda route: route.path)
def test_bodies_beyond_the_room_are_refused(target: Stage, route: Route) -> None:
    """A large body that finds no room is told 503 and when to come again; one that comes whole needs none."""
    with ExitStack() as stack:
        wires = [stack.enter_context(target.wire()).send(_unended(route, target.key)) for _ in range(12)]
        until(lambda: len(_answered(wires)) >= 4, 4, "refusals of those who find no room")
        for wire in _answered(wires):
            reply = wire.reply()
            no(reply, route.dialect, 503)
            assert int(reply.headers["retry-after"]) >= 1
        assert target.balance() == 100
    whole = route.request(target.key, b"x" * MEGABYTE)
    until(lambda: target.ask(whole).status == 400, 5, "room again after they left")


def test_200_stalled_bodies_take_little_memory(tmp_path: Path) -> None:
    """By the default settings, without a key: 100 MB at most, others are served, the senders cut off."""
    with stage(tmp_path) as made, ExitStack() as stack:
        before_mb = _peak_mb(made.service)
        wires = [stack.enter_context(made.wire()).send(_unended(JOBS[2])) for _ in range(200)]
        assert made.balance() == 100
        assert _peak_mb(made.service) - before_mb < 100
        began = time.monotonic()
        ends = [wire.read_all()[9:12] for wire in wires]
        assert {b"408", b"503"} >= set(ends)
        assert 20 < ends.count(b"408") <= 64
        assert time.monotonic() - began < 12


def test_a_body_that_drips_is_cut_off(target: Stage) -> None:
    """After five seconds below a kilobyte a second it is over; at two kilobytes a second it is read."""
    body = json.dumps({"key": target.key}).encode().ljust(28_000)
    whole = ROUTES[2].request("", body)
    start = len(whole) - 16_000
    with target.wire() as steady, target.wire() as dripping:
        steady.send(whole[:start])
        dripping.send(whole[:start])
        began = time.monotonic()
        for sent in range(0, 16_000, 400):
            steady.send(whole[start + sent : start + sent + 400])
            dripping.send(b" ")
            time.sleep(0.2)
        assert steady.reply().status == 200
        assert time.monotonic() - began > 7
        assert dripping.read_all().startswith(b"HTTP/1.1 408 ")


def _deaf_peer(port: int) -> socket.socket:
    """A peer whose system takes next to nothing."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.settimeout(5)
    peer.connect(("127.0.0.1", port))
    return peer


def test_peers_that_never_read_are_cut_off(target: Stage) -> None:
    """Pages asked for without a key and not read keep no connection; the system forgets it at once."""
    page = b"GET /api-documentation HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as stack:
        peers = [stack.enter_context(_deaf_peer(target.port)) for _ in range(10)]
        for peer in peers:
            peer.sendall(page * 400)
        for peer in peers:
            until(lambda end=peer: _reset(end), 10, "the end of a connection")  # type: ignore[misc]


def _reset(peer: socket.socket) -> bool:
    """Whether the other side has broken off: seen without reading."""
    return peer.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET


def test_a_stream_that_nobody_reads_is_let_go(tmp_path: Path, chaos: ChaosUpstream, name: str) -> None:
    """Its connection ends, and the upstream's too."""
    with Service(tmp_path / "data", chaos.url, client_stall_s=STALL_S) as service:
        port = int(service.url.rpartition(":")[2])
        before = _sockets(service)
        much = [{"role": "user", "content": f"[[id:{name}]] [[fault:huge mb=1000 events=20000]]"}]
        body = json.dumps(CHAT.body("", messages=much, stream=True)).encode()
        with _deaf_peer(port) as peer:
            peer.sendall(CHAT.request(service.key, body))
            assert chaos.call(name).left.wait(10)
            until(lambda: _sockets(service) <= before, 10, "the end of both connections")


PIPELINED = {
    "one more": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "ten more": b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 10,
    "half a body": _unended(JOBS[2], sent=10_000),
}


@pytest.mark.parametrize("more", PIPELINED)
@pytest.mark.parametrize("stream", [False, True])
def test_leaving_is_seen_behind_a_pipeline(
    office: Office, chaos: ChaosUpstream, name: str, stream: bool, more: str
) -> None:
    """Who asks for more before the first answer, and leaves without it, pays nothing."""
    customer = office.customer()
    with chaos.held(name):
        with customer.hung_up(f"Привет [[id:{name}]] [[gate]]", PIPELINED[more], stream=stream):
            chaos.call(name)
        assert chaos.call(name).left.wait(2)
        closed_at(office, customer, 100)


def test_a_pipeline_is_read_ahead_within_bounds(running: Stage) -> None:
    """While an answer is under way the server takes a few requests, not thousands; then it answers all."""
    alive = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Filler: " + b"y" * 10_000 + b"\r\n\r\n"
    held = [{"role": "user", "content": f"{CANARY} [[id:ahead]] [[gate]]"}]
    body = json.dumps(CHAT.body(running.key, messages=held)).encode()
    with running.upstream.held("ahead"), running.wire() as wire:
        wire.send(CHAT.request(running.key, body))
        threading.Timer(1, running.upstream.open_gate, ["ahead"]).start()
        before_mb = running.memory_mb()
        wire.send(alive * 3_000)
        assert running.memory_mb() - before_mb < 20
        assert [wire.reply().status for _ in range(3_001)] == [200] * 3_001


def test_an_old_client_gets_no_chunks(office: Office, chaos: ChaosUpstream, name: str) -> None:
    """HTTP/1.0 has none: a stream goes out as it is, and the connection ends it."""
    customer = office.customer()
    body = json.dumps({"messages": [{"role": "user", "content": f"[[id:{name}]] hi"}], "stream": True})
    request = CHAT.request(customer.key, body.encode()).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    with Wire(int(customer.url.rpartition(":")[2])) as wire:
        head, _, events = wire.send(request).read_all().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding" not in head.lower()
    assert events.startswith(b"data: {")
    assert events.endswith(b"data: [DONE]\n\n")
    closed_at(office, customer, 98)
