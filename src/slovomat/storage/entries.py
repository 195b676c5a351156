"""The ledger's lines, and the buckets' columns that are their sums."""

from collections.abc import Sequence

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
        self._sums: dict[Row, list[int]] = {}

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
        sums, signs = self._sums, SIGNS[kind]
        for account, bucket, _, amount in movements:
            there = sums.get((account, bucket))
            if there is None:
                sums[account, bucket] = [sign * amount for sign in signs]
            else:
                for column, sign in enumerate(signs):
                    there[column] += sign * amount

    async def write(self, tx: Tx) -> None:
        """Moves each bucket once, in one order for all, and writes the lines.

        Raises ConflictError when a bucket has too little.
        """
        moves = [(*place, *changes) for place, changes in sorted(self._sums.items())]
        if moves and not all(await tx.run_each("bucket_move", _MOVE, moves)):
            raise ConflictError
        if self._rows:
            await tx.run_each("entry_add", _LINE, self._rows)
