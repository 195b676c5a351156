"""Too much, too slow, or nothing at all: every sender is cut off, and the others are served meanwhile."""

import gzip
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.wire.hostile_stage import CANARY, CHAT, ROUTES, Route, Stage, Wire, harmless, no, stage

HEADER_S, BODY_S, IDLE_S = 1.0, 1.5, 3
CUT_OFF_S = 4
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service without patience."""
    limits = {"header_timeout_s": HEADER_S, "body_timeout_s": BODY_S, "idle_timeout_s": IDLE_S}
    with stage(tmp_path_factory.mktemp("hostile"), **limits) as made:
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)


def _head(route: Route, key: str, *lines: str) -> bytes:
    bearer = [f"Authorization: Bearer {key}"] if route is CHAT else []
    return "\r\n".join([f"POST {route.path} HTTP/1.1", "Host: x", *bearer, *lines]).encode() + b"\r\n"


@each_route
@pytest.mark.parametrize("length", [MEGABYTE + 1, 10**12, 10**18])
def test_a_declared_giant_is_refused_before_it_is_read(target: Stage, route: Route, length: int) -> None:
    """413 comes at once, and who goes on sending is cut off after a few megabytes."""
    with target.wire() as wire:
        wire.send(_head(route, target.key, f"Content-Length: {length}") + b"\r\n")
        no(wire.reply(), route.dialect, 413)
        if length > MEGABYTE + 1:
            assert wire.push(b"x" * 65_536, 64 * MEGABYTE) < 32 * MEGABYTE


@each_route
def test_a_giant_in_chunks_is_refused_at_the_limit(target: Stage, route: Route) -> None:
    """A chunked body is refused when it passes the limit, and cut off soon after."""
    with target.wire() as wire:
        wire.send(_head(route, target.key, "Transfer-Encoding: chunked") + b"\r\n")
        assert wire.push(b"10000\r\n" + b"x" * 65_536 + b"\r\n", 64 * MEGABYTE) < 32 * MEGABYTE
    with target.wire() as wire:
        wire.send(_head(route, target.key, "Transfer-Encoding: chunked") + b"\r\n")
        wire.send(b"100001\r\n" + b" " * (MEGABYTE + 1) + b"\r\n0\r\n\r\n")
        no(wire.reply(), route.dialect, 413)
        assert wire.send(ROUTES[2].request("", b"{}")).reply().status == 400


@pytest.mark.parametrize("padding", [b"2;" + b"x" * 65_536, b"0\r\nX-Trailer: " + b"y" * 65_536])
def test_endless_padding_around_chunks_is_cut_off(target: Stage, padding: bytes) -> None:
    """Chunk extensions and trailers count as what they are: bytes."""
    with target.wire() as wire:
        wire.send(_head(ROUTES[2], "", "Transfer-Encoding: chunked") + b"\r\n" + padding)
        assert wire.push(b"x" * 65_536, 64 * MEGABYTE) < 32 * MEGABYTE
    assert target.balance()


@each_route
def test_a_body_of_exactly_the_limit_is_read(target: Stage, route: Route) -> None:
    """One megabyte is within the limit, one byte more is not."""
    reply = target.post(route, b"[" + b" " * (MEGABYTE - 2) + b"]")
    assert "JSON" in no(reply, route.dialect, 400)
    no(target.post(route, b"[" + b" " * (MEGABYTE - 1) + b"]"), route.dialect, 413)


HEADS = {
    "101 headers": [f"X-{n}: 1" for n in range(101)],
    "2,000 headers": [f"X-{n}: 1" for n in range(2000)],
    "a long value": ["X-A: " + "y" * 66_000],
    "a long name": ["X" * 66_000 + ": 1"],
    "many long ones": [f"X-{n}: " + "y" * 8_000 for n in range(9)],
    "10 MB of headers": [f"X-{n}: " + "y" * 100_000 for n in range(100)],
}


@each_route
@pytest.mark.parametrize("name", HEADS)
def test_too_many_or_too_long_headers_are_refused(target: Stage, route: Route, name: str) -> None:
    """431 in the dialect, and the connection is closed."""
    with target.wire() as wire:
        wire.send(_head(route, target.key, *HEADS[name]) + b"\r\n")
        no(wire.reply(), route.dialect, 431)
        assert wire.ended()


def test_a_hundred_headers_are_within_the_limit(target: Stage) -> None:
    """100 headers and 60 KB are read."""
    lines = ["Content-Length: 2", *(f"X-{n}: " + "y" * 600 for n in range(98))]
    assert target.ask(_head(ROUTES[2], "", *lines) + b"\r\n{}").status == 400


@pytest.mark.parametrize("start", [b"", b"POST /api/balance HTTP/1.1\r\nX-A: ", b"POST /api/balance?"])
def test_an_endless_head_is_cut_off_early(target: Stage, start: bytes) -> None:
    """A line without an end is refused at its limit, wherever it is."""
    with target.wire() as wire:
        assert wire.send(start).push(b"A" * 65_536, 64 * MEGABYTE) < 32 * MEGABYTE
    with target.wire() as wire:
        wire.send(start + b"A" * 200_000)
        assert wire.reply().status in {400, 431}
        assert wire.ended()


@each_route
@pytest.mark.parametrize(
    "coding", ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, br"]
)
def test_a_compressed_body_is_not_unpacked(target: Stage, route: Route, coding: str) -> None:
    """A bomb stays packed: 415 says to send plain JSON; undeclared, it is no JSON."""
    bomb = gzip.compress(b'{"a": "' + b"x" * (50 * MEGABYTE) + b'"}') if coding == "gzip" else b"\x1f\x8b"
    assert "Content-Encoding" in no(
        target.post(route, bomb, f"Content-Encoding: {coding}"), route.dialect, 415
    )
    assert "JSON" in no(target.post(route, bomb), route.dialect, 400)


def test_an_encoding_that_changes_nothing_is_passed_over(target: Stage) -> None:
    """Clients that name a charset there are served."""
    for coding in ("", "identity", "utf-8"):
        reply = target.post(ROUTES[2], ROUTES[2].body(target.key), f"Content-Encoding: {coding}")
        assert reply.status == 200


SLOW_HEAD = b"POST /api/gpt/units HTTP/1.1\r\nHost: x\r\nX-Slow: "
SLOW_BODY = b"POST /api/gpt/units HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{"
SLOW_CHUNKS = b"POST /api/gpt/units HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def _drip(wires: list[Wire], piece: bytes) -> None:
    for wire in wires:
        wire.send(piece)


def _wires(stage: Stage, stack: ExitStack, count: int, start: bytes) -> list[Wire]:
    return [stack.enter_context(stage.wire()).send(start) for _ in range(count)]


def test_200_slow_senders_are_cut_off_while_others_are_served(target: Stage) -> None:
    """Drop by drop, half a head, half a body, nothing: each ends with a 408, and nobody waits for them."""
    with ExitStack() as stack:
        unended = _wires(target, stack, 50, SLOW_HEAD) + _wires(target, stack, 50, SLOW_BODY)
        chunks = _wires(target, stack, 50, SLOW_CHUNKS)
        silent, blank = _wires(target, stack, 25, b""), _wires(target, stack, 25, b"\r\n")
        began, slowest, calls = time.monotonic(), 0.0, 0
        while time.monotonic() - began < CUT_OFF_S:
            _drip(unended, b"a")
            _drip(chunks, b"1\r\n{\r\n")
            _drip(blank, b"\r\n")
            asked = time.monotonic()
            assert target.balance() > 0
            slowest, calls = max(slowest, time.monotonic() - asked), calls + 1
        assert calls > 10
        assert slowest < 1
        for wire in unended + chunks:
            _is_408(wire, "chatinfo")
        for wire in silent + blank:
            _is_408(wire, "openai")


def _is_408(wire: Wire, dialect: str) -> None:
    """The answer, then the end (which a reset may have overtaken for those who went on sending)."""
    answer = wire.read_all()
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 "), answer[:200]
    if answer:
        assert (b'"success":false' if dialect == "chatinfo" else b'{"error":{') in answer
        assert answer.count(b"HTTP/1.1 ") == 1


@each_route
def test_a_body_that_stops_is_told_408_in_the_dialect(target: Stage, route: Route) -> None:
    """Whoever stops sending gets 408 and the end."""
    with target.wire() as wire:
        wire.send(_head(route, target.key, "Content-Length: 100") + b"\r\n{")
        began = time.monotonic()
        reply = wire.reply()
        assert reply.status == 408
        assert BODY_S <= time.monotonic() - began < CUT_OFF_S
        assert ("error" if route.dialect != "textbot" else "error_message") in reply.json
        assert wire.ended()


def test_an_idle_connection_is_closed_in_silence(target: Stage) -> None:
    """Between two requests there is nothing to complain of."""
    with target.wire() as wire:
        assert wire.send(ROUTES[2].request("", b"{}")).reply().status == 400
        assert wire.ended()


def test_half_a_head_behind_a_long_generation_does_not_break_its_answer(running: Stage) -> None:
    """The next request's time begins when its turn comes."""
    held = [{"role": "user", "content": f"{CANARY} [[id:long]] [[gate]]"}]
    with running.upstream.held("long"), running.wire() as wire, running.wire() as silent:
        body = json.dumps(CHAT.body(running.key, messages=held)).encode()
        wire.send(CHAT.request(running.key, body) + SLOW_HEAD)
        assert silent.reply().status == 408  # so the time for heads is over
        running.upstream.open_gate("long")
        reply = wire.reply()
        assert reply.status == 200
        assert reply.json["choices"][0]["message"]["content"] == "done"
        assert wire.reply().status == 408
        assert wire.ended()


def test_one_connection_too_many_is_told_so(tmp_path: Path) -> None:
    """Beyond the setting a connection gets 503 with Retry-After in the dialect, and the others stay."""
    with stage(tmp_path, connections_max=20) as crowded, ExitStack() as stack:
        alive = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        wires = _wires(crowded, stack, 20, alive)
        assert all(wire.reply().status == 200 for wire in wires)
        with crowded.wire() as late:
            reply = late.send(ROUTES[5].request("", b"{}")).reply()
            no(reply, "chatinfo", 503)
            assert int(reply.headers["retry-after"]) >= 1
            assert late.ended()
        assert wires[0].send(alive).reply().status == 200
