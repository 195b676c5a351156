"""Every call of every dialect with its answers, made by the dialects' own code."""

from collections.abc import Mapping, Sequence

import msgspec

from slovomat.dialects.calls import Action, Answer, Dialect, Route
from slovomat.domain.refusal import Code, Refusal
from slovomat.web import headers
from slovomat.web.pages.documentation.fields import FIELDS, Field
from slovomat.web.pages.documentation.met import MET, RARE
from slovomat.web.pages.documentation.refusals import RETRIED, RETRY_AFTER_S, refusal_sample
from slovomat.web.pages.documentation.scene import Scene
from slovomat.web.pages.documentation.successes import successes


class Example(msgspec.Struct, frozen=True):
    """One answer. `when` names a text of the catalogue; `headers` are those that matter here."""

    when: str
    status: int
    body: str
    content_type: str
    headers: tuple[str, ...] = ()


class Call(msgspec.Struct, frozen=True):
    """One call with everything that it may answer: `examples` for people, `others` for completeness."""

    dialect: str
    action: Action
    method: str
    path: str
    paid: bool
    fields: tuple[Field, ...]
    examples: tuple[Example, ...]
    others: tuple[Example, ...]

    @property
    def done(self) -> tuple[Example, ...]:
        """The answers when nothing is wrong with the call."""
        return tuple(one for one in self.examples if one.status < 300)

    @property
    def refused(self) -> tuple[Example, ...]:
        """The refusals that people should know of."""
        return tuple(one for one in self.examples if one.status >= 300)


def calls(dialect: Dialect, scene: Scene) -> tuple[Call, ...]:
    """All calls of the dialect, in its own order."""
    return tuple(_call(dialect, route, scene) for route in dialect.routes)


def refusal(dialect: Dialect, code: Code, action: Action | None, scene: Scene, **names: str | int) -> Example:
    """What the dialect answers to a call that is refused with the code; `names` fill its message."""
    refused = sample(dialect, code, scene)
    refused = msgspec.structs.replace(refused, names={**refused.names, **names})
    answer = dialect.refuse(refused, action, scene.voice, scene.terms)
    return _example(f"when_{code}", answer, _headers(code, answer.status))


def sample(dialect: Dialect, code: Code, scene: Scene) -> Refusal:
    """A refusal with the code, naming the plans of this instance."""
    closed = next(iter(scene.closes(dialect.name)), "…")
    return refusal_sample(code, dialect.name, scene.opens(dialect.name), closed, scene.settings)


def readable(answer: Answer) -> str:
    """One line with spaces, several where it holds a list of objects; a stream's events as they are."""
    if answer.content_type.startswith(b"text/event-stream"):
        return answer.body.decode().strip()
    return msgspec.json.format(answer.body, indent=2 if b"[{" in answer.body else 0).decode()


def _example(when: str, answer: Answer, headers: tuple[str, ...] = ()) -> Example:
    media_type = answer.content_type.decode().partition(";")[0]
    return Example(when, answer.status, readable(answer), media_type, headers)


def _call(dialect: Dialect, route: Route, scene: Scene) -> Call:
    done = [_example(when, answer) for when, answer in successes(dialect, route.action, scene)]
    methods = f"{route.method}, OPTIONS"

    def met(table: Mapping[Action, tuple[Code, ...]]) -> list[Example]:
        codes = _met(table[route.action], opened=not scene.closes(dialect.name))
        return [refusal(dialect, code, route.action, scene, methods=methods) for code in codes]

    refused, rare = met(MET), met(RARE)
    told = {example.status for example in (*done, *refused)}
    news = [one for index, one in enumerate(rare) if one.status not in told | _statuses(rare[:index])]
    return Call(
        dialect=dialect.name,
        action=route.action,
        method=route.method,
        path=route.path.replace("/*", "/{id}"),
        paid=route.action in {Action.CREATE_JOB, Action.CHAT},
        fields=FIELDS.get(route.path, ()),
        examples=(*done, *refused, *news),
        others=tuple(one for one in rare if one not in news),
    )


def _met(codes: Sequence[Code], *, opened: bool) -> list[Code]:
    """No plan can be refused for a dialect that every plan opens."""
    return [code for code in codes if not (opened and code is Code.PLAN_CLOSED)]


def _statuses(examples: Sequence[Example]) -> set[int]:
    return {example.status for example in examples}


def _headers(code: Code, status: int) -> tuple[str, ...]:
    lines = headers.of_refusal(Refusal(code=code)) + headers.of_status(status)
    if code in RETRIED:
        lines = b"retry-after: %d\r\n" % RETRY_AFTER_S
    return tuple(lines.decode().splitlines())
