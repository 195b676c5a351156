"""What an operator does to people, and the marks of what is done elsewhere: once, and in the journal."""

import msgspec

from slovomat.domain.role import Role
from slovomat.ports.journal import Done, MarkOperation, OperationResult, PersonOperation, Refused
from slovomat.ports.people import NewSecondFactor
from slovomat.storage import accounts, people
from slovomat.storage.journal_operations import Once, once
from slovomat.storage.tx import Tx


async def person(tx: Tx, operation: PersonOperation) -> OperationResult:
    """Changes something of a person; who had another role must sign in anew."""
    what = f"{operation.change} {operation.account_id} {operation.value}"
    wanted = Once(operation.key, what, operation.note)

    async def do() -> OperationResult:
        if not await tx.rows("account_exists", id=operation.account_id):
            return Refused("no_account")
        return await _change(tx, operation)

    return await once(tx, wanted, do)


async def _change(tx: Tx, operation: PersonOperation) -> OperationResult:
    account_id, now_ms = operation.account_id, operation.note.at_ms
    match operation.change:
        case "plan":
            if not await accounts.set_account_plan(tx, account_id, operation.value):
                return Refused("no_plan")
        case "role":
            if await _is_last_owner(tx, operation):
                return Refused("last_owner")
            await people.set_role(tx, account_id, Role(operation.value), now_ms)
        case "sign_out":
            await tx.run("sessions_end", account_id=account_id, but_id=0)
        case "second_factor":
            await people.set_second_factor(tx, account_id, NewSecondFactor(), now_ms, 0)
    return Done()


async def _is_last_owner(tx: Tx, operation: PersonOperation) -> bool:
    """Whether nobody could give roles any more."""
    owners = [one.account.id for one in await people.with_roles(tx) if one.role is Role.OWNER]
    return operation.value != Role.OWNER and owners == [operation.account_id]


async def mark(tx: Tx, operation: MarkOperation) -> OperationResult:
    """Writes the line, once."""
    note = operation.note
    facts = msgspec.json.encode(note.details, order="sorted").decode()
    what = f"{note.action} {note.target_kind} {note.target_id} {facts}"

    async def do() -> OperationResult:
        return Done()

    return await once(tx, Once(operation.key, what, note), do)
