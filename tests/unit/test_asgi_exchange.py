"""The exchange over ASGI, and the server's task that sends what it writes."""

import asyncio
from typing import Any

import pytest

from slovomat.dialects.calls import Answer
from slovomat.later import Strand
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.web.asgi_exchange import ASGIExchange, Message

pytestmark = pytest.mark.anyio
SCOPE: dict[str, Any] = {"method": "POST", "raw_path": b"/a", "path": "/a", "headers": []}


async def nothing() -> Message:
    """The client says nothing."""
    raise AssertionError("nobody reads")


async def test_a_bug_after_the_answer_reaches_the_server() -> None:
    """What was written is sent first; then the server hears of the bug, and is not told that all is well."""
    exchange, sent = ASGIExchange(dict(SCOPE), nothing, "req_1", Departure(Deadlines(60))), list[str]()

    async def handle() -> None:
        exchange.answer(Answer(200, b"ok", b"text/plain"), b"")
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def send(message: Message) -> None:
        sent.append(message["type"])

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(exchange.send_all(Strand(handle()), send), 2)
    assert sent == ["http.response.start", "http.response.body", "http.response.body"]
