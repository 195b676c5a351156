"""A lane's batches, and those who wait for them; no database."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from slovomat.later import Later
from slovomat.storage.postgres_lane import Lane

pytestmark = pytest.mark.anyio


async def echo(_tx: object, said: Sequence[str]) -> list[str]:
    """A rule that gives back what it is given."""
    return list(said)


async def carry_out(work: Callable[[Any], Awaitable[Any]]) -> Any:
    """In a transaction that does nothing."""
    return await work(None)


def raises(_later: object) -> None:
    """A bug of one who waits."""
    raise ZeroDivisionError


async def test_a_bug_of_one_who_waits_does_not_stop_the_lane() -> None:
    """What is submitted after it is carried out."""
    tasks: list[asyncio.Future[None]] = []
    lane: Lane[str, str] = Lane(echo, carry_out, lambda work: tasks.append(asyncio.ensure_future(work)))
    lane.submit("buggy").then(raises)
    await asyncio.wait(tasks)
    assert isinstance(tasks[0].exception(), ZeroDivisionError)
    later: Later[str] = lane.submit("later")
    assert await asyncio.wait_for(later, 5) == "later"
