"""Chance: the one place of the client that draws it."""

import secrets  # noqa: TID251 - the client imports nothing else of slovomat, so not its Env either


def new_idempotency_key() -> str:
    """A name that no other submit has."""
    return secrets.token_urlsafe(18)
