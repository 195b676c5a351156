"""Reading a response of aiohttp's under its limits of time and size, without a timer for each chunk."""

import asyncio

import aiohttp

from slovomat.domain.events import Failure
from slovomat.upstreams import http_failure
from slovomat.upstreams.http_call import LAST_WORDS_S

BROKEN = (aiohttp.ClientError, aiohttp.http_exceptions.HttpProcessingError, OSError)
"""Everything that a call over a network can raise, short of bugs."""


def broken(error: Exception) -> Failure:
    """The connection could not be made, or broke; a certificate's fault by its own name."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        error = error.certificate_error
    return http_failure.broken(error)


class BodyTimeoutError(Exception):
    """The limit of this name was reached while a response was read."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class BodyTooLargeError(Exception):
    """The response is longer than the limit."""


class ResponseBody:
    """The body of one response, chunk by chunk as it comes.

    One timer serves the whole body: it wakes when the earliest limit may have been reached, finds that reads
    have moved it, and sleeps again. It fails the pending read instead of cancelling a task, so it is safe
    while nobody reads; the time in which nobody reads counts for `total_s` alone.
    """

    def __init__(
        self,
        content: aiohttp.StreamReader,
        *,
        began_s: float,
        first_byte_s: float,
        gap_s: float,
        total_s: float,
        max_bytes: int,
    ) -> None:
        self._content = content
        self._loop = asyncio.get_running_loop()
        self._first_due_s = began_s + first_byte_s
        self._gap_s = gap_s
        self._total_due_s = began_s + total_s
        self._left_bytes = max_bytes
        self._heard = False
        self._whole = False
        self._last_words_due_s: float | None = None
        self._limit, self._due_s = "total", self._total_due_s
        self._timer = self._loop.call_at(self._total_due_s, self._wake)

    async def read(self) -> bytes:
        """What has come, or b"" at the end; raises the errors above and aiohttp's."""
        if self._whole:
            self._expect("last words", self._last_due_s())
        elif self._heard:
            self._expect("gap", self._loop.time() + self._gap_s)
        else:
            self._expect("first byte", self._first_due_s)
        try:
            chunk = await self._content.readany()
        except RuntimeError as error:  # so aiohttp tells of a connection that was lost while nobody read
            raise aiohttp.ClientPayloadError from error
        except Exception:  # whatever broke it, what had come before counts
            chunk = self._left_behind()
            if not chunk:
                raise
        self._limit, self._due_s = "total", self._total_due_s
        self._left_bytes -= len(chunk)
        if self._left_bytes < 0:
            raise BodyTooLargeError
        return chunk

    def heard(self) -> None:
        """Something that counts has come: from now on the gaps are limited, not the wait for a first byte."""
        self._heard = True

    def whole(self, is_whole: bool) -> None:
        """Whether all that counts has come: then what may still follow has one short time for all of it."""
        if is_whole is not self._whole:
            self._whole, self._last_words_due_s = is_whole, None

    def stop(self) -> None:
        """Nothing more will be read."""
        self._timer.cancel()

    def _last_due_s(self) -> float:
        """Counted from the first read after the whole, so that a slow reader does not use it up."""
        if self._last_words_due_s is None:
            self._last_words_due_s = self._loop.time() + min(LAST_WORDS_S, self._gap_s)
        return self._last_words_due_s

    def _left_behind(self) -> bytes:
        """What had come before the connection broke: aiohttp tells of the break first, and keeps this."""
        # Private, because the public reads all raise by now.
        return self._content._read_nowait(-1)

    def _expect(self, limit: str, due_s: float) -> None:
        if due_s >= self._total_due_s:
            return
        self._limit, self._due_s = limit, due_s
        if due_s < self._timer.when():
            self._timer.cancel()
            self._timer = self._loop.call_at(due_s, self._wake)

    def _wake(self) -> None:
        if self._loop.time() < self._due_s:
            self._timer = self._loop.call_at(self._due_s, self._wake)
        elif self._content.exception() is None:
            self._content.set_exception(BodyTimeoutError(self._limit))
