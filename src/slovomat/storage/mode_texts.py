"""Versions of mode files that an operator edited: added, never changed; at most one of a mode is active."""

from slovomat.ports.journal import JournalNote
from slovomat.ports.mode_texts import ModeText
from slovomat.storage import journal
from slovomat.storage.tx import ConflictError, Row, Tx


async def version(tx: Tx) -> str:
    """Another value after each change of what is active."""
    found = await tx.rows("modes_version")
    return str(found[0][0]) if found else "0"


def _text(row: Row) -> ModeText:
    mode_id, revision, text, author, created_at_ms, active = row
    return ModeText(
        mode_id=mode_id,
        revision=revision,
        text=text,
        author=author,
        created_at_ms=created_at_ms,
        active=bool(active),
    )


async def active(tx: Tx) -> list[ModeText]:
    """The active texts."""
    return [_text(row) for row in await tx.rows("mode_texts_active")]


async def versions(tx: Tx, mode_id: str) -> list[ModeText]:
    """All of a mode, the newest first."""
    return [_text(row) for row in await tx.rows("mode_texts_of", mode_id=mode_id)]


async def find(tx: Tx, mode_id: str, revision: int) -> ModeText | None:
    """One of them."""
    found = await tx.rows("mode_text_find", mode_id=mode_id, revision=revision)
    return _text(found[0]) if found else None


async def activate(
    tx: Tx, mode_id: str, text: str, noted: JournalNote, since: int | None = None
) -> int | None:
    """Adds a version, which is the active one from now on; None when it is not `since` that it replaces."""
    await tx.run("modes_changed")  # its row's lock: one change of modes after another
    if since is not None and since != await _active_revision(tx, mode_id):
        return None
    revision = int((await tx.rows("mode_text_last", mode_id=mode_id))[0][0]) + 1
    await tx.run("mode_text_rest", mode_id=mode_id)
    added = await tx.run(
        "mode_text_add",
        mode_id=mode_id,
        revision=revision,
        text=text,
        author=noted.actor,
        now_ms=noted.at_ms,
    )
    if not added:
        raise ConflictError
    await journal.note(tx, noted)
    return revision


async def _active_revision(tx: Tx, mode_id: str) -> int:
    return int((await tx.rows("mode_text_active_revision", mode_id=mode_id))[0][0])


async def choose(tx: Tx, mode_id: str, revision: int, noted: JournalNote) -> bool:
    """Makes an older version the active one, or none (0), so that the file counts again."""
    if revision and await find(tx, mode_id, revision) is None:
        return False
    await tx.run("modes_changed")
    await tx.run("mode_text_rest", mode_id=mode_id)
    if revision:
        await tx.run("mode_text_choose", mode_id=mode_id, revision=revision)
    await journal.note(tx, noted)
    return True
