"""What the port to the shop says of codes."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from slovomat.domain.ids import BatchId
from slovomat.ports.sales import Goods


class NewBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Codes to be made, by their keyed hashes."""

    goods: Goods
    hashes: Sequence[bytes]
    note: str
    by: str
    now_ms: int
    expires_at_ms: int | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Codes that were made together."""

    id: BatchId
    goods: Goods
    codes: int
    redeemed: int
    note: str
    made_by: str
    expires_at_ms: int | None
    created_at_ms: int


class CodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One code of a batch, which nobody can read any more, and who has used it."""

    id: int
    email: str | None
    redeemed_at_ms: int | None


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was taken; `before`: by the same account, earlier."""

    goods: Goods
    code_id: int
    redeemed_at_ms: int
    before: bool = False


class RedeemFailure(StrEnum):
    """Why a code gives nothing."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
