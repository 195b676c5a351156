"""A person's own orders: found by number, and nobody else's."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from slovomat.domain.ids import OrderId
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import Order, OrderState, Payment
from slovomat.ports.store import Store
from slovomat.web.pages.visitor import visitor

LARGEST_ID = 2**53


async def my_order(store: Store, request: Request, number: int) -> Order:
    """The order, if it is this person's: another's does not exist. Raises 404."""
    order = await store.shop.find_order(OrderId(number)) if number < LARGEST_ID else None
    if order is None or order.account_id != visitor(request).account.id:
        raise HTTPException(404)
    return order


async def open_payments(store: Store, order: Order) -> list[Payment]:
    """The tries to pay it that may still come to something, the newest first."""
    if order.state is not OrderState.NEW:
        return []
    payments = await store.shop.order_payments(order.id)
    return [one for one in reversed(payments) if one.state is ProviderState.PENDING]
