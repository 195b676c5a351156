"""What can be asked of a SQLite file beside the running service: its health, its migrations, a copy."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.queries import load_migrations

_BUSY_TIMEOUT_S = 10


def applied_migrations(path: Path) -> list[str]:
    """The migrations in force in the file; none where there is no file or no table of them."""
    if not path.exists():
        return []
    with _opened(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone():
            return []
        return [row[0] for row in connection.execute("SELECT name FROM migrations ORDER BY name")]


def known_migrations() -> list[str]:
    """The migrations that this program has."""
    return [name for name, _ in load_migrations("sqlite")]


def quick_check(path: Path) -> str:
    """SQLite's own verdict on the file: `ok`, or what is wrong with it."""
    return _verdict(path, "PRAGMA quick_check(1)")


def copy(source: Path, target: Path) -> None:
    """Writes a consistent copy of a file in use to a new file of mode 0600.

    Raises FileExistsError, and StoreUnavailableError when either file will not do.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _opened(source) as connection, _opened(target, "rw") as written:
        connection.backup(written)


def settle(path: Path) -> None:
    """Makes a file that nobody uses whole in itself, checks it in full, and flushes it to the disk."""
    with _opened(path, "rw") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    if (verdict := _verdict(path, "PRAGMA integrity_check(1)")) != "ok":
        raise StoreUnavailableError(f"{path}: {verdict}")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _verdict(path: Path, pragma: str) -> str:
    with _opened(path) as connection:
        return str(connection.execute(pragma).fetchone()[0])


@contextlib.contextmanager
def _opened(path: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None
        )
        with contextlib.closing(connection):
            yield connection
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"{path}: {error}") from error
