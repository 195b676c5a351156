"""What a client is told once."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slovomat.client.dialects import DIALECTS, DialectName
from slovomat.client.errors import InvalidKey
from slovomat.client.texts import Language, say

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_TIMEOUT_S = 300.0
DEFAULT_RETRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Checked settings of one client."""

    key: str = field(repr=False)
    base_url: str
    dialect: DialectName
    language: Language
    timeout_s: float
    retries: int
    knows_idempotency: bool
    clock: Callable[[], float]


def choose(
    key: str | None,
    base_url: str | None,
    environ: Mapping[str, str] = os.environ,
    *,
    dialect: DialectName,
    language: Language,
    timeout_s: float,
    retries: int,
    knows_idempotency: bool,
    clock: Callable[[], float],
) -> Options:
    """Arguments before the environment; InvalidKey without a key, ValueError for nonsense."""
    chosen_key = (key if key is not None else environ.get("SLOVOMAT_KEY", "")).strip()
    chosen_url = base_url or environ.get("SLOVOMAT_URL") or DEFAULT_URL
    if language not in {"ru", "en"}:
        raise ValueError(f"language is 'ru' or 'en', not {language!r}")
    if not chosen_key:
        raise InvalidKey(say(language, "key_missing"))
    if dialect not in DIALECTS:
        raise ValueError(f"dialect is one of {', '.join(DIALECTS)}, not {dialect!r}")
    if not chosen_url.startswith(("http://", "https://")):
        raise ValueError(f"base_url begins with http:// or https://, unlike {chosen_url!r}")
    return Options(
        key=chosen_key,
        base_url=chosen_url.rstrip("/"),
        dialect=dialect,
        language=language,
        timeout_s=timeout_s,
        retries=retries,
        knows_idempotency=knows_idempotency,
        clock=clock,
    )
