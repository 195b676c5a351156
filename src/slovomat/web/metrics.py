"""Counts and times for Prometheus, and the log of what went wrong: the Watch port."""

from collections.abc import Callable

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from slovomat.domain.events import Failure, Usage
from slovomat.web.tallies import Counts, Times


class Metrics:
    """One registry per App, so that two of them in a process do not share counts."""

    def __init__(self, log_texts: bool = False) -> None:
        self._log_texts = log_texts
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._log = structlog.get_logger("slovomat")
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # the core that it uses is what fills up first
        self._answers = Counts(
            "slovomat_http_requests", "Answers by route and status", ("route", "status"), self.registry
        )
        self._latency = Times("slovomat_http_seconds", "Time to a whole answer", "route", self.registry)
        self._generations = Counts(
            "slovomat_generations", "Generations by outcome", ("dialect", "outcome"), self.registry
        )
        self._generation_seconds = Times(
            "slovomat_generation_seconds", "Length of generations", "dialect", self.registry
        )
        self._tokens = Counts("slovomat_tokens", "Tokens by kind", ("kind",), self.registry)
        self._upstream_errors = Counter(
            "slovomat_upstream_errors", "Failed upstream calls", ["upstream", "kind"], registry=self.registry
        )
        self._holds = Gauge("slovomat_holds_open", "Generations under way", registry=self.registry)
        self._queued = Gauge("slovomat_queue_jobs", "Jobs that wait", registry=self.registry)
        self._queue_age = Gauge(
            "slovomat_queue_age_seconds", "Age of the oldest waiting job", registry=self.registry
        )
        self._violations = Gauge(
            "slovomat_audit_violations", "Broken invariants at the last audit", registry=self.registry
        )

    def show(self, name: str, meaning: str, ask: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        Gauge(name, meaning, registry=self.registry).set_function(ask)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """One HTTP answer."""
        self._answers.add(1, route, status)
        self._latency.add(seconds, route)

    def upstream_failed(self, upstream: str, failure: Failure) -> None:
        """One failed call; the detail was freed of secrets by the adapter."""
        self._upstream_errors.labels(upstream, failure.kind).inc()
        self._log.warning("upstream failed", upstream=upstream, kind=failure.kind, detail=failure.detail)

    def upstream_failures(self) -> dict[str, int]:
        """Failed calls of this process by their kind, since it started."""
        counts: dict[str, int] = {}
        for sample in (one for family in self._upstream_errors.collect() for one in family.samples):
            if sample.name.endswith("_total"):
                counts[sample.labels["kind"]] = counts.get(sample.labels["kind"], 0) + int(sample.value)
        return counts

    def store_failed(self, detail: str) -> None:
        """An outcome waits for the database."""
        self._log.error("database unavailable", detail=detail)

    def generation_ended(self, dialect: str, outcome: str, usage: Usage, seconds: float) -> None:
        """One generation's end."""
        self._generations.add(1, dialect, outcome)
        self._generation_seconds.add(seconds, dialect)
        if usage.prompt_tokens > 0:
            self._tokens.add(usage.prompt_tokens, "prompt")
        if usage.completion_tokens > 0:
            self._tokens.add(usage.completion_tokens, "completion")

    def said(self, generation: int, prompt: str | bytes, answer: str) -> None:
        """Texts go into the log only when the settings ask for them."""
        if self._log_texts:
            prompt = prompt.decode() if isinstance(prompt, bytes) else prompt
            self._log.info("generation", id=generation, prompt=prompt, answer=answer)

    def audited(self, violations: int) -> None:
        """The result of an audit on the timer."""
        self._violations.set(violations)
        if violations:
            self._log.error("the books do not balance: run `slovomat audit`", violations=violations)

    def queue(self, holds: int, queued: int, oldest_age_s: float) -> None:
        """What waits and what is under way."""
        self._holds.set(holds)
        self._queued.set(queued)
        self._queue_age.set(oldest_age_s)

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)
