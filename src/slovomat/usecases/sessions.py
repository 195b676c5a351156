"""Sessions: a browser that has signed in carries a token; what is stored is its keyed hash."""

import msgspec

from slovomat.domain.ids import AccountId
from slovomat.domain.role import Role
from slovomat.domain.tickets import keyed_hash, token_of
from slovomat.ports.accounts import Account
from slovomat.ports.env import Env
from slovomat.ports.people import Desk, NewSession, People, Person, Session

_TOKEN_BYTES = 32
_TOKEN_CHARS = 43
_PURPOSE = "session"
_TOUCH_MS = 60_000
"""That a session is in use is written down no more often."""
_AGENT_MAX_CHARS = 200


class SessionRules(msgspec.Struct, frozen=True, kw_only=True):
    """How long sessions last, in all and when nobody uses them."""

    cabinet_ms: int
    cabinet_idle_ms: int
    desk_ms: int
    desk_idle_ms: int

    def lasts_ms(self, desk: Desk) -> int:
        """In all."""
        return self.cabinet_ms if desk == "cabinet" else self.desk_ms

    def idle_ms(self, desk: Desk) -> int:
        """Unused."""
        return self.cabinet_idle_ms if desk == "cabinet" else self.desk_idle_ms


class Browser(msgspec.Struct, frozen=True):
    """Where somebody asks from."""

    address: str
    agent: str = ""


class Visitor(msgspec.Struct, frozen=True):
    """Who is signed in, and by which session."""

    person: Person
    session: Session

    @property
    def account(self) -> Account:
        """Whose account it is."""
        return self.person.account

    @property
    def email(self) -> str:
        """As it is shown."""
        return self.person.account.email

    @property
    def role(self) -> Role:
        """What this session may do at the operator's desk."""
        return self.person.role if self.session.desk == "admin" else Role.NONE


class Sessions:
    """Begins, finds and ends them."""

    def __init__(self, people: People, env: Env, secret: bytes, rules: SessionRules) -> None:
        self._people = people
        self._env = env
        self._secret = secret
        self._rules = rules

    async def begin(self, account_id: AccountId, desk: Desk, browser: Browser, *, second_factor: bool) -> str:
        """Signs in; the token, in the only moment when it is known."""
        token = token_of(self._env.random_bytes(_TOKEN_BYTES))
        now_ms = self._env.now_ms()
        new = NewSession(
            token_hash=keyed_hash(self._secret, _PURPOSE, token),
            account_id=account_id,
            desk=desk,
            now_ms=now_ms,
            expires_at_ms=now_ms + self._rules.lasts_ms(desk),
            seen_before_ms=now_ms - self._longest_idle_ms(),
            address=browser.address,
            agent=browser.agent.replace("\0", "")[:_AGENT_MAX_CHARS],
            second_factor=second_factor,
        )
        await self._people.add_session(new)
        return token

    async def find(self, token: str, desk: Desk) -> Visitor | None:
        """Whose token this is."""
        if len(token) != _TOKEN_CHARS or not token.isascii():
            return None
        now_ms = self._env.now_ms()
        token_hash = keyed_hash(self._secret, _PURPOSE, token)
        found = await self._people.find_session(token_hash, desk, now_ms, now_ms - self._rules.idle_ms(desk))
        if found is None:
            return None
        if now_ms - found[1].seen_at_ms >= _TOUCH_MS:
            await self._people.touch_session(found[1].id, now_ms)
        return Visitor(*found)

    async def end(self, visitor: Visitor) -> None:
        """Signs out."""
        await self._people.end_session(visitor.account.id, visitor.session.id)

    async def end_one(self, visitor: Visitor, session_id: int) -> bool:
        """Signs another browser of the same account out."""
        return await self._people.end_session(visitor.account.id, session_id)

    async def end_others(self, visitor: Visitor) -> int:
        """Signs out everywhere else; how many browsers those were."""
        return await self._people.end_sessions(visitor.account.id, visitor.session.id)

    async def listing(self, account_id: AccountId) -> list[Session]:
        """The account's sessions, the last used first."""
        now_ms = self._env.now_ms()
        listed = await self._people.sessions(account_id, now_ms, now_ms - self._longest_idle_ms())
        return [one for one in listed if one.seen_at_ms > now_ms - self._rules.idle_ms(one.desk)]

    def _longest_idle_ms(self) -> int:
        return max(self._rules.cabinet_idle_ms, self._rules.desk_idle_ms)
