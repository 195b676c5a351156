"""The nemesis: kills, stops and drains nodes, takes the database away, sets clocks, upsets the upstream."""

from collections.abc import Sequence

from slovomat.simulation.node import OUTSIDE, Node, World
from slovomat.simulation.provider import Mood

_HOUR_MS = 3_600_000
_SHARED_BACK_MS = 72_000
"""A shared database's clock goes back by no more: what a dead process had is nobody's for as long."""


class Nemesis:
    """Each method begins one mischief; it ends by itself."""

    def __init__(self, world: World, nodes: Sequence[Node]) -> None:
        self._world = world
        self._dice = world.dice
        self._nodes = nodes

    def kills(self) -> None:
        """One node, at once."""
        self._dice.pick(self._nodes).kill()

    def stops(self) -> None:
        """One node stands still, often for longer than its leases."""
        node = self._dice.pick(self._nodes)
        seconds = self._dice.between(4.5, 9.0) if self._dice.happens(0.6) else self._dice.between(0.1, 4.5)
        if node.life.alive and not node.life.stopped:
            node.stop()
            self._later(seconds, node.go_on)

    def drains(self) -> None:
        """One node is asked to end."""
        self._dice.pick(self._nodes).drain()

    def takes_database(self) -> None:
        """For some seconds."""
        if not self._world.weather.outage:
            self._outage(True)
            self._later(self._dice.between(0.1, 8.0), self._outage, False)

    def sets_clock(self) -> None:
        """That of one machine, by minutes or hours, forwards or back; midnights are crossed."""
        wall = self._dice.below(len(self._world.walls))
        hours = self._dice.pick((0.02, 0.5, 1.5, 11.0, 25.0))
        by_ms = int(hours * _HOUR_MS) * self._dice.pick((1, -1))
        if self._world.bell and wall == 0:
            by_ms = max(by_ms, -_SHARED_BACK_MS)
        self._world.history.tell("nemesis", f"clock {wall} by {by_ms} ms")
        self._world.walls[wall].jump(by_ms)

    def upsets_upstream(self) -> None:
        """It is now in another mood."""
        moods = (
            (50, Mood.WELL),
            (25, Mood.MIXED),
            (8, Mood.SLOW),
            (6, Mood.DOWN),
            (6, Mood.SILENT),
            (5, Mood.ABSENT),
        )
        mood = self._dice.weighted(moods)
        self._world.history.tell("nemesis", f"upstream {mood}")
        self._world.provider.mood = mood

    def rests(self) -> None:
        """From now on all is well, and stays so."""
        self._world.history.tell("nemesis", "rests")
        self._world.weather.fair = True
        self._world.weather.outage = False
        self._world.provider.mood = Mood.WELL
        for node in self._nodes:
            if node.life.stopped:
                node.go_on()

    def _outage(self, there: bool) -> None:
        self._world.history.tell("nemesis", f"database {'away' if there else 'back'}")
        self._world.weather.outage = there

    def _later(self, seconds: float, what: object, *args: object) -> None:
        self._world.loop.call_later(seconds, what, *args, context=OUTSIDE)  # type: ignore[arg-type]
