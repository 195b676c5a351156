"""A process's place among those of one service; most services are one process."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """`number` counts from 0; `greets`: it tells of the start, once for all of them.

    `ready`, `lifeline`: the ends of two pipes, one to tell the parent, one that ends with it; `folder`: where
    each has a socket on which the others ask it.
    """

    number: int = 0
    count: int = 1
    greets: bool = True
    ready: int | None = None
    lifeline: int | None = None
    folder: Path = Path()

    def tell_ready(self) -> None:
        """It serves."""
        if self.ready is not None:
            os.write(self.ready, bytes([self.number]))

    def outlive_nobody(self, stop: Callable[[], object]) -> None:
        """Calls `stop` once the parent is gone."""
        if self.lifeline is None:
            return
        loop, lifeline = asyncio.get_running_loop(), self.lifeline

        def gone() -> None:
            loop.remove_reader(lifeline)
            stop()

        loop.add_reader(lifeline, gone)

    def socket_of(self, number: int) -> Path:
        """Where that process is asked by the others."""
        return self.folder / f"{number}.sock"
