"""A person's own orders, found by number, and nobody else's; and through whom they can be paid."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from slovomat.domain.ids import OrderId
from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import Order, OrderState, Payment
from slovomat.ports.store import Store
from slovomat.web.pages.backstage import Till
from slovomat.web.pages.visitor import visitor

LARGEST_ID = 2**53


class Way(msgspec.Struct, frozen=True):
    """Through whom an order can be paid: `title`, and in `hint` by what."""

    name: str
    title: str
    hint: str


def way_of(till: Till, provider: str, language: str) -> Way:
    """A provider as buyers know it: what it takes stands behind a colon of its title."""
    title, _, hint = till.title(provider, language).partition(": ")
    return Way(provider, title, hint)


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
