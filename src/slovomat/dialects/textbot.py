"""The dialect `textbot`: generate_response, status, balance. Errors carry `error_message`."""

import msgspec

from slovomat.dialects.calls import Action, Answer, Route, Terms, Voice
from slovomat.dialects.job_form import JobForm
from slovomat.dialects.texts import STATUS, Catalogue, job_error, message
from slovomat.domain.generation import JobState, JobView
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted

_encode = msgspec.json.encode
_OWN: Catalogue = {}


class Textbot:
    """See CONTRACT "Dialect textbot": every text and field here is a wire fact."""

    name = "textbot"
    prefix = "/api/"
    routes = (
        Route("POST", "/api/generate_response", Action.CREATE_JOB),
        Route("POST", "/api/status", Action.POLL_JOB),
        Route("POST", "/api/balance", Action.BALANCE),
    )

    form = JobForm(text="input_text", id="request_id")

    def created(self, accepted: Accepted, terms: Terms) -> Answer:  # noqa: ARG002 - the port's form
        """The id, and the balance in requests."""
        balance = accepted.balance_requests
        return Answer(200, _encode({"request_id": accepted.id, "status": "processing", "balance": balance}))

    def polled(self, view: JobView, voice: Voice, terms: Terms) -> Answer:  # noqa: ARG002 - the port's form
        """Completed, processing or failed: all are 200."""
        if view.state is JobState.COMPLETED:
            return Answer(200, _encode({"request_id": view.id, "status": "completed", "result": view.result}))
        if view.state is JobState.FAILED:
            words = job_error(view.error or "", voice, _OWN)
            return Answer(200, _encode({"request_id": view.id, "status": "failed", "error_message": words}))
        return Answer(200, _encode({"request_id": view.id, "status": "processing"}))

    def balance(self, requests: int, terms: Terms) -> Answer:  # noqa: ARG002 - the port's form
        """The balance in requests."""
        return Answer(200, _encode({"balance": requests}))

    def refuse(self, refusal: Refusal, action: Action | None, voice: Voice, terms: Terms) -> Answer:
        """`status: failed` with a message; on the balance call the message alone."""
        words = message(refusal, voice, _OWN, terms.price_requests)
        body: dict[str, object] = {"status": "failed", "error_message": words}
        if action is Action.BALANCE:
            del body["status"]
        if refusal.code in {Code.BALANCE_LOW, Code.KEY_CAP}:
            body["balance"] = refusal.balance_requests or 0
        return Answer(STATUS[refusal.code], _encode(body))


DIALECT = Textbot()
