"""One call of the chaos upstream that is to be answered, and what it is to be answered with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.wire.chaos_answers import answer_text
from tests.wire.chaos_bytes import STYLES
from tests.wire.chaos_order import Fault, Order

TEXTLESS = {"empty": "", "blank": " \n\t ", "null": None}
_PAUSE_S = 0.001
"""Between two packets, so that they arrive as two."""


@dataclass
class Turn:
    """One call to be answered. `gate` returns when the call may go on."""

    order: Order
    fault: Fault | None
    writer: asyncio.StreamWriter
    gate: Callable[[], Awaitable[object]]

    @property
    def kind(self) -> str:
        """Of the fault."""
        return self.fault.kind if self.fault else ""

    @property
    def styles(self) -> frozenset[str]:
        """In which the events are written; a style may be asked for as a fault as well."""
        return self.order.styles | (STYLES & {self.kind})

    @property
    def content(self) -> str | None:
        """The text of the answer."""
        return TEXTLESS[self.kind] if self.kind in TEXTLESS else answer_text(self.order)

    def option(self, name: str, default: float) -> float:
        """A figure of the fault's."""
        return self.fault.number(name, default) if self.fault else default

    async def send(self, data: bytes) -> None:
        """These bytes, now."""
        self.writer.write(data)
        await self.writer.drain()

    async def packets(self, data: bytes, *cuts: int) -> None:
        """The bytes in packets that end at these places."""
        for start, end in zip((0, *cuts), (*cuts, len(data)), strict=True):
            await self.send(data[start:end])
            await asyncio.sleep(_PAUSE_S)

    async def dripped(self, data: bytes) -> None:
        """A byte every `gap=S` seconds (1)."""
        for at in range(len(data)):
            await self.send(data[at : at + 1])
            await asyncio.sleep(self.option("gap", 1))


Play = Callable[[Turn], Awaitable[None]]


async def forever(turn: Turn) -> None:
    """Nothing, until the caller leaves."""
    del turn
    await asyncio.Event().wait()


async def abort(turn: Turn) -> None:
    """The connection breaks off."""
    turn.writer.transport.abort()
