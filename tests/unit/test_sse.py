"""A stream on its way to the client, without a network."""

import pytest
from tests.direct_stand import HOT

from slovomat.dialects.openai_answer import Frame
from slovomat.domain.refusal import Code, Refusal
from slovomat.later import Later, Strand
from slovomat.usecases.departure import Deadlines, Departure
from slovomat.web.direct import DirectExchange
from slovomat.web.heads import Head
from slovomat.web.sse import EventStream

pytestmark = pytest.mark.anyio


class PlayedConnection:
    """Remembers what was sent."""

    address = "192.0.2.1"
    full = False

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def common_block(self) -> bytes:
        """None."""
        return b""

    def send(self, data: bytes) -> None:
        """One more piece."""
        self.sent.append(data)

    def answered(self, *, whole: bool) -> None:
        """Nothing follows."""


async def test_no_comment_falls_into_an_error_answer() -> None:
    """While the failure waits for the balance that it is to tell, the headers of a stream must not go out."""
    connection, balance, refused = PlayedConnection(), Later[None](), list[Refusal]()
    exchange = DirectExchange(connection, Head(HOT, [], "chat"), b"{}", "req_1", Departure(Deadlines(60)))

    async def refuse(refusal: Refusal) -> None:
        await balance
        refused.append(refusal)

    stream = EventStream(
        exchange,
        b"",
        frame=Frame(id="1", created_s=1, model="m", shown_model=""),
        keep=False,
        clock=lambda: 0.0,
        refuse=refuse,
        error_body=lambda _refusal: b"{}",
    )
    breaking = Strand(stream.broken(Refusal(code=Code.INTERNAL)))
    stream.tend(1000, keepalive_s=1, stall_s=1000)
    assert (connection.sent, exchange.started) == ([], False)
    balance.resolve(None)
    await breaking
    assert [refusal.code for refusal in refused] == [Code.INTERNAL]
