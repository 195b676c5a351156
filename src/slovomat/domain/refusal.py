"""Why a call is not served: a closed set of codes, with the figures that its message shows."""

from enum import StrEnum

import msgspec


class Code(StrEnum):
    """Every reason for which a call is refused or a generation fails."""

    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_MISTYPED = "key_mistyped"
    KEY_FORBIDS = "key_forbids"
    KEY_CAP = "key_cap"
    PLAN_CLOSED = "plan_closed"
    BALANCE_LOW = "balance_low"
    TOO_OFTEN = "too_often"
    NOT_JSON = "not_json"
    FIELDS_MISSING = "fields_missing"
    FIELD_BAD = "field_bad"
    MODE_UNKNOWN = "mode_unknown"
    MODEL_UNKNOWN = "model_unknown"
    REQUEST_UNKNOWN = "request_unknown"
    PATH_UNKNOWN = "path_unknown"
    METHOD_WRONG = "method_wrong"
    BODY_TOO_LARGE = "body_too_large"
    HEADERS_TOO_LARGE = "headers_too_large"
    TOO_SLOW = "too_slow"
    HTTP_BROKEN = "http_broken"
    BODY_ENCODED = "body_encoded"
    IDEMPOTENCY_KEY_BAD = "idempotency_key_bad"
    IDEMPOTENCY_IN_PROGRESS = "idempotency_in_progress"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    OVERLOADED = "overloaded"
    DRAINING = "draining"
    NO_UPSTREAM = "no_upstream"
    UPSTREAM_ERROR = "upstream_error"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    UPSTREAM_REFUSED = "upstream_refused"
    RESULT_PRUNED = "result_pruned"
    JOB_STOPPED = "job_stopped"
    INTERNAL = "internal"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One refusal. `names` fill the message's template; money stays in whole requests."""

    code: Code
    field: str | None = None
    names: dict[str, str | int] = {}
    balance_requests: int | None = None
    retry_after_ms: int | None = None
    upstream_body: bytes | None = None
    """For UPSTREAM_REFUSED: the upstream's own error body, to be passed on as it came."""
