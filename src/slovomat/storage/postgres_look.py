"""What can be asked of a PostgreSQL database without changing anything in it."""

import msgspec

from slovomat.storage.postgres_tables import connected
from slovomat.storage.postgres_tx import PostgresTx, Statements
from slovomat.storage.queries import load_queries


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The server, and what is in the database. `risky`: settings under which a crash loses commits."""

    version: str
    risky: tuple[str, ...]
    standby: bool
    now_ms: int
    applied: tuple[str, ...]


async def look(url: str) -> Look:
    """Raises StoreUnavailableError."""
    async with connected(url) as connection:
        tx = PostgresTx(connection, Statements(load_queries("transfer")))
        settings = await tx.rows("server_settings")
        [(version, standby, now_ms, migrated)] = await tx.rows("server_state")
        applied = await tx.rows("migrations_in_force") if migrated else []
    return Look(
        version=version,
        risky=tuple(name for name, value in settings if value == "off"),
        standby=standby,
        now_ms=now_ms,
        applied=tuple(name for (name,) in applied),
    )


async def move_marks(url: str) -> dict[str, str]:
    """What the database says of a move to elsewhere; see slovomat.storage.moving."""
    if not (await look(url)).applied:
        return {}
    async with connected(url) as connection:
        tx = PostgresTx(connection, Statements(load_queries("transfer")))
        return dict(await tx.rows("move_marks"))
