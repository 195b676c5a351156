"""`slovomat user …` and `slovomat credit`: accounts and what they may spend."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli import words
from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.keys import key_shape
from slovomat.cli.output import moment
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.ports.store import Account, EntryRow, PackRow, Store

app = group("user", "Accounts: make them, look at them, block them, move them to a plan.")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="the account's e-mail")]
_DEFAULT_PLAN = "Бесплатный"


@command(app, "add")
async def add(
    session: Session,
    email: Email,
    plan: Annotated[str, typer.Option("--plan", metavar="NAME", help="its plan")] = _DEFAULT_PLAN,
) -> None:
    """Make an account."""
    email = words.email(email)
    async with session.store() as store:
        plan = (await session.plan(store, plan)).plan.name
        if await store.add_account(email, plan, False, session.env.now_ms()) is None:
            raise FaultError(Exit.FAILED, f"there is an account {email} already", f"аккаунт {email} уже есть")
        account = await session.account(store, email)
    session.out.done(
        account_shape(account),
        f"added {email}, plan «{plan}»; next: slovomat key create {email}",
        f"добавлен {email}, тариф «{plan}»; дальше: slovomat key create {email}",
    )


@command(app, "list")
async def list_all(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="at most so many")] = 1000,
) -> None:
    """All accounts, the oldest first."""
    async with session.store() as store:
        accounts = [account_shape(one) for one in await store.list_accounts(limit)]
    columns = ("id", "email", "plan", "blocked", "operator", "created_at")
    session.out.result(
        {"users": accounts},
        lambda: session.out.table(columns, ([one[name] for name in columns] for one in accounts)),
    )


@command(app, "show")
async def show(
    session: Session,
    email: Email,
    entries: Annotated[int, typer.Option("--entries", min=0, max=10_000, help="ledger entries shown")] = 10,
) -> None:
    """One account: balance, packs, keys, the last movements of requests."""
    async with session.store() as store:
        account = await session.account(store, email)
        document = await _in_full(session, store, account, entries)
    session.out.result(document, lambda: _print_account(session, document))


@command(app, "block")
async def block(session: Session, email: Email) -> None:
    """Refuse all of the account's keys."""
    await _set_blocked(session, email, True)


@command(app, "unblock")
async def unblock(session: Session, email: Email) -> None:
    """Accept the account's keys again."""
    await _set_blocked(session, email, False)


@command(app, "set-plan")
async def set_plan(
    session: Session,
    email: Email,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="name of the plan")],
) -> None:
    """Move an account to a plan; today's allowance follows."""
    async with session.store() as store:
        account = await session.account(store, email)
        plan = (await session.plan(store, plan)).plan.name
        await store.set_account_plan(account.id, plan)
        account = await session.account(store, account.email)
    session.out.done(
        account_shape(account), f"{account.email}: plan «{plan}»", f"{account.email}: тариф «{plan}»"
    )


@command(app, "role")
async def role(
    session: Session,
    email: Email,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="owner, support, finance or none")],
) -> None:
    """Let an account work at the operator's desk (/admin), or no longer."""
    from slovomat.domain.role import Role

    known = {one.value or "none": one for one in Role}
    if role not in known:
        raise FaultError(
            Exit.USAGE,
            f"no role {role!r}; there are: {', '.join(known)}",
            f"нет роли {role!r}; есть: {', '.join(known)}",
        )
    async with session.store() as store:
        account = await session.account(store, email)
        await store.people.set_role(account.id, known[role], session.env.now_ms())
    session.out.done(
        {"email": account.email, "role": role},
        f"{account.email}: role {role}",
        f"{account.email}: роль {role}",
    )


@command(app, "password")
async def password(session: Session, email: Email) -> None:
    """Print a link that sets the account's password; it works once."""
    from slovomat.usecases.reset_link import make_reset_link

    async with session.store() as store:
        account = await session.account(store, email)
        life = session.settings.reset_link_hours
        path = await make_reset_link(store.people, session.env, session.secret, account, hours=life) or ""
    site = session.settings.site.rstrip("/") or f"http://{session.settings.host}:{session.settings.port}"

    def people() -> None:
        session.out.line(site + path)
        session.out.note(
            session.out.say(
                f"it works once, within {life} h, and signs {account.email} out everywhere",
                f"ссылка сработает один раз в течение {life} ч и завершит все входы {account.email}",
            )
        )

    session.out.result({"email": account.email, "link": site + path, "hours": life}, people)


async def credit(
    session: Session,
    *,
    email: Email,
    requests: Annotated[int, typer.Argument(metavar="REQUESTS", help="how many; negative takes back")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="why; kept in the ledger")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="the pack's name")] = "",
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="WHEN", help="30d, 2027-01-31; default: never")
    ] = None,
) -> None:
    """Give an account a pack of requests, or take requests back from its packs."""
    from slovomat.ports.store import Credit

    _check_amount(requests)
    now_ms = session.env.now_ms()
    reason = words.title(reason)
    async with session.store() as store:
        account = await session.account(store, email)
        order = Credit(
            account_id=account.id,
            requests=requests,
            title=words.title(title, empty=True) or reason,
            reason=reason,
            now_ms=now_ms,
            expires_at_ms=words.ends_at_ms(expires, session.settings.time_zone, now_ms) if expires else None,
        )
        left = await store.credit(order)
    if left is None:
        raise FaultError(
            Exit.FAILED,
            f"{account.email} has fewer than {-requests} requests in packs; nothing was taken",
            f"у {account.email} в пакетах меньше {-requests} запросов; ничего не списано",
        )
    session.out.done(
        {"email": account.email, "credited": requests, "packs_requests": left},
        f"{account.email}: {requests:+d}, {left} requests in packs",
        f"{account.email}: {requests:+d}, в пакетах {left} запросов",
    )


def _check_amount(requests: int) -> None:
    if not requests or abs(requests) > words.MAX_REQUESTS:
        raise FaultError(
            Exit.USAGE,
            f"REQUESTS is a whole number other than 0, up to {words.MAX_REQUESTS}",
            f"REQUESTS — целое число, не 0, до {words.MAX_REQUESTS}",
        )


def account_shape(account: "Account") -> dict[str, Any]:
    """An account in JSON."""
    return {
        "id": account.id,
        "email": account.email,
        "plan": account.plan,
        "daily_requests": account.daily_requests,
        "blocked": account.blocked,
        "operator": account.operator,
        "created_at": moment(account.created_at_ms),
    }


async def _set_blocked(session: Session, email: str, blocked: bool) -> None:
    async with session.store() as store:
        account = await session.account(store, email)
        await store.set_blocked(account.id, blocked)
        account = await session.account(store, account.email)
    state = ("blocked", "заблокирован") if blocked else ("unblocked", "разблокирован")
    session.out.done(account_shape(account), f"{account.email}: {state[0]}", f"{account.email}: {state[1]}")


async def _in_full(session: Session, store: "Store", account: "Account", entries: int) -> dict[str, Any]:
    offer = await session.plan(store, account.plan)
    packs = await store.account_packs(account.id)
    movements = await store.account_entries(account.id, entries)
    spendable = await _balance(session, store, account, account.daily_requests)
    through_api = spendable if offer.plan.api_allowance else await _balance(session, store, account, None)
    return {
        **account_shape(account),
        "balance_requests": spendable,
        "api_balance_requests": through_api,
        "packs": [_pack_shape(pack) for pack in packs],
        "keys": [key_shape(key) for key in await store.list_keys(account.id)],
        "entries": [_entry_shape(entry) for entry in movements],
    }


async def _balance(session: Session, store: "Store", account: "Account", allowance: int | None) -> int:
    from slovomat.domain.caller import KeyPolicy
    from slovomat.domain.days import Calendar
    from slovomat.domain.ids import KeyId
    from slovomat.ports.store import BalanceQuery

    now_ms = session.env.now_ms()
    query = BalanceQuery(
        account_id=account.id,
        key=KeyPolicy(id=KeyId(0)),
        day=Calendar(session.settings.time_zone).day(now_ms),
        allowance=allowance,
        now_ms=now_ms,
    )
    return await store.balance(query)


def _pack_shape(pack: "PackRow") -> dict[str, Any]:
    return {
        "id": pack.id,
        "title": pack.title,
        "granted": pack.granted,
        "available": pack.available,
        "held": pack.held,
        "spent": pack.spent,
        "expires_at": moment(pack.expires_at_ms),
        "created_at": moment(pack.created_at_ms),
    }


def _entry_shape(entry: "EntryRow") -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "available": entry.available_change,
        "held": entry.held_change,
        "spent": entry.spent_change,
        "generation": entry.generation_id,
        "bucket": entry.bucket,
        "reason": entry.reason,
        "at": moment(entry.at_ms),
    }


def _print_account(session: Session, document: dict[str, Any]) -> None:
    out = session.out
    out.facts({name: value for name, value in document.items() if not isinstance(value, list)})
    sections = (("packs", "packs", "пакеты"), ("keys", "keys", "ключи"), ("entries", "ledger", "движения"))
    for name, english, russian in sections:
        if rows := document[name]:
            out.line(f"\n{out.say(english, russian)}:")
            out.table(list(rows[0]), (list(row.values()) for row in rows))
