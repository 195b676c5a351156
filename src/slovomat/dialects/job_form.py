"""What the job dialects have in common: how they read their bodies, which differ in names alone."""

from typing import Protocol

from slovomat.dialects.calls import Answer, BalanceCall, CreateCall, Dialect, PollCall, Terms, Voice
from slovomat.dialects.json_body import (
    bad_field,
    idempotency_key,
    missing,
    read_object,
    request_id,
    text_fault,
)
from slovomat.dialects.plain_job import PlainJobs
from slovomat.domain.generation import JobView
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted
from slovomat.domain.text import cut
from slovomat.ports.modes import ModeCatalogue


class JobForm:
    """How a dialect's bodies are read, by the names of fields. `default_mode` None: the mode is required.

    The careful readings are for any body; they cost twice what a plain one takes.
    """

    def __init__(self, *, text: str, id: str, default_mode: str | None = None) -> None:
        self.text = text
        self.id = id
        self.default_mode = default_mode
        self._plain = PlainJobs(text, id)

    def parse_create(self, body: bytes, terms: Terms, modes: ModeCatalogue) -> CreateCall | Refusal:
        """Reads a create call; the text comes out cut to the dialect's size."""
        call = self._plain.create(body, terms)
        if call is None:
            return self.create_carefully(body, terms, modes)
        mode = self.default_mode if call.mode is None else call.mode
        if mode is None or modes.ref(mode) is None:
            return self.create_carefully(body, terms, modes)
        return CreateCall(
            key=call.key, given=call.text, text=call.text, mode=mode, cut_chars=0, idempotency_key=None
        )

    def parse_poll(self, body: bytes, terms: Terms) -> PollCall | Refusal:
        """Reads a poll."""
        call = self._plain.poll(body, terms)
        return self.poll_carefully(body, terms) if call is None else PollCall(call.key, call.id)

    def parse_balance(self, body: bytes, terms: Terms) -> BalanceCall | Refusal:
        """Reads a question for the balance."""
        call = self._plain.balance(body, terms)
        return self.balance_carefully(body, terms) if call is None else BalanceCall(call.key)

    def create_carefully(self, body: bytes, terms: Terms, modes: ModeCatalogue) -> CreateCall | Refusal:
        """A create call, whatever it looks like."""
        required = (self.text, "key") if self.default_mode else (self.text, "mode", "key")
        fields = read_object(body, terms.json_max_depth, terms.json_max_values)
        if isinstance(fields, Refusal):
            return fields
        if fault := missing(fields, required) or text_fault(self.text, fields[self.text]):
            return fault
        mode = self.default_mode if fields.get("mode") is None else fields["mode"]
        if not isinstance(mode, str) or modes.ref(mode) is None:
            allowed = ", ".join(modes.ids())
            return Refusal(code=Code.MODE_UNKNOWN, field="mode", names={"field": "mode", "modes": allowed})
        if not isinstance(fields["key"], str):
            return bad_field("key", "string")
        chosen = idempotency_key(fields.get("idempotency_key"))
        if isinstance(chosen, Refusal):
            return chosen
        text, cut_chars = cut(fields[self.text], terms.max_chars)
        if cut_chars and (fault := text_fault(self.text, text)):
            return fault
        return CreateCall(
            key=fields["key"],
            given=fields[self.text],
            text=text,
            mode=mode,
            cut_chars=cut_chars,
            idempotency_key=chosen,
        )

    def poll_carefully(self, body: bytes, terms: Terms) -> PollCall | Refusal:
        """A poll, whatever it looks like."""
        fields = read_object(body, terms.json_max_depth, terms.json_max_values)
        if isinstance(fields, Refusal):
            return fields
        if fault := missing(fields, (self.id, "key")):
            return fault
        if not isinstance(fields["key"], str):
            return bad_field("key", "string")
        job_id = request_id(self.id, fields[self.id])
        return job_id if isinstance(job_id, Refusal) else PollCall(fields["key"], job_id)

    def balance_carefully(self, body: bytes, terms: Terms) -> BalanceCall | Refusal:
        """A question for the balance, whatever it looks like."""
        fields = read_object(body, terms.json_max_depth, terms.json_max_values)
        if isinstance(fields, Refusal):
            return fields
        if fault := missing(fields, ("key",)):
            return fault
        return BalanceCall(fields["key"]) if isinstance(fields["key"], str) else bad_field("key", "string")


class JobDialect(Dialect, Protocol):
    """A dialect of create, poll and balance."""

    @property
    def form(self) -> JobForm:
        """The names of its fields, which read its bodies."""

    def created(self, accepted: Accepted, terms: Terms) -> Answer:
        """The answer to an accepted create call."""

    def polled(self, view: JobView, voice: Voice, terms: Terms) -> Answer:
        """The answer to a poll."""

    def balance(self, requests: int, terms: Terms) -> Answer:
        """The answer to a question for the balance."""
