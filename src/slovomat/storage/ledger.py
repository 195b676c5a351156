"""The ledger's rules: hold, close, balance. Each is one transaction, whatever the engine."""

from slovomat.domain.caller import KeyPolicy
from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import AccountId, BucketId, GenerationId
from slovomat.domain.money import Bucket, Entry, EntryKind, Part, allowance_change, balance, plan_spend
from slovomat.domain.refusal import Code, Refusal
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.ports.store import BalanceQuery, Credit, HoldOrder, HoldResult
from slovomat.storage.tx import ConflictError, Tx

_UNCAPPED = 1 << 62
_ENTRY_OF = {
    HoldState.SETTLED: EntryKind.SETTLE,
    HoldState.RELEASED: EntryKind.RELEASE,
    HoldState.EXPIRED: EntryKind.EXPIRE,
}


async def hold(tx: Tx, order: HoldOrder) -> HoldResult:
    """Sets the price aside, or answers from the first call with this idempotency key, or refuses."""
    if order.idempotency is not None:
        found = await earlier(tx, order)
        if found is not None:
            return found
        await tx.run(
            "idempotency_outlived",
            account_id=order.account_id,
            key=order.idempotency.key,
            before_ms=order.idempotency_since_ms,
        )
    if order.allowance is not None:
        await _follow_plan(tx, order, order.allowance)
    buckets = await _spendable(tx, order)
    there = balance(buckets)
    parts = plan_spend(buckets, order.price_requests)
    room = await _cap_room(tx, order.key, order.day)
    if parts is None:
        return Refusal(code=Code.BALANCE_LOW, balance_requests=min(there, room))
    if room < order.price_requests:
        return Refusal(code=Code.KEY_CAP, balance_requests=min(there, room))
    left = min(there, room) - order.price_requests
    generation = await _open_generation(tx, order, left)
    await _take(tx, order, generation, parts)
    return Accepted(id=generation, balance_requests=left, charged_requests=order.price_requests)


async def earlier(tx: Tx, order: HoldOrder) -> HoldResult | None:
    """The answer of an earlier call with this idempotency key, as far as it is known."""
    asked = order.idempotency
    if asked is None:
        return None
    found = await tx.rows("idempotency_find", account_id=order.account_id, key=asked.key)
    if not found:
        return None
    fingerprint, created_at_ms, status, kind, body, generation, left, price, job = found[0]
    if created_at_ms < order.idempotency_since_ms:
        return None
    if bytes(fingerprint) != asked.fingerprint:
        return Refusal(code=Code.IDEMPOTENCY_MISMATCH)
    if job is not None:
        return Accepted(
            id=GenerationId(generation), balance_requests=left, charged_requests=price, replayed=True
        )
    if status is None:
        return Refusal(code=Code.IDEMPOTENCY_IN_PROGRESS, retry_after_ms=1000)
    return StoredAnswer(status, kind, bytes(body))


async def _follow_plan(tx: Tx, order: HoldOrder, daily_requests: int) -> None:
    """Opens the day's allowance once, and lets it follow a plan that was changed during the day."""
    found = await tx.rows("bucket_of_day", account_id=order.account_id, day=order.day)
    if not found:
        if daily_requests > 0:
            await _open_day(tx, order, daily_requests)
        return
    bucket_id, granted, available = found[0]
    change = allowance_change(granted, available, daily_requests)
    if change:
        if not await tx.run("bucket_change", id=bucket_id, amount=change):
            raise ConflictError
        await _book(tx, _of_day(order, bucket_id, EntryKind.ADJUST, change), order.now_ms)


async def _open_day(tx: Tx, order: HoldOrder, daily_requests: int) -> None:
    made = await tx.rows(
        "bucket_add",
        account_id=order.account_id,
        day=order.day,
        title=order.day,
        amount=daily_requests,
        expires_at_ms=None,
        now_ms=order.now_ms,
    )
    if not made:
        raise ConflictError
    await _book(tx, _of_day(order, made[0][0], EntryKind.GRANT, daily_requests), order.now_ms)


def _of_day(order: HoldOrder, bucket_id: BucketId, kind: EntryKind, amount: int) -> Entry:
    return Entry(account_id=order.account_id, bucket_id=bucket_id, kind=kind, amount=amount, reason="plan")


async def _spendable(tx: Tx, query: HoldOrder | BalanceQuery) -> list[Bucket]:
    if query.allowance is None:
        return await spendable_packs(tx, query.account_id, query.now_ms)
    found = await tx.rows(
        "buckets_spendable", account_id=query.account_id, day=query.day, now_ms=query.now_ms
    )
    return [Bucket(*row) for row in found]


async def spendable_packs(tx: Tx, account_id: AccountId, now_ms: int) -> list[Bucket]:
    """The account's packs that are neither empty nor past their expiry."""
    return [Bucket(*row) for row in await tx.rows("packs_spendable", account_id=account_id, now_ms=now_ms)]


async def _cap_room(tx: Tx, key: KeyPolicy, day: str) -> int:
    """Requests that the key's own caps still allow."""
    if not key.capped:
        return _UNCAPPED
    used = {row[0]: row[1] for row in await tx.rows("key_used", key_id=key.id, day=day)}
    in_day = _UNCAPPED if key.cap_day is None else key.cap_day - used.get(day, 0)
    in_all = _UNCAPPED if key.cap_total is None else key.cap_total - used.get("", 0)
    return max(0, min(in_day, in_all))


async def _open_generation(tx: Tx, order: HoldOrder, left: int) -> GenerationId:
    mode = order.mode
    made = await tx.rows(
        "generation_add",
        account_id=order.account_id,
        key_id=order.key.id,
        key_counted=int(order.key.capped),
        dialect=order.dialect,
        day=order.day,
        price=order.price_requests,
        balance_after=left,
        owner="" if order.job_text is not None else order.owner,
        idempotency_key=order.idempotency.key if order.idempotency else None,
        mode_id=mode.id if mode else None,
        mode_version=mode.version if mode else None,
        mode_digest=mode.digest if mode else None,
        cut_chars=order.cut_chars,
        now_ms=order.now_ms,
        expires_at_ms=order.expires_at_ms,
    )
    return GenerationId(made[0][0])


async def _take(tx: Tx, order: HoldOrder, generation: GenerationId, parts: list[Part]) -> None:
    for part in parts:
        if not await tx.run("bucket_hold", id=part.bucket_id, amount=part.amount):
            raise ConflictError
        entry = Entry(
            account_id=order.account_id,
            bucket_id=part.bucket_id,
            kind=EntryKind.HOLD,
            amount=part.amount,
            generation_id=generation,
        )
        await _book(tx, entry, order.now_ms)
    if order.key.capped:
        for day in (order.day, ""):
            await tx.run("key_use", key_id=order.key.id, day=day, amount=order.price_requests)
    if order.job_text is not None:
        await tx.run(
            "job_add",
            id=generation,
            account_id=order.account_id,
            text=order.job_text,
            now_ms=order.now_ms,
        )
    if order.idempotency is not None:
        await tx.run(
            "idempotency_add",
            account_id=order.account_id,
            key=order.idempotency.key,
            fingerprint=order.idempotency.fingerprint,
            generation_id=generation,
            now_ms=order.now_ms,
        )


async def close(tx: Tx, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> bool:
    """Settles, releases or expires a hold by compare-and-set; what is released returns whence it came."""
    found = await tx.rows(
        "generation_close",
        id=closing.id,
        state=closing.state.value,
        reason=closing.reason,
        upstream=closing.upstream,
        prompt_tokens=closing.usage.prompt_tokens,
        completion_tokens=closing.usage.completion_tokens,
        mode_version=closing.mode.version if closing.mode else None,
        mode_digest=closing.mode.digest if closing.mode else None,
        now_ms=now_ms,
    )
    if not found:
        return False
    account_id, key_id, key_counted, day, price, idempotency_key = found[0]
    settled = closing.state is HoldState.SETTLED
    kind = _ENTRY_OF[closing.state]
    for bucket_id, amount in await tx.rows("entries_held", id=closing.id):
        if not await tx.run("bucket_settle" if settled else "bucket_release", id=bucket_id, amount=amount):
            raise AssertionError(f"bucket {bucket_id} does not hold what generation {closing.id} set aside")
        entry = Entry(
            account_id=account_id, bucket_id=bucket_id, kind=kind, amount=amount, generation_id=closing.id
        )
        await _book(tx, entry, now_ms)
    if key_counted and not settled:
        await tx.run("key_unuse", key_id=key_id, day=day, amount=price)
    if idempotency_key is not None:
        await _keep_answer(tx, account_id, idempotency_key, closing, answer)
    return True


async def _keep_answer(
    tx: Tx, account_id: int, key: str, closing: Closing, answer: StoredAnswer | None
) -> None:
    """A direct call's answer is kept for repeats; one that failed leaves its key free again."""
    if await tx.rows("job_exists", id=closing.id):
        return
    if answer is None or closing.state is not HoldState.SETTLED:
        await tx.run("idempotency_forget", account_id=account_id, key=key, generation_id=closing.id)
        return
    await tx.run(
        "idempotency_answer",
        account_id=account_id,
        key=key,
        generation_id=closing.id,
        status=answer.status,
        type=answer.content_type,
        body=answer.body,
    )


async def read_balance(tx: Tx, query: BalanceQuery) -> int:
    """What a hold made now could take at most. A day not yet opened counts in full."""
    there = balance(await _spendable(tx, query))
    if query.allowance is not None:
        found = await tx.rows("bucket_of_day", account_id=query.account_id, day=query.day)
        there += allowance_change(found[0][1], found[0][2], query.allowance) if found else query.allowance
    return min(there, await _cap_room(tx, query.key, query.day))


async def expired_holds(tx: Tx, now_ms: int, limit: int) -> list[GenerationId]:
    """Holds without a job that are past their time."""
    return [GenerationId(row[0]) for row in await tx.rows("generations_expired", now_ms=now_ms, limit=limit)]


async def orphaned_holds(tx: Tx, owner: str, limit: int) -> list[GenerationId]:
    """Holds without a job that other processes left open."""
    return [GenerationId(row[0]) for row in await tx.rows("generations_orphaned", owner=owner, limit=limit)]


async def grant_pack(tx: Tx, credit: Credit) -> None:
    """A new pack of an account, with its entry."""
    made = await tx.rows(
        "bucket_add",
        account_id=credit.account_id,
        day=None,
        title=credit.title,
        amount=credit.requests,
        expires_at_ms=credit.expires_at_ms,
        now_ms=credit.now_ms,
    )
    entry = Entry(
        account_id=credit.account_id,
        bucket_id=made[0][0],
        kind=EntryKind.GRANT,
        amount=credit.requests,
        reason=credit.reason,
    )
    await _book(tx, entry, credit.now_ms)


async def debit_pack(tx: Tx, credit: Credit, part: Part) -> None:
    """Takes back what was granted to a pack and is not spent."""
    if not await tx.run("bucket_change", id=part.bucket_id, amount=-part.amount):
        raise ConflictError
    entry = Entry(
        account_id=credit.account_id,
        bucket_id=part.bucket_id,
        kind=EntryKind.DEBIT,
        amount=part.amount,
        reason=credit.reason,
    )
    await _book(tx, entry, credit.now_ms)


async def _book(tx: Tx, entry: Entry, now_ms: int) -> None:
    granted, available, held, spent = entry.changes()
    await tx.run(
        "entry_add",
        account_id=entry.account_id,
        bucket_id=entry.bucket_id,
        generation_id=entry.generation_id,
        kind=entry.kind.value,
        granted=granted,
        available=available,
        held=held,
        spent=spent,
        reason=entry.reason,
        now_ms=now_ms,
    )
