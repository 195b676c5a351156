"""From an answer that is no success to the error that it means, and whether a repeat may help."""

import re
from dataclasses import dataclass

from slovomat.client import errors
from slovomat.client.dialects import Dialect
from slovomat.client.retries import retry_after_s
from slovomat.client.texts import Language, say
from slovomat.client.wire import Answer, Call, NoAnswer, Reply

_ABOUT_KEY = re.compile(r"\bключ|\bkeys?\b", re.IGNORECASE)
_ABOUT_PLAN = re.compile(r"\bтариф|\bplans?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setback:
    """A call that failed. `heard`: the service may have acted on it, so a repeat may cost again."""

    error: errors.SlovomatError
    passing: bool = False
    heard: bool = False
    wait_s: float | None = None


def setback(reply: Reply, call: Call, dialect: Dialect, language: Language) -> Setback:
    """What an unsuccessful reply means: its fields decide first, its status second."""
    if isinstance(reply, NoAnswer):
        return _unanswered(reply, language)
    message = dialect.read_refusal(reply.fields)
    balance = dialect.read_balance(reply.fields)
    if message is not None and balance is not None:
        return Setback(errors.BalanceTooLow(message, balance=balance))
    passing = _passing(reply, message, language)
    return passing or Setback(_final(reply.status, message, call, language))


def _unanswered(reply: NoAnswer, language: Language) -> Setback:
    kind = errors.TimedOut if reply.timed_out else errors.ServiceUnreachable
    error = kind(say(language, "unreachable", detail=reply.detail))
    return Setback(error, passing=reply.passing, heard=reply.heard)


def _passing(answer: Answer, message: str | None, language: Language) -> Setback | None:
    """429, 503 and the like say that nothing was accepted; 500, 502, 504 and a cut 200 do not say."""
    wait_s = retry_after_s(answer.headers)
    refused = message or say(language, "refused", status=answer.status)
    if answer.status == 429:
        return Setback(errors.RateLimited(refused, retry_after_s=wait_s), passing=True, wait_s=wait_s)
    if answer.status in {408, 409, 503}:
        return Setback(errors.Overloaded(refused, retry_after_s=wait_s), passing=True, wait_s=wait_s)
    if answer.status >= 500 or (answer.status < 300 and message is None):
        strange = message or say(language, "not_the_service", status=answer.status)
        return Setback(errors.ServiceUnreachable(strange), passing=True, heard=True, wait_s=wait_s)
    return None


def _final(status: int, message: str | None, call: Call, language: Language) -> errors.SlovomatError:
    if status == 404 and call.job_id is not None:
        return errors.RequestNotFound(message or say(language, "refused", status=status))
    if message is None:
        return errors.ServiceUnreachable(say(language, "not_the_service", status=status))
    if status in {401, 403} or status < 300:
        return _by_words(message, status)
    return errors.BadRequest(message)


def _by_words(message: str, status: int) -> errors.SlovomatError:
    """The services of this kind tell a bad key from a closed plan in words only."""
    if _ABOUT_KEY.search(message):
        return errors.InvalidKey(message)
    if _ABOUT_PLAN.search(message):
        return errors.PlanClosed(message)
    return errors.BadRequest(message) if status < 300 else errors.InvalidKey(message)
