"""HTTP's ways to fail, told apart by what may be done next."""

import email.utils
import ssl
from collections.abc import Mapping

import msgspec

from slovomat.domain.events import Failure, FailureKind
from slovomat.upstreams import error_names

_REFUSALS = frozenset({400, 413, 422})
_PASSING = frozenset({408, 409, 425, 429})
_LONGEST_WAIT_MS = 86_400_000
_MASK = "***"


class _Error(msgspec.Struct):
    message: str
    type: str | None = None
    param: str | None = None
    code: str | int | None = None


class _ErrorBody(msgspec.Struct):
    error: _Error


def timed_out(limit: str) -> Failure:
    """A time limit of the settings was reached; after `total` there is no time for another try."""
    return Failure(kind=FailureKind.TIMEOUT, detail=f"{limit} timeout", retryable=limit != "total")


def broken(error: Exception) -> Failure:
    """The connection could not be made, or broke. Only the system's words are kept: others' quote bytes."""
    said = f": {error}" if isinstance(error, OSError) else ""
    return Failure(
        kind=FailureKind.ERROR,
        detail=f"{type(error).__name__}{said}",
        retryable=not isinstance(error, ssl.SSLCertVerificationError),
    )


def by_status(status: int, headers: Mapping[str, str], body: bytes, now_ms: int) -> Failure:
    """An answer other than 200; the headers' names are in lower case, or found in any."""
    detail = f"HTTP {status}{error_names.names_in(body)}"
    if status in _REFUSALS:
        return Failure(kind=FailureKind.REFUSED, detail=detail, body=_error_body(body))
    if 300 <= status < 400:
        return Failure(kind=FailureKind.ERROR, detail=f"HTTP {status}: redirects are not followed")
    return Failure(
        kind=FailureKind.ERROR,
        detail=detail,
        retryable=status >= 500 or status in _PASSING,
        retry_after_ms=retry_after_ms(headers, now_ms),
    )


def retry_after_ms(headers: Mapping[str, str], now_ms: int) -> int | None:
    """How long the upstream asks to be left alone (RFC 9110, 10.2.3); None for what makes no sense."""
    wait_ms = _number(headers.get("retry-after-ms"))
    if wait_ms is None:
        seconds = headers.get("retry-after")
        number = _number(seconds)
        wait_ms = number * 1000 if number is not None else _until(seconds, now_ms)
    if wait_ms is None or not 0 <= wait_ms <= _LONGEST_WAIT_MS:
        return None
    return round(wait_ms)


def without_secret(failure: Failure, secret: str) -> Failure:
    """The failure with the secret masked wherever the upstream echoed it."""
    if not secret:
        return failure
    body = failure.body and failure.body.replace(msgspec.json.encode(secret)[1:-1], _MASK.encode())
    return msgspec.structs.replace(failure, detail=failure.detail.replace(secret, _MASK), body=body)


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _until(value: str | None, now_ms: int) -> float | None:
    try:
        moment = email.utils.parsedate_to_datetime(value or "")
        return moment.timestamp() * 1000 - now_ms
    except (ValueError, TypeError, OverflowError):
        return None


def _error_body(body: bytes) -> bytes | None:
    """The error as OpenAI shapes it, all four keys there; None when it is something else."""
    try:
        told = msgspec.json.decode(body, type=_ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(told.code, int):  # some servers repeat the HTTP status there; clients know only words
        told.code = None
    told.type = told.type or "invalid_request_error"
    return msgspec.json.encode({"error": told})
