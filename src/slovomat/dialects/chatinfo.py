"""The dialect `chatinfo`: create_request, get_response, units. Errors carry `error`."""

import msgspec

from slovomat.dialects.calls import Action, Answer, Route, Terms, Voice
from slovomat.dialects.job_form import JobForm
from slovomat.dialects.texts import STATUS, Catalogue, job_error, message
from slovomat.domain.generation import JobState, JobView
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted

_encode = msgspec.json.encode
_KEY = (
    "Некорректный API ключ. Получить можно на {site}/subscription",
    "Invalid API key. Get one at {site}/subscription",
)
_OFTEN = (
    "Кажется, вы отправляете запросы слишком часто. Обновите страницу, чтобы продолжить",
    "It seems that you send requests too often. Refresh the page to go on",
)
_OWN: Catalogue = {
    Code.KEY_MISSING: _KEY,
    Code.KEY_UNKNOWN: _KEY,
    Code.KEY_MISTYPED: _KEY,
    Code.BALANCE_LOW: (
        "Недостаточно API Units для создания запроса. Купить еще: {site}/prices",
        "Not enough API Units to create a request. Buy more: {site}/prices",
    ),
    Code.TOO_OFTEN: _OFTEN,
}


class Chatinfo:
    """See CONTRACT "Dialect chatinfo": every text and field here is a wire fact."""

    name = "chatinfo"
    prefix = "/api/gpt/"
    routes = (
        Route("POST", "/api/gpt/create_request", Action.CREATE_JOB),
        Route("POST", "/api/gpt/get_response", Action.POLL_JOB),
        Route("POST", "/api/gpt/units", Action.BALANCE),
    )

    form = JobForm(text="content", id="id", default_mode="chat")

    def created(self, accepted: Accepted, terms: Terms) -> Answer:
        """The id, and the balance in API Units."""
        units = accepted.balance_requests // terms.requests_per_unit
        return Answer(200, _encode({"success": True, "units": units, "id": accepted.id}))

    def polled(self, view: JobView, voice: Voice, terms: Terms) -> Answer:  # noqa: ARG002 - the port's form
        """Done and failed are 200, at work is 202."""
        if view.state is JobState.COMPLETED:
            return Answer(200, _encode({"success": True, "solving": False, "result": view.result}))
        if view.state is JobState.FAILED:
            words = job_error(view.error or "", voice, _OWN)
            return Answer(200, _encode({"success": False, "solving": False, "error": words}))
        return Answer(202, _encode({"success": False, "solving": True}))

    def balance(self, requests: int, terms: Terms) -> Answer:
        """The balance in API Units, rounded down."""
        return Answer(200, _encode({"success": True, "units": requests // terms.requests_per_unit}))

    def refuse(self, refusal: Refusal, action: Action | None, voice: Voice, terms: Terms) -> Answer:
        """`success: false` with the error; a poll says too that nothing is being solved."""
        body: dict[str, object] = {"success": False}
        if refusal.code in {Code.BALANCE_LOW, Code.KEY_CAP}:
            body["units"] = (refusal.balance_requests or 0) // terms.requests_per_unit
        if refusal.code in {Code.REQUEST_UNKNOWN, Code.RESULT_PRUNED} and action is Action.POLL_JOB:
            body["solving"] = False
        body["error"] = message(refusal, voice, _OWN, terms.price_requests)
        return Answer(STATUS[refusal.code], _encode(body))


DIALECT = Chatinfo()
