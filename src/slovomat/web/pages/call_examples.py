"""Every call of every dialect with its answers, made by the dialects' own code."""

import msgspec

from slovomat.dialects.calls import Action, Answer, Dialect, Route
from slovomat.domain.refusal import Code, Refusal
from slovomat.web.pages.call_fields import FIELDS, Field
from slovomat.web.pages.call_successes import successes
from slovomat.web.pages.refusal_samples import RETRIED, RETRY_AFTER_S, refusal_sample
from slovomat.web.pages.scene import Scene

_JOB = (
    Code.BALANCE_LOW,
    Code.FIELDS_MISSING,
    Code.MODE_UNKNOWN,
    Code.FIELD_BAD,
    Code.NOT_JSON,
    Code.KEY_UNKNOWN,
    Code.PLAN_CLOSED,
    Code.TOO_OFTEN,
)
_CHAT = (
    Code.KEY_UNKNOWN,
    Code.BALANCE_LOW,
    Code.PLAN_CLOSED,
    Code.TOO_OFTEN,
    Code.FIELD_BAD,
    Code.BODY_TOO_LARGE,
    Code.IDEMPOTENCY_IN_PROGRESS,
    Code.IDEMPOTENCY_MISMATCH,
    Code.OVERLOADED,
    Code.UPSTREAM_ERROR,
    Code.UPSTREAM_TIMEOUT,
)
_REFUSALS: dict[Action, tuple[Code, ...]] = {
    Action.CREATE_JOB: _JOB,
    Action.POLL_JOB: (Code.REQUEST_UNKNOWN, Code.KEY_UNKNOWN, Code.TOO_OFTEN),
    Action.BALANCE: (Code.KEY_UNKNOWN, Code.PLAN_CLOSED, Code.TOO_OFTEN),
    Action.CHAT: _CHAT,
    Action.MODELS: (Code.KEY_UNKNOWN,),
    Action.MODEL: (Code.MODEL_UNKNOWN,),
}
"""The refusals that a client of the call meets; the table of all errors has the rest."""


class Example(msgspec.Struct, frozen=True):
    """One answer. `when` names a text of the catalogue; `headers` are those that matter here."""

    when: str
    status: int
    body: str
    headers: tuple[str, ...] = ()


class Call(msgspec.Struct, frozen=True):
    """One call with everything that it may answer."""

    method: str
    path: str
    paid: bool
    fields: tuple[Field, ...]
    examples: tuple[Example, ...]


def calls(dialect: Dialect, scene: Scene) -> tuple[Call, ...]:
    """All calls of the dialect, in its own order."""
    return tuple(_call(dialect, route, scene) for route in dialect.routes)


def refusal(dialect: Dialect, code: Code, action: Action | None, scene: Scene) -> Example:
    """What the dialect answers to a call that is refused with the code."""
    answer = dialect.refuse(sample(dialect, code, scene), action, scene.voice, scene.terms)
    return Example(f"when_{code}", answer.status, readable(answer), _headers(code, dialect.name))


def sample(dialect: Dialect, code: Code, scene: Scene) -> Refusal:
    """A refusal with the code, naming the plans of this instance."""
    closed = next(iter(scene.closes(dialect.name)), "…")
    return refusal_sample(code, dialect.name, scene.opens(dialect.name), closed, scene.settings)


def readable(answer: Answer) -> str:
    """One line with spaces, several where it holds a list of objects; a stream's events as they are."""
    if answer.content_type.startswith(b"text/event-stream"):
        return answer.body.decode().strip()
    return msgspec.json.format(answer.body, indent=2 if b"[{" in answer.body else 0).decode()


def _call(dialect: Dialect, route: Route, scene: Scene) -> Call:
    done = [
        Example(when, answer.status, readable(answer))
        for when, answer in successes(dialect, route.action, scene)
    ]
    refused = [
        refusal(dialect, code, route.action, scene)
        for code in _REFUSALS[route.action]
        if code is not Code.PLAN_CLOSED or scene.closes(dialect.name)
    ]
    return Call(
        method=route.method,
        path=route.path.replace("/*", "/{id}"),
        paid=route.action in {Action.CREATE_JOB, Action.CHAT},
        fields=FIELDS.get(route.path, ()),
        examples=(*done, *refused),
    )


def _headers(code: Code, dialect: str) -> tuple[str, ...]:
    if code is Code.BALANCE_LOW and dialect == "openai":
        return ("x-should-retry: false",)
    return (f"Retry-After: {RETRY_AFTER_S}",) if code in RETRIED else ()
