"""A forgotten password: the link of a letter sets another one. Who reads the mailbox owns the account."""

import msgspec

from slovomat.domain.email import normal_email
from slovomat.domain.tickets import keyed_hash, token_of
from slovomat.ports.env import Env
from slovomat.ports.mail import LetterKind
from slovomat.ports.people import Life, MailedToken, People, Person
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.usecases.letters import Letters
from slovomat.usecases.passwords import PasswordFault, Passwords, password_fault
from slovomat.usecases.sessions import Browser
from slovomat.usecases.sign_in import Answer, Over, SignIn, Slowed

_TOKEN_BYTES = 32
_PURPOSE = "reset"
_HOUR_MS = 3_600_000


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
    ) -> None:
        self._people = people
        self._env = env
        self._secret = secret
        self._rules = rules
        self._passwords = passwords
        self._guessing = guessing
        self._sign_in = sign_in
        self._letters = letters

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
        link = await self.link(person, language, site)
        if link is not None:
            facts: dict[str, str | int] = {"link": link, "hours": self._rules.hours}
            once = f"reset {keyed_hash(self._secret, 'letter', link).hex()}"
            await self._letters.write(LetterKind.RESET, person.account.id, email, language, facts, once=once)
        return None

    async def link(self, person: Person, language: str, site: str) -> str | None:
        """A link that sets a password; None while as many are in force as may be."""
        text = token_of(self._env.random_bytes(_TOKEN_BYTES))
        token = MailedToken(
            purpose="reset",
            account_id=person.account.id,
            email=person.account.email,
            password_hash="",
            browser_hash=b"",
            language=language,
        )
        now_ms = self._env.now_ms()
        life = Life(now_ms, now_ms + self._rules.hours * _HOUR_MS, self._rules.live_max)
        added = await self._people.add_token(self._hash(text), token, life)
        return f"{site}/reset/{text}" if added else None

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
        return await self._sign_in.proved(person, "cabinet", browser, device)

    def _hash(self, text: str) -> bytes:
        return keyed_hash(self._secret, _PURPOSE, text)
