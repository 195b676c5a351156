"""What is read of an upstream's usage: figures for reports, which never make an answer fail."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.domain.events import Completion, Done, Usage
from slovomat.upstreams.openai_form import StreamReading, read_plain

MOST = (1 << 53) - 1


def usage_of(usage: bytes) -> Usage:
    """The usage of a plain answer, which is that of a stream as well."""
    choices = (
        b'"choices": [{"message": {"content": "x"}, "delta": {"content": "x"}, "finish_reason": "stop"}]'
    )
    body = b'{"usage": %s, %s}' % (usage, choices)
    plain, streamed = read_plain(body), StreamReading()
    assert isinstance(plain, Completion)
    assert streamed.take(body) is None
    assert streamed.end(marked=True) == Done(plain.usage)
    return plain.usage


@pytest.mark.parametrize(
    "figure",
    [
        *(
            b"null",
            b"true",
            b'"12"',
            b"12.0",
            b"1.5",
            b"1e3",
            b"1e999",
            b"-1",
            b"-0",
            b"{}",
            b"[]",
            b"[[{}]]",
        ),
        *(b"9007199254740992", b"18446744073709551616", b"9" * 5000, b'{"a": 1e999}'),
    ],
)
def test_absurd_figure(figure: bytes) -> None:
    """A figure that is no number of tokens counts as none, and leaves the other one alone."""
    assert usage_of(b'{"prompt_tokens": %s, "completion_tokens": 7}' % figure) == Usage(0, 7)
    assert usage_of(b'{"completion_tokens" : %s , "prompt_tokens" : 7 }' % figure) == Usage(7, 0)


@pytest.mark.parametrize(
    "usage",
    [b"null", b"{}", b"[]", b"5", b'"x"', b"true", b"1e999", b'{"total_tokens": 9, "x": 1e999}', b"[[[{}]]]"],
)
def test_no_usage(usage: bytes) -> None:
    """A usage of another shape is none."""
    assert usage_of(usage) == Usage()


@pytest.mark.parametrize("tokens", [0, 1, MOST])
def test_bounds(tokens: int) -> None:
    """Figures go up to what every reader of JSON holds exactly."""
    assert usage_of(b'{"prompt_tokens": %d}' % tokens) == Usage(tokens, 0)


def test_null_does_not_undo_usage() -> None:
    """Of the chunks of a stream the last that tells of usage counts."""
    reading = StreamReading()
    reading.take(b'{"choices": [{"delta": {"content": "x"}}], "usage": {"prompt_tokens": 1}}')
    reading.take(b'{"choices": [], "usage": {"prompt_tokens": 2}}')
    reading.take(b'{"choices": [], "usage": null}')
    assert reading.end(marked=True) == Done(Usage(2, 0))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, JSON, st.booleans())
def test_any_usage(one: object, other: object, bare: bool) -> None:
    """Whatever JSON stands for the usage, each good figure of it is read, and it never fails the answer."""
    usage = one if bare else {"prompt_tokens": one, "completion_tokens": other}
    read = usage_of(json.dumps(usage, ensure_ascii=False).encode())
    told = usage if isinstance(usage, dict) else {}
    assert read == Usage(good(told.get("prompt_tokens")), good(told.get("completion_tokens")))


def good(figure: object) -> int:
    """A figure as it counts."""
    return figure if type(figure) is int and 0 <= figure <= MOST else 0
