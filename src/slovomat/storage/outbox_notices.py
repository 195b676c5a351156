"""Whom there is something to tell, and where an account wants to be called."""

from slovomat.domain.ids import AccountId
from slovomat.ports.mail import Webhook
from slovomat.ports.outbox import EndingPlan, LowBalance, SoldUntold
from slovomat.storage.tx import Tx

_DAY_MS = 86_400_000


async def webhook_of(tx: Tx, account_id: AccountId) -> Webhook | None:
    """The account's webhook, if it wants one."""
    found = await tx.rows("webhook_of", account_id=account_id)
    return Webhook(*found[0]) if found else None


async def low_on_balance(tx: Tx, after_id: int, now_ms: int, limit: int) -> list[LowBalance]:
    """Those not told yet since their last pack."""
    found = await tx.rows("low_on_balance", after_id=after_id, now_ms=now_ms, limit=limit)
    return [
        LowBalance(
            account_id=AccountId(account_id),
            email=email,
            language=language,
            left=int(left),  # PostgreSQL's sum is a Decimal
            threshold=threshold,
            pack=pack,
        )
        for account_id, email, language, left, threshold, pack in found
    ]


async def plans_ending(tx: Tx, days: int, beyond: int, now_ms: int, limit: int) -> list[EndingPlan]:
    """Those that end within so many days, but not within `beyond`, and have not been told so."""
    span_ms = days * _DAY_MS
    found = await tx.rows(
        "plans_ending",
        after_ms=now_ms + beyond * _DAY_MS,
        before_ms=now_ms + span_ms,
        span_ms=span_ms,
        days_text=str(days),
        limit=limit,
    )
    return [
        EndingPlan(
            period=period,
            account_id=AccountId(account_id),
            email=email,
            language=language,
            plan=plan,
            ends_at_ms=ends_at_ms,
        )
        for period, account_id, email, language, plan, ends_at_ms in found
    ]


async def sold_untold(tx: Tx, after_ms: int, limit: int) -> list[SoldUntold]:
    """What was sold after that time and has no receipt yet."""
    found = await tx.rows("sold_untold", after_ms=after_ms, limit=limit)
    return [
        SoldUntold(
            payment=payment,
            order=order,
            account_id=AccountId(account_id),
            sold_at_ms=sold_at_ms,
            email=email,
            language=language,
            title=title,
            amount_kopecks=amount_kopecks,
            currency=currency,
        )
        for payment, order, account_id, sold_at_ms, email, language, title, amount_kopecks, currency in found
    ]
