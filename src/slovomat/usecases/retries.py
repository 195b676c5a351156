"""When a failed upstream call may be made again, and after how long."""

import msgspec

from slovomat.domain.events import Failure, FailureKind
from slovomat.domain.refusal import Code, Refusal
from slovomat.ports.upstream import Readiness

_FIRST_WAIT_MS = 200
_SOON_MS, _LATER_MS = 5_000, 60_000
"""When to ask again: while a model is fetched or loaded; and when the operator has to mend something."""


class RetryRules(msgspec.Struct, frozen=True, kw_only=True):
    """How many further calls, and the longest pause before one."""

    retries: int
    wait_max_ms: int


def wait_before_retry_ms(failure: Failure, retry: int, rules: RetryRules, chance: float) -> int | None:
    """The pause before another call, or None when there shall be none.

    A time limit is not tried again: the client has waited long enough. An upstream that asks for a
    longer rest than the settings allow is not tried again either.
    """
    if retry >= rules.retries or not failure.retryable or failure.kind is not FailureKind.ERROR:
        return None
    if failure.retry_after_ms is not None:
        return failure.retry_after_ms if failure.retry_after_ms <= rules.wait_max_ms else None
    doubled = _FIRST_WAIT_MS << retry
    return min(rules.wait_max_ms, int(doubled * (0.5 + chance)))


_CODES = {
    FailureKind.ERROR: Code.UPSTREAM_ERROR,
    FailureKind.TIMEOUT: Code.UPSTREAM_TIMEOUT,
    FailureKind.UNAVAILABLE: Code.NO_UPSTREAM,
    FailureKind.REFUSED: Code.UPSTREAM_REFUSED,
}


def refusal_of(failure: Failure, readiness: Readiness) -> Refusal:
    """What the client is told of an upstream's failure; its details stay in the log."""
    if failure.kind is FailureKind.UNAVAILABLE:
        return unavailable(readiness)
    return Refusal(code=_CODES[failure.kind], upstream_body=failure.body)


def unavailable(readiness: Readiness) -> Refusal:
    """There is nothing to generate with yet, and what to do about it."""
    names: dict[str, str | int] = {
        "detail": readiness.detail,
        "remedy": readiness.remedy,
        "detail_ru": readiness.detail_ru or readiness.detail,
        "remedy_ru": readiness.remedy_ru or readiness.remedy,
    }
    wait_ms = _SOON_MS if readiness.passing else _LATER_MS
    return Refusal(code=Code.NO_UPSTREAM, names=names, retry_after_ms=wait_ms)
