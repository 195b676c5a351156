"""What is read out of a stranger's body, and what is not."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slovomat.dialects.json_body import idempotency_key, missing, read_object, request_id, text_fault
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.text import blank

DEPTH, VALUES = 64, 20_000
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)
_objects = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), _values, max_size=6)


@given(_objects, st.booleans())
def test_every_good_object_is_read(value: dict[str, Any], ascii_only: bool) -> None:
    """Whatever a JSON writer writes within the limits is read as it was, quotes and colons in texts too."""
    assert read_object(json.dumps(value, ensure_ascii=ascii_only).encode(), DEPTH, VALUES) == value


@given(_objects, st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_a_repeated_key_is_found_wherever_it_is(value: dict[str, Any], key: str, data: st.DataObject) -> None:
    """Two equal keys in one object are refused, however deep and however written."""
    pair = json.dumps({key: data.draw(_values)}).encode()[1:-1]
    again = json.dumps({key: 1}, ensure_ascii=data.draw(st.booleans())).encode()[1:-1]
    twice = b"{" + pair + b"," + again + b"}"
    body = json.dumps(value).encode()[:-1] + (b"," if value else b"") + b'"\\u0000twice": [' + twice + b"]}"
    found = read_object(body, DEPTH, VALUES)
    assert isinstance(found, Refusal)
    assert found.code is Code.NOT_JSON


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    """Any bytes are an object or a refusal."""
    assert isinstance(read_object(body, DEPTH, VALUES), dict | Refusal)


@pytest.mark.parametrize("levels", [1, 2, 63, 64, 65, 66, 500, 5_000, 200_000])
@pytest.mark.parametrize("kind", ["[]", "{}"])
def test_levels_are_counted(levels: int, kind: str) -> None:
    """64 levels are read, the object itself among them; more are refused."""
    inner = levels - 1
    opening, closing = ("[", "]") if kind == "[]" else ('{"a":', "}")
    body = '{"x":' + opening * inner + "1" + closing * inner + "}"
    assert isinstance(read_object(body.encode(), DEPTH, VALUES), dict) == (levels <= DEPTH)


HOSTILE = {
    "escaped quotes without an end": b"[" * 65 + b'"' + b'\\"' * 500_000,
    "backslashes without an end": b'{"a": "' + b"\\" * 1_000_000,
    "quotes": b'"' * 1_000_000,
    "a string of escaped quotes": b'{"a": "' + b'\\"' * 500_000 + b':"}',
    "many strings with colons": b'{"a": [' + b'":",' * 240_000 + b"1]}",
    "as many strings with colons as may be": b'{"a": [' + b'":::::",' * 19_990 + b"1]}",
    "many objects": b'{"a": [' + b"{}," * 330_000 + b"1]}",
    "many full objects": b'{"a": [' + b'{"b":1},' * 130_000 + b"1]}",
    "as many full objects as may be": b'{"a": [' + b'{"b:":1.5},' * 6_600 + b"1]}",
    "many lists": b'{"a": [' + b"[]," * 330_000 + b"1]}",
    "commas in a text": b'{"a": "' + b"," * 1_000_000 + b':"}',
    "commas and quotes in a text": b'{"a": "' + b'\\",\\\\' * 200_000 + b':"}',
    "fractions near the least": b'{"a": [' + b"1.234567890123456789012345678e-310," * 19_990 + b"1]}",
    "long numbers": b'{"a": [' + (b"7" * 4_200 + b",") * 240 + b"1]}",
    "many keys": b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}",
    "brackets": b"[" * 1_000_000,
    "digits": b'{"a": ' + b"9" * 1_000_000 + b"}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_keeps_nobody_waiting(name: str) -> None:
    """No megabyte keeps the reader busy: a tenth of a second is far above what these need."""
    taken_s = []
    for _ in range(5):
        began = time.process_time()
        read_object(HOSTILE[name], DEPTH, VALUES)
        taken_s.append(time.process_time() - began)
    assert min(taken_s) < 0.1


def _size(value: object) -> int:
    """How many values there are; an empty list or object counts as two."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if inner is None else 1 + (sum(map(_size, inner)) or 1)


@given(_objects, st.booleans())
def test_values_are_counted_exactly(value: dict[str, Any], ascii_only: bool) -> None:
    """As many values as may be are read, one more is refused, whatever stands in the strings."""
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    count = _size(value)
    assert read_object(body, DEPTH, count) == value
    found = read_object(body, DEPTH, count - 1)
    assert isinstance(found, Refusal)
    assert found.names["detail"] == f"more than {count - 1} values"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_it_was(number: float) -> None:
    """The nearest number that a double has, down to the least."""
    assert read_object(json.dumps({"a": number}).encode(), DEPTH, VALUES) == {"a": number}


@pytest.mark.parametrize("number", [1 << 64, -(1 << 63) - 1, 10**400, -(10**400)])
def test_integers_beyond_64_bits_are_refused(number: int) -> None:
    """Readers would differ about them."""
    for body in ({"a": number}, {"a": [[number]]}, {"a": [{"b": number}]}):
        assert isinstance(read_object(json.dumps(body).encode(), DEPTH, VALUES), Refusal)


def test_no_refusal_tells_of_the_reader() -> None:
    """The words are about the body, not about the program that reads it."""
    for body in (b"[" * 200_000, b'{"a": ' + b"9" * 5_000 + b"}", b"\xff", b'{"a": 1e999}', b"1"):
        found = read_object(body, DEPTH, VALUES)
        assert isinstance(found, Refusal)
        words = str(found.names["detail"])
        assert not any(word in words for word in ("recursion", "sys.", "codec", "msgspec", "int string"))


@given(
    st.integers() | st.booleans() | st.floats() | st.text() | st.none() | st.lists(st.integers(), max_size=2)
)
def test_an_id_is_a_whole_number_or_nobodys(value: object) -> None:
    """Only whole numbers within 2^53 and their digits come out; zero stands for every impossible one."""
    found = request_id("id", value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        assert isinstance(found, Refusal)
    elif isinstance(value, int):
        assert found == (value if 0 < value < 1 << 53 else 0)
    elif isinstance(found, int):
        assert found == 0 or found == int(value)


@pytest.mark.parametrize(
    ("text", "shown"), [("", False), (" \u3000\u200b\ufeff\n", False), (".", True), ("😀", True)]
)
def test_a_text_is_what_leaves_a_mark(text: str, shown: bool) -> None:
    """Blank is what nobody sees."""
    assert blank(text) is not shown
    assert (text_fault("t", text) is None) is shown


@pytest.mark.parametrize(
    "code", [*range(0x250), *range(0x400, 0x460), 0x4E00, 0x1F600, 0x1F1F7, 0x0627, 0x05D0]
)
def test_every_letter_is_seen(code: int) -> None:
    """What prints is text, but for the blanks."""
    char = chr(code)
    assert blank(char) is (char.isspace() or not char.isprintable())


@given(st.text(max_size=300))
def test_an_idempotency_key_prints(value: str) -> None:
    """1 to 255 printable characters, nothing else."""
    taken = idempotency_key(value) == value
    assert taken == (1 <= len(value) <= 255 and value.isprintable())


def test_null_is_missing_and_all_are_named_in_order() -> None:
    """The message names every absent field in the order of the documentation."""
    found = missing({"b": None, "c": 0}, ("a", "b", "c", "d"))
    assert found is not None
    assert found.names["fields"] == "a, b, d"
