"""A plausible refusal for every code: what the documentation shows is what the dialects make of it."""

from slovomat.dialects.json_body import bad_field
from slovomat.domain.refusal import Code, Refusal
from slovomat.settings import Settings

RETRY_AFTER_S = 12
_NAMES: dict[Code, dict[str, str | int]] = {
    Code.KEY_FORBIDS: {"what": "essay"},
    Code.NOT_JSON: {"detail": "line 1"},
    Code.MODEL_UNKNOWN: {"model": "gpt-0"},
    Code.METHOD_WRONG: {"methods": "POST, OPTIONS"},
    Code.BODY_ENCODED: {"encoding": "gzip"},
    Code.FIELDS_MISSING: {"fields": "key"},
    Code.MODE_UNKNOWN: {"field": "mode", "modes": "chat, shorter, continue, …"},
    Code.NO_UPSTREAM: {
        "detail": "loading the model",
        "remedy": "Try again in a minute.",
        "detail_ru": "модель загружается",
        "remedy_ru": "Повторите через минуту.",
    },
}
RETRIED = frozenset(
    {Code.TOO_OFTEN, Code.IDEMPOTENCY_IN_PROGRESS, Code.OVERLOADED, Code.DRAINING, Code.NO_UPSTREAM}
)
"""Refusals that pass by themselves: their answers carry Retry-After."""


def refusal_sample(
    code: Code, dialect: str, opens: tuple[str, ...], closed: str, settings: Settings
) -> Refusal:
    """The refusal of that code; `opens` are the plans with the API, `closed` is one without it."""
    if code is Code.FIELD_BAD:
        return bad_field("messages", "messages") if dialect == "openai" else bad_field("key", "string")
    names = dict(_NAMES.get(code, {}))
    if code is Code.PLAN_CLOSED:
        names = {"plans": ", ".join(opens), "plan": closed}
    if code is Code.BODY_TOO_LARGE:
        names = {"limit": settings.body_max_bytes}
    return Refusal(
        code=code,
        field="model" if code is Code.MODEL_UNKNOWN else None,
        names=names,
        balance_requests=1,
        retry_after_ms=RETRY_AFTER_S * 1000 if code in RETRIED else None,
    )
