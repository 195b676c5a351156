"""Bugs of one statement: a condition that was left out."""

from slovomat.simulation.composition import Composition


def _without(queries: dict[str, str], names: tuple[str, ...], old: str, new: str = "") -> dict[str, str]:
    """The queries with something replaced in some of them; it must be there."""
    for name in names:
        if old not in queries[name]:
            raise LookupError(f"{name} has no {old!r}: the plant no longer fits")
    return queries | {name: queries[name].replace(old, new) for name in names}


class RefundTwice(Composition):
    """A hold can be closed when it is closed already."""

    def queries(self) -> dict[str, str]:
        """The closing's compare-and-set is a set."""
        return _without(super().queries(), ("generation_close",), " AND state = 'held'")


class LeaseWithoutToken(Composition):
    """A worker that has lost its lease still decides about the job."""

    def queries(self) -> dict[str, str]:
        """Nothing fences."""
        return _without(super().queries(), ("job_complete", "job_fail", "job_retry"), " AND token = :token")


class LateResultWins(Composition):
    """A result is written whatever became of the job meanwhile."""

    def queries(self) -> dict[str, str]:
        """Neither state nor token are asked."""
        return _without(
            super().queries(), ("job_complete", "job_fail"), " AND token = :token AND state = 'running'"
        )


class ClaimTwice(Composition):
    """A job that runs is claimed again."""

    def queries(self) -> dict[str, str]:
        """The claim looks at running jobs too."""
        return _without(
            super().queries(),
            ("jobs_claim",),
            "WHERE state = 'queued' AND (",
            "WHERE state IN ('queued', 'running') AND (",
        )


class EndlessRetry(Composition):
    """An attempt that failed is not counted."""

    def queries(self) -> dict[str, str]:
        """The retry forgets it."""
        return _without(super().queries(), ("job_retry",), "attempts = attempts + 1, ")


class TakeOverTheLiving(Composition):
    """The jobs of a node that lives are taken from it."""

    def queries(self) -> dict[str, str]:
        """The lease is not asked."""
        return _without(super().queries(), ("jobs_lapsed",), " AND lease_until_ms < :now_ms")


class LivingOrphans(Composition):
    """The holds of a node that lives are taken for orphans."""

    def queries(self) -> dict[str, str]:
        """Any owner is dead."""
        return _without(super().queries(), ("generations_orphaned",), "n.lease_until_ms >= :now_ms", "FALSE")


class CapNotGivenBack(Composition):
    """What failed still counts against the key's cap."""

    def queries(self) -> dict[str, str]:
        """The count only grows."""
        return _without(super().queries(), ("key_unuse",), "used - :amount", "used")
