"""Nodes that start: at once on an empty database, or with what the others do not share."""

from functools import partial
from pathlib import Path

import anyio
import pytest

from slovomat.storage.queries import load_migrations
from tests.wire.crowd import answering_upstream, crowd, job_id
from tests.wire.nodes import kill_all, make_node, open_store, readiness, start_all

pytestmark = pytest.mark.anyio

COUNT = 6
OTHER_SECRET = "0dd5" * 16


async def test_six_nodes_start_at_once_on_an_empty_database(tmp_path: Path, postgres_database: str) -> None:
    """Each migration is applied once, one first key is made, and every node serves it."""
    async with answering_upstream() as upstream:
        services = [
            make_node(tmp_path / f"node{number}", upstream.url, postgres_database) for number in range(COUNT)
        ]
        try:
            await start_all(services)
            keys = [service.key for service in services if (service.data / "first-key.txt").exists()]
            assert len(keys) == 1
            for service in services:
                assert await readiness(service.url) == 200
                async with crowd(partial(str, service.url), keys[0]) as callers:
                    assert (await callers.ended(job_id(await callers.textbot("x"))))["status"] == "completed"
            async with open_store(postgres_database) as store:
                assert store.applied_migrations() == [name for name, _ in load_migrations("postgres")]
                assert len(await store.list_accounts(10)) == 1
                assert len(await store.list_plans()) == 2
                assert (await store.audit()).spent == 2 * COUNT
        finally:
            await kill_all(services)


async def test_a_node_with_another_secret_does_not_start(tmp_path: Path, postgres_database: str) -> None:
    """It exits with 3 and says what to do; the first node is not disturbed."""
    async with answering_upstream() as upstream:
        first = make_node(tmp_path / "first", upstream.url, postgres_database)
        stranger = make_node(tmp_path / "stranger", upstream.url, postgres_database, secret=OTHER_SECRET)
        try:
            await start_all([first])
            with pytest.raises(AssertionError, match=r"made with another secret\. Give every node the same"):
                await anyio.to_thread.run_sync(stranger.start)
            assert await readiness(first.url) == 200
        finally:
            await kill_all([first])
