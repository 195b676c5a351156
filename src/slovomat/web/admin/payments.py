"""Payments: asked about again, given back, and invoices confirmed."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slovomat.domain.ids import PaymentId, RefundId
from slovomat.ports.journal import Refused
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import INVOICE, Payment, PaymentFilter, PaymentRow, RefundRow, RefundState
from slovomat.usecases.payment_desk import PaymentDesk
from slovomat.usecases.payment_truth import Problem
from slovomat.usecases.payments import RefundFailure
from slovomat.web.admin.amounts import kopecks_of, typed
from slovomat.web.admin.desk import Desk
from slovomat.web.admin.lists import address, before_of
from slovomat.web.admin.rights import Right, guarded
from slovomat.web.checkout.requisites import of_order
from slovomat.web.pages.forms import read_form
from slovomat.web.pages.visitor import see

_PAGE_ROWS = 30
_PAGE = "/admin/payments"
_REFUNDED = {
    RefundState.DONE: "admin_refund_done",
    RefundState.ASKED: "admin_refund_asked",
    RefundState.REFUSED: "admin_refund_refused",
}

_SETTLED = {**_REFUNDED, RefundState.REFUSED: "admin_refund_undone"}


def routes(desk: Desk) -> list[Route]:
    """The list, one payment, and what is done with it."""
    payments = _Payments(desk)
    one = f"{_PAGE}/{{id:int}}"
    return [
        Route(_PAGE, guarded(Right.PAYMENTS, payments.listing), methods=["GET"]),
        Route(one, guarded(Right.PAYMENTS, payments.show), methods=["GET"]),
        Route(f"{one}/check", guarded(Right.PAYMENTS, payments.check), methods=["POST"]),
        Route(f"{one}/refund", guarded(Right.PAYMENTS, payments.refund), methods=["POST"]),
        Route(f"{one}/settle", guarded(Right.PAYMENTS, payments.settle), methods=["POST"]),
        Route(f"{one}/confirm", guarded(Right.PAYMENTS, payments.confirm), methods=["POST"]),
    ]


class _Payments:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shop = desk.store.shop
        self._till = desk.backstage.till

    @property
    def _providers(self) -> list[str]:
        """The names in force; the till loads its providers when it is first asked."""
        return [*(sorted(self._till.providers) if self._till else []), INVOICE]

    @property
    def _work(self) -> PaymentDesk:
        """Raises 404 where nothing is sold."""
        if self._till is None:
            raise HTTPException(404)
        return PaymentDesk(self._desk.store, self._desk.env, self._till.cashier)

    async def listing(self, request: Request) -> Response:
        """Payments, the newest first."""
        asked = request.query_params
        state = asked.get("state", "")
        provider = asked.get("provider", "").replace("\0", "")[:50]
        which = PaymentFilter(
            limit=_PAGE_ROWS + 1,
            state=state if state in set(ProviderState) else "",
            provider=provider,
            troubled=asked.get("troubled") == "yes",
            before_id=before_of(request) or None,
        )
        rows = await self._shop.list_payments(which)
        chosen = {"state": which.state, "provider": provider, "troubled": "yes" if which.troubled else ""}
        following: dict[str, str | int] = (
            {**chosen, "before": rows[_PAGE_ROWS - 1].payment.id} if len(rows) > _PAGE_ROWS else {}
        )
        frame = self._desk.frame
        return self._desk.page(
            request,
            "admin/payments.html",
            rows=rows[:_PAGE_ROWS],
            chosen=chosen,
            states=[one.value for one in ProviderState],
            providers=self._providers,
            newest=address(frame, _PAGE, chosen) if which.before_id else "",
            older=address(frame, _PAGE, following) if following else "",
        )

    async def show(self, request: Request) -> Response:
        """One payment, and what was given back of it."""
        return await self._page(request, await self._find(request))

    async def check(self, request: Request) -> Response:
        """Asks the provider now; what has come is credited."""
        row = await self._find(request)
        deed = self._desk.deed(request, await read_form(request))
        outcome = await self._work.check(deed, row.payment.id)
        return see(request, f"{_PAGE}/{row.payment.id}", f"admin_checked_{outcome.value}")

    async def refund(self, request: Request) -> Response:
        """Gives money back, and takes what it had bought."""
        row = await self._find(request)
        form = await read_form(request)
        amount = kopecks_of(form.text("amount"))
        if not amount or amount > _left(row.payment) + await self._refunded_by(row.payment, form.text("key")):
            return await self._page(request, row, "admin_fault_amount")
        done = await self._work.refund(self._desk.deed(request, form), row.payment, amount)
        match done:
            case Refused(why):
                return await self._page(request, row, f"admin_refused_{why}")
            case RefundFailure():
                return await self._page(request, row, f"admin_refund_{done.value}")
            case RefundRow():
                return see(request, f"{_PAGE}/{row.payment.id}", _REFUNDED[done.state])

    async def settle(self, request: Request) -> Response:
        """The provider's cabinet was looked at: a refund without an answer was given, or was not."""
        row = await self._find(request)
        form = await read_form(request)
        refund = RefundId(form.whole("refund") or 0)
        given = form.text("given") == "yes"
        done = await self._work.settle(self._desk.deed(request, form), row.payment, refund, given=given)
        if isinstance(done, Refused):
            return await self._page(request, row, f"admin_refused_{done.why}")
        return see(request, f"{_PAGE}/{row.payment.id}", _SETTLED[done])

    async def confirm(self, request: Request) -> Response:
        """The money of an invoice has come: gives what was ordered."""
        row = await self._find(request)
        done = await self._work.confirm(self._desk.deed(request, await read_form(request)), row.payment)
        if isinstance(done, Refused):
            return await self._page(request, row, f"admin_refused_{done.why}")
        return see(request, f"{_PAGE}/{row.payment.id}", "admin_confirmed")

    async def _unknown(self, payment: Payment) -> list[RefundRow]:
        """Refunds that only the provider's cabinet tells of."""
        if payment.problem != Problem.REFUND_UNKNOWN:
            return []
        return [one for one in await self._shop.refunds_of(payment.id) if one.state is RefundState.ASKED]

    async def _refunded_by(self, payment: Payment, key: str) -> int:
        """What the same form asked for before: a repeat is no wish for more."""
        rows = await self._shop.refunds_of(payment.id)
        return sum(one.amount_kopecks for one in rows if one.once == f"desk {key}")

    async def _find(self, request: Request) -> PaymentRow:
        row = await self._shop.payment_row(PaymentId(self._desk.number(request)))
        if row is None:
            raise HTTPException(404)
        return row

    async def _page(self, request: Request, row: PaymentRow, fault: str = "") -> Response:
        payment = row.payment
        order = await self._shop.find_order(payment.order_id)
        return self._desk.page(
            request,
            "admin/payment.html",
            422 if fault else 200,
            fault=fault,
            row=row,
            payment=payment,
            order=order,
            buyer=of_order(order.buyer) if order and order.buyer else None,
            sale=await self._shop.find_sale(payment.order_id),
            refunds=await self._shop.refunds_of(payment.id),
            closing=await self._shop.find_closing(payment.id),
            unknown=await self._unknown(payment),
            left=_left(payment),
            left_typed=typed(_left(payment)),
            can_ask=payment.provider in self._providers and payment.provider != INVOICE,
            can_confirm=payment.provider == INVOICE
            and payment.state in {ProviderState.PENDING, ProviderState.CANCELLED},
            can_refund=payment.state is ProviderState.PAID and payment.provider in self._providers,
        )


def _left(payment: Payment) -> int:
    return payment.amount_kopecks - payment.claimed_kopecks
