"""Closings: a hold becomes exactly one of settled, released, expired, by compare-and-set."""

from collections.abc import Sequence

import msgspec

from slovomat.domain.generation import Closing, Held, HoldState
from slovomat.domain.ids import BucketId, GenerationId
from slovomat.domain.money import EntryKind, Movement, Part
from slovomat.domain.request import StoredAnswer
from slovomat.storage.entries import Lines
from slovomat.storage.tx import ConflictError, Row, Tx

_PLACE = ("account_id", "id")
_RECORD = (
    *(*_PLACE, "state", "reason", "upstream", "prompt_tokens", "completion_tokens"),
    *("mode_version", "mode_digest", "now_ms"),
)
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


Done = list[tuple[Ending, Held]]


async def close(tx: Tx, endings: Sequence[Ending]) -> list[bool]:
    """For each: whether it closed its hold. What is released returns whence it came."""
    first: dict[GenerationId, int] = {}
    for n, ending in enumerate(endings):
        first.setdefault(ending.closing.id, n)
    # rows are locked in one order by everybody
    asked = sorted((endings[n].closing.account_id, hold, n) for hold, n in first.items())
    if not asked:
        return []
    closed = await tx.run_each("generation_close", _RECORD, [_record(endings[n]) for *_, n in asked])
    ended = [n for (*_, n), touched in zip(asked, closed, strict=True) if touched]
    if ended:
        done = await _known(tx, [endings[n] for n in ended])
        await _give_or_spend(tx, done)
        await _uncount(tx, done)
        await _answer(tx, done)
    told = set(ended)
    return [n in told for n in range(len(endings))]


def _record(ending: Ending) -> Row:
    closing, mode = ending.closing, ending.closing.mode
    return (
        closing.account_id,
        closing.id,
        closing.state.value,
        closing.reason,
        closing.upstream,
        closing.usage.prompt_tokens,
        closing.usage.completion_tokens,
        mode.version if mode else None,
        mode.digest if mode else None,
        ending.now_ms,
    )


async def _known(tx: Tx, ended: list[Ending]) -> Done:
    """With each what its hold had set aside: as its opener tells, or else as the database does."""
    asked = [ending.closing for ending in ended if ending.closing.held is None]
    found: dict[GenerationId, Held] = {}
    if asked:
        places = [(closing.account_id, closing.id) for closing in asked]
        for closing, rows in zip(asked, await tx.rows_each("entries_held", _PLACE, places), strict=True):
            parts = tuple(Part(BucketId(bucket), amount) for bucket, amount, *_ in rows)
            found[closing.id] = Held(parts, *rows[0][2:])
    return [(ending, ending.closing.held or found[ending.closing.id]) for ending in ended]


async def _give_or_spend(tx: Tx, done: Done) -> None:
    """Every bucket that a hold was taken from spends its part, or gets it back."""
    movements: dict[HoldState, list[Movement]] = {}
    for ending, held in done:
        closing = ending.closing
        of_state = movements.setdefault(closing.state, [])
        for part in held.parts:
            of_state.append((closing.account_id, part.bucket_id, closing.id, part.amount))
    lines = Lines(max([ending.now_ms for ending, _ in done]))
    for state, of_state in movements.items():
        lines.move(_ENTRY_OF[state], of_state)
    try:
        await lines.write(tx)
    except ConflictError:
        ids = [ending.closing.id for ending, _ in done]
        raise AssertionError(f"a bucket does not hold what one of generations {ids} set aside") from None


async def _uncount(tx: Tx, done: Done) -> None:
    """What was not spent does not count against the key's caps."""
    given_back = [
        (held.counted_key, held.day, held.price_requests)
        for ending, held in done
        if held.counted_key is not None and ending.closing.state is not HoldState.SETTLED
    ]
    for key_id, day, price in sorted(given_back):
        await tx.run("key_unuse", key_id=key_id, day=day, amount=price)


async def _answer(tx: Tx, done: Done) -> None:
    """A direct call's answer is kept for repeats; one that failed leaves its key free again."""
    for ending, held in done:
        closing, key = ending.closing, held.idempotency_key
        if key is None or (closing.held is None and await _is_job(tx, closing)):
            continue
        place = {"account_id": closing.account_id, "key": key, "generation_id": closing.id}
        if ending.answer is None or closing.state is not HoldState.SETTLED:
            await tx.run("idempotency_forget", **place)
        else:
            answer = ending.answer
            facts = {"status": answer.status, "type": answer.content_type, "body": answer.body}
            await tx.run("idempotency_answer", **place, **facts)


async def _is_job(tx: Tx, closing: Closing) -> bool:
    """Whose answer is its id, which stays. Who knows what was held for it has made a direct call."""
    return bool(await tx.rows("job_exists", account_id=closing.account_id, id=closing.id))


async def ended_as(tx: Tx, closing: Closing) -> bool:
    """Whether the hold has ended in the state that the closing names."""
    found = await tx.rows("generation_state", account_id=closing.account_id, id=closing.id)
    return bool(found) and found[0][0] == closing.state.value
