"""Bugs of the ledger: what must be one transaction is two, or books what it must not."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from slovomat.domain.days import Calendar
from slovomat.domain.generation import ClaimedJob, Closing, HoldState
from slovomat.domain.money import EntryKind
from slovomat.domain.request import Accepted, StoredAnswer
from slovomat.ports.env import Env
from slovomat.ports.store import HoldOrder, HoldResult, Store, StoreUnavailableError
from slovomat.ports.upstream import Upstream
from slovomat.ports.watch import Watch
from slovomat.simulation.composition import Composition, Parts
from slovomat.storage import closings, holds, idempotency
from slovomat.storage.closings import Ending
from slovomat.storage.entries import Lines
from slovomat.storage.store import SQLStore
from slovomat.storage.tx import Engine, Names, Row, Tx
from slovomat.usecases.generate import Generator
from slovomat.usecases.settle import Settler


class _Bent:
    """A Tx that answers some queries itself: with rows seen earlier, or with nothing."""

    def __init__(self, tx: Tx, answers: dict[str, list[list[Row]]]) -> None:
        self._tx = tx
        self._answers = answers
        self.rows = tx.rows
        self.run = tx.run
        self.add_each = tx.add_each

    async def rows_each(self, query: str, names: Names, items: Sequence[Row]) -> list[list[Row]]:
        """The rows, or those seen earlier."""
        if query in self._answers:
            return self._answers[query]
        return await self._tx.rows_each(query, names, items)

    async def run_each(self, query: str, names: Names, items: Sequence[Row]) -> list[bool]:
        """Runs it, or leaves it out."""
        return [] if query in self._answers else await self._tx.run_each(query, names, items)


class CheckThenAct(Composition):
    """The balance is read in one transaction and spent in the next."""

    def store(self, engine: Engine) -> Store:
        """A store that decides by what it saw."""

        class _Store(SQLStore):
            async def hold(self, order: HoldOrder) -> HoldResult:
                seen = await self._engine.read(_see, order)
                return await self._engine.write(_act, order, seen)

        return _Store(engine)

    def queries(self) -> dict[str, str]:
        """Without the guard that would notice it."""
        queries = super().queries()
        guard = " AND available + :available >= 0 AND held + :held >= 0"
        return queries | {"bucket_move": queries["bucket_move"].replace(guard, "")}


async def _see(tx: Tx, order: HoldOrder) -> list[Row]:
    return await tx.rows("buckets_of", account_id=order.account_id, day=order.day, now_ms=order.now_ms)


async def _act(tx: Tx, order: HoldOrder, seen: list[Row]) -> HoldResult:
    return (await holds.hold(_Bent(tx, {"buckets_of": [seen]}), [order]))[0]


class KeyRememberedLater(Composition):
    """The idempotency key is written after the hold, in a transaction of its own."""

    def store(self, engine: Engine) -> Store:
        """A store of two steps."""

        class _Store(SQLStore):
            async def hold(self, order: HoldOrder) -> HoldResult:
                result = await self._engine.write(_forgetful, order)
                if isinstance(result, Accepted) and not result.replayed:
                    await self._engine.write(idempotency.remember, [(order, result.id)])
                return result

        return _Store(engine)


async def _forgetful(tx: Tx, order: HoldOrder) -> HoldResult:
    return (await holds.hold(_Bent(tx, {"idempotency_add": []}), [order]))[0]


class ResultWithoutSettlement(Composition):
    """A job's result is written first, its settlement after it."""

    def store(self, engine: Engine) -> Store:
        """A store of two steps."""

        class _Store(SQLStore):
            async def complete(self, job: ClaimedJob, result: str, closing: Closing, now_ms: int) -> bool:
                facts = {"account_id": job.account_id, "id": job.id, "token": job.token}
                if not await self._engine.write(_complete, {**facts, "text": result, "now_ms": now_ms}):
                    return False
                return await self.close(closing, now_ms)

        return _Store(engine)


async def _complete(tx: Tx, facts: dict[str, Any]) -> int:
    return await tx.run("job_complete", **facts)


class AnswerBeforeCommit(Composition):
    """A closing is told as written while it is on its way."""

    def store(self, engine: Engine) -> Store:
        """A store that does not wait."""

        class _Store(SQLStore):
            async def close(self, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> bool:
                super().close(closing, now_ms, answer)
                return True

        return _Store(engine)


class SilenceIsNo(Composition):
    """A commit that takes long is taken for one that failed."""

    def store(self, engine: Engine) -> Store:
        """A store without patience."""

        class _Store(SQLStore):
            async def hold(self, order: HoldOrder) -> HoldResult:
                try:
                    async with asyncio.timeout(0.2):
                        return await super().hold(order)
                except TimeoutError as error:
                    raise StoreUnavailableError from error

        return _Store(engine)


class RefundElsewhere(Composition):
    """What is released returns to whichever bucket comes first."""

    def store(self, engine: Engine) -> Store:
        """A store that confuses them."""

        class _Store(SQLStore):
            async def close(self, closing: Closing, now_ms: int, answer: StoredAnswer | None = None) -> bool:
                asked = msgspec.structs.replace(closing, held=None)
                return await self._engine.write(_confused, Ending(asked, now_ms, answer))

        return _Store(engine)


async def _confused(tx: Tx, ending: Ending) -> bool:
    closing = ending.closing
    held = await tx.rows("entries_held", account_id=closing.account_id, id=closing.id)
    packs = await tx.rows("account_packs", account_id=closing.account_id)
    if closing.state is not HoldState.SETTLED and packs:
        held = [(packs[0][0], sum(row[1] for row in held), *held[0][2:])]
    return (await closings.close(_Bent(tx, {"entries_held": [held]}), [ending]))[0]


class AllowanceReset(Composition):
    """Every start fills the day's allowances again."""

    async def after_start(self, parts: Parts, env: Env) -> None:
        """Fills them."""
        day = Calendar("Europe/Moscow").day(env.now_ms())
        await parts.store.reset(day)  # type: ignore[attr-defined]

    def store(self, engine: Engine) -> Store:
        """A store that can."""

        class _Store(SQLStore):
            async def reset(self, day: str) -> None:
                await self._engine.write(_reset, day)

        return _Store(engine)


async def _reset(tx: Tx, day: str) -> None:
    for account, *_ in await tx.rows("accounts_all", limit=10):
        for bucket, of_day, available, _, granted in await tx.rows(
            "buckets_seen", account_id=account, day=day, now_ms=0
        ):
            if of_day and granted > available:
                lines = Lines(0)
                lines.move(EntryKind.ADJUST, [(account, bucket, None, granted - available)])
                await lines.write(tx)


class FailureCharged(Composition):
    """A call whose upstream failed is settled."""

    def generator(self, upstream: Upstream, settler: Settler, env: Env, watch: Watch) -> Generator:
        """One that charges."""
        made = super().generator(upstream, settler, env, watch)
        real = made.close

        async def close(closing: Closing, answer: StoredAnswer | None) -> bool:
            if closing.reason.startswith("upstream"):
                closing = msgspec.structs.replace(closing, state=HoldState.SETTLED)
            return await real(closing, answer)

        vars(made)["close"] = close
        return made
