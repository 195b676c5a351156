"""Seeded mutations of good requests: whatever comes out, no 5xx, no false charge, no word in the log."""

import json
import random
from collections.abc import Iterator

import pytest

from tests.wire.hostile_stage import CANARY, MEMORY_MB, ROUTES, Reply, Route, Stage, Wire, stage

BODIES, REQUESTS, PARTS = 1_000, 500, 4
NASTY = [
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"null",
    b"true",
    b"-0",
    b"1e9",
    b"NaN",
    b"%00",
    b"  ",
]
NASTY += [
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\\u0000",
    b'{"$ne":null}',
    b"[" * 70,
]
NASTY += [b"9" * 30, b"\r", b"\n", b"\t", b"\r\n", b"\r\n\r\n", b" HTTP/1.1\r\n", b"Content-Length: 3\r\n"]
NASTY += [
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"Host: y\r\n",
]
NASTY += [b"Upgrade: x\r\nConnection: upgrade\r\n"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A service with a rich account, that waits for nobody."""
    limits = {"header_timeout_s": 2, "body_timeout_s": 2, "bad_keys_per_minute": 0}
    with stage(tmp_path_factory.mktemp("hostile"), **limits) as made:
        made.service.command("credit", "operator@localhost", "100000", "--reason", "test")
        yield made


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to four changes: bytes flipped, cut, doubled, moved, or something nasty put in."""
    mutated = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(mutated) + 1)
        end = min(len(mutated), start + chance.choice((1, 1, 2, 8, 40)))
        piece = bytes(mutated[start:end])
        match chance.randrange(6):
            case 0:
                mutated[start:end] = bytes(byte ^ 1 << chance.randrange(8) for byte in piece)
            case 1:
                del mutated[start:end]
            case 2:
                mutated[start:start] = piece * chance.randint(1, 20)
            case 3:
                mutated[start:end] = piece[::-1]
            case 4:
                mutated[start:start] = chance.choice(NASTY)
            case _:
                mutated[start:end] = chance.choice(NASTY)
    return bytes(mutated)


def _calm(reply: Reply) -> None:
    """Holds that an answer is one of a service in good order."""
    assert reply.status < 500, reply
    assert reply.took_s < 1
    assert b"Traceback" not in reply.body
    if reply.headers["content-type"].startswith("application/json"):
        assert isinstance(reply.json, dict)


def _good_body(route: Route, key: str, chance: random.Random) -> bytes:
    extra = {"temperature": 0.5, "n": 1, "more": ["é", {"a": [1, None]}], "idempotency_key": None}
    return json.dumps(route.body(key, **extra), ensure_ascii=chance.random() < 0.5).encode()


@pytest.mark.parametrize("seed", range(PARTS))
def test_mutated_bodies_are_answered_and_paid_exactly(running: Stage, seed: int) -> None:
    """A quarter of a thousand bodies: every accepted one costs 2 requests, every other nothing."""
    chance = random.Random(seed)  # noqa: S311 - a seed that can be repeated
    before, memory_mb, accepted = running.balance(), running.memory_mb(), []
    with running.wire() as wire:
        for _ in range(BODIES // PARTS):
            route = chance.choice(ROUTES)
            body = mutate(_good_body(route, running.key, chance), chance)
            reply = wire.send(route.request(running.key, body)).reply()
            _calm(reply)
            if route.paid and reply.status == 200:
                accepted.append((route, reply))
    for route, reply in accepted:
        running.finish(route, reply)
    assert before - running.balance() == 2 * len(accepted)
    assert running.memory_mb() < memory_mb + MEMORY_MB
    running.log_is_clean()
    running.books()


@pytest.mark.parametrize("seed", range(PARTS))
def test_mutated_requests_are_answered_or_closed(running: Stage, seed: int) -> None:
    """An eighth of a thousand raw requests: each gets whole answers or a clean end, and others are served."""
    chance = random.Random(1_000 + seed)  # noqa: S311 - a seed that can be repeated
    memory_mb = running.memory_mb()
    for _ in range(REQUESTS // PARTS):
        route = chance.choice(ROUTES)
        body = json.dumps(route.body(running.key)).encode()
        data = route.request(running.key, body, "Idempotency-Key: k", f"User-Agent: {CANARY}")
        with running.wire() as wire:
            wire.send(mutate(data, chance) + mutate(data, chance)).half_close()
            _calm_to_the_end(wire)
    assert running.balance() > 0
    assert running.memory_mb() < memory_mb + MEMORY_MB
    running.log_is_clean()
    running.books()


def _calm_to_the_end(wire: Wire) -> None:
    try:
        while not wire.ended():
            _calm(wire.reply())
    except (EOFError, ConnectionError):
        pass
