"""Bodies that are no good JSON, on every route of the three dialects."""

import json
from collections.abc import Iterator

import pytest

from tests.wire.hostile_stage import CANARY, CREATES, ROUTES, Route, Stage, harmless, no, stage


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One service for this file."""
    with stage(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.fixture
def target(running: Stage) -> Iterator[Stage]:
    """The same; what a test does to it costs nothing."""
    with harmless(running) as made:
        yield made


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)

NO_JSON = {
    "nothing": b"",
    "blanks": b" \r\n\t ",
    "words": b"hello",
    "form": b"key=1&text=2",
    "markup": b"<?xml version='1.0'?><a/>",
    "array": b"[]",
    "string": b'"text"',
    "number": b"1",
    "null": b"null",
    "true": b"true",
    "two values": b"{}{}",
    "tail": b"{} x",
    "comma": b'{"key": "x",}',
    "single quotes": b"{'key': 'x'}",
    "comment": b'{"key": "x"} // y',
    "bare key": b'{key: "x"}',
    "number key": b'{1: "x"}',
    "raw newline": b'{"key": "a\nb"}',
    "raw NUL": b'{"key": "a\x00b"}',
    "NUL before": b'\x00{"key": "x"}',
    "NUL after": b'{"key": "x"}\x00',
    "bad escape": b'{"key": "\\x41"}',
    "half escape": b'{"key": "\\u12"}',
    "form feed": b'{\x0c"key": "x"}',
    "nbsp": b'{\xc2\xa0"key": "x"}',
    "BOM": b'\xef\xbb\xbf{"key": "x"}',
    "UTF-16": '{"key": "x"}'.encode("utf-16"),
    "UTF-16 BE": '{"key": "x"}'.encode("utf-16-be"),
    "UTF-32": '{"key": "x"}'.encode("utf-32"),
    "windows-1251": '{"key": "ключ"}'.encode("cp1251"),
    "overlong": b'{"key": "\xc0\xaf"}',
    "lone continuation": b'{"key": "\x80"}',
    "cut character": b'{"key": "\xd0"}',
    "beyond Unicode": b'{"key": "\xf4\x90\x80\x80"}',
    "raw surrogate": b'{"key": "\xed\xa0\x80"}',
    "escaped high surrogate": b'{"key": "\\ud800"}',
    "escaped low surrogate": b'{"key": "\\udc00"}',
    "swapped surrogates": b'{"key": "\\ude00\\ud83d"}',
    "surrogate then text": b'{"key": "\\ud83dx"}',
    "surrogate in a key": b'{"\\ud800": 1}',
    "NaN": b'{"id": NaN}',
    "Infinity": b'{"id": Infinity}',
    "-Infinity": b'{"id": -Infinity}',
    "1e400": b'{"id": 1e400}',
    "-1e400": b'{"id": -1e400}',
    "10^400": b'{"id": 1' + b"0" * 400 + b"}",
    "-10^400": b'{"id": -1' + b"0" * 400 + b"}",
    "5,000 digits": b'{"id": ' + b"7" * 5000 + b"}",
    "5,000 decimals": b'{"id": 1e' + b"9" * 5000 + b"}",
    "2^64": b'{"id": 18446744073709551616}',
    "leading zero": b'{"id": 01}',
    "plus": b'{"id": +1}',
    "hex": b'{"id": 0x10}',
    "dot": b'{"id": .5}',
    "end dot": b'{"id": 5.}',
    "65 levels": b'{"a": ' + b"[" * 64 + b"]" * 64 + b"}",
    "65 objects": b'{"a": ' * 65 + b"1" + b"}" * 65,
    "200,000 arrays": b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "200,000 open arrays": b"[" * 200_000,
    "150,000 objects": b'{"a":' * 150_000 + b"1" + b"}" * 150_000,
    "deep after text": b'{"t": "[[[{{{", "a": ' + b"[" * 100 + b"]" * 100 + b"}",
    "an endless string of quotes": b"[" * 65 + b'"' + b'\\"' * 400_000,
    "an endless string of slashes": b"[" * 65 + b'"' + b"\\" * 800_000,
    "half a million quotes": b"[" * 65 + b'"' * 800_001,
    "duplicate key": b'{"key": "x", "key": "y"}',
    "the same duplicate": b'{"key": "x", "key": "x"}',
    "escaped duplicate": b'{"key": "x", "\\u006bey": "y"}',
    "inner duplicate": b'{"a": [{"b": {"c": 1, "c": 2}}]}',
    "duplicate behind colons": b'{"a": "::::", "a": "\\":\\""}',
}


@each_route
@pytest.mark.parametrize("name", NO_JSON)
def test_what_is_no_json_is_refused_by_name(target: Stage, route: Route, name: str) -> None:
    """Whatever is no JSON object gets the dialect's 400 that says so, in under a second, free."""
    assert "JSON" in no(target.post(route, NO_JSON[name]), route.dialect, 400)


@each_route
def test_truncated_json_is_refused_at_every_cut(target: Stage, route: Route) -> None:
    """A good body, cut at every seventh byte, is refused each time on one connection."""
    body = json.dumps(route.body(target.key, extra={"a": ["é", 1.5, None]}), ensure_ascii=False).encode()
    with target.wire() as wire:
        for cut in range(0, len(body), 7):
            reply = wire.send(route.request(target.key, body[:cut])).reply()
            assert "JSON" in no(reply, route.dialect, 400), cut


@each_route
def test_a_declared_body_that_stays_short_is_no_request(target: Stage, route: Route) -> None:
    """A client that declares more than it sends and leaves has asked for nothing."""
    whole = route.request(target.key, json.dumps(route.body(target.key)).encode())
    with target.wire() as wire:
        wire.send(whole[:-1]).half_close()
        assert wire.ended()


@pytest.mark.parametrize("route", [*CREATES, ROUTES[-1]], ids=lambda route: route.path)
def test_64_levels_and_brackets_in_text_are_read(running: Stage, route: Route) -> None:
    """64 levels are read, and brackets, quotes and colons inside strings are no nesting."""
    deep: object = 1
    for _ in range(63):
        deep = [deep]
    noise = '[[{{":": "\\"' * 200
    running.generate(route, route.body(running.key, extra=deep, other=noise, **{noise: noise}))


@pytest.mark.parametrize("route", CREATES, ids=lambda route: route.path)
def test_a_pair_of_surrogates_is_one_character(running: Stage, route: Route) -> None:
    """Escaped astral characters, as every ASCII-only JSON writer sends them, are good text."""
    body = json.dumps(route.body(running.key, **{str(route.text): "😀 " + CANARY}), ensure_ascii=True)
    assert "\\ud83d\\ude00" in body
    running.generate(route, body.encode())
