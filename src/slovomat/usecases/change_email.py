"""Another e-mail: asked for with the present password, and done by the link of a letter to the new address.

Whoever asks is told the same whether the address is free or not; the letter tells. The link works for who is
signed in to the account alone, so that a typing error gives it to nobody.
"""

import msgspec

from slovomat.domain.email import normal_email
from slovomat.domain.tickets import keyed_hash, token_of
from slovomat.ports.env import Env
from slovomat.ports.mail import LetterKind
from slovomat.ports.people import Life, MailedToken, People
from slovomat.usecases.alerts import Alerts
from slovomat.usecases.change_password import ChangePassword
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.usecases.letters import Letters
from slovomat.usecases.reset import ResetRules
from slovomat.usecases.sessions import Browser, Visitor
from slovomat.usecases.sign_in import Over, Slowed, Wrong
from slovomat.usecases.sign_up import EmailFault

_TOKEN_BYTES = 32
_PURPOSE = "email"
_HOUR_MS = 3_600_000


class LetterSent(msgspec.Struct, frozen=True):
    """Where to."""

    email: str


class ChangeEmail:
    """Both steps."""

    def __init__(
        self,
        people: People,
        env: Env,
        secret: bytes,
        rules: ResetRules,
        *,
        passwords: ChangePassword,
        guessing: Guessing,
        letters: Letters,
        alerts: Alerts,
    ) -> None:
        self._people = people
        self._env = env
        self._secret = secret
        self._rules = rules
        self._passwords = passwords
        self._guessing = guessing
        self._letters = letters
        self._alerts = alerts

    async def begin(
        self, visitor: Visitor, typed_email: str, present: str, *, browser: Browser, device: str, site: str
    ) -> LetterSent | EmailFault | Slowed | Wrong:
        """Sends a letter to the new address, or to whoever has that already."""
        email = normal_email(typed_email)
        if email is None or email == visitor.email:
            return EmailFault.BAD
        if refused := await self._passwords.confirm(visitor, present, browser.address, device):
            return refused
        wait_ms = await self._guessing.wait_ms(Guess.LETTER, email, browser.address)
        if wait_ms:
            return Slowed(wait_ms)
        owner = await self._people.by_email(email)
        if owner is None:
            await self._send_link(visitor, email, site)
        else:
            facts = {"link": f"{site}/sign-in"}
            once = f"account_exists {owner.account.id} {self._env.now_ms() // _HOUR_MS}"
            await self._letters.write(
                LetterKind.ACCOUNT_EXISTS, owner.account.id, email, owner.language, facts, once=once
            )
        return LetterSent(email)

    async def _send_link(self, visitor: Visitor, email: str, site: str) -> None:
        text = token_of(self._env.random_bytes(_TOKEN_BYTES))
        language = visitor.person.language
        token = MailedToken(
            purpose="email",
            account_id=visitor.account.id,
            email=email,
            password_hash="",
            browser_hash=b"",
            language=language,
        )
        now_ms, hours = self._env.now_ms(), self._rules.hours
        token_hash = self._hash(text)
        if await self._people.add_token(
            token_hash, token, Life(now_ms, now_ms + hours * _HOUR_MS, self._rules.live_max)
        ):
            facts: dict[str, str | int] = {"link": f"{site}/security/email/{text}", "hours": hours}
            once = f"email {token_hash.hex()}"
            await self._letters.write(
                LetterKind.EMAIL_CHANGE, visitor.account.id, email, language, facts, once=once
            )

    async def look(self, visitor: Visitor, text: str) -> str | None:
        """Which address the link leads to; None when it is not in force, or another account's."""
        token = await self._people.find_token(self._hash(text), "email", self._env.now_ms())
        return token.email if token is not None and token.account_id == visitor.account.id else None

    async def finish(self, visitor: Visitor, text: str) -> str | Over:
        """Changes the address, tells the former one, and signs out everywhere else; the new address."""
        email = await self.look(visitor, text)
        if email is None:
            return Over()
        account_id, now_ms = visitor.account.id, self._env.now_ms()
        old = await self._people.finish_email(self._hash(text), account_id, now_ms, visitor.session.id)
        if old is None:
            return Over()
        await self._alerts.email_changed(visitor.person, email)
        return email

    def _hash(self, text: str) -> bytes:
        return keyed_hash(self._secret, _PURPOSE, text)
