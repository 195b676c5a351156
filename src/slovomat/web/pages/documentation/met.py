"""Which refusals a call may meet: those that its caller should know of, and the rare rest."""

from slovomat.dialects.calls import Action
from slovomat.domain.refusal import Code

_JOB = (
    Code.BALANCE_LOW,
    Code.FIELDS_MISSING,
    Code.MODE_UNKNOWN,
    Code.FIELD_BAD,
    Code.NOT_JSON,
    Code.KEY_UNKNOWN,
    Code.PLAN_CLOSED,
    Code.TOO_OFTEN,
)
_CHAT = (
    Code.KEY_UNKNOWN,
    Code.BALANCE_LOW,
    Code.PLAN_CLOSED,
    Code.TOO_OFTEN,
    Code.FIELD_BAD,
    Code.BODY_TOO_LARGE,
    Code.IDEMPOTENCY_IN_PROGRESS,
    Code.IDEMPOTENCY_MISMATCH,
    Code.OVERLOADED,
    Code.UPSTREAM_ERROR,
    Code.UPSTREAM_TIMEOUT,
)
MET: dict[Action, tuple[Code, ...]] = {
    Action.CREATE_JOB: _JOB,
    Action.POLL_JOB: (Code.REQUEST_UNKNOWN, Code.KEY_UNKNOWN, Code.TOO_OFTEN),
    Action.BALANCE: (Code.KEY_UNKNOWN, Code.PLAN_CLOSED, Code.TOO_OFTEN),
    Action.CHAT: _CHAT,
    Action.MODELS: (Code.KEY_UNKNOWN,),
    Action.MODEL: (Code.MODEL_UNKNOWN,),
}
"""What clients meet."""

_ANY = (
    Code.KEY_MISTYPED,
    Code.KEY_FORBIDS,
    Code.METHOD_WRONG,
    Code.HEADERS_TOO_LARGE,
    Code.TOO_SLOW,
    Code.HTTP_BROKEN,
    Code.OVERLOADED,
    Code.INTERNAL,
)
_BODY = (*_ANY, Code.BODY_TOO_LARGE, Code.BODY_ENCODED, Code.NOT_JSON)
_PAID = (
    *_BODY,
    Code.KEY_CAP,
    Code.IDEMPOTENCY_KEY_BAD,
    Code.IDEMPOTENCY_MISMATCH,
    Code.DRAINING,
    Code.NO_UPSTREAM,
)
_FIELDS = (Code.FIELDS_MISSING, Code.FIELD_BAD)
_CAN: dict[Action, tuple[Code, ...]] = {
    Action.CREATE_JOB: _PAID,
    Action.POLL_JOB: (*_BODY, *_FIELDS, Code.PLAN_CLOSED, Code.RESULT_PRUNED),
    Action.BALANCE: (*_BODY, *_FIELDS),
    Action.CHAT: (*_PAID, Code.KEY_MISSING, Code.MODEL_UNKNOWN, Code.UPSTREAM_REFUSED),
    Action.MODELS: (*_ANY, Code.KEY_MISSING, Code.PLAN_CLOSED),
    Action.MODEL: (*_ANY, Code.KEY_MISSING, Code.KEY_UNKNOWN, Code.PLAN_CLOSED),
}
RARE: dict[Action, tuple[Code, ...]] = {
    action: tuple(code for code in codes if code not in MET[action]) for action, codes in _CAN.items()
}
"""What they may meet besides."""
