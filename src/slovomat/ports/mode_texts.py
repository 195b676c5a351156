"""The port to mode files that the operator edits: versions, of which at most one a mode is active."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from slovomat.ports.journal import JournalNote


class ModeText(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a mode's file. `revision` counts from 1 in each mode."""

    mode_id: str
    revision: int
    text: str
    author: str
    created_at_ms: int
    active: bool


class ModeTexts(Protocol):
    """Versions are only added. What is active overrides the packaged file and the operator's folder."""

    async def version(self) -> str:
        """Another value after each change of what is active."""

    async def active(self) -> Sequence[ModeText]:
        """The active texts, at most one for each mode."""

    async def versions(self, mode_id: str) -> Sequence[ModeText]:
        """All of a mode, the newest first."""

    async def find(self, mode_id: str, revision: int) -> ModeText | None:
        """One of them."""

    async def activate(
        self, mode_id: str, text: str, note: JournalNote, since: int | None = None
    ) -> int | None:
        """Adds the text as a new version and makes it the active one; its revision.

        None, and nothing is written, when another than the revision `since` (0: the file) is active by now.
        """

    async def choose(self, mode_id: str, revision: int, note: JournalNote) -> bool:
        """Makes an older version active again, or with revision 0 the file; False when there is none such."""
