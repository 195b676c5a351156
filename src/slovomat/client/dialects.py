"""The two job APIs: how each asks, and what in its answers is a success.

Reading goes by the presence of fields, never by the HTTP status, as the documented clients do;
None means that the answer holds nothing of the kind.
"""

from typing import Literal, Protocol, TypeAlias

from slovomat.client.values import Completed, Failed, Processing, Status, Submitted
from slovomat.client.wire import Call, Fields, text, whole

DialectName: TypeAlias = Literal["textbot", "chatinfo"]


class Dialect(Protocol):
    """One job API."""

    def create(self, key: str, content: str, mode: str, idempotency_key: str) -> Call:
        """The paid call."""

    def status(self, key: str, id: int) -> Call:
        """The question how a request is doing."""

    def balance(self, key: str) -> Call:
        """The question what is left."""

    def read_created(self, fields: Fields) -> Submitted | None:
        """The accepted request."""

    def read_status(self, fields: Fields, id: int) -> Status | None:
        """The request's state; a refusal and a failed generation look alike, and both are Failed."""

    def read_balance(self, fields: Fields) -> int | None:
        """What is left, in requests."""

    def read_refusal(self, fields: Fields) -> str | None:
        """The service's own error text."""


class Textbot:
    """`/api/generate_response` and its sisters; counts in requests."""

    def create(self, key: str, content: str, mode: str, idempotency_key: str) -> Call:
        """Dialect.create."""
        fields = {"input_text": content, "mode": mode, "key": key}
        return Call("/api/generate_response", fields, idempotency_key)

    def status(self, key: str, id: int) -> Call:
        """Dialect.status."""
        return Call("/api/status", {"request_id": id, "key": key}, job_id=id)

    def balance(self, key: str) -> Call:
        """Dialect.balance."""
        return Call("/api/balance", {"key": key})

    def read_created(self, fields: Fields) -> Submitted | None:
        """Dialect.read_created."""
        id = whole(fields, "request_id")
        return None if id is None else Submitted(id, self.read_balance(fields))

    def read_status(self, fields: Fields, id: int) -> Status | None:
        """Dialect.read_status."""
        return _state(fields, id, fields.get("status") == "processing", self.read_refusal(fields))

    def read_balance(self, fields: Fields) -> int | None:
        """Dialect.read_balance."""
        return whole(fields, "balance")

    def read_refusal(self, fields: Fields) -> str | None:
        """Dialect.read_refusal."""
        return text(fields, "error_message")


class Chatinfo:
    """`/api/gpt/…`; counts in API Units of two requests each."""

    requests_a_unit = 2

    def create(self, key: str, content: str, mode: str, idempotency_key: str) -> Call:
        """Dialect.create."""
        fields = {"content": content, "mode": mode, "key": key}
        return Call("/api/gpt/create_request", fields, idempotency_key)

    def status(self, key: str, id: int) -> Call:
        """Dialect.status."""
        return Call("/api/gpt/get_response", {"id": id, "key": key}, job_id=id)

    def balance(self, key: str) -> Call:
        """Dialect.balance."""
        return Call("/api/gpt/units", {"key": key})

    def read_created(self, fields: Fields) -> Submitted | None:
        """Dialect.read_created."""
        id = whole(fields, "id")
        return None if id is None else Submitted(id, self.read_balance(fields))

    def read_status(self, fields: Fields, id: int) -> Status | None:
        """Dialect.read_status."""
        return _state(fields, id, fields.get("solving") is True, self.read_refusal(fields))

    def read_balance(self, fields: Fields) -> int | None:
        """Dialect.read_balance."""
        units = whole(fields, "units")
        return None if units is None else units * self.requests_a_unit

    def read_refusal(self, fields: Fields) -> str | None:
        """Dialect.read_refusal."""
        return text(fields, "error")


def _state(fields: Fields, id: int, processing: bool, error: str | None) -> Status | None:
    result = text(fields, "result")
    if result is not None:
        return Completed(id, result)
    if processing:
        return Processing(id)
    return None if error is None else Failed(id, error)


DIALECTS: dict[DialectName, Dialect] = {"textbot": Textbot(), "chatinfo": Chatinfo()}
