"""The instance's secret as a backup has it: whether it opens the keys there, and how it comes back."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.places import aside_of

if TYPE_CHECKING:
    from slovomat.cli.session import Session

NAME = "secret.key"


async def fits(database: Path, secret: bytes) -> bool:
    """Whether the keys in a SQLite file were made with this secret, as far as the file can tell."""
    from slovomat.storage.open import make_store
    from slovomat.usecases.first_start import knows_secret

    store = make_store(database)
    await store.open()
    try:
        return await store.instance_value("secret_mark") is None or await knows_secret(store, secret)
    finally:
        await store.close_store()


def in_force(session: "Session") -> bytes | None:
    """The secret that a service started now would use; none is made."""
    given = session.settings.secret.get_secret_value()
    there = (session.settings.data / NAME).exists()
    return session.secret if given or there else None


async def check(session: "Session", copy: Path, packed: bytes | None, force: bool) -> None:
    """Refuses a secret that would open none of the copy's keys, or take another one's place unasked."""
    present = in_force(session)
    if packed and session.settings.secret.get_secret_value() and packed != present:
        raise FaultError(
            Exit.CONFIGURATION,
            "SLOVOMAT_SECRET is not the secret in the copy; take it away, or set it to the copy's",
            "SLOVOMAT_SECRET — не тот секрет, что в копии; уберите его или задайте секрет из копии",
        )
    if packed and present and packed != present and not force:
        raise FaultError(
            Exit.FAILED,
            f"{session.settings.data / NAME} is not the secret in the copy; --force puts it aside",
            f"{session.settings.data / NAME} — не тот секрет, что в копии; --force отложит его",
        )
    wanted = packed or present
    if not wanted or await fits(copy, wanted):
        return
    english = "the keys in the copy were made with another secret, and none works without it"
    russian = "ключи в копии сделаны с другим секретом, без него ни один не работает"
    if force:
        session.out.note(session.out.say(english, russian))
        return
    raise FaultError(
        Exit.CONFIGURATION,
        f"{english}; put its secret.key into {session.settings.data} first, or give --force",
        f"{russian}; сначала положите её secret.key в {session.settings.data} или дайте --force",
    )


def put(session: "Session", packed: bytes | None, at: str) -> str:
    """Puts a backup's secret in place: `restored`, or `kept`, or `missing` where there is none at all."""
    path = session.settings.data / NAME
    if packed is None:
        return "kept" if in_force(session) else "missing"
    if packed == in_force(session):
        return "kept"
    draft = path.with_name(f".{NAME}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(packed.hex())
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        os.link(path, aside_of(path, at))
    os.replace(draft, path)
    return "restored"
