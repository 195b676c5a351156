"""From a response's bytes to what the port delivers, as they are read through a proxy."""

from slovomat.domain.events import Done, Failure
from slovomat.ports.upstream import Deliver
from slovomat.upstreams import http_failure, sse
from slovomat.upstreams.openai_form import DONE, StreamReading, failed
from slovomat.upstreams.response_body import BROKEN, BodyTimeoutError, BodyTooLargeError, ResponseBody, broken


class EventRelay:
    """One streamed answer.

    Once every choice has its finish reason, only what the upstream says can make it fail, an error event; how
    the connection ends, and when, does not matter any more.
    """

    def __init__(self, body: ResponseBody, max_event_bytes: int) -> None:
        self._body = body
        self._decoder = sse.Decoder(max_event_bytes)
        self._reading = StreamReading()
        self.marked = False
        """The upstream said `[DONE]`: it has nothing more to send."""

    async def next(self, deliver: Deliver) -> Done | Failure | None:
        """Deliver what comes in one piece; at the end, how the answer ended."""
        try:
            chunk = await self._body.read()
            if not chunk:
                return self._reading.end(marked=False)
            return self._relay(self._decoder.feed(chunk), deliver)
        except BodyTimeoutError as late:
            failure = http_failure.timed_out(late.limit)
        except (BodyTooLargeError, sse.EventTooLargeError):
            failure = failed("the stream is longer than the limit", retryable=False)
        except BROKEN as error:
            failure = broken(error)
        return self._reading.end(marked=False) if self._reading.finished else failure

    def _relay(self, payloads: list[bytes], deliver: Deliver) -> Done | Failure | None:
        good, ended = self._read(payloads)
        if payloads:
            self._body.heard()
            self._body.whole(self._reading.finished)
        if good:
            deliver(good)
        return ended

    def _read(self, payloads: list[bytes]) -> tuple[list[bytes], Done | Failure | None]:
        for at, payload in enumerate(payloads):
            if payload.startswith(b"[") and payload.strip() == DONE:
                self.marked = True
                return payloads[:at], self._reading.end(marked=True)
            failure = self._reading.take(payload)
            if failure is not None:
                return payloads[:at], failure
        return payloads, None
