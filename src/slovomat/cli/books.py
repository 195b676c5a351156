"""`slovomat audit`: the books, checked."""

from typing import TYPE_CHECKING, Any

from slovomat.cli.exits import Exit
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.ports.store import Audit


async def audit(session: Session) -> Exit:
    """Check every invariant of the ledger; the exit code is 0 only when all hold."""
    async with session.store() as store:
        books = await store.audit()
    out = session.out

    def people() -> None:
        for violation in books.violations:
            out.line(f"✗ {violation.invariant}, {violation.row_id}: {violation.detail}")
        if not books.violations:
            out.line(out.say("✓ every invariant holds", "✓ все инварианты соблюдены"))
        out.line(
            out.say(
                f"{books.granted} granted = {books.available} available + {books.held} held"
                f" + {books.spent} spent; {books.entries} entries",
                f"выдано {books.granted} = доступно {books.available} + отложено {books.held}"
                f" + потрачено {books.spent}; записей {books.entries}",
            )
        )

    out.result(audit_shape(books), people)
    return Exit.FAILED if books.violations else Exit.OK


def audit_shape(books: "Audit") -> dict[str, Any]:
    """An audit in JSON; figures in requests, over all accounts."""
    return {
        "ok": not books.violations,
        "violations": [
            {"invariant": one.invariant, "id": one.row_id, "detail": one.detail} for one in books.violations
        ],
        "granted": books.granted,
        "available": books.available,
        "held": books.held,
        "spent": books.spent,
        "entries": books.entries,
    }
