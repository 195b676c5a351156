"""The port to the letters and webhook calls that wait to be sent."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.ports.mail import Facts, LetterKind, Webhook


class Channel(StrEnum):
    """By which way something leaves."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class NewPost(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be told once: whatever comes with the same `once` is the same."""

    once: str
    channel: Channel
    kind: LetterKind
    account_id: AccountId | None
    to: str
    language: str
    facts: Facts


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One that was claimed; `token` bars whoever had it before. `attempts` have failed so far."""

    id: int
    token: int
    once: str
    kind: LetterKind
    account_id: AccountId | None
    to: str
    language: str
    facts: Facts
    attempts: int
    created_at_ms: int


class Ended(msgspec.Struct, frozen=True):
    """A post that needs no further attempt: it was sent, or `reason` says why it was given up."""

    post: Post
    sent: bool
    reason: str = ""


class LowBalance(msgspec.Struct, frozen=True, kw_only=True):
    """An account with fewer paid requests than it wants to be told of; `pack` is the last that it got."""

    account_id: AccountId
    email: str
    language: str
    left: int
    threshold: int
    pack: int


class EndingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan's period that ends soon, and no other after it."""

    period: int
    account_id: AccountId
    email: str
    language: str
    plan: str
    ends_at_ms: int


class SoldUntold(msgspec.Struct, frozen=True, kw_only=True):
    """Something sold whose buyer has no receipt yet."""

    payment: int
    order: int
    account_id: AccountId
    sold_at_ms: int
    email: str
    language: str
    title: str
    amount_kopecks: int
    currency: str


class Outbox(Protocol):
    """Each method is one transaction. What has ended is kept without its facts, for its `once` alone."""

    async def put(self, posts: Sequence[NewPost], now_ms: int) -> int:
        """Adds those that are new; how many were."""

    async def claim(self, channel: Channel, limit: int, now_ms: int, lease_ms: int) -> list[Post]:
        """Those that are due, the longest waiting first; nobody else gets them within the lease."""

    async def end(self, ended: Ended, now_ms: int) -> bool:
        """No further attempt. False: somebody else had claimed it meanwhile."""

    async def again(self, post: Post, reason: str, at_ms: int) -> bool:
        """Another attempt at that time. False: somebody else had claimed it meanwhile."""

    async def waiting(self) -> int:
        """How many are neither sent nor given up."""

    async def forget(self, before_ms: int, limit: int) -> int:
        """Deletes what ended before."""

    async def low_on_balance(self, after_id: int, now_ms: int, limit: int) -> list[LowBalance]:
        """Those not told yet since their last pack, by account, from the first after `after_id` on."""

    async def plans_ending(self, days: int, beyond: int, now_ms: int, limit: int) -> list[EndingPlan]:
        """Those that end within so many days, but not within `beyond`, and have not been told so.

        Only periods that are longer than that.
        """

    async def sold_untold(self, after_ms: int, limit: int) -> list[SoldUntold]:
        """What was sold after that time and has no receipt yet, the oldest first."""

    async def webhook_of(self, account_id: AccountId) -> Webhook | None:
        """The account's webhook, if it wants one."""
