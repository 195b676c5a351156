"""All modes of an instance: what the ModeCatalogue port asks for, and what the command line shows."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from slovomat.domain.mode import MODE_IDS, ModeParameter, ModeRef, Prompt
from slovomat.modes.header import described
from slovomat.modes.mode import Mode
from slovomat.modes.packaged import PACKAGED, SUFFIX
from slovomat.ports.modes import ModeFault, ModeOrigin

if TYPE_CHECKING:
    from slovomat.modes.draft import Draft


class Listing(msgspec.Struct, frozen=True):
    """One line of a list of modes."""

    id: str
    title: str
    version: int
    digest: str
    path: Path


class Modes:
    """The modes by id: those of the files, made by `load_modes`, and over them what an operator has edited.

    An unknown id is a KeyError.
    """

    def __init__(self, modes: Mapping[str, Mode]) -> None:
        self._files = {mode_id: modes[mode_id] for mode_id in MODE_IDS}
        self._modes = self._files

    def ids(self) -> tuple[str, ...]:
        """Mode ids in the order of the contract."""
        return MODE_IDS

    def title(self, mode_id: str, language: str) -> str:
        """The mode's title in `ru`, or in English."""
        titles = self._modes[mode_id].header.titles
        return titles.ru if language == "ru" else titles.en

    def ref(self, mode_id: str) -> ModeRef | None:
        """The mode's identity, or None when there is no such mode."""
        mode = self._modes.get(mode_id)
        return mode.ref if mode else None

    def parameters(self, mode_id: str) -> tuple[ModeParameter, ...]:
        """What the mode lets people choose, in the order of its file."""
        return tuple(described(one) for one in self._modes[mode_id].header.parameters)

    def render(self, mode_id: str, text: str, given: Mapping[str, object] | None = None) -> Prompt:
        """The prompt for the user's text; `given` names parameters that are not to stay at their defaults."""
        return self._modes[mode_id].render(text, given)

    def system(self, mode_id: str) -> str:
        """The system prompt alone, for chat requests to the model `mode-<id>`."""
        return self._modes[mode_id].system()

    def source(self, mode_id: str) -> str:
        """The text of the mode's file, or of what an operator made of it."""
        return self._modes[mode_id].source

    def origin(self, mode_id: str) -> ModeOrigin:
        """Where the text in force comes from."""
        if self._modes[mode_id] is not self._files[mode_id]:
            return "edited"
        return "packaged" if self._files[mode_id].path.parent == PACKAGED else "folder"

    def file_source(self, mode_id: str) -> str:
        """The text of the mode's file, whatever an operator has put in its place."""
        return self._files[mode_id].source

    def packaged_source(self, mode_id: str) -> str:
        """The text that comes with the program."""
        return (PACKAGED / f"{mode_id}{SUFFIX}").read_text("utf-8")

    def draft(self, mode_id: str, text: str) -> "Draft | ModeFault":
        """Another text for the mode, to be tried, or what is wrong with it."""
        from slovomat.modes.draft import draft_of

        return draft_of(mode_id, text)

    def adopt(self, texts: Mapping[str, str]) -> dict[str, ModeFault]:
        """These modes are as their texts say, all others as their files do, from one moment on.

        A text that cannot be used (of an older version, perhaps) leaves its mode as it was in the file.
        """
        adopted, faults = dict(self._files), {}
        for mode_id, text in texts.items():
            made = (
                ModeFault(0, "there is no such mode") if mode_id not in adopted else self.draft(mode_id, text)
            )
            if isinstance(made, ModeFault):
                faults[mode_id] = made
            else:
                adopted[mode_id] = made.mode
        self._modes = adopted
        return faults

    def mode(self, mode_id: str) -> Mode:
        """The whole mode: its front matter (`header`), its file (`path`) and the file's text (`source`)."""
        return self._modes[mode_id]

    def listing(self, language: str) -> tuple[Listing, ...]:
        """Every mode with its title in the language, version, digest and file."""
        return tuple(
            Listing(mode_id, self.title(mode_id, language), mode.ref.version, mode.ref.digest, mode.path)
            for mode_id, mode in self._modes.items()
        )
