"""The books, checked: every invariant is a query that lists what breaks it."""

from slovomat.ports.store import Audit, Violation
from slovomat.storage.queries import load_queries
from slovomat.storage.tx import Tx

_TOTALS = {"audit_totals", "audit_totals_of_buckets"}


def invariants() -> list[str]:
    """The names of the invariants, without their prefix."""
    return [
        name.removeprefix("audit_")
        for name in load_queries()
        if name.startswith("audit_") and name not in _TOTALS
    ]


async def audit(tx: Tx) -> Audit:
    """Checks all invariants; the caller gives one snapshot."""
    violations = [
        Violation(name, row_id or 0, detail)
        for name in invariants()
        for row_id, detail in await tx.rows(f"audit_{name}")
    ]
    granted, available, held, spent, entries = (int(n) for n in (await tx.rows("audit_totals"))[0])
    of_buckets = tuple(int(n) for n in (await tx.rows("audit_totals_of_buckets"))[0])
    if of_buckets != (granted, available, held, spent):
        detail = f"entries {(granted, available, held, spent)}, buckets {of_buckets}"
        violations.append(Violation("totals_differ", 0, detail))
    return Audit(
        violations=tuple(violations),
        granted=granted,
        available=available,
        held=held,
        spent=spent,
        entries=entries,
    )
