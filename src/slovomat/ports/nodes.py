"""The port to the processes that share a database, and what they tell each other."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from slovomat.domain.generation import ClaimedJob


class Nodes(Protocol):
    """The processes that serve the database; their leases run by its clock where they share it."""

    @property
    def shared(self) -> bool:
        """Whether other processes may serve the same database."""

    async def beat(self, owner: str, running: Sequence[ClaimedJob], now_ms: int, lease_ms: int) -> int:
        """The heartbeat: extends the leases of the process and of the jobs it works on; how many of these."""

    async def leave(self, owner: str) -> None:
        """The process is gone: its holds are nobody's."""

    async def alone(self, owner: str) -> None:
        """Nobody else serves this database: whatever others had, they are dead."""

    def starting(self) -> AbstractAsyncContextManager[None]:
        """Between a process's start and its greeting, so that no two make the first key."""

    def wake_others(self) -> None:
        """Tells other processes that jobs wait; may be lost."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Calls back when another process says so."""

    async def bury(self, now_ms: int, limit: int) -> int:
        """Forgets processes whose leases ended before `now_ms`."""
