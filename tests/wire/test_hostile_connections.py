"""Pipelines, upgrades, expectations, half-closed connections: what one connection may carry."""

import json
from collections.abc import Iterator

import pytest

from tests.wire.hostile_stage import CHAT, ROUTES, Route, Stage, Wire, harmless, no, stage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One service for this file."""
    with stage(tmp_path_factory.mktemp("hostile"), bad_keys_per_minute=0) as made:
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
CHUNKED = "Transfer-Encoding: chunked"


def test_a_good_request_is_answered_before_the_bad_one_behind_it(running: Stage) -> None:
    """What breaks after a paid call takes nothing from its answer."""
    body = json.dumps(CHAT.body(running.key)).encode()
    with running.wire() as wire:
        wire.send(CHAT.request(running.key, body) + b"\x00\x01\x02 garbage\r\n\r\n")
        reply = wire.reply()
        assert (reply.status, reply.json["choices"][0]["message"]["content"]) == (200, "done")
        assert wire.reply().status == 400
        assert wire.ended()


def _balance(key: str) -> bytes:
    return ROUTES[2].request("", json.dumps({"key": key}).encode())


def test_a_pipeline_is_answered_in_order(target: Stage) -> None:
    """A hundred requests in one piece of different kinds get their own answers, in order."""
    kinds = [
        (_balance(target.key), 200, b'"balance"'),
        (_balance("x"), 403, b"error_message"),
        (ROUTES[5].request("", b"{"), 400, b'"success":false'),
        (CHAT.request("wrong", b"{}"), 401, b"invalid_api_key"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200, b'"ok"'),
        (b"PUT /v1/models HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 405, b"error"),
        (b"GET /v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, b"error"),
        (b"POST /price HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /", 405, b"<html"),
    ]
    with target.wire() as wire:
        wire.send(b"".join(kind[0] for kind in kinds) * 13)
        for _ in range(13):
            for _, status, words in kinds:
                reply = wire.reply()
                assert reply.status == status
                assert words in reply.body


@each_route
def test_a_connection_survives_its_errors(target: Stage, route: Route) -> None:
    """After refusals whose bodies were read the same connection serves a good call."""
    with target.wire() as wire:
        for body in (b"", b"{", b"[]", b'{"key": 1}', b"x" * 200_000):
            no(wire.send(route.request(target.key, body)).reply(), route.dialect, 400)
        no(wire.send(route.request("", b"{}", "Content-Encoding: gzip")).reply(), route.dialect, 401, 415)
        assert wire.send(_balance(target.key)).reply().status == 200


@pytest.mark.parametrize("pieces", [1, 2, 7, 1000])
def test_a_request_may_arrive_in_any_pieces(target: Stage, pieces: int) -> None:
    """Wherever the network cuts, two requests in a row are two answers."""
    both = _balance(target.key) * 2
    size = max(1, len(both) // pieces)
    with target.wire() as wire:
        for start in range(0, len(both), size):
            wire.send(both[start : start + size])
        assert [wire.reply().status, wire.reply().status] == [200, 200]


def test_a_large_body_and_the_next_head_in_one_piece(target: Stage) -> None:
    """Large bodies do not count as headers, however the next request is cut."""
    big = json.dumps({"key": target.key, "more": "x" * 900_000}).encode()
    with target.wire() as wire:
        for _ in range(3):
            wire.send(ROUTES[2].request("", big) + _balance(target.key)[:40])
            assert wire.reply().status == 200
            wire.send(_balance(target.key)[40:])
            assert wire.reply().status == 200


@pytest.mark.parametrize("upgrade", ["websocket", "h2c", "TLS/1.3", "x"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_an_upgrade_is_not_taken_and_nothing_is_lost(target: Stage, upgrade: str, chunked: bool) -> None:
    """Clients that offer an upgrade (Java's offers h2c) are served in HTTP/1.1, body and all."""
    body = json.dumps({"key": target.key}).encode()
    framing = CHUNKED if chunked else f"Content-Length: {len(body)}"
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if chunked else body
    head = f"POST /api/balance HTTP/1.1\r\nHost: x\r\nUpgrade: {upgrade}\r\n"
    head += "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    offer = f"{head}{framing}\r\n\r\n".encode() + sent
    empty = f"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: {upgrade}\r\n\r\n".encode()
    with target.wire() as wire:
        wire.send((offer + empty) * 3 + _balance(target.key))
        assert [wire.reply().status for _ in range(7)] == [200] * 7
        for byte in offer:
            wire.send(bytes([byte]))
        assert "balance" in wire.reply().json


def test_thousands_of_upgrades_in_one_piece(target: Stage) -> None:
    """A pipeline of upgrades is a pipeline."""
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
    with target.wire() as wire:
        wire.send(one * 2000)
        assert all(wire.reply().status == 200 for _ in range(2000))


@pytest.mark.parametrize("expect", ["100-continue", "100-Continue", "200-maybe", ""])
def test_an_expectation_is_met_or_passed_over(target: Stage, expect: str) -> None:
    """A client that waits for 100 gets it, and then its answer; a refused one needs none."""
    head, _, body = _balance(target.key).partition(b"\r\n\r\n")
    with target.wire() as wire:
        wire.send(head + f"\r\nExpect: {expect}\r\n\r\n".encode())
        wire.send(body)
        assert wire.reply().status == 200
    refused = CHAT.request("wrong", b"x" * 10, "Expect: 100-continue")[:-10]
    no(target.ask(refused), "openai", 401)


def test_a_client_that_closes_its_half_is_answered_or_closed(target: Stage) -> None:
    """A half-closed connection ends cleanly."""
    with target.wire() as wire:
        wire.send(_balance(target.key)).half_close()
        _drain(wire)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_connection_is_closed_when_the_client_asks(target: Stage, version: str) -> None:
    """HTTP/1.0, and Connection: close."""
    raw = _balance(target.key).replace(b"HTTP/1.1", f"HTTP/{version}".encode())
    raw = raw.replace(b"Host: x", b"Host: x\r\nConnection: close")
    with target.wire() as wire:
        reply = wire.send(raw + b"POST / HTTP/1.1\r\nHost: x\r\n\r\n").reply()
        assert reply.status == 200
        assert reply.headers["connection"] == "close"
        _drain(wire)


def _drain(wire: Wire) -> None:
    """Reads until the end, which must come."""
    try:
        while not wire.ended():
            wire.reply()
    except EOFError:
        pass
