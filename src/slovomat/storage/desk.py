"""What the operator's desk looks at, across all accounts."""

from slovomat.domain.role import Role
from slovomat.ports.desk import (
    LedgerQuery,
    LedgerRow,
    LetterQuery,
    LetterRow,
    PaymentCounts,
    PeopleQuery,
    PersonRow,
    Takings,
)
from slovomat.storage.tx import Tx

_ANY = 1 << 62
_SLOT_MS = 900_000
"""Days of every time zone are whole numbers of these."""
_ID_DIGITS = 15


async def people(tx: Tx, query: PeopleQuery) -> list[PersonRow]:
    """Those whose e-mail has the text in it, or whose number it is."""
    text = query.text.lower()
    number = text.removeprefix("№").strip()
    literal = "".join(f"!{char}" if char in "!%_" else char for char in text)
    found = await tx.rows(
        "people_search",
        pattern=f"%{literal}%",
        id=int(number) if number.isascii() and number.isdecimal() and len(number) <= _ID_DIGITS else 0,
        before=query.before or _ANY,
        now_ms=query.now_ms,
        limit=query.limit,
    )
    return [
        PersonRow(
            id=account_id,
            email=email,
            plan=plan,
            blocked=bool(blocked),
            role=Role(role),
            verified_at_ms=verified,
            created_at_ms=created,
            packs_requests=packs,
        )
        for account_id, email, plan, blocked, role, verified, created, packs in found
    ]


async def ledger(tx: Tx, query: LedgerQuery) -> list[LedgerRow]:
    """Movements, the newest first."""
    found = await tx.rows(
        "ledger_page",
        account_id=query.account_id,
        kind=query.kind,
        before=query.before or _ANY,
        limit=query.limit,
    )
    columns = LedgerRow.__struct_fields__
    return [LedgerRow(**dict(zip(columns, row, strict=True))) for row in found]


async def takings(tx: Tx, since_ms: int, currency: str) -> list[Takings]:
    """What came and what went back, by quarters of an hour: the days are the caller's."""
    asked = {"since_ms": since_ms, "currency": currency, "slot_ms": _SLOT_MS}
    came = [(slot, test, kopecks, count) for slot, test, kopecks, count in await tx.rows("money_in", **asked)]
    went = [(slot, test, -kopecks, 0) for slot, test, kopecks in await tx.rows("money_back", **asked)]
    return [
        Takings(at_ms=slot * _SLOT_MS, kopecks=kopecks, payments=count, test=bool(test))
        for slot, test, kopecks, count in came + went
    ]


async def payment_counts(tx: Tx, since_ms: int) -> PaymentCounts:
    """How many payments are not in order."""
    pending, invoices, troubled = (await tx.rows("payments_open", since_ms=since_ms))[0]
    return PaymentCounts(pending=pending, invoices=invoices, troubled=troubled)


async def letters(tx: Tx, query: LetterQuery) -> list[LetterRow]:
    """Letters and webhook calls, the newest first."""
    found = await tx.rows("letters_page", state=query.state, before=query.before or _ANY, limit=query.limit)
    columns = LetterRow.__struct_fields__
    return [LetterRow(**dict(zip(columns, row, strict=True))) for row in found]
