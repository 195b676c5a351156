"""The life of a generation's hold: held, then exactly one of settled, released, expired."""

from enum import StrEnum

import msgspec

from slovomat.domain.events import Usage
from slovomat.domain.ids import AccountId, GenerationId, KeyId
from slovomat.domain.mode import ModeRef
from slovomat.domain.money import Part


class HoldState(StrEnum):
    """Where a hold stands; all but HELD are final."""

    HELD = "held"
    SETTLED = "settled"
    RELEASED = "released"
    EXPIRED = "expired"


class JobState(StrEnum):
    """Where a job stands; COMPLETED and FAILED are final."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Held(msgspec.Struct, frozen=True):
    """What a hold set aside, and for whom: what its closing has to know. It never changes.

    `counted_key`: the key whose caps count the hold, if it has any.
    """

    parts: tuple[Part, ...]
    counted_key: KeyId | None
    day: str
    price_requests: int
    idempotency_key: str | None


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """How a generation ended, for its record. `reason`: a word for reports, empty when all went well."""

    id: GenerationId
    account_id: AccountId
    state: HoldState
    reason: str = ""
    upstream: str = ""
    usage: Usage = Usage()
    mode: ModeRef | None = None
    """The text of the mode that was used, should it differ from that of the acceptance."""
    held: Held | None = None
    """As the acceptance told it; the database is asked of what is not told."""


class ClaimedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job leased to a worker. `token` fences: only the holder of the newest one may finish it."""

    id: GenerationId
    account_id: AccountId
    dialect: str
    mode: ModeRef
    text: str
    attempt: int
    token: int


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """What a poll shows of a job. `error`: a Code of domain.refusal or a provider's sentence."""

    id: GenerationId
    state: JobState
    result: str | None
    error: str | None
    pruned: bool = False
    """Completed, but its text is no longer kept."""

    @property
    def final(self) -> bool:
        """Whether it will never change again."""
        return self.state in {JobState.COMPLETED, JobState.FAILED}
