"""The books of a database file that no service has open, read as the next start would read them."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from slovomat.ports.store import Audit
from slovomat.storage.open import make_store


def audit(path: Path) -> Audit:
    """Opened by the service's own store, audited, closed."""

    async def audited() -> Audit:
        store = make_store(path)
        await store.open()
        try:
            return await store.audit()
        finally:
            await store.close_store()

    return asyncio.run(audited())


def rows(path: Path, question: str) -> list[tuple[object, ...]]:
    """What SQLite itself says."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def faults_of(path: Path) -> list[str]:
    """Everything that is wrong with the file and its books."""
    try:
        damage = [str(row[0]) for row in rows(path, "PRAGMA integrity_check(3)")]
        found = audit(path)
    except Exception as error:  # whatever stops the next start from opening it
        return [f"the database cannot be opened: {error}"]
    wrong = [f"integrity: {line}" for line in damage if line != "ok"]
    return wrong + [f"books: {violation}" for violation in found.violations]
