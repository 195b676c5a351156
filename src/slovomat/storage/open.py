"""Opens the store that the settings name."""

from pathlib import Path

from slovomat.ports.store import Store
from slovomat.storage.postgres import PostgresEngine
from slovomat.storage.sqlite import SQLiteEngine
from slovomat.storage.store import SQLStore


def make_store(database: Path | str, connections: int = 10) -> Store:
    """The store in a SQLite file, or at a `postgresql://` URL; not open yet."""
    if isinstance(database, Path):
        return SQLStore(SQLiteEngine(database))
    return SQLStore(PostgresEngine(database, connections))
