"""The link that the first start prints: it signs the operator in once, before there is any password."""

import hashlib

from slovomat.domain.role import Role
from slovomat.ports.env import Env
from slovomat.ports.people import Person
from slovomat.ports.store import Store
from slovomat.usecases.first_start import LOGIN, OPERATOR_EMAIL


async def follow_operator_link(store: Store, env: Env, token: str) -> Person | None:
    """Uses the link up, and makes the operator an owner; None when it is not the one, or was used."""
    hashed = hashlib.sha256(token.encode()).hexdigest()
    if not token or not await store.take_instance_value(LOGIN, hashed):
        return None
    operator = await store.people.by_email(OPERATOR_EMAIL)
    if operator is None:
        return None
    await store.people.set_role(operator.account.id, Role.OWNER, env.now_ms())
    return await store.people.by_id(operator.account.id)
