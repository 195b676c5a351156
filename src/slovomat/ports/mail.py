"""The ports to those who hear of something: by letter, or by a call of their webhook."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

Facts = Mapping[str, str | int]
"""What a letter's text needs: texts, whole numbers, links; times in ms, amounts in kopecks."""


class LetterKind(StrEnum):
    """What a letter is about; also the event's name of a webhook."""

    VERIFY = "verify"
    RESET = "reset"
    ACCOUNT_EXISTS = "account_exists"
    EMAIL_CHANGE = "email_change"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no password
    SIGNED_IN_ANEW = "signed_in_anew"
    KEY_MADE = "key_made"
    RECEIPT = "receipt"
    LOW_BALANCE = "low_balance"
    PLAN_ENDING = "plan_ending"


FACTS: dict[LetterKind, frozenset[str]] = {
    LetterKind.VERIFY: frozenset({"link", "hours"}),
    LetterKind.RESET: frozenset({"link", "hours"}),
    LetterKind.ACCOUNT_EXISTS: frozenset({"link"}),
    LetterKind.EMAIL_CHANGE: frozenset({"link", "hours"}),
    LetterKind.EMAIL_CHANGED: frozenset({"old", "new", "link"}),
    LetterKind.PASSWORD_CHANGED: frozenset({"at_ms", "link"}),
    LetterKind.SIGNED_IN_ANEW: frozenset({"at_ms", "address", "agent", "link"}),
    LetterKind.KEY_MADE: frozenset({"name", "shown", "link"}),
    LetterKind.RECEIPT: frozenset({"order", "title", "amount_kopecks", "currency", "link"}),
    LetterKind.LOW_BALANCE: frozenset({"left", "threshold", "link"}),
    LetterKind.PLAN_ENDING: frozenset({"plan", "days", "ends_at_ms", "link"}),
}
"""What each letter must be told, no more and no less; `link` is where its button leads."""
FOR_THE_MAILBOX_ALONE = frozenset({LetterKind.VERIFY, LetterKind.RESET, LetterKind.EMAIL_CHANGE})
"""Their links prove who reads the mailbox: no webhook is told them."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter to be written out and sent. `mark` is the same at each attempt."""

    mark: str
    kind: LetterKind
    to: str
    language: str
    facts: Facts


class Webhook(msgspec.Struct, frozen=True):
    """Where an account wants to be called, and what the calls are signed with."""

    url: str
    secret: str


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook is told. `mark` is the same at each attempt."""

    mark: str
    kind: LetterKind
    created_at_ms: int
    data: Facts


class Outcome(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


class Delivery(msgspec.Struct, frozen=True):
    """An attempt's end; `note` says where the letter is kept, or why it did not arrive."""

    outcome: Outcome
    note: str = ""


class Mailer(Protocol):
    """Writes letters out and hands them over."""

    async def send(self, letter: Letter) -> Delivery:
        """One attempt; whatever goes wrong on the way is in its outcome."""


class WebhookCaller(Protocol):
    """Calls webhooks, and nothing of the inside."""

    async def call(self, webhook: Webhook, event: Event) -> Delivery:
        """One attempt; whatever goes wrong on the way is in its outcome."""
