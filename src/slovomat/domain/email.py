"""E-mail addresses: their one form under which accounts are found, and which ones cannot be right."""

import re

MAX_CHARS = 254
_MAX_LOCAL_CHARS = 64
_LOCAL = re.compile(r"[^@\s,;:<>()\[\]\\\"]+")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


def normal_email(text: str) -> str | None:
    """Trimmed and in lower case; None for what nobody could be written to."""
    cleaned = text.strip().lower()
    local, at, domain = cleaned.rpartition("@")
    if not at or len(cleaned) > MAX_CHARS or len(local) > _MAX_LOCAL_CHARS or not cleaned.isprintable():
        return None
    labels = domain.split(".")
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    if not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return cleaned


def deleted_email(account_id: int) -> str:
    """What stands in place of the address of an account that was deleted: nothing can be sent there."""
    return f"deleted-{account_id}@invalid"
