"""The writer's batches, and those who wait for them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest

from slovomat.later import Later, Strand
from slovomat.storage.sqlite_writer import SQLiteWriter, Submitted

pytestmark = pytest.mark.anyio


async def echo(_tx: object, said: str) -> str:
    """A rule that gives back what it is given."""
    return said


def raises(_later: object) -> None:
    """A bug of one who waits."""
    raise ZeroDivisionError


@pytest.fixture
async def writer() -> AsyncIterator[SQLiteWriter]:
    """A new one; closing it ends only when nothing is under way."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    made = SQLiteWriter(connection, {}, 1)
    yield made
    await asyncio.wait_for(made.close(), 5)


def write(writer: SQLiteWriter, said: str) -> Submitted:
    """One more to be committed."""
    return writer.submit(Submitted(echo, (said,), False))


async def told(write: Later[Any]) -> object:
    """What it hears, and it must hear."""
    return await asyncio.wait_for(write, 5)


async def test_a_bug_of_one_who_waits_is_his_own(writer: SQLiteWriter) -> None:
    """The others of his batch are told, those of the next one too, and the loop hears of the bug."""
    bugs: list[BaseException] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: bugs.append(context["exception"]))
    first, buggy, last = (write(writer, said) for said in ("first", "buggy", "last"))
    buggy.then(raises)
    assert (await told(first), await told(last)) == ("first", "last")
    assert await told(write(writer, "later")) == "later"
    assert [type(bug) for bug in bugs] == [ZeroDivisionError]


async def test_who_awaits_anothers_write_spoils_nothing(writer: SQLiteWriter) -> None:
    """Resumed by a commit, a strand awaits what another awaits already: it fails, and the batch is told."""
    first, shared, last = (write(writer, said) for said in ("first", "shared", "last"))

    async def wait(*writes: Submitted) -> list[object]:
        return [await one for one in writes]

    rightful, wrong = Strand(wait(shared)), Strand(wait(first, shared))
    heard = await asyncio.gather(told(last), told(rightful), told(wrong), return_exceptions=True)
    assert heard[0] == "last"
    assert heard[1] == ["shared"]
    assert isinstance(heard[2], AssertionError)
    assert await told(write(writer, "later")) == "later"
