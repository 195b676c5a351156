"""The quick readings of JSON against the careful ones: the same call, the same refusal, the same answer."""

import json
import math
import re
from typing import Any

from faults.fuzzing.both_ways import DifferenceError
from faults.fuzzing.corpus import mutated
from faults.fuzzing.draws import Draws, pick, seldom
from slovomat.dialects import openai_answer
from slovomat.dialects.calls import ChatCall, Terms
from slovomat.dialects.job_form import JobForm
from slovomat.dialects.openai_chat import DIALECT
from slovomat.domain.events import Completion
from slovomat.domain.refusal import Refusal
from slovomat.upstreams.openai_form import StreamReading, read_plain

_TERMS = (
    Terms(price_requests=2, max_chars=60, json_max_depth=4, models=("gpt-4o",)),
    Terms(price_requests=2, max_chars=0, json_max_depth=64, models=("gpt-4o",), models_strict=True),
    Terms(price_requests=2, max_chars=0, json_max_depth=64),
    Terms(price_requests=2, max_chars=0, json_max_depth=2),
    Terms(price_requests=2, max_chars=0, json_max_depth=64, json_max_values=12),
)
_FORMS = (JobForm(text="text", id="id"), JobForm(text="text", id="id", default_mode="essay"))
_OWN, _OTHER = "the upstream's", "shown"
_FRAME = openai_answer.Frame(id="i", created_s=1, model=_OWN)
_SHOWN = openai_answer.Frame(id="i", created_s=1, model=_OWN, shown_model=_OTHER)
_NAMES = (
    *(
        "messages",
        "messages",
        "model",
        "role",
        "content",
        "type",
        "text",
        "key",
        "key",
        "id",
        "mode",
        "stream",
    ),
    *(
        "choices",
        "choices",
        "index",
        "delta",
        "finish_reason",
        "finish_reason",
        "logprobs",
        "object",
        "created",
    ),
    *(
        "usage",
        "system_fingerprint",
        "temperature",
        "n",
        "seed",
        "max_tokens",
        "user",
        "stop",
        "tools",
        "odd",
        "",
    ),
    *("idempotency_key", "name", "stream_options", "metadata", "message", "refusal", "error"),
)
_ATOMS = (
    *(
        "null",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "1.0",
        "0.5",
        "1e300",
        "1e999",
        "-0",
        "9007199254740992",
        "NaN",
    ),
    *(
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        '""',
        '" "',
        '"a"',
        '"a:b"',
        '"user"',
    ),
    *(
        '"text"',
        '"essay"',
        '"gpt-4o"',
        '"model"',
        '"mode-essay"',
        '"stop"',
        '"say \\"model\\": x"',
        '"\\u0000"',
    ),
    *(
        '"\\u003a"',
        '"\\u00e9"',
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        '"é: 😀"',
        '"\\u200b"',
        '"' + "x" * 70 + '"',
        "01",
    ),
    *(
        '"chat.completion.chunk"',
        '"\\"finish_reason\\":"',
        "{}",
        "[]",
        "[[]]",
        "[[[[1]]]]",
        '{"a":{"b":{"c":1}}}',
    ),
)
_WHOLE = (
    '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}],"stream":true}',
    '{"messages":[{"role":"user","content":[{"type":"text","text":"a: b"}]}],"temperature":0.7,"model":"x"}',
    '{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"}],"tools":[{"a":{"b:":1}}]}',
    '{"messages":[{"role":"user","content":"a"}],"user":"u","model":"gpt-4o","stop":["model"]}',
    '{"messages":[{"role":"user","content":"say \\"model\\": x"}],"user":"model","model":"gpt-4o"}',
    '{"key":"k","text":"a: b","mode":"essay"}',
    '{"key":"k","id":7}',
    '{"key":"k"}',
    '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":'
    '{"role":"assistant","content":"a","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{}}',
    '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":'
    '{"role":"assistant","content":"a"},"finish_reason":"stop"}]}',
    '{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message" : '
    '{"role":"assistant","content":"a","x":{"message":{"y":1}}},"finish_reason":"stop"}]}',
    '{"choices":[{"message":{"content":"a"}}],"usage":null,"system_fingerprint":null}',
    '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
    '"delta":{"content":"a"},"finish_reason":null}]}',
    '{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
    '"delta":{"finish_reason":1},"finish_reason" : null},{"index":1,"delta":{},"finish_reason":"stop"}],'
    '"usage":{}}',
)
_NASTY = (
    *(
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b" ",
        b"\n",
        b"\x00",
        b"\xff",
        b"\xd0",
        b"\xef\xbb\xbf",
    ),
    *(b"null", b"1", b'\\"', b'"a":1,', b'"model":"x",', b',"model":"x"', b'"model"', b"\\u0022", b"\\u003a"),
    *(b'"key":"k",', b'"finish_reason":null,', b'"logprobs":null,', b"\\/", b"[[[[[", b"1e999", b"\\ud800"),
)
_DEEPEST = 4
_ESCAPED_LETTER = re.compile(rb"\\u00[67]")


class _Modes:
    """A catalogue of one mode."""

    def ids(self) -> tuple[str, ...]:
        return ("essay",)

    def ref(self, mode_id: str) -> Any:
        return mode_id if mode_id == "essay" else None

    def system(self, mode_id: str) -> str:
        return f"the {mode_id}"

    def title(self, mode_id: str, language: str) -> str:
        raise NotImplementedError

    def parameters(self, mode_id: str) -> Any:
        raise NotImplementedError

    def render(self, mode_id: str, text: str, given: Any = None) -> Any:
        raise NotImplementedError


class JSONWays:
    """The target. `dialect`: reads chats; a planted one in the tests of this."""

    def __init__(self, dialect: Any = DIALECT) -> None:
        self._dialect = dialect

    def __call__(self, draws: Draws) -> None:
        """One input; raises DifferenceError."""
        body = _text(draws)
        terms = pick(draws, _TERMS)
        one = _meaning(self._dialect.parse_chat(body, terms, _Modes()))
        _alike(body, one, _meaning(DIALECT.parse_carefully(body, terms, _Modes())))
        for form in _FORMS:
            _alike(
                body, form.parse_create(body, terms, _Modes()), form.create_carefully(body, terms, _Modes())
            )
            _alike(body, form.parse_poll(body, terms), form.poll_carefully(body, terms))
            _alike(body, form.parse_balance(body, terms), form.balance_carefully(body, terms))
        _answers(body)


def _alike(body: bytes, quick: Any, careful: Any) -> None:
    if quick != careful:
        raise DifferenceError(f"{quick}\nand not {careful}\nof {body!r}")


def _meaning(call: ChatCall | Refusal) -> Any:
    """What a call says, however its JSON is written."""
    if isinstance(call, Refusal):
        return call
    return call.stream, call.mode, call.cut_chars, json.loads(b"{" + call.body_rest, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs) or ("model" in made and "messages" in made):
        raise DifferenceError(f"goes on with a repeated name, or with the model: {pairs}")
    return made


def _answers(data: bytes) -> None:
    """What a reading lets pass as an answer, or as a piece of one, is completed alike, rebuilt or not.

    Letters of names are taken for unescaped: no upstream escapes them.
    """
    if _ESCAPED_LETTER.search(data):
        return
    whole, piece = read_plain(data), StreamReading().take(data)
    passed = [openai_answer.plain] * isinstance(whole, Completion) + [openai_answer.chunk] * (piece is None)
    for complete in passed:
        quick = json.loads(complete(data, _FRAME), parse_int=float)
        rebuilt = json.loads(complete(data, _SHOWN), parse_int=float)
        _alike(data, _held({**quick, "model": _OTHER}), _held(rebuilt))


def _held(value: Any) -> Any:
    """The same with null for a number that is too large."""
    if isinstance(value, dict):
        return {name: _held(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_held(child) for child in value]
    return None if isinstance(value, float) and math.isinf(value) else value


# Texts


def _text(draws: Draws) -> bytes:
    match draws.ConsumeIntInRange(0, 3):
        case 0:
            return pick(draws, _WHOLE).encode()
        case 1:
            return mutated(draws, pick(draws, _WHOLE).encode(), _NASTY)
        case 2:
            return _object(draws, 0).encode("utf-8", "surrogatepass")
        case _:
            return mutated(draws, _object(draws, 0).encode("utf-8", "surrogatepass"), _NASTY)


def _object(draws: Draws, depth: int) -> str:
    space = pick(draws, ("", "", "", " ", "\n\t"))
    members = [
        f'"{_name(draws)}"{space}:{space}{_value(draws, depth + 1)}'
        for _ in range(draws.ConsumeIntInRange(0, 5))
    ]
    return "{" + space + f",{space}".join(members) + space + "}"


def _name(draws: Draws) -> str:
    name = pick(draws, _NAMES)
    if name and seldom(draws, 12):
        at = draws.ConsumeIntInRange(0, len(name) - 1)
        return f"{name[:at]}\\u{ord(name[at]):04x}{name[at + 1 :]}"
    return name


def _value(draws: Draws, depth: int) -> str:
    kind = draws.ConsumeIntInRange(0, 3)
    if kind == 0 and depth < _DEEPEST:
        return _object(draws, depth)
    if kind == 1 and depth < _DEEPEST:
        return "[" + ",".join(_value(draws, depth + 1) for _ in range(draws.ConsumeIntInRange(0, 3))) + "]"
    return pick(draws, _ATOMS)
