"""The port to letters, as those see it who have something to tell."""

from collections.abc import Mapping
from typing import Any, Protocol

from slovomat.domain.ids import AccountId


class Writes(Protocol):
    """Takes letters; they leave later."""

    async def write(
        self,
        kind: Any,
        account_id: AccountId | None,
        to: str,
        language: str,
        facts: Mapping[str, str | int],
        *,
        once: str,
    ) -> bool:
        """Takes a letter; False: what comes with the same `once` was told before."""
