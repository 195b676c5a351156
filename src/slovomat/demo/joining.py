"""People come: they sign up as everybody does, sign in, and make their keys."""

import hmac

import msgspec

from slovomat.demo.chance import DemoEnv
from slovomat.demo.people import CUSTOMER, FINANCE, OPERATOR, SUPPORT, Habit, Somebody
from slovomat.demo.traffic import DAY_MS
from slovomat.domain.caller import Caller
from slovomat.domain.ids import AccountId
from slovomat.domain.keys import key_hash
from slovomat.domain.role import Role
from slovomat.ports.journal import Actor
from slovomat.ports.people import Life, MailedToken, NewSession, Notices
from slovomat.ports.store import Account, Store
from slovomat.usecases.accounts import FREE_PLAN, FULL_PLAN, KeyRules, create_key, rotate_key

_LINK_MS = 3_600_000
_BROWSERS = (
    ("203.0.113.24", "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"),
    (
        "198.51.100.7",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/19.1 Mobile/15E148 Safari/604.1",
    ),
)
_KEYS: dict[Habit, tuple[KeyRules, ...]] = {
    Habit.LIVELY: (
        KeyRules(name="Сайт мастерской"),
        KeyRules(name="Бот в чате", cap_day=60, dialects=("openai",)),
        KeyRules(name="Ноутбук"),
    ),
    Habit.SHOP: (KeyRules(name="production"), KeyRules(name="staging", cap_day=100)),
    Habit.WRITER: (KeyRules(name="Ноутбук"),),
    Habit.CODER: (KeyRules(name="dev"),),
    Habit.GUEST: (),
}


class Member(msgspec.Struct):
    """Somebody who has come. `site` and `keys`: as what they call, by the plan of the moment."""

    who: Somebody
    account: Account
    hashes: list[bytes]
    site: Caller | None = None
    keys: list[Caller] = []


class Registry:
    """Those who are there so far."""

    def __init__(self, store: Store, env: DemoEnv, secret: bytes, password_hash: str) -> None:
        self._store = store
        self._env = env
        self._secret = secret
        self._password_hash = password_hash
        self.members: dict[str, Member] = {}
        self.first_key = ""

    async def staff(self) -> dict[str, Actor]:
        """Those who work at the operator's desk."""
        actors = {}
        for email, role in ((OPERATOR, Role.OWNER), (SUPPORT, Role.SUPPORT), (FINANCE, Role.FINANCE)):
            now_ms = self._env.now_ms()
            made = await self._store.add_account(email, FULL_PLAN, True, now_ms)
            if made is None:
                raise AssertionError(f"there is no plan {FULL_PLAN}")
            await self._store.people.set_password(made, self._password_hash, now_ms, 0)
            await self._store.people.set_role(made, role, now_ms)
            actors[email] = Actor(id=made, email=email, address="127.0.0.1")
        return actors

    async def join(self, who: Somebody, at_ms: int) -> None:
        """Signs up by the link of a letter, and makes keys."""
        self._env.time_ms = at_ms
        token = self._env.random_bytes(32)
        asked = MailedToken(
            purpose="sign_up",
            account_id=None,
            email=who.email,
            password_hash=self._password_hash,
            browser_hash=b"",
            language=who.language,
        )
        people = self._store.people
        await people.add_token(token, asked, Life(at_ms, at_ms + _LINK_MS, 5))
        made = await people.finish_sign_up(token, FREE_PLAN, at_ms)
        person = None if made is None else await people.by_id(made)
        if person is None:
            raise AssertionError(f"{who.email} could not sign up")
        self.members[who.email] = Member(who, person.account, await self._make_keys(person.account.id, who))
        if who.email == CUSTOMER:
            await self._settle_in(person.account.id)

    async def _make_keys(self, account_id: AccountId, who: Somebody) -> list[bytes]:
        hashes = []
        for rules in _KEYS[who.habit]:
            made = await create_key(self._store, self._env, self._secret, account_id, rules)
            hashes.append(key_hash(self._secret, made.key))
            if who.email == CUSTOMER:
                self.first_key = self.first_key or made.key
        return hashes

    async def _settle_in(self, account_id: AccountId) -> None:
        people, now_ms = self._store.people, self._env.now_ms()
        await people.finish_guide(account_id, now_ms)
        await people.set_notices(account_id, Notices(low_balance_requests=100), now_ms)

    async def sign_in(self, account_id: AccountId, at_ms: int) -> None:
        """From a computer, and from a telephone."""
        for number, (address, agent) in enumerate(_BROWSERS):
            session = NewSession(
                token_hash=self._env.random_bytes(32),
                account_id=account_id,
                desk="cabinet",
                now_ms=at_ms - number * DAY_MS,
                expires_at_ms=at_ms + 60 * DAY_MS,
                seen_before_ms=0,
                address=address,
                agent=agent,
                second_factor=False,
            )
            await self._store.people.add_session(session)

    async def replace_last_key(self, email: str, at_ms: int) -> None:
        """The laptop was lost: its key is replaced, and the old one works no more."""
        self._env.time_ms = at_ms
        member = self.members[email]
        last = max(one.id for one in await self._store.list_keys(member.account.id))
        heir = await rotate_key(self._store, self._env, self._secret, last, 0)
        if heir is None:
            raise AssertionError(f"key {last} of {email} is not in force")
        member.hashes[-1] = key_hash(self._secret, heir.key)

    async def refresh(self) -> None:
        """As what everybody calls from now on: their plan may have changed."""
        for member in self.members.values():
            found = [await self._store.find_caller(one) for one in member.hashes]
            member.keys = [one for one in found if one is not None]
            member.site = await self._site_caller(member.account.id)

    async def _site_caller(self, account_id: AccountId) -> Caller | None:
        """The key that stands for the site, as usecases.playground names it."""
        hash_ = hmac.digest(self._secret, b"site of %d" % account_id, "sha256")
        caller = await self._store.find_caller(hash_)
        if caller is None:
            await self._store.add_site_key(account_id, hash_, self._env.now_ms())
        return caller or await self._store.find_caller(hash_)
