"""How the chaos upstream streams, well and badly."""

import asyncio
import base64
import json
from collections.abc import Iterator

from tests.wire.chaos_answers import chunk, chunks, error
from tests.wire.chaos_bytes import END, STREAM_HEAD, event, framed, opening
from tests.wire.chaos_turn import Play, Turn, abort, forever

_MEGABYTE = 1 << 20
_LONG = (b'data: {"choices": [{"delta": {"content": "', b'"}}]}\n\n')


def events(turn: Turn) -> Iterator[bytes]:
    """The events of the whole answer, the last word included."""
    yield from (event(piece, turn.styles) for piece in chunks(turn.order, turn.content or ""))
    if turn.kind != "no-done":
        yield event("[DONE]", turn.styles)


async def stream(turn: Turn) -> None:
    """The events as they come, until the fault's moment."""
    await turn.send(STREAM_HEAD + framed(opening(turn.styles)))
    after = turn.option("after", 1)
    for index, data in enumerate(events(turn)):
        if turn.kind in BREAKS and index >= after:
            await BREAKS[turn.kind](turn)
            return
        if index == 1 and turn.order.markers.get("gate") == "middle":
            await turn.gate()
        if turn.kind == "slow":
            await asyncio.sleep(turn.option("gap", 0.05))
        if turn.kind == "cut" and b'"finish_reason": "' in data:
            break
        await turn.send(framed(data))
    await turn.send(END)


async def _error(turn: Turn) -> None:
    await turn.send(framed(event(json.dumps(error(500)))) + END)


async def _json(turn: Turn) -> None:
    await turn.send(framed(event("{nonsense")) + END)


async def _char(turn: Turn) -> None:
    await turn.send(framed(b'data: {"choices": [{"delta": {"content": "\xd0"}}]}\n\n') + END)


async def _cut_chunk(turn: Turn) -> None:
    await turn.send(framed(event(chunk(turn.order, [])))[:-20])
    turn.writer.close()


async def _bad_chunk(turn: Turn) -> None:
    await turn.send(b"zz\r\n" + event(chunk(turn.order, [])) + b"\r\n" + END)
    turn.writer.close()


async def _endless(turn: Turn) -> None:
    word = event(chunk(turn.order, [{"index": 0, "delta": {"content": "слово "}, "finish_reason": None}]))
    while True:
        await turn.send(framed(word))
        await asyncio.sleep(turn.option("gap", 0.05))


async def _huge(turn: Turn) -> None:
    """In events of a megabyte, or in `events=N`."""
    size = int(turn.option("mb", 64)) * _MEGABYTE
    count = int(turn.option("events", size // _MEGABYTE))
    each = size // count
    for _ in range(count):
        await turn.send(b"%x\r\n%s" % (each + sum(map(len, _LONG)), _LONG[0]))
        for sent in range(0, each, _MEGABYTE):
            await turn.send(b"x" * min(_MEGABYTE, each - sent))
        await turn.send(_LONG[1] + b"\r\n")
    await turn.send(framed(event("[DONE]")) + END)


BREAKS: dict[str, Play] = {
    "hang-middle": forever,
    "close": abort,
    "error-event": _error,
    "bad-json": _json,
    "half-char": _char,
    "cut-chunk": _cut_chunk,
    "bad-chunk": _bad_chunk,
    "endless": _endless,
    "huge": _huge,
}
"""What comes in place of a stream's event number `after=N` (1), and of all behind it."""


async def _hang_first(turn: Turn) -> None:
    await turn.send(STREAM_HEAD)
    await forever(turn)


async def _split(turn: Turn) -> None:
    """The stream in two chunks that meet at byte `at=N`; without it, every byte comes alone."""
    data = opening(turn.styles) + b"".join(events(turn))
    at = int(turn.option("at", -1))
    pieces = [data[:at], data[at:]] if at >= 0 else [bytes([byte]) for byte in data]
    await turn.send(STREAM_HEAD)
    for piece in pieces:
        await turn.packets(framed(piece))
    await turn.send(END)


async def _cut_at(turn: Turn) -> None:
    """The stream's first `at=N` bytes; then the connection ends."""
    data = opening(turn.styles) + b"".join(events(turn))
    await turn.packets(STREAM_HEAD + framed(data[: int(turn.option("at", len(data) // 2))]))
    turn.writer.close()


async def _raw(turn: Turn) -> None:
    """The stream's very bytes from `data=BASE64`, in chunks that end at `cuts=N,N…`; `cut=1`: no end."""
    assert turn.fault is not None
    data = base64.b64decode(turn.fault.options["data"])
    cuts = [int(cut) for cut in turn.fault.options.get("cuts", "").split(",") if cut]
    await turn.send(STREAM_HEAD)
    for start, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
        await turn.packets(framed(data[start:end]))
    if "cut" in turn.fault.options:
        turn.writer.close()
    else:
        await turn.send(END)


async def _drip(turn: Turn) -> None:
    body = opening(turn.styles) + b"".join(events(turn))
    await turn.dripped(STREAM_HEAD + framed(body) + END)


STREAMED: dict[str, Play] = {
    "hang-first": _hang_first,
    "drip": _drip,
    "split": _split,
    "cut-at": _cut_at,
    "raw": _raw,
}
