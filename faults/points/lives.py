"""The lives of generations, as their client sees them, over the deaths of the server."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests
from tests.wire.customers import Customer

from faults.points.process import PointedServer

PRICE = 2
_WITHIN_S = 30
_POLL_S = 0.06
_LOST = (requests.RequestException,)


@dataclass(frozen=True)
class Life:
    """What one generation goes through. `charged_at`: the operation after which its price is taken.

    `markers`: for the chaos upstream. `kept`: under an idempotency key, repeated until it is done.
    `paid`: whether it ends well when nothing dies.
    """

    name: str
    kind: str
    charged_at: str
    kept: bool = False
    markers: str = ""
    paid: bool = True


LIVES = (
    Life("a job", "job", "store.hold"),
    Life("a plain call", "plain", "store.close"),
    Life("a stream", "stream", "store.close"),
    Life("a job under a key", "job", "store.hold", kept=True),
    Life("a plain call under a key", "plain", "store.close", kept=True),
    Life("a stream under a key", "stream", "store.close", kept=True),
    Life("a job at its second attempt", "job", "store.hold", markers="[[fault:500 times=1]]"),
    Life("a job that fails", "job", "store.hold", markers="[[fault:400]]", paid=False),
    Life("a plain call that fails", "plain", "store.close", markers="[[fault:400]]", paid=False),
    Life("a stream that breaks", "stream", "store.close", markers="[[fault:error-event]]", paid=False),
)
EVERY_CHANGE = 3
"""So many of them, the plainest, are lived through at every change."""


class Living:
    """One life lived by one customer."""

    def __init__(self, life: Life, customer: Customer, server: PointedServer, name: str) -> None:
        self._life = life
        self._customer = customer
        self._server = server
        self._text = f"[[id:{name}]] {life.markers} live"
        self._mark = {"Idempotency-Key": name} if life.kept else {}
        self.job: int | None = None
        self.told = False
        """Whether the client was told that it has what it paid for (a job: that it has a job)."""

    def begin(self) -> None:
        """From the client's call to the generation's end, unless the server dies."""
        try:
            self._call()
        except _LOST:
            return
        if self.job is not None:
            self._wait_for_end()

    def go_on(self) -> None:
        """After a new start: what a client does who was told nothing, or has an id."""
        end = time.monotonic() + _WITHIN_S
        while self._mark and not self.told and self._life.paid and self._server.alive:
            self.begin()
            assert time.monotonic() < end, f"no answer to a repeat of {self._life.name}"
        if self.job is not None and self._server.alive:
            self._wait_for_end()

    def final(self) -> dict[str, Any] | None:
        """The end of the job that the client knows, for which the server has to be well."""
        return None if self.job is None else self._customer.ended(self.job, _WITHIN_S)

    def _call(self) -> None:
        calls: dict[str, Callable[[], None]] = {
            "job": self._create,
            "plain": self._plain,
            "stream": self._stream,
        }
        calls[self._life.kind]()

    def _create(self) -> None:
        answer = self._customer.textbot("generate_response", self._mark, mode="chat", input_text=self._text)
        if answer.status_code == 200:
            self.told, self.job = True, int(answer.json()["request_id"])

    def _plain(self) -> None:
        answer = self._customer.chat(self._text, self._mark)
        self.told = self.told or answer.status_code == 200

    def _stream(self) -> None:
        answer = self._customer.chat(self._text, self._mark, stream=True)
        self.told = self.told or answer.text.endswith("data: [DONE]\n\n")

    def _wait_for_end(self) -> None:
        """Polls slowly, since polls are operations too."""
        end, pause_s = time.monotonic() + _WITHIN_S, _POLL_S
        while self._server.alive and time.monotonic() < end:
            time.sleep(pause_s)
            pause_s *= 2
            try:
                if self._customer.textbot("status", request_id=self.job).json()["status"] != "processing":
                    return
            except _LOST:
                return
