"""What the use cases and workers are told of the settings, in their own units."""

from slovomat.settings import Settings
from slovomat.usecases.admit import AdmissionRules, hold_ms
from slovomat.usecases.jobs import JobRules
from slovomat.usecases.retries import RetryRules
from slovomat.usecases.sweep import SweepRules
from slovomat.web.gate import GateRules
from slovomat.worker import WorkerRules

_HOUR_MS = 3_600_000


def retry_rules(settings: Settings) -> RetryRules:
    """Of direct calls."""
    wait_max_ms = int(settings.upstream_retry_wait_max_s * 1000)
    return RetryRules(retries=settings.upstream_retries, wait_max_ms=wait_max_ms)


def job_rules(settings: Settings) -> JobRules:
    """Of jobs."""
    return JobRules(attempts=settings.job_attempts, retry_wait_ms=int(settings.job_retry_wait_s * 1000))


def admission_rules(settings: Settings, owner: str) -> AdmissionRules:
    """Of admission; `owner` names this process."""
    return AdmissionRules(
        creates_per_minute=settings.creates_per_minute,
        polls_per_minute=settings.polls_per_minute,
        balances_per_minute=settings.balances_per_minute,
        hold_ms=hold_ms(settings.request_timeout_s),
        idempotency_ms=settings.idempotency_hours * _HOUR_MS,
        owner=owner,
        holds_waiting_max=settings.holds_waiting_max,
    )


def gate_rules(settings: Settings) -> GateRules:
    """Of the gate for direct calls."""
    return GateRules(
        direct_max=settings.concurrent_direct,
        bytes_max=settings.direct_max_bytes,
        per_account_max=settings.concurrent_per_account,
    )


def worker_rules(settings: Settings, owner: str, slots: int) -> WorkerRules:
    """Of the workers, who claim no more than the upstream's `slots` (0: no limit)."""
    return WorkerRules(
        owner=owner,
        concurrency=min(settings.workers, slots or settings.workers),
        lease_ms=int(settings.lease_s * 1000),
        queue_max=settings.queue_max_jobs,
        per_account=settings.concurrent_per_account,
    )


def sweep_rules(settings: Settings, owner: str) -> SweepRules:
    """Of the sweep."""
    return SweepRules(
        owner=owner,
        lease_ms=int(settings.lease_s * 1000),
        job_wait_ms=settings.job_wait_hours * _HOUR_MS,
        results_ms=settings.results_days * 24 * _HOUR_MS,
        idempotency_ms=settings.idempotency_hours * _HOUR_MS,
        hold_ms=hold_ms(settings.request_timeout_s),
    )
