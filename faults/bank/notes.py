"""What the customers were told."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

PRICE = 2
CREDIT = 1_000_000


@dataclass
class Job:
    """An acknowledged job. `final`: its last state, once somebody was told it."""

    text: str
    final: dict[str, Any] | None = None

    @property
    def completed(self) -> bool:
        """Whether it is known to have been charged."""
        return self.final is not None and self.final["status"] == "completed"


@dataclass
class Account:
    """One customer's notes. `keyed`: every paid call bears an idempotency key and is repeated until told.

    `begun`: paid calls, each once however often it was repeated. `told`: chats and streams whose whole
    answer came. `unknown`: paid calls whose outcome nobody learned.
    """

    key: str
    keyed: bool
    credit: int = CREDIT
    jobs: dict[int, Job] = field(default_factory=dict)
    begun: int = 0
    told: int = 0
    unknown: int = 0

    @property
    def charged(self) -> int:
        """Generations that are known to have been paid."""
        return self.told + sum(job.completed for job in self.jobs.values())


@dataclass
class Notes:
    """Everybody's."""

    accounts: list[Account] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def check(self, holds: bool, what: str) -> bool:
        """A violation unless it holds."""
        if not holds:
            self.violations.append(what)
        return holds
