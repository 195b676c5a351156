"""Databases of earlier versions: brought up to date at the start, with all that was in them."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.books import LEASE_MS, MODE, Books, mark
from tests.played_env import NOON_MS, PlayedEnv

from slovomat.domain.generation import HoldState, JobState
from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.request import StoredAnswer
from slovomat.ports.store import ClaimOrder
from slovomat.storage.open import make_store
from slovomat.storage.queries import load_migrations

pytestmark = pytest.mark.anyio
INSTANCES = Path(__file__).parent / "instances"


async def test_an_instance_of_the_first_schema_goes_on(tmp_path: Path) -> None:
    """Books, jobs, kept answers; what a dead process held is found, and what waits is run."""
    path = tmp_path / "books.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((INSTANCES / "0001_base.sql").read_text("utf-8"))
    store = make_store(path)
    await store.open()
    assert list(store.applied_migrations()) == [name for name, _ in load_migrations("sqlite")]
    assert (await store.audit()).violations == ()
    account = await store.find_account("customer@example.org")
    assert account is not None
    key = (await store.list_keys(account.id))[0]
    assert key.name == "key"
    (orphan,) = await store.orphaned_holds(NOON_MS, 10)
    await store.alone("new")
    assert await store.take_over("new", (), NOON_MS, 10) == 1
    order = ClaimOrder(owner="new", limit=10, now_ms=NOON_MS, lease_ms=LEASE_MS)
    waiting = await store.claim(order)
    assert [(job.text, job.mode) for job in waiting] == [("running", MODE), ("queued", MODE)]
    ended = [await store.find_job(account.id, GenerationId(waiting[0].id - back)) for back in (2, 1)]
    assert [view and view.state for view in ended] == [JobState.COMPLETED, JobState.FAILED]
    caller = await store.find_caller(hashlib.sha256(b"key").digest())
    assert caller is not None
    books = Books(store, PlayedEnv(NOON_MS), AccountId(account.id), caller.key)
    assert await books.hold(12, allowance=10, idempotency=mark("direct")) == StoredAnswer(
        200, "application/json", b'{"kept": 1}'
    )
    assert await books.close(orphan.id, HoldState.EXPIRED)
    for job in waiting:
        assert await books.complete(job)
    assert await books.balance(10) == 13
    await books.balanced()
    await store.close_store()
