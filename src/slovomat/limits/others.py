"""What other nodes have used of a window, as last heard."""

from slovomat.ports.env import Env

_WINDOW_S = 60.0
_Key = tuple[str, str]


class Others:
    """Others' calls by caller; each word holds for a minute, the longest time that they can count."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._young: dict[_Key, tuple[int, float]] = {}
        self._old: dict[_Key, tuple[int, float]] = {}
        self._turned_s = env.monotonic_s()

    def heard(self, kind: str, who: str, calls: int) -> None:
        """So many are others' now."""
        now_s = self._env.monotonic_s()
        if now_s - self._turned_s > _WINDOW_S:  # what is older than two turns is forgotten
            self._turned_s, self._old, self._young = now_s, self._young, {}
        self._young[kind, who] = calls, now_s

    def calls(self, kind: str, who: str) -> int:
        """So many may be others' still."""
        found = self._young.get((kind, who)) or self._old.get((kind, who))
        if found is None or self._env.monotonic_s() - found[1] > _WINDOW_S:
            return 0
        return found[0]
