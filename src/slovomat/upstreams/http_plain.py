"""A plain call over HTTP, and what any answer means that is read whole."""

from typing import TypeVar

from slovomat.domain.events import Completion, Failure
from slovomat.upstreams import http_failure, openai_form
from slovomat.upstreams.http_call import HTTPCall, Phase
from slovomat.upstreams.http_pool import HTTPPool
from slovomat.upstreams.http_recipient import Headers

T = TypeVar("T")
_ERROR_BODY_BYTES = 65_536


class WholeCall(HTTPCall[T | Failure]):
    """A call whose answer counts when all of it is there; of an error, what has come is enough."""

    __slots__ = ("_headers", "_pieces", "_status")

    def __init__(self, pool: HTTPPool, request: bytes) -> None:
        self._status = 0
        self._headers: Headers = {}
        self._pieces: list[bytes] = []
        super().__init__(pool, request)

    def _read(self, body: bytes) -> T | Failure:
        """What the body of a 200 means."""
        raise NotImplementedError

    def _begin(self, status: int, headers: Headers) -> None:
        self._status, self._headers = status, headers
        if status != 200:
            self._left_bytes = _ERROR_BODY_BYTES

    def _take(self, data: bytes) -> None:
        self._phase = Phase.SPEAKING
        self._pieces.append(data)

    def _overflow(self) -> None:
        self._break(openai_form.failed("the answer is longer than the limit", retryable=False))

    def _end(self) -> None:
        if self._status == 200:
            self._tell(self._read(b"".join(self._pieces)))
        else:
            self._tell(self._status_failure())

    def _break(self, failure: Failure) -> None:
        self._tell(failure if self._status in (0, 200) else self._status_failure())

    def _status_failure(self) -> Failure:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._headers.items()}
        now_ms = self._pool.env.now_ms()
        return http_failure.by_status(self._status, headers, b"".join(self._pieces), now_ms)

    def _tell(self, outcome: T | Failure) -> None:
        if isinstance(outcome, Failure):
            outcome = http_failure.without_secret(outcome, self._pool.config.key)
        self.resolve(outcome)


class PlainCall(WholeCall[Completion]):
    """One plain generation."""

    __slots__ = ()

    def _read(self, body: bytes) -> Completion | Failure:
        return openai_form.read_plain(body)
