"""What can be asked of a SQLite file beside the running service: its health, its migrations, a copy."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from slovomat.ports.store import StoreUnavailableError
from slovomat.storage.queries import load_migrations, load_queries

_BUSY_TIMEOUT_S = 10
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file that is, or was, in use."""


class InUseError(Exception):
    """A running service holds the file."""


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keeps services from the file, as they keep each other. Raises InUseError when one runs on it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUseError(str(path)) from None
        yield


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


def move_marks(path: Path) -> dict[str, str]:
    """What the file says of a move to elsewhere; see slovomat.storage.moving."""
    if not applied_migrations(path):
        return {}
    with _opened(path) as connection:
        return dict(connection.execute(load_queries("transfer")["move_marks"]).fetchall())


def instance_value(path: Path, name: str) -> str:
    """A value of the instance's; empty where there is none."""
    with _opened(path) as connection:
        found = connection.execute(load_queries("transfer")["instance_named"], {"name": name}).fetchone()
        return str(found[0]) if found else ""


def quick_check(path: Path) -> str:
    """SQLite's own verdict on the file: `ok`, or what is wrong with it."""
    return _verdict(path, "PRAGMA quick_check(1)")


def copy(source: Path, target: Path) -> None:
    """Writes a consistent copy of a file in use to a new file of mode 0600.

    Raises FileExistsError, and StoreUnavailableError when either file will not do.
    """
    make_private(target)
    with _opened(source) as connection, _opened(target, "rw") as written:
        connection.backup(written)


def make_private(path: Path) -> None:
    """A new, empty file of mode 0600. Raises FileExistsError."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def settle(path: Path) -> None:
    """Makes a file that nobody uses whole in itself, checks it in full, and flushes it to the disk."""
    _end_journal(path)
    if (verdict := _verdict(path, "PRAGMA integrity_check(1)")) != "ok":
        raise StoreUnavailableError(f"{path}: {verdict}")
    flush(path)


def flush(path: Path) -> None:
    """Waits until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def put(draft: Path, path: Path) -> None:
    """Gives a settled draft its name, and waits until that is on the disk."""
    os.replace(draft, path)
    flush(path.parent)


def put_aside(path: Path, aside: Path) -> None:
    """Gives a database that nobody uses another name as well, before a draft takes its own.

    At no moment afterwards is there a file with another one's journal beside it. Raises
    StoreUnavailableError while a command is at work in it.
    """
    try:
        _verdict(path, "PRAGMA schema_version")
        _end_journal(path)
    except StoreUnavailableError as error:  # a damaged file is put aside as it is
        if getattr(error.__cause__, "sqlite_errorcode", 0) == sqlite3.SQLITE_BUSY:
            raise
    os.link(path, aside)
    for ending in _BESIDE:
        with contextlib.suppress(FileNotFoundError):
            os.replace(path.with_name(path.name + ending), aside.with_name(aside.name + ending))


def sweep(draft: Path) -> None:
    """Removes a draft, if it is still there, and what SQLite left beside it."""
    for ending in ("", *_BESIDE):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)


def _end_journal(path: Path) -> None:
    with _opened(path, "rw") as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _roll_back(path: Path) -> None:
    """A kill in the first moments of a file leaves a journal beside it, which only who may write can end."""
    with _opened(path, "rw") as connection:
        connection.execute("PRAGMA schema_version").fetchone()


def _verdict(path: Path, pragma: str) -> str:
    with _opened(path) as connection:
        return str(connection.execute(pragma).fetchone()[0])


@contextlib.contextmanager
def _opened(path: Path, mode: str = "ro") -> Iterator[sqlite3.Connection]:
    if mode == "ro" and path.with_name(f"{path.name}-journal").exists():
        _roll_back(path)
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None
        )
        with contextlib.closing(connection):
            yield connection
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"{path}: {error}") from error
