"""Requests that break HTTP: doubtful framing, smuggling, other protocols."""

from collections.abc import Iterator

import pytest

from tests.wire.hostile_stage import ROUTES, Route, Stage, harmless, no, stage


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
BODY = "2\r\n{}\r\n0\r\n\r\n"
SMUGGLED = "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
FRAMING = {
    "length and chunks": f"Content-Length: 5\r\n{CHUNKED}\r\n\r\n0\r\n\r\n",
    "chunks and length": f"{CHUNKED}\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two different lengths": "Content-Length: 2\r\nContent-Length: 50\r\n\r\n{}",
    "a list of lengths": "Content-Length: 2, 2\r\n\r\n{}",
    "a length with a plus": "Content-Length: +2\r\n\r\n{}",
    "a negative length": "Content-Length: -2\r\n\r\n{}",
    "a length in hex": "Content-Length: 0x2\r\n\r\n{}",
    "a fraction of a length": "Content-Length: 2.0\r\n\r\n{}",
    "a length with an exponent": "Content-Length: 2e0\r\n\r\n{}",
    "a length with spaces inside": "Content-Length: 1 0\r\n\r\n{}",
    "no length": "Content-Length:\r\n\r\n{}",
    "a length beyond 64 bits": "Content-Length: 99999999999999999999999\r\n\r\n{}",
    "a length in full-width digits": "Content-Length: \uff12\r\n\r\n{}",
    "chunks twice": f"{CHUNKED}\r\n{CHUNKED}\r\n\r\n{BODY}",
    "chunks in chunks": f"Transfer-Encoding: chunked, chunked\r\n\r\n{BODY}",
    "identity before chunks": f"Transfer-Encoding: identity, chunked\r\n\r\n{BODY}",
    "chunks before identity": f"Transfer-Encoding: chunked, identity\r\n\r\n{BODY}",
    "gzip in chunks": f"Transfer-Encoding: gzip, chunked\r\n\r\n{BODY}",
    "identity": "Transfer-Encoding: identity\r\n\r\n{}",
    "an unknown coding": f"Transfer-Encoding: xchunked\r\n\r\n{BODY}",
    "a quoted coding": f'Transfer-Encoding: "chunked"\r\n\r\n{BODY}',
    "a coding with a parameter": f"Transfer-Encoding: chunked;q=1\r\n\r\n{BODY}",
    "a coding after a vertical tab": f"Transfer-Encoding: \x0bchunked\r\n\r\n{BODY}",
    "a coding before a NUL": f"Transfer-Encoding: chunked\x00\r\n\r\n{BODY}",
    "a space before the colon": f"Transfer-Encoding : chunked\r\n\r\n{BODY}",
    "a tab before the colon": f"Transfer-Encoding\t: chunked\r\n\r\n{BODY}",
    "a space before the name": f" {CHUNKED}\r\n\r\n{BODY}",
    "a folded coding": f"Transfer-Encoding:\r\n chunked\r\n\r\n{BODY}",
    "a folded header": "X-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}",
    "a header without a colon": "Nonsense\r\nContent-Length: 2\r\n\r\n{}",
    "a header without a name": ": x\r\nContent-Length: 2\r\n\r\n{}",
    "a NUL in a header": "X-A: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    "a NUL in a name": "X\x00A: b\r\nContent-Length: 2\r\n\r\n{}",
    "a bare LF": "X-A: b\nContent-Length: 2\r\n\r\n{}",
    "a bare CR": "X-A: b\rContent-Length: 2\r\n\r\n{}",
    "two hosts": "Host: y\r\nContent-Length: 2\r\n\r\n{}",
    "two authorizations": "Authorization: a\r\nAuthorization: b\r\nContent-Length: 2\r\n\r\n{}",
    "two idempotency keys": "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 2\r\n\r\n{}",
    "a chunk size of letters": f"{CHUNKED}\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n",
    "a negative chunk": f"{CHUNKED}\r\n\r\n-1\r\n{{}}\r\n0\r\n\r\n",
    "a chunk with a plus": f"{CHUNKED}\r\n\r\n+2\r\n{{}}\r\n0\r\n\r\n",
    "a chunk with 0x": f"{CHUNKED}\r\n\r\n0x2\r\n{{}}\r\n0\r\n\r\n",
    "a space before the size": f"{CHUNKED}\r\n\r\n 2\r\n{{}}\r\n0\r\n\r\n",
    "a space after the size": f"{CHUNKED}\r\n\r\n2 \r\n{{}}\r\n0\r\n\r\n",
    "a size beyond 64 bits": f"{CHUNKED}\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{{}}\r\n0\r\n\r\n",
    "no size": f"{CHUNKED}\r\n\r\n\r\n{{}}\r\n0\r\n\r\n",
    "a size before a bare LF": f"{CHUNKED}\r\n\r\n2\n{{}}\r\n0\r\n\r\n",
    "a chunk that is longer than its size": f"{CHUNKED}\r\n\r\n1\r\n{{}}\r\n0\r\n\r\n",
    "a chunk that is shorter than its size": f"{CHUNKED}\r\n\r\n4\r\n{{}}\r\n0\r\n\r\n",
}


def _request(route: Route, rest: str, key: str = "") -> bytes:
    bearer = f"Authorization: Bearer {key}\r\n" if key and route.dialect == "openai" else ""
    return f"POST {route.path} HTTP/1.1\r\nHost: x\r\n{bearer}{rest}".encode()


@each_route
@pytest.mark.parametrize("name", FRAMING)
def test_doubtful_framing_is_one_refusal_and_the_end(target: Stage, route: Route, name: str) -> None:
    """A request whose end can be read two ways is refused once; what was smuggled behind is not read."""
    key = "" if name == "two authorizations" else target.key
    with target.wire() as wire:
        wire.send(_request(route, FRAMING[name], key) + (SMUGGLED % target.key).encode())
        reply = wire.reply()
        no(reply, route.dialect, 400)
        assert reply.headers["connection"] == "close"
        assert wire.ended()


@each_route
def test_a_body_may_come_in_chunks(target: Stage, route: Route) -> None:
    """Good chunks are read: any size, upper case, extensions, trailers, a byte at a time."""
    body = b"[1]"
    for chunks in (
        b"3\r\n[1]\r\n0\r\n\r\n",
        b"1\r\n[\r\n1\r\n1\r\n1\r\n]\r\n0\r\n\r\n",
        b"003;name=value\r\n[1]\r\n000\r\nX-Trailer: 1\r\n\r\n",
    ):
        with target.wire() as wire:
            head = _request(route, f"{CHUNKED}\r\n\r\n", target.key)
            assert "JSON" in no(wire.send(head + chunks).reply(), route.dialect, 400)
            assert "JSON" in no(wire.send(route.request(target.key, body)).reply(), route.dialect, 400)


def test_a_trailer_is_no_header(target: Stage) -> None:
    """A key or an address that comes after the body is not looked at."""
    head = f"GET /v1/models HTTP/1.1\r\nHost: x\r\n{CHUNKED}\r\n\r\n0\r\n"
    reply = target.ask(f"{head}Authorization: Bearer {target.key}\r\n\r\n".encode())
    no(reply, "openai", 401)


HEADS = {
    "no host": b"POST /api/balance HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/0.9": b"GET /api/balance\r\n\r\n",
    "HTTP/1.2": b"POST /api/balance HTTP/1.2\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/2.0": b"POST /api/balance HTTP/2.0\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/11.1": b"POST /api/balance HTTP/11.1\r\nHost: x\r\n\r\n",
    "HTTP/1.1 and more": b"POST /api/balance HTTP/1.1 x\r\nHost: x\r\n\r\n",
    "http/1.1": b"POST /api/balance http/1.1\r\nHost: x\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /api/balance HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a tab": b"POST\t/api/balance\tHTTP/1.1\r\nHost: x\r\n\r\n",
    "bare LF": b"POST /api/balance HTTP/1.1\nHost: x\nContent-Length: 2\n\n{}",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 9,
    "TLS hello": bytes.fromhex("16030100f8010000f40303") + bytes(240),
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
    "SMTP": b"EHLO example.org\r\n",
    "Redis": b"*1\r\n$4\r\nPING\r\n",
    "PROXY": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a response": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "zeros": bytes(1000),
    "noise": bytes(range(256)) * 8,
    "a NUL in the line": b"POST /api\x00/balance HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("first", [True, False], ids=["first", "after a good one"])
def test_what_is_no_request_is_refused_once_and_closed(target: Stage, name: str, first: bool) -> None:
    """Garbage, other protocols and broken request lines get one 400 each, in their turn, then the end."""
    with target.wire() as wire:
        good = b"" if first else b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        wire.send(good + HEADS[name])
        if not first:
            assert wire.reply().status == 200
        reply = wire.reply()
        assert reply.status in {400, 405}
        assert reply.headers["connection"] == "close"
        assert reply.json
        assert wire.ended()
