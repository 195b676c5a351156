"""A person who is signed in sets another password, or shows that it is really them by the present one."""

from slovomat.ports.env import Env
from slovomat.ports.people import People
from slovomat.usecases.alerts import Alerts
from slovomat.usecases.guessing import Guess, Guessing
from slovomat.usecases.passwords import PasswordFault, Passwords, password_fault
from slovomat.usecases.sessions import Visitor
from slovomat.usecases.sign_in import Slowed, Wrong


class ChangePassword:
    """A session that somebody left open is not enough for it."""

    def __init__(
        self, people: People, env: Env, passwords: Passwords, guessing: Guessing, alerts: Alerts
    ) -> None:
        self._people = people
        self._env = env
        self._passwords = passwords
        self._guessing = guessing
        self._alerts = alerts

    async def change(
        self, visitor: Visitor, present: str, new: str, address: str, device: str
    ) -> Slowed | Wrong | PasswordFault | None:
        """Signs out everywhere else. Who has no password yet (signed in by another issuer) needs none."""
        if fault := password_fault(new, visitor.account.email):
            return fault
        if visitor.person.password_hash and (
            refused := await self.confirm(visitor, present, address, device)
        ):
            return refused
        hashed = await self._passwords.hash(new)
        await self._people.set_password(visitor.account.id, hashed, self._env.now_ms(), visitor.session.id)
        await self._alerts.password_changed(visitor.person)
        return None

    async def confirm(
        self, visitor: Visitor, password: str, address: str, device: str
    ) -> Slowed | Wrong | None:
        """None when this is the account's password."""
        wait_ms = await self._guessing.wait_ms(Guess.PASSWORD, visitor.account.email, address, device)
        if wait_ms:
            return Slowed(wait_ms)
        checked = await self._passwords.check(password, visitor.person.password_hash)
        return None if checked.right else Wrong()
