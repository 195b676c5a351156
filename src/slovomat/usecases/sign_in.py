"""Signing in by password, and by the code of a second factor where there is one."""

import msgspec

from slovomat.domain.email import MAX_CHARS, normal_email
from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.domain.tickets import keyed_hash, read_ticket, ticket, token_of
from slovomat.ports.env import Env
from slovomat.ports.people import Desk, People, Person
from slovomat.usecases.alerts import Alerts
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.usecases.passwords import Passwords
from slovomat.usecases.second_factor import SecondFactor, is_recovery_code
from slovomat.usecases.sessions import Browser, Sessions
from slovomat.usecases.wrong_codes import WrongCodes

_HALF_WAY, _HALF_WAY_MS = "half way", 10 * 60_000


class SignedIn(msgspec.Struct, frozen=True):
    """The session's token, and the device's ticket."""

    token: str
    device: str
    person: Person


class CodeNeeded(msgspec.Struct, frozen=True):
    """The password was right; the ticket comes back with a code."""

    ticket: str


class Slowed(msgspec.Struct, frozen=True):
    """Too many tries."""

    wait_ms: int


class CodesSpent(msgspec.Struct, frozen=True):
    """The day had enough wrong codes: a recovery code gets in, or the next day."""

    wait_ms: int


class Wrong(msgspec.Struct, frozen=True):
    """E-mail and password do not belong together, or the code is wrong."""


class Over(msgspec.Struct, frozen=True):
    """The way that was begun cannot be gone on with: it has taken too long, or was gone already."""


class Blocked(msgspec.Struct, frozen=True):
    """The operator has blocked the account."""


Answer = SignedIn | CodeNeeded | Slowed | Wrong | Over | Blocked


class SignIn:
    """The same cost and the same answer, whether there is an account of that e-mail or not."""

    def __init__(
        self,
        people: People,
        env: Env,
        secret: bytes,
        *,
        passwords: Passwords,
        sessions: Sessions,
        guessing: Guessing,
        second_factor: SecondFactor,
        wrong_codes: WrongCodes,
        alerts: Alerts,
    ) -> None:
        self._people = people
        self._env = env
        self._secret = secret
        self._passwords = passwords
        self._sessions = sessions
        self._guessing = guessing
        self._second_factor = second_factor
        self._wrong_codes = wrong_codes
        self._alerts = alerts

    async def by_password(
        self, typed_email: str, password: str, desk: Desk, browser: Browser, device: str
    ) -> Answer:
        """The first step. `device`: the ticket of a browser that has signed in before."""
        email = normal_email(typed_email) or typed_email.strip().lower()[:MAX_CHARS]
        wait_ms = await self._guessing.wait_ms(Guess.PASSWORD, email, browser.address, device)
        if wait_ms:
            return Slowed(wait_ms)
        person = await self._people.by_email(email)
        checked = await self._passwords.check(password, person.password_hash if person else "")
        if person is None or not checked.right or (desk == "admin" and person.role is Role.NONE):
            return Wrong()
        if checked.rehashed:
            await self._people.rehash(person.account.id, checked.rehashed)
        return await self.proved(person, desk, browser, device)

    async def proved(
        self, person: Person, desk: Desk, browser: Browser, device: str, *, told: bool = False
    ) -> Answer:
        """Who it is, is proved by one means; a second factor is asked for where there is one.

        `told`: a letter tells of it already.
        """
        if person.account.blocked:
            return Blocked()
        if person.totp_secret:
            says = f"{person.account.id} {desk} {self._mark(person)}"
            return CodeNeeded(ticket(self._secret, _HALF_WAY, says, self._env.now_ms() + _HALF_WAY_MS))
        return await self.enter(person, desk, browser, device, second_factor=False, told=told)

    async def by_code(
        self, half_way: str, desk: Desk, code: str, browser: Browser, device: str
    ) -> Answer | CodesSpent:
        """The second step."""
        person = await self._half_way(half_way, desk)
        if person is None:
            return Over()
        wait_ms = await self._guessing.wait_ms(Guess.CODE, person.account.email, browser.address, device)
        if wait_ms:
            return Slowed(wait_ms)
        account_id, known = person.account.id, self._guessing.knows(device, person.account.email)
        counted = await self._wrong_codes.count(account_id, known)
        if not counted and not is_recovery_code(code):
            return CodesSpent(self._wrong_codes.wait_ms())
        if not await self._second_factor.accepts(person, code):
            return Wrong()
        if counted:
            await self._wrong_codes.forgive(account_id, known)
        return await self.enter(person, desk, browser, device, second_factor=True)

    async def enter(
        self,
        person: Person,
        desk: Desk,
        browser: Browser,
        device: str,
        *,
        second_factor: bool,
        told: bool = False,
    ) -> SignedIn:
        """Signs in for good; the owner is told of a browser that is new."""
        account = person.account
        if not told and not self._guessing.knows(device, account.email):
            await self._alerts.signed_in_anew(person, browser)
        token = await self._sessions.begin(account.id, desk, browser, second_factor=second_factor)
        return SignedIn(token, self._guessing.remember(device, account.email), person)

    async def _half_way(self, text: str, desk: Desk) -> Person | None:
        says = read_ticket(self._secret, _HALF_WAY, text, self._env.now_ms())
        if says is None:
            return None
        account_id, at, mark = says.split()
        person = await self._people.by_id(AccountId(int(account_id)))
        if person is None or person.account.blocked or (at, mark) != (desk, self._mark(person)):
            return None
        return person

    def _mark(self, person: Person) -> str:
        """Another one after any change of what the person signs in with."""
        facts = f"{person.password_hash} {person.totp_secret}"
        return token_of(keyed_hash(self._secret, _HALF_WAY, facts)[:12])
