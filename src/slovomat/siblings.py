"""The metrics of all processes of a service, whichever of them is asked: each sample tells whose it is."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping

from slovomat.seat import Seat

_PATIENCE_S = 1.0
"""A process that does not answer is left out: it is starting, or too busy to say how busy it is."""
_HEAD = "# HELP "
_NAME = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{?)")


class Siblings:
    """`text` is this process's own exposition."""

    def __init__(self, seat: Seat, text: Callable[[], bytes]) -> None:
        self._seat = seat
        self._text = text
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Answers the others from now on."""
        if self._seat.count > 1:
            path = self._seat.socket_of(self._seat.number)
            self._server = await asyncio.start_unix_server(self._answer, path)

    async def stop(self) -> None:
        """The others must do without it."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def exposition(self) -> bytes:
        """Of all processes; where there is one only, its own."""
        if self._seat.count == 1:
            return self._text()
        texts = await asyncio.gather(*map(self._ask, range(self._seat.count)))
        return merged(dict(enumerate(texts)))

    async def _ask(self, number: int) -> bytes:
        if number == self._seat.number:
            return self._text()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(self._seat.socket_of(number))
                with contextlib.closing(writer):
                    return await reader.read()
        return b""

    async def _answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            writer.write(self._text())
            await writer.drain()


def merged(texts: Mapping[int, bytes]) -> bytes:
    """One exposition of several: all samples of a metric together, each with the number of its process."""
    metrics: dict[str, list[str]] = {}
    for number, text in texts.items():
        samples: list[str] = []
        for line in text.decode().splitlines():
            if line.startswith(_HEAD):
                samples = metrics.setdefault(line, [])
            elif not line.startswith("#"):
                samples.append(_of_process(number, line))
            elif line not in samples:
                samples.append(line)
    return "".join(f"{line}\n" for head, lines in metrics.items() for line in (head, *lines)).encode()


def _of_process(number: int, sample: str) -> str:
    return _NAME.sub(
        lambda found: f'{found[1]}{{process="{number}"' + ("," if found[2] else "}"), sample, count=1
    )
