"""`slovomat key …`: API keys. A key is shown in full once, when it is made."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli import words
from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.output import moment
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.domain.ids import KeyId
    from slovomat.ports.store import KeyRow, Store
    from slovomat.usecases.accounts import CreatedKey, KeyRules

app = group("key", "API keys: make, list, revoke, replace.")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="the account's e-mail")]
Key = Annotated[
    str,
    typer.Argument(metavar="KEY", help="its id, its beginning slv_…, or - to read it from standard input"),
]


@command(app, "create")
async def create(
    session: Session,
    *,
    email: Email,
    name: Annotated[str, typer.Option("--name", metavar="N", help="to tell keys apart")] = "",
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="WHEN", help="30d, 2027-01-31; default: never")
    ] = None,
    cap_day: Annotated[
        int | None, typer.Option("--cap-day", min=0, max=words.MAX_REQUESTS, help="requests a day")
    ] = None,
    cap_total: Annotated[
        int | None, typer.Option("--cap-total", min=0, max=words.MAX_REQUESTS, help="requests in all")
    ] = None,
    modes: Annotated[str | None, typer.Option("--modes", metavar="A,B", help="only these modes")] = None,
    dialects: Annotated[
        str | None, typer.Option("--dialects", metavar="A,B", help="only these dialects")
    ] = None,
    networks: Annotated[
        str | None, typer.Option("--networks", metavar="CIDR,CIDR", help="only from these networks")
    ] = None,
    no_balance: Annotated[bool, typer.Option("--no-balance", help="it may not ask for the balance")] = False,
) -> None:
    """Make a key and print it, once."""
    from slovomat.usecases.accounts import KeyRules, create_key

    zone = session.settings.time_zone
    rules = KeyRules(
        name=words.title(name, empty=True),
        expires_at_ms=words.ends_at_ms(expires, zone, session.env.now_ms()) if expires else None,
        cap_day=cap_day,
        cap_total=cap_total,
        modes=words.modes(modes) if modes is not None else (),
        dialects=words.dialects(dialects) if dialects is not None else (),
        networks=words.networks(networks) if networks is not None else (),
        reads_balance=not no_balance,
    )
    async with session.store() as store:
        account = await session.account(store, email)
        created = await create_key(store, session.env, session.secret, account.id, rules)
    _print_new(session, created, {"email": account.email, **_rules_shape(rules)})


@command(app, "list")
async def list_all(session: Session, email: Email) -> None:
    """The keys of an account; only their beginnings are known."""
    async with session.store() as store:
        account = await session.account(store, email)
        keys = [key_shape(row) for row in await store.list_keys(account.id)]
    columns = ("id", "shown", "name", "created_at", "expires_at", "revoked_at", "cap_day", "cap_total")
    session.out.result(
        {"keys": keys},
        lambda: session.out.table(columns, ([key[column] for column in columns] for key in keys)),
    )


@command(app, "revoke")
async def revoke(session: Session, key: Key) -> None:
    """End a key within a second, for good."""
    async with session.store() as store:
        key_id = await _find(session, store, key)
        revoked = await store.revoke_key(key_id, session.env.now_ms())
    if not revoked:
        raise _no_key(key)
    session.out.done({"id": key_id, "revoked": True}, f"key {key_id}: revoked", f"ключ {key_id}: отозван")


@command(app, "rotate")
async def rotate(
    session: Session,
    key: Key,
    overlap: Annotated[
        float, typer.Option("--overlap", metavar="HOURS", min=0, max=8_760, help="how long both keys work")
    ] = 24,
) -> None:
    """Make an heir with the same rules; the old key ends after the overlap."""
    from slovomat.usecases.accounts import rotate_key

    async with session.store() as store:
        key_id = await _find(session, store, key)
        overlap_ms = round(overlap * 3_600_000)
        old_until_ms = session.env.now_ms() + overlap_ms
        created = await rotate_key(store, session.env, session.secret, key_id, overlap_ms)
    if created is None:
        raise _no_key(key)
    _print_new(session, created, {"replaces": key_id, "replaced_expires_at": moment(old_until_ms)})


def key_shape(key: "KeyRow") -> dict[str, Any]:
    """A key in JSON, as far as it is known."""
    return {
        "id": key.id,
        "shown": key.shown,
        "name": key.name,
        "created_at": moment(key.created_at_ms),
        "expires_at": moment(key.expires_at_ms),
        "revoked_at": moment(key.revoked_at_ms),
        "cap_day": key.cap_day,
        "cap_total": key.cap_total,
        "modes": list(key.modes),
        "dialects": list(key.dialects),
        "networks": list(key.networks),
        "reads_balance": key.reads_balance,
    }


def _rules_shape(rules: "KeyRules") -> dict[str, Any]:
    return {
        "name": rules.name,
        "expires_at": moment(rules.expires_at_ms),
        "cap_day": rules.cap_day,
        "cap_total": rules.cap_total,
        "modes": list(rules.modes),
        "dialects": list(rules.dialects),
        "networks": list(rules.networks),
        "reads_balance": rules.reads_balance,
    }


def _print_new(session: Session, created: "CreatedKey", facts: dict[str, Any]) -> None:
    out = session.out

    def people() -> None:
        out.line(created.key)
        out.note(
            out.say(
                f"key {created.id}; it is shown this once, keep it",
                f"ключ {created.id}; он показан один раз, сохраните его",
            )
        )

    out.result({"key": created.key, "id": created.id, **facts}, people)


async def _find(session: Session, store: "Store", text: str) -> "KeyId":
    """The key by its id, by its beginning where that is unique, or whole from standard input."""
    from slovomat.domain.ids import KeyId
    from slovomat.domain.keys import SHOWN_CHARS, key_hash, well_formed

    text = sys.stdin.readline().strip() if text == "-" else text.strip()
    if text.isdecimal() and text.isascii() and len(text) < 16:
        return KeyId(int(text))
    if well_formed(text):
        caller = await store.find_caller(key_hash(session.secret, text))
        if caller is not None:
            return caller.key.id
    elif len(text) == SHOWN_CHARS:
        found = await store.keys_shown(text)
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(map(str, found))
            raise FaultError(
                Exit.USAGE,
                f"{text} begins several keys: {listed}",
                f"так начинаются несколько ключей: {listed}",
            )
    raise _no_key(text[:SHOWN_CHARS])


def _no_key(text: str) -> FaultError:
    return FaultError(
        Exit.NOT_FOUND,
        f"no key {text} in force; `slovomat key list EMAIL` shows an account's keys",
        f"нет действующего ключа {text}; ключи аккаунта видны в `slovomat key list EMAIL`",
    )
