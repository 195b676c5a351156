"""`slovomat migrate`: the database brought up to this version, or the whole instance to another one."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slovomat.cli.books import audit_shape
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.places import Counted, Where, name_of
from slovomat.cli.session import Session
from slovomat.masking import MASK, masked

if TYPE_CHECKING:
    from slovomat.storage.transfer import Transferred

_POSTGRES = ("postgresql://", "postgres://")
_ID_BYTES = 16


async def migrate(
    session: Session,
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            help="move the instance: postgresql://… or sqlite:///PATH; - reads the URL from standard input",
        ),
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="go on with an instance that has moved away, here")
    ] = False,
) -> None:
    """Make the database, or bring it up to this version; with --to, move the instance to another one."""
    if to and force:
        raise FaultError(
            Exit.USAGE,
            "--to moves, --force stays; not both",
            "--to переносит, --force оставляет; что-то одно",
        )
    if force:
        await _stay(session)
    if to:
        await _move(session, _place(session, to))
    else:
        await _bring_up(session)


async def _bring_up(session: Session) -> None:
    where = session.settings.database
    before = await _applied(where)
    async with session.store() as store:
        after = list(store.applied_migrations())
    applied = [name for name in after if name not in before]
    named, listed = name_of(where), ", ".join(applied)
    english = f"{named}: applied {listed}" if applied else f"{named}: nothing to do"
    russian = f"{named}: применено {listed}" if applied else f"{named}: всё уже применено"
    session.out.done({"database": named, "applied": applied, "in_force": after}, english, russian)


async def _applied(where: Where) -> list[str]:
    if isinstance(where, Path):
        from slovomat.storage import sqlite_file

        return sqlite_file.applied_migrations(where)
    from slovomat.storage.postgres_look import look

    return list((await look(where)).applied)


async def _stay(session: Session) -> None:
    from slovomat.storage.moving import marks, stay

    where = session.settings.database
    marked = await marks(where)
    if not marked:
        return
    await stay(where)
    place = marked.get("moved_to") or marked.get("moving_to") or "?"
    session.out.note(
        session.out.say(
            f"the instance is served here again; the copy at {place} must never be: what happened there since"
            " the move is not here",
            f"экземпляр снова обслуживается здесь; копию в {place} запускать нельзя: того, что было там после"
            " переезда, здесь нет",
        )
    )


async def _move(session: Session, target: Where) -> None:
    from slovomat.storage.moving import marks, move

    source = session.settings.database
    _check_way(source, target)
    with _alone(source):
        marked = await marks(source)
        if marked.get("moved_to") == name_of(target):
            _tell_again(session, target)
            return
        if place := marked.get("moved_to"):
            raise FaultError(
                Exit.FAILED, f"the instance has moved to {place} already", f"экземпляр уже переехал в {place}"
            )
        await _check_books(session)
        counted = Counted(session.out)
        move_id = session.env.random_bytes(_ID_BYTES).hex()
        moved = await move(source, target, name_of(target), move_id, counted)
        counted.end()
    _tell(session, target, moved)


def _place(session: Session, text: str) -> Where:
    url = sys.stdin.readline().strip() if text == "-" else text
    if url.startswith(_POSTGRES):
        if text != "-" and MASK in masked(url) and MASK not in url:
            session.out.note(
                session.out.say(
                    "the password was on the command line, where others on this machine can read it:"
                    " `--to -` takes the URL from standard input",
                    "пароль был в командной строке, её видят другие пользователи машины: `--to -` читает"
                    " адрес из стандартного ввода",
                )
            )
        return url
    path = url.removeprefix("sqlite:").removeprefix("//")
    if url.startswith("sqlite:") and path:
        return Path(os.path.realpath(path))
    raise FaultError(
        Exit.USAGE,
        "--to takes postgresql://… or sqlite:///PATH",
        "--to принимает postgresql://… или sqlite:///ПУТЬ",
    )


def _check_way(source: Where, target: Where) -> None:
    if isinstance(source, Path):
        if not source.is_file():
            raise FaultError(
                Exit.NOT_FOUND, f"there is no database yet: {source}", f"базы данных ещё нет: {source}"
            )
        source = Path(os.path.realpath(source))
    if source == target:
        raise FaultError(Exit.USAGE, "the instance is there already", "экземпляр уже там")


@contextlib.contextmanager
def _alone(source: Where) -> Iterator[None]:
    """No service on a SQLite file until the move is over; PostgreSQL's nodes are asked for by the move."""
    from slovomat.storage import sqlite_file

    if isinstance(source, str):
        yield
        return
    with sqlite_file.alone(source):
        yield


async def _check_books(session: Session) -> None:
    """Broken books are put right where they broke."""
    from slovomat.storage.open import make_store

    store = make_store(session.settings.database, patience_s=session.report_patience_s)
    await store.open()
    try:
        books = await store.audit()
    finally:
        await store.close_store()
    if books.violations:
        raise FaultError(
            Exit.FAILED,
            "the books of this instance are broken, and it stays; see `slovomat audit`",
            "в книгах экземпляра нарушения, он остаётся; см. `slovomat audit`",
        )


def _tell(session: Session, target: Where, moved: "Transferred") -> None:
    named, rows = name_of(target), sum(moved.rows.values())
    session.out.done(
        {
            "database": named,
            "rows": moved.rows,
            "digests": moved.digests,
            "audit": audit_shape(moved.books),
        },
        f"✓ {rows} rows are in {named}, compared, their books the same and in order\n"
        "  next: name it in SLOVOMAT_DATABASE_URL, keep secret.key as it is, slovomat doctor, slovomat serve",
        f"✓ {rows} строк в {named}, сверены, книги те же и в порядке\n"
        "  дальше: укажите его в SLOVOMAT_DATABASE_URL, secret.key оставьте, slovomat doctor, slovomat serve",
    )


def _tell_again(session: Session, target: Where) -> None:
    named = name_of(target)
    session.out.done(
        {"database": named, "rows": None, "digests": None, "audit": None},
        f"✓ the instance has moved to {named} already",
        f"✓ экземпляр уже переехал в {named}",
    )
