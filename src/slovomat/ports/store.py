"""The port to all that must not be lost: ledger, queue, nodes, accounts, and the audit of them."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from slovomat.ports.accounts import (
    Account,
    Accounts,
    Credit,
    EntryRow,
    KeyRow,
    NewKey,
    PackOffer,
    PackRow,
    PlanOffer,
)
from slovomat.ports.desk import Desk
from slovomat.ports.history import History
from slovomat.ports.jobs import ClaimOrder, JobRecord, JobRow, Jobs
from slovomat.ports.journal import Journal
from slovomat.ports.ledger import BalanceQuery, HoldOrder, HoldResult, Ledger, OpenHold
from slovomat.ports.mode_texts import ModeTexts
from slovomat.ports.nodes import Nodes
from slovomat.ports.outbox import Outbox
from slovomat.ports.people import People
from slovomat.ports.reports import Reports
from slovomat.ports.shop import Shop

__all__ = [
    "Account",
    "Accounts",
    "Audit",
    "BalanceQuery",
    "ClaimOrder",
    "Credit",
    "EntryRow",
    "HoldOrder",
    "HoldResult",
    "JobRecord",
    "JobRow",
    "Jobs",
    "KeyRow",
    "Ledger",
    "NewKey",
    "Nodes",
    "OpenHold",
    "PackOffer",
    "PackRow",
    "PlanOffer",
    "Store",
    "StoreUnavailableError",
    "Violation",
]


class StoreUnavailableError(Exception):
    """The database did not take the transaction (disk full, locked, gone): nothing was charged.

    Where its answer to a commit was lost, it was asked for half a minute; after that nobody can say.
    """


class Violation(msgspec.Struct, frozen=True):
    """A broken invariant: which, where, and the figures."""

    invariant: str
    row_id: int
    detail: str


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The books at one instant, over all accounts, in requests."""

    violations: tuple[Violation, ...]
    granted: int
    available: int
    held: int
    spent: int
    entries: int


class Store(Ledger, Jobs, Nodes, Accounts, Protocol):
    """The whole port."""

    @property
    def history(self) -> History:
        """What was generated, by account."""

    @property
    def reports(self) -> Reports:
        """The operator's figures."""

    @property
    def journal(self) -> Journal:
        """What operators did, and what they do by hand."""

    @property
    def mode_texts(self) -> ModeTexts:
        """Mode files that an operator has edited."""

    @property
    def outbox(self) -> Outbox:
        """Letters and webhook calls that wait to be sent."""

    @property
    def people(self) -> People:
        """Those who sign in."""

    @property
    def shop(self) -> Shop:
        """What is sold."""

    @property
    def desk(self) -> Desk:
        """What the operator's desk looks at."""

    async def audit(self) -> Audit:
        """Checks every invariant on one consistent snapshot."""

    async def instance_value(self, name: str) -> str | None:
        """A small fact about this instance."""

    async def take_instance_value(self, name: str, value: str) -> bool:
        """Removes such a fact, if it is this one: of all who try, one is told True."""

    async def set_instance_value(self, name: str, value: str) -> None:
        """Writes such a fact."""

    async def ping(self) -> None:
        """Raises StoreUnavailableError when the database does not answer."""

    async def open(self) -> None:
        """Opens and migrates."""

    async def close_store(self) -> None:
        """Finishes what was submitted, then closes."""

    def applied_migrations(self) -> Sequence[str]:
        """The names of the migrations in force."""
