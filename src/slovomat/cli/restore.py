"""`slovomat restore`: a backup, checked, in the place of the database that the settings name."""

import contextlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slovomat.cli import secret_files
from slovomat.cli.backup import DATABASE, SECRET, stamp
from slovomat.cli.books import audit_shape
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.places import Counted, aside_of, name_of
from slovomat.cli.session import Session, make_data_folder

if TYPE_CHECKING:
    from slovomat.ports.store import Audit

_SKIPPED_IDS = 1_000_000
"""Ids of generations that may have been given out since the backup: their owners must not be answered with
what others asked for."""
_SECRET_MOST_BYTES = 4_096


async def restore(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what `slovomat backup` has written")],
    *,
    force: Annotated[
        bool, typer.Option("--force", help="replace the database, and the secret, that are there")
    ] = False,
) -> None:
    """Put a backup in the place of the database; the service must not run."""
    where = session.settings.database
    folder = where.parent if isinstance(where, Path) else session.settings.data
    make_data_folder(session.settings.data)
    make_data_folder(folder)
    with _unpacked(file, folder) as (draft, packed):
        books = await _ready(draft, force)
        await secret_files.check(session, draft, packed, force)
        if isinstance(where, Path):
            aside = _put_file(session, draft, where, force)
        else:
            aside = None
            await _fill(session, draft, where, force)
        secret = secret_files.put(session, packed, stamp(session))
    _tell(session, file, books, aside, secret)


@contextlib.contextmanager
def _unpacked(file: Path, folder: Path) -> Iterator[tuple[Path, bytes | None]]:
    """A private copy of the backup's database, and the secret that was packed with it."""
    from slovomat.storage import sqlite_file

    if not file.is_file():
        raise FaultError(Exit.NOT_FOUND, f"no such file: {file}", f"нет такого файла: {file}")
    draft = folder / f".restore.{os.getpid()}.db"
    try:
        if tarfile.is_tarfile(file):
            yield draft, _unpack(file, draft)
        else:
            sqlite_file.copy(file, draft)
            yield draft, None
    finally:
        sqlite_file.sweep(draft)


def _unpack(file: Path, draft: Path) -> bytes:
    from slovomat.storage import sqlite_file

    with tarfile.open(file) as archive:
        try:
            database, secret = archive.extractfile(DATABASE), archive.extractfile(SECRET)
            if database is None or secret is None:
                raise KeyError(file)
            packed = bytes.fromhex(secret.read(_SECRET_MOST_BYTES).decode("ascii").strip())
        except (KeyError, ValueError):
            raise FaultError(
                Exit.FAILED,
                f"{file} is no backup of slovomat's: it needs {DATABASE} and {SECRET}",
                f"{file} — не копия slovomat: в ней должны быть {DATABASE} и {SECRET}",
            ) from None
        sqlite_file.make_private(draft)
        with draft.open("wb") as written:
            shutil.copyfileobj(database, written)
    return packed


async def _ready(draft: Path, force: bool) -> "Audit":
    """Brings the copy up to this version, checks it, and makes it one that lives here."""
    from slovomat.storage import moving, sqlite_file, sqlite_tables
    from slovomat.storage.open import make_store

    if (verdict := sqlite_file.quick_check(draft)) != "ok" or not sqlite_file.applied_migrations(draft):
        raise FaultError(
            Exit.DATABASE, f"the copy is damaged: {verdict}", f"копия повреждена: {verdict}"
        ) from None
    store = make_store(draft)
    await store.open()
    try:
        books = await store.audit()
    finally:
        await store.close_store()
    if books.violations and not force:
        raise FaultError(
            Exit.FAILED,
            f"the books in the copy are broken ({len(books.violations)} violations); --force takes them so",
            f"в книгах копии нарушения ({len(books.violations)}); --force примет их такими",
        )
    if await moving.marks(draft):
        await moving.stay(draft)
    with sqlite_tables.tables_of(draft) as tables:
        tables.skip_ids(_SKIPPED_IDS)
    sqlite_file.settle(draft)
    return books


def _put_file(session: Session, draft: Path, path: Path, force: bool) -> Path | None:
    """Where the database that was there is now."""
    from slovomat.storage import sqlite_file

    with sqlite_file.alone(path):
        aside = aside_of(path, stamp(session)) if path.exists() else None
        if aside and not force:
            raise FaultError(
                Exit.FAILED,
                f"{path} is there already; --force puts it aside",
                f"{path} уже есть; --force отложит его",
            )
        if aside:
            sqlite_file.put_aside(path, aside)
        sqlite_file.put(draft, path)
        return aside


async def _fill(session: Session, draft: Path, url: str, force: bool) -> None:
    from slovomat.storage import moving, sqlite_tables

    counted = Counted(session.out)
    with sqlite_tables.tables_of(draft) as tables:
        await moving.fill(url, tables, counted, replace=force, skip_ids=_SKIPPED_IDS)
    counted.end()


def _tell(session: Session, file: Path, books: "Audit", aside: Path | None, secret: str) -> None:
    out, named = session.out, name_of(session.settings.database)
    if aside:
        out.note(out.say(f"what was there is {aside} now", f"прежняя база теперь {aside}"))
    if secret == "missing":  # noqa: S105 - a word
        path = session.settings.data / SECRET
        out.note(
            out.say(
                f"put the instance's secret at {path} before the first start: else no key works",
                f"положите секрет экземпляра в {path} до первого запуска: иначе не заработает ни один ключ",
            )
        )
    out.done(
        {
            "file": str(file),
            "database": named,
            "replaced": str(aside) if aside else None,
            "secret": secret,
            "audit": audit_shape(books),
        },
        f"✓ {file} is in {named}, checked\n"
        "  ids given out after the backup are unknown from now on; next: slovomat doctor, slovomat serve",
        f"✓ {file} теперь в {named}, проверено\n"
        "  id, выданные после копии, теперь неизвестны; дальше: slovomat doctor, slovomat serve",
    )
