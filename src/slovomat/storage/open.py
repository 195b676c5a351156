"""Opens the store that the settings name."""

from pathlib import Path

from slovomat.ports.store import Store
from slovomat.storage.sqlite import SQLiteEngine
from slovomat.storage.store import SQLStore


def make_store(database_path: Path) -> Store:
    """The store on a SQLite file; not open yet."""
    return SQLStore(SQLiteEngine(database_path))
