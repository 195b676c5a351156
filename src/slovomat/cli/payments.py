"""`slovomat payments …`: money that came, was expected, or went back."""

import contextlib
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slovomat.cli import words
from slovomat.cli.command import command, group
from slovomat.cli.exits import Exit, FaultError
from slovomat.cli.output import moment
from slovomat.cli.session import Session

if TYPE_CHECKING:
    from slovomat.ports.shop import PaymentRow, RefundRow
    from slovomat.ports.store import Store
    from slovomat.usecases.payments import Cashier

app = group("payments", "Payments: look at them, ask the provider again, refund, confirm an invoice.")
Number = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**53, help="the payment's id")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="why; kept with the payment")]
_BY = "command line"
_COLUMNS = (
    "id",
    "created_at",
    "email",
    "title",
    "amount_kopecks",
    "currency",
    "provider",
    "state",
    "problem",
)


class State(StrEnum):
    """Where a payment stands."""

    PENDING = "pending"
    PAID = "paid"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


@command(app, "list")
async def list_all(
    session: Session,
    *,
    state: Annotated[State | None, typer.Option("--state", help="only those that stand so")] = None,
    provider: Annotated[str, typer.Option("--provider", metavar="NAME", help="only its payments")] = "",
    troubled: Annotated[bool, typer.Option("--troubled", help="only those with a problem")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="at most so many")] = 50,
) -> None:
    """The newest payments."""
    from slovomat.ports.shop import PaymentFilter

    which = PaymentFilter(limit=limit, state=str(state or ""), provider=provider, troubled=troubled)
    async with session.store() as store:
        shapes = [payment_shape(row) for row in await store.shop.list_payments(which)]
    session.out.result(
        {"payments": shapes},
        lambda: session.out.table(_COLUMNS, ([shape[name] for name in _COLUMNS] for shape in shapes)),
    )


@command(app, "show")
async def show(session: Session, payment: Number) -> None:
    """One payment, and what was given back of it."""
    async with session.store() as store:
        shape = await _shown(store, payment)
    session.out.result(shape, lambda: session.out.facts({**shape, "refunds": len(shape["refunds"])}))


@command(app, "check")
async def check(session: Session, payment: Number) -> Exit:
    """Ask the provider about a payment now; what has come is credited."""
    from slovomat.domain.ids import PaymentId
    from slovomat.usecases.payments import Checked

    async with session.store() as store, _cashier(session, store) as cashier:
        await _row(store, payment)
        outcome = await cashier.check(PaymentId(payment))
        shape = {"outcome": outcome.value, **await _shown(store, payment)}
    session.out.done(
        shape,
        f"payment {payment}: {outcome}, {shape['state']} {shape['problem']}".rstrip(),
        f"платёж {payment}: {outcome}, {shape['state']} {shape['problem']}".rstrip(),
    )
    return Exit.UPSTREAM if outcome in {Checked.UNAVAILABLE, Checked.UNKNOWN} else Exit.OK


@command(app, "reconcile")
async def reconcile(session: Session) -> None:
    """Ask the providers about all payments that are due to be asked about."""
    total: dict[str, int] = {}
    async with session.store() as store, _cashier(session, store) as cashier:
        while counted := await cashier.reconcile():
            for outcome, count in counted.items():
                total[outcome.value] = total.get(outcome.value, 0) + count
    asked = sum(total.values())
    said = ", ".join(f"{outcome} {count}" for outcome, count in sorted(total.items())) or "–"
    session.out.done(
        {"asked": asked, "outcomes": total}, f"asked about {asked}: {said}", f"спрошено о {asked}: {said}"
    )


@command(app, "refund")
async def refund(
    session: Session,
    *,
    payment: Number,
    reason: Reason,
    kopecks: Annotated[
        int | None,
        typer.Option("--kopecks", metavar="N", min=1, max=words.MAX_REQUESTS, help="default: all"),
    ] = None,
    once: Annotated[
        str, typer.Option("--once", metavar="KEY", help="a repeat with the same key gives nothing back twice")
    ] = "",
) -> Exit:
    """Give money back, and take what it had bought; what is spent already, the account owes."""
    from slovomat.domain.ids import PaymentId

    reason = words.title(reason)
    async with session.store() as store, _cashier(session, store) as cashier:
        row = await _row(store, payment)
        left = row.payment.amount_kopecks - row.payment.claimed_kopecks
        done = await cashier.refund(PaymentId(payment), kopecks or max(left, 1), reason, _BY, once)
    if isinstance(done, StrEnum):
        raise FaultError(
            Exit.FAILED,
            f"nothing was given back ({done}); of payment {payment} {left} kopecks can be, while it is paid",
            f"ничего не возвращено ({done}); по платежу {payment} можно вернуть {left} коп., пока он оплачен",
        )
    shape = refund_shape(done)
    session.out.done(
        shape,
        f"payment {payment}: {done.amount_kopecks} kopecks, {done.state} {done.message}".rstrip(),
        f"платёж {payment}: {done.amount_kopecks} коп., {done.state} {done.message}".rstrip(),
    )
    return Exit.OK if done.state == "done" else Exit.FAILED


@command(app, "confirm")
async def confirm(session: Session, payment: Number, reason: Reason) -> None:
    """The money of an invoice has come: give what was ordered. A repeat changes nothing."""
    from slovomat.domain.ids import PaymentId

    reason = words.title(reason)
    async with session.store() as store, _cashier(session, store) as cashier:
        await _row(store, payment)
        outcome = await cashier.confirm(PaymentId(payment), reason, _BY)
        if outcome is None:
            raise FaultError(
                Exit.FAILED,
                f"payment {payment} is no invoice's: its provider says whether it is paid",
                f"платёж {payment} не по счёту: оплачен ли он, говорит провайдер",
            )
        shape = {"outcome": outcome.value, **await _shown(store, payment)}
    session.out.done(
        shape, f"payment {payment}: credited ({outcome})", f"платёж {payment}: зачислен ({outcome})"
    )


@contextlib.asynccontextmanager
async def _cashier(session: Session, store: "Store") -> AsyncIterator["Cashier"]:
    from slovomat.till import Till

    till = Till(session.settings, session.env, store, lambda: session.settings.site)
    try:
        yield till.cashier
    finally:
        await till.close()


async def _row(store: "Store", payment: int) -> "PaymentRow":
    from slovomat.domain.ids import PaymentId

    row = await store.shop.payment_row(PaymentId(payment))
    if row is None:
        raise FaultError(Exit.NOT_FOUND, f"no payment {payment}", f"нет платежа {payment}")
    return row


async def _shown(store: "Store", payment: int) -> dict[str, Any]:
    row = await _row(store, payment)
    refunds = await store.shop.refunds_of(row.payment.id)
    closing = await store.shop.find_closing(row.payment.id)
    return {
        **payment_shape(row),
        "refunds": [refund_shape(one) for one in refunds],
        "closing_receipt": closing.state.value if closing else "",
        "closing_receipt_message": closing.message if closing else "",
    }


def payment_shape(row: "PaymentRow") -> dict[str, Any]:
    """A payment in JSON."""
    one = row.payment
    return {
        "id": one.id,
        "order": one.order_id,
        "email": row.email,
        "title": row.title,
        "amount_kopecks": one.amount_kopecks,
        "currency": one.currency,
        "provider": one.provider,
        "provider_id": one.provider_id,
        "reference": one.reference,
        "test": one.test,
        "state": one.state.value,
        "problem": one.problem,
        "refunded_kopecks": one.refunded_kopecks,
        "confirmed_by": one.confirmed_by,
        "reason": one.reason,
        "created_at": moment(one.created_at_ms),
        "paid_at": moment(one.paid_at_ms),
        "checked_at": moment(one.checked_at_ms),
        "check_after": moment(one.check_after_ms),
    }


def refund_shape(row: "RefundRow") -> dict[str, Any]:
    """A refund in JSON."""
    return {
        "id": row.id,
        "payment": row.payment_id,
        "amount_kopecks": row.amount_kopecks,
        "state": row.state.value,
        "message": row.message,
        "reason": row.reason,
        "by": row.made_by,
        "taken_requests": row.taken_requests,
        "owed_requests": row.owed_requests,
        "created_at": moment(row.created_at_ms),
        "done_at": moment(row.done_at_ms),
    }
