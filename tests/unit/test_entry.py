"""The entry over played connections: the real handlers and store, an upstream that answers at once."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from tests.books import Books, open_books
from tests.direct_stand import HOT
from tests.one_mode import OneMode
from tests.upstream_calls import piece

from slovomat.app import App
from slovomat.domain.events import Done, Failure, Usage
from slovomat.domain.keys import key_hash, make_key
from slovomat.limits.open import LocalCounting
from slovomat.ports.store import NewKey
from slovomat.ports.upstream import Call, Deliver
from slovomat.seat import Seat
from slovomat.settings import load_settings
from slovomat.upstreams.echo import Echo
from slovomat.web.asgi import Entry
from slovomat.web.desk import Desk
from slovomat.web.direct import DirectExchange
from slovomat.web.exchange import Exchange
from slovomat.web.heads import Head
from slovomat.web.server import listen
from slovomat.web.sse import EventStream

pytestmark = pytest.mark.anyio
KEY, SECRET = make_key(bytes(32)), b"secret"
BODY = b'{"model": "m", "stream": true, "messages": [{"role": "user", "content": "a"}]}'


class Speaking(Echo):
    """An upstream whose streams say one thing, in the next turn."""

    def stream(self, _body_rest: bytes, deliver: Deliver) -> Call[Done | Failure]:
        """One chunk and the end."""
        call = Call[Done | Failure]()

        def speak() -> None:
            deliver([piece({"content": "x"}, "stop")])
            call.resolve(Done(Usage(1, 1)))

        asyncio.get_running_loop().call_soon(speak)
        return call


class PlayedConnection:
    """Remembers what was sent, and says when the exchange has ended."""

    address = "192.0.2.1"
    full = False

    def __init__(self) -> None:
        self.sent = b""
        self.ended = asyncio.get_running_loop().create_future()

    def common_block(self) -> bytes:
        """None."""
        return b""

    def send(self, data: bytes) -> None:
        """One more piece."""
        self.sent += data

    def answered(self, *, whole: bool) -> None:
        """The end."""
        self.ended.set_result(whole)


async def cancelled(_exchange: Exchange) -> None:
    """A handler that something has cancelled."""
    raise asyncio.CancelledError


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    """A customer with requests and the key."""
    async with open_books(tmp_path) as opened:
        key = NewKey(account_id=opened.account, hash=key_hash(SECRET, KEY), shown="slv_", name="own")
        await opened.store.add_key(key, opened.env.now_ms())
        await opened.credit(100)
        yield opened


@pytest.fixture
def entry(books: Books, tmp_path: Path) -> Entry:
    """One whose health is a cancelled handler."""
    loaded = load_settings({"data": tmp_path}, environ={})
    with listen("127.0.0.1", 0) as listener:
        modes = cast("Any", OneMode())
        app = App(loaded, books.env, books.store, modes, secret=SECRET, listener=listener, seat=Seat())
    services, _ = app._compose(Speaking(), LocalCounting(books.env))
    return Entry(Desk(services, lambda: "http://x"), cast("Any", None), {"/health": cancelled})


def left() -> int:
    """How many streams and exchanges there are."""
    return sum(type(one) in {EventStream, DirectExchange} for one in gc.get_objects())


async def stream(entry: Entry) -> bytes:
    """A streamed chat the direct way, to its end."""
    endpoint, connection = entry.hot(HOT), PlayedConnection()
    assert endpoint is not None
    head = Head(HOT, [(b"host", b"x"), (b"authorization", b"Bearer " + KEY.encode())], endpoint)
    entry.take(connection, head, BODY)
    assert await asyncio.wait_for(connection.ended, 5)
    return connection.sent


async def test_a_finished_stream_leaves_no_cycles(entry: Entry) -> None:
    """Stream and exchange go with the last who needs them: the collector, which runs seldom, finds none."""
    gc.collect()
    before = left()
    gc.disable()
    try:
        for _ in range(3):
            assert b"data: [DONE]" in await stream(entry)
        await asyncio.sleep(0)
        assert left() == before
    finally:
        gc.enable()


async def test_a_handler_that_was_cancelled_lets_its_exchange_go(entry: Entry) -> None:
    """Nobody would answer any more: the connection is broken off."""
    bugs: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bugs.append(context["exception"]))
    connection = PlayedConnection()
    entry.take(connection, cast("Any", Head("/health", [], None)), b"")
    assert await asyncio.wait_for(connection.ended, 5) is False
    await asyncio.sleep(0)
    assert [type(bug) for bug in bugs] == [asyncio.CancelledError]
