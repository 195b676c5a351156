"""The People port over any engine: which rule each method runs."""

from collections.abc import Sequence

from slovomat.domain.ids import AccountId, GenerationId
from slovomat.domain.role import Role
from slovomat.ports.people import (
    Desk,
    Identity,
    Life,
    MailedToken,
    NewSecondFactor,
    NewSession,
    Notices,
    Person,
    Purpose,
    Session,
)
from slovomat.storage import people, people_leaving, people_sessions
from slovomat.storage.tx import Engine


class SQLPeople:
    """Each method is one transaction; see slovomat.ports.people for what they promise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def by_email(self, email: str) -> Person | None:
        return await self._engine.read(people.by_email, email)

    async def by_id(self, account_id: AccountId) -> Person | None:
        return await self._engine.read(people.by_id, account_id)

    async def with_roles(self) -> list[Person]:
        return await self._engine.read(people.with_roles)

    async def set_password(self, account_id: AccountId, password_hash: str, now_ms: int, keep: int) -> None:
        await self._engine.write(people.set_password, account_id, password_hash, now_ms, keep)

    async def rehash(self, account_id: AccountId, password_hash: str) -> None:
        await self._engine.write(people.rehash, account_id, password_hash)

    async def set_role(self, account_id: AccountId, role: Role, now_ms: int) -> None:
        await self._engine.write(people.set_role, account_id, role, now_ms)

    async def set_language(self, account_id: AccountId, language: str, now_ms: int) -> None:
        await self._engine.write(people.set_language, account_id, language, now_ms)

    async def set_notices(self, account_id: AccountId, notices: Notices, now_ms: int) -> None:
        await self._engine.write(people.set_notices, account_id, notices, now_ms)

    async def finish_guide(self, account_id: AccountId, now_ms: int) -> None:
        await self._engine.write(people.finish_guide, account_id, now_ms)

    async def set_second_factor(
        self, account_id: AccountId, factor: NewSecondFactor, now_ms: int, keep: int
    ) -> None:
        await self._engine.write(people.set_second_factor, account_id, factor, now_ms, keep)

    async def set_recovery_codes(self, account_id: AccountId, code_hashes: Sequence[bytes]) -> None:
        await self._engine.write(people.set_recovery_codes, account_id, code_hashes)

    async def take_step(self, account_id: AccountId, step: int) -> bool:
        return await self._engine.write(people.take_step, account_id, step)

    async def use_recovery_code(self, account_id: AccountId, code_hash: bytes, now_ms: int) -> bool:
        return await self._engine.write(people.use_recovery_code, account_id, code_hash, now_ms)

    async def try_code(self, account_id: AccountId, day: int, known: bool, most: int) -> bool:
        return await self._engine.write(people.try_code, account_id, day, known, most)

    async def forgive_code(self, account_id: AccountId, day: int, known: bool) -> None:
        await self._engine.write(people.forgive_code, account_id, day, known)

    async def recovery_codes_left(self, account_id: AccountId) -> int:
        return await self._engine.read(people.recovery_codes_left, account_id)

    async def add_session(self, session: NewSession) -> int:
        return await self._engine.write(people_sessions.add, session)

    async def find_session(
        self, token_hash: bytes, desk: Desk, now_ms: int, seen_after_ms: int
    ) -> tuple[Person, Session] | None:
        return await self._engine.read(people_sessions.find, token_hash, desk, now_ms, seen_after_ms)

    async def touch_session(self, session_id: int, now_ms: int) -> None:
        await self._engine.write(people_sessions.touch, session_id, now_ms)

    async def sessions(self, account_id: AccountId, now_ms: int, seen_after_ms: int) -> list[Session]:
        return await self._engine.read(people_sessions.listing, account_id, now_ms, seen_after_ms)

    async def end_session(self, account_id: AccountId, session_id: int) -> bool:
        return await self._engine.write(people_sessions.end, account_id, session_id)

    async def end_sessions(self, account_id: AccountId, but: int) -> int:
        return await self._engine.write(people_sessions.end_all, account_id, but)

    async def add_token(self, token_hash: bytes, token: MailedToken, life: Life) -> bool:
        return await self._engine.write(people_sessions.add_token, token_hash, token, life)

    async def find_token(self, token_hash: bytes, purpose: Purpose, now_ms: int) -> MailedToken | None:
        return await self._engine.read(people_sessions.find_token, token_hash, purpose, now_ms)

    async def finish_sign_up(self, token_hash: bytes, plan: str, now_ms: int) -> AccountId | None:
        return await self._engine.write(people_sessions.finish_sign_up, token_hash, plan, now_ms)

    async def finish_reset(self, token_hash: bytes, password_hash: str, now_ms: int) -> AccountId | None:
        return await self._engine.write(people_sessions.finish_reset, token_hash, password_hash, now_ms)

    async def finish_email(
        self, token_hash: bytes, account_id: AccountId, now_ms: int, keep: int
    ) -> str | None:
        return await self._engine.write(people_sessions.finish_email, token_hash, account_id, now_ms, keep)

    async def forget_texts(
        self, account_id: AccountId, generations: Sequence[GenerationId], now_ms: int
    ) -> None:
        await self._engine.write(people_leaving.forget_texts, account_id, generations, now_ms)

    async def leave(self, account_id: AccountId, now_ms: int) -> bool:
        return await self._engine.write(people_leaving.leave, account_id, now_ms)

    async def identified(self, issuer: str, subject: str) -> Person | None:
        return await self._engine.read(people.identified, issuer, subject)

    async def identities(self, account_id: AccountId) -> list[Identity]:
        return await self._engine.read(people.identities, account_id)

    async def link_identity(self, account_id: AccountId, identity: Identity) -> bool:
        return await self._engine.write(people.link_identity, account_id, identity)

    async def unlink_identity(self, account_id: AccountId, issuer: str, subject: str) -> bool:
        return await self._engine.write(people.unlink_identity, account_id, issuer, subject)

    async def open_identified(
        self, email: str, plan: str, language: str, identity: Identity
    ) -> AccountId | None:
        return await self._engine.write(people.open_identified, email, plan, language, identity)
