"""Closings: a hold becomes exactly one of settled, released, expired, by compare-and-set."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.generation import Closing, HoldState
from slovomat.domain.ids import GenerationId
from slovomat.domain.money import Entry, EntryKind
from slovomat.domain.request import StoredAnswer
from slovomat.storage import entries
from slovomat.storage.tx import ConflictError, Row, Tx, Values

_ENTRY_OF = {
    HoldState.SETTLED: EntryKind.SETTLE,
    HoldState.RELEASED: EntryKind.RELEASE,
    HoldState.EXPIRED: EntryKind.EXPIRE,
}


class Ending(msgspec.Struct, frozen=True):
    """A closing to be written, and the answer to be kept for repeats."""

    closing: Closing
    now_ms: int
    answer: StoredAnswer | None = None


async def close(tx: Tx, endings: Sequence[Ending]) -> list[bool]:
    """For each: whether it closed its hold. What is released returns whence it came."""
    first: dict[GenerationId, int] = {}
    for n, ending in enumerate(endings):
        first.setdefault(ending.closing.id, n)
    asked = sorted((endings[n] for n in first.values()), key=_place)
    closed = await tx.rows_each("generation_close", [_record(ending) for ending in asked])
    done = [(ending, rows[0]) for ending, rows in zip(asked, closed, strict=True) if rows]
    await _give_or_spend(tx, done)
    await _uncount(tx, done)
    await _answer(tx, done)
    ended = {ending.closing.id for ending, _ in done}
    return [ending.closing.id in ended and first[ending.closing.id] == n for n, ending in enumerate(endings)]


def _place(ending: Ending) -> tuple[int, int]:
    """Rows are locked in one order by everybody."""
    return ending.closing.account_id, ending.closing.id


def _record(ending: Ending) -> Values:
    closing = ending.closing
    return {
        "id": closing.id,
        "account_id": closing.account_id,
        "state": closing.state.value,
        "reason": closing.reason,
        "upstream": closing.upstream,
        "prompt_tokens": closing.usage.prompt_tokens,
        "completion_tokens": closing.usage.completion_tokens,
        "mode_version": closing.mode.version if closing.mode else None,
        "mode_digest": closing.mode.digest if closing.mode else None,
        "now_ms": ending.now_ms,
    }


async def _give_or_spend(tx: Tx, done: Sequence[tuple[Ending, Row]]) -> None:
    """Every bucket that a hold was taken from spends its part, or gets it back."""
    if not done:
        return
    places = [{"account_id": ending.closing.account_id, "id": ending.closing.id} for ending, _ in done]
    moves = []
    for (ending, _), held in zip(done, await tx.rows_each("entries_held", places), strict=True):
        closing = ending.closing
        moves += [
            Entry(
                account_id=closing.account_id,
                bucket_id=bucket_id,
                kind=_ENTRY_OF[closing.state],
                amount=amount,
                generation_id=closing.id,
            )
            for bucket_id, amount in held
        ]
    locked = sorted({(entry.account_id, entry.bucket_id) for entry in moves})
    await tx.rows_each("bucket_lock", [{"account_id": account, "id": bucket} for account, bucket in locked])
    try:
        await entries.move(tx, moves)
    except ConflictError:
        ids = [ending.closing.id for ending, _ in done]
        raise AssertionError(f"a bucket does not hold what one of generations {ids} set aside") from None
    await entries.book(tx, moves, max(ending.now_ms for ending, _ in done))


async def _uncount(tx: Tx, done: Sequence[tuple[Ending, Row]]) -> None:
    """What was not spent does not count against the key's caps."""
    given_back = [row for ending, row in done if ending.closing.state is not HoldState.SETTLED]
    for key_id, key_counted, day, price, _ in sorted(given_back, key=lambda row: row[:3]):
        if key_counted:
            await tx.run("key_unuse", key_id=key_id, day=day, amount=price)


async def _answer(tx: Tx, done: Sequence[tuple[Ending, Row]]) -> None:
    """A direct call's answer is kept for repeats; one that failed leaves its key free again."""
    for ending, (*_, key) in done:
        closing = ending.closing
        place = {"account_id": closing.account_id, "key": key, "generation_id": closing.id}
        if key is None or await tx.rows("job_exists", account_id=closing.account_id, id=closing.id):
            continue
        if ending.answer is None or closing.state is not HoldState.SETTLED:
            await tx.run("idempotency_forget", **place)
        else:
            answer = ending.answer
            facts = {"status": answer.status, "type": answer.content_type, "body": answer.body}
            await tx.run("idempotency_answer", **place, **facts)


async def ended_as(tx: Tx, closing: Closing) -> bool:
    """Whether the hold has ended in the state that the closing names."""
    found = await tx.rows("generation_state", account_id=closing.account_id, id=closing.id)
    return bool(found) and found[0][0] == closing.state.value
