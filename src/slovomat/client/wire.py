"""One exchange with the service, without the network."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Fields: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """A POST. `paid` calls carry an idempotency key; the others may be repeated freely."""

    path: str
    fields: Fields
    idempotency_key: str | None = None
    job_id: int | None = None

    @property
    def paid(self) -> bool:
        """Whether being heard twice could cost twice."""
        return self.idempotency_key is not None

    @property
    def body(self) -> bytes:
        """The JSON; half of a surrogate pair goes out as it is, for the service to refuse."""
        return json.dumps(self.fields, ensure_ascii=False).encode("utf-8", "surrogatepass")

    @property
    def headers(self) -> dict[str, str]:
        """What this call alone adds to the client's headers."""
        return {"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> Fields:
        """The JSON object of the body; empty for anything else, such as a proxy's HTML page."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A call that brought no whole answer.

    `heard`: the service may have acted on it. `passing`: a repeat may fare better.
    """

    detail: str
    heard: bool
    timed_out: bool
    passing: bool


Reply: TypeAlias = Answer | NoAnswer


def whole(fields: Fields, name: str) -> int | None:
    """The integer under that name, if there is one."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def text(fields: Fields, name: str) -> str | None:
    """The string under that name, if there is one."""
    value = fields.get(name)
    return value if isinstance(value, str) else None
