"""Signing up: the account comes to be when the link of a letter is followed, and not before.

Whoever asks is told the same, whether there is an account of that e-mail or not: the letter tells. A link
that is followed in another browser than the one that asked wants the password too, so that nobody confirms
an account that somebody else made in their name.
"""

from enum import StrEnum

import msgspec

from slovomat.domain.email import normal_email
from slovomat.domain.tickets import keyed_hash, token_of
from slovomat.ports.env import Env
from slovomat.ports.mail import LetterKind
from slovomat.ports.people import Life, MailedToken, People
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.usecases.letters import Letters
from slovomat.usecases.passwords import PasswordFault, Passwords, password_fault
from slovomat.usecases.sessions import Browser
from slovomat.usecases.sign_in import Over, SignedIn, SignIn, Slowed, Wrong

_TOKEN_BYTES = 32
_PURPOSE = "sign up"
_HOUR_MS = 3_600_000


class SignUpRules(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of a new account, how long a link works, and how many of them an e-mail may have at once."""

    plan: str
    hours: int
    live_max: int


class EmailFault(StrEnum):
    """Why an e-mail will not do."""

    BAD = "bad"


class Begun(msgspec.Struct, frozen=True):
    """A letter was sent; `mark` is kept by the browser."""

    email: str
    mark: str


class PasswordNeeded(msgspec.Struct, frozen=True):
    """The link is good, but this is another browser than the one that asked for it."""

    email: str


class SignUp:
    """Both steps."""

    def __init__(
        self,
        people: People,
        env: Env,
        secret: bytes,
        rules: SignUpRules,
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
        self, typed_email: str, password: str, language: str, browser: Browser, site: str
    ) -> Begun | EmailFault | PasswordFault | Slowed:
        """Sends a letter: with the link to go on, or saying that there is an account already."""
        email = normal_email(typed_email)
        if email is None:
            return EmailFault.BAD
        if fault := password_fault(password, email):
            return fault
        wait_ms = await self._guessing.wait_ms(Guess.SIGN_UP, email, browser.address)
        if wait_ms:
            return Slowed(wait_ms)
        hashed = await self._passwords.hash(password)
        mark = token_of(self._env.random_bytes(_TOKEN_BYTES))
        token = MailedToken(
            purpose="sign_up",
            account_id=None,
            email=email,
            password_hash=hashed,
            browser_hash=keyed_hash(self._secret, _PURPOSE, mark),
            language=language,
        )
        person = await self._people.by_email(email)
        if person is None:
            await self._send_link(token, site)
        else:
            hour = self._env.now_ms() // _HOUR_MS
            facts = {"link": f"{site}/sign-in"}
            once = f"account_exists {person.account.id} {hour}"
            await self._letters.write(
                LetterKind.ACCOUNT_EXISTS, person.account.id, email, language, facts, once=once
            )
        return Begun(email, mark)

    async def _send_link(self, token: MailedToken, site: str) -> None:
        text = token_of(self._env.random_bytes(_TOKEN_BYTES))
        now_ms = self._env.now_ms()
        life = Life(now_ms, now_ms + self._rules.hours * _HOUR_MS, self._rules.live_max)
        token_hash = keyed_hash(self._secret, _PURPOSE, text)
        if await self._people.add_token(token_hash, token, life):
            facts: dict[str, str | int] = {"link": f"{site}/verify/{text}", "hours": self._rules.hours}
            once = f"verify {token_hash.hex()}"
            await self._letters.write(LetterKind.VERIFY, None, token.email, token.language, facts, once=once)

    async def look(self, text: str, mark: str) -> Begun | PasswordNeeded | Over:
        """Where the link leads, before anything is done: what is fetched ahead of its reader does nothing."""
        token = await self._people.find_token(self._hash(text), "sign_up", self._env.now_ms())
        if token is None:
            return Over()
        if token.browser_hash == keyed_hash(self._secret, _PURPOSE, mark):
            return Begun(token.email, mark)
        return PasswordNeeded(token.email)

    async def finish(
        self, text: str, mark: str, password: str, browser: Browser, device: str
    ) -> SignedIn | Slowed | Wrong | Over:
        """Opens the account and signs in."""
        token = await self._people.find_token(self._hash(text), "sign_up", self._env.now_ms())
        if token is None:
            return Over()
        if token.browser_hash != keyed_hash(self._secret, _PURPOSE, mark):
            wait_ms = await self._guessing.wait_ms(Guess.PASSWORD, token.email, browser.address, device)
            if wait_ms:
                return Slowed(wait_ms)
            if not (await self._passwords.check(password, token.password_hash)).right:
                return Wrong()
        now_ms = self._env.now_ms()
        account_id = await self._people.finish_sign_up(self._hash(text), self._rules.plan, now_ms)
        person = None if account_id is None else await self._people.by_id(account_id)
        if person is None:
            return Over()
        return await self._sign_in.enter(person, "cabinet", browser, device, second_factor=False)

    def _hash(self, text: str) -> bytes:
        return keyed_hash(self._secret, _PURPOSE, text)
