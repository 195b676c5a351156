"""Answers as upstreams write them, sound and spoiled."""

import gzip
import zlib
from typing import NamedTuple

from faults.fuzzing.corpus import mutated
from faults.fuzzing.draws import Draws, pick, seldom

SAID = b'data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'
ENDED = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}\n\n'
MARK = b"data: [DONE]\n\n"
_EVENTS = (
    *(
        SAID,
        SAID,
        SAID,
        ENDED,
        ENDED,
        MARK,
        MARK,
        b": a comment\n\n",
        b"data:\n\n",
        b"\n",
        b"\n\n",
        b"\xef\xbb\xbf",
    ),
    *(
        SAID.replace(b"\n", b"\r\n"),
        ENDED.replace(b"\n", b"\r\n"),
        MARK.replace(b"\n", b"\r\n"),
        SAID.replace(b"\n", b"\r"),
    ),
    *(
        b"event: x\nid: 7\nretry: 1\n" + SAID,
        b"data: [\ndata: DONE]\n\n",
        b"data:[DONE]\n\n",
        b"data:  [DONE]\n\n",
    ),
    *(
        b"data: [DONE] \n\n",
        b"data: [DONE]\n",
        b"data: [DONE]",
        b"data: [done]\n\n",
        b"data: [DONE]x\n\n",
        b"[DONE]\n\n",
    ),
    *(
        b'data: "[DONE]"\n\n',
        b": [DONE]\n\n",
        b"event: [DONE]\n\n",
        b"datax: [DONE]\n\n",
        b"data\n\n",
        b"data: null\n\n",
    ),
    *(b'data: {"error":{"message":"no","type":"server_error"}}\n\n', b"data: {\n\n", b"data: {\ndata: }\n\n"),
    *(
        b'data: {"choices":[{"index":1,"delta":{"content":"\xd0\xb0"}}]}\n\n',
        b"data: \xff\n\n",
        b"data: [[[[\n\n",
    ),
    *(
        b'data: {"choices":null}\n\n',
        b'data: {"choices":[{"delta":null,"finish_reason":"length"}]}\n\n',
        b"data: 1\n\n",
    ),
    b'data: {"choices":[{"index":0,"delta":{"content":"' + b"x" * 1_500 + b'"}}]}\n\n',
    b'data: {"choices":[{"index":0,"delta":{"content":"' + b"x" * 5_000 + b'"}}]}\n\n',
)
_USAGES = (
    *(
        b"null",
        b"{}",
        b"[]",
        b"1",
        b'"x"',
        b'{"prompt_tokens":7,"completion_tokens":5}',
        b'{"prompt_tokens":-1}',
    ),
    *(b'{"prompt_tokens":1.5,"completion_tokens":2}', b'{"prompt_tokens":99999999999999999999}'),
)
PLAIN = b'{"choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}'
_BODIES = (
    *(
        PLAIN,
        PLAIN,
        PLAIN,
        b"",
        b"{}",
        b"null",
        b'{"choices":[]}',
        b'{"choices":[{"message":{"content":null}}]}',
    ),
    *(
        b'{"error":{"message":"no","type":"x","code":500}}',
        b"<html>",
        PLAIN[:-1],
        PLAIN + b" ",
        PLAIN * 2,
        b"\xff",
    ),
    PLAIN.replace(b"hello", b"x" * 5_000),
    PLAIN.replace(b'"hello"', b'[{"type":"text","text":"a"},{"type":"text"}]'),
    PLAIN.replace(b'"choices"', b'"usage":{"prompt_tokens":"1","completion_tokens":2},"choices"'),
)
_STATUSES = (
    *(b"HTTP/1.1 200 OK",) * 12,
    *(b"HTTP/1.0 200 OK", b"HTTP/1.1 200", b"HTTP/1.1 204 No", b"HTTP/1.1 304 No", b"HTTP/1.1 101 Switching"),
    *(b"HTTP/1.1 400 Bad", b"HTTP/1.1 401 No", b"HTTP/1.1 429 Slow", b"HTTP/1.1 500 Oh", b"HTTP/1.1 503 Oh"),
    *(
        b"HTTP/1.1 999 Odd",
        b"HTTP/1.1 301 Away",
        b"ICY 200 OK",
        b"HTTP/1.1 1 OK",
        b"HTTP/2 200",
        b"HTTP/1.1  200 OK",
    ),
)
_LINES = (
    *(
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: upgrade\r\nUpgrade: h2c",
        b"Server: x",
        b"X-A:",
    ),
    *(
        b"Retry-After: 7",
        b"Retry-After: -1",
        b"Retry-After: Wed, 21 Oct 2099 07:28:00 GMT",
        b"Retry-After: junk",
    ),
    *(
        b"retry-after-ms: nan",
        b"retry-after-ms: inf",
        b"Retry-After: 1e400",
        b"retry-after-ms: 99999999999999999999",
    ),
    *(b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Trailer: X"),
    *(b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding: chunked"),
    *(
        b"Content-Type: text/html",
        b"Content-Type: text/event-stream",
        b"X-A: b\r\n c",
        b"X A: b",
        b"X-\xff: \xff",
    ),
    *(
        b"X-Long: " + b"y" * 6_000,
        b"\r\n".join([b"X-Many: y"] * 60),
        b"Content-Encoding: br",
        b"Keep-Alive: timeout=1",
    ),
)
_INTERIM = (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
_NASTY = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\x00",
        b"\xff",
        b"0\r\n\r\n",
        b"ffffffffffffffffff\r\n",
        b"-1\r\n",
        b"data: ",
    ),
    *(
        MARK,
        b"[DONE]",
        SAID,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ),
    *(b"Content-Length: 0\r\n", b"data: {}\n\n", b";ext=1", b"\xef\xbb\xbf"),
)


class Answered(NamedTuple):
    """What an upstream sends, and the uncompressed body inside, where nothing was spoiled."""

    data: bytes
    body: bytes | None


def stream_body(draws: Draws) -> bytes:
    """Some events."""
    events = pick(draws, (_EVENTS, (SAID, SAID, ENDED, MARK), (SAID, SAID, ENDED, MARK)))
    chosen = [pick(draws, events) for _ in range(draws.ConsumeIntInRange(1, 8))]
    return b"".join(chosen).replace(b'{"prompt_tokens":1}', pick(draws, _USAGES))


def plain_body(draws: Draws) -> bytes:
    """A completion, or something in its place."""
    return pick(draws, _BODIES)


def answered(draws: Draws, streamed: bool) -> Answered:
    """One response, sometimes with another behind it, sometimes spoiled."""
    body = stream_body(draws) if streamed else plain_body(draws)
    if seldom(draws, 6):
        return Answered(_odd(draws, body, streamed), None)
    framed = _framed(draws, body, b"text/event-stream" if streamed else b"application/json")
    if seldom(draws, 3):
        return Answered(mutated(draws, framed, _NASTY), None)
    return Answered(framed, body)


def honest(body: bytes, media: bytes) -> bytes:
    """A response that nothing is wrong with."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (media, len(body), body)


def _framed(draws: Draws, body: bytes, media: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n" % media
    if not draws.ConsumeIntInRange(0, 4):
        head = _INTERIM[0] + head
    coding = draws.ConsumeIntInRange(0, 9)
    if coding == 0:
        head, body = head + b"Content-Encoding: gzip\r\n", gzip.compress(body, mtime=0)
    elif coding == 1:
        head, body = head + b"Content-Encoding: deflate\r\n", zlib.compress(body)[2:-4]
    match draws.ConsumeIntInRange(0, 2):
        case 0:
            return head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        case 1:
            return head + b"Transfer-Encoding: chunked\r\n\r\n" + _chunked(draws, body)
        case _:
            return head + b"\r\n" + body


def _chunked(draws: Draws, body: bytes) -> bytes:
    size = draws.ConsumeIntInRange(1, 200)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    ends = b"0\r\nX-Trailer: 1\r\n\r\n" if seldom(draws, 8) else b"0\r\n\r\n"
    return b"".join([b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]) + ends


def _odd(draws: Draws, body: bytes, streamed: bool) -> bytes:
    """A head put together line by line."""
    lines = [pick(draws, _STATUSES)]
    if draws.ConsumeIntInRange(0, 3):
        lines.append(b"Content-Type: " + (b"text/event-stream" if streamed else b"application/json"))
    lines += [pick(draws, _LINES) for _ in range(draws.ConsumeIntInRange(0, 4))]
    if draws.ConsumeIntInRange(0, 1):
        lines.append(b"Content-Length: %d" % len(body))
    before = b"".join(pick(draws, _INTERIM) for _ in range(pick(draws, (0, 0, 0, 1, 40))))
    behind = honest(PLAIN, b"application/json") if seldom(draws, 4) else b""
    return before + b"\r\n".join(lines) + b"\r\n\r\n" + body + behind
