"""Accounts, plans and packs: the rules that the operator's commands and the pages call."""

from slovomat.domain.caller import Caller, KeyPolicy, Plan
from slovomat.domain.ids import AccountId, KeyId, PlanId
from slovomat.ports.store import Account, EntryRow, PackOffer, PackRow, PlanOffer
from slovomat.storage.tx import Row, Tx


def names(text: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(text.split(",")) if text else ()


def _plan(row: Row) -> PlanOffer:
    plan_id, name, daily, dialects, allowance, rpm, price, period, on_sale = row
    plan = Plan(
        id=PlanId(plan_id),
        name=name,
        daily_requests=daily,
        dialects=frozenset(names(dialects)),
        api_allowance=bool(allowance),
        rpm=rpm,
        price_kopecks=price,
        period_days=period,
    )
    return PlanOffer(plan=plan, on_sale=bool(on_sale))


async def find_caller(tx: Tx, key_hash: bytes) -> Caller | None:
    """Whom a key in force belongs to."""
    found = await tx.rows("caller_find", hash=key_hash)
    if not found:
        return None
    account_id, key_id, expires, cap_day, cap_total, modes, dialects, networks, *rest = found[0]
    reads_balance, debt, *plan = rest
    policy = KeyPolicy(
        id=KeyId(key_id),
        expires_at_ms=expires,
        cap_day=cap_day,
        cap_total=cap_total,
        modes=frozenset(names(modes)),
        dialects=frozenset(names(dialects)),
        networks=names(networks),
        reads_balance=bool(reads_balance),
    )
    return Caller(
        account_id=AccountId(account_id), plan=_plan(tuple(plan)).plan, key=policy, debt_requests=debt
    )


async def plan_of(tx: Tx, account_id: AccountId) -> Plan:
    """The account's plan, by the terms that it was bought with."""
    return _plan((await tx.rows("plan_of_account", account_id=account_id))[0]).plan


async def callers_version(tx: Tx) -> str:
    """Another value after any change that a cached Caller could miss."""
    return str((await tx.rows("callers_version"))[0][0])


async def add_account(tx: Tx, email: str, plan: str, operator: bool, now_ms: int) -> AccountId | None:
    """A new account; None when the e-mail is taken or the plan unknown."""
    offer = await find_plan(tx, plan)
    if offer is None:
        return None
    made = await tx.rows(
        "account_add", email=email, plan_id=offer.plan.id, operator=int(operator), now_ms=now_ms
    )
    return AccountId(made[0][0]) if made else None


def _account(row: Row) -> Account:
    account_id, email, plan, blocked, operator, created, daily = row
    return Account(AccountId(account_id), email, plan, bool(blocked), bool(operator), created, daily)


async def find_account(tx: Tx, email: str) -> Account | None:
    """The account, by e-mail."""
    found = await tx.rows("account_find", email=email)
    return _account(found[0]) if found else None


async def list_accounts(tx: Tx, limit: int) -> list[Account]:
    """All accounts, the oldest first."""
    return [_account(row) for row in await tx.rows("accounts_all", limit=limit)]


async def set_account_plan(tx: Tx, account_id: AccountId, plan: str) -> bool:
    """Moves the account to a plan of that name."""
    offer = await find_plan(tx, plan)
    if offer is None:
        return False
    await tx.run("account_set_plan", id=account_id, plan_id=offer.plan.id)
    await tx.run("callers_changed")
    return True


async def set_blocked(tx: Tx, account_id: AccountId, blocked: bool) -> None:
    """Blocks the account, or unblocks it."""
    await tx.run("account_set_blocked", id=account_id, blocked=int(blocked))
    await tx.run("callers_changed")


async def account_packs(tx: Tx, account_id: AccountId) -> list[PackRow]:
    """The account's packs, the oldest first."""
    return [PackRow(*row) for row in await tx.rows("account_packs", account_id=account_id)]


async def save_plan(tx: Tx, offer: PlanOffer) -> PlanId:
    """Makes or changes the plan of that name; callers see it at once, unless they bought other terms."""
    plan = offer.plan
    made = await tx.rows(
        "plan_save",
        name=plan.name,
        daily_requests=plan.daily_requests,
        dialects=",".join(sorted(plan.dialects)),
        api_allowance=int(plan.api_allowance),
        rpm=plan.rpm,
        price_kopecks=plan.price_kopecks,
        period_days=plan.period_days,
        on_sale=int(offer.on_sale),
    )
    await tx.run("plan_version_add", plan_id=made[0][0])
    await tx.run("callers_changed")
    return PlanId(made[0][0])


async def find_plan(tx: Tx, name: str) -> PlanOffer | None:
    """A plan by name."""
    found = await tx.rows("plan_find", name=name)
    return _plan(found[0]) if found else None


async def list_plans(tx: Tx) -> list[PlanOffer]:
    """All plans, in the order in which they were made."""
    return [_plan(row) for row in await tx.rows("plans_all")]


async def save_pack_offer(tx: Tx, offer: PackOffer) -> int:
    """Makes or changes the pack of that name on the price list."""
    made = await tx.rows(
        "pack_offer_save",
        name=offer.name,
        requests=offer.requests,
        price_kopecks=offer.price_kopecks,
        valid_days=offer.valid_days,
        on_sale=int(offer.on_sale),
    )
    return int(made[0][0])


async def list_pack_offers(tx: Tx) -> list[PackOffer]:
    """The price list's packs, the smallest first."""
    return [
        PackOffer(
            id=offer_id,
            name=name,
            requests=requests,
            price_kopecks=price,
            valid_days=days,
            on_sale=bool(on_sale),
        )
        for offer_id, name, requests, price, days, on_sale in await tx.rows("pack_offers_all")
    ]


async def entries(tx: Tx, account_id: AccountId, limit: int) -> list[EntryRow]:
    """The account's movements, the newest first."""
    found = await tx.rows("entries_of_account", account_id=account_id, limit=limit)
    return [EntryRow(*row) for row in found]


async def instance_value(tx: Tx, name: str) -> str | None:
    """A small fact about this instance."""
    found = await tx.rows("instance_get", name=name)
    return str(found[0][0]) if found else None


async def take_instance_value(tx: Tx, name: str, value: str) -> bool:
    """Removes such a fact, if it is this one."""
    return await tx.run("instance_take", name=name, value=value) == 1


async def set_instance_value(tx: Tx, name: str, value: str) -> None:
    """Writes such a fact."""
    await tx.run("instance_set", name=name, value=value)


async def ping(tx: Tx) -> None:
    """Writes a row that nobody reads."""
    await tx.run("ping")
