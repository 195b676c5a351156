"""What a test of the client needs beside the played service: a clock of its own, and both shells as one."""

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from functools import partial
from typing import Any, Literal

from anyio.from_thread import BlockingPortal, start_blocking_portal

from slovomat.client import AsyncSlovomat, Slovomat, Status, Submitted

Shell = Literal["sync", "async"]


class Hours:
    """Time that passes only in pauses."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        """Seconds since the start of the test."""
        return self.now_s

    def pause(self, seconds: float) -> None:
        """Let time pass, at once."""
        self.pauses.append(seconds)
        self.now_s += seconds

    async def apause(self, seconds: float) -> None:
        """The same, awaited."""
        self.pause(seconds)


class Driven:
    """An AsyncSlovomat that is called like a Slovomat, so that one test holds for both."""

    def __init__(self, client: AsyncSlovomat, portal: BlockingPortal) -> None:
        self._client = client
        self._portal = portal

    def generate(self, text: str, mode: str = "chat", **options: Any) -> str:
        """AsyncSlovomat.generate."""
        return self._portal.call(partial(self._client.generate, text, mode, **options))

    def submit(self, text: str, mode: str = "chat", **options: Any) -> Submitted:
        """AsyncSlovomat.submit."""
        return self._portal.call(partial(self._client.submit, text, mode, **options))

    def status(self, id: int) -> Status:
        """AsyncSlovomat.status."""
        return self._portal.call(self._client.status, id)

    def wait(self, id: int, **options: Any) -> str:
        """AsyncSlovomat.wait."""
        return self._portal.call(partial(self._client.wait, id, **options))

    def balance(self) -> int:
        """AsyncSlovomat.balance."""
        return self._portal.call(self._client.balance)


Open = Callable[..., Slovomat | Driven]


@contextmanager
def opening(shell: Shell, hours: Hours, url: str, key: str) -> Iterator[Open]:
    """A way to open clients of that shell; all are closed in the end."""
    with ExitStack() as stack:
        if shell == "sync":

            def open_client(**options: Any) -> Slovomat | Driven:
                named = {"key": key, "base_url": url, "pause": hours.pause, "clock": hours.clock, **options}
                return stack.enter_context(Slovomat(**named))
        else:
            portal = stack.enter_context(start_blocking_portal())
            rooms = AsyncExitStack()
            stack.callback(lambda: portal.call(rooms.aclose))

            def open_client(**options: Any) -> Slovomat | Driven:
                named = {"key": key, "base_url": url, "pause": hours.apause, "clock": hours.clock, **options}
                return Driven(portal.call(rooms.enter_async_context, AsyncSlovomat(**named)), portal)

        yield open_client
