"""What a call brings."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Submitted:
    """An accepted request; `balance` counts the requests left, None when the service did not say."""

    id: int
    balance: int | None


@dataclass(frozen=True, slots=True)
class Processing:
    """The text is not ready yet."""

    id: int


@dataclass(frozen=True, slots=True)
class Completed:
    """The text is ready."""

    id: int
    result: str


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no text; the price is back on the balance."""

    id: int
    message: str


Status: TypeAlias = Processing | Completed | Failed
