"""A forgotten password: the link of a letter sets another one. Who reads the mailbox owns the account."""

import msgspec

from slovomat.domain.email import normal_email
from slovomat.domain.tickets import keyed_hash
from slovomat.ports.env import Env
from slovomat.ports.mail import LetterKind
from slovomat.ports.people import People
from slovomat.usecases.alerts import Alerts
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.usecases.letters import Letters
from slovomat.usecases.passwords import PasswordFault, Passwords, password_fault
from slovomat.usecases.reset_link import make_reset_link, reset_hash
from slovomat.usecases.sessions import Browser
from slovomat.usecases.sign_in import Answer, Over, SignIn, Slowed


class ResetRules(msgspec.Struct, frozen=True, kw_only=True):
    """How long a link works, and how many of them an e-mail may have at once."""

    hours: int
    live_max: int


class Reset:
    """Both steps; the first tells everybody the same."""

    def __init__(
        self,
        people: People,
        env: Env,
        secret: bytes,
        rules: ResetRules,
        *,
        passwords: Passwords,
        guessing: Guessing,
        sign_in: SignIn,
        letters: Letters,
        alerts: Alerts,
    ) -> None:
        self._people = people
        self._env = env
        self._secret = secret
        self._rules = rules
        self._passwords = passwords
        self._guessing = guessing
        self._sign_in = sign_in
        self._letters = letters
        self._alerts = alerts

    async def begin(
        self, typed_email: str, language: str, browser: Browser, device: str, site: str
    ) -> Slowed | None:
        """Sends a letter, should there be such an account."""
        email = normal_email(typed_email)
        if email is None:
            return None
        wait_ms = await self._guessing.wait_ms(Guess.LETTER, email, browser.address, device)
        if wait_ms:
            return Slowed(wait_ms)
        person = await self._people.by_email(email)
        if person is None or person.account.blocked:
            return None
        rules = self._rules
        path = await make_reset_link(
            self._people, self._env, self._secret, person.account, hours=rules.hours, live_max=rules.live_max
        )
        if path is not None:
            link = f"{site}{path}"
            facts: dict[str, str | int] = {"link": link, "hours": self._rules.hours}
            once = f"reset {keyed_hash(self._secret, 'letter', link).hex()}"
            await self._letters.write(LetterKind.RESET, person.account.id, email, language, facts, once=once)
        return None

    async def look(self, text: str) -> str | None:
        """Whose password the link sets, by e-mail; None when it is not in force."""
        token = await self._people.find_token(self._hash(text), "reset", self._env.now_ms())
        return None if token is None else token.email

    async def finish(self, text: str, password: str, browser: Browser, device: str) -> Answer | PasswordFault:
        """Sets the password, ends every session, and signs in here."""
        email = await self.look(text)
        if email is None:
            return Over()
        if fault := password_fault(password, email):
            return fault
        hashed = await self._passwords.hash(password)
        account_id = await self._people.finish_reset(self._hash(text), hashed, self._env.now_ms())
        person = None if account_id is None else await self._people.by_id(account_id)
        if person is None:
            return Over()
        await self._alerts.password_changed(person)
        return await self._sign_in.proved(person, "cabinet", browser, device, told=True)

    def _hash(self, text: str) -> bytes:
        return reset_hash(self._secret, text)
