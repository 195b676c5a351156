"""The client for ordinary programs."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from slovomat.client.dialects import DialectName
from slovomat.client.http import answer, connection, no_answer
from slovomat.client.options import DEFAULT_RETRIES, DEFAULT_TIMEOUT_S, choose
from slovomat.client.plans import Plan, Planner, Send
from slovomat.client.texts import Language
from slovomat.client.values import Status, Submitted
from slovomat.client.wire import Reply

T = TypeVar("T")


class Slovomat:
    """A service of the `textbot` or the `chatinfo` dialect, called with one key.

    `key` and `base_url` default to the environment's SLOVOMAT_KEY and SLOVOMAT_URL. `timeout_s` bounds a
    whole operation, retries and polls included. Set `knows_idempotency=False` for a service that may not
    honour `Idempotency-Key`: then nothing is submitted again that may have been accepted unseen. May be
    shared by threads.
    """

    def __init__(
        self,
        key: str | None = None,
        base_url: str | None = None,
        *,
        dialect: DialectName = "textbot",
        language: Language = "ru",
        timeout_s: float = DEFAULT_TIMEOUT_S,
        retries: int = DEFAULT_RETRIES,
        knows_idempotency: bool = True,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        options = choose(
            key,
            base_url,
            dialect=dialect,
            language=language,
            timeout_s=timeout_s,
            retries=retries,
            knows_idempotency=knows_idempotency,
            clock=clock,
        )
        self._planner = Planner(options)
        self._pause = pause
        self._http = httpx2.Client(**connection(options))

    def generate(
        self,
        text: str,
        mode: str = "chat",
        *,
        timeout_s: float | None = None,
        idempotency_key: str | None = None,
    ) -> str:
        """Submit a text and wait for the answer; GenerationFailed, TimedOut and the like bear its `id`."""
        return self._follow(self._planner.generate(text, mode, idempotency_key, timeout_s))

    def submit(self, text: str, mode: str = "chat", *, idempotency_key: str | None = None) -> Submitted:
        """Hand in a text; the price is taken now, once however often the call is repeated."""
        return self._follow(self._planner.submit(text, mode, idempotency_key))

    def status(self, id: int) -> Status:
        """How the request is doing: Processing, Completed or Failed; free."""
        return self._follow(self._planner.status(id))

    def wait(self, id: int, *, timeout_s: float | None = None) -> str:
        """The text of a request submitted before; free."""
        return self._follow(self._planner.wait(id, timeout_s))

    def balance(self) -> int:
        """Requests that this key can spend; free."""
        return self._follow(self._planner.balance())

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def _follow(self, plan: Plan[T]) -> T:
        step = next(plan)
        while True:
            reply = self._send(step)
            try:
                step = plan.send(reply)
            except StopIteration as end:
                value: T = end.value
                return value

    def _send(self, step: Send) -> Reply:
        if step.after_s:
            self._pause(step.after_s)
        call = step.call
        try:
            response = self._http.post(
                call.path, content=call.body, headers=call.headers, timeout=step.timeout_s
            )
        except httpx2.RequestError as error:
            return no_answer(error)
        return answer(response)
