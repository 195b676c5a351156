"""The tests' own upstream: sensible where it behaves, true to its table where it does not."""

import base64
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests

from tests.wire import chaos_upstream as described
from tests.wire.chaos_faults import KINDS
from tests.wire.chaos_lines import bad_lines
from tests.wire.chaos_schema import instance_of
from tests.wire.chaos_upstream import ChaosUpstream

ROOT = Path(__file__).parents[2]


def ask(chaos: ChaosUpstream, prompt: str, **more: Any) -> requests.Response:
    """One call, without a service between."""
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}], **more}
    return requests.post(chaos.url + "/chat/completions", data=json.dumps(body), timeout=10)


@contextmanager
def asked(chaos: ChaosUpstream, prompt: str, **more: Any) -> Iterator[socket.socket]:
    """The same on a raw connection."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": prompt}], **more}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", chaos.port), timeout=2) as line:
        line.sendall(head.encode() + body)
        yield line


def received(chaos: ChaosUpstream, prompt: str, **more: Any) -> bytes:
    """Every byte until the upstream closes or falls silent."""
    got = b""
    with asked(chaos, prompt, **more) as line:
        line.settimeout(0.2)
        try:
            while piece := line.recv(1 << 16):
                got += piece
        except TimeoutError:
            pass
    return got


def test_the_table_names_every_fault() -> None:
    """What the module's text promises is what is played."""
    assert described.__doc__ is not None
    table = described.__doc__.partition("| kind |")[2]
    named = set(re.findall(r"`([a-z-]+)`", "\n".join(re.findall(r"^\| (.*?) \|", table, re.MULTILINE))))
    styles = set(
        re.findall(
            r"`([a-z]+)`", described.__doc__.partition("[[sse:STYLES]]")[2].partition("- `[[gate]]`")[0]
        )
    )
    assert named | styles == KINDS


def test_a_fault_that_nobody_plays_is_refused(chaos: ChaosUpstream) -> None:
    """A misspelt marker does not pass for an upstream that behaves."""
    assert ask(chaos, "[[fault:hang-haeders]]").status_code == 400
    assert ask(chaos, "[[sse:clrf]]").status_code == 400
    assert requests.post(chaos.url + "/chat/completions", data=b"{", timeout=10).status_code == 400


SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]},
    {"type": "object", "properties": {"list": {"type": "array", "items": {"type": "number"}, "minItems": 2}}},
    {"type": ["string", "null"]},
    {"enum": ["x", "y"]},
    {"const": 5},
    {"type": "integer", "minimum": 10, "maximum": 12},
    {"type": "integer", "exclusiveMinimum": 3, "multipleOf": 2},
    {"type": "string", "minLength": 20},
    {"type": "string", "format": "date-time", "pattern": "^2"},
    {"anyOf": [{"type": "null"}, {"type": "boolean"}]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"required": ["a"]}]},
    {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "required": ["next"],
                "properties": {
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                    "name": {"type": "string"},
                },
            }
        },
    },
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_answers_fit_the_schema(chaos: ChaosUpstream, schema: dict[str, Any]) -> None:
    """A `json_schema` answer, and a tool call's arguments, are what the schema accepts."""
    jsonschema.validate(instance_of(schema), schema)
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    answer = ask(chaos, "", response_format=form).json()
    jsonschema.validate(json.loads(answer["choices"][0]["message"]["content"]), schema)


def test_the_named_tool_is_called_once(chaos: ChaosUpstream) -> None:
    """`tool_choice` decides which; after the tool's answer there is a text."""
    tools = [{"type": "function", "function": {"name": name, "parameters": SCHEMAS[0]}} for name in "fg"]
    chosen = {"type": "function", "function": {"name": "g"}}
    choice = ask(chaos, "", tools=tools, tool_choice=chosen).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "g"
    jsonschema.validate(json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]), SCHEMAS[0])
    assert ask(chaos, "", tools=tools, tool_choice="none").json()["choices"][0]["message"]["content"]
    replied = [{"role": "user", "content": "?"}, {"role": "tool", "tool_call_id": "x", "content": "21"}]
    answer = ask(chaos, "", tools=tools, messages=replied).json()
    assert answer["choices"][0]["message"]["content"] == "Ответ: 21"


@pytest.mark.parametrize(
    ("prompt", "start", "end"),
    [
        ("[[fault:hang-headers]]", b"", b""),
        ("[[fault:hang-first]]", b"HTTP/1.1 200 OK", b"\r\n\r\n"),
        ("[[fault:hang-middle]]", b"HTTP/1.1 200 OK", b"}\n\n\r\n"),
        ("[[fault:nothing]]", b"HTTP/1.1 200 X", b"\r\n\r\n"),
        ("[[fault:cut-chunk]]", b"HTTP/1.1 200 OK", b'"'),
        ("[[fault:cut-at at=0]]", b"HTTP/1.1 200 OK", b"\r\n\r\n"),
        ("[[fault:no-done]]", b"HTTP/1.1 200 OK", b"\n\n\r\n0\r\n\r\n"),
        ("[[sse:crlf]]", b"HTTP/1.1 200 OK", b"data: [DONE]\r\n\r\n\r\n0\r\n\r\n"),
        ("[[sse:cr bom]]", b"HTTP/1.1 200 OK", b"data: [DONE]\r\r\r\n0\r\n\r\n"),
    ],
)
def test_where_a_stream_ends(chaos: ChaosUpstream, prompt: str, start: bytes, end: bytes) -> None:
    """The bytes on the wire are the fault's."""
    got = received(chaos, prompt, stream=True)
    assert got.startswith(start)
    assert got.endswith(end), got[-200:]
    assert (b"\xef\xbb\xbf" in got) is ("bom" in prompt)


@pytest.mark.parametrize(
    ("asked_for", "told"),
    [("3600", "3600"), ("-1", "-1"), ("soon", "soon"), ("date", "GMT"), ("past", "GMT")],
)
def test_a_rest_is_asked_for(chaos: ChaosUpstream, asked_for: str, told: str) -> None:
    """`Retry-After` in every form that servers send, and in some that they should not."""
    answer = ask(chaos, f"[[fault:429 retry-after={asked_for}]]")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"].endswith(told)


def test_raw_bytes_are_sent_as_they_are(chaos: ChaosUpstream) -> None:
    """`raw` sends what the test has made, in the packets that it wants."""
    data = b"data: \xff\r\r: x\n\n"
    raw = base64.b64encode(data).decode()
    got = received(chaos, f"[[fault:raw data={raw} cuts=3,7]]", stream=True)
    assert got.endswith(
        b"3\r\ndat\r\n4\r\na: \xff\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(data) - 7, data[7:])
    )


def test_calls_are_counted(chaos: ChaosUpstream, name: str) -> None:
    """By name, here and from another process."""
    for _ in range(3):
        ask(chaos, f"[[id:{name}]]")
    assert chaos.count(name) == 3
    control = chaos.url.removesuffix("/v1") + "/control/calls"
    assert requests.get(control, timeout=10).json()[name] == 3
    assert len(requests.get(f"{control}/{name}", timeout=10).json()) == 3


def test_nobody_gets_as_far_as_http_on_a_bad_line(tmp_path: Path) -> None:
    """Nobody listens, or TLS fails, each in its own way."""
    with bad_lines(tmp_path) as lines:
        assert {"refused", "tls-plain", "tls-alert", "tls-silent", "tls-closed"} <= lines.keys()
        for url in lines.values():
            with pytest.raises((requests.ConnectionError, requests.Timeout)):
                requests.post(url, data=b"{}", timeout=0.5)


def test_it_is_a_program() -> None:
    """It says where it listens, and serves whoever asks."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.wire.chaos_upstream"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        url = program.stdout.readline().split()[-1]
        body = json.dumps({"messages": [{"role": "user", "content": "привет"}]})
        answer = requests.post(url + "/chat/completions", data=body, timeout=10).json()
        program.terminate()
    assert answer["choices"][0]["message"]["content"] == "Ответ: привет"
