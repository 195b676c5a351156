"""The ModeTexts port over any engine."""

from slovomat.ports.journal import JournalNote
from slovomat.ports.mode_texts import ModeText
from slovomat.storage import mode_texts
from slovomat.storage.tx import Engine


class SQLModeTexts:
    """Each method is one transaction; see slovomat.ports.mode_texts for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def version(self) -> str:
        return await self._engine.read(mode_texts.version)

    async def active(self) -> list[ModeText]:
        return await self._engine.read(mode_texts.active)

    async def versions(self, mode_id: str) -> list[ModeText]:
        return await self._engine.report(mode_texts.versions, mode_id)

    async def find(self, mode_id: str, revision: int) -> ModeText | None:
        return await self._engine.read(mode_texts.find, mode_id, revision)

    async def activate(
        self, mode_id: str, text: str, note: JournalNote, since: int | None = None
    ) -> int | None:
        return await self._engine.write(mode_texts.activate, mode_id, text, note, since)

    async def choose(self, mode_id: str, revision: int, note: JournalNote) -> bool:
        return await self._engine.write(mode_texts.choose, mode_id, revision, note)
