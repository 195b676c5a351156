"""Where commits follow each other: what is submitted during one makes the next; with seeded fates."""

from collections.abc import Callable

from slovomat.ports.store import StoreUnavailableError
from slovomat.simulation.database import Database
from slovomat.simulation.history import History
from slovomat.simulation.loop import Life, VirtualLoop
from slovomat.simulation.weather import Fate, Weather
from slovomat.storage.sqlite_writer import Submitted

AWAY = "the database is away"
_DEADLY = {Fate.DIES_BEFORE, Fate.DIES_AFTER}


class Lane:
    """One queue of writes of one life. `kill`: ends that life; None: it is nobody's to end."""

    def __init__(
        self,
        loop: VirtualLoop,
        database: Database,
        weather: Weather,
        life: Life,
        *,
        history: History,
        kill: Callable[[], None] | None,
    ) -> None:
        self._loop = loop
        self._database = database
        self._weather = weather
        self._life = life
        self._history = history
        self._kill = kill
        self._waiting: list[Submitted] = []
        self._busy = False

    def submit(self, write: Submitted) -> Submitted:
        """Carries it out in the next commit, even if the caller leaves."""
        if not self._life.alive:  # the clean-up of coroutines after the run
            raise StoreUnavailableError("this process is dead")
        self._waiting.append(write)
        if not self._busy:
            self._begin()
        return write

    def _begin(self) -> None:
        self._busy = True
        self._loop.call_later(self._weather.commit_s(), self._commit)

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        fate = self._weather.fate()
        if self._kill is None and fate in _DEADLY:
            fate = Fate.DONE
        names = " ".join(write.rule.__name__ for write in batch)
        self._history.tell(self._life.name, f"{names} {fate}")
        if fate not in {Fate.REFUSED, Fate.DIES_BEFORE}:
            self._database.transact(batch, keep=fate is not Fate.UNDONE, by=self._life)
        if fate in _DEADLY and self._kill is not None:
            self._kill()
            return
        self._loop.call_later(self._weather.told_s(), self._tell, batch, fate is Fate.DONE)

    def _tell(self, batch: list[Submitted], done: bool) -> None:
        for write in batch:
            write.tell(None if done else StoreUnavailableError(AWAY))
        if self._waiting:
            self._begin()
        else:
            self._busy = False
