"""A SQLite file as a kill leaves it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from slovomat.storage.sqlite_file import applied_migrations, quick_check

_ROWS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
SELECT i, hex(zeroblob(2000)) FROM n
"""


def killed_while_writing(folder: Path) -> Path:
    """A file beside the journal of a write that did not end, as in the first moments of a new instance."""
    alive, killed = folder / "alive.db", folder / "killed.db"
    with closing(sqlite3.connect(alive, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE migrations (name TEXT, filling TEXT)")
        connection.execute(f"INSERT INTO migrations {_ROWS}")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE migrations SET name = 'torn'")
        for ending in ("", "-journal"):
            shutil.copyfile(f"{alive}{ending}", f"{killed}{ending}")
        connection.execute("ROLLBACK")
    return killed


def test_what_a_kill_left_half_written_is_rolled_back_before_it_is_read(tmp_path: Path) -> None:
    """Who may only read cannot roll back, and would find the file unreadable."""
    path = killed_while_writing(tmp_path)
    assert "torn" not in applied_migrations(path)
    assert len(applied_migrations(path)) == 500
    assert quick_check(path) == "ok"
    assert not path.with_name("killed.db-journal").exists()
