"""How the chaos upstream answers plain calls, well and badly."""

import asyncio
import json

from tests.wire.chaos_answers import completion, oddly
from tests.wire.chaos_bytes import framed, whole
from tests.wire.chaos_turn import Play, Turn, forever

_MEGABYTE = 1 << 20
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def _json(turn: Turn) -> bytes:
    answer = completion(turn.order, turn.content)
    if "odd" in turn.styles:
        answer = oddly(answer)
    if "bare" in turn.styles:
        answer = {"choices": [{"message": {"content": turn.content}}]}
    return json.dumps(answer, ensure_ascii=False).encode()


async def answer(turn: Turn) -> None:
    await turn.send(whole(200, _json(turn), "application/json"))


async def _part(turn: Turn, share: float) -> None:
    """The head, and so much of the body that it promises."""
    answer = whole(200, _json(turn), "application/json")
    head, _, body = answer.partition(b"\r\n\r\n")
    await turn.send(head + b"\r\n\r\n" + body[: int(len(body) * share)])


async def _hang_first(turn: Turn) -> None:
    await _part(turn, 0)
    await forever(turn)


async def _hang_middle(turn: Turn) -> None:
    await _part(turn, 0.5)
    await forever(turn)


async def _cut(turn: Turn) -> None:
    await _part(turn, 0.5)
    turn.writer.close()


async def _bad_json(turn: Turn) -> None:
    await turn.send(whole(200, b'{"choices": [', "application/json"))


async def _half_char(turn: Turn) -> None:
    body = b'{"choices": [{"message": {"content": "\xd0"}}]}'
    await turn.send(whole(200, body, "application/json"))


async def _chunks(turn: Turn, *chunks: bytes) -> None:
    """A chunked body whose last chunk is not what it says; then the connection ends."""
    await turn.send(_CHUNKED + b"".join(chunks))
    turn.writer.close()


async def _cut_chunk(turn: Turn) -> None:
    await _chunks(turn, framed(_json(turn))[:-20])


async def _bad_chunk(turn: Turn) -> None:
    await _chunks(turn, framed(_json(turn)), b"zz\r\n")


async def _drip(turn: Turn) -> None:
    await turn.dripped(whole(200, _json(turn), "application/json"))


async def _endless(turn: Turn) -> None:
    """White space before the JSON, for ever: servers that keep a connection awake do so for a while."""
    await turn.send(_CHUNKED)
    while True:
        await turn.send(framed(b" "))
        await asyncio.sleep(turn.option("gap", 0.05))


async def _huge(turn: Turn) -> None:
    size = int(turn.option("mb", 64)) * _MEGABYTE
    head, tail = b'{"choices": [{"message": {"content": "', b'"}}]}'
    length = size + len(head) + len(tail)
    await turn.send(whole(200, b"", "application/json").replace(b"Length: 0", b"Length: %d" % length) + head)
    for _ in range(size // _MEGABYTE):
        await turn.send(b"x" * _MEGABYTE)
    await turn.send(tail)


PLAIN: dict[str, Play] = {
    "hang-first": _hang_first,
    "hang-middle": _hang_middle,
    "cut": _cut,
    "bad-json": _bad_json,
    "half-char": _half_char,
    "cut-chunk": _cut_chunk,
    "bad-chunk": _bad_chunk,
    "drip": _drip,
    "endless": _endless,
    "huge": _huge,
}
