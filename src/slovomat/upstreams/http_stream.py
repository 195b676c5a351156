"""A streamed call over HTTP: what each read brings is delivered before the next one."""

from slovomat.domain.events import Done, Failure
from slovomat.ports.upstream import Deliver
from slovomat.upstreams import error_names, sse
from slovomat.upstreams.http_call import Phase
from slovomat.upstreams.http_plain import WholeCall
from slovomat.upstreams.http_pool import HTTPPool
from slovomat.upstreams.http_recipient import Headers
from slovomat.upstreams.openai_form import DONE, StreamReading, failed, read_plain

_BRACKET = DONE[0]
_SSE = b"text/event-stream"


class StreamCall(WholeCall[Done]):
    """One streamed generation.

    Once every choice has its finish reason, only what the upstream says can make it fail, an error event; how
    the connection ends, and when, does not matter any more.
    """

    __slots__ = ("_decoder", "_deliver", "_media", "_reading")

    def __init__(self, pool: HTTPPool, request: bytes, deliver: Deliver) -> None:
        self._deliver = deliver
        self._decoder: sse.Decoder | None = None
        self._reading = StreamReading()
        self._media = b""
        super().__init__(pool, request)

    def _begin(self, status: int, headers: Headers) -> None:
        super()._begin(status, headers)
        self._media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if status == 200 and self._media == _SSE:
            self._decoder = sse.Decoder(self._left_bytes)

    def _take(self, data: bytes) -> None:
        if self._decoder is None:
            super()._take(data)
            return
        try:
            payloads = self._decoder.feed(data)
        except sse.EventTooLargeError:
            self._close()
            self._overflow()
            return
        if payloads:
            self._relay(payloads)

    def _relay(self, payloads: list[bytes]) -> None:
        take = self._reading.take
        for at, payload in enumerate(payloads):
            if payload[0] == _BRACKET and payload.strip() == DONE:
                self._hand_over(payloads[:at])
                self._end_at_mark()
                return
            failure = take(payload)
            if failure is not None:
                self._hand_over(payloads[:at])
                self._close()
                self._tell(failure)
                return
        self._phase = Phase.FINISHED if self._reading.finished else Phase.SPEAKING
        self._deliver(payloads)

    def _hand_over(self, payloads: list[bytes]) -> None:
        if payloads:
            self._deliver(payloads)

    def _end_at_mark(self) -> None:
        """The upstream said `[DONE]`: it has nothing more to send."""
        link, self._link = self._link, None
        if link is not None:  # not abandoned with the last chunk
            link.leave()
        self._tell(self._reading.end(marked=True))

    def _overflow(self) -> None:
        if self._decoder is None:
            super()._overflow()
        else:
            self._break(failed("the stream is longer than the limit", retryable=False))

    def _end(self) -> None:
        if self._decoder is None:
            super()._end()
        else:
            self._tell(self._reading.end(marked=False))

    def _break(self, failure: Failure) -> None:
        if self._reading.finished:
            self._tell(self._reading.end(marked=False))
        else:
            super()._break(failure)

    def _read(self, body: bytes) -> Failure:
        """A stream was asked for, and something else came."""
        answer = read_plain(body) if self._media == b"application/json" else None
        if isinstance(answer, Failure):
            return answer
        media = error_names.name(self._media.decode("latin-1")) or "something"
        return failed(f"{media} instead of an event stream", retryable=False)
