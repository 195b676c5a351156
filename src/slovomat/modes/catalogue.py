"""All modes of an instance: what the ModeCatalogue port asks for, and what the command line shows."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from slovomat.domain.mode import MODE_IDS, ModeParameter, ModeRef, Prompt
from slovomat.modes.header import described
from slovomat.modes.mode import Mode


class Listing(msgspec.Struct, frozen=True):
    """One line of a list of modes."""

    id: str
    title: str
    version: int
    digest: str
    path: Path


class Modes:
    """The modes by id; made by `load_modes`, never changed afterwards. An unknown id is a KeyError."""

    def __init__(self, modes: Mapping[str, Mode]) -> None:
        self._modes = {mode_id: modes[mode_id] for mode_id in MODE_IDS}

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

    def mode(self, mode_id: str) -> Mode:
        """The whole mode: its front matter (`header`), its file (`path`) and the file's text (`source`)."""
        return self._modes[mode_id]

    def listing(self, language: str) -> tuple[Listing, ...]:
        """Every mode with its title in the language, version, digest and file."""
        return tuple(
            Listing(mode_id, self.title(mode_id, language), mode.ref.version, mode.ref.digest, mode.path)
            for mode_id, mode in self._modes.items()
        )
