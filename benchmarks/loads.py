"""What is asked of the service: each load is one request, sent again and again."""

import json
import time
from collections.abc import Mapping
from typing import NamedTuple

from benchmarks.native import CannotMeasureError
from benchmarks.service import Service

CHUNKS = 50
_CREATE, _POLL, _CHAT = "/api/generate_response", "/api/status", "/v1/chat/completions"
_TEXT = "Tell me about the history of the vending machine, from Hero of Alexandria to this day. " * 3
# Jobs with this word wait at the upstream for ever, so that only their creation is measured.
_HELD = "hold-this-answer"
_JOB_S = 30


class Load(NamedTuple):
    """A request to repeat. `events`: how many its answer is to stream; 0 for a whole answer."""

    name: str
    request: bytes
    events: int = 0


def make_loads(service: Service) -> list[Load]:
    """The loads, each answered once on trial. One job is finished before later ones keep all workers."""
    chat: dict[str, object] = {"model": "gpt-4o", "messages": [{"role": "user", "content": _TEXT}]}
    bearer = {"Authorization": f"Bearer {service.key}"}
    plain = Load("chat", _post(_CHAT, chat, bearer))
    stream = _post(_CHAT, {**chat, "stream": True}, bearer)
    body = _tried(service, stream)
    events = body.count(b"data: ")
    if body.count(b'"content":"word "') != CHUNKS or not body.endswith(b"data: [DONE]\n\n"):
        raise CannotMeasureError(f"a stream came with {events} events, not whole: {body[-300:]!r}")
    poll = _finished_job(service)
    job = {"key": service.key, "input_text": _HELD + " " + _TEXT, "mode": "essay"}
    loads = [plain, Load("chat, streamed", stream, events), Load("job create", _post(_CREATE, job))]
    for load in (plain, loads[-1]):
        _tried(service, load.request)
    return [*loads, Load("job poll", poll)]


def _finished_job(service: Service) -> bytes:
    """The poll of a job that is done."""
    order = {"key": service.key, "input_text": _TEXT, "mode": "essay"}
    made = json.loads(_tried(service, _post(_CREATE, order)))
    poll = _post(_POLL, {"key": service.key, "request_id": made["request_id"]})
    deadline_s = time.monotonic() + _JOB_S
    while json.loads(_tried(service, poll))["status"] != "completed":
        if time.monotonic() > deadline_s:
            raise CannotMeasureError("the first job did not end")
        time.sleep(0.05)
    return poll


def _post(path: str, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    content = json.dumps(body).encode()
    told = {"Host": "127.0.0.1", "Content-Type": "application/json", **(headers or {})}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content


def _tried(service: Service, request: bytes) -> bytes:
    status, body = service.call(request)
    if status != 200:
        raise CannotMeasureError(f"a call that is to be measured was refused with {status}: {body!r}")
    return body
