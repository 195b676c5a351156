"""Letters about an account's safety: what its owner did not do should not go unnoticed."""

from collections.abc import Callable

from slovomat.ports.env import Env
from slovomat.ports.mail import LetterKind
from slovomat.ports.people import Person
from slovomat.usecases.letters import Letters
from slovomat.usecases.sessions import Browser

_JUST_MADE_MS = 60_000
_AGENT_MAX_CHARS = 200


class Alerts:
    """Tells whoever has shown that the mailbox is theirs. `site`: our address, without a slash at its end."""

    def __init__(self, letters: Letters, env: Env, site: Callable[[], str]) -> None:
        self._letters = letters
        self._env = env
        self._site = site

    async def signed_in_anew(self, person: Person, browser: Browser) -> None:
        """Somebody signed in from a browser not seen before; who opened the account a moment ago did."""
        now_ms = self._env.now_ms()
        if person.verified_at_ms is None or now_ms - person.account.created_at_ms < _JUST_MADE_MS:
            return
        agent = browser.agent.replace("\0", "")[:_AGENT_MAX_CHARS]
        facts: dict[str, str | int] = {
            "at_ms": now_ms,
            "address": browser.address or "—",
            "agent": agent or "—",
            "link": self._link(),
        }
        await self._write(LetterKind.SIGNED_IN_ANEW, person, person.account.email, facts)

    async def password_changed(self, person: Person) -> None:
        """There is another password."""
        if person.verified_at_ms is not None:
            facts: dict[str, str | int] = {"at_ms": self._env.now_ms(), "link": self._link()}
            await self._write(LetterKind.PASSWORD_CHANGED, person, person.account.email, facts)

    async def email_changed(self, person: Person, new: str) -> None:
        """Told to the former address. `person`: as they were before."""
        old = person.account.email
        facts: dict[str, str | int] = {"old": old, "new": new, "link": self._site() + "/"}
        await self._write(LetterKind.EMAIL_CHANGED, person, old, facts)

    async def _write(self, kind: LetterKind, person: Person, to: str, facts: dict[str, str | int]) -> None:
        account_id = person.account.id
        once = f"{kind} {account_id} {self._env.now_ms()}"
        await self._letters.write(kind, account_id, to, person.language, facts, once=once)

    def _link(self) -> str:
        return f"{self._site()}/security"
