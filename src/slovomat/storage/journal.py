"""The operator's journal: lines are added, never changed."""

import msgspec

from slovomat.ports.journal import JournalNote, JournalPage, JournalQuery, JournalRow
from slovomat.storage.tx import Row, Tx

_ANY = 1 << 62


async def note(tx: Tx, noted: JournalNote) -> int:
    """Adds a line, in whatever transaction the deed itself is; its id."""
    made = await tx.rows(
        "journal_add",
        at_ms=noted.at_ms,
        actor_id=noted.actor_id,
        actor=noted.actor,
        action=noted.action,
        target_kind=noted.target_kind,
        target_id=noted.target_id,
        reason=noted.reason,
        details=msgspec.json.encode(noted.details, order="sorted").decode(),
        address=noted.address,
    )
    return int(made[0][0])


async def page(tx: Tx, query: JournalQuery) -> JournalPage:
    """Lines, the newest first, and where the next page begins."""
    found = await tx.rows(
        "journal_page",
        before=query.before or _ANY,
        actor_id=query.actor_id,
        action=query.action,
        target_kind=query.target_kind,
        target_id=query.target_id,
        from_ms=query.from_ms,
        until_ms=query.until_ms,
        limit=query.limit + 1,
    )
    rows = tuple(_line(row) for row in found[: query.limit])
    return JournalPage(rows, rows[-1].id if len(found) > query.limit else None)


def _line(row: Row) -> JournalRow:
    line_id, at_ms, actor_id, actor, action, reason, target_kind, target_id, details, address = row
    noted = JournalNote(
        at_ms=at_ms,
        actor_id=actor_id,
        actor=actor,
        action=action,
        reason=reason,
        target_kind=target_kind,
        target_id=target_id,
        details=msgspec.json.decode(details, type=dict[str, str | int]),
        address=address,
    )
    return JournalRow(line_id, noted)


async def actions(tx: Tx) -> list[str]:
    """The words for actions that occur."""
    return [action for (action,) in await tx.rows("journal_actions")]
