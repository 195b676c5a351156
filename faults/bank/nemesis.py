"""What happens to the service while the bank is open, drawn by the seed."""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.servers.processes import send

from faults.proxy import Proxy
from faults.stand import Stand

Act = Callable[[], Awaitable[None]]
_ON_TOP = 0.4


@dataclass
class Links:
    """The proxies, by what they stand between: `client`, `upstream`, `database`, `valkey`."""

    proxies: dict[str, list[Proxy]] = field(default_factory=dict)

    def all(self) -> list[Proxy]:
        """Every one."""
        return [proxy for group in self.proxies.values() for proxy in group]


class Nemesis:
    """Plays one fault after another; each is over when the next begins.

    Now and then a bad network comes on top, so that what clears up after one fault meets another.
    """

    def __init__(self, stand: Stand, links: Links, chance: random.Random) -> None:
        self._stand = stand
        self._links = links
        self._chance = chance
        self.played: Counter[str] = Counter()
        self._acts: dict[str, Act] = {
            "a server killed": self._kill,
            "a server killed twice": self._kill_twice,
            "a server stopped and continued": self._freeze,
            "a server deployed anew": self._deploy,
        }
        self._networks: dict[str, Act] = {}
        for between in links.proxies:
            self._networks |= {
                f"{between}: delay": self._network(between, lambda p: p.delay(0.2)),
                f"{between}: reset": self._network(between, Proxy.reset),
                f"{between}: black hole": self._network(between, Proxy.black_hole),
                f"{between}: half-open": self._network(between, Proxy.half_open),
                f"{between}: refused": self._network(between, Proxy.refuse),
            }
        self._acts |= self._networks
        if stand.database:
            self._acts |= {
                "PostgreSQL restarted, immediate": self._restart_database,
                "PostgreSQL killed": self._kill_database,
                "PostgreSQL stopped and continued": self._freeze_database,
            }
        if stand.valkey:
            self._acts |= {"Valkey killed": self._kill_valkey, "Valkey stopped": self._freeze_valkey}

    def add(self, name: str, act: Act) -> None:
        """A further fault."""
        self._acts[name] = act

    async def rage(self, faults: int, in_time: Callable[[], bool]) -> None:
        """So many faults, all kinds before any comes twice."""
        while faults > 0:
            names = sorted(self._acts)
            self._chance.shuffle(names)
            for name in names[:faults]:
                if not in_time():
                    return
                await asyncio.sleep(self._span(0.3, 1.5))
                together = [name]
                if name not in self._networks and self._chance.random() < _ON_TOP:
                    together.append(self._chance.choice(sorted(self._networks)))
                await asyncio.gather(*(self._acts[one]() for one in together))
                self.played.update(together)
            faults -= len(names)

    def _span(self, least_s: float, most_s: float) -> float:
        return least_s + self._chance.random() * (most_s - least_s)

    async def _kill(self) -> None:
        node = self._chance.choice(self._stand.nodes)
        await asyncio.to_thread(node.kill)
        await asyncio.sleep(self._span(0, 2))
        await asyncio.to_thread(node.start)

    async def _kill_twice(self) -> None:
        """The second time while it may still be clearing up after the first."""
        await self._kill()
        await self._kill()

    async def _freeze(self) -> None:
        """Sometimes longer than a lease, so that others take over what it wakes up with."""
        node = self._chance.choice(self._stand.nodes)
        send(signal.SIGSTOP, node.pid)
        await asyncio.sleep(self._span(0.5, 6))
        send(signal.SIGCONT, node.pid)

    async def _deploy(self) -> None:
        node = self._chance.choice(self._stand.nodes)
        await asyncio.to_thread(node.stop)
        await asyncio.to_thread(node.start)

    def _network(self, between: str, spoil: Callable[[Proxy], None]) -> Act:
        async def act() -> None:
            proxy = self._chance.choice(self._links.proxies[between])
            spoil(proxy)
            await asyncio.sleep(self._span(0.5, 3))
            proxy.heal()

        return act

    async def _restart_database(self) -> None:
        assert self._stand.database
        await asyncio.to_thread(self._stand.database.restart, "immediate")

    async def _kill_database(self) -> None:
        assert self._stand.database
        await asyncio.to_thread(self._stand.database.kill)
        await asyncio.sleep(self._span(0, 2))
        await asyncio.to_thread(self._stand.database.start)

    async def _freeze_database(self) -> None:
        assert self._stand.database
        self._stand.database.freeze()
        await asyncio.sleep(self._span(0.5, 4))
        self._stand.database.thaw()

    async def _kill_valkey(self) -> None:
        assert self._stand.valkey
        await asyncio.to_thread(self._stand.valkey.kill)
        await asyncio.sleep(self._span(0.5, 3))
        await asyncio.to_thread(self._stand.valkey.start)

    async def _freeze_valkey(self) -> None:
        assert self._stand.valkey
        self._stand.valkey.freeze()
        await asyncio.sleep(self._span(0.5, 3))
        self._stand.valkey.thaw()
