"""Opens the store that the settings name; the other one's driver is not even imported."""

from pathlib import Path

from slovomat.ports.store import Store
from slovomat.storage.store import SQLStore


def make_store(
    database: Path | str, *, replica_url: str = "", connections: int = 10, patience_s: float = 10.0
) -> Store:
    """The store in a SQLite file, or at a `postgresql://` URL; not open yet.

    `replica_url`: a replica that may be read; `patience_s`: how long PostgreSQL may take for a statement.
    """
    if isinstance(database, Path):
        from slovomat.storage.sqlite import SQLiteEngine

        return SQLStore(SQLiteEngine(database))
    from slovomat.storage.postgres import PostgresEngine

    return SQLStore(PostgresEngine(database, replica_url, connections, patience_s))
