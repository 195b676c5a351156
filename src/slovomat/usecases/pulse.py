"""Whether the database answers: asked by one question at a time, so that silence is known without waiting."""

from slovomat.ports.env import Env
from slovomat.ports.store import Store, StoreUnavailableError

_SILENCE_S = 2.0


class Pulse:
    """Asks on a timer. A database that fails tells every call so; one that is silent would have them wait."""

    def __init__(self, store: Store, env: Env) -> None:
        self._store = store
        self._env = env
        self._asked_s: float | None = None
        self._failed = False
        self._silent = False

    @property
    def silent(self) -> bool:
        """Whether whoever asked now would wait for long: calls are refused before they do."""
        return self._silent or self._waits()

    @property
    def beats(self) -> bool:
        """Whether the database takes writes."""
        return not (self._failed or self.silent)

    async def ask(self) -> None:
        """One question, by a write; returns at once where one is under way."""
        if self._asked_s is not None:
            return
        self._asked_s = self._env.monotonic_s()
        try:
            await self._store.ping()
            self._failed = self._silent = False
        except StoreUnavailableError:
            self._failed, self._silent = True, self._waits()
        finally:
            self._asked_s = None

    def _waits(self) -> bool:
        return self._asked_s is not None and self._env.monotonic_s() - self._asked_s > _SILENCE_S
