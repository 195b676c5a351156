"""JSON as strangers write it: members in any order, left out or repeated, spaced and escaped at will."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy


class Members(list[tuple[str, Any]]):
    """An object's members in their order; a key may be there twice."""


@st.composite
def members(
    draw: st.DrawFn, usual: Mapping[str, Strategy[Any]], rare: Mapping[str, Strategy[Any]]
) -> Members:
    """The usual members but now and then, some of the rare ones, and seldom one again."""
    names = [name for name in usual if draw(st.integers(0, 19))]
    names += draw(st.lists(st.sampled_from(sorted(rare)), max_size=2, unique=True))
    if names and not draw(st.integers(0, 9)):
        names.append(draw(st.sampled_from(names)))
    every = {**usual, **rare}
    return Members((name, draw(every[name])) for name in draw(st.permutations(names)))


@st.composite
def written(draw: st.DrawFn, values: Strategy[Any]) -> bytes:
    """The text of a value, in some writer's manner."""
    space = draw(st.sampled_from(["", "", " ", "\n\t"]))
    escaped = draw(st.sampled_from(["", "", "o", "model:/"]))
    return _text(draw(values), space, escaped, draw(st.booleans())).encode()


def _text(value: Any, space: str, escaped: str, ascii_only: bool) -> str:
    if isinstance(value, Members | dict):
        pairs = value if isinstance(value, Members) else value.items()
        inner = [
            _text(key, space, escaped, ascii_only)
            + space
            + ":"
            + space
            + _text(child, space, escaped, ascii_only)
            for key, child in pairs
        ]
        return "{" + space + (space + "," + space).join(inner) + space + "}"
    if isinstance(value, list):
        return "[" + ("," + space).join(_text(child, space, escaped, ascii_only) for child in value) + "]"
    text = json.dumps(value, ensure_ascii=ascii_only)
    if isinstance(value, str) and "\\" not in text:
        for char in escaped:
            text = text.replace(char, f"\\u{ord(char):04x}")
    return text


@st.composite
def deformed(draw: st.DrawFn, texts: Strategy[bytes]) -> bytes:
    """A text with a piece lost, said twice, or put in at some place."""
    text = draw(texts)
    for _ in range(draw(st.integers(1, 2))):
        at, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        end = min(end, at + draw(st.integers(0, 12)))
        put_in = draw(st.sampled_from(PIECES) | st.just(text[at:end] * 2))
        text = text[:at] + put_in + text[end:]
    return text


PIECES = [
    *(
        b"",
        b'"',
        b"\\",
        b",",
        b":",
        b"{",
        b"}",
        b"[",
        b"]",
        b" ",
        b"null",
        b"1",
        b"1e999",
        b"NaN",
        b"\x00",
        b"\n",
    ),
    *(
        b'"model":"x",',
        b',"model":"x"',
        b'"model"',
        b"\\u0000",
        b"\\ud800",
        b"\xff",
        b"\xd0",
        b'\\"',
        b'"a":1,',
        b"[[[[[",
    ),
]
