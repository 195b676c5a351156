"""The answers of calls that went well, made by the dialects' own code."""

from typing import Any, cast

import msgspec

from slovomat.dialects.calls import Action, Answer, Dialect
from slovomat.dialects.job_form import JobDialect
from slovomat.dialects.openai_chat import OpenAIChat
from slovomat.domain.generation import JobState, JobView
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.refusal import Code
from slovomat.domain.request import Accepted
from slovomat.web.pages.documentation.scene import Scene

_ID = GenerationId(59877)
_BALANCE_REQUESTS = 596
_CHAT_ID = "chatcmpl-9uWkJ2"
_CREATED = 1_760_000_000
_SHOWN_MODELS = 2
Answers = list[tuple[str, Answer]]
"""Each answer with the name of the text that says when it comes."""


def successes(dialect: Dialect, action: Action, scene: Scene) -> Answers:
    """What the call answers when nothing is wrong with it."""
    match action:
        case Action.CREATE_JOB:
            return [("when_accepted", _created(cast(JobDialect, dialect), scene))]
        case Action.POLL_JOB:
            return _polled(cast(JobDialect, dialect), scene)
        case Action.BALANCE:
            return [("when_balance", cast(JobDialect, dialect).balance(_BALANCE_REQUESTS, scene.terms))]
        case Action.CHAT:
            return [("when_chat", _completion(scene)), ("when_stream", _stream(scene))]
        case Action.MODELS:
            return [("when_models", _models(cast(OpenAIChat, dialect), scene))]
        case Action.MODEL:
            model = cast(OpenAIChat, dialect).model("mode-essay", scene.terms, scene.modes)
            return [("when_model", model)] if isinstance(model, Answer) else []


def _created(dialect: JobDialect, scene: Scene) -> Answer:
    price = scene.terms.price_requests
    accepted = Accepted(
        id=_ID, account_id=AccountId(1), balance_requests=_BALANCE_REQUESTS, charged_requests=price
    )
    return dialect.created(accepted, scene.terms)


def _polled(dialect: JobDialect, scene: Scene) -> Answers:
    states = (
        ("when_completed", JobState.COMPLETED, scene.said, None),
        ("when_processing", JobState.RUNNING, None, None),
        ("when_failed", JobState.FAILED, None, Code.UPSTREAM_ERROR.value),
        ("when_job_stopped", JobState.FAILED, None, Code.JOB_STOPPED.value),
    )
    return [
        (
            when,
            dialect.polled(
                JobView(id=_ID, state=state, result=result, error=error), scene.voice, scene.terms
            ),
        )
        for when, state, result, error in states
    ]


def _models(dialect: OpenAIChat, scene: Scene) -> Answer:
    """The beginning of the list: all of it would fill the page."""
    listed: dict[str, Any] = msgspec.json.decode(dialect.models(scene.terms, scene.modes).body)
    return Answer(200, msgspec.json.encode({**listed, "data": listed["data"][:_SHOWN_MODELS]}))


def _completion(scene: Scene) -> Answer:
    message = {"role": "assistant", "content": scene.said, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 14, "completion_tokens": 96, "total_tokens": 110}
    return Answer(
        200, msgspec.json.encode({**_head("chat.completion", scene), "choices": [choice], "usage": usage})
    )


def _stream(scene: Scene) -> Answer:
    head = _head("chat.completion.chunk", scene)
    deltas: list[tuple[dict[str, str], str | None]] = [
        ({"role": "assistant", "content": ""}, None),
        ({"content": scene.said}, None),
        ({}, "stop"),
    ]
    chunks = [
        {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}
        for delta, finish in deltas
    ]
    events = b"".join(b"data: " + msgspec.json.encode(chunk) + b"\n\n" for chunk in chunks)
    return Answer(200, events + b"data: [DONE]\n\n", b"text/event-stream")


def _head(kind: str, scene: Scene) -> dict[str, Any]:
    model = scene.settings.hide_model or next(iter(scene.terms.models), scene.settings.upstream_model)
    return {"id": _CHAT_ID, "object": kind, "created": _CREATED, "model": model}
