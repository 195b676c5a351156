"""What `slovomat doctor` looks at in the database; it neither makes nor migrates one."""

from pathlib import Path
from typing import TYPE_CHECKING

from slovomat.cli.checks import Check, from_fault, loopback, secret
from slovomat.cli.exits import Exit, fault_of
from slovomat.cli.payment_checks import payments
from slovomat.cli.places import name_of
from slovomat.cli.server_checks import server

if TYPE_CHECKING:
    from slovomat.cli.session import Session
    from slovomat.ports.store import Store


async def stored(session: "Session") -> list[Check]:
    """The database, its migrations, its books, the secret that its keys need, the first key, payments."""
    try:
        found, applied = await _place(session)
        if applied is None:
            return [*found, secret(session, keys_exist=False)]
        found.append(_migrations(session, applied))
        if found[0].state != "ok" or found[-1].state != "ok":
            return found
        async with session.store() as store:
            return [
                *found,
                await _books(session, store),
                await _secret(session, store),
                await _first_key(session, store),
                *await payments(session, store),
            ]
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        check = from_fault(session, "database", fault)
        file_broken = fault.exit_code == Exit.DATABASE and isinstance(session.settings.database, Path)
        return [_unreadable(check, session) if file_broken else check]


async def _place(session: "Session") -> tuple[list[Check], set[str] | None]:
    """What is to be said of the file or the server, and the migrations there; None where nothing is."""
    from slovomat.storage import sqlite_file

    where = session.settings.database
    if isinstance(where, str):
        found, applied = await server(session, where)
        return ([*found, _missing(session, name_of(where))], None) if not applied else (found, applied)
    if not where.is_file():
        return [_missing(session, str(where))], None
    verdict = sqlite_file.quick_check(where)
    if verdict == "ok":
        check = Check(name="database", state="ok", detail=str(where))
    else:
        check = _unreadable(Check(name="database", state="fault", detail=verdict), session)
    return [check], set(sqlite_file.applied_migrations(where))


def _missing(session: "Session", named: str) -> Check:
    say = session.out.say
    return Check(
        name="database",
        state="warning",
        detail=say(f"nothing is in {named} yet", f"в {named} ещё ничего нет"),
        fix=say("the first `slovomat serve` makes it", "всё создаст первый `slovomat serve`"),
    )


def _unreadable(check: Check, session: "Session") -> Check:
    fix = session.out.say(
        "stop the service and put the database back from a backup: slovomat restore FILE --force",
        "остановите сервис и верните базу из резервной копии: slovomat restore FILE --force",
    )
    return Check(name=check.name, state="fault", detail=f"{check.detail} {check.fix}".strip(), fix=fix)


def _migrations(session: "Session", applied: set[str]) -> Check:
    from slovomat.storage import sqlite_file

    say = session.out.say
    known = set(sqlite_file.known_migrations())
    if newer := sorted(applied - known):
        return Check(
            name="migrations",
            state="fault",
            detail=say(
                f"newer than this program: {', '.join(newer)}", f"новее программы: {', '.join(newer)}"
            ),
            fix=say("upgrade slovomat", "обновите slovomat"),
        )
    if pending := sorted(known - applied):
        return Check(
            name="migrations",
            state="warning",
            detail=say(f"to be applied: {', '.join(pending)}", f"ждут применения: {', '.join(pending)}"),
            fix="slovomat backup && slovomat migrate",
        )
    return Check(name="migrations", state="ok", detail=", ".join(sorted(applied)))


async def _books(session: "Session", store: "Store") -> Check:
    say = session.out.say
    books = await store.audit()
    if not books.violations:
        return Check(
            name="books",
            state="ok",
            detail=say(f"{books.entries} entries, all in order", f"записей {books.entries}, всё сходится"),
        )
    return Check(
        name="books",
        state="fault",
        detail=say(f"{len(books.violations)} violations", f"нарушений: {len(books.violations)}"),
        fix=say(
            "see `slovomat audit`, and take a backup first",
            "смотрите `slovomat audit`, сначала сделайте копию",
        ),
    )


async def _secret(session: "Session", store: "Store") -> Check:
    from slovomat.usecases.first_start import knows_secret

    seen = secret(session, keys_exist=await _has_keys(store))
    if seen.state != "ok" or await store.instance_value("secret_mark") is None:
        return seen
    if await knows_secret(store, session.secret):
        return seen
    say = session.out.say
    return Check(
        name="secret",
        state="fault",
        detail=say(
            f"{seen.detail}: the keys in the database were made with another",
            f"{seen.detail}: ключи в базе сделаны с другим",
        ),
        fix=say(
            f"copy secret.key of the other nodes, or of a backup, to {session.settings.data}",
            f"скопируйте secret.key с других узлов или из резервной копии в {session.settings.data}",
        ),
    )


async def _has_keys(store: "Store") -> bool:
    for account in await store.list_accounts(limit=100):
        if await store.list_keys(account.id):
            return True
    return False


async def _first_key(session: "Session", store: "Store") -> Check:
    """A key that a terminal or a log has seen must not guard an address that others can reach."""
    from slovomat.usecases.first_start import prepare

    host = session.settings.host
    detail = session.out.say(f"listens on {host}", f"адрес {host}")
    if loopback(host):
        return Check(name="first key", state="ok", detail=detail)
    refused = await prepare(store, session.env, b"", public=True)  # makes nothing where it would be public
    if not isinstance(refused, str):
        return Check(name="first key", state="ok", detail=detail)
    why, *commands = refused.split("\n  ")
    return Check(
        name="first key",
        state="fault",
        detail=f"{detail}: {' '.join(why.split())}",
        fix=" && ".join(" ".join(command.split()) for command in commands),
    )
