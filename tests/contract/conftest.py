"""The engines that every suite of the Store port runs on."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
from tests.books import Books, open_books

OpenBooks = Callable[..., AbstractAsyncContextManager[Books]]


@pytest.fixture(params=["sqlite"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> OpenBooks:
    """Opens books on the engine under test, with the plan's and the key's facts that a test wants."""
    assert request.param == "sqlite"
    return partial(open_books, tmp_path)


@pytest.fixture
async def books(opening: OpenBooks) -> AsyncIterator[Books]:
    """Books whose plan has no allowance, and a key without caps."""
    async with opening() as opened:
        yield opened
