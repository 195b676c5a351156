"""`slovomat migrate` and `slovomat backup`: the database file, kept current and kept safe."""

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
from slovomat.cli.session import Session, make_data_folder

if TYPE_CHECKING:
    from slovomat.ports.store import Audit

_SECRET = "secret.key"  # noqa: S105 - a file's name
_DATABASE = "slovomat.db"


async def migrate(session: Session) -> None:
    """Make the database, or bring it up to this version; the service does the same at its start."""
    from slovomat.storage import sqlite_file

    path = session.settings.database_path
    before = sqlite_file.applied_migrations(path)
    async with session.store() as store:
        after = list(store.applied_migrations())
    applied = [name for name in after if name not in before]
    listed = ", ".join(applied)
    english = f"{path}: applied {listed}" if applied else f"{path}: nothing to do"
    russian = f"{path}: применено {listed}" if applied else f"{path}: всё уже применено"
    session.out.done({"database": str(path), "applied": applied, "in_force": after}, english, russian)


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
    settings = session.settings
    if not settings.database_path.is_file():
        raise FaultError(
            Exit.NOT_FOUND,
            f"there is no database yet: {settings.database_path}",
            f"базы данных ещё нет: {settings.database_path}",
        )
    target = file or _default_target(session, ".tar" if with_secret else ".db")
    if target.exists() and not force:
        raise FaultError(
            Exit.FAILED,
            f"{target} is there already; --force replaces it",
            f"{target} уже есть; --force заменит",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _draft(target) as draft:
        books = await _copy_checked(settings.database_path, draft)
        if with_secret:
            _pack(draft, session.secret, session.env.now_ms())
        os.replace(draft, target)
    _report(session, target, books, with_secret)


def _default_target(session: Session, ending: str) -> Path:
    folder = session.settings.data / "backups"
    make_data_folder(folder)
    at = datetime.fromtimestamp(session.env.now_ms() / 1000, UTC)
    return folder / f"slovomat-{at:%Y%m%dT%H%M%SZ}{ending}"


@contextlib.contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A name beside the target for what is not whole yet; nothing of it stays."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield draft
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + ending).unlink(missing_ok=True)


async def _copy_checked(source: Path, draft: Path) -> "Audit":
    """The copy, and the audit of the books in it."""
    from slovomat.storage import sqlite_file
    from slovomat.storage.open import make_store

    sqlite_file.copy(source, draft)
    store = make_store(draft)
    await store.open()
    try:
        books = await store.audit()
    finally:
        await store.close_store()
    sqlite_file.settle(draft)
    return books


def _pack(draft: Path, secret: bytes, now_ms: int) -> None:
    """Turns the copied database into a tar with the secret beside it."""
    packed = draft.with_name(draft.name + "-journal")  # one of the names that _draft sweeps away
    with (
        os.fdopen(os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        tarfile.open(fileobj=file, mode="w") as archive,
        draft.open("rb") as database,
    ):
        text = secret.hex().encode()
        members = ((_DATABASE, database, draft.stat().st_size), (_SECRET, io.BytesIO(text), len(text)))
        for name, content, size in members:
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = size, 0o600, now_ms // 1000
            archive.addfile(member, content)
    os.replace(packed, draft)


def _report(session: Session, target: Path, books: "Audit", with_secret: bool) -> None:
    if books.violations:
        raise FaultError(
            Exit.FAILED,
            f"{target} is a true copy, but its books are broken: see `slovomat audit`",
            f"{target} — точная копия, но в ней нарушены инварианты: см. `slovomat audit`",
        )
    secret = session.settings.data / _SECRET
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
