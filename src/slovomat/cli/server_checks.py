"""What `slovomat doctor` looks at on a PostgreSQL server; it changes nothing there."""

from typing import TYPE_CHECKING

from slovomat.cli.checks import Check
from slovomat.cli.places import name_of

if TYPE_CHECKING:
    from slovomat.cli.session import Session
    from slovomat.storage.postgres_look import Look

_CLOCKS_APART_MS = 2_000


async def server(session: "Session", url: str) -> tuple[list[Check], set[str]]:
    """The server's checks, and the migrations in force. Raises StoreUnavailableError."""
    from slovomat.storage.postgres_look import look

    began_ms = session.env.now_ms()
    seen = await look(url)
    between_ms = (began_ms + session.env.now_ms()) // 2
    found = [
        _database(session, url, seen),
        _durability(session, seen),
        _clocks(session, seen.now_ms - between_ms),
    ]
    return found, set(seen.applied)


def _database(session: "Session", url: str, seen: "Look") -> Check:
    detail = f"PostgreSQL {seen.version}, {name_of(url)}"
    if not seen.standby:
        return Check(name="database", state="ok", detail=detail)
    say = session.out.say
    return Check(
        name="database",
        state="fault",
        detail=say(f"{detail}: it follows another server", f"{detail}: он следует за другим сервером"),
        fix=say(
            "name the primary in SLOVOMAT_DATABASE_URL; a replica goes into SLOVOMAT_DATABASE_REPLICA_URL",
            "укажите основной сервер в SLOVOMAT_DATABASE_URL; реплике место в SLOVOMAT_DATABASE_REPLICA_URL",
        ),
    )


def _durability(session: "Session", seen: "Look") -> Check:
    """A commit that was told must survive the machine."""
    if not seen.risky:
        return Check(name="durability", state="ok", detail="fsync, full_page_writes, synchronous_commit")
    names = ", ".join(seen.risky)
    return Check(
        name="durability",
        state="warning",
        detail=session.out.say(
            f"off: {names}; after a crash of the machine, charges may be lost or the database damaged",
            f"выключено: {names}; сбой машины может унести списания или повредить базу",
        ),
        fix=", ".join(
            [
                *(f"{name} = on" for name in seen.risky),
                session.out.say(
                    "in postgresql.conf, then reload it", "в postgresql.conf, затем перечитайте его"
                ),
            ]
        ),
    )


def _clocks(session: "Session", apart_ms: int) -> Check:
    """Leases are by the database's clock, days and expiries by the node's."""
    say, apart_s = session.out.say, round(apart_ms / 1000, 1)
    detail = say(f"{apart_s:+} s from this machine's", f"{apart_s:+} с от часов этой машины")
    if abs(apart_ms) <= _CLOCKS_APART_MS:
        return Check(name="database clock", state="ok", detail=detail)
    fix = say("set both clocks (timedatectl set-ntp true)", "выставьте часы обеих (timedatectl set-ntp true)")
    return Check(name="database clock", state="warning", detail=detail, fix=fix)
