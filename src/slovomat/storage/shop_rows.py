"""What the shop's rows say: rows of the queries, made into the port's values."""

from collections.abc import Sequence

from slovomat.ports.payments import ProviderState
from slovomat.ports.shop import (
    Batch,
    Goods,
    Order,
    OrderState,
    Payment,
    Period,
    PeriodState,
    RefundRow,
    RefundState,
    Sale,
)
from slovomat.storage.tx import Row

_PAYMENT = Payment.__struct_fields__
_REFUND = RefundRow.__struct_fields__[:-1]
_PERIOD = Period.__struct_fields__
_SALE = Sale.__struct_fields__
PAYMENT_COLUMNS = len(_PAYMENT)


def goods(row: Sequence[object]) -> Goods:
    """What is sold: title, requests, valid days, plan, version, period."""
    names = ("title", "requests", "valid_days", "plan_id", "version_id", "period_days")
    return Goods(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]


def order(row: Row) -> Order:
    """An order."""
    order_id, account_id, state, *sold, amount, currency, buyer, created, paid = row
    return Order(
        id=order_id,
        account_id=account_id,
        state=OrderState(state),
        goods=goods(sold),
        amount_kopecks=amount,
        currency=currency,
        buyer=buyer,
        created_at_ms=created,
        paid_at_ms=paid,
    )


def payment(row: Row) -> Payment:
    """A payment."""
    facts = dict(zip(_PAYMENT, row, strict=True))
    facts["test"] = bool(facts["test"])
    facts["state"] = ProviderState(facts["state"])
    return Payment(**facts)


def refund(row: Row) -> RefundRow:
    """A refund."""
    facts = dict(zip(_REFUND, row, strict=True))
    facts["state"] = RefundState(facts["state"])
    return RefundRow(**facts)


def period(row: Row) -> Period:
    """A period of a plan."""
    facts = dict(zip(_PERIOD, row, strict=True))
    facts["state"] = PeriodState(facts["state"])
    return Period(**facts)


def sale(row: Row) -> Sale:
    """What was given for an order."""
    return Sale(**dict(zip(_SALE, row, strict=True)))


def batch(row: Row) -> Batch:
    """Codes that were made together."""
    batch_id, *sold, codes, redeemed, note, made_by, expires, created = row
    return Batch(
        id=batch_id,
        goods=goods(sold),
        codes=codes,
        redeemed=redeemed,
        note=note,
        made_by=made_by,
        expires_at_ms=expires,
        created_at_ms=created,
    )
