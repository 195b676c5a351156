"""The port to the prompt modes."""

from collections.abc import Mapping
from typing import Protocol

from slovomat.domain.mode import ModeParameter, ModeRef, Prompt


class ModeCatalogue(Protocol):
    """All modes of this instance, loaded and checked at start."""

    def ids(self) -> tuple[str, ...]:
        """Mode ids in the order of the contract."""

    def title(self, mode_id: str, language: str) -> str:
        """The mode's title in `ru` or `en`."""

    def ref(self, mode_id: str) -> ModeRef | None:
        """The mode's identity, or None when there is no such mode."""

    def parameters(self, mode_id: str) -> tuple[ModeParameter, ...]:
        """What the mode lets people choose; each has a default."""

    def render(self, mode_id: str, text: str, given: Mapping[str, object] | None = None) -> Prompt:
        """The prompt for the user's text, which is data, never a template.

        `given`: parameters that are not to stay at their defaults. Raises BadParameter.
        """

    def system(self, mode_id: str) -> str:
        """The system prompt alone, for chat requests to the model `mode-<id>`."""
