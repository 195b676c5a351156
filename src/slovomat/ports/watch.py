"""The port through which the use cases tell what happens: metrics and logs."""

from typing import Protocol

from slovomat.domain.events import Failure, Usage


class Watch(Protocol):
    """Hears of every generation's end and every failed upstream call. Never blocks, never fails."""

    def upstream_failed(self, upstream: str, failure: Failure) -> None:
        """One call failed; it may be retried."""

    def store_failed(self, detail: str) -> None:
        """An outcome could not be written at once."""

    def generation_ended(self, dialect: str, outcome: str, usage: Usage, seconds: float) -> None:
        """A generation ended: `settled`, `released`, with the reason after a colon where there is one."""

    def said(self, generation: int, prompt: str | bytes, answer: str) -> None:
        """What was asked and answered; kept only where the operator asked for texts in the log."""
