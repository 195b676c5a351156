"""The port to what was generated: an account's own history, and the texts that are kept of it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from slovomat.domain.ids import AccountId, GenerationId, KeyId


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which generations of an account, from the newest back. What is empty or 0 does not narrow.

    `before`: the id that the last page ended with; days are dates of the service's time zone, both included.
    """

    account_id: AccountId
    before: int = 0
    limit: int = 50
    mode: str = ""
    dialect: str = ""
    key_id: int = 0
    state: str = ""
    from_day: str = ""
    to_day: str = ""
    id: int = 0


class Payer(msgspec.Struct, frozen=True):
    """What one bucket paid: `title` is the pack's, or the day whose allowance it was (then `day` is set)."""

    title: str
    day: str | None
    requests: int


class HistoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One generation. `state`: held, settled, released or expired; `reason` says why it was not charged."""

    id: GenerationId
    at_ms: int
    closed_at_ms: int | None
    day: str
    dialect: str
    mode: str | None
    key_id: KeyId
    key_shown: str
    key_name: str
    state: str
    reason: str
    price_requests: int
    upstream: str
    prompt_tokens: int
    completion_tokens: int
    cut_chars: int
    is_job: bool
    paid_by: tuple[Payer, ...]

    @property
    def duration_ms(self) -> int | None:
        """From the acceptance to the end; None while it is under way."""
        return None if self.closed_at_ms is None else max(0, self.closed_at_ms - self.at_ms)

    @property
    def spent_requests(self) -> int:
        """What it cost in the end."""
        return self.price_requests if self.state == "settled" else 0


class HistoryPage(msgspec.Struct, frozen=True):
    """Some generations, and `before` for the next page; None when there is none."""

    rows: tuple[HistoryRow, ...]
    before: int | None


class KeptText(msgspec.Struct, frozen=True, kw_only=True):
    """A text and what was made of it; dropped after the days that the settings say."""

    account_id: AccountId
    generation_id: GenerationId
    text: str
    result: str
    now_ms: int


class HistoryText(msgspec.Struct, frozen=True, kw_only=True):
    """One generation in full; texts are None where none were kept: of direct calls, and once pruned."""

    row: HistoryRow
    text: str | None
    result: str | None
    error: str | None
    pruned: bool


class UsageDay(msgspec.Struct, frozen=True, kw_only=True):
    """A day of an account's: how many generations, requests spent, and requests returned."""

    day: str
    generations: int
    spent_requests: int
    returned_requests: int


class History(Protocol):
    """An account's generations. What is told is exact at the moment of asking."""

    async def page(self, query: HistoryQuery) -> HistoryPage:
        """A page, the newest first. For an export ask again with `before` until that is None."""

    async def find(self, account_id: AccountId, generation_id: GenerationId) -> HistoryText | None:
        """The account's generation with its texts, or None: another's does not exist."""

    async def usage(self, account_id: AccountId, from_day: str) -> Sequence[UsageDay]:
        """The days since then on which anything was generated, the oldest first."""

    async def keep(self, kept: KeptText) -> None:
        """Keeps the text of a direct call, such as the site's own page for trying makes."""

    async def prune(self, before_ms: int, limit: int) -> int:
        """Drops kept texts from before; how many."""

    async def advance(self, now_ms: int) -> bool:
        """Looks at some of the generations that are new: for the accounts' histories, and for the reports.

        Whether there is more to look at.
        """
