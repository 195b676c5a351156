"""How many wrong codes of a second factor an account may be tried with in a day, whoever restarts what.

Windows of a minute let a thief of the password go on for years; six digits do not last so long. Known
browsers have a count of their own, so that no stranger keeps the owner's out; recovery codes are too long to
be guessed and are looked at all the same.
"""

from slovomat.domain.ids import AccountId
from slovomat.ports.env import Env
from slovomat.ports.people import People

_DAY_MS = 86_400_000


class WrongCodes:
    """Counts in the database, by days of UTC."""

    def __init__(self, people: People, env: Env, most: int) -> None:
        self._people = people
        self._env = env
        self._most = most

    async def count(self, account_id: AccountId, known: bool) -> bool:
        """Counts a code that is about to be looked at; False when the day has had enough of them."""
        return await self._people.try_code(account_id, self._day(), known, self._most)

    async def forgive(self, account_id: AccountId, known: bool) -> None:
        """It was right."""
        await self._people.forgive_code(account_id, self._day(), known)

    def wait_ms(self) -> int:
        """Until the next day."""
        return _DAY_MS - self._env.now_ms() % _DAY_MS

    def _day(self) -> int:
        return self._env.now_ms() // _DAY_MS
