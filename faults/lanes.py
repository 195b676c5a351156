"""Rows side by side: each in a process of its own, so many at once as there are lanes."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import msgspec

from faults.record import ROOT
from faults.row import Row
from faults.running import Played, Result

_END_S = 30
Pair = tuple[Row, str]


class Lanes:
    """Plays pairs of row and set-up at the volume of every change."""

    def __init__(self, lanes: int, seed: int, told: Callable[[Played], None]) -> None:
        self._lanes = lanes
        self._seed = seed
        self._told = told
        self._running: set[subprocess.Popen[bytes]] = set()

    def play(self, pairs: Sequence[Pair]) -> list[Played]:
        """In the order given, but for those that want to be alone: they come last, one by one."""
        alone = [pair for pair in pairs if pair[0].alone]
        beside = [pair for pair in pairs if not pair[0].alone]
        return self._at_once(beside, self._lanes) + self._at_once(alone, 1)

    def _at_once(self, pairs: Sequence[Pair], lanes: int) -> list[Played]:
        with ThreadPoolExecutor(lanes) as pool:
            try:
                return list(pool.map(self._one, pairs))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._end()
                raise

    def _one(self, pair: Pair) -> Played:
        row, set_up = pair
        words = ["--row", row.name, "--set-up", set_up, "--seed", str(self._seed), "--json", "--lanes", "1"]
        process = subprocess.Popen(
            [sys.executable, "-m", "faults", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._running.add(process)
        out, errors = process.communicate()
        self._running.discard(process)
        played = Played(row, set_up, self._seed)
        try:
            played.result = msgspec.json.decode(out, type=list[Result])[0]
        except (msgspec.DecodeError, IndexError):
            played.result.violations = [f"the row ended with {process.returncode}: {errors.decode()[-3000:]}"]
        self._told(played)
        return played

    def _end(self) -> None:
        """As they were started: each ends what it has started itself."""
        for process in tuple(self._running):
            process.terminate()
        for process in tuple(self._running):
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)
