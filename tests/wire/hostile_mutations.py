"""Good requests changed by chance, and what holds of every answer to them."""

import json
import random

from tests.wire.hostile_stage import Reply, Route, Wire

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


def calm(reply: Reply) -> None:
    """Holds that an answer is one of a service in good order."""
    assert reply.status < 500, reply
    assert reply.took_s < 1
    assert b"Traceback" not in reply.body
    if reply.headers["content-type"].startswith("application/json"):
        assert isinstance(reply.json, dict)


def good_body(route: Route, key: str, chance: random.Random) -> bytes:
    """A body that the route takes, with more in it than it needs."""
    extra = {"temperature": 0.5, "n": 1, "more": ["é", {"a": [1, None]}], "idempotency_key": None}
    return json.dumps(route.body(key, **extra), ensure_ascii=chance.random() < 0.5).encode()


def calm_to_the_end(wire: Wire) -> None:
    """The same for every answer until the server closes."""
    try:
        while not wire.ended():
            calm(wire.reply())
    except (EOFError, ConnectionError):
        pass
