"""The benchmark's grown database is one that the service could have written itself."""

from pathlib import Path

import pytest
from benchmarks.filler import Size, SQLiteDatabase, fill, key_of

from slovomat.domain.caller import DIALECTS, Plan
from slovomat.domain.ids import PlanId
from slovomat.domain.keys import key_hash, well_formed
from slovomat.ports.accounts import PlanOffer
from slovomat.storage.sqlite import SQLiteEngine
from slovomat.storage.store import SQLStore

SECRET = b"5" * 32
PLAN = Plan(id=PlanId(0), name="bench", daily_requests=0, dialects=frozenset(DIALECTS), api_allowance=True)


@pytest.mark.anyio
async def test_books_of_a_filled_database_balance(tmp_path: Path) -> None:
    """Every invariant of the audit holds, and each key opens its account."""
    file = tmp_path / "grown.db"
    empty = SQLStore(SQLiteEngine(file))
    await empty.open()
    await empty.save_plan(PlanOffer(plan=PLAN, on_sale=False))
    await empty.close_store()
    with SQLiteDatabase.opened(file) as database:
        fill(database, PLAN.name, SECRET, Size(accounts=7, generations=7 * 24))
    store = SQLStore(SQLiteEngine(file))
    await store.open()
    try:
        audit = await store.audit()
        assert audit.violations == ()
        assert (audit.entries, audit.spent, audit.held) == (7 + 2 * 7 * 24, 2 * 7 * 24, 0)
        assert well_formed(key_of(7))
        caller = await store.find_caller(key_hash(SECRET, key_of(7)))
        assert caller is not None
        assert caller.account_id == 7
    finally:
        await store.close_store()
