"""What the keys' own caps leave: requests a day and in all, counted on the key."""

from collections import defaultdict
from collections.abc import Iterable

from slovomat.domain.caller import KeyPolicy
from slovomat.domain.ids import KeyId
from slovomat.ports.ledger import BalanceQuery, HoldOrder
from slovomat.storage.tx import ConflictError, Tx

UNCAPPED = 1 << 62
_ALWAYS = ""
"""The `day` under which a key's use of all time is counted."""


class Caps:
    """The use of capped keys while a batch is decided. The guard in `key_use` has the last word."""

    def __init__(self) -> None:
        self._used: dict[tuple[KeyId, str], int] = defaultdict(int)
        self._added: dict[tuple[KeyId, str], tuple[int, int | None]] = {}

    @classmethod
    async def read(cls, tx: Tx, asking: Iterable[HoldOrder | BalanceQuery]) -> "Caps":
        """The use of each one's key on its day; keys without caps cost nothing."""
        caps = cls()
        wanted = {(one.key.id, one.day) for one in asking if one.key.capped}
        if wanted:
            asked = sorted(wanted)
            uses = await tx.rows_each("key_used", ("key_id", "day"), asked)
            for (key_id, _), found in zip(asked, uses, strict=True):
                caps._used.update({(key_id, day): used for day, used in found})
        return caps

    def room(self, key: KeyPolicy, day: str) -> int:
        """Requests that the key's caps still allow."""
        if not key.capped:
            return UNCAPPED
        in_day = UNCAPPED if key.cap_day is None else key.cap_day - self._used[key.id, day]
        in_all = UNCAPPED if key.cap_total is None else key.cap_total - self._used[key.id, _ALWAYS]
        return max(0, min(in_day, in_all))

    def use(self, key: KeyPolicy, day: str, requests: int) -> None:
        """Counts what a hold sets aside."""
        if not key.capped:
            return
        for when, cap in ((day, key.cap_day), (_ALWAYS, key.cap_total)):
            self._used[key.id, when] += requests
            added, _ = self._added.get((key.id, when), (0, None))
            self._added[key.id, when] = (added + requests, cap)

    async def write(self, tx: Tx) -> None:
        """Adds what was used; raises ConflictError when the cap was reached elsewhere meanwhile."""
        for (key_id, day), (added, cap) in sorted(self._added.items()):
            limit = UNCAPPED if cap is None else cap
            if not await tx.run("key_use", key_id=key_id, day=day, amount=added, cap=limit):
                raise ConflictError
