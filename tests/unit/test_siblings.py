"""One exposition of those of several processes."""

from prometheus_client.parser import text_string_to_metric_families

from slovomat.domain.events import Usage
from slovomat.siblings import merged
from slovomat.web.metrics import Metrics


def test_samples_stay_what_they_are_and_tell_whose_they_are() -> None:
    """A reader of the format finds each metric once, with the samples of all."""
    texts = {}
    for number in (0, 1, 3):
        metrics = Metrics()
        for _ in range(number):
            metrics.answered("/v1/chat/completions", 200, 0.1)
        metrics.generation_ended("openai", "settled", Usage(1, 2), 0.3)
        texts[number] = metrics.text()
    families = list(text_string_to_metric_families(merged(texts | {2: b""}).decode()))
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    samples = [sample for family in families for sample in family.samples]
    answers = {s.labels["process"]: s.value for s in samples if s.name == "slovomat_http_requests_total"}
    assert answers == {"1": 1.0, "3": 3.0}
    assert {s.labels["process"] for s in samples if s.name == "slovomat_queue_jobs"} == {"0", "1", "3"}
    assert all(family.type != "unknown" for family in families)
