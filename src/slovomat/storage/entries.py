"""The ledger's lines, and the buckets' columns that are their sums."""

from collections.abc import Sequence

from slovomat.domain.ids import AccountId, BucketId
from slovomat.domain.money import SIGNS, EntryKind, Movement
from slovomat.storage.tx import ConflictError, Row, Tx

_LINE = (
    *("account_id", "bucket_id", "generation_id", "kind"),
    *("granted", "available", "held", "spent", "reason", "now_ms"),
)
_MOVE = ("account_id", "id", "granted", "available", "held", "spent")


class Lines:
    """Lines to be written together, and what they add to each bucket."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._rows: list[Row] = []
        self._sums: dict[tuple[AccountId, BucketId], list[int]] = {}

    def book(self, kind: EntryKind, movements: Sequence[Movement], reason: str = "") -> None:
        """Adds lines whose buckets have moved already."""
        word, now_ms = kind.value, self._now_ms
        granted, available, held, spent = SIGNS[kind]
        self._rows += [
            (account, bucket, of, word, granted * n, available * n, held * n, spent * n, reason, now_ms)
            for account, bucket, of, n in movements
        ]

    def move(self, kind: EntryKind, movements: Sequence[Movement], reason: str = "") -> None:
        """Adds lines that move their buckets."""
        self.book(kind, movements, reason)
        granted, available, held, spent = SIGNS[kind]
        sums = self._sums
        for account, bucket, _, n in movements:
            sum_of = sums.get((account, bucket))
            if sum_of is None:
                sums[account, bucket] = [granted * n, available * n, held * n, spent * n]
            else:
                sum_of[0] += granted * n
                sum_of[1] += available * n
                sum_of[2] += held * n
                sum_of[3] += spent * n

    async def write(self, tx: Tx) -> None:
        """Moves each bucket once, in one order for all, and writes the lines.

        Raises ConflictError when a bucket has too little.
        """
        moves = [(account, bucket, *sum_of) for (account, bucket), sum_of in sorted(self._sums.items())]
        if moves and not all(await tx.run_each("bucket_move", _MOVE, moves)):
            raise ConflictError
        if self._rows:
            await tx.run_each("entry_add", _LINE, self._rows)
