"""What a provider answered or notified, read into a small struct; what cannot be read tells nothing."""

from typing import TypeVar

import msgspec

from slovomat.payments.http import HTTPAnswer
from slovomat.ports.payments import ProviderFault, ProviderUnavailableError

_SHOWN_CHARS = 300
T = TypeVar("T")


def parsed(body: bytes, form: type[T]) -> T | None:
    """The JSON document; None where it is something else, or nested beyond all sense."""
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read(answer: HTTPAnswer, form: type[T]) -> T:
    """The answer's JSON. Raises ProviderUnavailableError where it is something else."""
    document = parsed(answer.body, form)
    if document is None:
        raise ProviderUnavailableError(f"HTTP {answer.status}, and an answer that says nothing")
    return document


def decided(answer: HTTPAnswer) -> HTTPAnswer:
    """The answer itself. Raises ProviderUnavailableError where it leaves open whether anything took place."""
    if answer.status >= 500 or answer.status in {202, 408, 425, 429} or 300 <= answer.status < 400:
        raise ProviderUnavailableError(f"HTTP {answer.status}")
    return answer


def told(*words: str) -> ProviderFault:
    """The provider's refusal in its own words, no longer than an operator reads."""
    message = ": ".join(word for word in words if word) or "refused without a reason"
    return ProviderFault(message[:_SHOWN_CHARS])
