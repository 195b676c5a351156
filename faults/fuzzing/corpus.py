"""Requests for the hot routes as clients write them, and what a fuzzer makes of them."""

from collections.abc import Sequence

from faults.fuzzing.draws import Draws, pick
from faults.fuzzing.witness import HOT

_AGENTS = (
    b"Host: api.example\r\nAccept: */*\r\nConnection: keep-alive\r\nUser-Agent: OpenAI/Python 3.54.0\r\n"
    b"Authorization: Bearer slv_1234567890\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
    b"host: api.example\r\ncontent-type: application/json\r\ncontent-length: %d\r\nx-a: 1\r\n\r\n",
    b"Content-Length: %d\r\nHost: x\r\n\r\n",
)
BODIES = (
    b"",
    b"{}",
    b'{"key":"slv_1"}',
    b'{"messages":[{"role":"user","content":"a"}]}',
    b"\r\n\r\n",
    b"x" * 40,
)
KNOWN = tuple(
    b"POST %b HTTP/1.1\r\n%b" % (path.encode(), agent % len(body)) + body
    for agent in _AGENTS
    for path, body in zip(HOT, (BODIES[1:4] * 3), strict=False)
)
"""What the memory of heads is warmed with."""
_POST = b"POST /api/balance HTTP/1.1\r\nHost: x\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_UPGRADE = b"Upgrade: h2c\r\nConnection: upgrade\r\n"
_RARE = (
    _POST + _CHUNKED + b"2;a=b\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n",
    _POST + _CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    _POST + _UPGRADE + b"Content-Length: 2\r\n\r\n{}",
    _POST + _UPGRADE + _CHUNKED + b"2\r\n{}\r\n0\r\n\r\n",
    _POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    _POST + b"X-Many: y\r\n" * 11 + b"Content-Length: 0\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    b"POST /api/balance HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
)
"""What few clients send."""
_LINES = (
    *(b"Content-Length: %d", b"content-length: %d", b"Content-Length:%d", b"CONTENT-LENGTH: %d"),
    *(b"Content-Length: 00%d", b"Content-Length: +%d", b"Content-Length: %d ", b"Content-Length: %d, %d"),
    *(
        b"Content-Length : %d",
        b" Content-Length: %d",
        b"X-A: b\n\tContent-Length: %d",
        b"X-A: b\nContent-Length: %d",
    ),
    *(b"X-A: b\rContent-Length: %d", b"X: Content-Length: %d", b"X-A:\r\n Content-Length: %d"),
    *(b"Transfer-Encoding: chunked", b"transfer-encoding: identity", b"Transfer-Encoding: gzip, chunked"),
    *(
        b"Expect: 100-continue",
        b"Upgrade: h2c",
        b"Connection: upgrade",
        b"Connection: close",
        b"Trailer: X-T",
    ),
    *(b"Connection: keep-alive", b"Connection: Keep-Alive, close", b"Proxy-Connection: close", b"Host: y"),
    *(
        b"Idempotency-Key: k",
        b"Authorization: Bearer other",
        b"X-Long: " + b"y" * 700,
        b"X-A: \xff\x00",
        b"X-A:",
    ),
    *(b"Content-Encoding: gzip", b"Host : z", b": nameless", b"nocolon"),
)
_NASTY = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\n\n",
        b"\x00",
        b"\xff",
        b" ",
        b"\t",
        b":",
        b"0",
        b"00",
        b"99999999999",
    ),
    *(
        b"Content-Length: 3\r\n",
        b"\r\ncontent-length: 0\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b" HTTP/1.1\r\n",
    ),
    *(
        b"0\r\n\r\n",
        b"5\r\nabcde\r\n0\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b"1;a=b\r\nx\r\n",
        b"Connection: close\r\n",
    ),
    *(
        b"POST /api/balance HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    ),
)
_STARTS = (
    *(
        b"POST /api/balance HTTP/1.1",
        b"POST /v1/chat/completions HTTP/1.1",
        b"POST /v1/chat/completions?a=b HTTP/1.1",
    ),
    *(
        b"POST http://evil.example/api/balance HTTP/1.1",
        b"POST //api/balance HTTP/1.1",
        b"POST /api/%62alance HTTP/1.1",
    ),
    *(
        b"GET /healthz HTTP/1.1",
        b"HEAD /v1/models HTTP/1.1",
        b"POST /elsewhere HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
    ),
    *(
        b"POST /api/balance HTTP/1.0",
        b"CONNECT x:443 HTTP/1.1",
        b"BREW /api/balance HTTP/1.1",
        b"PRI * HTTP/2.0",
    ),
    *(b"POST /api/balance HTTP/1.2", b"\r\nPOST /api/balance HTTP/1.1", b"post /api/balance HTTP/1.1"),
)


def message(draws: Draws) -> bytes:
    """One request, or what might be taken for one."""
    match draws.ConsumeIntInRange(0, 9):
        case 0 | 1:
            return pick(draws, KNOWN)
        case 2:
            rare = pick(draws, _RARE)
            return mutated(draws, rare) if draws.ConsumeIntInRange(0, 1) else rare
        case 3 | 4:
            return _other_body(draws, pick(draws, KNOWN))
        case 5 | 6:
            return mutated(draws, pick(draws, KNOWN))
        case 7 | 8:
            return _written(draws)
        case _:
            return draws.ConsumeBytes(draws.ConsumeIntInRange(0, 60))


def _other_body(draws: Draws, request: bytes) -> bytes:
    """The same head with another body, of the length that is told or of another."""
    head, _, _ = request.partition(b"\r\n\r\n")
    body = _body(draws)
    told = len(body) + pick(draws, (0, 0, 0, 0, 0, 1, -1, 10))
    lines = head.split(b"\r\n")
    for at, line in enumerate(lines):
        name, _, _ = line.partition(b": ")
        if name.lower() == b"content-length":
            lines[at] = b"%b: %d" % (name, max(0, told))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _body(draws: Draws) -> bytes:
    match draws.ConsumeIntInRange(0, 15):
        case 0:
            return b"x" * pick(draws, (5_000, 30_000, 70_000, 110_000))
        case 1 | 2:
            return draws.ConsumeBytes(draws.ConsumeIntInRange(0, 30))
        case 3:
            return pick(draws, KNOWN)  # a request in another's body
        case _:
            return pick(draws, BODIES)


def _written(draws: Draws) -> bytes:
    """A head put together line by line."""
    body, lines = _body(draws), [pick(draws, _STARTS)]
    if draws.ConsumeIntInRange(0, 7):
        lines.append(b"Host: x")
    for _ in range(draws.ConsumeIntInRange(0, 4)):
        line = pick(draws, _LINES)
        lines.append(line % ((len(body),) * line.count(b"%d")) if b"%d" in line else line)
    if any(line.lower().startswith(b"transfer-encoding") for line in lines):
        body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def mutated(draws: Draws, data: bytes, nasty: Sequence[bytes] = _NASTY) -> bytes:
    """One to three changes: bits flipped, bytes lost, doubled, or something nasty put in."""
    for _ in range(draws.ConsumeIntInRange(1, 3)):
        at = draws.ConsumeIntInRange(0, len(data))
        end = min(len(data), at + pick(draws, (1, 1, 2, 8, 40)))
        match draws.ConsumeIntInRange(0, 4):
            case 0:
                flip = 1 << draws.ConsumeIntInRange(0, 7)
                data = data[:at] + bytes(byte ^ flip for byte in data[at : at + 1]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[end:]
            case 2:
                data = data[:end] + data[at:]
            case 3:
                data = data[:at] + pick(draws, nasty) + data[at:]
            case _:
                data = data[:at] + pick(draws, nasty) + data[end:]
    return data
