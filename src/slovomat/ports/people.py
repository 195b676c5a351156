"""The port to those who sign in: passwords, sessions, links in letters, second factors, other issuers."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.role import Role
from slovomat.ports.accounts import Account

Desk = Literal["cabinet", "admin"]
Purpose = Literal["sign_up", "reset", "email"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with an account. `password_hash` empty: no password; `totp_secret` is sealed, or empty."""

    account: Account
    password_hash: str = ""
    verified_at_ms: int | None = None
    role: Role = Role.NONE
    language: str = "ru"
    totp_secret: str = ""
    totp_last_step: int = 0
    low_balance_requests: int = 0
    webhook_url: str = ""
    webhook_secret: str = ""
    guide_done: bool = False


class Session(msgspec.Struct, frozen=True):
    """A browser that is signed in. `second_factor`: whether it has shown one."""

    id: int
    account_id: AccountId
    desk: Desk
    created_at_ms: int
    seen_at_ms: int
    expires_at_ms: int
    address: str
    agent: str
    second_factor: bool


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of a sign-in; `seen_before_ms`: sessions idle since are gone."""

    token_hash: bytes
    account_id: AccountId
    desk: Desk
    now_ms: int
    expires_at_ms: int
    seen_before_ms: int
    address: str
    agent: str
    second_factor: bool


class MailedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A link in a letter. A sign-up has no account yet; `browser_hash`: which browser asked."""

    purpose: Purpose
    account_id: AccountId | None
    email: str
    password_hash: str
    browser_hash: bytes
    language: str


class NewSecondFactor(msgspec.Struct, frozen=True):
    """A second factor and the hashes of its recovery codes; `sealed` empty: there is none any more."""

    sealed: str = ""
    step: int = 0
    code_hashes: tuple[bytes, ...] = ()


class Notices(msgspec.Struct, frozen=True):
    """Below which balance to write, and where to call; 0 and empty: not at all."""

    low_balance_requests: int = 0
    webhook_url: str = ""
    webhook_secret: str = ""


class Life(msgspec.Struct, frozen=True):
    """How long a link is in force, and how many of its kind an e-mail may have at once."""

    now_ms: int
    expires_at_ms: int
    live_max: int


class Identity(msgspec.Struct, frozen=True):
    """How another issuer names somebody."""

    issuer: str
    subject: str
    email: str
    created_at_ms: int


class People(Protocol):
    """Every method is one transaction."""

    async def by_email(self, email: str) -> Person | None:
        """Who has the account of this e-mail."""

    async def by_id(self, account_id: AccountId) -> Person | None:
        """Who has the account."""

    async def with_roles(self) -> list[Person]:
        """Those who may sign in at the operator's desk."""

    async def set_password(self, account_id: AccountId, password_hash: str, now_ms: int, keep: int) -> None:
        """A new password; every session but `keep` (0: none) and every link in a letter ends."""

    async def rehash(self, account_id: AccountId, password_hash: str) -> None:
        """The same password, hashed as is done today; nothing ends."""

    async def set_role(self, account_id: AccountId, role: Role, now_ms: int) -> None:
        """Gives a role; sessions at the operator's desk end."""

    async def set_language(self, account_id: AccountId, language: str, now_ms: int) -> None:
        """The language of letters."""

    async def set_notices(self, account_id: AccountId, notices: Notices, now_ms: int) -> None:
        """When to write to the account, and where to call."""

    async def finish_guide(self, account_id: AccountId, now_ms: int) -> None:
        """The first steps have been made, or waved away."""

    async def set_second_factor(
        self, account_id: AccountId, factor: NewSecondFactor, now_ms: int, keep: int
    ) -> None:
        """A second factor, or none; every session but `keep` ends."""

    async def set_recovery_codes(self, account_id: AccountId, code_hashes: Sequence[bytes]) -> None:
        """New recovery codes in place of all former ones."""

    async def take_step(self, account_id: AccountId, step: int) -> bool:
        """Counts a code as used; False when that one or a later one was."""

    async def use_recovery_code(self, account_id: AccountId, code_hash: bytes, now_ms: int) -> bool:
        """Uses a recovery code up; False when there is none such."""

    async def try_code(self, account_id: AccountId, day: int, known: bool, most: int) -> bool:
        """Counts a code as wrong before it is looked at; False when the day had `most` of them.

        `day`: since 1970. `known`: browsers that have signed in before have a count of their own.
        """

    async def forgive_code(self, account_id: AccountId, day: int, known: bool) -> None:
        """The code was right: it does not count."""

    async def recovery_codes_left(self, account_id: AccountId) -> int:
        """How many were not used."""

    async def add_session(self, session: NewSession) -> int:
        """A sign-in; its id."""

    async def find_session(
        self, token_hash: bytes, desk: Desk, now_ms: int, seen_after_ms: int
    ) -> tuple[Person, Session] | None:
        """Whose session in force this is; nobody's when the account is blocked."""

    async def touch_session(self, session_id: int, now_ms: int) -> None:
        """It is in use."""

    async def sessions(self, account_id: AccountId, now_ms: int, seen_after_ms: int) -> list[Session]:
        """The account's sessions in force, the last used first."""

    async def end_session(self, account_id: AccountId, session_id: int) -> bool:
        """Signs out; False when there is none such."""

    async def end_sessions(self, account_id: AccountId, but: int) -> int:
        """Signs out everywhere but in one session (0: there too); how many were ended."""

    async def add_token(self, token_hash: bytes, token: MailedToken, life: Life) -> bool:
        """A link that is sent in a letter; False when its e-mail has as many in force as it may."""

    async def find_token(self, token_hash: bytes, purpose: Purpose, now_ms: int) -> MailedToken | None:
        """A link in force; it stays so."""

    async def finish_sign_up(self, token_hash: bytes, plan: str, now_ms: int) -> AccountId | None:
        """Uses the link up and opens the account; None when one of the two cannot be."""

    async def finish_reset(self, token_hash: bytes, password_hash: str, now_ms: int) -> AccountId | None:
        """Uses the link up and sets the password; every session ends. None for a link not in force."""

    async def finish_email(
        self, token_hash: bytes, account_id: AccountId, now_ms: int, keep: int
    ) -> str | None:
        """Uses the account's link up and changes the e-mail; its former one.

        Every session but `keep` and every other link ends. None for a link that is not in force or another
        account's, and for an e-mail that is taken.
        """

    async def forget_texts(
        self, account_id: AccountId, generations: Sequence[GenerationId], now_ms: int
    ) -> None:
        """Deletes the texts and results of jobs that have ended."""

    async def leave(self, account_id: AccountId, now_ms: int) -> bool:
        """Deletes all that tells whose account it was, and what opens it; the ledger stays. False: a role."""

    async def identified(self, issuer: str, subject: str) -> Person | None:
        """Whom the issuer names so."""

    async def identities(self, account_id: AccountId) -> list[Identity]:
        """The account's names at other issuers."""

    async def link_identity(self, account_id: AccountId, identity: Identity) -> bool:
        """Links; False when that identity belongs to somebody already."""

    async def unlink_identity(self, account_id: AccountId, issuer: str, subject: str) -> bool:
        """Unlinks; False when there is none such."""

    async def open_identified(
        self, email: str, plan: str, language: str, identity: Identity
    ) -> AccountId | None:
        """A new account for whom an issuer vouches; None when the e-mail or the identity is taken."""
