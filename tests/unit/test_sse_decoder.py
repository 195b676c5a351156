"""The decoder of server-sent events."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.upstreams.sse import Decoder, EventTooLargeError

OPENAI = (
    'data: {"choices":[{"delta":{"content":"Привет"}}]}\n\n'
    'data: {"choices":[{"delta":{"content":" 🌍"}}]}\n\n'
    "data: [DONE]\n\n"
).encode()
UNTIDY = (
    "\ufeff: hello\r\n\r\nevent: x\r\nid: 7\r\ndata: первая\r\ndata:вторая\r\ndata\r\nretry: 5\r\n\r\n"
    ":\r\n\r\n\r\n\r\ndata:  два пробела\r\n\r\ndata:\r\n\r\ndatabase: no\r\n\r\ndata: [DONE]\r\n\r\n"
).encode()
OLD_MAC = "\ufeffdata: а\rdata: б\r\r\rdata: {}\r\r: конец\r\rdata: cut sho".encode()
EXPECTED = {
    OPENAI: [
        '{"choices":[{"delta":{"content":"Привет"}}]}',
        '{"choices":[{"delta":{"content":" 🌍"}}]}',
        "[DONE]",
    ],
    UNTIDY: ["первая\nвторая\n", " два пробела", "[DONE]"],
    OLD_MAC: ["а\nб", "{}"],
}
STREAMS = pytest.mark.parametrize("stream", EXPECTED, ids=["openai", "untidy", "old-mac"])


def decode(chunks: list[bytes]) -> list[str]:
    decoder = Decoder(1000)
    return [payload.decode() for chunk in chunks for payload in decoder.feed(chunk)]


@STREAMS
def test_split_in_two(stream: bytes) -> None:
    """A stream cut in two at any byte gives the same payloads."""
    for at in range(len(stream) + 1):
        assert decode([stream[:at], stream[at:]]) == EXPECTED[stream]


@STREAMS
def test_byte_by_byte(stream: bytes) -> None:
    """A stream that comes a byte at a time gives the same payloads."""
    assert decode([stream[at : at + 1] for at in range(len(stream))]) == EXPECTED[stream]


@STREAMS
@given(cuts=st.lists(st.integers(0, 300), max_size=8))
def test_split_anywhere(stream: bytes, cuts: list[int]) -> None:
    """A stream cut into any number of pieces gives the same payloads."""
    edges = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    assert decode([stream[a:b] for a, b in itertools.pairwise(edges)]) == EXPECTED[stream]


def test_event_at_once() -> None:
    """An event is out as soon as its blank line is in, whatever the line ends."""
    for ending in ("\n\n", "\r\n\r\n", "\r\r"):
        decoder = Decoder(1000)
        assert decoder.feed(b"data: {}" + ending[:-1].encode()) in ([], [b"{}"])
        decoder.feed(ending[-1:].encode())
        assert decoder.feed(b"data: next\n\n") == [b"next"]


def test_carriage_returns_do_not_wait() -> None:
    """A blank line made of a lone CR ends its event at once; the LF that may follow is swallowed."""
    decoder = Decoder(1000)
    assert decoder.feed(b"data: a\r\n\r") == [b"a"]
    assert decoder.feed(b"\ndata: b\r\n\r\n") == [b"b"]


def test_unfinished_event_is_dropped() -> None:
    """An event without its blank line is never given out."""
    assert decode([b"data: {}\n\ndata: half\n"]) == ["{}"]


@pytest.mark.parametrize("size", [1, 7, 5000])
def test_endless_event(size: int) -> None:
    """An event beyond the limit is refused, however it is cut."""
    endless = b"data: " + b"x" * 5000
    with pytest.raises(EventTooLargeError):
        decode([endless[at : at + size] for at in range(0, len(endless), size)])


def test_large_chunk_of_small_events() -> None:
    """The limit is on one event, not on what came together."""
    assert decode([b"data: 1\n\n" * 1000]) == ["1"] * 1000


@pytest.mark.parametrize(
    "chunk",
    [b"data: {}\n\n", b"data: {}\nX", b"data: {\r}\n\n", b"data: {}\r\n", b"data: {\n}\n\n", b"data: {\n\n"],
)
@pytest.mark.parametrize(
    "before", [b"data: {}\n\n", b"data: {}\n", b"data: {}\r", b"data: {}\r\n\r", b": x\n\n"]
)
def test_whole_event_in_one_read(before: bytes, chunk: bytes) -> None:
    """What looks like one whole event is read as it would be byte by byte, after whatever came before."""
    whole = before + chunk + b"\n\ndata: {}\n\n"
    expected = decode([whole[at : at + 1] for at in range(len(whole))])
    assert decode([before, chunk, b"\n\n", b"data: {}\n\n"]) == expected
