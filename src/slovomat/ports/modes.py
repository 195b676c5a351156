"""The port to the prompt modes."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from slovomat.domain.mode import ModeParameter, ModeRef, Prompt

ModeOrigin = Literal["packaged", "folder", "edited"]
"""Where a mode's text comes from: the program, the operator's folder, or the operator's desk."""


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


class ModeFault(msgspec.Struct, frozen=True):
    """Why a text cannot be a mode, and in which line (0: as a whole)."""

    line: int
    what: str


class ModeDraft(Protocol):
    """A mode's text that passed all checks, and is not in force."""

    @property
    def ref(self) -> ModeRef:
        """What a generation made with it would be marked with."""

    @property
    def trials(self) -> tuple[str, ...]:
        """The inputs of its own tests."""

    @property
    def parameters(self) -> tuple[ModeParameter, ...]:
        """What it lets people choose."""

    def render(self, text: str, given: Mapping[str, object] | None = None) -> Prompt:
        """The prompt for a text; a value outside its parameter's limits is a ValueError."""

    def faults(self, trial: int, answer: str) -> Sequence[str]:
        """What is wrong with a model's answer to the trial of that number, from 0."""


class ModeWorkshop(ModeCatalogue, Protocol):
    """The modes, and what an operator may make of them while the service runs."""

    def source(self, mode_id: str) -> str:
        """The text in force."""

    def origin(self, mode_id: str) -> ModeOrigin:
        """Where the text in force comes from."""

    def file_source(self, mode_id: str) -> str:
        """The text of the file that counts when nothing is edited."""

    def packaged_source(self, mode_id: str) -> str:
        """The text that comes with the program."""

    def draft(self, mode_id: str, text: str) -> ModeDraft | ModeFault:
        """Another text for the mode, checked as its file would be."""

    def adopt(self, texts: Mapping[str, str]) -> Mapping[str, ModeFault]:
        """Puts these texts in force over the files, all at once; those that cannot be used, and why."""
