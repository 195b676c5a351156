"""Addresses as they may be shown: without the password in them."""

import re
from pathlib import Path
from typing import Any

MASK = "********"
_WEB = ("http://", "https://")
_PASSWORD_FIELD = re.compile(r"(?i)([?&](?:ssl)?password=)[^&]*")
_AUTHORITY = re.compile(r"[^/?#]*")


def masked(text: str) -> str:
    """A URL without its password; other text as it is.

    A database's password may hold a bare `/` or `@` by mistake: there all before the last @ is hidden.
    """
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text
    rest = _PASSWORD_FIELD.sub(rf"\1{MASK}", rest)
    match_of_authority = _AUTHORITY.match(rest)
    authority = match_of_authority[0] if match_of_authority else ""
    web = text.lower().startswith(_WEB)
    credentials, at, place = (authority if web else rest).rpartition("@")
    if not at:
        return f"{scheme}://{rest}"
    user, colon, _ = credentials.partition(":")
    shown = f"{user}:{MASK}" if colon else MASK if web else user
    return f"{scheme}://{shown}@{place}{rest[len(authority) :] if web else ''}"


def shown(value: Any) -> Any:
    """A setting as JSON may say it: secrets masked, and the passwords in addresses."""
    from pydantic import SecretStr

    match value:
        case SecretStr():
            return MASK if value.get_secret_value() else ""
        case Path():
            return str(value)
        case tuple():
            return list(value)
        case str():
            return masked(value)
        case _:
            return value
