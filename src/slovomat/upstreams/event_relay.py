"""From a response's bytes to the events of the port."""

from slovomat.domain.events import Delta, Event, Failure
from slovomat.upstreams import http_failure, sse
from slovomat.upstreams.openai_form import DONE, StreamReading, failed
from slovomat.upstreams.response_body import BodyTimeoutError, BodyTooLargeError, ResponseBody


class EventRelay:
    """One streamed answer. After the batch that ends with Done or Failure, `over` is true.

    Once every choice has its finish reason, only what the upstream says can make it fail, an error event; how
    the connection ends, and when, does not matter any more.
    """

    def __init__(self, body: ResponseBody, max_event_bytes: int) -> None:
        self._body = body
        self._decoder = sse.Decoder(max_event_bytes)
        self._reading = StreamReading()
        self.over = False
        self.marked = False
        """The upstream said `[DONE]`: it has nothing more to send."""

    async def next(self) -> list[Event]:
        """The events of what came in one piece; may be none."""
        try:
            chunk = await self._body.read()
            if not chunk:
                return [self._end()]
            return self._relay(self._decoder.feed(chunk))
        except BodyTimeoutError as late:
            failure = http_failure.timed_out(late.limit)
        except (BodyTooLargeError, sse.EventTooLargeError):
            failure = failed("the stream is longer than the limit", retryable=False)
        except http_failure.BROKEN as error:
            failure = http_failure.broken(error)
        return [self._end() if self._reading.finished else self._fail(failure)]

    def _relay(self, payloads: list[bytes]) -> list[Event]:
        events: list[Event] = []
        for payload in payloads:
            if payload.startswith(b"[") and payload.strip() == DONE:
                self.marked = True
                events.append(self._end())
                break
            failure = self._reading.take(payload)
            if failure is not None:
                events.append(self._fail(failure))
                break
            events.append(Delta(payload))
        if payloads:
            self._body.heard()
            self._body.whole(self._reading.finished)
        return events

    def _end(self) -> Event:
        self.over = True
        return self._reading.end(marked=self.marked)

    def _fail(self, failure: Failure) -> Event:
        self.over = True
        return failure
