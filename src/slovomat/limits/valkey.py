"""Limits that all nodes share through Valkey."""

from slovomat.limits.memory import MemoryLimits, MemorySlots
from slovomat.limits.others import Others
from slovomat.limits.valkey_link import Link
from slovomat.limits.valkey_rounds import Rounds
from slovomat.limits.valkey_script import HIT, SLOT
from slovomat.ports.env import Env
from slovomat.ports.limits import NO_LIMIT, Window

_WINDOW_MS = 60_000
_KEEP_S = 10.0
"""A third of a slot's lease (scripts/slot.lua)."""


class ValkeyLimits:
    """The Limits port over a window in Valkey, by Valkey's clock.

    What passes through this node is counted here too, and obeyed, also when Valkey comes back empty; and
    what others had used when it was last heard is remembered: nobody gets a fresh window when it goes.
    """

    def __init__(self, rounds: Rounds, env: Env) -> None:
        self._rounds = rounds
        self._local = MemoryLimits(env)
        self._others = Others(env)

    async def hit(self, kind: str, who: str, per_minute: int) -> Window:
        """Counts one call, if it is allowed; by this node alone while Valkey does not answer."""
        if per_minute == 0:
            return NO_LIMIT
        refused = self._local.refusal(kind, who, per_minute)
        counts = int(refused is None)
        answer = await self._rounds.ask(HIT, f"slovomat:{kind}:{who}", per_minute, counts)
        if answer is None:
            return self._local.hit_now(kind, who, per_minute, self._others.calls(kind, who))
        passed, used, wait_ms = answer
        self._others.heard(kind, who, max(0, used - self._local.count(kind, who, passed)))
        if not passed:
            reset_ms = max(wait_ms, refused.reset_ms) if refused else wait_ms
            return Window(allowed=False, limit=per_minute, remaining=0, reset_ms=reset_ms)
        return Window(allowed=True, limit=per_minute, remaining=per_minute - used, reset_ms=_WINDOW_MS)


class ValkeySlots:
    """The Slots port over leases in Valkey; `keep` renews them while this node lives.

    This node's own slots are counted here too, and rule alone while Valkey does not answer.
    """

    def __init__(self, rounds: Rounds, link: Link) -> None:
        self._rounds = rounds
        self._link = link
        self._local = MemorySlots()
        self._entering: set[str] = set()
        """Tokens that Valkey may yet refuse: to keep one would be to take its slot."""

    async def enter(self, who: str, limit: int, token: str) -> bool:
        """Takes a slot, unless all are taken."""
        if not self._local.enter_now(who, limit, token):
            return False
        self._entering.add(token)
        try:
            answer = await self._rounds.ask(SLOT, _key(who), "enter", token, limit)
        except BaseException:
            self.leave(who, token)
            raise
        finally:
            self._entering.discard(token)
        if answer == (0,):
            self._local.leave(who, token)
            return False
        return True

    def leave(self, who: str, token: str) -> None:
        """Gives a slot back; when Valkey does not hear of it, the lease ends by itself."""
        self._local.leave(who, token)
        self._rounds.tell(SLOT, _key(who), "leave", token, 0)

    async def keep(self) -> None:
        """Renews the leases until the link stops, and at once when Valkey has come back."""
        while not self._link.stopping:
            for who, token in self._local.taken():
                if token not in self._entering:
                    self._rounds.tell(SLOT, _key(who), "keep", token, 0)
            await self._link.pause_until_back(_KEEP_S)


def _key(who: str) -> str:
    return f"slovomat:slots:{who}"
