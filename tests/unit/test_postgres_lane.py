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
    """It is told to the loop; the others of the batch, and what is submitted after it, are carried out."""
    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    lane: Lane[str, str] = Lane(echo, carry_out, asyncio.ensure_future)
    lane.submit("buggy").then(raises)
    beside: Later[str] = lane.submit("beside")
    assert await asyncio.wait_for(beside, 5) == "beside"
    after: Later[str] = lane.submit("after")
    assert await asyncio.wait_for(after, 5) == "after"
    assert [type(fault["exception"]) for fault in faults] == [ZeroDivisionError]
