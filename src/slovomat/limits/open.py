"""Chooses where limits are counted: in this process, or in Valkey for all nodes."""

from typing import TYPE_CHECKING

from slovomat.limits.memory import MemoryLimits, MemorySlots
from slovomat.ports.env import Env
from slovomat.ports.limits import Limits, Reach, Slots

if TYPE_CHECKING:
    from slovomat.limits.valkey_link import Spawn


class LocalCounting:
    """Each node by itself."""

    reach: Reach = "local"

    def __init__(self, env: Env) -> None:
        self.limits: Limits = MemoryLimits(env)
        self.slots: Slots = MemorySlots()

    async def start(self) -> None:
        """Nothing has to be there."""

    async def stop(self) -> None:
        """Nothing has to end."""


class SharedCounting:
    """All nodes together through Valkey; each by itself while it does not answer.

    `spawn` runs what goes on in the background: give it `create_task` of the App's task group.
    """

    def __init__(self, url: str, env: Env, spawn: "Spawn") -> None:
        from slovomat.limits.valkey import ValkeyLimits, ValkeySlots
        from slovomat.limits.valkey_link import Link
        from slovomat.limits.valkey_rounds import Rounds

        self._link = Link(url, env, spawn)
        self._spawn = spawn
        rounds = Rounds(self._link, spawn)
        self._slots = ValkeySlots(rounds, self._link)
        self.limits: Limits = ValkeyLimits(rounds, env)
        self.slots: Slots = self._slots

    @property
    def reach(self) -> Reach:
        """Whether counts are shared now."""
        return self._link.reach

    async def start(self) -> None:
        """Returns once it is known whether Valkey answers."""
        await self._link.start()
        self._spawn(self._slots.keep())

    async def stop(self) -> None:
        """Ends the connections and the background."""
        await self._link.stop()


Counting = LocalCounting | SharedCounting


def make_counting(url: str, env: Env, spawn: "Spawn") -> Counting:
    """What the settings ask for: `valkey_url`, which may be empty."""
    return SharedCounting(url, env, spawn) if url else LocalCounting(env)
