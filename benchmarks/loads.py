"""What is asked of the service: each load is a kind of request, sent again and again by some customers."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.native import CannotMeasureError
from benchmarks.service import Service

CHUNKS = 50
CHAT, STREAM, CREATE, POLL = "chat", "chat, streamed", "job create", "job poll"
_CREATE_PATH, _POLL_PATH, _CHAT_PATH = "/api/generate_response", "/api/status", "/v1/chat/completions"
_TEXT = "Tell me about the history of the vending machine, from Hero of Alexandria to this day. " * 3
# Jobs with this word wait at the upstream for ever, so that only their creation is measured.
_HELD = "hold-this-answer"
_JOB_S = 30


class Load(NamedTuple):
    """Requests to draw from. `events`: how many an answer is to stream; 0 for a whole answer."""

    name: str
    requests: Sequence[bytes]
    events: int = 0

    def text(self) -> bytes:
        """What the load tool reads: each request after its length."""
        return b"".join(b"%d\n%s" % (len(request), request) for request in self.requests)


def make_loads(service: Service, keys: Sequence[str] = ()) -> list[Load]:
    """The loads of these customers, the first answered on trial.

    One job of each is finished before those that are to be created keep all workers.
    """
    keys = keys or [service.key]
    loads = [
        Load(CHAT, [chat(key) for key in keys]),
        stream_of(service, keys),
        Load(CREATE, [_job(key, _HELD + " " + _TEXT) for key in keys]),
        Load(POLL, _finished_jobs(service, keys)),
    ]
    for load in loads:
        _tried(service, load.requests[0])
    return loads


def chat(
    key: str, extra: str = "", *, stream: bool = False, headers: Mapping[str, str] | None = None
) -> bytes:
    """A chat call; `extra` are words for the upstream."""
    body: dict[str, object] = {"model": "gpt-4o", "messages": [{"role": "user", "content": extra + _TEXT}]}
    told = {"Authorization": f"Bearer {key}", **(headers or {})}
    return _post(_CHAT_PATH, {**body, "stream": True} if stream else body, told)


def stream_of(service: Service, keys: Sequence[str], headers: Mapping[str, str] | None = None) -> Load:
    """The streamed chat call, with as many events as the server makes of the upstream's."""
    requests = [chat(key, stream=True, headers=headers) for key in keys]
    body = _tried(service, requests[0])
    events = body.count(b"data: ")
    if body.count(b'"content":"word "') != CHUNKS or b"data: [DONE]" not in body:
        raise CannotMeasureError(f"a stream came with {events} events, not whole: {body[-300:]!r}")
    return Load(STREAM, requests, events)


def dripping(key: str, events: int, every_ms: int) -> Load:
    """A stream of so many events at that distance, then one with the usage and [DONE]."""
    return Load("stream", [chat(key, f"drip-{events}-{every_ms} ", stream=True)], events + 2)


def _finished_jobs(service: Service, keys: Sequence[str]) -> list[bytes]:
    """A poll for each customer, of a job that is done."""
    made = [json.loads(_tried(service, _job(key, _TEXT)))["request_id"] for key in keys]
    polls = [_post(_POLL_PATH, {"key": key, "request_id": job}) for key, job in zip(keys, made, strict=True)]
    deadline_s = time.monotonic() + _JOB_S
    for poll in polls:
        while json.loads(_tried(service, poll))["status"] != "completed":
            if time.monotonic() > deadline_s:
                raise CannotMeasureError("the first jobs did not end")
            time.sleep(0.05)
    return polls


def _job(key: str, text: str) -> bytes:
    return _post(_CREATE_PATH, {"key": key, "input_text": text, "mode": "essay"})


def _post(path: str, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    content = json.dumps(body).encode()
    told = {"Host": "127.0.0.1", "Content-Type": "application/json", **(headers or {})}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode() + content


def _tried(service: Service, request: bytes) -> bytes:
    status, body = service.call(request)
    if status != 200:
        raise CannotMeasureError(f"a call was refused with {status}: {body[:200].decode(errors='replace')}")
    return body
