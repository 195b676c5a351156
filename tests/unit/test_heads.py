"""Heads that are known: what is learnt, what is found again, and what must never be."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.direct_stand import HOT, LIMITS, PlayedDoor, connect, lines, strictly

from slovomat.web.heads import Head, Heads

LINE = f"POST {HOT} HTTP/1.1\r\n".encode()
USUAL = b"Host: x\r\nAuthorization: Bearer slv_a\r\nContent-Type: application/json\r\n"
LISTED = [
    (b"host", b"x"),
    (b"authorization", b"Bearer slv_a"),
    (b"content-type", b"application/json"),
]


def request(body: bytes = b"{}", headers: bytes = USUAL, line: bytes = LINE, length: bytes = b"") -> bytes:
    """A request with a length."""
    return b"%bContent-Length: %b\r\n%b\r\n%b" % (line, length or b"%d" % len(body), headers, body)


GOOD = request(b'{"one": 1}')


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """For the protocol's clock: nothing runs on it."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


def taught(loop: asyncio.AbstractEventLoop, *pieces: bytes) -> Heads[str]:
    """What a connection has learnt when these pieces came, one after another."""
    protocol = connect(lines(PlayedDoor()), loop)
    for piece in pieces:
        protocol.data_received(piece)
        protocol.answer_all()
    heads = protocol.heads
    assert isinstance(heads, Heads)
    return heads


def found(heads: Heads[str], data: bytes) -> tuple[Head[str], bytes]:
    """The head and body, which must be known."""
    result = heads.find(data)
    assert result is not None
    return result


def but_for_length(head: Head[str]) -> list[tuple[bytes, bytes]]:
    """A head's headers without the one that may change."""
    return [(name, value) for name, value in head.listed if name != b"content-length"]


def test_a_head_is_found_again_with_any_body(loop: asyncio.AbstractEventLoop) -> None:
    """Path, endpoint and headers are the first one's, the body is its own, whatever its length."""
    heads = taught(loop, GOOD)
    for body in (b'{"one": 1}', b"", b"x" * 200_000, b"\r\n\r\nContent-Length: 5\r\n\r\n", b"\x00\xff"):
        head, got = found(heads, request(body))
        assert (head.path, head.endpoint, got) == (HOT, "chat", body)
        assert but_for_length(head) == LISTED
        assert head.headers[b"authorization"] == b"Bearer slv_a"
        assert head.bearer == "slv_a"


def test_nothing_is_known_at_first(loop: asyncio.AbstractEventLoop) -> None:
    """Nor a head that differs in a byte."""
    assert Heads(PlayedDoor().hot).find(GOOD) is None
    heads = taught(loop, GOOD)
    assert heads.find(GOOD.replace(b"slv_a", b"slv_b")) is None
    assert heads.find(GOOD.replace(b"Host", b"host")) is None
    assert heads.find(GOOD.replace(b"application/json\r\n", b"application/json \r\n")) is None


@pytest.mark.parametrize("name", [b"Content-Length", b"content-length"])
@pytest.mark.parametrize("place", [0, 1])
def test_the_length_may_stand_anywhere_in_two_spellings(
    loop: asyncio.AbstractEventLoop, name: bytes, place: int
) -> None:
    """First or last; as most clients write it."""

    def made(body: bytes) -> bytes:
        headers = [USUAL, b"%b: %d\r\n" % (name, len(body))]
        return LINE + b"".join(headers if place else headers[::-1]) + b"\r\n" + body

    heads = taught(loop, made(b"{}"))
    assert found(heads, made(b"[1, 2]"))[1] == b"[1, 2]"
    assert heads.find(made(b"[1, 2]").replace(name, name.swapcase())) is None


@pytest.mark.parametrize("digits", [b"0000002", b"000000002"])
def test_zeros_before_the_length_change_nothing(loop: asyncio.AbstractEventLoop, digits: bytes) -> None:
    """As for the parser."""
    assert found(taught(loop, GOOD), request(b"{}", length=digits))[1] == b"{}"


UNLEARNT = {
    "another path": request(line=b"POST /v1/models HTTP/1.1\r\n"),
    "a path below": request(line=b"POST /v1/chat/completions/ HTTP/1.1\r\n"),
    "a coded path": request(line=b"POST /v1/chat/completion%73 HTTP/1.1\r\n"),
    "another method": request(line=f"PUT {HOT} HTTP/1.1\r\n".encode()),
    "GET": request(line=f"GET {HOT} HTTP/1.1\r\n".encode()),
    "HTTP/1.0": request(line=f"POST {HOT} HTTP/1.0\r\n".encode()),
    "HTTP/1.0 that would stay": request(
        line=f"POST {HOT} HTTP/1.0\r\n".encode(), headers=USUAL + b"Connection: keep-alive\r\n"
    ),
    "HTTP/1.2": request(line=f"POST {HOT} HTTP/1.2\r\n".encode()),
    "no host": request(headers=b"Authorization: Bearer slv_a\r\n"),
    "two hosts": request(headers=USUAL + b"Host: y\r\n"),
    "two authorizations": request(headers=USUAL + b"Authorization: Bearer slv_b\r\n"),
    "an idempotency key": request(headers=USUAL + b"Idempotency-Key: a\r\n"),
    "close": request(headers=USUAL + b"Connection: close\r\n"),
    "Close, in a list": request(headers=USUAL + b"Connection: keep-alive, Close\r\n"),
    "two connections": request(headers=USUAL + b"Connection: keep-alive\r\nConnection: close\r\n"),
    "upgrade": request(headers=USUAL + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"),
    "upgrade to h2c": request(headers=USUAL + b"Upgrade: h2c\r\n"),
    "expect": request(headers=USUAL + b"Expect: 100-continue\r\n"),
    "trailer": request(headers=USUAL + b"Trailer: X-A\r\n"),
    "chunks": LINE + USUAL + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks and a length": request(headers=USUAL + b"Transfer-Encoding: chunked\r\n"),
    "two lengths": request(headers=USUAL + b"Content-Length: 2\r\n"),
    "two spellings of a length": request(headers=USUAL + b"content-length: 2\r\n"),
    "no length": LINE + USUAL + b"\r\n",
    "a length with a space": request(length=b" 2"),
    "a length with a space behind": request(length=b"2 "),
    "a length with a tab": request(length=b"\t2"),
    "a length with a sign": request(length=b"+2"),
    "a length of ten digits": request(length=b"0000000002"),
    "a length in capitals": LINE + USUAL + b"CONTENT-LENGTH: 2\r\n\r\n{}",
    "a length without a space": LINE + USUAL + b"Content-Length:2\r\n\r\n{}",
    "a length in another header": LINE + USUAL + b"X-Content-Length: 2\r\n\r\n{}",
    "a length after a bare LF": LINE + USUAL + b"X: a\nContent-Length: 2\r\n\r\n{}",
    "a folded length": LINE + USUAL + b"X: a\r\n Content-Length: 2\r\n\r\n{}",
    "a bare CR": request(headers=USUAL + b"X: a\rb\r\n"),
    "a NUL": request(headers=USUAL + b"X: a\x00b\r\n"),
    "a shorter body": request(b"{}", length=b"3"),
    "a longer body": request(b"{}", length=b"1"),
    "a request behind it": request() + request(),
    "half a request behind it": request() + LINE,
    "a line behind it": request() + b"\r\n",
    "a long head": request(headers=USUAL + b"X: %b\r\n" % (b"a" * 4096)),
    "a hundred headers more": request(headers=USUAL + b"".join(b"X%d: 1\r\n" % n for n in range(100))),
}


@pytest.mark.parametrize("name", UNLEARNT)
def test_what_is_unusual_is_never_learnt(loop: asyncio.AbstractEventLoop, name: str) -> None:
    """Not by itself, and not after a good one: its second coming goes through the parser as the first did."""
    data = UNLEARNT[name]
    for heads in (taught(loop, data), taught(loop, data, data), taught(loop, GOOD, data)):
        assert heads.find(data) is None
    assert taught(loop, data)._known == {}


@pytest.mark.parametrize("at", [1, 5, len(LINE), GOOD.index(b"\r\n\r\n") + 2, len(GOOD) - 1])
def test_what_came_in_pieces_is_not_learnt(loop: asyncio.AbstractEventLoop, at: int) -> None:
    """Only what came at once can be remembered byte for byte."""
    assert taught(loop, GOOD[:at], GOOD[at:])._known == {}


def test_what_lies_within_a_body_is_not_learnt(loop: asyncio.AbstractEventLoop) -> None:
    """A whole request that is the rest of another one's body."""
    outer = request(b"x" * 10 + GOOD)
    assert taught(loop, outer.removesuffix(GOOD), GOOD)._known == {}


def test_what_waits_behind_another_is_not_learnt(loop: asyncio.AbstractEventLoop) -> None:
    """While a request is being answered the next one is read by the parser, and only read."""
    protocol = connect(lines(PlayedDoor()), loop)
    protocol.data_received(request(line=b"POST /v1/models HTTP/1.1\r\n"))
    protocol.data_received(GOOD)
    assert protocol.heads._known == {}


def test_an_empty_line_before_a_request_is_part_of_its_head(loop: asyncio.AbstractEventLoop) -> None:
    """The parser skips it (RFC 9112, 2.2); with it and without it are two heads."""
    heads = taught(loop, b"\r\n" + GOOD)
    assert heads.find(GOOD) is None
    result = heads.find(b"\r\n" + GOOD)
    if result is not None:
        assert strictly(b"\r\n" + GOOD, loop) == (HOT, result[0].listed, result[1])


UNFOUND = {
    "a sign": request(b"{}", length=b"+2"),
    "a minus": request(b"{}", length=b"-2"),
    "a space": request(b"{}", length=b" 2"),
    "a space behind": request(b"{}", length=b"2 "),
    "a tab": request(b"{}", length=b"2\t"),
    "no digits": request(b"{}").replace(b"Content-Length: 2", b"Content-Length: "),
    "an underscore": request(b"{}" + b" " * 8, length=b"1_0"),
    "hex": request(b"{}", length=b"0x2"),
    "a fraction": request(b"{}", length=b"2.0"),
    "a list": request(b"{}", length=b"2, 2"),
    "full-width digits": request(b"{}", length="\uff12".encode()),
    "a superscript": request(b"{}", length="²".encode("latin-1")),
    "too many digits": request(b"{}", length=b"0000000002"),
    "far too many digits": request(b"{}", length=b"9" * 5000),
    "a shorter body": request(b"{}", length=b"3"),
    "a longer body": request(b"{}", length=b"1"),
    "no body": request(b"{}", length=b"2").removesuffix(b"{}"),
    "half a head": request(b"{}").partition(b"\r\n\r\n")[0],
    "two requests": request(b"{}") + request(b"{}"),
    "a length after the length": request(b"{}", length=b"2\r\nContent-Length: 2"),
    "a coding after the length": request(b"{}", length=b"2\r\nTransfer-Encoding: chunked"),
    "a bare LF after the length": request(b"{}", length=b"2\nX: 1"),
    "an empty line after the length": request(b"{}", length=b"2\r\n"),
    "nothing": b"",
    "an end alone": b"\r\n\r\n",
}


@pytest.mark.parametrize("name", UNFOUND)
def test_a_known_head_with_a_doubtful_length_is_not_found(loop: asyncio.AbstractEventLoop, name: str) -> None:
    """It goes through the parser, which says what it is."""
    heads = taught(loop, GOOD)
    assert heads.find(request(b"{}")) is not None
    assert heads.find(UNFOUND[name]) is None


def test_no_more_is_kept_than_fits(loop: asyncio.AbstractEventLoop) -> None:
    """A stranger who sends ever new heads fills no memory; what is in use is learnt again."""
    heads, listed = Heads(PlayedDoor().hot), [(b"content-length", b"2")]
    for number in range(5000):
        heads.learn(request(headers=b"X: %d%s\r\n" % (number, b"x" * 1000)), HOT.encode(), listed)
    assert 0 < sum(map(len, heads._known)) <= 4 << 20
    heads.learn(GOOD, HOT.encode(), listed)
    assert heads.find(GOOD) is not None


def test_short_lines_are_reckoned_for_what_they_become() -> None:
    """A head of many short lines takes more memory than its bytes: fewer of them are kept."""
    heads = Heads(PlayedDoor().hot)
    for number in range(5000):
        listed = [(b"x", b"%d" % number)] * 31 + [(b"content-length", b"2")]
        heads.learn(request(headers=b"x:%d\r\n" % number * 31), HOT.encode(), listed)
    assert 0 < sum(len(key) + 100 * len(head.listed) for key, head in heads._known.items()) <= 4 << 20


def test_heads_do_not_rely_on_the_parser_alone() -> None:
    """What frames a body in two ways is not learnt, though somebody hands it over as good."""
    for more in (
        [(b"content-length", b"2")],
        [(b"transfer-encoding", b"chunked")],
        [(b"connection", b"close")],
    ):
        heads = Heads(PlayedDoor().hot)
        heads.learn(GOOD, HOT.encode(), [*LISTED, (b"content-length", b"10"), *more])
        assert heads.find(GOOD) is None


TOKENS = (
    b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b",", b"0", b"1", b"+", b"-", b"\x00", b"\xff", b"\r\n\r\n",
    b"Content-Length: 2", b"\r\nContent-Length: 10", b"\r\ncontent-length: 2",
    b"\r\nTransfer-Encoding: chunked", b"\r\nConnection: close",
    b"\r\nHost: y", b"HTTP/1.0", b"GET ", b"\r\nX: y", b"\r\n ", GOOD,
)  # fmt: skip
TAUGHT = (
    GOOD,
    request(b""),
    LINE + USUAL + b"content-length: 2\r\nX: Content-Length: 3\r\n\r\n{}",
    LINE + b"X:\r\n" + USUAL + b"Content-Length: 2\r\nConnection: keep-alive\r\n\r\n{}",
    request(b"\r\nContent-Length: 10\r\n\r\n"),
    b"\r\n" + request(b"{}", line=f"POST {HOT}?a=b HTTP/1.1\r\n".encode()),
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A good request, and the same after some cuts, doublings and insertions."""
    good = data = draw(st.sampled_from(TAUGHT))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        stop = draw(st.integers(start, min(len(data), start + 30)))
        new = draw(
            st.sampled_from(TOKENS)
            | st.binary(max_size=3)
            | st.integers(0, 300).map(lambda number: b"%d" % number)
            | st.just(data[start:stop] * 2)
        )
        data = data[:start] + new + data[stop:]
    return good, data


@st.composite
def relengthened(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A good request with another length and another body, which may fit it or not."""
    good = draw(st.sampled_from(TAUGHT))
    body = draw(st.binary(max_size=20) | st.sampled_from(TOKENS))
    length = draw(st.just(b"%d" % len(body)) | st.binary(max_size=4) | st.from_regex(rb"[0-9 +]{1,12}\Z"))
    head, _, _ = good.partition(b"\r\n\r\n")
    for spelling in (b"\r\nContent-Length: ", b"\r\ncontent-length: "):
        before, found_it, after = head.partition(spelling)
        if found_it:
            head = before + spelling + length + b"\r\n" + after.partition(b"\r\n")[2]
            head = head.removesuffix(b"\r\n")
            break
    return good, head + b"\r\n\r\n" + body


@settings(max_examples=400)
@given(mutated() | relengthened())
def test_what_is_found_is_what_the_parser_would_have_read(pair: tuple[bytes, bytes]) -> None:
    """For any change to a request that was learnt: it is unknown, or read exactly as the parser reads it."""
    good, data = pair
    heads = taught(LOOP, good)
    result = heads.find(data)
    if result is None:
        return
    head, body = result
    read = strictly(data, LOOP)
    assert read is not None
    path, listed, parsed = read
    assert (head.path, body) == (path, parsed)
    assert but_for_length(head) == [(name, value) for name, value in listed if name != b"content-length"]


@given(mutated() | relengthened())
def test_whatever_is_learnt_is_found_as_it_was_read(pair: tuple[bytes, bytes]) -> None:
    """Any request at all that the protocol remembers would be read the same again."""
    _, data = pair
    result = taught(LOOP, data).find(data)
    if result is not None:
        assert strictly(data, LOOP) == (result[0].path, result[0].listed, result[1])
        assert len(data.partition(b"\r\n\r\n")[0]) <= LIMITS.headers_max_bytes


LOOP = asyncio.new_event_loop()
"""Of the examples above, which cannot each have their own."""
