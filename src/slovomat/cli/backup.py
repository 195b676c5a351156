"""`slovomat backup`: a consistent copy of the database while it is served, checked before it is told of."""

import contextlib
import io
import os
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slovomat.cli.books import audit_shape
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.places import Counted, name_of
from slovomat.cli.session import Session, make_data_folder

if TYPE_CHECKING:
    from slovomat.ports.store import Audit

SECRET = "secret.key"  # noqa: S105 - a file's name
DATABASE = "slovomat.db"


async def backup(
    session: Session,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="default: the folder backups in the data folder")
    ] = None,
    *,
    with_secret: Annotated[
        bool,
        typer.Option(
            "--with-secret", help="a tar of the database and secret.key, without which no key works"
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="replace a file that is there")] = False,
) -> None:
    """Copy the database while the service runs; the copy is checked before this reports success."""
    from slovomat.storage import sqlite_file

    await _must_be_there(session)
    target = file or _default_target(session, ".tar" if with_secret else ".db")
    if target.exists() and not force:
        raise FaultError(
            Exit.FAILED,
            f"{target} is there already; --force replaces it",
            f"{target} уже есть; --force заменит",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _draft(target) as draft:
        books = await _copy_checked(session, draft)
        if with_secret:
            await _must_fit(session, draft)
            _pack(draft, session.secret, session.env.now_ms())
        sqlite_file.put(draft, target)
    _report(session, target, books, with_secret)


async def _must_be_there(session: Session) -> None:
    where = session.settings.database
    if isinstance(where, Path):
        there = where.is_file()
    else:
        from slovomat.storage import sqlite_file
        from slovomat.storage.postgres_look import look

        applied = (await look(where)).applied
        there = bool(applied)
        if there and set(applied) != set(sqlite_file.known_migrations()):
            raise FaultError(
                Exit.DATABASE,
                "the database is of another version; take the copy with the slovomat that serves it",
                "база другой версии; делайте копию той версией slovomat, которая её обслуживает",
            )
    if not there:
        raise FaultError(
            Exit.NOT_FOUND,
            f"there is no database yet: {name_of(where)}",
            f"базы данных ещё нет: {name_of(where)}",
        )


def _default_target(session: Session, ending: str) -> Path:
    folder = session.settings.data / "backups"
    make_data_folder(session.settings.data)
    make_data_folder(folder)
    return folder / f"slovomat-{stamp(session)}{ending}"


def stamp(session: Session) -> str:
    """This moment, as it stands in a file's name."""
    return f"{datetime.fromtimestamp(session.env.now_ms() / 1000, UTC):%Y%m%dT%H%M%SZ}"


@contextlib.contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A name beside the target for what is not whole yet; nothing of it stays."""
    from slovomat.storage import sqlite_file

    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield draft
    finally:
        sqlite_file.sweep(draft)


async def _copy_checked(session: Session, draft: Path) -> "Audit":
    """The copy, and the audit of the books in it."""
    from slovomat.storage import sqlite_file
    from slovomat.storage.moving import write_file
    from slovomat.storage.open import make_store
    from slovomat.storage.postgres_tables import snapshot_of

    source = session.settings.database
    if isinstance(source, str):
        counted = Counted(session.out)
        async with snapshot_of(source) as snapshot:
            copied = await write_file(draft, snapshot, counted)
        counted.end()
        return copied.books
    sqlite_file.copy(source, draft)
    store = make_store(draft)
    await store.open()
    try:
        books = await store.audit()
    finally:
        await store.close_store()
    sqlite_file.settle(draft)
    return books


async def _must_fit(session: Session, draft: Path) -> None:
    """A secret that opens none of the copied keys is not packed as theirs."""
    from slovomat.cli.secret_files import fits

    if not await fits(draft, session.secret):
        raise FaultError(
            Exit.CONFIGURATION,
            f"the keys in this database were made with another secret than {session.settings.data / SECRET};"
            " run the backup where the service runs, or set SLOVOMAT_SECRET_FILE",
            f"ключи этой базы сделаны с другим секретом, не с {session.settings.data / SECRET}; делайте копию"
            " там, где работает сервис, или задайте SLOVOMAT_SECRET_FILE",
        )


def _pack(draft: Path, secret: bytes, now_ms: int) -> None:
    """Turns the copied database into a tar with the secret beside it."""
    packed = draft.with_name(draft.name + "-journal")  # one of the names that _draft sweeps away
    with (
        os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        tarfile.open(fileobj=file, mode="w") as archive,
        draft.open("rb") as database,
    ):
        text = secret.hex().encode()
        members = ((DATABASE, database, draft.stat().st_size), (SECRET, io.BytesIO(text), len(text)))
        for name, content, size in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = size, 0o600, now_ms // 1000
            archive.addfile(member, content)
        archive.close()
        file.flush()
        os.fsync(file.fileno())
    os.replace(packed, draft)


def _report(session: Session, target: Path, books: "Audit", with_secret: bool) -> None:
    if books.violations:
        raise FaultError(
            Exit.FAILED,
            f"{target} is a true copy, but its books are broken: see `slovomat audit`",
            f"{target} — точная копия, но в ней нарушены инварианты: см. `slovomat audit`",
        )
    secret = session.settings.data / SECRET
    keep = session.out.say(
        f"keep {secret} as well: without it no API key of this copy works (--with-secret packs both)",
        f"сохраните и {secret}: без него ни один ключ из копии не работает (--with-secret кладёт оба файла)",
    )
    if not with_secret:
        session.out.note(keep)
    size = target.stat().st_size
    session.out.done(
        {
            "file": str(target),
            "bytes": size,
            "with_secret": with_secret,
            "secret": None if with_secret else str(secret),
            "audit": audit_shape(books),
        },
        f"✓ {target}: {size} bytes, checked",
        f"✓ {target}: {size} байт, проверено",
    )
