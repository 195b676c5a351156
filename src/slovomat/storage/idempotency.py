"""A repeat finds the first answer: the rows of idempotency keys, and what they say."""

from collections.abc import Sequence

from slovomat.domain.ids import GenerationId
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, Idempotency, StoredAnswer
from slovomat.ports.store import HoldOrder, HoldResult
from slovomat.storage.tx import Row, Tx


async def earlier(tx: Tx, order: HoldOrder) -> HoldResult | None:
    """The answer of an earlier call with this idempotency key, as far as it is known."""
    return (await earlier_each(tx, [order]))[0]


async def earlier_each(tx: Tx, orders: Sequence[HoldOrder]) -> list[HoldResult | None]:
    """The same for many; None for a new call, whose row of old, should there be one, is gone after it."""
    results: list[HoldResult | None] = [None] * len(orders)
    keyed = [(n, order, order.idempotency) for n, order in enumerate(orders) if order.idempotency is not None]
    if not keyed:
        return results
    places = [(order.account_id, asked.key) for _, order, asked in keyed]
    known = await tx.rows_each("idempotency_find", ("account_id", "key"), places)
    for (n, order, asked), found in zip(keyed, known, strict=True):
        if found:
            results[n] = _said(order, asked, found[0])
    return results


def _said(order: HoldOrder, asked: Idempotency, row: Row) -> HoldResult | None:
    fingerprint, created_at_ms, status, kind, body, generation, left, price, job = row
    if created_at_ms < order.idempotency_since_ms:
        return None
    if bytes(fingerprint) != asked.fingerprint:
        return Refusal(code=Code.IDEMPOTENCY_MISMATCH)
    if job is not None:
        return Accepted(
            id=GenerationId(generation),
            account_id=order.account_id,
            balance_requests=left,
            charged_requests=price,
            replayed=True,
        )
    if status is None:
        return Refusal(code=Code.IDEMPOTENCY_IN_PROGRESS, retry_after_ms=1000)
    return StoredAnswer(status, kind, bytes(body))


async def remember(tx: Tx, calls: Sequence[tuple[HoldOrder, GenerationId]]) -> None:
    """Writes the keys of accepted calls; a row past its time makes room."""
    keyed = [(order, order.idempotency, made) for order, made in calls if order.idempotency is not None]
    if not keyed:
        return
    places = [(order.account_id, asked.key, order.idempotency_since_ms) for order, asked, _ in keyed]
    await tx.run_each("idempotency_outlived", ("account_id", "key", "before_ms"), places)
    rows = [
        (order.account_id, asked.key, asked.fingerprint, made, order.now_ms) for order, asked, made in keyed
    ]
    await tx.run_each(
        "idempotency_add", ("account_id", "key", "fingerprint", "generation_id", "now_ms"), rows
    )
