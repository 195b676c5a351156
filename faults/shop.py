"""A service with one customer in front, on which the faults of the upstream behind it are played."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from tests.wire.customers import Customer
from tests.wire.deadline import until
from tests.wire.service import Service

from faults.row import Outcome

PRICE = 2
_REQUESTS = 1_000_000_000
_LIMITLESS = dict.fromkeys(("creates_per_minute", "polls_per_minute", "balances_per_minute"), 0)


@dataclass(frozen=True)
class Told:
    """What became of a call: the refusal's code, the answer's text, whether it was whole."""

    status: int
    code: str = ""
    text: str = ""
    done: bool = False


@dataclass
class Shop:
    """The open shop."""

    service: Service
    customer: Customer
    outcome: Outcome

    def plain(self, prompt: str) -> Told:
        """A plain chat call."""
        answer = self.customer.chat(prompt)
        body = answer.json()
        if answer.status_code != 200:
            return Told(answer.status_code, str(body["error"]["code"]))
        return Told(200, text=body["choices"][0]["message"]["content"] or "", done=True)

    def streamed(self, prompt: str) -> Told:
        """A streamed one."""
        return told_by(self.customer.chat(prompt, stream=True))

    def job(self, dialect: str, prompt: str) -> Told:
        """A job of a dialect, from its creation to its end; a failure's words are its code."""
        if dialect == "textbot":
            ended = self.customer.ended(self.customer.job(prompt), 60)
            return Told(200, ended.get("error_message", ""), ended.get("result", ""), "result" in ended)
        created = self.customer.chatinfo("create_request", content=prompt).json()

        def final() -> dict[str, Any] | None:
            answer = self.customer.chatinfo("get_response", id=created["id"])
            return answer.json() if answer.status_code != 202 else None

        end = until(final, 60, f"the end of job {created['id']}")
        return Told(200, end.get("error", ""), end.get("result", ""), bool(end["success"]))

    def memory_mb(self, line: str = "VmRSS") -> float:
        """What the server holds now, or with VmHWM has held at most."""
        status = Path(f"/proc/{self.service.pid}/status").read_text("ascii")
        return int(status.partition(f"{line}:")[2].split()[0]) / 1024

    @contextlib.contextmanager
    def costs(self, what: str) -> Iterator[list[Told]]:
        """Holds that of the calls that the block notes down those that were whole are paid, and no other."""
        before, told = self.customer.balance(), list[Told]()
        yield told
        wanted = before - PRICE * sum(one.done for one in told)
        with contextlib.suppress(AssertionError):
            until(lambda: self.customer.balance() == wanted, 5, "the balance")
        balance = self.customer.balance()
        self.outcome.check(balance == wanted, f"{what}: the balance is {balance} instead of {wanted}")


def told_by(answer: requests.Response) -> Told:
    """How a stream ended. A `[DONE]` that is not the last word, or behind an error, counts as none."""
    if answer.status_code != 200:
        return Told(answer.status_code, str(answer.json()["error"]["code"]))
    text, code, done = "", "", False
    for line in answer.content.split(b"\n"):
        if not line.startswith(b"data: "):
            continue
        payload = line.removeprefix(b"data: ")
        if payload == b"[DONE]":
            done = not code
            continue
        event, done = json.loads(payload), False
        code = code or str(event.get("error", {}).get("code", ""))
        text += "".join(choice["delta"].get("content") or "" for choice in event.get("choices") or ())
    return Told(200, code, text, done)


@contextlib.contextmanager
def shop(
    folder: Path, upstream_url: str, outcome: Outcome, kind: type[Service] = Service, **settings: object
) -> Iterator[Shop]:
    """Opened; at its end nothing is held, the books balance, and the log has no traceback."""
    folder.mkdir(parents=True, exist_ok=True)
    with kind(folder / "data", upstream_url, **_LIMITLESS, **settings) as service:
        key = service.account("customer@example.org", requests=_REQUESTS)
        yield Shop(service, Customer(service.url, "", key), outcome)
        books = _books(service)
        outcome.check(books["ok"], f"the audit says {books}")
        outcome.check("Traceback" not in service.log, f"a traceback in the log: {service.log[-2000:]}")


def _books(service: Service) -> Any:
    """The audit, once nothing is held any more."""

    def settled() -> Any:
        audit = service.command("audit")
        return None if audit["held"] else audit

    return until(settled, 20, "the end of every hold")
