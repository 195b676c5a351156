"""Plain chat requests are read in one go: never with another outcome than by the careful reading."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.json_texts import deformed, members, written
from tests.one_mode import OneMode

from slovomat.dialects import plain_chat
from slovomat.dialects.calls import ChatCall, Terms
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.refusal import Refusal

TERMS = Terms(price_requests=2, max_chars=400, json_max_depth=5, models=("gpt-4o",))
STRICT = Terms(price_requests=2, max_chars=0, json_max_depth=64, models=("gpt-4o",), models_strict=True)
FLAT = Terms(price_requests=2, max_chars=0, json_max_depth=4)
FEW = Terms(price_requests=2, max_chars=0, json_max_depth=64, json_max_values=12)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object none of whose keys stands twice."""
    made = dict(pairs)
    assert len(made) == len(pairs)
    return made


def meaning(call: ChatCall | Refusal) -> tuple[Any, ...] | Refusal:
    """What a call says, however its JSON is written."""
    if isinstance(call, Refusal):
        return call
    rest = json.loads(b"{" + call.body_rest, object_pairs_hook=once)
    assert "model" not in rest
    return call.stream, call.mode, call.cut_chars, rest


def check(body: bytes) -> None:
    for terms in (TERMS, STRICT, FLAT, FEW):
        quick = DIALECT.parse_chat(body, terms, OneMode())
        assert meaning(quick) == meaning(DIALECT.parse_carefully(body, terms, OneMode()))


HELLO = {"role": "user", "content": "hello"}
SAID: Any = st.sampled_from(
    [[{"type": "text", "text": "a: b"}] * 2, "hello", "note: this", 'say "model', "é: 😀", "x" * 300]
)
PARTS: list[Any] = [
    [{"type": "text", "text": "a: b"}],
    [{"type": "text", "text": " "}] * 2,
    [{"type": "image_url", "image_url": {"url": "x:y"}}],
]
CONTENT: Any = st.sampled_from(["", " ", "\u200b", "\x00", None, 5, [], {}, *PARTS])
MESSAGE = members(
    {
        "role": st.sampled_from(["user", "system"]) | st.sampled_from(["assistant", "model", "tool", "", 5]),
        "content": SAID | SAID | CONTENT,
    },
    {"name": st.just("model"), "tool_calls": st.just([{"id": "a:b"}]), "odd": st.just({"content": 1})},
)
TREE: Any = st.sampled_from(
    [
        None,
        {},
        [],
        [{}],
        {"model": "x"},
        [{"model": 1, "a": {"b:": [1.5]}}],
        {"a": {"b": {"c": {"d": {"e": 1}}}}},
        1 << 64,
    ]
)
BODY = members(
    {
        "messages": st.lists(st.just(HELLO) | MESSAGE, max_size=3),
        "model": st.sampled_from(
            ["gpt-4o", "llama:8b", "mode-essay", "mode-none", "", 'a"b', "é", "model", None, 1]
        ),
    },
    {
        "stream": st.sampled_from([True, False, None, 1]),
        "stream_options": st.sampled_from([{"include_usage": True}, {"a:b": 1}, {"": None}, 1]),
        "temperature": st.sampled_from([0, 1, 0.5, -1e9, 1e300, 1e-310, True, "1", None]),
        "n": st.sampled_from([1, 0, 128, 129, 1.0, None]),
        "seed": st.sampled_from([-(1 << 63), (1 << 63) - 1, 1 << 63, 1 << 64, 0.5]),
        "max_tokens": st.sampled_from([1, 0, 1 << 31, (1 << 31) + 1]),
        "user": st.sampled_from(["me", "urn:me", None, 1]),
        "stop": st.sampled_from(["a", ["a", ":"], [], [1], {}]),
        "tools": TREE,
        "metadata": TREE,
        "response_format": TREE,
        "odd": TREE,
    },
)


TALK = b'"messages":[{"role":"user","content":"a"}]'
ODD = {
    "an escaped name": b'{%s,"mod\\u0065l":"x","user":"model"}' % TALK,
    "an escaped name behind it": b'{%s,"user":"model","mod\\u0065l":"x"}' % TALK,
    "a text that ends like the name": b'{"messages":[{"role":"user","content":"say \\"model"}],"model":"x"}',
    "a name in a list": b'{%s,"stop":["model"],"model":"x"}' % TALK,
    "a name in a list behind it": b'{%s,"model":"x","stop":["model"]}' % TALK,
    "a name deeper": b'{%s,"metadata":{"model":"x"},"model":"y"}' % TALK,
    "a name only deeper": b'{%s,"metadata":{"model":"x"}}' % TALK,
    "a name deeper alone": b'{%s,"metadata":{"a":1,"model":"x","b":2}}' % TALK,
    "spaces everywhere": b' {\n%s ,\t"model" : "x" } \n' % TALK,
    "a model that is null": b'{%s,"model":null}' % TALK,
    "a model with a quote": b'{"model":"a\\"b",%s}' % TALK,
    "no name for the model": b'{"model":"",%s}' % TALK,
    "a mode": b'{"model":"mode-essay",%s}' % TALK,
    "no mode": b'{"model":"mode-none",%s}' % TALK,
    "a colon escaped": b'{"messages":[{"role":"user","content":"a\\u003a","role":"user"}]}',
    "a colon escaped in a name": b'{%s,"metadata":{"a\\u003a":1}}' % TALK,
    "a repeated name in a tree": b'{%s,"tools":[{"a":"\\":","a":1}]}' % TALK,
    "a repeated name": b'{"temperature":1,%s,"temperature":1}' % TALK,
    "a repeated model": b'{"model":"x",%s,"model":"x"}' % TALK,
    "repeated messages": b"{%s,%s}" % (TALK, TALK),
    "a null and a repeated name": b'{"seed":null,"messages":[{"role":"user","content":"a","content":"a"}]}',
    "a NUL": b'{"messages":[{"role":"user","content":"a\\u0000"}]}',
    "a blank": b'{"messages":[{"role":"user","content":" "},{"role":"user","content":""}]}',
    "a blank in parts": b'{"messages":[{"role":"user","content":[{"type":"text","text":" "}]}]}',
    "no parts": b'{"messages":[{"role":"user","content":[]}]}',
    "a twin in parts": b'{"messages":[{"role":"user","content":[{"type":"text","text":"","text":"a"}]}]}',
    "no message": b'{"messages":[]}',
    "too long": b'{"messages":[{"role":"user","content":"%s"}]}' % (b"a" * 500),
    "too deep": b'{%s,"metadata":{"a":[[[[1]]]]}}' % TALK,
    "too deep without a name": b'{%s,"stop":[[[[[]]]]]}' % TALK,
    "too large a number": b'{%s,"metadata":{"a":[18446744073709551616]}}' % TALK,
    "many values": b'{"messages":[%s]}' % b",".join([b'{"role":"user","content":"a"}'] * 5),
}


@pytest.mark.parametrize("name", ODD)
def test_both_readings_agree_about_each_oddity(name: str) -> None:
    """What a quick look could take for something else."""
    check(ODD[name])


@given(written(BODY))
def test_both_readings_agree(body: bytes) -> None:
    """Whatever is asked, plain or not, good or bad: the same call, or the same refusal."""
    check(body)


@given(deformed(written(BODY)))
def test_both_readings_agree_about_broken_requests(body: bytes) -> None:
    """The same for bytes that were lost, repeated, swapped or put in."""
    check(body)


PLAIN: dict[str, dict[str, Any]] = {
    "the least": {"messages": [HELLO]},
    "a model": {"model": "gpt-4o", "messages": [HELLO]},
    "a model in the end": {"messages": [HELLO], "model": "gpt-4o"},
    "colons and quotes": {"model": "a:b", "messages": [{"role": "user", "content": 'a: "b": "model"'}]},
    "parameters": {"messages": [HELLO], "temperature": 0.7, "max_tokens": 5, "stream": True, "user": "a:b"},
    "usage asked for": {"stream": True, "stream_options": {"include_usage": True}, "messages": [HELLO]},
    "tools": {"messages": [HELLO], "tools": [{"type": "function", "function": {"name": "model"}}]},
    "parts": {"messages": [{"role": "user", "content": [{"type": "text", "text": "a: b"}] * 2}]},
    "any alphabet": {"messages": [HELLO, {"role": "assistant", "content": "Здравствуй, 世界 😀"}, HELLO]},
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["tight", "loose"])
@pytest.mark.parametrize("indent", [None, 2])
def test_what_most_clients_send_is_plain(name: str, separators: tuple[str, str], indent: int | None) -> None:
    """Common requests are known at the first look, whoever wrote their JSON."""
    body = json.dumps(PLAIN[name], ensure_ascii=False, separators=separators, indent=indent).encode()
    assert plain_chat.known(body, STRICT) is not None
    check(body)


def test_the_clients_own_bytes_go_on() -> None:
    """What is not `model` is forwarded as it was written."""
    rest = b'"temperature":1.10, "messages":[ {"role":"user","content":"\\u0414\\/"} ] }'
    for body in (b'{"model":"x",' + rest, b'{ "model" : "x" , ' + rest):
        call = DIALECT.parse_chat(body, TERMS, OneMode())
        assert isinstance(call, ChatCall)
        assert call.body_rest.strip() == rest
