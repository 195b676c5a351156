"""An instance leaves a place for another: marked before, whole or not at all, and marked for good after.

Whoever is killed on the way leaves a source that says where it was going, and a target that has nothing
or everything, since that is one transaction there. The next run goes on from either.
"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from slovomat.ports.store import Store
from slovomat.storage import postgres_tables, sqlite_file, sqlite_tables
from slovomat.storage.open import make_store
from slovomat.storage.postgres_look import move_marks
from slovomat.storage.postgres_tables import PostgresTables
from slovomat.storage.tables import Place, Progress
from slovomat.storage.transfer import Transferred, compare, transfer

MOVING_TO, MOVED_TO, _MOVE_ID = "moving_to", "moved_to", "move_id"
Where = Path | str
"""A SQLite file, or the URL of a PostgreSQL database."""


class TakenError(Exception):
    """A place must not be filled, or left: `served` by a running service, `occupied` by an instance."""

    def __init__(self, where: Where, why: Literal["served", "occupied"]) -> None:
        super().__init__(why)
        self.where = where
        self.why = why


async def marks(where: Where) -> dict[str, str]:
    """Where the instance in this place was moving to, or has moved to; changes nothing."""
    return sqlite_file.move_marks(where) if isinstance(where, Path) else await move_marks(where)


async def stay(where: Where) -> None:
    """Takes a move's marks away: the instance is served here."""
    async with _opened(where) as store:
        for mark in (MOVING_TO, MOVED_TO):
            await store.set_instance_value(mark, "")


async def move(source: Where, target: Where, named: str, move_id: str, progress: Progress) -> Transferred:
    """Moves the instance, or ends what a killed run began.

    `named`: the target, for people. `move_id`: new, and used if this is the first run.
    Raises TakenError, TransferError, StoreUnavailableError.
    """
    async with _opened(source) as store:
        move_id = await store.instance_value(_MOVE_ID) or move_id
        await _look(source, target, move_id)
        await store.set_instance_value(_MOVE_ID, move_id)
        await store.set_instance_value(MOVING_TO, named)
    async with _leaving(source) as left:
        moved = await fill(target, left, progress, move_id=move_id)
    async with _opened(source) as store:
        await store.set_instance_value(MOVED_TO, named)
        await store.set_instance_value(MOVING_TO, "")
    return moved


async def fill(
    target: Where,
    source: Place,
    progress: Progress,
    *,
    move_id: str = "",
    replace: bool = False,
    skip_ids: int = 0,
) -> Transferred:
    """Fills a place: with `replace` whatever is there. Raises as `move` does.

    A place that an earlier run of the same move has filled is only compared.
    """
    if isinstance(target, Path):
        return await _fill_file(target, source, progress, move_id)
    async with postgres_tables.tables_of(target, "lock_for_filling") as there:
        if await _is_fit(there, target, move_id, replace):
            return await compare(source, there)
        await there.clear()
        filled = await transfer(source, there, progress)
        await there.continue_ids(skip_ids)
        return filled


async def write_file(path: Path, source: Place, progress: Progress, skip_ids: int = 0) -> Transferred:
    """Fills a new SQLite file of mode 0600, and flushes it to the disk."""
    sqlite_file.make_private(path)
    async with _opened(path):
        pass  # made and migrated
    with sqlite_tables.tables_of(path) as there:
        there.clear()
        filled = await transfer(source, there, progress)
        there.check_references()
        if skip_ids:
            there.skip_ids(skip_ids)
    sqlite_file.settle(path)
    return filled


async def _fill_file(path: Path, source: Place, progress: Progress, move_id: str) -> Transferred:
    try:
        with sqlite_file.alone(path):
            if _is_filled(path, move_id):
                with sqlite_tables.tables_of(path) as there:
                    return await compare(source, there)
            draft = path.with_name(f".{path.name}.moving")
            sqlite_file.sweep(draft)
            filled = await write_file(draft, source, progress)
            sqlite_file.put(draft, path)
            return filled
    except sqlite_file.InUseError:
        raise TakenError(path, "served") from None


def _is_filled(path: Path, move_id: str) -> bool:
    """Whether the same move has made the file before. Raises TakenError if another one, or nobody, has."""
    if not path.exists():
        return False
    if sqlite_file.instance_value(path, _MOVE_ID) != move_id:
        raise TakenError(path, "occupied")
    return True


async def _look(source: Where, target: Where, move_id: str) -> None:
    """Refuses before anything is marked or locked."""
    if isinstance(source, str):
        async with postgres_tables.snapshot_of(source) as there:
            if await there.is_served():
                raise TakenError(source, "served")
    if isinstance(target, Path):
        _is_filled(target, move_id)
    else:
        async with _opened(target), postgres_tables.snapshot_of(target) as there:
            await _is_fit(there, target, move_id, replace=False)


async def _is_fit(there: PostgresTables, target: str, move_id: str, replace: bool) -> bool:
    """Whether the place has been filled by the same move before. Raises TakenError if by another."""
    if await there.is_served():
        raise TakenError(target, "served")
    if move_id and await there.instance_value(_MOVE_ID) == move_id:
        return True
    if not replace and await there.has_accounts():
        raise TakenError(target, "occupied")
    return False


@contextlib.asynccontextmanager
async def _leaving(source: Where) -> AsyncIterator[Place]:
    """The source's tables, which nobody changes meanwhile."""
    if isinstance(source, Path):
        with sqlite_tables.tables_of(source) as file:
            yield file
    else:
        async with postgres_tables.tables_of(source, "lock_for_reading") as database:
            if await database.is_served():
                raise TakenError(source, "served")
            yield database


@contextlib.asynccontextmanager
async def _opened(where: Where) -> AsyncIterator[Store]:
    """The store there, made and migrated."""
    store = make_store(where)
    await store.open()
    try:
        yield store
    finally:
        await store.close_store()
