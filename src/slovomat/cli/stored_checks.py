"""What `slovomat doctor` looks at in the database; it neither makes nor migrates one."""

from typing import TYPE_CHECKING

from slovomat.cli.checks import Check, from_fault, loopback, secret
from slovomat.cli.exits import fault_of

if TYPE_CHECKING:
    from slovomat.cli.session import Session
    from slovomat.ports.store import Store


async def stored(session: "Session") -> list[Check]:
    """The database, its migrations, its books, the secret that its keys need, the first key."""
    say, path = session.out.say, session.settings.database_path
    if not path.is_file():
        missing = Check(
            name="database",
            state="warning",
            detail=say(f"{path} is not there yet", f"{path} ещё нет"),
            fix=say("the first `slovomat serve` makes it", "её создаст первый `slovomat serve`"),
        )
        return [missing, secret(session, keys_exist=False)]
    try:
        file_checks = [_database(session), _migrations(session)]
        if any(check.state != "ok" for check in file_checks):
            return file_checks
        async with session.store() as store:
            found = [
                await _books(session, store),
                await _secret(session, store),
                await _first_key(session, store),
            ]
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        return [_unreadable(from_fault(session, "database", fault), session)]
    return [*file_checks, *found]


def _database(session: "Session") -> Check:
    from slovomat.storage import sqlite_file

    path = session.settings.database_path
    verdict = sqlite_file.quick_check(path)
    if verdict == "ok":
        return Check(name="database", state="ok", detail=str(path))
    return _unreadable(Check(name="database", state="fault", detail=verdict), session)


def _unreadable(check: Check, session: "Session") -> Check:
    fix = session.out.say(
        "stop the service and put the database back from a backup",
        "остановите сервис и верните базу из резервной копии",
    )
    return Check(name=check.name, state="fault", detail=f"{check.detail} {check.fix}".strip(), fix=fix)


def _migrations(session: "Session") -> Check:
    from slovomat.storage import sqlite_file

    say = session.out.say
    applied = set(sqlite_file.applied_migrations(session.settings.database_path))
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
    for account in await store.list_accounts(limit=100):
        if await store.list_keys(account.id):
            return secret(session, keys_exist=True)
    return secret(session, keys_exist=False)


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
