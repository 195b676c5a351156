"""A service whose disk is to fail, and the customer by whose balance one sees what it did about it."""

import time
from dataclasses import dataclass, field
from typing import Any

import requests
from tests.wire.customers import Customer
from tests.wire.deadline import until
from tests.wire.every_dialect import chatinfo, form_of, openai, textbot
from tests.wire.service import Service

from faults.row import Outcome

_DIALECTS = {"textbot": textbot, "chatinfo": chatinfo, "openai": openai}
_PRICE = 2
_CALLS_MAX = 5_000
HEALED_S = 5


@dataclass
class Patient:
    """Counts what was accepted, so that the balance can be held against it."""

    service: Service
    customer: Customer
    outcome: Outcome
    balance: int
    jobs: list[int] = field(default_factory=list)
    """Accepted, and not looked at since."""

    def calls(self, what: str, refused: bool) -> None:
        """One paid call of each dialect: all are accepted, or all are refused with 503, free."""
        for dialect, create in _DIALECTS.items():
            answer = self._call(create)
            wanted = 503 if refused else 200
            told = f"{what}: {dialect} answered {answer.status_code} instead of {wanted}"
            self.outcome.check(answer.status_code == wanted, told)
            if answer.status_code != 200:
                self.outcome.check(
                    form_of(answer.json()) == dialect, f"{what}: {dialect} refused in other words"
                )
        self.exact(what)

    def calls_until_refused(self, what: str) -> None:
        """Some room may be left: jobs until there is none."""
        for _ in range(_CALLS_MAX):
            if self._call(textbot).status_code != 200:
                return
        self.outcome.violations.append(f"{what}: {_CALLS_MAX} calls were accepted")

    def job_is_refused(self, what: str) -> None:
        """One job, which is not accepted."""
        answer = self._call(textbot)
        self.outcome.check(answer.status_code == 503, f"{what}: a job is answered {answer.status_code}")

    def exact(self, what: str) -> None:
        """Reading goes on, and the balance is what was not spent."""
        balance = self.customer.balance()
        self.outcome.check(
            balance == self.balance, f"{what}: the balance is {balance} instead of {self.balance}"
        )

    def readiness(self, what: str, ready: bool) -> None:
        """`/readyz` tells the truth, and `/healthz` stays well."""
        told = self.customer.get("/readyz").status_code
        self.outcome.check((told == 200) is ready, f"{what}: /readyz answers {told}")
        self.outcome.check(self.customer.get("/healthz").status_code == 200, f"{what}: /healthz is not well")

    def healed(self, what: str) -> None:
        """Whole again soon: calls are accepted, what was accepted before ends well, the books balance."""
        began = time.monotonic()
        until(lambda: self.customer.get("/readyz").status_code == 200, HEALED_S, f"{what}: ready again")
        self.outcome.notes.append(f"ready {time.monotonic() - began:.1f} s after: {what}")
        self.calls(f"after {what}", refused=False)
        for job in self.jobs:
            ended = self.customer.ended(job)
            self.outcome.check(ended["status"] == "completed", f"{what}: job {job} ended as {ended}")
        self.jobs.clear()
        self.exact(f"after {what}")
        audit = self.service.command("audit")
        self.outcome.check(audit["ok"] and not audit["held"], f"{what}: the audit says {audit}")

    def moved(self) -> None:
        """The service listens at another port since its restart."""
        self.customer.url = self.service.url

    def _call(self, create: Any) -> requests.Response:
        answer: requests.Response = create(self.customer)
        if answer.status_code == 200:
            self.balance -= _PRICE
            if "request_id" in answer.json():
                self.jobs.append(answer.json()["request_id"])
        return answer
