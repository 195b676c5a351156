"""Every operation as a plan: a generator that asks for calls, and knows no network.

The two clients drive the same plans; what a retry may cost, and when to stop, is decided here alone.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from slovomat.client.dialects import DIALECTS, Dialect
from slovomat.client.entropy import new_idempotency_key
from slovomat.client.errors import GenerationFailed, TimedOut
from slovomat.client.options import Options
from slovomat.client.refusals import Setback, setback
from slovomat.client.retries import RETRY_AFTER_MOST_S, backoff_s, poll_pauses_s
from slovomat.client.texts import say
from slovomat.client.values import Completed, Failed, Processing, Status, Submitted
from slovomat.client.wire import Answer, Call, Fields, Reply

CALL_TIMEOUT_S = 30.0
CALL_TIMEOUT_LEAST_S = 0.5


@dataclass(frozen=True, slots=True)
class Send:
    """Rest for `after_s`, make this call within `timeout_s`, and resume the plan with its reply."""

    call: Call
    after_s: float
    timeout_s: float


T = TypeVar("T")
Plan: TypeAlias = Generator[Send, Reply, T]
Read: TypeAlias = Callable[[Fields], T | None]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of one operation."""

    clock: Callable[[], float]
    timeout_s: float
    end_s: float

    def left_s(self) -> float:
        """Seconds that remain; negative when it is over."""
        return self.end_s - self.clock()


class Planner:
    """Plans for one client."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._dialect: Dialect = DIALECTS[options.dialect]

    def submit(self, content: str, mode: str, idempotency_key: str | None) -> Plan[Submitted]:
        """Hand in a text."""
        return self._submit(content, mode, idempotency_key, self._deadline(None))

    def status(self, id: int) -> Plan[Status]:
        """Ask once how a request is doing."""
        return self._status(id, self._deadline(None))

    def wait(self, id: int, timeout_s: float | None) -> Plan[str]:
        """Ask until there is a text."""
        return self._wait(id, self._deadline(timeout_s))

    def generate(
        self, content: str, mode: str, idempotency_key: str | None, timeout_s: float | None
    ) -> Plan[str]:
        """Hand in a text and ask until there is an answer, all within one deadline."""
        deadline = self._deadline(timeout_s)
        submitted = yield from self._submit(content, mode, idempotency_key, deadline)
        return (yield from self._wait(submitted.id, deadline))

    def balance(self) -> Plan[int]:
        """Ask what is left."""
        call = self._dialect.balance(self._options.key)
        return self._call(call, self._left, self._deadline(None))

    def _left(self, fields: Fields) -> int | None:
        refused = self._dialect.read_refusal(fields) is not None
        return None if refused else self._dialect.read_balance(fields)

    def _deadline(self, timeout_s: float | None) -> Deadline:
        seconds = self._options.timeout_s if timeout_s is None else timeout_s
        return Deadline(self._options.clock, seconds, self._options.clock() + seconds)

    def _submit(
        self, content: str, mode: str, idempotency_key: str | None, deadline: Deadline
    ) -> Plan[Submitted]:
        name = new_idempotency_key() if idempotency_key is None else idempotency_key
        if not (1 <= len(name) <= 255 and name.isascii() and name.isprintable()):
            raise ValueError("an idempotency key has 1 to 255 printable ASCII characters")
        call = self._dialect.create(self._options.key, content, mode, name)
        return self._call(call, self._dialect.read_created, deadline)

    def _status(self, id: int, deadline: Deadline, after_s: float = 0.0) -> Plan[Status]:
        call = self._dialect.status(self._options.key, id)
        return self._call(call, lambda fields: self._dialect.read_status(fields, id), deadline, after_s)

    def _wait(self, id: int, deadline: Deadline) -> Plan[str]:
        for pause_s in poll_pauses_s():
            left_s = deadline.left_s()
            if left_s <= 0:
                break
            match (yield from self._status(id, deadline, min(pause_s, left_s))):
                case Completed(result=result):
                    return result
                case Failed(message=message):
                    raise GenerationFailed(message, id=id)
                case Processing():
                    pass
        raise TimedOut(say(self._options.language, "timed_out", timeout_s=deadline.timeout_s), id=id)

    def _call(self, call: Call, read: Read[T], deadline: Deadline, after_s: float = 0.0) -> Plan[T]:
        attempt = 0
        while True:
            left_s = deadline.left_s() - after_s
            reply = yield Send(call, after_s, max(CALL_TIMEOUT_LEAST_S, min(CALL_TIMEOUT_S, left_s)))
            value = _success(reply, read)
            if value is not None:
                return value
            bad = setback(reply, call, self._dialect, self._options.language)
            pause_s = self._pause_s(bad, call, attempt)
            if pause_s is None or pause_s >= deadline.left_s():
                bad.error.id = call.job_id
                raise bad.error
            after_s = pause_s
            attempt += 1

    def _pause_s(self, bad: Setback, call: Call, attempt: int) -> float | None:
        """How long to wait before the next attempt; None when there should be none."""
        dear = call.paid and bad.heard and not self._options.knows_idempotency
        if dear or not bad.passing or attempt >= self._options.retries:
            return None
        if bad.wait_s is None:
            return backoff_s(call, attempt)
        return bad.wait_s if bad.wait_s <= RETRY_AFTER_MOST_S else None


def _success(reply: Reply, read: Read[T]) -> T | None:
    """What the fields hold; under an error status a Failed refuses the call and is not the request's end."""
    if not isinstance(reply, Answer):
        return None
    value = read(reply.fields)
    return None if isinstance(value, Failed) and reply.status >= 300 else value
